"""The month's arithmetic: what counts when, and that it always adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.report.rules import (
    Exit,
    Figures,
    Period,
    ReconciliationError,
    TicketFact,
    Verdict,
    ViolationFact,
    check,
    late_entries,
    month_bounds,
    monthly_figures,
    shanghai_day,
)

MARCH = Period(2026, 3, date(2026, 4, 1))
APRIL = Period(2026, 4, date(2026, 5, 1))


def ticket(number=1, **facts):
    given_facts = {"grade": "general", "source": "patrol", "enterprise_id": 7} | facts
    given_facts.setdefault("found_on", date(2026, 3, 2))
    return TicketFact(id=number, number=f"H{number}", **given_facts)


def closed(day, **facts):
    return ticket(exit=Exit.CLOSED, left_on=day, **facts)


def total(period, *tickets):
    return monthly_figures(period, tickets).total


def test_a_ticket_found_at_half_past_midnight_in_shanghai_belongs_to_the_new_month():
    instant = datetime(2026, 3, 31, 16, 30, tzinfo=UTC)
    start, end = month_bounds(2026, 4)
    assert start <= instant < end
    assert shanghai_day(instant) == date(2026, 4, 1)
    assert total(APRIL, ticket(found_on=shanghai_day(instant))).found == 1


def test_months_meet_without_gap_or_overlap_over_the_new_year():
    assert month_bounds(2026, 12)[1] == month_bounds(2027, 1)[0]
    assert month_bounds(2027, 1)[0] == datetime(2026, 12, 31, 16, 0, tzinfo=UTC)


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        shanghai_day(datetime(2026, 3, 31, 16, 30))  # noqa: DTZ001


def test_closing_on_the_day_of_the_deadline_is_on_time_and_a_day_later_is_not():
    due_on = date(2026, 3, 10)
    assert total(MARCH, closed(due_on, due_on=due_on)).rate == 1
    late = total(MARCH, closed(date(2026, 3, 11), due_on=due_on))
    assert (late.closed, late.due, late.closed_on_time, late.rate) == (1, 1, 0, 0)


def test_an_extended_ticket_is_due_in_its_new_month_and_not_in_the_old_one():
    extended = closed(date(2026, 4, 5), due_on=date(2026, 4, 10))
    assert total(MARCH, extended).due == 0
    april = total(APRIL, extended)
    assert (april.due, april.closed_on_time) == (1, 1)


def test_there_is_no_rate_when_nothing_was_due():
    assert total(MARCH, ticket()).rate is None


def test_a_ticket_open_after_its_last_day_is_overdue_at_the_months_end():
    figures = total(MARCH, ticket(due_on=date(2026, 3, 31)))
    assert (figures.overdue, figures.due, figures.closed_on_time) == (1, 1, 0)
    assert total(MARCH, ticket(due_on=date(2026, 4, 1))).overdue == 0


def test_a_ticket_closed_next_month_was_still_overdue_at_this_months_end():
    late = closed(date(2026, 4, 2), due_on=date(2026, 3, 20))
    assert total(MARCH, late).overdue == 1
    assert total(APRIL, late).overdue == 0
    assert total(APRIL, late).opening == total(APRIL, late).closed == 1


def test_the_deadline_of_today_does_not_count_before_the_day_is_over():
    today = Period(2026, 3, date(2026, 3, 10))
    due_today = ticket(due_on=date(2026, 3, 10))
    assert (total(today, due_today).due, total(today, due_today).overdue) == (0, 0)
    tomorrow = Period(2026, 3, date(2026, 3, 11))
    assert (total(tomorrow, due_today).due, total(tomorrow, due_today).overdue) == (1, 1)


def test_what_is_found_and_closed_today_stands_in_todays_provisional_package():
    today = Period(2026, 3, date(2026, 3, 2))
    figures = monthly_figures(today, [closed(date(2026, 3, 2))])
    assert (figures.total.found, figures.total.closed) == (1, 1)
    assert figures.is_provisional


def test_a_month_is_final_from_the_first_of_the_next():
    assert Period(2026, 3, date(2026, 3, 31)).is_provisional
    assert not MARCH.is_provisional


def test_a_month_that_has_not_begun_has_no_package():
    with pytest.raises(ValueError, match="2026-04 has not begun"):
        Period(2026, 4, date(2026, 3, 31))


def test_an_invalid_ticket_was_never_due_and_a_transferred_one_only_until_it_left():
    due_on = date(2026, 3, 20)
    invalid = ticket(exit=Exit.INVALID, left_on=date(2026, 3, 25), due_on=due_on)
    early = ticket(2, exit=Exit.TRANSFERRED, left_on=due_on, due_on=due_on)
    late = ticket(3, exit=Exit.TRANSFERRED, left_on=date(2026, 3, 21), due_on=due_on)
    figures = total(MARCH, invalid, early, late)
    assert (figures.due, figures.invalid, figures.transferred) == (1, 1, 2)
    assert (figures.found, figures.closing) == (3, 0)


def test_rectification_days_are_those_of_the_tickets_closed_in_the_month():
    found_on = date(2026, 3, 2)
    tickets = [
        closed(found_on + timedelta(days=days), number=number, found_on=found_on)
        for number, days in enumerate([0, 1, 2, 10])
    ]
    days = monthly_figures(MARCH, [*tickets, ticket(99)]).rectification
    assert (days.count, days.longest) == (4, 10)
    assert (days.mean, days.median) == (Decimal("3.3"), Decimal("1.5"))  # 3.25 rounds up


def test_no_closing_gives_no_rectification_days():
    days = monthly_figures(MARCH, [ticket()]).rectification
    assert (days.count, days.mean, days.median, days.longest) == (0, None, None, None)


def test_violations_are_counted_by_verdict_in_the_month_that_they_were_seen():
    verdicts = [Verdict.CONFIRMED, Verdict.CONFIRMED, Verdict.REJECTED, Verdict.PENDING]
    seen = [ViolationFact(n, "helmet", 7, date(2026, 3, 31), v) for n, v in enumerate(verdicts)]
    later = ViolationFact(99, "helmet", 7, date(2026, 4, 1), Verdict.CONFIRMED)
    figures = monthly_figures(MARCH, [], [*seen, later]).violations
    assert (figures.flagged, figures.confirmed, figures.rejected, figures.pending) == (4, 2, 1, 1)
    assert figures.precision == Decimal(2) / 3


def test_a_ticket_counted_twice_stops_the_package():
    with pytest.raises(ReconciliationError, match="twice"):
        monthly_figures(MARCH, [ticket(), ticket()])


def test_figures_that_were_tampered_with_are_refused():
    figures = monthly_figures(MARCH, [ticket()])
    with pytest.raises(ReconciliationError, match="by_grade"):
        check(replace(figures, total=replace(figures.total, found=2)))
    wrong = replace(figures.total, closed=1)
    groups = tuple(replace(group, figures=wrong) for group in figures.by_grade)
    unbalanced = replace(
        figures, total=wrong, by_grade=groups, by_source=groups, by_enterprise=groups
    )
    with pytest.raises(ReconciliationError, match="opening and found"):
        check(unbalanced)


def test_a_ticket_cannot_end_before_it_was_found_or_without_a_day():
    with pytest.raises(ValueError, match="before it was found"):
        closed(date(2026, 3, 1))
    with pytest.raises(ValueError, match="belong together"):
        ticket(exit=Exit.CLOSED)


def test_a_ticket_entered_late_shows_as_a_difference_between_the_months():
    before = monthly_figures(MARCH, [ticket()])
    after = monthly_figures(APRIL, [ticket(), ticket(2)])
    assert late_entries(before, after) == 1


day = st.dates(date(2026, 1, 1), date(2026, 6, 30))
maybe_day = st.none() | day


@st.composite
def ledgers(draw):
    facts = []
    for number in range(draw(st.integers(0, 25))):
        found_on = draw(day)
        ended = draw(st.none() | st.sampled_from(list(Exit)))
        left_on = found_on + timedelta(days=draw(st.integers(0, 90))) if ended else None
        facts.append(
            ticket(
                number,
                found_on=found_on,
                due_on=draw(maybe_day),
                exit=ended,
                left_on=left_on,
                grade=draw(st.sampled_from(["general", "major", ""])),
                source=draw(st.sampled_from(["patrol", "video", "report"])),
                enterprise_id=draw(st.integers(1, 3)),
            )
        )
    return facts


@given(ledgers(), st.integers(1, 6))
def test_rows_sum_to_the_total_and_the_balance_closes_whatever_the_ledger(facts, month):
    figures = monthly_figures(Period(2026, month, date(2026, 12, 1)), facts)
    for groups in (figures.by_grade, figures.by_source, figures.by_enterprise):
        assert sum((group.figures for group in groups), Figures()) == figures.total
    row = figures.total
    assert row.opening + row.found - row.closed - row.transferred - row.invalid == row.closing
    assert 0 <= row.closed_on_time <= row.due
    assert row.overdue <= row.closing


@given(ledgers(), st.integers(1, 5))
def test_one_months_closing_balance_is_the_next_ones_opening(facts, month):
    this = monthly_figures(Period(2026, month, date(2026, 12, 1)), facts)
    following = monthly_figures(Period(2026, month + 1, date(2026, 12, 1)), facts)
    assert late_entries(this, following) == 0


@given(ledgers(), st.integers(1, 6))
def test_nothing_that_happens_after_the_month_changes_its_balance(facts, month):
    period = Period(2026, month, date(2026, 12, 1))
    known = [
        replace(fact, exit=None, left_on=None)
        if fact.left_on is not None and fact.left_on > period.last
        else fact
        for fact in facts
        if fact.found_on <= period.last
    ]
    assert monthly_figures(period, known).total == monthly_figures(period, facts).total


@given(ledgers(), st.integers(1, 6))
def test_the_order_of_the_ledger_does_not_matter(facts, month):
    period = Period(2026, month, date(2026, 6, 30))
    assert monthly_figures(period, facts) == monthly_figures(period, facts[::-1])
