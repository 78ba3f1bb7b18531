"""Reads of invitations. Every one starts at ``visible()``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_
from sqlalchemy.orm import joinedload

from supervision.account.invitation_models import Invitation, InvitationState
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import visible
from supervision.core.search import contains


@dataclass(frozen=True, slots=True)
class InvitationFilter:
    """What the list is narrowed to; empty means all. ``by``: the account that invited."""

    text: str = ""
    state: InvitationState | None = None
    by: int | None = None


def list_invitations(actor: Actor, wanted: InvitationFilter) -> Select[Any]:
    """Newest first, enterprises loaded along."""
    stmt = visible(Invitation, actor).options(joinedload(Invitation.enterprise))
    if wanted.by is not None:
        stmt = stmt.where(Invitation.created_by_id == wanted.by)
    if wanted.text:
        stmt = stmt.where(contains(wanted.text, Invitation.name, Invitation.phone))
    if wanted.state is not None:
        stmt = stmt.where(_states()[wanted.state])
    return stmt.order_by(Invitation.created_at.desc(), Invitation.id.desc())


def _states() -> dict[InvitationState, Any]:
    pending = and_(Invitation.used_at.is_(None), Invitation.revoked_at.is_(None))
    return {
        InvitationState.OPEN: and_(pending, Invitation.expires_at > clock.now()),
        InvitationState.EXPIRED: and_(pending, Invitation.expires_at <= clock.now()),
        InvitationState.USED: Invitation.used_at.is_not(None),
        InvitationState.REVOKED: Invitation.revoked_at.is_not(None),
    }


def get_invitation(invitation_id: int, actor: Actor, *, for_update: bool = False) -> Invitation:
    """One invitation with its enterprise. Raises NotFound out of scope."""
    stmt = visible(Invitation, actor).where(Invitation.id == invitation_id)
    stmt = stmt.options(joinedload(Invitation.enterprise))
    if for_update:
        stmt = stmt.with_for_update(of=Invitation)
    found: Invitation | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def is_anybody_invited(enterprise_id: int, actor: Actor) -> bool:
    """Whether somebody was ever invited to this enterprise."""
    stmt = visible(Invitation, actor, Invitation.id)
    found = db.session.scalars(stmt.where(Invitation.enterprise_id == enterprise_id).limit(1))
    return found.first() is not None
