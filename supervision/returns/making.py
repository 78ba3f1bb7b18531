"""Rows of returns: made for everybody once a span has ended, by set and without doubles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, insert, select

from supervision.core import clock, notices
from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.core.deadlines import Period, due_on
from supervision.core.holidays import workday_table
from supervision.core.notices import Audience
from supervision.core.scope import region_range, visible
from supervision.core.statutory import rule_on
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.returns import counting, layouts
from supervision.returns.models import PeriodReturn, ReturnLayout
from supervision.returns.rules import RULE_CODES, ReturnKind, Span, last_span
from supervision.returns.workflow import ReturnState


@dataclass(frozen=True, slots=True)
class Owed:
    """What enterprises (of a layout's region, or all) have to report by a day."""

    kind: ReturnKind
    span: Span
    due_on: date
    rule_id: int | None = None
    layout: ReturnLayout | None = None

    @property
    def layout_code(self) -> str:
        return self.layout.code if self.layout else ""


def owed(today: date) -> Iterator[Owed]:
    """The latest span of each kind, due by the rule in force when it ended."""
    table = workday_table()
    for kind, code in RULE_CODES.items():
        span = last_span(kind, today)
        rule = rule_on(code, span.last)
        period = Period(rule.value, rule.unit, rule.day_type, rule.direction)
        yield Owed(kind, span, due_on(period, span.last, table).day, rule_id=rule.id)
    span = last_span(ReturnKind.LOCAL, today)
    for layout in layouts.in_force(span.last):
        period = Period(layout.due_day, "day_of_month", "calendar", "before")
        day = due_on(period, span.last, table).day
        yield Owed(ReturnKind.LOCAL, span, day, layout=layout)


def without(what: Owed, limit: int) -> Sequence[int]:
    """Enterprises in production, on the roll before the span ended, that have no row of it yet."""
    has = exists(
        select(PeriodReturn.id).where(
            PeriodReturn.enterprise_id == Enterprise.id,
            PeriodReturn.kind == what.kind,
            PeriodReturn.layout_code == what.layout_code,
            PeriodReturn.first_day == what.span.first,
        )
    )
    stmt = (
        visible(Enterprise, SYSTEM, Enterprise.id)
        .where(Enterprise.roll_status == RollStatus.IN_PRODUCTION, ~has)
        .where(Enterprise.created_at < clock.end_of(what.span.last))
        .order_by(Enterprise.id)
        .limit(limit)
    )
    if what.layout is not None:
        stmt = stmt.where(region_range(Enterprise.region_code, what.layout.region_code))
    return db.session.scalars(stmt).all()


def make(what: Owed, enterprise_ids: Sequence[int], now: datetime) -> int:
    """The rows with their figures, and a notice to each; returns how many."""
    if not enterprise_ids:
        return 0
    figures = counting.count(SYSTEM, enterprise_ids, what.span)
    majors = counting.majors(SYSTEM, enterprise_ids, what.span)
    trail = counting.trail_end()
    shared: dict[str, Any] = {
        "kind": what.kind,
        "first_day": what.span.first,
        "last_day": what.span.last,
        "layout_code": what.layout_code,
        "layout_id": what.layout.id if what.layout else None,
        "due_on": what.due_on,
        "rule_id": what.rule_id,
        "status": ReturnState.DRAFT,
        "revision": 1,
        "counted_at": now,
        "audit_id": trail,
        "made_at": now,
        "row_version": 1,
    }
    rows = [
        {**shared, "enterprise_id": ident, "figures": figures[ident], "majors": majors[ident]}
        for ident in enterprise_ids
    ]
    db.session.execute(insert(PeriodReturn), rows)
    for ident in enterprise_ids:
        notices.queue(
            f"returns.made_{what.kind}",
            Audience.ENTERPRISE_PEOPLE,
            ident,
            link=f"/returns/?enterprise={ident}",
            first=what.span.first,
            last=what.span.last,
            due_on=what.due_on,
        )
    return len(rows)
