"""Verbs of invitations: invite, give a new link, revoke, accept."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from supervision.account import service
from supervision.account.invitation_models import Invitation, InvitationState
from supervision.account.models import Account, Membership
from supervision.account.roles import Role
from supervision.core import audit, clock
from supervision.core.actor import SYSTEM, Actor, Side
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped, visible
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.enterprise.service import RESTRUCTURED

GOOD_FOR = timedelta(days=7)

# An authority opens the door to the head of an enterprise, who lets in everybody else.
_OF_REGULATORS = (Role.PRINCIPAL,)
_OF_ENTERPRISE = {
    Role.PRINCIPAL: (Role.PRINCIPAL, Role.SAFETY_MANAGER, Role.EMPLOYEE),
    Role.SAFETY_MANAGER: (Role.SAFETY_MANAGER, Role.EMPLOYEE),
}


def roles_for(actor: Actor) -> tuple[Role, ...]:
    """To which roles ``actor`` may invite; nobody hands out more than they hold themselves."""
    if not actor.may(Permission.INVITE):
        return ()
    if actor.is_regulator:
        return _OF_REGULATORS
    return _OF_ENTERPRISE.get(Role(actor.role), ())


def invite(
    enterprise: Enterprise, actor: Actor, *, role: Role, name: str, phone: str
) -> tuple[Invitation, str]:
    """A new invitation and its token, which is kept nowhere. Raises Forbidden for a role too high."""
    _may_invite(actor, role)
    token, now = _token(), clock.now()
    row = Invitation(
        enterprise_id=enterprise.id,
        role=role,
        name=name,
        phone=phone,
        token_hash=service.token_hash(token),
        created_at=now,
        created_by_id=actor.id,
        created_by=actor.name,
        expires_at=now + GOOD_FOR,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "invitation.create", row, role=role, name=name)
    return row, token


def renew(invitation: Invitation, actor: Actor) -> str:
    """A new link in the place of the old one, which leads nowhere from now on; by this person."""
    _may_invite(actor, invitation.role)
    if invitation.used_at is not None:
        raise Conflict(N_("This invitation was accepted already."))
    token = _token()
    invitation.token_hash = service.token_hash(token)
    invitation.expires_at = clock.now() + GOOD_FOR
    invitation.revoked_at = None
    invitation.created_by_id, invitation.created_by = actor.id, actor.name
    audit.record(actor, "invitation.renew", invitation)
    return token


def revoke(invitation: Invitation, actor: Actor) -> None:
    """The link leads nowhere from now on."""
    _may_invite(actor, invitation.role)
    if invitation.state in {InvitationState.USED, InvitationState.REVOKED}:
        raise Conflict(N_("This invitation is closed already."))
    invitation.revoked_at = clock.now()
    audit.record(actor, "invitation.revoke", invitation)


def by_token(token: str, *, for_update: bool = False) -> Invitation | None:
    """The invitation behind a link, whatever its state; its enterprise loaded along."""
    stmt = select(Invitation).where(Invitation.token_hash == service.token_hash(token))
    stmt = stmt.options(joinedload(Invitation.enterprise))
    if for_update:
        stmt = stmt.with_for_update(of=Invitation)
    reason = "whoever holds the link was invited; nobody is signed in yet"
    return db.session.scalars(unscoped(stmt, reason=reason)).first()


def still_holds(invitation: Invitation) -> bool:
    """Open, of a file that goes on, and whoever gave it may still do so.

    Who left, or has another district now, invites nobody any more.
    """
    if invitation.state is not InvitationState.OPEN:
        return False
    by = service.actor_of(invitation.created_by_id)
    if by is None or invitation.role not in roles_for(by):
        return False
    seen = visible(Enterprise, by, Enterprise.id).where(
        Enterprise.id == invitation.enterprise_id, Enterprise.roll_status.not_in(RESTRUCTURED)
    )
    return db.session.scalar(seen) is not None


def accept(invitation: Invitation, *, username: str, password: str) -> Account:
    """The account that the invitation was for, with a password that only its owner knows."""
    if not still_holds(invitation):
        raise Conflict(N_("This invitation is no longer good. Ask for a new link."))
    # Nobody is signed in: the trail names the system, and with the invitation who gave it.
    account = service.create_account(
        SYSTEM,
        username=username,
        name=invitation.name,
        phone=invitation.phone,
        role=invitation.role,
        password=password,
        enterprise_ids=(invitation.enterprise_id,),
    )
    db.session.flush()
    invitation.used_at, invitation.account_id = clock.now(), account.id
    audit.record(service.to_actor(account), "invitation.accept", invitation)
    return account


def may_join(invitation: Invitation, actor: Actor) -> bool:
    """Whether somebody takes it with the account that they have: the same role, elsewhere.

    An account has one role, so whoever is invited as something else opens another account.
    """
    return (
        actor.side is Side.ENTERPRISE
        and actor.role == invitation.role
        and invitation.enterprise_id not in actor.enterprise_ids
    )


def join(invitation: Invitation, actor: Actor) -> None:
    """The actor belongs to the enterprise too. Raises Conflict for a link that is no good."""
    if not still_holds(invitation):
        raise Conflict(N_("This invitation is no longer good. Ask for a new link."))
    if not may_join(invitation, actor):
        raise Forbidden(N_("Your account cannot take this invitation."))
    wanted = select(Account).where(Account.id == actor.id)
    account = db.session.scalars(unscoped(wanted, reason="everybody has their own account")).one()
    account.memberships.append(Membership(enterprise_id=invitation.enterprise_id))
    invitation.used_at, invitation.account_id = clock.now(), account.id
    db.session.flush()
    audit.record(actor, "invitation.join", invitation)


def _token() -> str:
    # 256 bits in 43 characters that pass through any messenger.
    return secrets.token_urlsafe(32)


def _may_invite(actor: Actor, role: Role) -> None:
    if role not in roles_for(actor):
        raise Forbidden(N_("You cannot invite to this role."))
