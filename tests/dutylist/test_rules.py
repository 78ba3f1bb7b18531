"""Periods, figures and evidence of duties, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from supervision.core.errors import InvalidInput
from supervision.core.spans import Frequency as F
from supervision.core.spans import Span, due_after, spans_between
from supervision.dutylist.rules import (
    Done,
    Figures,
    Held,
    Standing,
    check_evidence,
    figures,
    month_of,
    open_spans,
    standing,
)


@pytest.mark.parametrize(
    ("often", "done_until", "due_on"),
    [
        (F.DAILY, None, date(2026, 11, 23)),
        (F.DAILY, date(2026, 11, 23), date(2026, 11, 24)),
        (F.WEEKLY, None, date(2026, 11, 29)),
        (F.MONTHLY, date(2026, 11, 30), date(2026, 12, 31)),
        (F.QUARTERLY, None, date(2026, 12, 31)),
        (F.HALF_YEARLY, date(2026, 12, 31), date(2027, 6, 30)),
        (F.YEARLY, date(2025, 12, 31), date(2026, 12, 31)),
    ],
)
def test_the_period_that_is_due_follows_the_last_one_done(often, done_until, due_on):
    assert due_after(often, date(2026, 11, 23), done_until).last == due_on


def test_a_duty_is_late_on_the_day_after_its_period_and_no_sooner():
    last = date(2026, 11, 30)
    assert standing(F.MONTHLY, last, last) is Standing.DUE
    assert standing(F.MONTHLY, last, date(2026, 12, 1)) is Standing.LATE
    assert standing(F.MONTHLY, date(2026, 12, 31), last) is Standing.DONE


def test_a_year_of_months_ends_twelve_times_and_a_leap_february_on_its_29th():
    ends = [s.last for s in spans_between(F.MONTHLY, date(2028, 1, 1), date(2028, 12, 31))]
    assert len(ends) == 12
    assert date(2028, 2, 29) in ends


def test_what_was_not_done_can_be_made_up_for_twelve_periods_but_not_before_it_began():
    today = date(2026, 11, 23)
    found = open_spans(F.WEEKLY, date(2026, 11, 11), today, [date(2026, 11, 16)])
    assert [s.first for s in found] == [date(2026, 11, 23), date(2026, 11, 9)]
    assert len(open_spans(F.DAILY, date(2020, 1, 1), today, [])) == 12


def test_figures_count_periods_that_end_in_the_month_and_nothing_missed_before_its_end():
    weekly, yearly = (Held(f, date(2026, 11, 1), None) for f in (F.WEEKLY, F.YEARLY))
    ended = Held(F.DAILY, date(2026, 11, 1), date(2026, 11, 3))
    in_time = Done(date(2026, 11, 8), date(2026, 11, 6))
    too_late = Done(date(2026, 11, 15), date(2026, 11, 20))
    month = month_of(date(2026, 11, 23))
    assert month == Span(date(2026, 11, 1), date(2026, 11, 30))
    # Weeks end on the 1st, 8th, 15th, 22nd and 29th; the last is not over.
    today = date(2026, 11, 23)
    found = figures([weekly, yearly, ended], [in_time, too_late], month, today)
    assert found == Figures(due=8, done=2, late=1, missed=5)
    twice = figures([replace(weekly, count=2)], [in_time, Done(month.last, today)], month, today)
    assert twice == Figures(due=10, done=2, late=0, missed=7)


@pytest.mark.parametrize(
    ("note", "link", "files", "field"),
    [
        ("", "", 0, "note"),
        ("", "javascript:alert(1)", 0, "link"),
        ("Done", "//elsewhere.example", 0, "link"),
        ("", "http://plain.example/", 1, "link"),
    ],
)
def test_nothing_is_done_without_a_word_and_no_link_leads_astray(note, link, files, field):
    with pytest.raises(InvalidInput) as refused:
        check_evidence(note, link, files)
    assert refused.value.field == field
    check_evidence("Checked", "/hazards/7", 0)
    check_evidence("", "", 1)
