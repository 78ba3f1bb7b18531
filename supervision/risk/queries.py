"""Reads of risk points and site plans. Every one starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from supervision.core import clock, find
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range, unscoped, visible
from supervision.enterprise.models import Enterprise
from supervision.enterprise.site_models import SiteArea, SitePlan
from supervision.enterprise.tiles import owned_counts
from supervision.risk.models import RiskEvent, RiskPoint
from supervision.risk.rules import RANKS, Method, RiskGrade
from supervision.risk.workflow import COUNTED, LIVE, RiskState

SOON = timedelta(days=30)
# A site has some hundred points; what lies beyond is found by the list.
MOST_ON_PLAN = 500
MOST_ON_BOARD = 500

SORTS: dict[str, tuple[Any, ...]] = {
    "worst": (RiskPoint.rank.desc(), RiskPoint.id.desc()),
    "review": (RiskPoint.next_review_on.asc().nulls_last(), RiskPoint.id),
    "newest": (RiskPoint.id.desc(),),
    "number": (RiskPoint.enterprise_id, RiskPoint.number, RiskPoint.id),
}


@dataclass(frozen=True, slots=True)
class RiskFilter:
    """What the list is narrowed to; empty means all that are not retired."""

    text: str = ""
    grade: RiskGrade | None = None
    status: RiskState | None = None
    method: Method | None = None
    review: str = ""
    region: str = ""
    enterprise_id: int | None = None
    area_id: int | None = None
    sort: str = "worst"


def list_points(actor: Actor, wanted: RiskFilter) -> Select[Any]:
    """The ordered statement behind the list and its export, enterprise and area loaded along."""
    stmt = (
        visible(RiskPoint, actor)
        .join(Enterprise, Enterprise.id == RiskPoint.enterprise_id)
        .options(contains_eager(RiskPoint.enterprise), joinedload(RiskPoint.area))
    )
    if wanted.text:
        own = find.having(RiskPoint.id, "risk", wanted.text, actor)
        stmt = stmt.where(
            or_(own, find.having(RiskPoint.enterprise_id, "enterprise", wanted.text, actor))
        )
    for clause in _clauses(wanted):
        stmt = stmt.where(clause)
    return stmt.order_by(*SORTS.get(wanted.sort, SORTS["worst"]))


def _clauses(wanted: RiskFilter) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if wanted.status is not None:
        clauses.append(RiskPoint.status == wanted.status)
    else:
        clauses.append(RiskPoint.status.in_(LIVE))
    if wanted.grade is not None:
        clauses.append(RiskPoint.rank == RANKS[wanted.grade])
    if wanted.method is not None:
        clauses.append(RiskPoint.method == wanted.method)
    if wanted.review in {"late", "soon"}:
        clauses.append(_due(clock.today(), late=wanted.review == "late"))
    if wanted.enterprise_id is not None:
        clauses.append(RiskPoint.enterprise_id == wanted.enterprise_id)
    if wanted.area_id is not None:
        clauses.append(RiskPoint.area_id == wanted.area_id)
    if wanted.region:
        clauses.append(region_range(Enterprise.region_code, wanted.region))
    return clauses


def _due(today: date, *, late: bool) -> ColumnElement[bool]:
    counted = RiskPoint.status.in_(COUNTED)
    if late:
        return counted & (RiskPoint.next_review_on < today)
    return counted & RiskPoint.next_review_on.between(today, today + SOON)


def get_point(point_id: int, actor: Actor) -> RiskPoint:
    """One point with all that its page shows. Raises NotFound out of scope."""
    stmt = (
        visible(RiskPoint, actor)
        .where(RiskPoint.id == point_id)
        .options(
            joinedload(RiskPoint.enterprise),
            joinedload(RiskPoint.area),
            joinedload(RiskPoint.plan),
            selectinload(RiskPoint.controls),
            selectinload(RiskPoint.assessments),
            selectinload(RiskPoint.events),
        )
    )
    found: RiskPoint | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Counts:
    """Points that count, by colour; each figure stops one beyond 10,000."""

    red: int
    orange: int
    yellow: int
    blue: int
    late: int
    soon: int
    to_confirm: int
    returned: int
    drafts: int

    def of(self, grade: RiskGrade) -> int:
        return int(getattr(self, grade.value))


def counts(actor: Actor, enterprise_id: int | None = None) -> Counts:
    """All figures in one statement, each read only as far as anybody looks."""
    today = clock.today()
    counted = RiskPoint.status.in_(COUNTED)
    wanted: tuple[ColumnElement[bool], ...] = (
        *(counted & (RiskPoint.rank == RANKS[grade]) for grade in RiskGrade),
        _due(today, late=True),
        _due(today, late=False),
        waits_for_authority(),
        RiskPoint.status == RiskState.RETURNED,
        RiskPoint.status == RiskState.DRAFT,
    )
    return Counts(*owned_counts(RiskPoint, actor, wanted, enterprise_id=enterprise_id))


def waits_for_authority() -> ColumnElement[bool]:
    """A major risk that nobody has confirmed."""
    return (RiskPoint.status == RiskState.FILED) & (RiskPoint.rank == RANKS[RiskGrade.RED])


def first(actor: Actor, wanted: RiskFilter, limit: int) -> Sequence[RiskPoint]:
    """The first few of a filtered list."""
    return db.session.scalars(list_points(actor, wanted).limit(limit)).unique().all()


def board(enterprise_id: int, actor: Actor) -> Sequence[RiskPoint]:
    """What hangs on the notice board: every point that counts, the worst first."""
    stmt = (
        visible(RiskPoint, actor)
        .where(RiskPoint.enterprise_id == enterprise_id, RiskPoint.status.in_(COUNTED))
        .options(joinedload(RiskPoint.area), selectinload(RiskPoint.controls))
        .order_by(RiskPoint.rank.desc(), RiskPoint.number, RiskPoint.id)
        .limit(MOST_ON_BOARD)
    )
    return db.session.scalars(stmt).all()


def events_of_enterprise(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[RiskEvent]:
    """Steps of an enterprise's points and plans, newest first, for the file's timeline."""
    stmt = (
        visible(RiskEvent, actor)
        .where(RiskEvent.enterprise_id == enterprise_id)
        .order_by(RiskEvent.at.desc(), RiskEvent.id.desc())
        .limit(limit)
    )
    if before is not None:
        stmt = stmt.where(RiskEvent.at < before)
    return db.session.scalars(stmt).all()


def due_for_review(last_day: date, *, after: int, limit: int) -> Sequence[RiskPoint]:
    """Points whose re-assessment may have to be told of, by id, with their enterprises."""
    stmt = (
        select(RiskPoint)
        .where(
            RiskPoint.status.in_(COUNTED),
            RiskPoint.next_review_on <= last_day,
            RiskPoint.id > after,
        )
        .options(joinedload(RiskPoint.enterprise))
        .order_by(RiskPoint.id)
        .limit(limit)
    )
    found = db.session.scalars(unscoped(stmt, reason="the alarms run for every region"))
    return found.all()


# --- site plans ----------------------------------------------------------------------------------


def plans_of(enterprise_id: int, actor: Actor, *, old: bool = False) -> Sequence[SitePlan]:
    """The plans in use with their areas, by name; ``old``: those that were replaced or removed."""
    gone = SitePlan.retired_at.is_not(None)
    stmt = (
        visible(SitePlan, actor)
        .where(SitePlan.enterprise_id == enterprise_id, gone if old else ~gone)
        .options(selectinload(SitePlan.areas))
        .order_by(SitePlan.name, SitePlan.id.desc())
        .limit(100)
    )
    return db.session.scalars(stmt).all()


def get_plan(plan_id: int, actor: Actor) -> SitePlan:
    """One plan with its picture and areas. Raises NotFound out of scope."""
    stmt = (
        visible(SitePlan, actor)
        .where(SitePlan.id == plan_id)
        .options(
            joinedload(SitePlan.enterprise),
            joinedload(SitePlan.picture),
            selectinload(SitePlan.areas),
        )
    )
    found: SitePlan | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def get_area(plan_id: int, area_id: int, actor: Actor, *, removed: bool = False) -> SiteArea:
    """An area of a plan that ``actor`` may see, the plan and its areas loaded along.

    ``removed``: also one that is not there any more. Raises NotFound.
    """
    stmt = (
        visible(SiteArea, actor)
        .where(SiteArea.id == area_id, SiteArea.plan_id == plan_id)
        .options(joinedload(SiteArea.plan).selectinload(SitePlan.areas))
    )
    if not removed:
        stmt = stmt.where(SiteArea.retired_at.is_(None))
    found: SiteArea | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def points_on(plan_id: int, actor: Actor) -> Sequence[RiskPoint]:
    """Points on a plan that are not retired, drafts included, the worst last (drawn on top)."""
    stmt = (
        visible(RiskPoint, actor)
        .where(RiskPoint.plan_id == plan_id, RiskPoint.status.in_(LIVE))
        .order_by(RiskPoint.rank, RiskPoint.id)
        .limit(MOST_ON_PLAN)
    )
    return db.session.scalars(stmt).all()
