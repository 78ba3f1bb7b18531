"""Reads of trainings, hours and staffing. Every one starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range, unscoped, visible
from supervision.core.search import contains
from supervision.enterprise.models import Enterprise
from supervision.enterprise.tiles import owned_counts
from supervision.people.models import Person
from supervision.people.rules import TrainingKind
from supervision.people.training_models import (
    EnterpriseSector,
    StaffingStanding,
    TrainingAttendance,
    TrainingBalance,
    TrainingFile,
    TrainingSession,
)
from supervision.people.workflow import SessionState

MOST_RECORDS = 500

SESSION_SORTS = {
    "newest": (TrainingSession.held_on.desc(), TrainingSession.id.desc()),
    "oldest": (TrainingSession.held_on, TrainingSession.id),
}
HOURS_SORTS = {
    "missing": (TrainingBalance.missing.desc(), TrainingBalance.id),
    "due": (TrainingBalance.due_on, TrainingBalance.id),
    "enterprise": (TrainingBalance.enterprise_id, TrainingBalance.id),
}
STAFFING_SORTS = {
    "gaps": (StaffingStanding.gaps.desc(), StaffingStanding.enterprise_id),
    "late": (StaffingStanding.late_people.desc(), StaffingStanding.enterprise_id),
    "headcount": (StaffingStanding.headcount.desc(), StaffingStanding.enterprise_id),
}


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """What the list is narrowed to; empty means all."""

    text: str = ""
    status: SessionState | None = None
    kind: TrainingKind | None = None
    held_from: date | None = None
    held_to: date | None = None
    enterprise_id: int | None = None
    region: str = ""
    sort: str = "newest"


def list_sessions(actor: Actor, wanted: SessionFilter) -> Select[Any]:
    """The ordered statement behind the list and its export."""
    model = TrainingSession
    stmt = (
        visible(model, actor)
        .join(Enterprise, Enterprise.id == model.enterprise_id)
        .options(contains_eager(model.enterprise))
    )
    if wanted.text:
        stmt = stmt.where(contains(wanted.text, model.title, model.trainer, Enterprise.name))
    if wanted.status is not None:
        stmt = stmt.where(model.status == wanted.status)
    if wanted.kind is not None:
        stmt = stmt.where(model.kind == wanted.kind)
    if wanted.held_from is not None:
        stmt = stmt.where(model.held_on >= wanted.held_from)
    if wanted.held_to is not None:
        stmt = stmt.where(model.held_on <= wanted.held_to)
    if wanted.enterprise_id:
        stmt = stmt.where(model.enterprise_id == wanted.enterprise_id)
    if wanted.region:
        stmt = stmt.where(region_range(Enterprise.region_code, wanted.region))
    return stmt.order_by(*SESSION_SORTS.get(wanted.sort, SESSION_SORTS["newest"]))


def participants(session_ids: Sequence[int], actor: Actor) -> dict[int, int]:
    """How many took part in each, in one statement for a page of rows."""
    stmt = (
        visible(TrainingAttendance, actor, TrainingAttendance.session_id, func.count())
        .where(TrainingAttendance.session_id.in_(session_ids))
        .group_by(TrainingAttendance.session_id)
    )
    return dict(db.session.execute(stmt).tuples().all())


def get_session(session_id: int, actor: Actor) -> TrainingSession:
    """One training with its participants. Raises NotFound out of scope."""
    stmt = (
        visible(TrainingSession, actor)
        .where(TrainingSession.id == session_id)
        .options(
            joinedload(TrainingSession.enterprise),
            selectinload(TrainingSession.attendances).joinedload(TrainingAttendance.person),
            selectinload(TrainingSession.files),
        )
    )
    found: TrainingSession | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def get_file(session_id: int, file_id: int, actor: Actor) -> TrainingFile:
    for file in get_session(session_id, actor).files:
        if file.id == file_id:
            return file
    raise NotFound


def attended(person: Person, actor: Actor) -> Sequence[TrainingAttendance]:
    """The recorded trainings of one person, newest first: what a record of training certifies."""
    stmt = (
        visible(TrainingAttendance, actor)
        .join(TrainingSession, TrainingSession.id == TrainingAttendance.session_id)
        .where(TrainingAttendance.person_id == person.id)
        .where(TrainingSession.status == SessionState.RECORDED)
        .options(contains_eager(TrainingAttendance.session))
        .order_by(TrainingSession.held_on.desc(), TrainingSession.id.desc())
    )
    return db.session.scalars(stmt.limit(MOST_RECORDS)).all()


# Hours ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HoursFilter:
    """``state``: short (something missing), late (and past its day), done; empty means all."""

    text: str = ""
    state: str = "short"
    year: int = 0
    enterprise_id: int | None = None
    region: str = ""
    sort: str = "missing"


def list_hours(actor: Actor, wanted: HoursFilter) -> Select[Any]:
    """Hours of a year against the rule, for those who work there now."""
    model = TrainingBalance
    stmt = (
        visible(model, actor)
        .join(Person, Person.id == model.person_id)
        .join(Enterprise, Enterprise.id == model.enterprise_id)
        .options(contains_eager(model.person), contains_eager(model.enterprise))
        .where(model.year == (wanted.year or clock.today().year), Person.employed_to.is_(None))
    )
    states = {
        "short": model.missing > 0,
        "late": (model.missing > 0) & (model.due_on < clock.today()),
        "done": model.missing == 0,
    }
    if wanted.state in states:
        stmt = stmt.where(states[wanted.state])
    if wanted.text:
        stmt = stmt.where(contains(wanted.text, Person.name, Person.department, Enterprise.name))
    if wanted.enterprise_id:
        stmt = stmt.where(model.enterprise_id == wanted.enterprise_id)
    if wanted.region:
        stmt = stmt.where(region_range(Enterprise.region_code, wanted.region))
    return stmt.order_by(*HOURS_SORTS.get(wanted.sort, HOURS_SORTS["missing"]))


def balances(person: Person, actor: Actor) -> Sequence[TrainingBalance]:
    """One person's years, newest first."""
    stmt = visible(TrainingBalance, actor).where(TrainingBalance.person_id == person.id)
    return db.session.scalars(stmt.order_by(TrainingBalance.year.desc()).limit(60)).all()


@dataclass(frozen=True, slots=True)
class HoursCounts:
    """Of this year: how many people, how many short, how many late, as far as anybody reads."""

    people: int
    short: int
    late: int


def hours_counts(actor: Actor, *, enterprise_id: int | None = None) -> HoursCounts:
    """All figures in one statement."""
    model, today = TrainingBalance, clock.today()
    short = model.missing > 0
    clauses = (true(), short, and_(short, model.due_on < today))

    def this_year(stmt: Select[Any]) -> Select[Any]:
        joined = stmt.join(Person, Person.id == model.person_id)
        return joined.where(model.year == today.year, Person.employed_to.is_(None))

    return HoursCounts(
        *owned_counts(model, actor, clauses, enterprise_id=enterprise_id, of=this_year)
    )


# Staffing ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StaffingFilter:
    """``state``: gaps, late (people late with their hours), nobody (none on file), fine; "" all."""

    text: str = ""
    state: str = "gaps"
    sector: str = ""
    region: str = ""
    sort: str = "gaps"


def list_staffing(actor: Actor, wanted: StaffingFilter) -> Select[Any]:
    """The authority's list: required and present, enterprise by enterprise."""
    model = StaffingStanding
    stmt = (
        visible(model, actor)
        .join(Enterprise, Enterprise.id == model.enterprise_id)
        .options(contains_eager(model.enterprise))
    )
    states = {
        "gaps": model.gaps > 0,
        "late": model.late_people > 0,
        "nobody": model.people == 0,
        "fine": (model.gaps == 0) & (model.late_people == 0),
    }
    if wanted.state in states:
        stmt = stmt.where(states[wanted.state])
    if wanted.text:
        stmt = stmt.where(contains(wanted.text, Enterprise.name, Enterprise.uscc))
    if wanted.sector:
        stmt = stmt.where(model.sector == wanted.sector)
    if wanted.region:
        stmt = stmt.where(region_range(Enterprise.region_code, wanted.region))
    return stmt.order_by(*STAFFING_SORTS.get(wanted.sort, STAFFING_SORTS["gaps"]))


def standing_of(enterprise_id: int, actor: Actor) -> StaffingStanding | None:
    stmt = visible(StaffingStanding, actor).where(StaffingStanding.enterprise_id == enterprise_id)
    found: StaffingStanding | None = db.session.scalars(stmt).first()
    return found


def settled_sector(enterprise_id: int, actor: Actor) -> EnterpriseSector | None:
    """What an officer settled, if anybody did."""
    stmt = visible(EnterpriseSector, actor).where(EnterpriseSector.enterprise_id == enterprise_id)
    found: EnterpriseSector | None = db.session.scalars(stmt).first()
    return found


def staffing_counts(actor: Actor) -> Mapping[str, int]:
    """How many enterprises have a gap, late people, nobody on file, as far as anybody reads."""
    model = StaffingStanding
    parts = {"gaps": model.gaps > 0, "late": model.late_people > 0, "nobody": model.people == 0}
    return dict(zip(parts, owned_counts(model, actor, list(parts.values())), strict=True))


def enterprises_after(last: int, limit: int) -> Sequence[int]:
    """Ids of the roll in order, for the daily reckoning."""
    stmt = select(Enterprise.id).where(Enterprise.id > last).order_by(Enterprise.id).limit(limit)
    return db.session.scalars(unscoped(stmt, reason="reckoned for all of the roll")).all()
