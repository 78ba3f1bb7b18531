"""Reads of registrations and change requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range, visible
from supervision.core.search import contains
from supervision.enterprise.models import Enterprise
from supervision.enterprise.request_models import ChangeRequest, Registration
from supervision.enterprise.workflow import ChangeState, RegistrationState

MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """What a list is narrowed to; empty means all."""

    text: str = ""
    status: str = ""
    region: str = ""


def list_registrations(actor: Actor, wanted: RequestFilter) -> Select[Any]:
    """Registrations, those that wait longest first."""
    stmt = visible(Registration, actor)
    if wanted.text:
        columns = (Registration.name, Registration.uscc, Registration.number)
        stmt = stmt.where(contains(wanted.text, *columns))
    if wanted.status in set(RegistrationState):
        stmt = stmt.where(Registration.status == wanted.status)
    if wanted.region:
        stmt = stmt.where(region_range(Registration.region_code, wanted.region))
    return stmt.order_by(
        (Registration.status != RegistrationState.SUBMITTED),
        Registration.submitted_at,
        Registration.id,
    )


def get_registration(registration_id: int, actor: Actor) -> Registration:
    """One registration. Raises NotFound out of scope."""
    stmt = visible(Registration, actor).where(Registration.id == registration_id)
    found: Registration | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def same_code(row: Registration, actor: Actor) -> tuple[Sequence[Enterprise], int]:
    """Files with the code of a registration, and how many others wait with it."""
    stmt = visible(Enterprise, actor).where(Enterprise.uscc == row.uscc)
    others = visible(Registration, actor, func.count(Registration.id)).where(
        Registration.uscc == row.uscc,
        Registration.id != row.id,
        Registration.status.in_((RegistrationState.SUBMITTED, RegistrationState.RETURNED)),
    )
    return db.session.scalars(stmt).all(), db.session.scalar(others) or 0


def list_changes(actor: Actor, wanted: RequestFilter) -> Select[Any]:
    """Change requests with their enterprises, those that wait longest first."""
    stmt = visible(ChangeRequest, actor).join(
        Enterprise, Enterprise.id == ChangeRequest.enterprise_id
    )
    if wanted.text:
        stmt = stmt.where(contains(wanted.text, Enterprise.name, Enterprise.uscc))
    if wanted.status in set(ChangeState):
        stmt = stmt.where(ChangeRequest.status == wanted.status)
    if wanted.region:
        stmt = stmt.where(region_range(Enterprise.region_code, wanted.region))
    return stmt.options(joinedload(ChangeRequest.enterprise)).order_by(
        (ChangeRequest.status != ChangeState.PENDING),
        ChangeRequest.requested_at,
        ChangeRequest.id,
    )


def get_change(request_id: int, actor: Actor) -> ChangeRequest:
    """One change request with its enterprise. Raises NotFound out of scope."""
    stmt = visible(ChangeRequest, actor).where(ChangeRequest.id == request_id)
    found: ChangeRequest | None = db.session.scalars(
        stmt.options(joinedload(ChangeRequest.enterprise))
    ).first()
    if found is None:
        raise NotFound
    return found


def pending_of(enterprise_id: int, actor: Actor) -> ChangeRequest | None:
    """The request of an enterprise that waits for its decision."""
    stmt = visible(ChangeRequest, actor).where(
        ChangeRequest.enterprise_id == enterprise_id, ChangeRequest.status == ChangeState.PENDING
    )
    found: ChangeRequest | None = db.session.scalars(stmt).first()
    return found


def waiting(actor: Actor) -> tuple[int, int]:
    """How many registrations and changes wait for a decision, as far as anybody counts."""
    registrations = visible(Registration, actor, Registration.id).where(
        Registration.status == RegistrationState.SUBMITTED
    )
    changes = visible(ChangeRequest, actor, ChangeRequest.id).where(
        ChangeRequest.status == ChangeState.PENDING
    )
    return capped(registrations), capped(changes)


def capped(stmt: Select[Any]) -> int:
    """How many rows, as far as anybody counts."""
    options = stmt.get_execution_options()
    inner = select(func.count()).select_from(stmt.limit(MOST_COUNTED).subquery())
    return db.session.scalar(inner.execution_options(**options)) or 0
