"""Reads of plans, items and their enterprises. Every scoped one starts at ``visible()``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from supervision.account.grants import ROLE_GRANTS
from supervision.account.models import Account
from supervision.authority import queries as authorities
from supervision.authority.models import Authority
from supervision.core import clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.permissions import Permission
from supervision.core.scope import region_range, unscoped, visible
from supervision.core.search import contains
from supervision.enterprise import queries as enterprises
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.inspection import caps
from supervision.inspection.models import Checklist, Inspection
from supervision.inspection.workflow import InspectionKind, InspectionState
from supervision.plan.models import AnnualPlan, OfficerAvoidance, PlanItem, PlanTarget
from supervision.plan.rules import TargetState
from supervision.plan.workflow import OPEN, PlanState

MOST_CHOICES = 500
MOST_CHECKLISTS = 200
_IN_ONE = 5000


@dataclass(frozen=True, slots=True)
class PlanFilter:
    """What the list is narrowed to; empty means all."""

    year: int | None = None
    status: PlanState | None = None
    text: str = ""


def list_plans(actor: Actor, wanted: PlanFilter) -> Select[Any]:
    """The ordered statement behind the list: latest year and version first."""
    stmt = visible(AnnualPlan, actor).join(Authority, Authority.id == AnnualPlan.authority_id)
    stmt = stmt.options(contains_eager(AnnualPlan.authority))
    if wanted.year is not None:
        stmt = stmt.where(AnnualPlan.year == wanted.year)
    if wanted.status is not None:
        stmt = stmt.where(AnnualPlan.status == wanted.status)
    if wanted.text:
        stmt = stmt.where(contains(wanted.text, AnnualPlan.title, Authority.name))
    return stmt.order_by(
        AnnualPlan.year.desc(), Authority.region_code, AnnualPlan.version.desc(), AnnualPlan.id
    )


def get_plan(plan_id: int, actor: Actor) -> AnnualPlan:
    """One version with its items and their lists. Raises NotFound out of scope."""
    stmt = (
        visible(AnnualPlan, actor)
        .where(AnnualPlan.id == plan_id)
        .options(selectinload(AnnualPlan.items).joinedload(PlanItem.checklist))
    )
    found: AnnualPlan | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def editable_plan(plan_id: int, actor: Actor) -> AnnualPlan:
    """A plan of an authority of the actor's own regions; a wider one is only read."""
    plan = get_plan(plan_id, actor)
    if not authorities.covers(actor, plan.authority.region_code):
        raise NotFound
    return plan


def get_item(plan: AnnualPlan, item_id: int) -> PlanItem:
    """An item of this plan. Raises NotFound for another's."""
    for item in plan.items:
        if item.id == item_id:
            return item
    raise NotFound


def versions(plan: AnnualPlan, actor: Actor) -> Sequence[AnnualPlan]:
    """Every version of the same authority and year, newest first."""
    stmt = visible(AnnualPlan, actor).where(
        AnnualPlan.authority_id == plan.authority_id, AnnualPlan.year == plan.year
    )
    return db.session.scalars(stmt.order_by(AnnualPlan.version.desc()).limit(MOST_CHOICES)).all()


def _one(authority_id: int, year: int, *clauses: Any) -> AnnualPlan | None:
    stmt = visible(AnnualPlan, SYSTEM).where(
        AnnualPlan.authority_id == authority_id, AnnualPlan.year == year, *clauses
    )
    found: AnnualPlan | None = db.session.scalars(
        stmt.order_by(AnnualPlan.version.desc()).limit(1)
    ).first()
    return found


def last_version(authority_id: int, year: int) -> AnnualPlan | None:
    return _one(authority_id, year)


def has_plan(authority_id: int, year: int) -> bool:
    """Whether a version exists that was not withdrawn."""
    return _one(authority_id, year, AnnualPlan.status != PlanState.WITHDRAWN) is not None


def open_version(authority_id: int, year: int) -> AnnualPlan | None:
    return _one(authority_id, year, AnnualPlan.status.in_(OPEN))


def published(authority_id: int, year: int) -> AnnualPlan | None:
    return _one(authority_id, year, AnnualPlan.status == PlanState.PUBLISHED)


def waiting_count(actor: Actor, *, cap: int) -> int:
    """Plans that wait for this person's decision, counted up to ``cap``."""
    stmt = visible(AnnualPlan, actor, AnnualPlan.id).where(
        AnnualPlan.status == PlanState.SUBMITTED,
        AnnualPlan.author_id != actor.id,
        AnnualPlan.submitted_by_id != actor.id,
    )
    return len(db.session.scalars(stmt.limit(cap)).all())


# --- the class of an item ------------------------------------------------------------------


def class_clauses(item: PlanItem) -> list[ColumnElement[bool]]:
    """What makes an enterprise one of an item's class, roll status aside."""
    region = item.region_code or item.plan.authority.region_code
    clauses: list[Any] = [region_range(Enterprise.region_code, region)]
    if item.industry:
        clauses.append(enterprises.in_industry(item.industry))
    if item.is_key is not None:
        clauses.append(Enterprise.is_key.is_(item.is_key))
    return clauses


def class_of(item: PlanItem, *, limit: int, all_states: bool = False) -> Sequence[Enterprise]:
    """The enterprises of an item's class in the authority's region, by code.

    The plan is the authority's, so its class does not depend on who draws it up.
    ``all_states``: those that do not produce as well.
    """
    stmt = visible(Enterprise, SYSTEM).where(*class_clauses(item))
    if not all_states:
        stmt = stmt.where(Enterprise.roll_status == RollStatus.IN_PRODUCTION)
    return db.session.scalars(stmt.order_by(Enterprise.uscc).limit(limit)).all()


def class_size(item: PlanItem) -> int:
    """How many of an item's class produce now."""
    stmt = visible(Enterprise, SYSTEM, func.count(Enterprise.id)).where(
        *class_clauses(item), Enterprise.roll_status == RollStatus.IN_PRODUCTION
    )
    return db.session.scalar(stmt) or 0


def by_codes(codes: Sequence[str], region: str, actor: Actor) -> Sequence[Enterprise]:
    """The enterprises with these codes in ``region``, as far as the actor sees them."""
    stmt = visible(Enterprise, actor).where(
        Enterprise.uscc.in_(codes), region_range(Enterprise.region_code, region)
    )
    return db.session.scalars(stmt.order_by(Enterprise.uscc)).all()


def enterprises_by_id(ids: Collection[int]) -> Sequence[Enterprise]:
    """For reckoning only: nothing of them is shown but a name in a refusal."""
    found: list[Enterprise] = []
    wanted = sorted(ids)
    for start in range(0, len(wanted), _IN_ONE):
        some = wanted[start : start + _IN_ONE]
        found += db.session.scalars(visible(Enterprise, SYSTEM).where(Enterprise.id.in_(some)))
    return found


# --- lines ---------------------------------------------------------------------------------

_COUNTS = and_(
    Inspection.kind == InspectionKind.ADMINISTRATIVE,
    Inspection.counts,
    Inspection.status.in_(caps.COUNTED),
)
_KEPT = PlanTarget.dropped_at.is_(None)


def kept_targets(item_id: int) -> Sequence[PlanTarget]:
    """The lines of an item that were not dropped."""
    stmt = visible(PlanTarget, SYSTEM).where(PlanTarget.item_id == item_id, _KEPT)
    return db.session.scalars(stmt.order_by(PlanTarget.id)).all()


def target_counts(plan_id: int) -> dict[int, int]:
    """How many lines each item has, dropped ones aside."""
    stmt = visible(PlanTarget, SYSTEM, PlanTarget.item_id, func.count(PlanTarget.id))
    stmt = stmt.where(PlanTarget.plan_id == plan_id, _KEPT).group_by(PlanTarget.item_id)
    return dict(db.session.execute(stmt).tuples().all())


def planned_counts(plan_id: int, ids: Collection[int]) -> dict[int, int]:
    """How many lines each of these enterprises has in the plan."""
    stmt = visible(PlanTarget, SYSTEM, PlanTarget.enterprise_id, func.count(PlanTarget.id))
    stmt = stmt.where(PlanTarget.plan_id == plan_id, _KEPT).group_by(PlanTarget.enterprise_id)
    return {i: count for i, count in db.session.execute(stmt).tuples() if i in ids}


def own_counted(authority_id: int, year: int, ids: Collection[int]) -> dict[int, int]:
    """Inspections that count against the cap and were made from any version of the plan."""
    plans = select(AnnualPlan.id).where(
        AnnualPlan.authority_id == authority_id, AnnualPlan.year == year
    )
    stmt = (
        visible(
            PlanTarget,
            SYSTEM,
            PlanTarget.enterprise_id,
            func.count(PlanTarget.inspection_id.distinct()),
        )
        .join(Inspection, Inspection.id == PlanTarget.inspection_id)
        .where(PlanTarget.plan_id.in_(plans), Inspection.cap_year == year, _COUNTS)
        .group_by(PlanTarget.enterprise_id)
    )
    return {i: count for i, count in db.session.execute(stmt).tuples() if i in ids}


def places(plan_id: int) -> Sequence[tuple[int, int]]:
    """(enterprise's id, item's position) of every line, so that a refusal names the item."""
    stmt = (
        visible(PlanTarget, SYSTEM, PlanTarget.enterprise_id, PlanItem.position)
        .join(PlanItem, PlanItem.id == PlanTarget.item_id)
        .where(PlanTarget.plan_id == plan_id, _KEPT)
        .order_by(PlanItem.position)
    )
    return list(db.session.execute(stmt).tuples())


def is_planned(target: PlanTarget, month: int) -> bool:
    """Whether another line of the item has the enterprise in ``month``."""
    stmt = visible(PlanTarget, SYSTEM, PlanTarget.id).where(
        PlanTarget.item_id == target.item_id,
        PlanTarget.enterprise_id == target.enterprise_id,
        PlanTarget.month == month,
        PlanTarget.id != target.id,
        _KEPT,
    )
    return db.session.scalars(stmt.limit(1)).first() is not None


def without_officers(plan_id: int) -> Sequence[PlanTarget]:
    """Open lines that name nobody yet, by month."""
    stmt = visible(PlanTarget, SYSTEM).where(
        PlanTarget.plan_id == plan_id,
        PlanTarget.first_officer_id.is_(None),
        PlanTarget.inspection_id.is_(None),
        _KEPT,
    )
    return db.session.scalars(stmt.order_by(PlanTarget.month, PlanTarget.id)).all()


def loads(plan_id: int) -> Counter[int]:
    """How many lines of the plan each officer has."""
    load: Counter[int] = Counter()
    for column in (PlanTarget.first_officer_id, PlanTarget.second_officer_id):
        stmt = visible(PlanTarget, SYSTEM, column, func.count(PlanTarget.id))
        stmt = stmt.where(PlanTarget.plan_id == plan_id, column.is_not(None), _KEPT)
        load.update(dict(db.session.execute(stmt.group_by(column)).tuples().all()))
    return load


def to_make(plan_id: int, month: int, actor: Actor, *, limit: int) -> Sequence[PlanTarget]:
    """Lines of a month that have no inspection yet, as far as the actor sees them, locked."""
    stmt = (
        visible(PlanTarget, actor)
        .join(Enterprise, Enterprise.id == PlanTarget.enterprise_id)
        .where(
            PlanTarget.plan_id == plan_id,
            PlanTarget.month == month,
            PlanTarget.inspection_id.is_(None),
            _KEPT,
        )
        .options(
            contains_eager(PlanTarget.enterprise),
            joinedload(PlanTarget.item).joinedload(PlanItem.checklist),
        )
        .order_by(PlanTarget.id)
        .limit(limit)
        .with_for_update(of=PlanTarget)
    )
    return db.session.scalars(stmt).unique().all()


def get_target(plan: AnnualPlan, target_id: int, actor: Actor) -> PlanTarget:
    """A line of the plan with all that its page shows. Raises NotFound."""
    stmt = _with_all(visible(PlanTarget, actor)).where(
        PlanTarget.id == target_id, PlanTarget.plan_id == plan.id
    )
    found: PlanTarget | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def _with_all(stmt: Select[Any]) -> Select[Any]:
    return (
        stmt.join(Enterprise, Enterprise.id == PlanTarget.enterprise_id)
        .join(PlanItem, PlanItem.id == PlanTarget.item_id)
        .outerjoin(Inspection, Inspection.id == PlanTarget.inspection_id)
        .options(
            contains_eager(PlanTarget.enterprise),
            contains_eager(PlanTarget.item),
            contains_eager(PlanTarget.inspection),
            joinedload(PlanTarget.first_officer),
            joinedload(PlanTarget.second_officer),
        )
    )


# --- progress ------------------------------------------------------------------------------

_STATE = case(
    (PlanTarget.dropped_at.is_not(None), TargetState.DROPPED.value),
    (PlanTarget.inspection_id.is_(None), TargetState.PLANNED.value),
    (Inspection.status == InspectionState.RECORDED, TargetState.DONE.value),
    (Inspection.status == InspectionState.CANCELLED, TargetState.CANCELLED.value),
    else_=TargetState.UNDER_WAY.value,
)
OPEN_STATES = (TargetState.PLANNED, TargetState.UNDER_WAY)


@dataclass(frozen=True, slots=True)
class TargetFilter:
    """What the drill-down is narrowed to; ``state`` may be ``overdue`` too."""

    text: str = ""
    item_id: int | None = None
    month: int | None = None
    state: str = ""
    officer_id: int | None = None


def list_targets(plan: AnnualPlan, actor: Actor, wanted: TargetFilter) -> Select[Any]:
    """The ordered statement behind the drill-down and the export."""
    stmt = _with_all(visible(PlanTarget, actor)).where(PlanTarget.plan_id == plan.id)
    if wanted.text:
        stmt = stmt.where(contains(wanted.text, Enterprise.name, Enterprise.uscc))
    if wanted.item_id is not None:
        stmt = stmt.where(PlanTarget.item_id == wanted.item_id)
    if wanted.month is not None:
        stmt = stmt.where(PlanTarget.month == wanted.month)
    if wanted.officer_id is not None:
        officers = (PlanTarget.first_officer_id, PlanTarget.second_officer_id)
        stmt = stmt.where(or_(*(column == wanted.officer_id for column in officers)))
    if wanted.state == "overdue":
        stmt = stmt.where(overdue_clause(plan.year, clock.today()))
    elif wanted.state:
        stmt = stmt.where(_STATE.in_([wanted.state]))
    return stmt.order_by(PlanTarget.month, PlanItem.position, Enterprise.name, PlanTarget.id)


def overdue_clause(year: int, today: date) -> ColumnElement[bool]:
    """The month is over and the inspection is not recorded; needs the join to inspections."""
    is_open = _STATE.in_([s.value for s in OPEN_STATES])
    if year > today.year:
        return and_(is_open, PlanTarget.month < 1)
    over = PlanTarget.month < (today.month if year == today.year else 13)
    return and_(is_open, over)


@dataclass(frozen=True, slots=True)
class Cell:
    """How many lines of an item in a month are in which state."""

    item_id: int
    month: int
    state: TargetState
    count: int


def progress(plan: AnnualPlan, actor: Actor) -> list[Cell]:
    """Counts by item, month and state, in one statement."""
    stmt = (
        visible(
            PlanTarget,
            actor,
            PlanTarget.item_id,
            PlanTarget.month,
            _STATE,
            func.count(PlanTarget.id),
        )
        .outerjoin(Inspection, Inspection.id == PlanTarget.inspection_id)
        .where(PlanTarget.plan_id == plan.id)
        .group_by(PlanTarget.item_id, PlanTarget.month, _STATE)
    )
    return [
        Cell(item, month, TargetState(state), count)
        for item, month, state, count in db.session.execute(stmt).tuples()
    ]


def planned_enterprises(plan: AnnualPlan, actor: Actor) -> Select[Any]:
    """The enterprises of the plan, for the list of cap usage, by name."""
    ids = select(PlanTarget.enterprise_id).where(PlanTarget.plan_id == plan.id, _KEPT)
    return (
        visible(Enterprise, actor)
        .where(Enterprise.id.in_(ids))
        .order_by(Enterprise.name, Enterprise.id)
    )


# --- people --------------------------------------------------------------------------------


def avoids(account_id: int, enterprise_id: int, day: date) -> bool:
    """Whether the officer must avoid the enterprise on ``day``."""
    return (account_id, enterprise_id) in avoided([account_id], day)


def avoided(account_ids: Collection[int], day: date) -> set[tuple[int, int]]:
    """(officer, enterprise) pairs that hold on ``day``."""
    stmt = visible(
        OfficerAvoidance, SYSTEM, OfficerAvoidance.account_id, OfficerAvoidance.enterprise_id
    ).where(
        OfficerAvoidance.account_id.in_(account_ids),
        OfficerAvoidance.begun_on <= day,
        or_(OfficerAvoidance.ended_on.is_(None), OfficerAvoidance.ended_on >= day),
    )
    return set(db.session.execute(stmt).tuples())


def list_avoidances(actor: Actor, text: str = "", *, ended: bool = False) -> Select[Any]:
    """Officers and the enterprises they avoid; those that have ended only where asked for."""
    stmt = (
        visible(OfficerAvoidance, actor)
        .join(Enterprise, Enterprise.id == OfficerAvoidance.enterprise_id)
        .join(Account, Account.id == OfficerAvoidance.account_id)
        .options(
            contains_eager(OfficerAvoidance.enterprise), contains_eager(OfficerAvoidance.account)
        )
        .order_by(Account.name, Enterprise.name, OfficerAvoidance.id)
    )
    if text:
        stmt = stmt.where(contains(text, Enterprise.name, Account.name))
    if not ended:
        today = clock.today()
        holds = or_(OfficerAvoidance.ended_on.is_(None), OfficerAvoidance.ended_on >= today)
        stmt = stmt.where(holds)
    return stmt


def get_avoidance(avoidance_id: int, actor: Actor) -> OfficerAvoidance:
    stmt = visible(OfficerAvoidance, actor).where(OfficerAvoidance.id == avoidance_id)
    found: OfficerAvoidance | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def approver_ids(region_code: str) -> list[int]:
    """Active people of this region, or above, who may approve its plan."""
    roles = [role for role, held in ROLE_GRANTS.items() if Permission.PLAN_APPROVE in held]
    above = [region_code[:length] for length in range(2, len(region_code) + 1)]
    stmt = select(Account.id).where(
        Account.role.in_(roles), Account.is_active, Account.region_code.in_(above)
    )
    reason = "a submitted plan is told to whoever may approve it"
    return list(db.session.scalars(unscoped(stmt.limit(MOST_CHOICES), reason=reason)))


def officer_ids(plan: AnnualPlan) -> list[int]:
    """The officers of the authority, to be told of its plan."""
    held = authorities.certified_officers(plan.authority, clock.today())
    return [c.account_id for c in held]


# --- checklists ----------------------------------------------------------------------------


def checklists_on(day: date) -> Sequence[Checklist]:
    """The lists in force on ``day``, for a choice."""
    ends = or_(Checklist.effective_to.is_(None), Checklist.effective_to >= day)
    stmt = select(Checklist).where(Checklist.effective_from <= day, ends)
    return db.session.scalars(stmt.order_by(Checklist.name).limit(MOST_CHECKLISTS)).all()


def is_checklist(checklist_id: int) -> bool:
    return db.session.get(Checklist, checklist_id) is not None
