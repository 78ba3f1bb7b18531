"""Reads of tickets. Every one starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range, visible
from supervision.core.search import contains
from supervision.core.web.paging import capped_count, first_rows
from supervision.enterprise.models import Enterprise
from supervision.hazard.models import (
    Hazard,
    HazardCriterion,
    HazardEvent,
    HazardExtension,
    HazardFile,
    HazardRecord,
    HazardRegrade,
    overdue_clause,
)
from supervision.hazard.rules import Grade, Source
from supervision.hazard.workflow import OPEN, SETTLED, WITH_ENTERPRISE, HazardState

SOON = timedelta(days=3)

SORTS = {
    "newest": (Hazard.found_at.desc(), Hazard.id.desc()),
    "oldest": (Hazard.found_at, Hazard.id),
    "due": (Hazard.due_on.is_(None), Hazard.due_on, Hazard.id),
}


@dataclass(frozen=True, slots=True)
class HazardFilter:
    """What a list is narrowed to; empty means all."""

    text: str = ""
    status: HazardState | None = None
    group: str = ""  # open, overdue, settled
    grade: Grade | None = None
    source: Source | None = None
    enterprise_id: int | None = None
    region: str = ""
    found_from: date | None = None
    found_to: date | None = None
    sort: str = "newest"


def list_hazards(actor: Actor, wanted: HazardFilter) -> Select[Any]:
    """The ordered statement behind the ledger page and its exports, enterprise loaded along."""
    stmt = (
        visible(Hazard, actor)
        .join(Enterprise, Enterprise.id == Hazard.enterprise_id)
        .options(contains_eager(Hazard.enterprise), joinedload(Hazard.criterion))
    )
    if actor.regions:
        # Said of the joined row as well, so that a small region may be read by enterprise.
        stmt = stmt.where(Enterprise.visible_to(actor))
    for clause in _clauses(wanted):
        stmt = stmt.where(clause)
    return stmt.order_by(*SORTS.get(wanted.sort, SORTS["newest"]))


def _clauses(wanted: HazardFilter) -> list[Any]:
    clauses: list[Any] = []
    if wanted.text:
        columns = (Hazard.number, Hazard.description, Hazard.place, Enterprise.name)
        clauses.append(contains(wanted.text, *columns))
    groups = {
        "open": Hazard.status.in_(OPEN),
        "settled": Hazard.status.in_(SETTLED),
        "overdue": overdue_clause(clock.today()),
    }
    if wanted.group in groups:
        clauses.append(groups[wanted.group])
    for column, value in (
        (Hazard.status, wanted.status),
        (Hazard.grade, wanted.grade),
        (Hazard.source, wanted.source),
        (Hazard.enterprise_id, wanted.enterprise_id),
    ):
        if value:
            clauses.append(column == value)
    if wanted.region:
        clauses.append(region_range(Enterprise.region_code, wanted.region))
    if wanted.found_from:
        clauses.append(Hazard.found_at >= clock.start_of(wanted.found_from))
    if wanted.found_to:
        clauses.append(Hazard.found_at < clock.end_of(wanted.found_to))
    return clauses


def get_hazard(hazard_id: int, actor: Actor) -> Hazard:
    """One ticket with all that its page shows. Raises NotFound out of scope."""
    stmt = (
        visible(Hazard, actor)
        .where(Hazard.id == hazard_id)
        .options(
            joinedload(Hazard.enterprise),
            joinedload(Hazard.criterion),
            selectinload(Hazard.files),
            selectinload(Hazard.events),
            selectinload(Hazard.extensions),
            selectinload(Hazard.plans),
            selectinload(Hazard.regrades),
            selectinload(Hazard.records),
            selectinload(Hazard.clocks),
            selectinload(Hazard.listings),
        )
    )
    hazard: Hazard | None = db.session.scalars(stmt).first()
    if hazard is None:
        raise NotFound
    return hazard


def get_extension(hazard_id: int, extension_id: int, actor: Actor) -> HazardExtension:
    """An extension of a ticket that ``actor`` may see."""
    hazard = get_hazard(hazard_id, actor)
    for extension in hazard.extensions:
        if extension.id == extension_id:
            return extension
    raise NotFound


def get_regrade(hazard_id: int, regrade_id: int, actor: Actor) -> HazardRegrade:
    """A change of the grade of a ticket that ``actor`` may see."""
    hazard = get_hazard(hazard_id, actor)
    for regrade in hazard.regrades:
        if regrade.id == regrade_id:
            return regrade
    raise NotFound


def get_file(hazard_id: int, file_id: int, actor: Actor) -> HazardFile:
    """A file of a ticket that ``actor`` may see."""
    stmt = (
        visible(Hazard, actor, HazardFile)
        .join(HazardFile, HazardFile.hazard_id == Hazard.id)
        .where(Hazard.id == hazard_id, HazardFile.id == file_id)
    )
    found: HazardFile | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def get_record(hazard_id: int, record_id: int, actor: Actor) -> HazardRecord:
    """A record of a ticket that ``actor`` may see."""
    stmt = (
        visible(Hazard, actor, HazardRecord)
        .join(HazardRecord, HazardRecord.hazard_id == Hazard.id)
        .where(Hazard.id == hazard_id, HazardRecord.id == record_id)
    )
    found: HazardRecord | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def open_by_merge_key(merge_key: str, actor: Actor) -> Hazard | None:
    """The one open ticket of a camera, rule and zone, locked: nobody closes it meanwhile."""
    stmt = visible(Hazard, actor).where(Hazard.merge_key == merge_key, Hazard.status.in_(OPEN))
    stmt = stmt.with_for_update(of=Hazard).execution_options(populate_existing=True)
    found: Hazard | None = db.session.scalars(stmt).first()
    return found


def get_criterion(criterion_id: int, day: date) -> HazardCriterion:
    """A criterion that is in force on ``day``."""
    found = db.session.get(HazardCriterion, criterion_id)
    if found is None or found.effective_from > day or (found.effective_to or day) < day:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures of the start page."""

    open: int
    overdue: int
    due_soon: int
    to_verify: int
    major: int


def counts(actor: Actor, enterprise_id: int | None = None) -> Counts:
    """The figures, each counted no further than a reader needs (see ``paging.capped_count``)."""
    today = clock.today()
    stmt = visible(Hazard, actor, Hazard.id).where(Hazard.status.in_(OPEN))
    if enterprise_id is not None:
        stmt = stmt.where(Hazard.enterprise_id == enterprise_id)
    soon = Hazard.due_on.between(today, today + SOON)
    total = capped_count(stmt)
    if not total:
        return Counts(0, 0, 0, 0, 0)
    return Counts(
        total,
        capped_count(stmt.where(overdue_clause(today))),
        capped_count(stmt.where(Hazard.status.in_(WITH_ENTERPRISE), soon)),
        capped_count(stmt.where(Hazard.status == HazardState.SUBMITTED)),
        capped_count(stmt.where(Hazard.grade == Grade.MAJOR)),
    )


def overdue_count(actor: Actor, *, cap: int) -> int:
    """Overdue tickets up to ``cap``: on every page, so it must not grow with the ledger."""
    some = visible(Hazard, actor, Hazard.id).where(overdue_clause(clock.today())).limit(cap)
    stmt = select(func.count()).select_from(some.subquery())
    return db.session.scalar(stmt.execution_options(**some.get_execution_options())) or 0


def latest(actor: Actor, *, enterprise_id: int, limit: int) -> Sequence[Hazard]:
    """An enterprise's newest tickets."""
    stmt = (
        visible(Hazard, actor)
        .where(Hazard.enterprise_id == enterprise_id)
        .order_by(Hazard.found_at.desc(), Hazard.id.desc())
        .limit(limit)
    )
    return db.session.scalars(stmt).all()


def events_of_enterprise(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[tuple[HazardEvent, Hazard]]:
    """Steps of all of an enterprise's tickets, newest first, for the file's timeline."""
    stmt = (
        visible(Hazard, actor, HazardEvent, Hazard)
        .join(HazardEvent, HazardEvent.hazard_id == Hazard.id)
        .where(Hazard.enterprise_id == enterprise_id)
        .order_by(HazardEvent.at.desc(), HazardEvent.id.desc())
        .limit(limit)
    )
    if before is not None:
        stmt = stmt.where(HazardEvent.at < before)
    return [(row[0], row[1]) for row in db.session.execute(stmt)]


def first(actor: Actor, wanted: HazardFilter, limit: int) -> Sequence[Hazard]:
    """The first few of a filtered list."""
    return first_rows(list_hazards(actor, wanted), limit)
