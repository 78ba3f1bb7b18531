"""Reads of the ledger and of the files of major hazard sources. Each starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from supervision.chemical.models import (
    ChemicalEvent,
    ChemicalIdentification,
    ChemicalItem,
    ChemicalSheet,
    ChemicalSource,
    ChemicalUnit,
)
from supervision.chemical.rules import Grade
from supervision.chemical.workflow import OPEN, SourceState
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.alarms import last_day_to_ask
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range, unscoped, visible
from supervision.core.search import contains
from supervision.core.web.paging import capped_count
from supervision.enterprise.models import Enterprise
from supervision.enterprise.site_models import SiteArea, SitePlan
from supervision.enterprise.tiles import owned_counts

MOST_UNITS = 500
MOST_HELD = 2000
DUE_SOON = timedelta(days=90)
SORTS = {
    "grade": (
        case({g.value: n for n, g in enumerate(Grade)}, value=ChemicalSource.grade),
        ChemicalSource.id,
    ),
    "due": (ChemicalSource.due_on.is_(None), ChemicalSource.due_on, ChemicalSource.id),
    "newest": (ChemicalSource.id.desc(),),
    "enterprise": (Enterprise.name, ChemicalSource.id),
}
GROUPS = ("to_file", "filed", "to_cancel", "late", "stale", "cancelled")


@dataclass(frozen=True, slots=True)
class Held:
    """A substance that an enterprise may hold, once for each number or name."""

    name: str
    cas: str
    classes: tuple[str, ...]


def held(enterprise_id: int, actor: Actor) -> Sequence[Held]:
    """The substances of an enterprise's ledger, by name; what was taken out is left out."""
    stmt = (
        visible(ChemicalItem, actor, ChemicalItem.name, ChemicalItem.cas, ChemicalItem.classes)
        .where(ChemicalItem.enterprise_id == enterprise_id, ChemicalItem.removed_at.is_(None))
        .order_by(ChemicalItem.name, ChemicalItem.id)
        .limit(MOST_HELD)
    )
    found: dict[str, Held] = {}
    for name, number, classes in db.session.execute(stmt):
        key = number or name
        before = found.get(key)
        known = before.classes if before else ()
        found[key] = Held(name, number, tuple(dict.fromkeys([*known, *classes])))
    return list(found.values())


def traits(enterprise_ids: Collection[int]) -> Mapping[int, frozenset[str]]:
    """``chemicals`` and ``major_hazard_source`` for each of these that has any."""
    found: dict[int, set[str]] = {}
    ledger = select(ChemicalItem.enterprise_id).where(
        ChemicalItem.enterprise_id.in_(enterprise_ids), ChemicalItem.removed_at.is_(None)
    )
    sources = select(ChemicalSource.enterprise_id).where(
        ChemicalSource.enterprise_id.in_(enterprise_ids), ChemicalSource.status.in_(OPEN)
    )
    reason = "rules of other slices ask what holds for an enterprise"
    for word, stmt in (("chemicals", ledger), ("major_hazard_source", sources)):
        for enterprise_id in db.session.scalars(unscoped(stmt.distinct(), reason=reason)):
            found.setdefault(enterprise_id, set()).add(word)
    return {key: frozenset(words) for key, words in found.items()}


def _one(stmt: Select[Any]) -> Any:
    found = db.session.scalars(stmt).unique().first()
    if found is None:
        raise NotFound
    return found


def get_unit(unit_id: int, actor: Actor) -> ChemicalUnit:
    """A unit with its enterprise. Raises NotFound out of scope, as do the following."""
    stmt = visible(ChemicalUnit, actor).where(ChemicalUnit.id == unit_id)
    unit: ChemicalUnit = _one(stmt.options(joinedload(ChemicalUnit.enterprise)))
    return unit


def get_item(item_id: int, actor: Actor) -> ChemicalItem:
    stmt = visible(ChemicalItem, actor).where(ChemicalItem.id == item_id)
    item: ChemicalItem = _one(
        stmt.options(joinedload(ChemicalItem.unit), joinedload(ChemicalItem.enterprise))
    )
    return item


def get_sheet(sheet_id: int, actor: Actor) -> ChemicalSheet:
    sheet: ChemicalSheet = _one(visible(ChemicalSheet, actor).where(ChemicalSheet.id == sheet_id))
    return sheet


def get_identification(identification_id: int, actor: Actor) -> ChemicalIdentification:
    stmt = visible(ChemicalIdentification, actor).where(
        ChemicalIdentification.id == identification_id
    )
    found: ChemicalIdentification = _one(
        stmt.options(
            joinedload(ChemicalIdentification.unit),
            joinedload(ChemicalIdentification.enterprise),
            joinedload(ChemicalIdentification.standard),
        )
    )
    return found


def get_source(source_id: int, actor: Actor) -> ChemicalSource:
    stmt = visible(ChemicalSource, actor).where(ChemicalSource.id == source_id)
    source: ChemicalSource = _one(
        stmt.options(
            joinedload(ChemicalSource.enterprise), joinedload(ChemicalSource.identification)
        )
    )
    return source


def units_of(enterprise_id: int, actor: Actor, *, retired: bool = False) -> Sequence[ChemicalUnit]:
    """An enterprise's units with all that hangs on them; those in use first, by name."""
    stmt = (
        visible(ChemicalUnit, actor)
        .where(ChemicalUnit.enterprise_id == enterprise_id)
        .options(
            selectinload(ChemicalUnit.items).selectinload(ChemicalItem.sheets),
            selectinload(ChemicalUnit.identifications),
            selectinload(ChemicalUnit.source),
        )
        .order_by(ChemicalUnit.retired_at.is_not(None), ChemicalUnit.name, ChemicalUnit.id)
        .limit(MOST_UNITS)
    )
    if not retired:
        stmt = stmt.where(ChemicalUnit.retired_at.is_(None))
    return db.session.scalars(stmt).unique().all()


def areas_of(enterprise_id: int, actor: Actor) -> Sequence[tuple[int, str]]:
    """Areas of the enterprise's plans that a unit may lie in: id and "plan: area"."""
    stmt = (
        visible(SiteArea, actor, SiteArea.id, SitePlan.name, SiteArea.name)
        .join(SitePlan, SitePlan.id == SiteArea.plan_id)
        .where(
            SiteArea.enterprise_id == enterprise_id,
            SiteArea.retired_at.is_(None),
            SitePlan.retired_at.is_(None),
        )
        .order_by(SitePlan.name, SiteArea.name, SiteArea.id)
        .limit(MOST_UNITS)
    )
    return [(i, f"{plan}: {area}") for i, plan, area in db.session.execute(stmt)]


def get_area(area_id: int, actor: Actor) -> SiteArea:
    area: SiteArea = _one(visible(SiteArea, actor).where(SiteArea.id == area_id))
    return area


@dataclass(frozen=True, slots=True)
class SourceFilter:
    """What the list is narrowed to; empty means all that are not cancelled."""

    text: str = ""
    group: str = ""
    grade: Grade | None = None
    region: str = ""
    enterprise_id: int | None = None
    sort: str = "grade"


def list_sources(actor: Actor, wanted: SourceFilter) -> Select[Any]:
    """The ordered statement behind the list and its export."""
    stmt = (
        visible(ChemicalSource, actor)
        .join(Enterprise, Enterprise.id == ChemicalSource.enterprise_id)
        .join(ChemicalUnit, ChemicalUnit.id == ChemicalSource.unit_id)
        .options(
            contains_eager(ChemicalSource.enterprise),
            contains_eager(ChemicalSource.unit),
            joinedload(ChemicalSource.identification),
        )
    )
    if wanted.text:
        columns = (Enterprise.name, ChemicalUnit.name, ChemicalSource.filing_number)
        stmt = stmt.where(contains(wanted.text, *columns))
    if wanted.enterprise_id is not None:
        stmt = stmt.where(ChemicalSource.enterprise_id == wanted.enterprise_id)
    if wanted.region:
        stmt = stmt.where(region_range(Enterprise.region_code, wanted.region))
    if wanted.grade is not None:
        stmt = stmt.where(ChemicalSource.grade == wanted.grade)
    stmt = stmt.where(_group(wanted.group, clock.today()))
    return stmt.order_by(*SORTS.get(wanted.sort, SORTS["grade"]))


def _group(name: str, today: date) -> ColumnElement[bool]:
    status = ChemicalSource.status
    clauses = {
        "to_file": status.in_([SourceState.IDENTIFIED, SourceState.SUBMITTED]),
        "filed": status == SourceState.FILED,
        "to_cancel": status == SourceState.CANCEL_REQUESTED,
        "late": and_(status.in_(OPEN), ChemicalSource.due_on < today),
        "stale": and_(status.in_(OPEN), ChemicalUnit.stale_since.is_not(None)),
        "cancelled": status == SourceState.CANCELLED,
    }
    return clauses.get(name, status.in_(OPEN))


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """Files that are open, by what they wait for, and by grade; each stops one beyond 10,000."""

    open: int
    to_file: int
    submitted: int
    to_cancel: int
    late: int
    stale: int
    first: int
    second: int
    third: int
    fourth: int


def source_counts(actor: Actor, enterprise_id: int | None = None) -> SourceCounts:
    """All figures in one statement, each read only as far as anybody looks."""
    today = clock.today()
    clauses = (
        ChemicalSource.status.in_(OPEN),
        _group("to_file", today),
        ChemicalSource.status == SourceState.SUBMITTED,
        _group("to_cancel", today),
        _group("late", today),
        _group("stale", today),
        *(ChemicalSource.grade == grade for grade in Grade),
    )

    def open_(stmt: Select[Any]) -> Select[Any]:
        joined = stmt.join(ChemicalUnit, ChemicalUnit.id == ChemicalSource.unit_id)
        return joined.where(ChemicalSource.status.in_(OPEN))

    found = owned_counts(ChemicalSource, actor, clauses, enterprise_id=enterprise_id, of=open_)
    return SourceCounts(*found)


def stale_units(actor: Actor) -> int:
    """Units in use whose ledger was not identified as it stands."""
    stmt = visible(ChemicalUnit, actor, ChemicalUnit.id).where(
        ChemicalUnit.stale_since.is_not(None), ChemicalUnit.retired_at.is_(None)
    )
    return capped_count(stmt)


def events_of_unit(unit_id: int, actor: Actor, limit: int = 200) -> Sequence[ChemicalEvent]:
    """The history of a unit, newest first."""
    stmt = visible(ChemicalEvent, actor).where(ChemicalEvent.unit_id == unit_id)
    return _newest(stmt, limit)


def events_of_enterprise(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[ChemicalEvent]:
    stmt = (
        visible(ChemicalEvent, actor)
        .where(ChemicalEvent.enterprise_id == enterprise_id)
        .options(joinedload(ChemicalEvent.unit))
    )
    if before is not None:
        stmt = stmt.where(ChemicalEvent.at < before)
    return _newest(stmt, limit)


def _newest(stmt: Select[Any], limit: int) -> Sequence[ChemicalEvent]:
    ordered = stmt.order_by(ChemicalEvent.at.desc(), ChemicalEvent.id.desc()).limit(limit)
    return db.session.scalars(ordered).unique().all()


def to_remind(today: date, *, after: int, limit: int) -> Sequence[int]:
    """Ids of open files that come to their three years, in their order."""
    stmt = (
        select(ChemicalSource.id)
        .where(
            ChemicalSource.id > after,
            ChemicalSource.status.in_(OPEN),
            ChemicalSource.due_on <= last_day_to_ask(today),
        )
        .order_by(ChemicalSource.id)
        .limit(limit)
    )
    return db.session.scalars(unscoped(stmt, reason="the daily alarm looks at every file")).all()


def sources_by_id(ids: Sequence[int]) -> Sequence[ChemicalSource]:
    stmt = select(ChemicalSource).where(ChemicalSource.id.in_(ids))
    reason = "the daily alarm looks at every file"
    return db.session.scalars(unscoped(stmt, reason=reason)).unique().all()
