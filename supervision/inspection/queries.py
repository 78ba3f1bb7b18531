"""Reads of inspections. Every one starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from supervision.account.models import Account
from supervision.account.queries import OFFICER_ROLES
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.errors import InvalidInput, NotFound
from supervision.core.scope import region_range, visible
from supervision.core.search import contains
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.hazard.models import Hazard, HazardCriterion
from supervision.inspection.models import (
    Inspection,
    InspectionEvent,
    InspectionFile,
    InspectionItem,
    InspectionOfficer,
    InspectionPaper,
    InspectionSignature,
)
from supervision.inspection.workflow import OPEN, SETTLED, InspectionKind, InspectionState

SORTS = {
    "newest": (Inspection.planned_on.desc(), Inspection.id.desc()),
    "oldest": (Inspection.planned_on, Inspection.id),
    "enterprise": (Enterprise.name, Inspection.planned_on.desc(), Inspection.id),
}


@dataclass(frozen=True, slots=True)
class InspectionFilter:
    """What a list is narrowed to; empty means all."""

    text: str = ""
    group: str = ""  # open, settled, late
    status: InspectionState | None = None
    kind: InspectionKind | None = None
    officer_id: int | None = None
    enterprise_id: int | None = None
    region: str = ""
    planned_from: date | None = None
    planned_to: date | None = None
    sort: str = "newest"


def list_inspections(actor: Actor, wanted: InspectionFilter) -> Select[Any]:
    """The ordered statement behind the list, enterprise and officers loaded along."""
    stmt = (
        visible(Inspection, actor)
        .join(Enterprise, Enterprise.id == Inspection.enterprise_id)
        .options(contains_eager(Inspection.enterprise), selectinload(Inspection.officers))
    )
    for clause in _clauses(wanted):
        stmt = stmt.where(clause)
    return stmt.order_by(*SORTS.get(wanted.sort, SORTS["newest"]))


def _clauses(wanted: InspectionFilter) -> list[Any]:
    clauses: list[Any] = []
    if wanted.text:
        clauses.append(
            contains(wanted.text, Inspection.number, Inspection.subject, Enterprise.name)
        )
    if wanted.group in _groups():
        clauses.append(_groups()[wanted.group])
    for column, value in (
        (Inspection.status, wanted.status),
        (Inspection.kind, wanted.kind),
        (Inspection.enterprise_id, wanted.enterprise_id),
    ):
        if value:
            clauses.append(column == value)
    if wanted.officer_id:
        clauses.append(Inspection.officers.any(InspectionOfficer.account_id == wanted.officer_id))
    if wanted.region:
        clauses.append(region_range(Enterprise.region_code, wanted.region))
    if wanted.planned_from:
        clauses.append(Inspection.planned_on >= wanted.planned_from)
    if wanted.planned_to:
        clauses.append(Inspection.planned_on <= wanted.planned_to)
    return clauses


def _groups() -> dict[str, Any]:
    return {
        "open": Inspection.status.in_(OPEN),
        "settled": Inspection.status.in_(SETTLED),
        "late": Inspection.status.in_(OPEN) & (Inspection.planned_on < clock.today()),
    }


def get_inspection(inspection_id: int, actor: Actor, *, lock: bool = False) -> Inspection:
    """One inspection with all that its page shows. Raises NotFound out of scope.

    ``lock``: for whoever is going to change it; two who note something at the same time wait
    for each other, and nothing is noted any more once the record is made.
    """
    stmt = visible(Inspection, actor).where(Inspection.id == inspection_id)
    if lock:
        held = stmt.with_for_update(of=Inspection).execution_options(populate_existing=True)
        if db.session.scalars(held).first() is None:
            raise NotFound
    stmt = stmt.options(
        joinedload(Inspection.enterprise),
        joinedload(Inspection.authority),
        joinedload(Inspection.document),
        selectinload(Inspection.officers),
        selectinload(Inspection.items),
        selectinload(Inspection.files),
        selectinload(Inspection.signatures),
        selectinload(Inspection.papers).joinedload(InspectionPaper.document),
    )
    found: Inspection | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def get_item(inspection: Inspection, item_id: int) -> InspectionItem:
    """An item of an inspection that was loaded already."""
    for item in inspection.items:
        if item.id == item_id:
            return item
    raise NotFound


def get_file(inspection_id: int, file_id: int, actor: Actor) -> InspectionFile:
    """A photo of an inspection that ``actor`` may see."""
    stmt = (
        visible(Inspection, actor, InspectionFile)
        .join(InspectionFile, InspectionFile.inspection_id == Inspection.id)
        .where(Inspection.id == inspection_id, InspectionFile.id == file_id)
    )
    found: InspectionFile | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def get_signature(inspection_id: int, signature_id: int, actor: Actor) -> InspectionSignature:
    """A signature of an inspection that ``actor`` may see."""
    stmt = (
        visible(Inspection, actor, InspectionSignature)
        .join(InspectionSignature, InspectionSignature.inspection_id == Inspection.id)
        .where(Inspection.id == inspection_id, InspectionSignature.id == signature_id)
    )
    found: InspectionSignature | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def history(inspection_id: int, actor: Actor) -> Sequence[InspectionEvent]:
    """The steps of an inspection, newest first."""
    stmt = (
        visible(Inspection, actor, InspectionEvent)
        .join(InspectionEvent, InspectionEvent.inspection_id == Inspection.id)
        .where(Inspection.id == inspection_id)
        .order_by(InspectionEvent.at.desc(), InspectionEvent.id.desc())
        .limit(MOST_EVENTS)
    )
    return db.session.scalars(stmt).all()


MOST_EVENTS = 300


def hazards_of(inspection: Inspection, actor: Actor) -> dict[int, Hazard]:
    """The tickets that came of it, by id, as far as ``actor`` sees them."""
    ids = {item.hazard_id for item in inspection.items if item.hazard_id is not None}
    if not ids:
        return {}
    return {h.id: h for h in db.session.scalars(visible(Hazard, actor).where(Hazard.id.in_(ids)))}


def of_hazard(hazard_id: int, actor: Actor) -> tuple[Inspection, InspectionItem] | None:
    """The inspection and the item that a ticket came of."""
    stmt = (
        visible(Inspection, actor, Inspection, InspectionItem)
        .join(InspectionItem, InspectionItem.inspection_id == Inspection.id)
        .where(InspectionItem.hazard_id == hazard_id)
        .limit(1)
    )
    row = db.session.execute(stmt).first()
    return (row[0], row[1]) if row is not None else None


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures of the list and the start page."""

    open: int
    to_approve: int
    late: int
    ongoing: int
    recorded_this_year: int


def counts(actor: Actor, enterprise_id: int | None = None) -> Counts:
    """All figures in one statement."""
    today = clock.today()
    year = date(today.year, 1, 1)

    recorded = Inspection.status == InspectionState.RECORDED
    stmt = visible(
        Inspection,
        actor,
        count_if(Inspection.status.in_(OPEN)),
        count_if(Inspection.status == InspectionState.SUBMITTED),
        count_if(_groups()["late"]),
        count_if(Inspection.status == InspectionState.ONGOING),
        count_if(recorded & (Inspection.recorded_at >= clock.start_of(year))),
    ).where(or_(Inspection.status.in_(OPEN), Inspection.planned_on >= year))
    if enterprise_id is not None:
        stmt = stmt.where(Inspection.enterprise_id == enterprise_id)
    return Counts(*db.session.execute(stmt).one())


def waiting(actor: Actor, *, cap: int) -> int:
    """Inspections of others that wait for this person's approval, counted up to ``cap``."""
    some = visible(Inspection, actor, Inspection.id).where(
        Inspection.status == InspectionState.SUBMITTED, Inspection.created_by_id != actor.id
    )
    stmt = select(func.count()).select_from(some.limit(cap).subquery())
    return db.session.scalar(stmt.execution_options(**some.get_execution_options())) or 0


@dataclass(frozen=True, slots=True)
class OwnCounts:
    """Open inspections of one officer by their day."""

    today: int
    late: int


def own_until_today(actor: Actor) -> OwnCounts:
    """An officer's open inspections that are for today or were for an earlier day."""
    today = clock.today()
    stmt = visible(
        Inspection,
        actor,
        func.count(Inspection.id).filter(Inspection.planned_on == today),
        func.count(Inspection.id).filter(Inspection.planned_on < today),
    ).where(
        Inspection.status.in_(OPEN),
        Inspection.planned_on <= today,
        Inspection.officers.any(InspectionOfficer.account_id == actor.id),
    )
    return OwnCounts(*db.session.execute(stmt).one())


def first(actor: Actor, wanted: InspectionFilter, limit: int) -> Sequence[Inspection]:
    """The first few of a filtered list."""
    return db.session.scalars(list_inspections(actor, wanted).limit(limit)).unique().all()


def events_of_enterprise(
    enterprise_id: int,
    actor: Actor,
    before: datetime | None,
    limit: int,
    actions: Collection[str],
) -> Sequence[tuple[InspectionEvent, Inspection]]:
    """Steps of an enterprise's inspections, newest first, for the file's timeline."""
    stmt = (
        visible(Inspection, actor, InspectionEvent, Inspection)
        .join(InspectionEvent, InspectionEvent.inspection_id == Inspection.id)
        .where(Inspection.enterprise_id == enterprise_id, InspectionEvent.action.in_(actions))
        .order_by(InspectionEvent.at.desc(), InspectionEvent.id.desc())
        .limit(limit)
    )
    if before is not None:
        stmt = stmt.where(InspectionEvent.at < before)
    return [(row[0], row[1]) for row in db.session.execute(stmt)]


def officers_by_id(ids: Collection[int], actor: Actor) -> dict[int, str]:
    """Names of inspectors and chiefs among ``ids`` whom ``actor`` may send."""
    stmt = visible(Account, actor, Account.id, Account.name).where(
        Account.id.in_(set(ids)), Account.role.in_(OFFICER_ROLES), Account.is_active
    )
    return dict(db.session.execute(stmt).tuples().all())


def criterion_on(code: str, day: date) -> HazardCriterion:
    """The version of a criterion of major hazards that is in force on ``day``."""
    ends = or_(HazardCriterion.effective_to.is_(None), HazardCriterion.effective_to >= day)
    stmt = select(HazardCriterion).where(
        HazardCriterion.code == code, HazardCriterion.effective_from <= day, ends
    )
    found = db.session.scalars(stmt).first()
    if found is None:
        raise InvalidInput(
            N_("No criterion %(code)s is in force on that day."), field="criterion_code", code=code
        )
    return found


def criterion_codes(day: date) -> frozenset[str]:
    """The codes of all criteria in force on ``day``."""
    ends = or_(HazardCriterion.effective_to.is_(None), HazardCriterion.effective_to >= day)
    stmt = select(HazardCriterion.code).where(HazardCriterion.effective_from <= day, ends)
    return frozenset(db.session.scalars(stmt))


def checked_since(since: datetime) -> Select[Any]:
    """The ids of the enterprises at which an inspection was begun since ``since``.

    A part of a statement that starts at ``visible()`` itself.
    """
    return select(Inspection.enterprise_id).where(Inspection.started_at >= since)
