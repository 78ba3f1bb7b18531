"""Spans of time and figures, without a database."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, time, timedelta

import pytest

from supervision.core.clock import SHANGHAI
from supervision.digest.rules import SpanKind, Tally, read_shifts, spans_ended

TWO = (time(8), time(20))


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def test_a_night_shift_runs_over_midnight_and_a_day_from_its_first_shift():
    now = local(23, 8, 3).astimezone(UTC)
    ended = spans_ended(now, TWO, SHANGHAI)
    assert [(s.kind, s.start, s.end) for s in ended if s.end == local(23, 8)] == [
        (SpanKind.SHIFT, local(22, 20), local(23, 8)),
        (SpanKind.DAY, local(22, 8), local(23, 8)),
    ]


def test_what_has_not_ended_is_not_told_and_what_is_long_past_neither():
    ended = spans_ended(local(23, 7, 59), TWO, SHANGHAI)
    assert max(span.end for span in ended) == local(22, 20)
    assert all(local(23, 7, 59) - span.end < timedelta(hours=36) for span in ended)


def test_one_shift_is_the_day_itself():
    assert {span.kind for span in spans_ended(local(23, 9), (time(8),), SHANGHAI)} == {SpanKind.DAY}


def test_three_shifts_fill_the_day_without_a_gap():
    shifts = read_shifts(["16:00", "00:00", "08:00"])
    ended = [s for s in spans_ended(local(23, 0, 1), shifts, SHANGHAI) if s.kind is SpanKind.SHIFT]
    assert all(a.end == b.start for a, b in itertools.pairwise(ended))


@pytest.mark.parametrize("words", [[], ["8 o'clock"]])
def test_shifts_that_are_no_times(words):
    with pytest.raises(ValueError, match=r"."):
        read_shifts(words)


def test_figures_of_verdicts():
    tally = Tally(told=5, confirmed=3, false=1, other=1, seconds=[10, 20, 30, 40, 600])
    figures = tally.figures()
    assert (figures["precision"], figures["median_s"], figures["p90_s"]) == (0.75, 30, 600)
    assert Tally().figures()["precision"] is None
    assert Tally().is_empty
    assert not Tally(blind=["Gate"]).is_empty
