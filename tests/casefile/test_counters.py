"""Art. 113 (1): three penalties in 180 days, four in a year; each vector sets its own day."""

from __future__ import annotations

from datetime import date

import pytest

from supervision.casefile.counters import Level, Penalty, count, worst
from supervision.core.deadlines import Period
from supervision.core.workdays import WorkdayTable

DAYS = ("ART113_180", Period(180, "day", "calendar", "after"))
YEAR = ("ART113_YEAR", Period(12, "month", "calendar", "after"))
TABLE = WorkdayTable(frozenset(), frozenset(), frozenset())


def level(window, day, *decided, **changes):
    code, period = window
    penalties = [Penalty(date.fromisoformat(d), **changes) for d in decided]
    return count(code, period, penalties, date.fromisoformat(day), TABLE).level


@pytest.mark.parametrize(
    ("day", "want"),
    [
        # 1 January + 180 days = 30 June 2026; the day of the event does not count.
        ("2026-06-30", Level.REACHED),
        ("2026-07-01", Level.WARNING),
    ],
)
def test_the_third_penalty_counts_on_the_180th_day_and_not_on_the_181st(day, want):
    assert level(DAYS, day, "2026-01-01", "2026-03-01", day) is want


@pytest.mark.parametrize(
    ("first", "day", "want"),
    [
        ("2026-03-01", "2027-03-01", Level.REACHED),
        ("2026-03-01", "2027-03-02", Level.WARNING),
        # A leap day's year ends on the last day of February (Civil Code art. 202).
        ("2028-02-29", "2029-02-28", Level.REACHED),
        ("2028-02-29", "2029-03-01", Level.WARNING),
        # A year over a leap day is one day longer: it is no block of 365 days.
        ("2027-03-01", "2028-03-01", Level.REACHED),
    ],
)
def test_a_year_ends_on_its_corresponding_day(first, day, want):
    between = date.fromisoformat(first)
    second = date(between.year, 6, 1).isoformat()
    third = date(between.year, 9, 1).isoformat()
    assert level(YEAR, day, first, second, third, day) is want


def test_one_before_the_last_is_warned_of():
    assert level(DAYS, "2026-05-01", "2026-04-01") is Level.CALM
    assert level(DAYS, "2026-05-01", "2026-04-01", "2026-04-20") is Level.WARNING
    three = ("2026-01-05", "2026-04-01", "2026-04-20")
    assert level(YEAR, "2026-12-01", *three[:2]) is Level.CALM
    assert level(YEAR, "2026-12-01", *three) is Level.WARNING


def test_annulled_decisions_and_those_for_general_hazards_do_not_count():
    three = ("2026-04-01", "2026-04-20", "2026-05-01")
    assert level(DAYS, "2026-05-01", *three) is Level.REACHED
    assert level(DAYS, "2026-05-01", *three, is_void=True) is Level.CALM
    assert level(DAYS, "2026-05-01", *three, for_major=False) is Level.CALM


def test_two_decisions_of_one_day_are_two_and_tomorrow_is_not_yet():
    assert level(DAYS, "2026-05-01", "2026-05-01", "2026-05-01") is Level.WARNING
    assert level(DAYS, "2026-05-01", "2026-05-01", "2026-05-02") is Level.CALM


def test_it_says_until_when_the_oldest_counts():
    found = count(*DAYS, [Penalty(date(2026, 1, 1))], date(2026, 2, 1), TABLE)
    assert (found.count, found.limit, found.open_until) == (1, 3, date(2026, 6, 30))
    assert worst([found]) is Level.CALM
