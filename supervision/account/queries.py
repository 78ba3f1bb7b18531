"""Reads of accounts. Every one starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from supervision.account.models import Account, Membership
from supervision.account.roles import Role
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range, unscoped, visible
from supervision.core.search import contains

# Who may supervise an enterprise.
OFFICER_ROLES = (Role.OFFICER, Role.SECTION_CHIEF)
MOST_OFFICERS = 500
MOST_MEMBERS = 200

SORTS = {
    "name": (Account.name, Account.id),
    "username": (Account.username,),
    "role": (Account.role, Account.name, Account.id),
    "newest": (Account.created_at.desc(), Account.id.desc()),
}


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """What a list is narrowed to; empty means all. ``state``: active, closed, locked."""

    text: str = ""
    role: Role | None = None
    region: str = ""
    state: str = ""
    sort: str = "name"


def list_accounts(actor: Actor, wanted: AccountFilter) -> Select[Any]:
    """The ordered statement behind the page of people, their enterprises loaded along."""
    stmt = visible(Account, actor).options(_WITH_ENTERPRISES)
    if wanted.text:
        columns = (Account.username, Account.name, Account.phone)
        stmt = stmt.where(contains(wanted.text, *columns))
    if wanted.role is not None:
        stmt = stmt.where(Account.role == wanted.role)
    if wanted.region:
        stmt = stmt.where(
            Account.region_code != "", region_range(Account.region_code, wanted.region)
        )
    states = {
        "active": Account.is_active,
        "closed": Account.is_active.is_(False),
        "locked": Account.locked_until > clock.now(),
    }
    if wanted.state in states:
        stmt = stmt.where(states[wanted.state])
    return stmt.order_by(*SORTS.get(wanted.sort, SORTS["name"]))


def get_account(account_id: int, actor: Actor) -> Account:
    """One account with its enterprises. Raises NotFound out of scope."""
    stmt = visible(Account, actor).where(Account.id == account_id).options(_WITH_ENTERPRISES)
    found: Account | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def members(enterprise_id: int, actor: Actor) -> Sequence[Account]:
    """The people of an enterprise who have an account."""
    stmt = (
        visible(Account, actor)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.enterprise_id == enterprise_id)
        .order_by(Account.is_active.desc(), Account.name, Account.id)
        .limit(MOST_MEMBERS)
    )
    return db.session.scalars(stmt).all()


def regions_in_use(actor: Actor) -> list[str]:
    """Codes that people work in, for a filter."""
    stmt = visible(Account, actor, Account.region_code).where(Account.region_code != "")
    return sorted(db.session.scalars(stmt.distinct()))


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures of the administrator's card."""

    active: int
    locked: int
    without_role: int
    never_signed_in: int


def counts(actor: Actor) -> Counts:
    """All figures in one statement."""
    stmt = visible(
        Account,
        actor,
        func.count(Account.id),
        count_if(Account.locked_until > clock.now()),
        count_if(Account.role == Role.NONE),
        count_if(Account.last_sign_in_at.is_(None)),
    ).where(Account.is_active)
    return Counts(*db.session.execute(stmt).one())


def officers(actor: Actor) -> Sequence[tuple[int, str]]:
    """Inspectors and section chiefs whom ``actor`` may make responsible for an enterprise."""
    stmt = (
        visible(Account, actor, Account.id, Account.name)
        .where(Account.role.in_(OFFICER_ROLES), Account.is_active)
        .order_by(Account.name, Account.id)
        .limit(MOST_OFFICERS)
    )
    return list(db.session.execute(stmt).tuples())


def names(ids: set[int]) -> Mapping[int, str]:
    """Names of people by id."""
    stmt = select(Account.id, Account.name).where(Account.id.in_(ids))
    reason = "the name of the officer stands on the file for whoever sees the file"
    return dict(db.session.execute(unscoped(stmt, reason=reason)).tuples().all())


_WITH_ENTERPRISES = selectinload(Account.memberships).options(joinedload(Membership.enterprise))
