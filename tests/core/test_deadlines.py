"""Clock vectors: each sets its own date and names where it comes from."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import supervision
from supervision.core.deadlines import (
    Clock,
    ClockError,
    Period,
    clock_due,
    due_at,
    due_on,
    extension_window,
    pause,
    quarter_end,
    rearm,
    reinspection_due,
    resume,
    stated,
    year_end,
)
from supervision.core.tables import read_table
from supervision.core.workdays import is_workday, mainland_table, workdays_between

TABLE = mainland_table()
RULES = read_table(Path(supervision.__file__).parent / "core" / "data" / "statutory_rules.tsv")


def rule(code: str, day: date) -> Period:
    """The version of a shipped rule that is in force on ``day``."""
    (row,) = [
        r
        for r in RULES
        if r["code"] == code
        and r["effective_from"] <= day.isoformat()
        and (not r["effective_to"] or day.isoformat() <= r["effective_to"])
    ]
    return Period(int(row["value"]), row["unit"], row["day_type"], row["direction"])


@pytest.mark.parametrize(
    ("in_quarter", "due"),
    [
        (date(2026, 2, 10), date(2026, 4, 15)),
        (date(2026, 6, 30), date(2026, 7, 15)),
        (date(2026, 7, 1), date(2026, 10, 15)),
        (date(2026, 12, 31), date(2027, 1, 15)),
    ],
)
def test_quarterly_statistics_are_due_on_the_15th_of_the_next_quarter(in_quarter, due):
    """Order 16 (2008), art. 14."""
    assert due_on(rule("HAZARD_Q", in_quarter), quarter_end(in_quarter), TABLE).day == due


def test_yearly_statistics_are_due_on_31_january_not_on_the_15th():
    """Order 16 (2008), art. 14."""
    day = date(2026, 8, 8)
    assert due_on(rule("HAZARD_Y", day), year_end(day), TABLE).day == date(2027, 1, 31)


def test_a_day_that_an_order_states_never_moves_for_a_holiday():
    """Order to rectify: the deadline is what the paper says (FACTS 2.12)."""
    in_golden_week = date(2026, 10, 3)
    answer = stated(in_golden_week, TABLE)
    assert (answer.day, answer.provisional) == (in_golden_week, False)
    assert any("day of rest" in line.text for line in answer.lines)


@pytest.mark.parametrize(
    ("applied", "due"),
    [
        (date(2026, 1, 5), date(2026, 1, 15)),  # applied before expiry: from the application
        (None, date(2026, 1, 20)),  # nobody applied: the duty exists all the same
        (date(2026, 1, 14), date(2026, 1, 20)),  # applied after expiry: from expiry
    ],
)
def test_reinspection_is_due_ten_days_after_application_or_expiry_whichever_is_first(applied, due):
    """Former 15th Order, art. 17 (in force to 2026-01-31)."""
    expiry = date(2026, 1, 10)
    answer = reinspection_due(rule("RECHECK", expiry), expiry, applied, TABLE)
    assert answer.day == due


@pytest.mark.parametrize(
    ("asked", "accepted", "warned"),
    [
        (date(2026, 1, 26), False, True),  # the day after expiry
        (date(2026, 1, 25), True, False),  # on the last day
        (date(2026, 1, 16), True, False),  # 9 days before
        (date(2026, 1, 15), True, False),  # 10 days before: the window's first day
        (date(2026, 1, 14), True, True),  # 11 days before
    ],
)
def test_an_extension_is_refused_after_expiry_and_warned_before_its_window(asked, accepted, warned):
    """Former 15th Order, art. 17: within the ten days before expiry."""
    expiry = date(2026, 1, 25)
    answer = extension_window(rule("EXT_APPLY", expiry), expiry, asked, TABLE)
    assert (answer.accepted, bool(answer.warning)) == (accepted, warned)


def test_seven_working_days_over_national_day_2026_count_the_make_up_saturday():
    """Penalty Law Art. 61 and 85; State Council's notice on holidays in 2026."""
    answer = due_on(rule("SERVICE", date(2026, 9, 30)), date(2026, 9, 30), TABLE)
    assert (answer.day, answer.provisional) == (date(2026, 10, 15), False)
    lines = {line.text: line.params for line in answer.lines}
    assert date(2026, 10, 7) in lines["Holidays that are left out: %(days)s."]["days"]
    made_up = lines["Weekend days that are worked and count: %(days)s."]["days"]
    assert made_up == [date(2026, 10, 10)]


def test_a_notice_before_a_hearing_counts_working_days_back():
    """Penalty Law Art. 64 and 85: seven working days before."""
    hearing = date(2026, 10, 13)  # 12, 10 (made up), 9, 8 October; 30, 29, 28 September
    assert due_on(rule("HEARING_NOTICE", hearing), hearing, TABLE).day == date(2026, 9, 28)


def test_months_are_calendar_months_not_blocks_of_thirty_days():
    """Civil Code Art. 202; Administrative Litigation Law: six months."""
    received = date(2026, 8, 31)
    assert due_on(rule("LITIGATION", received), received, TABLE).day == date(2027, 2, 28)
    expires = date(2026, 5, 31)
    assert due_on(rule("LIC_RENEW", expires), expires, TABLE).day == date(2026, 2, 28)


def test_calendar_days_do_not_skip_holidays():
    """Penalty Law Art. 67: fifteen days to pay."""
    received = date(2026, 9, 28)
    assert due_on(rule("PAY", received), received, TABLE).day == date(2026, 10, 13)


def test_working_days_into_a_year_without_a_table_are_provisional_and_say_so():
    answer = due_on(rule("SERVICE", date(2026, 12, 30)), date(2026, 12, 30), TABLE)
    assert answer.provisional
    assert any(line.text.startswith("Provisional") for line in answer.lines)
    calendar = due_on(rule("PAY", date(2026, 12, 30)), date(2026, 12, 30), TABLE)
    assert not calendar.provisional


def test_hours_run_through_the_night_and_are_no_days():
    """Regulation 493, art. 9 (one hour); Work Safety Law Art. 70 (24 hours before)."""
    at = datetime(2026, 10, 1, 15, 40, tzinfo=UTC)
    assert due_at(rule("ACC_1H", at.date()), at) == at + timedelta(hours=1)
    assert due_at(rule("POWER_CUT", at.date()), at) == at - timedelta(hours=24)
    with pytest.raises(ValueError, match="due_at"):
        due_on(rule("ACC_1H", at.date()), at.date(), TABLE)
    with pytest.raises(ValueError, match="due_on"):
        due_at(rule("PAY", at.date()), at)


TEN = Period(10, "day", "calendar", "after")
SEVEN_WORKING = Period(7, "day", "working", "after")


def test_a_returned_ticket_gets_a_new_clock_under_the_version_of_that_day():
    old = pause(Clock(rule_id=1, started_on=date(2026, 1, 20)), date(2026, 1, 25))
    again = rearm(old, date(2026, 2, 3), rule_id=2)
    assert again == Clock(2, date(2026, 2, 3))
    assert clock_due(again, TEN, TABLE).day == date(2026, 2, 13)
    assert rearm(old, date(2026, 2, 3)).rule_id == 1
    with pytest.raises(ClockError):
        rearm(old, date(2026, 1, 19))


def test_a_paused_clock_has_no_last_day_and_a_resumed_one_lost_no_day():
    running = Clock(1, date(2026, 11, 2))
    assert clock_due(running, TEN, TABLE).day == date(2026, 11, 12)
    paused = pause(running, date(2026, 11, 5))
    assert clock_due(paused, TEN, TABLE) is None
    assert clock_due(resume(paused, date(2026, 11, 9)), TEN, TABLE).day == date(2026, 11, 16)


def test_days_added_for_a_pause_may_themselves_be_paused():
    clock = resume(pause(Clock(1, date(2026, 11, 2)), date(2026, 11, 4)), date(2026, 11, 9))
    clock = resume(pause(clock, date(2026, 11, 14)), date(2026, 11, 20))
    # 3, 9-13 and 20-23 November count: ten days.
    assert clock_due(clock, TEN, TABLE).day == date(2026, 11, 23)


def test_a_pause_over_days_of_rest_costs_no_working_day():
    paused = pause(Clock(1, date(2026, 9, 30)), date(2026, 10, 1))
    clock = resume(paused, date(2026, 10, 8))
    assert clock_due(clock, SEVEN_WORKING, TABLE).day == date(2026, 10, 15)
    longer = resume(paused, date(2026, 10, 10))
    assert clock_due(longer, SEVEN_WORKING, TABLE).day == date(2026, 10, 19)


def test_a_clock_is_neither_paused_twice_nor_resumed_while_it_runs():
    running = Clock(1, date(2026, 11, 2))
    paused = pause(running, date(2026, 11, 5))
    for wrong in (
        lambda: resume(running, date(2026, 11, 3)),
        lambda: pause(paused, date(2026, 11, 6)),
        lambda: pause(running, date(2026, 11, 1)),
        lambda: resume(paused, date(2026, 11, 4)),
    ):
        with pytest.raises(ClockError):
            wrong()


def test_a_period_that_runs_backwards_cannot_be_paused():
    clock = resume(pause(Clock(1, date(2026, 11, 2)), date(2026, 11, 3)), date(2026, 11, 4))
    with pytest.raises(ClockError):
        clock_due(clock, Period(10, "day", "calendar", "before"), TABLE)


@pytest.mark.parametrize(
    "wrong",
    [(0, "day", "calendar", "after"), (3, "week", "calendar", "after"),
     (3, "day", "calendar", "around"), (3, "month", "working", "after")],
)  # fmt: skip
def test_a_period_that_no_law_knows_is_refused(wrong):
    with pytest.raises(ValueError, match="period"):
        Period(*wrong)


@pytest.mark.parametrize("row", RULES, ids=lambda r: f"{r['code']}-{r['effective_from']}")
def test_every_shipped_rule_can_be_counted(row):
    period = Period(int(row["value"]), row["unit"], row["day_type"], row["direction"])
    if period.unit == "hour":
        assert due_at(period, datetime(2026, 6, 1, tzinfo=UTC))
    else:
        assert due_on(period, date(2026, 6, 30), TABLE).lines


@pytest.mark.parametrize(
    ("code", "last_day"),
    [
        ("RECHECK", date(2026, 1, 31)),
        ("EXT_APPLY", date(2026, 1, 31)),
        ("EXT_REPLY", date(2026, 1, 31)),
        ("PENALTY_FILE_BACKFILL", date(2026, 1, 31)),
        ("STATEMENT", date(2026, 1, 31)),
        ("SPEC_REVIEW", date(2026, 5, 31)),
    ],
)
def test_superseded_rules_are_end_dated_and_their_successors_uncertain(code, last_day):
    """FACTS 2.0: Order 18 replaces Order 15 on 2026-02-01, Order 19 replaces 30 on 2026-06-01."""
    versions = sorted((r for r in RULES if r["code"] == code), key=lambda r: r["effective_from"])
    assert versions[0]["effective_to"] == last_day.isoformat()
    assert versions[1]["effective_from"] == (last_day + timedelta(days=1)).isoformat()
    assert versions[1]["certainty"] == "L"


days = st.dates(date(2024, 1, 1), date(2026, 9, 30))


@given(days, st.integers(0, 20), st.integers(0, 30), st.integers(1, 15))
def test_a_pause_never_costs_or_gives_a_counted_day(start, wait, length, value):
    stop = start + timedelta(days=1 + wait)
    again = stop + timedelta(days=length)
    clock = resume(pause(Clock(1, start), stop), again)
    end = clock_due(clock, Period(value, "day", "working", "after"), TABLE).day
    counted = workdays_between(start, end, TABLE)
    lost = sum(
        is_workday(d, TABLE) for n in range(length) if (d := stop + timedelta(days=n)) <= end
    )
    assert counted - lost == value
