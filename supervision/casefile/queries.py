"""Reads of cases. Every one starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from supervision.casefile.counters import LIMITS, Counter, Penalty, count
from supervision.casefile.models import (
    Case,
    CaseDecision,
    CaseEvent,
    CaseEvidence,
    CaseHazard,
    CasePaper,
    overdue_clause,
)
from supervision.casefile.rules import CaseSource, DecisionState
from supervision.casefile.workflow import OPEN, SETTLED, TO_APPROVE, CaseState
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.clocks import period_of
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.errors import InvalidInput, NotFound
from supervision.core.holidays import workday_table
from supervision.core.scope import region_range, visible
from supervision.core.search import contains
from supervision.core.statutory import rule_on
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.hazard.models import Hazard, HazardFile
from supervision.hazard.workflow import HazardState
from supervision.order.models import Order
from supervision.order.rules import ItemResult
from supervision.order.workflow import OrderState, Outcome

SORTS = {
    "newest": (Case.id.desc(),),
    "filed": (Case.filed_on.is_(None), Case.filed_on.desc(), Case.id.desc()),
}
# Longer than the longest window of art. 113.
LOOK_BACK = timedelta(days=400)
MOST_CHOICES = 60
MOST_FILES = 40


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What the index is narrowed to; empty means all."""

    text: str = ""
    group: str = ""  # open, approve, overdue, settled
    status: CaseState | None = None
    source: CaseSource | None = None
    enterprise_id: int | None = None
    region: str = ""
    filed_from: date | None = None
    filed_to: date | None = None
    sort: str = "newest"


def list_cases(actor: Actor, wanted: CaseFilter) -> Select[Any]:
    """The ordered statement behind the index and its export."""
    stmt = (
        visible(Case, actor)
        .join(Enterprise, Enterprise.id == Case.enterprise_id)
        .options(contains_eager(Case.enterprise), selectinload(Case.decisions))
    )
    for clause in _clauses(wanted):
        stmt = stmt.where(clause)
    return stmt.order_by(*SORTS.get(wanted.sort, SORTS["newest"]))


def _groups() -> dict[str, Any]:
    return {
        "open": Case.status.in_(OPEN),
        "approve": Case.status.in_(TO_APPROVE),
        "overdue": overdue_clause(clock.today()),
        "settled": Case.status.in_(SETTLED),
    }


def _clauses(wanted: CaseFilter) -> list[Any]:
    clauses: list[Any] = []
    if wanted.text:
        clauses.append(contains(wanted.text, Case.number, Case.cause, Enterprise.name))
    if wanted.group in (groups := _groups()):
        clauses.append(groups[wanted.group])
    for column, value in (
        (Case.status, wanted.status),
        (Case.source, wanted.source),
        (Case.enterprise_id, wanted.enterprise_id),
    ):
        if value:
            clauses.append(column == value)
    if wanted.region:
        clauses.append(region_range(Enterprise.region_code, wanted.region))
    if wanted.filed_from:
        clauses.append(Case.filed_on >= wanted.filed_from)
    if wanted.filed_to:
        clauses.append(Case.filed_on <= wanted.filed_to)
    return clauses


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures on top of the index."""

    open: int
    approve: int
    overdue: int


def counts(actor: Actor) -> Counts:
    """All figures in one statement."""
    groups = _groups()
    sums = [count_if(groups[name]) for name in ("open", "approve", "overdue")]
    return Counts(*db.session.execute(visible(Case, actor, *sums)).one())


def waiting_count(actor: Actor, *, cap: int) -> int:
    """Cases that wait for an approval, up to ``cap``; it stands beside the menu's line."""
    some = visible(Case, actor, Case.id).where(Case.status.in_(TO_APPROVE)).limit(cap)
    stmt = select(func.count()).select_from(some.subquery())
    return db.session.scalar(stmt.execution_options(**some.get_execution_options())) or 0


def get_case(case_id: int, actor: Actor) -> Case:
    """One case with all that its page shows. Raises NotFound out of scope."""
    stmt = (
        visible(Case, actor)
        .where(Case.id == case_id)
        .options(
            joinedload(Case.enterprise),
            joinedload(Case.authority),
            joinedload(Case.order),
            selectinload(Case.hazards).joinedload(CaseHazard.hazard),
            selectinload(Case.evidence).joinedload(CaseEvidence.hazard_file),
            selectinload(Case.decisions).joinedload(CaseDecision.document),
            selectinload(Case.papers),
            selectinload(Case.events),
        )
    )
    found: Case | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def get_evidence(case: Case, evidence_id: int) -> CaseEvidence:
    for row in case.evidence:
        if row.id == evidence_id:
            return row
    raise NotFound


def get_paper(case: Case, paper_id: int) -> CasePaper:
    for paper in case.papers:
        if paper.id == paper_id:
            return paper
    raise NotFound


def get_decision(decision_id: int, actor: Actor) -> CaseDecision:
    """A decision with its paper; an enterprise finds its own from service on."""
    stmt = (
        visible(CaseDecision, actor)
        .where(CaseDecision.id == decision_id, CaseDecision.document_id.is_not(None))
        .options(joinedload(CaseDecision.document))
    )
    found: CaseDecision | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def check_belongs(
    enterprise_id: int, actor: Actor, order_id: int | None, hazard_ids: Sequence[int]
) -> None:
    """The order and the hazards are this enterprise's, and the actor may see them."""
    if order_id is not None:
        orders = visible(Order, actor, Order.id).where(
            Order.id == order_id, Order.enterprise_id == enterprise_id
        )
        if db.session.scalar(orders) is None:
            raise InvalidInput(N_("Choose one of the list."), field="order_id")
    if hazard_ids:
        own = visible(Hazard, actor, Hazard.id).where(
            Hazard.id.in_(hazard_ids), Hazard.enterprise_id == enterprise_id
        )
        if set(db.session.scalars(own)) != set(hazard_ids):
            raise InvalidInput(N_("Choose one of the list."), field="hazard_ids")


def order_choices(enterprise_id: int, actor: Actor) -> Sequence[Order]:
    """Orders that bound the enterprise, newest first."""
    bound = {OrderState.SERVED, OrderState.RECHECKED, OrderState.CLOSED}
    stmt = (
        visible(Order, actor)
        .where(Order.enterprise_id == enterprise_id, Order.status.in_(bound))
        .order_by(Order.id.desc())
        .limit(MOST_CHOICES)
    )
    return db.session.scalars(stmt).all()


def hazard_choices(enterprise_id: int, actor: Actor, also: Sequence[int] = ()) -> Sequence[Hazard]:
    """Hazards that a case may be about: not the invalid ones, newest first."""
    shown = (
        visible(Hazard, actor, Hazard.id)
        .where(Hazard.enterprise_id == enterprise_id, Hazard.status != HazardState.INVALID)
        .order_by(Hazard.id.desc())
        .limit(MOST_CHOICES)
    )
    ids = {*db.session.scalars(shown), *also}
    stmt = visible(Hazard, actor).where(Hazard.id.in_(ids)).order_by(Hazard.id.desc())
    return db.session.scalars(stmt).all()


def file_choices(case: Case, actor: Actor) -> Sequence[HazardFile]:
    """Pictures and clips of the case's hazards, that may become evidence."""
    ids = [row.hazard_id for row in case.hazards]
    if not ids:
        return []
    stmt = (
        visible(Hazard, actor, HazardFile)
        .join(HazardFile, HazardFile.hazard_id == Hazard.id)
        .where(Hazard.id.in_(ids))
        .options(joinedload(HazardFile.hazard))
        .order_by(HazardFile.id)
        .limit(MOST_FILES)
    )
    return db.session.scalars(stmt).all()


def art113(enterprise_id: int, actor: Actor, day: date) -> tuple[Counter, ...]:
    """The counters of one enterprise on ``day``; a window without a rule in force is left out."""
    stmt = visible(
        CaseDecision,
        actor,
        CaseDecision.decided_on,
        CaseDecision.for_major,
        CaseDecision.status,
    ).where(
        CaseDecision.enterprise_id == enterprise_id,
        CaseDecision.decided_on.between(day - LOOK_BACK, day),
    )
    penalties = [
        Penalty(row[0], for_major=row[1], is_void=row[2] is DecisionState.ANNULLED)
        for row in db.session.execute(stmt)
    ]
    table = workday_table()
    found = []
    for code in LIMITS:
        try:
            period = period_of(rule_on(code, day))
        except NotFound:
            continue
        found.append(count(code, period, penalties, day, table))
    return tuple(found)


def of_enterprise(enterprise_id: int, actor: Actor, limit: int) -> Sequence[Case]:
    """An enterprise's newest cases."""
    stmt = (
        visible(Case, actor)
        .where(Case.enterprise_id == enterprise_id)
        .options(selectinload(Case.decisions))
        .order_by(Case.id.desc())
        .limit(limit)
    )
    return db.session.scalars(stmt).all()


def decisions_of(enterprise_id: int, actor: Actor, limit: int) -> Sequence[CaseDecision]:
    """Decisions that were served on an enterprise, newest first."""
    stmt = (
        visible(CaseDecision, actor)
        .where(CaseDecision.enterprise_id == enterprise_id, CaseDecision.served_at.is_not(None))
        .order_by(CaseDecision.served_at.desc(), CaseDecision.id.desc())
        .limit(limit)
    )
    return db.session.scalars(stmt).all()


def of_hazard(hazard_id: int, actor: Actor, limit: int) -> Sequence[Case]:
    """Cases about a hazard."""
    stmt = (
        visible(Case, actor)
        .join(CaseHazard, CaseHazard.case_id == Case.id)
        .where(CaseHazard.hazard_id == hazard_id)
        .order_by(Case.id.desc())
        .limit(limit)
    )
    return db.session.scalars(stmt).all()


def of_order(order_id: int, actor: Actor, limit: int) -> Sequence[Case]:
    """Cases about an order, the newest first."""
    stmt = (
        visible(Case, actor).where(Case.order_id == order_id).order_by(Case.id.desc()).limit(limit)
    )
    return db.session.scalars(stmt).all()


def leads_to_case(order: Order) -> bool:
    """A served order that was not complied with: past its day, or found so by a re-inspection."""
    return order.is_overdue or (
        order.status in {OrderState.RECHECKED, OrderState.CLOSED}
        and order.outcome is not Outcome.COMPLIED
        and bool(order.failed_items)
    )


def not_complied(order: Order) -> list[int]:
    """Ids of the hazards that a case about the order is about: not done, or past their day."""
    late = [
        item
        for item in order.items
        if item.result is ItemResult.OPEN and item.due_on and item.due_on < clock.today()
    ]
    return [item.hazard_id for item in (*order.failed_items, *late)]


def events_of_enterprise(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[tuple[CaseEvent, Case]]:
    """Steps of all of an enterprise's cases, newest first, for the file's timeline."""
    stmt = (
        visible(Case, actor, CaseEvent, Case)
        .join(CaseEvent, CaseEvent.case_id == Case.id)
        .where(Case.enterprise_id == enterprise_id, CaseEvent.action.in_(SHOWN))
        .order_by(CaseEvent.at.desc(), CaseEvent.id.desc())
        .limit(limit)
    )
    if before is not None:
        stmt = stmt.where(CaseEvent.at < before)
    return [(row[0], row[1]) for row in db.session.execute(stmt)]


def served_of_enterprise(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[CaseDecision]:
    """Served decisions for the timeline that the enterprise itself reads."""
    stmt = (
        visible(CaseDecision, actor)
        .where(CaseDecision.enterprise_id == enterprise_id, CaseDecision.served_at.is_not(None))
        .order_by(CaseDecision.served_at.desc(), CaseDecision.id.desc())
        .limit(limit)
    )
    if before is not None:
        stmt = stmt.where(CaseDecision.served_at < before)
    return db.session.scalars(stmt).all()


# Steps that belong on the enterprise's timeline; the rest is the case's own history.
SHOWN = ("open", "file", "refuse", "decide", "serve", "execute", "annul", "close")
