"""Rows of returns: made for everybody once a span has ended, by set and without doubles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, insert, or_, select

from supervision.core import clock, notices
from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.core.deadlines import Period, due_on
from supervision.core.errors import NotFound
from supervision.core.holidays import workday_table
from supervision.core.notices import Audience
from supervision.core.scope import region_range, visible
from supervision.core.statutory import rule_on
from supervision.enterprise.models import Enterprise, EnterpriseEvent, EventKind, RollStatus
from supervision.returns import counting, layouts
from supervision.returns.models import PeriodReturn
from supervision.returns.rules import (
    RULE_CODES,
    Change,
    ReturnKind,
    Span,
    last_spans,
    produced_in,
)
from supervision.returns.workflow import ReturnState

_PRODUCES = RollStatus.IN_PRODUCTION


@dataclass(frozen=True, slots=True)
class Owed:
    """What enterprises (of a layout's region, or all) have to report by a day."""

    kind: ReturnKind
    span: Span
    due_on: date
    rule_id: int | None = None
    layout_id: int | None = None
    layout_code: str = ""
    region_code: str = ""

    @property
    def key(self) -> tuple[ReturnKind, str, date]:
        """What makes it one of its kind at an enterprise."""
        return self.kind, self.layout_code, self.span.first


@dataclass(frozen=True, slots=True)
class Plant:
    """An enterprise in production, and since when it is on the roll."""

    id: int
    since: date
    region_code: str


def owed(today: date) -> Iterator[Owed]:
    """Every span that ended and is made up for, due by the rule in force when it ended.

    Where no rule was, nothing was owed: an installation whose rules are not loaded yet.
    """
    table = workday_table()
    for kind, code in RULE_CODES.items():
        for span in last_spans(kind, today):
            try:
                rule = rule_on(code, span.last)
            except NotFound:
                continue
            period = Period(rule.value, rule.unit, rule.day_type, rule.direction)
            yield Owed(kind, span, due_on(period, span.last, table).day, rule_id=rule.id)
    for span in last_spans(ReturnKind.LOCAL, today):
        for layout in layouts.in_force(span.last):
            period = Period(layout.due_day, "day_of_month", "calendar", "before")
            yield Owed(
                ReturnKind.LOCAL,
                span,
                due_on(period, span.last, table).day,
                layout_id=layout.id,
                layout_code=layout.code,
                region_code=layout.region_code,
            )


def lacking(what: Sequence[Owed], after: int, limit: int) -> Sequence[Plant]:
    """The next enterprises in production that have no row of something, by id."""
    columns = Enterprise.id, Enterprise.created_at, Enterprise.region_code
    stmt = (
        visible(Enterprise, SYSTEM, *columns)
        .where(Enterprise.roll_status == _PRODUCES, Enterprise.id > after)
        .where(or_(*(_lacks(one) for one in what)))
        .order_by(Enterprise.id)
        .limit(limit)
    )
    return [Plant(r[0], clock.day_of(r[1]), r[2]) for r in db.session.execute(stmt)]


def _lacks(what: Owed) -> ColumnElement[bool]:
    has = exists(
        select(PeriodReturn.id).where(
            PeriodReturn.enterprise_id == Enterprise.id,
            PeriodReturn.kind == what.kind,
            PeriodReturn.layout_code == what.layout_code,
            PeriodReturn.first_day == what.span.first,
        )
    )
    clauses = [Enterprise.created_at < clock.end_of(what.span.last), ~has]
    if what.region_code:
        clauses.append(region_range(Enterprise.region_code, what.region_code))
    return and_(*clauses)


def make(what: Sequence[Owed], plants: Sequence[Plant], now: datetime) -> int:
    """The rows of these with their figures, one notice to each enterprise; returns how many."""
    if not plants:
        return 0
    known, changes = _known(what, plants), _changes(plants)
    made: dict[int, list[Owed]] = defaultdict(list)
    for one in what:
        ids = [p.id for p in plants if _owes(p, one, known[p.id], changes[p.id])]
        _insert(one, ids, now)
        for ident in ids:
            made[ident].append(one)
    for ident, some in made.items():
        _tell(ident, some)
    return sum(map(len, made.values()))


def _owes(plant: Plant, what: Owed, known: Collection[object], changes: Sequence[Change]) -> bool:
    return (
        plant.region_code.startswith(what.region_code)
        and plant.since <= what.span.last
        and what.key not in known
        and produced_in(what.span, plant.since, changes)
    )


def _known(what: Sequence[Owed], plants: Sequence[Plant]) -> Mapping[int, Collection[object]]:
    """Enterprise -> what it has a row of."""
    columns = PeriodReturn.kind, PeriodReturn.layout_code, PeriodReturn.first_day
    stmt = visible(PeriodReturn, SYSTEM, PeriodReturn.enterprise_id, *columns).where(
        PeriodReturn.enterprise_id.in_([plant.id for plant in plants]),
        PeriodReturn.last_day >= min(one.span.last for one in what),
    )
    found: dict[int, set[object]] = defaultdict(set)
    for owner, *key in db.session.execute(stmt):
        found[owner].add(tuple(key))
    return found


def _changes(plants: Sequence[Plant]) -> Mapping[int, Sequence[Change]]:
    """Enterprise -> when it went out of production and came back."""
    event = EnterpriseEvent
    columns = event.at, event.status_before, event.status_after
    stmt = (
        visible(event, SYSTEM, event.enterprise_id, *columns)
        .where(event.enterprise_id.in_([plant.id for plant in plants]))
        .where(event.kind == EventKind.ROLL_STATUS)
        .order_by(event.at, event.id)
    )
    found: dict[int, list[Change]] = defaultdict(list)
    for owner, at, before, after in db.session.execute(stmt):
        change = Change(clock.day_of(at), before is _PRODUCES, after is _PRODUCES)
        found[owner].append(change)
    return found


def _insert(what: Owed, enterprise_ids: Sequence[int], now: datetime) -> None:
    if not enterprise_ids:
        return
    figures = counting.count(SYSTEM, enterprise_ids, what.span)
    majors = counting.majors(SYSTEM, enterprise_ids, what.span)
    shared: dict[str, Any] = {
        "kind": what.kind,
        "first_day": what.span.first,
        "last_day": what.span.last,
        "layout_code": what.layout_code,
        "layout_id": what.layout_id,
        "due_on": what.due_on,
        "expected_on": what.due_on,
        "rule_id": what.rule_id,
        "status": ReturnState.DRAFT,
        "revision": 1,
        "counted_at": now,
        "audit_id": counting.trail_end(),
        "made_at": now,
        "row_version": 1,
    }
    rows = [
        {**shared, "enterprise_id": ident, "figures": figures[ident], "majors": majors[ident]}
        for ident in enterprise_ids
    ]
    db.session.execute(insert(PeriodReturn), rows)


def _tell(enterprise_id: int, made: Sequence[Owed]) -> None:
    """One notice, however many spans end on the same day."""
    first = min(made, key=lambda one: one.due_on)
    notices.queue(
        f"returns.made_{first.kind}" if len(made) == 1 else "returns.made_many",
        Audience.ENTERPRISE_PEOPLE,
        enterprise_id,
        link=f"/returns/?enterprise={enterprise_id}&group=open&sort=due",
        count=len(made),
        first=first.span.first,
        last=first.span.last,
        due_on=first.due_on,
    )
