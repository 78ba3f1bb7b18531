"""Reads of the trail. Every one starts at ``visible()``: auditors and administrators only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from supervision.core import clock, partitions
from supervision.core.actor import Actor
from supervision.core.audit import AuditEntry, AuditSeal
from supervision.core.db import db
from supervision.core.scope import unscoped, visible
from supervision.core.search import contains
from supervision.enterprise.models import Enterprise

PER_PAGE = 50
TAIL_CAP = 10_000
# A row that was written slowly may be sealed after its neighbours: how far back to look for it.
LATECOMERS = 1_000
_MATCHES = 200


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What the trail is narrowed to; empty means all. ``before``: only entries with lower ids."""

    who: str = ""
    action: str = ""
    entity: str = ""
    entity_id: int | None = None
    enterprise: str = ""
    day_from: date | None = None
    day_to: date | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Slip:
    """One page of the trail, newest first; ``older`` is where the next page begins, or None."""

    entries: Sequence[AuditEntry]
    older: int | None


def read(actor: Actor, wanted: AuditFilter) -> Slip:
    """A page by keyset: no count, so that millions of rows cost no more than fifty."""
    stmt = visible(AuditEntry, actor)
    for clause in _clauses(actor, wanted):
        stmt = stmt.where(clause)
    rows = db.session.scalars(stmt.order_by(AuditEntry.id.desc()).limit(PER_PAGE + 1)).all()
    shown = rows[:PER_PAGE]
    return Slip(shown, shown[-1].id if len(rows) > PER_PAGE else None)


def _clauses(actor: Actor, wanted: AuditFilter) -> list[Any]:
    clauses: list[Any] = []
    if wanted.who:
        clauses.append(contains(wanted.who, AuditEntry.actor_name))
    for column, value in (
        (AuditEntry.action, wanted.action),
        (AuditEntry.entity, wanted.entity),
        (AuditEntry.entity_id, wanted.entity_id),
    ):
        if value:
            clauses.append(column == value)
    if wanted.enterprise:
        clauses.append(AuditEntry.enterprise_id.in_(_named(actor, wanted.enterprise)))
    if wanted.day_from:
        clauses.append(AuditEntry.at >= clock.start_of(wanted.day_from))
    if wanted.day_to:
        clauses.append(AuditEntry.at < clock.end_of(wanted.day_to))
    if wanted.day_from or wanted.day_to:
        since = clock.start_of(wanted.day_from) if wanted.day_from else None
        until = clock.end_of(wanted.day_to) if wanted.day_to else None
        clauses.append(partitions.within(AuditEntry.id, since, until))
    if wanted.before:
        clauses.append(AuditEntry.id < wanted.before)
    return clauses


def _named(actor: Actor, text: str) -> Select[Any]:
    """Enterprises whose name or code holds ``text``."""
    columns = (Enterprise.name, Enterprise.short_name, Enterprise.uscc)
    named = contains(text, *columns)
    return visible(Enterprise, actor, Enterprise.id).where(named).limit(_MATCHES)


def enterprise_names(actor: Actor, ids: Collection[int]) -> dict[int, str]:
    """Names for a page of entries, in one statement."""
    if not ids:
        return {}
    stmt = visible(Enterprise, actor, Enterprise.id, Enterprise.name).where(Enterprise.id.in_(ids))
    return {row[0]: row[1] for row in db.session.execute(stmt)}


def sealed_ids(entries: Collection[AuditEntry]) -> frozenset[int]:
    """Which of a page's entries the chain holds already."""
    ids = [entry.id for entry in entries]
    if not ids:
        return frozenset()
    stmt = select(AuditSeal.entry_id).where(AuditSeal.entry_id.in_(ids))
    return frozenset(db.session.scalars(stmt))


@dataclass(frozen=True, slots=True)
class Chain:
    """Where the sealing stands. ``unsealed`` stops at :data:`TAIL_CAP`."""

    last_entry_id: int | None
    digest: str
    unsealed: int

    @property
    def is_capped(self) -> bool:
        return self.unsealed > TAIL_CAP


def chain(actor: Actor) -> Chain:
    """The end of the chain and the length of what it does not hold yet. Verifies nothing."""
    last = db.session.scalars(select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1)).first()
    since = (last.entry_id if last else 0) - LATECOMERS
    tail = (
        visible(AuditEntry, actor, AuditEntry.id)
        .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .where(AuditEntry.id > since, AuditSeal.id.is_(None))
        .limit(TAIL_CAP + 1)
    )
    stmt = select(func.count()).select_from(tail.subquery())
    count = db.session.scalar(unscoped(stmt, reason="the inner select starts at visible()")) or 0
    return Chain(last.entry_id if last else None, last.digest if last else "", count)
