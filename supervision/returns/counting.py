"""Figures of spans from the ledger of hazards, for many enterprises by one statement.

* **Carried over**: found before the span and still on the ledger when it began.
* **Rectified**: closed in the span; **in time**: on or before the deadline in force.
* **Open**: on the ledger when the span ended; **overdue**: of those, with a deadline up to then.
* **Listed**: open major hazards under listed supervision when the span ended.
* **Funds**: planned for all that was on the ledger in the span, spent on what was rectified.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, case, cast, func, not_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.audit import AuditEntry
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.scope import unscoped, visible
from supervision.hazard.listing_models import HazardListing
from supervision.hazard.models import Hazard, HazardEvent
from supervision.hazard.rules import Grade, Source
from supervision.hazard.workflow import HazardState
from supervision.returns.rules import FIGURES, MONEY, Span

# The steps that take a ticket off the ledger without closing it; each can happen once.
_LEAVING = ("transfer", "invalidate")
_TEXT = 500

Leaving = aliased(HazardEvent)


def count(actor: Actor, enterprise_ids: Collection[int], span: Span) -> dict[int, dict[str, Any]]:
    """Enterprise -> its figures, of all that are asked for; one statement."""
    columns = _columns(span)
    stmt = (
        _tickets(actor, Hazard.enterprise_id, *columns.values())
        .where(Hazard.enterprise_id.in_(enterprise_ids))
        .where(Hazard.found_at < clock.end_of(span.last))
        .group_by(Hazard.enterprise_id)
    )
    found: dict[int, dict[str, Any]] = {ident: _stored({}) for ident in enterprise_ids}
    for owner, *values in db.session.execute(stmt):
        found[owner] = _stored(dict(zip(columns, values, strict=True)))
    return found


def majors(
    actor: Actor, enterprise_ids: Collection[int], span: Span
) -> dict[int, list[dict[str, Any]]]:
    """Enterprise -> its major hazards that were open when the span ended.

    Order 16, art. 14: of these, their state and causes, how hard they are to rectify, and the plan.
    """
    stmt = (
        _tickets(actor, Hazard)
        .where(Hazard.enterprise_id.in_(enterprise_ids), Hazard.grade == Grade.MAJOR)
        .where(Hazard.found_at < clock.end_of(span.last), not_(_gone(clock.end_of(span.last))))
        .options(selectinload(Hazard.plans), joinedload(Hazard.criterion))
        .order_by(Hazard.enterprise_id, Hazard.number)
    )
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for hazard in db.session.scalars(stmt):
        found[hazard.enterprise_id].append(_major(hazard))
    return found


def trail_end() -> int:
    """The last entry of the audit trail: which state of the ledger was counted."""
    stmt = unscoped(select(func.max(AuditEntry.id)), reason="a count says up to where it read")
    return db.session.scalar(stmt) or 0


def _major(hazard: Hazard) -> dict[str, Any]:
    plan = hazard.current_plan
    return {
        "id": hazard.id,
        "number": hazard.number,
        "place": hazard.place,
        "cause": hazard.description[:_TEXT],
        "difficulty": (hazard.grade_reason or _criterion(hazard))[:_TEXT],
        "plan": (plan.methods if plan else hazard.plan or hazard.measures)[:_TEXT],
        "schedule": plan.schedule[:_TEXT] if plan else "",
        "due_on": hazard.due_on.isoformat() if hazard.due_on else "",
        "status": str(hazard.status),
    }


def _criterion(hazard: Hazard) -> str:
    """Without words of its own it is major by an item of the lists."""
    found = hazard.criterion
    return f"{found.code} {found.text}" if found else ""


def _tickets(actor: Actor, *columns: Any) -> Select[Any]:
    gone = and_(Leaving.hazard_id == Hazard.id, Leaving.action.in_(_LEAVING))
    return visible(Hazard, actor, *columns).outerjoin(Leaving, gone)


def _left_at() -> Any:
    return func.coalesce(Hazard.closed_at, Leaving.at)


def _gone(instant: datetime) -> ColumnElement[bool]:
    """Off the ledger before ``instant``; never NULL, so that it can be negated."""
    return and_(_left_at().is_not(None), _left_at() < instant)


def _columns(span: Span) -> dict[str, ColumnElement[Any]]:
    start, end = clock.start_of(span.first), clock.end_of(span.last)
    found = Hazard.found_at >= start
    left = and_(_left_at() >= start, _left_at() < end)
    here = not_(_gone(end))
    rectified = and_(left, Hazard.status == HazardState.CLOSED)
    major = Hazard.grade == Grade.MAJOR
    parts = {
        "carried": and_(not_(found), not_(_gone(start))),
        "found": found,
        "found_general": and_(found, Hazard.grade == Grade.GENERAL),
        "found_major": and_(found, major),
        "found_ungraded": and_(found, Hazard.grade.is_(None)),
        **{f"found_{source}": and_(found, Hazard.source == source) for source in Source},
        "rectified": rectified,
        "rectified_major": and_(rectified, major),
        "rectified_in_time": and_(rectified, _day(Hazard.closed_at) <= Hazard.due_on),
        "invalid": and_(left, Hazard.status == HazardState.INVALID),
        "transferred": and_(left, Hazard.status == HazardState.TRANSFERRED),
        "open": here,
        "open_major": and_(here, major),
        "overdue": and_(here, Hazard.due_on <= span.last),
        "listed": and_(here, major, _listed(end)),
    }
    money = {
        "funds_planned": _total(not_(_gone(start)), Hazard.funds_planned),
        "funds_spent": _total(rectified, Hazard.funds_spent),
    }
    return {**{name: count_if(part) for name, part in parts.items()}, **money}


def _listed(end: datetime) -> ColumnElement[bool]:
    delisted = HazardListing.delisted_at
    return (
        select(1)
        .where(HazardListing.hazard_id == Hazard.id, HazardListing.listed_at < end)
        .where(delisted.is_(None) | (delisted >= end))
        .exists()
    )


def _total(clause: ColumnElement[bool], column: Any) -> ColumnElement[Any]:
    return func.sum(case((clause, column), else_=None))


def _day(instant: Any) -> Any:
    """The day in Shanghai of a column of instants (UTC+8 without summer time since 1992)."""
    if db.engine.dialect.name == "postgresql":
        return cast(func.timezone("Asia/Shanghai", instant), Date)
    return func.date(instant, "+8 hours")


def _stored(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: str(Decimal(values.get(name) or 0).quantize(Decimal("0.01")))
        if name in MONEY
        else int(values.get(name) or 0)
        for name in FIGURES
    }
