"""Spans, due days and what must add up."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from supervision.core.deadlines import Period, due_on
from supervision.core.tables import read_table
from supervision.core.workdays import WorkdayTable
from supervision.hazard.rules import Source
from supervision.returns import rules
from supervision.returns.rules import Change, ReturnKind, Span, last_span, last_spans, produced_in
from supervision.seeds import ROOT

NONE = WorkdayTable(frozenset(), frozenset(), frozenset())
SHIPPED = {row["code"]: row for row in read_table(ROOT / "core/data/statutory_rules.tsv")}
Q, Y = ReturnKind.QUARTERLY, ReturnKind.ANNUAL


@pytest.mark.parametrize(
    ("kind", "today", "first", "last", "due"),
    [
        (Q, date(2026, 4, 1), date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 15)),
        (Q, date(2026, 9, 30), date(2026, 4, 1), date(2026, 6, 30), date(2026, 7, 15)),
        (Q, date(2026, 12, 31), date(2026, 7, 1), date(2026, 9, 30), date(2026, 10, 15)),
        (Q, date(2027, 1, 1), date(2026, 10, 1), date(2026, 12, 31), date(2027, 1, 15)),
        (Y, date(2027, 1, 1), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 31)),
        (Y, date(2028, 2, 29), date(2027, 1, 1), date(2027, 12, 31), date(2028, 1, 31)),
    ],
)
def test_by_the_shipped_rules_each_span_is_due_on_the_law_s_day(kind, today, first, last, due):
    rule = SHIPPED[rules.RULE_CODES[kind]]
    period = Period(int(rule["value"]), rule["unit"], rule["day_type"], rule["direction"])
    assert last_span(kind, today) == Span(first, last)
    assert due_on(period, last, NONE).day == due


def test_a_local_return_is_due_on_a_day_that_its_month_has():
    period = Period(31, "day_of_month", "calendar", "before")
    assert last_span(ReturnKind.LOCAL, date(2026, 2, 1)).first == date(2026, 1, 1)
    assert due_on(period, date(2026, 1, 31), NONE).day == date(2026, 2, 28)


def test_two_years_of_spans_are_made_up_for_without_a_gap():
    for kind, count in ((Q, 8), (Y, 2), (ReturnKind.LOCAL, 24)):
        spans = last_spans(kind, date(2027, 1, 2))
        assert (len(spans), spans[0].first) == (count, date(2025, 1, 1))
        assert spans[-1].last == date(2026, 12, 31)
        gaps = [b.first - a.last for a, b in pairwise(spans)]
        assert set(gaps) == {timedelta(days=1)}


def test_who_stood_still_the_whole_time_owes_nothing():
    span, since = Span(date(2026, 4, 1), date(2026, 6, 30)), date(2026, 1, 1)

    def owes(*changes, since=since):
        return produced_in(span, since, [Change(day, now is False, now) for day, now in changes])

    assert owes()
    assert not owes(since=date(2026, 7, 1))
    assert owes((date(2026, 4, 1), False))
    assert not owes((date(2026, 3, 31), False))
    assert not owes((date(2026, 3, 31), False), (date(2026, 7, 1), True))
    assert owes((date(2026, 3, 31), False), (date(2026, 6, 30), True))
    assert owes((date(2026, 7, 1), False))


def values(**changes):
    return rules.read({"carried": 2, "found": 3, "found_general": 3, "found_patrol": 3} | changes)


def test_what_does_not_add_up_is_named():
    good = values(rectified=4, rectified_in_time=4, open=1, overdue=1)
    assert rules.problems(good) == ()
    (problem,) = rules.problems(good | {"open": Decimal(2)})
    assert {"carried", "open"} <= set(problem.names)
    assert len(rules.problems(good | {"found_major": Decimal(1)})) == 1
    assert len(rules.problems(good | {f"found_{Source.VIDEO}": Decimal(1)})) == 1
    assert [p.names for p in rules.problems(good | {"overdue": Decimal(2)})] == [
        ("overdue", "open")
    ]


def test_what_is_not_on_a_local_paper_is_not_added_up():
    corrected = values(found=4, rectified=4, rectified_in_time=4, open=1)
    assert len(rules.problems(corrected)) == 3
    on_paper = ("carried", "found", "rectified", "rectified_in_time", "open")
    assert rules.problems(corrected, on_paper) == ()
    assert rules.problems(corrected | {"rectified_in_time": Decimal(5)}, on_paper) != ()


def test_a_line_is_a_whole_number_or_yuan():
    assert rules.is_value("open", Decimal(0))
    assert not rules.is_value("open", Decimal("0.5"))
    assert not rules.is_value("open", Decimal(-1))
    assert not rules.is_value("open", Decimal("NaN"))
    assert rules.is_value("funds_spent", Decimal("0.05"))
    assert not rules.is_value("funds_spent", Decimal("0.005"))
