"""Reads of returns. Every one starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range, visible
from supervision.core.search import contains
from supervision.core.web.paging import COUNT_CAP, capped_counts
from supervision.enterprise.models import Enterprise
from supervision.returns.models import PeriodReturn, chased, overdue_clause
from supervision.returns.rules import ReturnKind
from supervision.returns.workflow import WITH_ENTERPRISE, ReturnState

MOST_DUE = 50
# Reminded by one press.
MOST_REMINDED = 500

SORTS = {
    "newest": (PeriodReturn.last_day.desc(), PeriodReturn.id.desc()),
    "due": (PeriodReturn.expected_on, PeriodReturn.id),
    "enterprise": (Enterprise.name, PeriodReturn.last_day.desc(), PeriodReturn.id),
}


@dataclass(frozen=True, slots=True)
class ReturnFilter:
    """What a list is narrowed to; empty means all."""

    text: str = ""
    group: str = ""  # open, overdue, waiting, late
    kind: ReturnKind | None = None
    status: ReturnState | None = None
    enterprise_id: int | None = None
    region: str = ""
    ends_from: date | None = None
    ends_to: date | None = None
    sort: str = "newest"


def list_returns(actor: Actor, wanted: ReturnFilter) -> Select[Any]:
    """The ordered statement behind the list and its export, enterprise loaded along."""
    stmt = (
        visible(PeriodReturn, actor)
        .join(Enterprise, Enterprise.id == PeriodReturn.enterprise_id)
        .options(contains_eager(PeriodReturn.enterprise))
    )
    for clause in _clauses(wanted):
        stmt = stmt.where(clause)
    return stmt.order_by(*SORTS.get(wanted.sort, SORTS["newest"]))


def _clauses(wanted: ReturnFilter) -> list[Any]:
    clauses: list[Any] = []
    if wanted.text:
        clauses.append(
            contains(wanted.text, Enterprise.name, Enterprise.short_name, Enterprise.uscc)
        )
    groups = {
        "open": and_(PeriodReturn.status.in_(WITH_ENTERPRISE), chased()),
        "overdue": and_(overdue_clause(clock.today()), chased()),
        "waiting": PeriodReturn.status == ReturnState.SUBMITTED,
        "late": PeriodReturn.first_submitted_on > PeriodReturn.due_on,
    }
    if wanted.group in groups:
        clauses.append(groups[wanted.group])
    for column, value in (
        (PeriodReturn.kind, wanted.kind),
        (PeriodReturn.status, wanted.status),
        (PeriodReturn.enterprise_id, wanted.enterprise_id),
    ):
        if value:
            clauses.append(column == value)
    if wanted.region:
        clauses.append(region_range(Enterprise.region_code, wanted.region))
    if wanted.ends_from:
        clauses.append(PeriodReturn.last_day >= wanted.ends_from)
    if wanted.ends_to:
        clauses.append(PeriodReturn.last_day <= wanted.ends_to)
    return clauses


def get_return(return_id: int, actor: Actor, *, for_update: bool = False) -> PeriodReturn:
    """With all that its page shows. Raises NotFound out of scope."""
    stmt = (
        visible(PeriodReturn, actor)
        .where(PeriodReturn.id == return_id)
        .options(
            joinedload(PeriodReturn.enterprise),
            selectinload(PeriodReturn.corrections),
            selectinload(PeriodReturn.revisions),
        )
    )
    if for_update:
        stmt = stmt.with_for_update(of=PeriodReturn).execution_options(populate_existing=True)
    found: PeriodReturn | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def overdue(actor: Actor, wanted: ReturnFilter) -> Sequence[PeriodReturn]:
    """What is overdue of a filtered list, oldest first, as far as one press reminds."""
    stmt = list_returns(actor, wanted).where(overdue_clause(clock.today()), chased())
    stmt = stmt.order_by(None)
    stmt = stmt.order_by(*SORTS["due"]).limit(MOST_REMINDED)
    found: Sequence[PeriodReturn] = db.session.scalars(stmt).all()
    return found


@dataclass(frozen=True, slots=True)
class Counts:
    """So many that lie with enterprises, are overdue, wait for the authority, were returned."""

    open: int
    overdue: int
    waiting: int
    returned: int


def counts(actor: Actor, cap: int = COUNT_CAP) -> Counts:
    """As far as ``cap``, and one more where there are more."""
    stmt = visible(PeriodReturn, actor, PeriodReturn.id)
    there = stmt.join(Enterprise, Enterprise.id == PeriodReturn.enterprise_id).where(chased())
    status = PeriodReturn.status
    return Counts(
        *capped_counts(
            (
                there.where(status.in_(WITH_ENTERPRISE)),
                there.where(overdue_clause(clock.today())),
                stmt.where(status == ReturnState.SUBMITTED),
                stmt.where(status == ReturnState.RETURNED),
            ),
            cap,
        )
    )


def due_until(actor: Actor, until: date) -> Sequence[PeriodReturn]:
    """What lies with ``actor``'s enterprises and is waited for by then, late ones first."""
    stmt = (
        visible(PeriodReturn, actor)
        .where(PeriodReturn.status.in_(WITH_ENTERPRISE), PeriodReturn.expected_on <= until)
        .options(joinedload(PeriodReturn.enterprise))
        .order_by(*SORTS["due"])
        .limit(MOST_DUE)
    )
    found: Sequence[PeriodReturn] = db.session.scalars(stmt).all()
    return found


def of_enterprise(enterprise_id: int, actor: Actor, limit: int) -> Sequence[PeriodReturn]:
    """The newest of an enterprise."""
    stmt = visible(PeriodReturn, actor).where(PeriodReturn.enterprise_id == enterprise_id)
    stmt = stmt.order_by(PeriodReturn.last_day.desc(), PeriodReturn.id.desc()).limit(limit)
    found: Sequence[PeriodReturn] = db.session.scalars(stmt).all()
    return found


def submitted(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[PeriodReturn]:
    """What an enterprise submitted, newest first, earlier than ``before``."""
    at = PeriodReturn.submitted_at
    stmt = visible(PeriodReturn, actor).where(PeriodReturn.enterprise_id == enterprise_id)
    stmt = stmt.where(at.is_not(None) if before is None else at < before)
    stmt = stmt.order_by(at.desc(), PeriodReturn.id.desc()).limit(limit)
    found: Sequence[PeriodReturn] = db.session.scalars(stmt).all()
    return found
