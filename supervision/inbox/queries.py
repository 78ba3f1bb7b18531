"""Reads of the inbox; and, for the delivery, who belongs to an audience."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager

from supervision.account.grants import ROLE_GRANTS
from supervision.account.models import Account, Membership
from supervision.account.roles import Role
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.notices import Audience, Notice
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped, visible
from supervision.enterprise.models import Enterprise
from supervision.inbox.models import InboxItem
from supervision.inbox.rules import nearest_officers

COUNT_CAP = 100
_DELIVERY = "a notice goes to whom it concerns, whoever wrote it"
_SUPERVISING = (Role.OFFICER, Role.SECTION_CHIEF)
# Of these kinds an enterprise's people are told who may read what they lead to, and nobody else.
_READ_BY = {
    "returns": Permission.RETURN_READ,
    "score": Permission.SCORE_READ,
    "dutylist": Permission.DUTYLIST_READ,
}


def list_items(actor: Actor, *, unread: bool = False) -> Select[Any]:
    """One's own items, newest first, with their notices."""
    stmt = (
        visible(InboxItem, actor)
        .join(Notice, Notice.id == InboxItem.notice_id)
        .options(contains_eager(InboxItem.notice))
        .order_by(InboxItem.created_at.desc(), InboxItem.id.desc())
    )
    return stmt.where(InboxItem.read_at.is_(None)) if unread else stmt


def get_item(item_id: int, actor: Actor) -> InboxItem:
    """One's own item. Raises NotFound for anybody else's."""
    stmt = list_items(actor).where(InboxItem.id == item_id)
    found: InboxItem | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def unread_count(actor: Actor) -> int:
    """How many are unread, counted no further than :data:`COUNT_CAP`."""
    inner = visible(InboxItem, actor, InboxItem.id).where(InboxItem.read_at.is_(None))
    stmt = select(func.count()).select_from(inner.limit(COUNT_CAP).subquery())
    counted = unscoped(stmt, reason="the inner select starts at visible()")
    return db.session.scalar(counted) or 0


def newest_id(actor: Actor) -> int:
    """The highest id that a page can show now: what "all read" may reach."""
    stmt = visible(InboxItem, actor, func.max(InboxItem.id))
    return db.session.scalar(stmt) or 0


def unsent(limit: int) -> Sequence[Notice]:
    """The oldest notices that nobody has been given yet; a second deliverer takes others."""
    stmt = (
        select(Notice)
        .where(Notice.sent_at.is_(None))
        .order_by(Notice.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return db.session.scalars(stmt).all()


def recipients(notices: Iterable[Notice]) -> dict[int, frozenset[int]]:
    """Notice id -> accounts to tell, in a fixed number of statements for the whole batch."""
    wanted: dict[Audience, set[int]] = defaultdict(set)
    notices = list(notices)
    for notice in notices:
        wanted[notice.audience].add(notice.audience_id or 0)
    told: dict[Audience, Mapping[int, frozenset[int]]] = {
        Audience.ACCOUNT: _active(wanted[Audience.ACCOUNT]),
        Audience.SUPERVISORS: _supervisors(wanted[Audience.SUPERVISORS]),
        Audience.ADMINISTRATORS: _administrators(wanted[Audience.ADMINISTRATORS]),
    }
    members = _members(wanted[Audience.ENTERPRISE_PEOPLE])
    return {
        n.id: (
            _readers(n, members.get(n.audience_id or 0, {}))
            if n.audience is Audience.ENTERPRISE_PEOPLE
            else told.get(n.audience, {}).get(n.audience_id or 0, frozenset())
        )
        - {n.except_account_id or 0}
        for n in notices
    }


def _readers(notice: Notice, members: Mapping[int, Role]) -> frozenset[int]:
    """Of an enterprise's people those who may open what the notice tells of."""
    needed = _READ_BY.get(notice.kind.partition(".")[0])
    return frozenset(
        account for account, role in members.items() if not needed or needed in ROLE_GRANTS[role]
    )


def _active(accounts: Collection[int]) -> dict[int, frozenset[int]]:
    if not accounts:
        return {}
    stmt = select(Account.id).where(Account.id.in_(accounts), Account.is_active)
    return {i: frozenset({i}) for i in db.session.scalars(unscoped(stmt, reason=_DELIVERY))}


def _administrators(keys: Collection[int]) -> dict[int, frozenset[int]]:
    if not keys:
        return {}
    stmt = select(Account.id).where(Account.role == Role.ADMINISTRATOR, Account.is_active)
    everybody = frozenset(db.session.scalars(unscoped(stmt, reason=_DELIVERY)))
    return dict.fromkeys(keys, everybody)


def _members(enterprises: Collection[int]) -> dict[int, dict[int, Role]]:
    """Enterprise -> its people with their roles."""
    if not enterprises:
        return {}
    stmt = (
        select(Membership.enterprise_id, Membership.account_id, Account.role)
        .join(Account, Account.id == Membership.account_id)
        .where(Membership.enterprise_id.in_(enterprises), Account.is_active)
    )
    found: dict[int, dict[int, Role]] = defaultdict(dict)
    for enterprise, account, role in db.session.execute(unscoped(stmt, reason=_DELIVERY)):
        found[enterprise][account] = role
    return found


def _supervisors(enterprises: Collection[int]) -> dict[int, frozenset[int]]:
    """The officer in charge; where there is none (or no longer), those of the district."""
    if not enterprises:
        return {}
    officers = select(Account.id, Account.region_code, Account.extra_regions).where(
        Account.role.in_(_SUPERVISING), Account.is_active
    )
    regions = {
        i: (own, *(more or ()))
        for i, own, more in db.session.execute(unscoped(officers, reason=_DELIVERY))
    }
    rows = select(Enterprise.id, Enterprise.officer_id, Enterprise.region_code).where(
        Enterprise.id.in_(enterprises)
    )
    return {
        enterprise: frozenset({officer}) if officer in regions else nearest_officers(regions, code)
        for enterprise, officer, code in db.session.execute(unscoped(rows, reason=_DELIVERY))
    }
