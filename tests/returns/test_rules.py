"""Spans, due days and what must add up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from supervision.core.deadlines import Period, due_on
from supervision.core.workdays import WorkdayTable
from supervision.hazard.rules import Source
from supervision.returns import rules
from supervision.returns.rules import ReturnKind, last_span

NONE = WorkdayTable(frozenset(), frozenset(), frozenset())


@pytest.mark.parametrize(
    ("kind", "day", "today", "first", "due"),
    [
        (ReturnKind.QUARTERLY, 15, date(2026, 4, 1), date(2026, 1, 1), date(2026, 4, 15)),
        (ReturnKind.QUARTERLY, 15, date(2026, 9, 30), date(2026, 4, 1), date(2026, 7, 15)),
        (ReturnKind.QUARTERLY, 15, date(2026, 12, 31), date(2026, 7, 1), date(2026, 10, 15)),
        (ReturnKind.QUARTERLY, 15, date(2027, 1, 1), date(2026, 10, 1), date(2027, 1, 15)),
        (ReturnKind.ANNUAL, 31, date(2027, 1, 1), date(2026, 1, 1), date(2027, 1, 31)),
        (ReturnKind.ANNUAL, 31, date(2028, 2, 29), date(2027, 1, 1), date(2028, 1, 31)),
        (ReturnKind.LOCAL, 31, date(2026, 2, 1), date(2026, 1, 1), date(2026, 2, 28)),
    ],
)
def test_each_span_ends_before_the_day_and_is_due_on_the_law_s(kind, day, today, first, due):
    span = last_span(kind, today)
    assert (span.first, span.last < today) == (first, True)
    assert due_on(Period(day, "day_of_month", "calendar", "before"), span.last, NONE).day == due


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


def test_a_line_is_a_whole_number_or_yuan():
    assert rules.is_value("open", Decimal(0))
    assert not rules.is_value("open", Decimal("0.5"))
    assert not rules.is_value("open", Decimal(-1))
    assert not rules.is_value("open", Decimal("NaN"))
    assert rules.is_value("funds_spent", Decimal("0.05"))
    assert not rules.is_value("funds_spent", Decimal("0.005"))
