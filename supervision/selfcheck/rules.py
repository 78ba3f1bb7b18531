"""What may be said of an item; how often it is looked at stands in the core. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from supervision.core.spans import DAYS_OF_WEEK, MONTHS, Frequency, Span, span_of


class AnswerResult(StrEnum):
    """What was seen at an item."""

    OK = "ok"
    FINDING = "finding"
    NOT_APPLICABLE = "not_applicable"


def latest_start(span: Span) -> date:
    """The last day on which a list can be taken up to be walked in this period: half is left."""
    days = (span.last - span.first).days + 1
    return span.last - timedelta(days=(days + 1) // 2 - 1)


def is_trial(frequency: Frequency, starts_on: date, taken_up_on: date) -> bool:
    """A daily round of the day on which its list was taken up: walked or not, nobody missed it."""
    return frequency is Frequency.DAILY and starts_on <= taken_up_on


__all__ = ["DAYS_OF_WEEK", "MONTHS", "AnswerResult", "Frequency", "Span", "is_trial"]
__all__ += ["latest_start", "span_of"]
