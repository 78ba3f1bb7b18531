"""The month of the authority's own work: what counts when, and that it adds up."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.report.enforcement import (
    ClockFact,
    InspectionFact,
    OrderExit,
    OrderFact,
    enforcement,
)
from supervision.report.rules import Period, ReconciliationError

OCTOBER = Period(2026, 10, date(2026, 11, 5))
NOVEMBER = Period(2026, 11, date(2026, 12, 5))


def order(number=1, since=date(2026, 10, 8), left_on=None, how=OrderExit.CLOSED):
    return OrderFact(
        id=number,
        number=f"O{number}",
        kind="rectify",
        enterprise="Plant",
        uscc="",
        since=since,
        issued_on=since,
        served_on=since,
        last_due_on=None,
        items=2,
        items_done=0,
        exit=how if left_on else None,
        left_on=left_on,
    )


def clock(number=1, due_on=date(2026, 10, 20), ended_on=None, *, void=False, of="order"):
    started = date(2026, 10, 1)
    return ClockFact(of, number, "Reply", f"O{number}", "Plant", started, due_on, ended_on, void)


def inspection(recorded_on, *, administrative=True, number=1):
    return InspectionFact(
        number, f"J{number}", "", "x", administrative, "Plant", "", recorded_on, True, 5, 2, 2, ""
    )


def figures(period=OCTOBER, **rows):
    return enforcement(period, **rows).figures


def test_an_order_of_september_that_closes_in_october_opens_the_month_and_leaves_it():
    found = figures(orders=[order(since=date(2026, 9, 30), left_on=date(2026, 10, 31))])
    assert (found.orders_opening, found.orders_issued) == (1, 0)
    assert (found.orders_closed, found.orders_closing) == (1, 0)


def test_an_order_that_closed_before_the_month_is_not_in_it():
    done = enforcement(
        OCTOBER, orders=[order(since=date(2026, 9, 1), left_on=date(2026, 9, 30))]
    )  # fmt: skip
    assert done.orders == ()


def test_an_order_closed_after_the_month_is_open_at_its_end():
    found = figures(orders=[order(left_on=date(2026, 11, 2))])
    assert (found.orders_issued, found.orders_closed, found.orders_closing) == (1, 0, 1)


def test_a_void_order_left_the_month_and_is_still_listed():
    done = enforcement(OCTOBER, orders=[order(left_on=date(2026, 10, 9), how=OrderExit.VOID)])
    assert done.figures.orders_void == 1
    assert [row.number for row in done.orders] == ["O1"]


def test_a_clock_that_ended_on_its_last_day_is_met():
    found = figures(clocks=[clock(ended_on=date(2026, 10, 20))])
    assert (found.clocks_due, found.clocks_met, found.clocks_overdue) == (1, 1, 0)


def test_a_clock_that_ended_a_day_late_is_listed_and_not_overdue_any_more():
    done = enforcement(OCTOBER, clocks=[clock(ended_on=date(2026, 10, 21))])
    assert (done.figures.clocks_due, done.figures.clocks_met) == (1, 0)
    assert done.figures.clocks_overdue == 0
    assert len(done.late_clocks) == 1


def test_a_clock_that_ended_after_the_month_was_overdue_at_its_end():
    assert figures(clocks=[clock(ended_on=date(2026, 11, 3))]).clocks_overdue == 1


def test_a_clock_of_an_earlier_month_stays_overdue_without_being_due_again():
    found = figures(NOVEMBER, clocks=[clock()])
    assert (found.clocks_due, found.clocks_overdue) == (0, 1)


def test_a_clock_voided_within_the_month_is_counted_nowhere():
    done = enforcement(OCTOBER, clocks=[clock(ended_on=date(2026, 10, 25), void=True)])
    assert (done.figures.clocks_due, done.figures.clocks_overdue, done.late_clocks) == (0, 0, ())


def test_a_clock_voided_after_the_month_was_overdue_at_its_end_all_the_same():
    found = figures(clocks=[clock(ended_on=date(2026, 11, 25), void=True)])
    assert (found.clocks_due, found.clocks_met, found.clocks_overdue) == (1, 0, 1)


def test_clocks_of_two_tables_may_share_an_id():
    assert figures(clocks=[clock(of="order"), clock(of="hazard")]).clocks_due == 2


def test_a_clock_given_twice_is_refused():
    with pytest.raises(ReconciliationError, match="twice"):
        figures(clocks=[clock(), clock()])


def test_a_visit_is_an_inspection_that_is_not_administrative():
    day = date(2026, 10, 12)
    found = figures(
        inspections=[inspection(day), inspection(day, administrative=False, number=2)]
    )  # fmt: skip
    assert (found.inspections, found.administrative, found.items_failed) == (2, 1, 4)


def test_an_inspection_belongs_to_the_day_of_its_record():
    assert figures(inspections=[inspection(date(2026, 11, 1))]).inspections == 0


DAYS = st.dates(date(2026, 8, 1), date(2026, 12, 4))


@given(st.lists(st.tuples(DAYS, st.none() | DAYS, st.sampled_from(OrderExit))))
def test_whatever_the_days_one_month_closes_with_what_the_next_one_opens_with(rows):
    orders = [
        order(number, min(since, left or since), left and max(since, left), how)
        for number, (since, left, how) in enumerate(rows)
    ]
    october, november = figures(OCTOBER, orders=orders), figures(NOVEMBER, orders=orders)
    assert october.orders_closing == november.orders_opening
