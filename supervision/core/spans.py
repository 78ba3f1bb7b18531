"""Periods of what is done again and again: their days, the one that is due. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Frequency(StrEnum):
    """How often something is done."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"


MONTHS = {
    Frequency.MONTHLY: 1,
    Frequency.QUARTERLY: 3,
    Frequency.HALF_YEARLY: 6,
    Frequency.YEARLY: 12,
}
DAYS_OF_WEEK = 7
_DAY = timedelta(days=1)


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


def spans_between(frequency: Frequency, first: date, last: date) -> Iterator[Span]:
    """Every period that ends on a day from ``first`` to ``last``, the earliest first."""
    span = span_of(frequency, first)
    while span.last <= last:
        yield span
        span = span_of(frequency, span.last + _DAY)


def due_after(frequency: Frequency, begins_on: date, done_until: date | None) -> Span:
    """The period that is due: after the last one done, else the one in which it began."""
    day = begins_on if done_until is None else max(begins_on, done_until + _DAY)
    return span_of(frequency, day)
