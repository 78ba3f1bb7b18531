"""Clocks and escalations of a period, for those who count them: rows, and counts made by SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union_all

from supervision.core.actor import Actor
from supervision.core.clocks import ClockOutcome
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.scope import region_range, unscoped, visible
from supervision.core.statutory import StatutoryRule
from supervision.enterprise.models import Enterprise
from supervision.escalation.clock_list import PARTS
from supervision.escalation.models import EscalationEvent
from supervision.escalation.rules import Audience, EventState, Ladder

_CHUNK = 500
_PARTS = "each part of the list starts at visible()"


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One clock with the name of the rule that it runs under. ``kind``: what it belongs to."""

    kind: str
    id: int
    rule: str
    number: str
    enterprise: str
    started_on: date
    due_on: date
    ended_on: date | None
    is_void: bool


@dataclass(frozen=True, slots=True)
class EscalationRow:
    """One step that was taken, with the names of those who were told."""

    id: int
    at: datetime
    ladder: Ladder
    offset: int
    number: str
    enterprise: str
    audience: Audience
    told: tuple[str, ...]


def clock_rows(actor: Actor, first: date, due_through: date, *, region: str) -> Iterator[ClockRow]:
    """Clocks due up to ``due_through`` that had not ended before ``first``, the last day first.

    With those voided later, which ran at the period's end: whoever counts leaves out the others.
    """
    row = _clocks(actor)
    stmt = (
        select(
            row.kind,
            row.id,
            StatutoryRule.name,
            func.coalesce(row.number, ""),
            Enterprise.name,
            row.started_on,
            row.due_on,
            row.ended_on,
            func.coalesce(row.outcome, "") == ClockOutcome.VOID,
        )
        .join(Enterprise, Enterprise.id == row.enterprise_id)
        .join(StatutoryRule, StatutoryRule.id == row.rule_id)
        .where(_touches(row, first, due_through), _within(region))
        .order_by(row.due_on, row.kind, row.id)
    )
    stmt = unscoped(stmt.execution_options(yield_per=_CHUNK), reason=_PARTS)
    for found in db.session.execute(stmt):
        yield ClockRow(*found)


def clock_counts(
    actor: Actor, first: date, due_through: date, end: date, *, region: str
) -> dict[str, int]:
    """How many were due, met and overdue at the end of the day ``end``; without the rows."""
    row = _clocks(actor)
    runs = or_(row.ended_on.is_(None), row.ended_on > end)
    void = func.coalesce(row.outcome, "") == ClockOutcome.VOID
    counted = or_(runs, ~void)
    due = and_(row.due_on >= first, row.due_on <= due_through)
    met = and_(due, row.ended_on.is_not(None), ~void, row.ended_on <= row.due_on)
    parts = {
        "clocks_due": due,
        "clocks_met": met,
        "clocks_overdue": and_(row.due_on <= due_through, runs),
    }
    columns = [count_if(and_(counted, part)) for part in parts.values()]
    stmt = select(*columns).join(Enterprise, Enterprise.id == row.enterprise_id)
    found = db.session.execute(unscoped(stmt.where(_within(region)), reason=_PARTS)).one()
    return {name: int(value) for name, value in zip(parts, found, strict=True)}


def escalation_rows(
    actor: Actor, start: datetime, end: datetime, *, region: str
) -> Iterator[EscalationRow]:
    """Steps taken in ``[start, end)``, oldest first; those that another step spoke for told nobody."""
    stmt = _escalations(
        actor,
        start,
        end,
        EscalationEvent.id,
        EscalationEvent.at,
        EscalationEvent.ladder,
        EscalationEvent.offset,
        EscalationEvent.number,
        Enterprise.name,
        EscalationEvent.audience,
        EscalationEvent.told,
    )
    stmt = stmt.where(_within(region)).order_by(EscalationEvent.at, EscalationEvent.id)
    for *values, told in db.session.execute(stmt.execution_options(yield_per=_CHUNK)):
        rest: list[Any] = [*values, tuple(str(name) for _id, name in told)]
        yield EscalationRow(*rest)


def escalation_count(actor: Actor, start: datetime, end: datetime, *, region: str) -> int:
    """How many there were, counted by the database."""
    stmt = _escalations(actor, start, end, func.count(EscalationEvent.id))
    return int(db.session.scalar(stmt.where(_within(region))) or 0)


def _clocks(actor: Actor) -> Any:
    return union_all(*(part(actor) for part in PARTS.values())).subquery("clock").c


def _touches(row: Any, first: date, due_through: date) -> ColumnElement[bool]:
    ended_before = and_(row.ended_on.is_not(None), row.ended_on < first)
    due_here = and_(row.due_on >= first, row.due_on <= due_through)
    clause: ColumnElement[bool] = and_(row.due_on <= due_through, or_(due_here, ~ended_before))
    return clause


def _escalations(actor: Actor, start: datetime, end: datetime, *columns: Any) -> Select[Any]:
    return (
        visible(EscalationEvent, actor, *columns)
        .join(Enterprise, Enterprise.id == EscalationEvent.enterprise_id)
        .where(
            EscalationEvent.at >= start,
            EscalationEvent.at < end,
            EscalationEvent.state != EventState.ABSORBED,
        )
    )


def _within(region: str) -> ColumnElement[bool]:
    return region_range(Enterprise.region_code, region)
