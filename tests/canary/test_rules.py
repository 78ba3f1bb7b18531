"""What verdicts can say of two sets of weights. No database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.canary.rules import Finding, Verdicts, before, finding, overlap, wilson

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    # Newcombe 1998, table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_are_those_of_the_literature(hits, count, low, high):
    assert wilson(hits, count) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


@given(st.integers(0, 200), st.integers(1, 200))
def test_an_interval_holds_the_share_and_stays_between_nothing_and_all(hits, more):
    count = hits + more
    low, high = wilson(hits, count)
    assert 0 <= low <= hits / count <= high <= 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ((0, 0), (0, 0), Finding.TOO_FEW),
        ((100, 100), (19, 0), Finding.TOO_FEW),
        ((10, 9), (90, 10), Finding.TOO_FEW),
        ((50, 50), (95, 5), Finding.BETTER),
        ((95, 5), (50, 50), Finding.WORSE),
        ((16, 4), (14, 6), Finding.NO_DIFFERENCE),
    ],
)
def test_a_difference_is_told_only_where_the_intervals_do_not_touch(old, new, said):
    assert finding(Verdicts(*old), Verdicts(*new)) is said


@pytest.mark.parametrize(
    ("lasted", "days"), [(HOUR, 7), (timedelta(days=12), 12), (timedelta(days=90), 30)]
)
def test_the_time_before_is_as_long_as_the_trial_within_reason(lasted, days):
    assert NOON - before(NOON, NOON + lasted) == timedelta(days=days)


def test_a_day_that_is_cut_counts_in_part():
    assert overlap(NOON, NOON + 4 * HOUR, NOON + HOUR, NOON + 2 * HOUR) == 0.25
    assert overlap(NOON, NOON + HOUR, NOON + 2 * HOUR, NOON + 3 * HOUR) == 0
    assert overlap(NOON, NOON, NOON, NOON) == 0
