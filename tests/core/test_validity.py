"""When a paper is good, when it must be renewed, and which alarm is due."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from supervision.core.validity import Standing, Validity, days_left, standing, step

END = date(2026, 12, 31)
APPLY = date(2026, 9, 30)
LICENCE = Validity(date(2024, 1, 1), END, APPLY)
INSURANCE = Validity(date(2026, 1, 1), END)


@pytest.mark.parametrize(
    ("today", "applied", "expected"),
    [
        (date(2023, 12, 31), False, Standing.NOT_YET),
        (date(2026, 7, 1), False, Standing.OK),
        (date(2026, 7, 2), False, Standing.DUE),
        (APPLY, False, Standing.DUE),
        (APPLY + timedelta(days=1), False, Standing.LATE_TO_APPLY),
        (APPLY + timedelta(days=1), True, Standing.OK),
        (END, False, Standing.LATE_TO_APPLY),
        (END, True, Standing.DUE),
        (END + timedelta(days=1), True, Standing.EXPIRED),
    ],
)
def test_a_licence_turns_red_when_the_application_is_late(today, applied, expected):
    assert standing(LICENCE, today, applied=applied) is expected


def test_without_an_application_only_the_end_counts():
    assert standing(INSURANCE, date(2026, 10, 1)) is Standing.OK
    assert standing(INSURANCE, date(2026, 10, 2)) is Standing.DUE
    assert standing(INSURANCE, END) is Standing.DUE
    assert standing(Validity(), END) is Standing.OPEN_ENDED
    with pytest.raises(ValueError, match="no end"):
        days_left(Validity(), END)


def test_the_days_that_are_left_are_those_to_the_day_that_binds():
    assert days_left(LICENCE, date(2026, 9, 1)) == 29
    assert days_left(LICENCE, date(2026, 10, 1)) == 91
    assert days_left(LICENCE, date(2027, 1, 2)) == -2


@pytest.mark.parametrize(
    ("left", "expected"),
    [(91, None), (90, 90), (61, 90), (60, 60), (30, 30), (8, 30), (7, 7), (1, 7), (0, 0), (-1, -1)],
)
def test_each_step_holds_until_the_next(left, expected):
    assert step(END, END - timedelta(days=left)) == expected
    assert step(None, END) is None
