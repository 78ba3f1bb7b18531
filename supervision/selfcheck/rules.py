"""What may be said of an item; how often it is looked at stands in the core. Pure."""

from __future__ import annotations

from enum import StrEnum

from supervision.core.spans import DAYS_OF_WEEK, MONTHS, Frequency, Span, span_of


class AnswerResult(StrEnum):
    """What was seen at an item."""

    OK = "ok"
    FINDING = "finding"
    NOT_APPLICABLE = "not_applicable"


__all__ = ["DAYS_OF_WEEK", "MONTHS", "AnswerResult", "Frequency", "Span", "span_of"]
