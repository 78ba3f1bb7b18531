"""Trainings of a period, for those who count them: by enterprise, one by one, counts by SQL.

A training counts from the day on which its archive was closed, as its hours do; one that was
declared void counts nowhere. Hours are counted in minutes, which add up in every database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, case, func

from supervision.core.actor import Actor
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.enterprise.models import Enterprise, narrowed
from supervision.people.rules import Result, TrainingKind
from supervision.people.training_models import TrainingAttendance, TrainingSession
from supervision.people.workflow import SessionState

MINUTES = 60


@dataclass(frozen=True, slots=True)
class TrainingSums:
    """An enterprise's trainings; ``minutes``: of everybody who passed, added up."""

    enterprise_id: int
    enterprise: str
    uscc: str
    trainings: int = 0
    people: int = 0
    passed: int = 0
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """One training; ``hours`` is how long it took."""

    id: int
    title: str
    kind: TrainingKind
    held_on: date
    recorded_at: datetime
    hours: Decimal
    people: int
    passed: int


def training_sums(
    actor: Actor,
    start: datetime,
    end: datetime,
    *,
    enterprise_id: int | None = None,
    region: str = "",
) -> Sequence[TrainingSums]:
    """One row an enterprise that trained anybody, by name."""
    owner = (TrainingSession.enterprise_id, Enterprise.name, Enterprise.uscc)
    held = _sessions(actor, start, end, *owner, func.count(TrainingSession.id)).group_by(*owner)
    held = narrowed(held, owner[0], enterprise_id=enterprise_id, region=region)
    found = {
        row[0]: TrainingSums(row[0], row[1], row[2], trainings=row[3])
        for row in db.session.execute(held)
    }
    taken = _attendances(actor, start, end, owner[0], *_parts()).group_by(owner[0])
    taken = narrowed(taken, owner[0], enterprise_id=enterprise_id, region=region)
    for one, *values in db.session.execute(taken):
        people, passed, minutes = (int(value) for value in values)
        found[one] = replace(found[one], people=people, passed=passed, minutes=minutes)
    return sorted(found.values(), key=lambda one: (one.enterprise, one.enterprise_id))


def training_rows(
    actor: Actor, start: datetime, end: datetime, *, enterprise_id: int
) -> Sequence[TrainingRow]:
    """An enterprise's, in the order in which they were held."""
    model = TrainingSession
    columns = (model.id, model.title, model.kind, model.held_on, model.recorded_at, model.hours)
    held = _sessions(actor, start, end, *columns).where(model.enterprise_id == enterprise_id)
    taken = (
        _attendances(actor, start, end, model.id, *_parts()[:2])
        .where(model.enterprise_id == enterprise_id)
        .group_by(model.id)
    )
    took = {row[0]: (int(row[1]), int(row[2])) for row in db.session.execute(taken)}
    rows = db.session.execute(held.order_by(model.held_on, model.id))
    found = []
    for ident, title, kind, held_on, at, hours in rows:
        people, passed = took.get(ident, (0, 0))
        found.append(TrainingRow(ident, title, kind, held_on, at, hours, people, passed))
    return found


def training_counts(
    actor: Actor,
    start: datetime,
    end: datetime,
    *,
    enterprise_id: int | None = None,
    region: str = "",
) -> dict[str, int]:
    """All of it in numbers, counted without the rows."""
    owner = TrainingSession.enterprise_id
    held = narrowed(
        _sessions(actor, start, end, func.count(TrainingSession.id)),
        owner,
        enterprise_id=enterprise_id,
        region=region,
    )
    taken = narrowed(
        _attendances(actor, start, end, *_parts()),
        owner,
        enterprise_id=enterprise_id,
        region=region,
    )
    people, passed, minutes = (int(value) for value in db.session.execute(taken).one())
    return {
        "trainings": int(db.session.scalar(held) or 0),
        "training_people": people,
        "training_passed": passed,
        "training_minutes": minutes,
    }


def _parts() -> tuple[Any, Any, Any]:
    """How many took part, how many passed, and the minutes of those who passed."""
    passed = TrainingAttendance.result == Result.PASSED
    minutes = func.sum(case((passed, TrainingSession.hours * MINUTES), else_=0))
    # SQLite adds floats: to whole minutes again.
    return (
        func.count(TrainingAttendance.id),
        count_if(passed),
        func.round(func.coalesce(minutes, 0)),
    )


def _sessions(actor: Actor, start: datetime, end: datetime, *columns: Any) -> Select[Any]:
    stmt = visible(TrainingSession, actor, *columns)
    stmt = stmt.join(Enterprise, Enterprise.id == TrainingSession.enterprise_id)
    return _recorded(stmt, start, end)


def _attendances(actor: Actor, start: datetime, end: datetime, *columns: Any) -> Select[Any]:
    stmt = visible(TrainingAttendance, actor, *columns)
    stmt = stmt.join(TrainingSession, TrainingSession.id == TrainingAttendance.session_id)
    stmt = stmt.join(Enterprise, Enterprise.id == TrainingSession.enterprise_id)
    return _recorded(stmt, start, end)


def _recorded(stmt: Select[Any], start: datetime, end: datetime) -> Select[Any]:
    model = TrainingSession
    return stmt.where(
        model.status == SessionState.RECORDED, model.recorded_at >= start, model.recorded_at < end
    )
