"""Verbs of avoidances: why an officer does not inspect an enterprise (回避)."""

from __future__ import annotations

from datetime import date

from supervision.account.models import Account
from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.plan import queries
from supervision.plan.models import OfficerAvoidance


def record(
    officer: Account, enterprise: Enterprise, actor: Actor, *, reason: str
) -> OfficerAvoidance:
    """From today on the officer is not drawn or named for the enterprise."""
    if not actor.may(Permission.PLAN_EDIT):
        raise Forbidden
    today = clock.today()
    if queries.avoids(officer.id, enterprise.id, today):
        raise InvalidInput(N_("This is on record already."), field="account_id")
    made = OfficerAvoidance(
        account_id=officer.id,
        enterprise_id=enterprise.id,
        reason=reason,
        begun_on=today,
        recorded_at=clock.now(),
        recorded_by=actor.name,
    )
    db.session.add(made)
    audit.record(actor, "avoidance.record", made, officer=officer.id, reason=reason)
    return made


def end(avoidance: OfficerAvoidance, actor: Actor, *, day: date | None = None) -> None:
    """Its last day is ``day``, by default today; the row stays."""
    if not actor.may(Permission.PLAN_EDIT):
        raise Forbidden
    if avoidance.ended_on is not None:
        raise Conflict
    avoidance.ended_on = day or clock.today()
    audit.record(actor, "avoidance.end", avoidance, day=avoidance.ended_on)
