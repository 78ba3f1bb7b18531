"""Periods of rounds and what may be said of an item. Pure."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Frequency(StrEnum):
    """How often an item is looked at."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"


class AnswerResult(StrEnum):
    """What was seen at an item."""

    OK = "ok"
    FINDING = "finding"
    NOT_APPLICABLE = "not_applicable"


MONTHS = {
    Frequency.MONTHLY: 1,
    Frequency.QUARTERLY: 3,
    Frequency.HALF_YEARLY: 6,
    Frequency.YEARLY: 12,
}
DAYS_OF_WEEK = 7


@dataclass(frozen=True, slots=True)
class Span:
    """A period by its first and last day, both in it."""

    first: date
    last: date


def span_of(frequency: Frequency, day: date) -> Span:
    """The day, week (Monday to Sunday), month, quarter, half-year or year that holds ``day``."""
    if frequency is Frequency.DAILY:
        return Span(day, day)
    if frequency is Frequency.WEEKLY:
        first = day - timedelta(days=day.weekday())
        return Span(first, first + timedelta(days=DAYS_OF_WEEK - 1))
    months = MONTHS[frequency]
    start = (day.month - 1) // months * months + 1
    end = start + months - 1
    return Span(date(day.year, start, 1), date(day.year, end, monthrange(day.year, end)[1]))
