"""Verbs of the administrator: change a person's role and scope, close and open an account."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from itertools import count

from sqlalchemy import select

from supervision.account.models import Account, Membership
from supervision.account.roles import Role
from supervision.account.service import check_scope, create_account, hash_password
from supervision.core import audit
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden
from supervision.core.scope import unscoped
from supervision.core.text import N_

# Nothing that is misread on paper or over the telephone: no 0/o, 1/l/i.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 4


def one_time_password() -> str:
    """Sixteen random letters and digits in groups of four (79 bits)."""
    return "-".join(
        "".join(secrets.choice(_ALPHABET) for _place in range(_GROUP)) for _group in range(_GROUPS)
    )


def add_person(
    actor: Actor,
    *,
    username: str,
    name: str,
    role: Role,
    region_code: str = "",
    enterprise_ids: tuple[int, ...] = (),
    phone: str = "",
    certificate_no: str = "",
    password: str = "",
) -> tuple[Account, str]:
    """A new account and its first password, made where none is given; good until first sign-in."""
    password = password or one_time_password()
    account = create_account(
        actor,
        username=username,
        name=name,
        role=role,
        password=password,
        region_code=region_code,
        enterprise_ids=enterprise_ids,
        phone=phone,
        certificate_no=certificate_no,
        must_change_password=True,
    )
    return account, password


def change_person(
    account: Account,
    actor: Actor,
    *,
    name: str,
    phone: str,
    role: Role,
    region_code: str,
    enterprise_ids: tuple[int, ...],
    certificate_no: str,
) -> None:
    """Change who a person is and what they act for; takes effect with their next request."""
    if role is not account.role:
        _not_oneself(account, actor)
    check_scope(role, region_code, enterprise_ids)
    before = _facts(account)
    account.name, account.phone, account.role = name, phone, role
    account.region_code, account.certificate_no = region_code, certificate_no
    kept = [m for m in account.memberships if m.enterprise_id in enterprise_ids]
    known = {m.enterprise_id for m in kept}
    added = [Membership(enterprise_id=i) for i in enterprise_ids if i not in known]
    account.memberships = [*kept, *added]
    after = _facts(account)
    diff = {key: [before[key], after[key]] for key in before if before[key] != after[key]}
    if diff:
        audit.record(actor, "account.change", account, diff=diff)


def _facts(account: Account) -> dict[str, object]:
    return {
        "name": account.name,
        "phone": account.phone,
        "role": account.role,
        "region_code": account.region_code,
        "certificate_no": account.certificate_no,
        "enterprises": sorted(m.enterprise_id for m in account.memberships),
    }


def deactivate(account: Account, actor: Actor) -> None:
    """Close an account: nobody signs in with it, and its open sessions end at once."""
    _not_oneself(account, actor)
    if not account.is_active:
        raise Conflict(N_("This account is closed already."))
    account.is_active = False
    account.session_epoch += 1
    audit.record(actor, "account.deactivate", account)


def reactivate(account: Account, actor: Actor) -> None:
    """Open a closed account again, with the password that it had."""
    if account.is_active:
        raise Conflict(N_("This account is open already."))
    account.is_active = True
    account.failed_attempts, account.locked_until = 0, None
    audit.record(actor, "account.reactivate", account)


def reset_password(account: Account, actor: Actor) -> str:
    """A new one-time password, returned and kept nowhere; ends the person's sessions."""
    _not_oneself(account, actor)
    password = one_time_password()
    account.password_hash = hash_password(password)
    account.must_change_password = True
    account.session_epoch += 1
    account.failed_attempts, account.locked_until = 0, None
    audit.record(actor, "account.reset_password", account)
    return password


def unlock(account: Account, actor: Actor) -> None:
    """Let a person try again who was locked out after too many wrong passwords."""
    account.failed_attempts, account.locked_until = 0, None
    audit.record(actor, "account.unlock", account)


def _not_oneself(account: Account, actor: Actor) -> None:
    # Whoever does this stays an administrator themselves, so there is always one left.
    if account.id == actor.id:
        raise Forbidden(N_("For your own account this is done by another administrator."))


def welcome(
    actor: Actor, enterprise_id: int, username: str, name: str, phone: str
) -> tuple[str, str]:
    """The principal's account of an enterprise that was put on the roll at its own wish.

    Returns the user name, changed where it is taken, and the first password.
    """
    stmt = select(Account.username).where(Account.username.startswith(username, autoescape=True))
    taken = set(db.session.scalars(unscoped(stmt, reason="user names are unique to all")))
    free = next(n for n in _numbered(username) if n not in taken)
    account, password = add_person(
        actor,
        username=free,
        name=name,
        role=Role.PRINCIPAL,
        enterprise_ids=(enterprise_id,),
        phone=phone,
    )
    db.session.flush()
    return account.username, password


def _numbered(username: str) -> Iterator[str]:
    yield username
    for number in count(2):
        yield f"{username}-{number}"


def follow(actor: Actor, source_id: int, successor_id: int) -> int:
    """Whoever belongs to one of two enterprises belongs to both: returns how many were added.

    After a merger or split the people of both need both files: the old papers stay where they
    were made, the new ones are the successor's.
    """
    people = select(Membership.account_id).where(
        Membership.enterprise_id.in_((source_id, successor_id))
    )
    stmt = select(Account).where(Account.id.in_(people))
    reason = "the people of both enterprises, whoever approved the merger"
    added = 0
    for account in db.session.scalars(unscoped(stmt, reason=reason)):
        known = {m.enterprise_id for m in account.memberships}
        new = [i for i in (source_id, successor_id) if i not in known]
        account.memberships += [Membership(enterprise_id=i) for i in new]
        if new:
            audit.record(actor, "account.follow", account, enterprises=new)
            added += 1
    return added
