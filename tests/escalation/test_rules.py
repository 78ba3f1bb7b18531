"""The days of a ladder, over National Day with its make-up days, and what a gap makes up for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

import pytest

from supervision.core.clock import SHANGHAI
from supervision.core.errors import InvalidInput
from supervision.core.workdays import mainland_table
from supervision.escalation import rules
from supervision.escalation.rules import Audience, Hours, Phase

TABLE = mainland_table()


@dataclass(frozen=True)
class Rung:
    line_id: int
    offset: int
    audience: Audience = Audience.OFFICER
    only_major: bool = False
    is_enabled: bool = True


def planned(due_on, *rungs, is_major=False, is_own=False):
    return rules.plan(rungs, due_on, TABLE, is_major=is_major, is_own=is_own)


# State Council's notice for 2026: off 1 to 7 October, worked on 20 September and 10 October.
def test_days_are_counted_as_working_days_over_the_holiday_and_its_make_up_days():
    due = date(2026, 9, 30)
    found = {p.step.offset: p.sent for p in planned(due, Rung(1, -3), Rung(2, 1), Rung(3, 3))}
    assert found == {-3: date(2026, 9, 24), 1: date(2026, 10, 8), 3: date(2026, 10, 10)}


def test_a_last_day_on_a_day_of_rest_is_spoken_of_the_next_working_morning():
    sunday = date(2026, 3, 8)
    (one,) = planned(sunday, Rung(1, 0))
    assert (one.due, one.sent, one.was_moved) == (sunday, date(2026, 3, 9), True)
    assert rules.phase_of(sunday, one.sent) is Phase.LATE


@pytest.mark.parametrize(
    ("at", "sends"),
    [
        ((2026, 3, 9, 8, 29), False),
        ((2026, 3, 9, 8, 30), True),
        ((2026, 3, 9, 21, 59), True),
        ((2026, 3, 9, 22, 0), False),
        ((2026, 3, 8, 12, 0), False),  # a Sunday
        ((2026, 10, 1, 12, 0), False),  # National Day
        ((2026, 10, 10, 12, 0), True),  # a Saturday that is worked
    ],
)
def test_nobody_is_told_at_night_or_on_a_day_of_rest(at, sends):
    assert rules.may_send(datetime(*at, tzinfo=SHANGHAI), Hours(), TABLE) is sends


def test_after_a_gap_each_audience_hears_once_by_the_latest_step():
    steps = [Rung(1, -3), Rung(2, 0), Rung(3, 3), Rung(4, 1, Audience.CHIEF)]
    due = rules.due_steps(planned(date(2026, 3, 2), *steps), date(2026, 3, 20), frozenset())
    assert [p.step.line_id for p in due.take] == [4, 3]
    assert sorted(p.step.line_id for p in due.absorbed) == [1, 2]


def test_the_preview_marks_what_a_later_step_of_the_same_morning_speaks_for():
    # Sunday 8 March: the step of that day and the first one after it fall on Monday.
    steps = [Rung(1, 0), Rung(2, 1), Rung(3, 1, Audience.CHIEF)]
    assert rules.spoken_for(planned(date(2026, 3, 8), *steps)) == {1}


def test_what_was_dealt_with_is_not_taken_again():
    steps = [Rung(1, -3), Rung(2, 0)]
    due = rules.due_steps(planned(date(2026, 3, 2), *steps), date(2026, 3, 2), frozenset({1, 2}))
    assert due.take == []


def test_steps_for_major_hazards_and_switched_off_steps_are_left_out():
    steps = [Rung(1, 0, only_major=True), Rung(2, 1, is_enabled=False), Rung(3, 3)]
    assert [p.step.line_id for p in planned(date(2026, 3, 2), *steps)] == [3]
    assert [p.step.line_id for p in planned(date(2026, 3, 2), *steps, is_major=True)] == [1, 3]


def test_the_authority_hears_of_what_an_enterprise_found_itself_only_when_it_is_major():
    steps = [Rung(1, 1, Audience.PRINCIPAL), Rung(2, 1, Audience.CHIEF)]
    assert [p.step.line_id for p in planned(date(2026, 3, 2), *steps, is_own=True)] == [1]
    major = planned(date(2026, 3, 2), *steps, is_own=True, is_major=True)
    assert {p.step.line_id for p in major} == {1, 2}


def test_a_group_hears_only_what_a_whole_side_hears():
    with pytest.raises(InvalidInput):
        rules.check_step(1, Audience.CHIEF, to_group=True)
    rules.check_step(1, Audience.OFFICER, to_group=True)


@pytest.mark.parametrize("hours", [Hours(time(6), time(22)), Hours(time(8), time(23))])
def test_no_slip_of_the_keyboard_lets_the_ladder_speak_at_night(hours):
    with pytest.raises(InvalidInput):
        rules.check_hours(hours)
