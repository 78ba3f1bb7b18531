"""Verbs of accounts: create, sign in, lock out, change a password; issue and revoke tokens."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, select
from sqlalchemy.orm import selectinload

from supervision.account.grants import NODE_GRANTS, ROLE_GRANTS
from supervision.account.models import Account, Membership, ServiceToken, actor_fields
from supervision.account.roles import EVERYTHING_ROLES, Role, side_of
from supervision.core import audit, clock
from supervision.core.actor import Actor, ActorKind, Side
from supervision.core.db import db
from supervision.core.errors import InvalidInput
from supervision.core.scope import unscoped
from supervision.core.text import N_

MIN_PASSWORD = 10
TOKEN_PREFIX = "anqi_"  # noqa: S105 - the visible beginning of every token

_hasher = PasswordHasher()
# Verified against when there is no such account, so that the answer takes as long.
_DECOY = _hasher.hash(secrets.token_hex(16))


def hash_password(password: str, *, field: str = "password") -> str:
    """Argon2id with the library's defaults. Raises InvalidInput when the password is too short."""
    if len(password) < MIN_PASSWORD:
        raise InvalidInput(
            N_("A password has at least %(count)s characters."),
            field=field,
            count=MIN_PASSWORD,
        )
    return _hasher.hash(password)


def create_account(
    actor: Actor,
    *,
    username: str,
    name: str,
    role: Role,
    password: str,
    region_code: str = "",
    enterprise_ids: tuple[int, ...] = (),
    phone: str = "",
    language: str | None = None,
    certificate_no: str = "",
    password_hash: str | None = None,
    must_change_password: bool = False,
) -> Account:
    """Add a person. Regulators need a region, enterprise people an enterprise."""
    username = username.strip().lower()
    check_scope(role, region_code, enterprise_ids)
    taken = unscoped(
        select(Account.id).where(Account.username == username),
        reason="user names are unique to all",
    )
    if db.session.scalar(taken) is not None:
        raise InvalidInput(N_("This user name is taken."), field="username")
    account = Account(
        username=username,
        name=name,
        role=role,
        phone=phone,
        region_code=region_code,
        extra_regions=[],
        password_hash=password_hash or hash_password(password),
        language=language,
        certificate_no=certificate_no,
        must_change_password=must_change_password,
        created_at=clock.now(),
        memberships=[Membership(enterprise_id=i) for i in enterprise_ids],
    )
    db.session.add(account)
    audit.record(actor, "account.create", account, username=username, role=role)
    return account


def check_scope(role: Role, region_code: str, enterprise_ids: tuple[int, ...]) -> None:
    """Raise InvalidInput where a role lacks the region or the enterprise that it acts for."""
    if side_of(role) is Side.ENTERPRISE and not enterprise_ids:
        raise InvalidInput(N_("Choose the enterprise this person belongs to."), field="enterprise")
    regional = {Role.SECTION_CHIEF, Role.OFFICER, Role.VIDEO_OPERATOR}
    if role in regional and not region_code:
        raise InvalidInput(N_("Choose the region this person works in."), field="region_code")


def to_actor(account: Account) -> Actor:
    """The actor that an account acts as."""
    return Actor(
        kind=ActorKind.PERSON,
        role=account.role,
        side=side_of(account.role),
        permissions=ROLE_GRANTS[account.role],
        everything=account.role in EVERYTHING_ROLES,
        **actor_fields(account),
    )


def actor_of(account_id: int) -> Actor | None:
    """Whom an account acts as now; None when it is closed. For a job that somebody asked for."""
    stmt = select(Account).where(Account.id == account_id, Account.is_active)
    stmt = stmt.options(selectinload(Account.memberships))
    reason = "a job acts as the person who asked for it"
    found = db.session.scalars(unscoped(stmt, reason=reason)).first()
    return to_actor(found) if found is not None else None


def sign_in(username: str, password: str, *, attempts: int, lockout: timedelta) -> Account | None:
    """The account, or None. Counts failures and locks after ``attempts`` of them.

    A wrong name, a wrong password and a locked account answer alike and take alike.
    """
    # Locked, so that guesses made in parallel are counted one by one.
    wanted = select(Account).where(Account.username == username.strip().lower())
    found = db.session.scalars(
        unscoped(wanted.with_for_update(), reason="signing in comes before knowing who it is")
    ).first()
    matches = _verify(found.password_hash if found else _DECOY, password)
    if found is None or not found.is_active:
        return None
    now = clock.now()
    if found.locked_until and found.locked_until > now:
        return None
    if not matches:
        _count_failure(found, now, attempts, lockout)
        return None
    found.failed_attempts, found.locked_until, found.last_sign_in_at = 0, None, now
    if _hasher.check_needs_rehash(found.password_hash):
        found.password_hash = _hasher.hash(password)
    audit.record(to_actor(found), "account.sign_in", found)
    return found


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _count_failure(account: Account, now: datetime, attempts: int, lockout: timedelta) -> None:
    account.failed_attempts += 1
    if account.failed_attempts >= attempts:
        account.locked_until, account.failed_attempts = now + lockout, 0
        audit.record(to_actor(account), "account.lock_out", account, until=account.locked_until)
    else:
        audit.record(to_actor(account), "account.sign_in_failed", account)


def change_password(account: Account, actor: Actor, *, old: str, new: str) -> None:
    """Set a new password after the old one was shown; ends all other sessions."""
    if not _verify(account.password_hash, old):
        raise InvalidInput(N_("The present password is not right."), field="old")
    if old == new:
        raise InvalidInput(N_("The new password is the same as the present one."), field="new")
    account.password_hash = hash_password(new, field="new")
    account.must_change_password = False
    account.session_epoch += 1
    audit.record(actor, "account.change_password", account)


def set_language(account: Account, actor: Actor, language: str) -> None:
    account.language = language
    audit.record(actor, "account.set_language", account, language=language)


def issue_token(
    actor: Actor, *, node_id: int, label: str, expires_at: datetime | None = None
) -> tuple[ServiceToken, str]:
    """A new token for a vision node: the row, and the token itself, which is kept nowhere."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    row = ServiceToken(
        node_id=node_id,
        label=label,
        token_hash=token_hash(token),
        created_at=clock.now(),
        created_by=actor.name,
        expires_at=expires_at,
    )
    db.session.add(row)
    audit.record(actor, "token.issue", row, node_id=node_id, expires_at=expires_at)
    return row, token


def revoke_token(actor: Actor, token: ServiceToken) -> None:
    token.revoked_at = token.revoked_at or clock.now()
    audit.record(actor, "token.revoke", token, node_id=token.node_id)


def token_hash(token: str) -> str:
    # The token holds 256 random bits: a plain hash cannot be guessed back, and is fast.
    return hashlib.sha256(token.encode()).hexdigest()


# Asked with every message of every node: built once, the few columns that are looked at.
_TOKEN = unscoped(
    select(
        ServiceToken.node_id,
        ServiceToken.label,
        ServiceToken.token_hash,
        ServiceToken.expires_at,
        ServiceToken.revoked_at,
    ).where(ServiceToken.token_hash == bindparam("digest")),
    reason="a token proves who it is",
)


def actor_of_token(token: str) -> tuple[Actor | None, str]:
    """The node that shows ``token``, or None and why not."""
    digest = token_hash(token)
    row = db.session.execute(_TOKEN, {"digest": digest}).first()
    if row is None or not hmac.compare_digest(row.token_hash, digest):
        return None, "unknown token"
    if row.revoked_at is not None:
        return None, "this token was revoked"
    if row.expires_at is not None and row.expires_at <= clock.now():
        return None, "this token has expired"
    actor = Actor(
        kind=ActorKind.NODE,
        id=row.node_id,
        name=row.label,
        role="node",
        permissions=NODE_GRANTS,
        node_id=row.node_id,
    )
    return actor, ""
