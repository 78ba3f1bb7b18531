"""Reads of digests, and of who is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from supervision.account.grants import ROLE_GRANTS
from supervision.account.models import Account, Membership
from supervision.account.roles import Role
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped, visible
from supervision.digest.models import VideoDigest
from supervision.digest.rules import SpanKind

_DELIVERY = "a digest goes to whom it concerns"
# Who clears the queue hears of every shift; who answers for it, of every day.
EVERY_SHIFT = (Role.VIDEO_OPERATOR,)
EVERY_DAY = (Role.VIDEO_OPERATOR, Role.SECTION_CHIEF)
OF_ENTERPRISE = (Role.SAFETY_MANAGER,)


@dataclass(frozen=True, slots=True)
class DigestFilter:
    """``enterprises``: those of single enterprises as well, which a regulator has by the hundred."""

    kind: SpanKind | None = None
    enterprises: bool = False


def list_digests(actor: Actor, wanted: DigestFilter) -> Select[Any]:
    """The ordered statement behind the page, newest first."""
    stmt = visible(VideoDigest, actor).options(joinedload(VideoDigest.enterprise))
    if wanted.kind is not None:
        stmt = stmt.where(VideoDigest.kind == wanted.kind)
    if not wanted.enterprises and actor.is_regulator:
        stmt = stmt.where(VideoDigest.enterprise_id.is_(None))
    return stmt.order_by(VideoDigest.ends_at.desc(), VideoDigest.scope, VideoDigest.id.desc())


def get_digest(digest_id: int, actor: Actor) -> VideoDigest:
    """Raises NotFound out of scope."""
    stmt = visible(VideoDigest, actor).where(VideoDigest.id == digest_id)
    stmt = stmt.options(joinedload(VideoDigest.enterprise))
    found: VideoDigest | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def before(digest: VideoDigest, actor: Actor, limit: int) -> list[VideoDigest]:
    """The same reader's spans up to this one, oldest first."""
    stmt = (
        visible(VideoDigest, actor)
        .where(VideoDigest.scope == digest.scope, VideoDigest.kind == digest.kind)
        .where(VideoDigest.starts_at <= digest.starts_at)
        .order_by(VideoDigest.starts_at.desc())
        .limit(limit)
    )
    return list(reversed(db.session.scalars(stmt).all()))


def is_made(kind: SpanKind, start: datetime) -> bool:
    """The digest of everything is written with all others, in one transaction."""
    stmt = select(VideoDigest.id).where(
        VideoDigest.scope == "all", VideoDigest.kind == kind, VideoDigest.starts_at == start
    )
    return db.session.scalar(unscoped(stmt, reason=_DELIVERY)) is not None


def regions() -> frozenset[str]:
    """The prefixes that somebody who reviews works in."""
    roles = [role for role, held in ROLE_GRANTS.items() if Permission.VIDEO_REVIEW in held]
    stmt = select(Account.region_code, Account.extra_regions).where(
        Account.is_active, Account.role.in_(roles), Account.region_code != ""
    )
    rows = db.session.execute(unscoped(stmt, reason=_DELIVERY)).tuples()
    return frozenset(code for own, more in rows for code in (own, *(more or ())))


def regulators(kind: SpanKind) -> dict[str, set[int]]:
    """Region -> accounts that are told of it: each of its widest one alone."""
    roles = EVERY_SHIFT if kind is SpanKind.SHIFT else EVERY_DAY
    stmt = select(Account.region_code, Account.id).where(
        Account.is_active, Account.role.in_(roles), Account.region_code != ""
    )
    found: dict[str, set[int]] = defaultdict(set)
    for region, account in db.session.execute(unscoped(stmt, reason=_DELIVERY)).tuples():
        found[region].add(account)
    return found


def safety_managers(enterprise_ids: Collection[int]) -> dict[int, set[int]]:
    """Enterprise -> accounts of those who see to its safety."""
    found: dict[int, set[int]] = defaultdict(set)
    ids = sorted(enterprise_ids)
    for at in range(0, len(ids), 500):
        stmt = (
            select(Membership.enterprise_id, Membership.account_id)
            .join(Account, Account.id == Membership.account_id)
            .where(Membership.enterprise_id.in_(ids[at : at + 500]))
            .where(Account.is_active, Account.role.in_(OF_ENTERPRISE))
        )
        for enterprise, account in db.session.execute(unscoped(stmt, reason=_DELIVERY)).tuples():
            found[enterprise].add(account)
    return found
