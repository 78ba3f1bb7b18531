"""Periods of rounds."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from supervision.selfcheck.rules import Frequency, span_of

DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@given(st.sampled_from(Frequency), DAYS)
def test_a_day_lies_in_its_span_and_every_day_of_the_span_has_the_same(
    frequency: Frequency, day: date
) -> None:
    span = span_of(frequency, day)
    assert span.first <= day <= span.last
    assert span_of(frequency, span.first) == span == span_of(frequency, span.last)


@given(st.sampled_from(Frequency), DAYS)
def test_spans_follow_each_other_without_a_gap(frequency: Frequency, day: date) -> None:
    span = span_of(frequency, day)
    assert span_of(frequency, span.last + timedelta(days=1)).first == span.last + timedelta(days=1)


def test_weeks_begin_on_monday_and_a_february_ends_when_it_does() -> None:
    assert span_of(Frequency.WEEKLY, date(2026, 11, 22)).first == date(2026, 11, 16)
    assert span_of(Frequency.MONTHLY, date(2028, 2, 3)).last == date(2028, 2, 29)
    assert span_of(Frequency.QUARTERLY, date(2026, 11, 22)).first == date(2026, 10, 1)
    assert span_of(Frequency.HALF_YEARLY, date(2026, 5, 1)).last == date(2026, 6, 30)
