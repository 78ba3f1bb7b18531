"""Every change leaves a row here, in the same transaction, for ever.

Rows are append-only (the database refuses update and delete). Writers never queue behind a
chain lock: a job, :func:`seal`, links the rows by hash afterwards, and :func:`verify` walks
the chain and reports how long the unsealed tail is.
"""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    DDL,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    String,
    bindparam,
    event,
    false,
    func,
    insert,
    select,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from supervision.core import clock, partitions
from supervision.core.actor import Actor
from supervision.core.db import Base, JsonValue, LongId, db
from supervision.core.partition_models import DropState, MonthDrop
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped

GENESIS = "0" * 64
SEAL_BATCH = 1000
# How far behind the last sealed row one is still looked for in every run.
LATECOMERS = 20_000
# Any number that nothing else in this database takes an advisory lock on.
SEALER_LOCK = 4_107_001


class AuditEntry(Base):
    """One change: who did what to which row, when, with which data."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_entity_entity_id", "entity", "entity_id"),
        partitions.BY_MONTH,
    )

    # On PostgreSQL it begins with the month of ``at``.
    id: Mapped[int] = mapped_column(LongId, primary_key=True, sort_order=-100)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[int]
    actor_name: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(64), index=True)
    entity: Mapped[str] = mapped_column(String(48))
    entity_id: Mapped[int | None] = mapped_column(LongId)
    enterprise_id: Mapped[int | None] = mapped_column(index=True)
    data: Mapped[dict[str, Any]] = mapped_column(JsonValue)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Only those who hold the permission and see everything: the trail spans all regions."""
        sees = actor.everything and actor.may(Permission.AUDIT_READ)
        return true() if sees else false()


partitions.lies_in_months(AuditEntry.__table__, AuditEntry.at)


class AuditSeal(Base):
    """A link of the chain. ``id`` is the order of sealing; each entry is sealed once."""

    __tablename__ = "audit_seal"
    # Where entries lie in months, a seal outlives the month of its entry.
    __table_args__ = (ForeignKeyConstraint(["entry_id"], ["audit_entry.id"]).ddl_if("sqlite"),)

    entry_id: Mapped[int] = mapped_column(LongId, unique=True)
    # Unique: no two links may follow the same one, so the chain cannot fork.
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    digest: Mapped[str] = mapped_column(String(64))


def record(
    actor: Actor, action: str, subject: Any, *, enterprise_id: int | None = None, **data: object
) -> int:
    """Add the entry to the running transaction, and return its id.

    Call it inside the service that changes things.
    """
    db.session.flush()
    now = clock.now()
    values = {
        "at": now,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "action": action,
        "entity": subject.__tablename__,
        "entity_id": subject.id,
        "enterprise_id": enterprise_id or getattr(subject, "enterprise_id", None),
        "data": json.loads(json.dumps(data, default=str)),
        **partitions.own_id_values(now),
    }
    stmt = _insert(partitions.in_months())
    return int(db.session.connection().execute(stmt, values).scalar_one())


@functools.cache
def _insert(in_months: bool) -> Any:
    """Built once: every change and every message of a node runs it."""
    own = {"id": partitions.own_id_given(AuditEntry.__tablename__)} if in_months else {}
    table: Any = AuditEntry.__table__
    columns: dict[str, Any] = {c.name: bindparam(c.name) for c in table.c if c.name != "id"}
    return insert(table).values(columns | own).returning(table.c.id)


@dataclass(frozen=True, slots=True)
class Subject:
    """A row that was written without being loaded, as :func:`record` names it."""

    __tablename__: str
    id: int
    enterprise_id: int | None


def canonical(entry: AuditEntry) -> bytes:
    """The bytes that the hash covers; stable across databases and years."""
    values = {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "actor": [entry.actor_kind, entry.actor_id, entry.actor_name],
        "action": entry.action,
        "entity": [entry.entity, entry.entity_id],
        "enterprise_id": entry.enterprise_id,
        "data": entry.data,
    }
    return canonical_bytes(values)


def canonical_bytes(values: Any) -> bytes:
    """JSON in one spelling."""
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def link(previous: str, entry: AuditEntry) -> str:
    return hashlib.sha256(previous.encode() + b"\n" + canonical(entry)).hexdigest()


def seal(limit: int = SEAL_BATCH, *, thorough: bool = False) -> int:
    """Chain up to ``limit`` unsealed rows in id order; returns how many. Runs in a transaction.

    On PostgreSQL a row with a lower id may commit later than its neighbours; it is then simply
    sealed later. The chain's order is the order of sealing. Only rows a little older than the last
    one sealed are looked for, or millions would be read again every half minute; ``thorough`` looks
    for those, too, that came later still.
    """
    _one_sealer()
    last = db.session.scalars(select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1)).first()
    previous = last.digest if last else GENESIS
    stmt = (
        select(AuditEntry)
        .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .where(AuditSeal.id.is_(None))
        .order_by(AuditEntry.id)
        .limit(limit)
    )
    if last is not None and not thorough:
        stmt = stmt.where(AuditEntry.id > last.entry_id - LATECOMERS)
    entries = db.session.scalars(unscoped(stmt, reason="the sealer chains every row")).all()
    for entry in entries:
        digest = link(previous, entry)
        db.session.add(AuditSeal(entry_id=entry.id, previous=previous, digest=digest))
        db.session.flush()
        previous = digest
    return len(entries)


def _one_sealer() -> None:
    """Wait until no other sealer runs, before anything is read.

    A row lock on the last seal would not do: whoever waited for it would go on from a link that
    is no longer the last. SQLite's write transactions queue already.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(SEALER_LOCK)))


@dataclass(frozen=True, slots=True)
class Verdict:
    """``broken_at`` is the id of the first entry that does not fit, or None.

    ``archived``: of the sealed ones, how many lie in the archives of months that were dropped.
    """

    sealed: int
    unsealed: int
    broken_at: int | None
    reason: str = ""
    archived: int = 0

    @property
    def is_intact(self) -> bool:
        return self.broken_at is None


def verify() -> Verdict:
    """Walk the whole chain. Works offline on a copy of the database.

    Of a month that was dropped the seals are still there: what its archive holds is checked with
    ``core.audit_archive``.
    """
    previous, sealed = GENESIS, 0
    months = _Archived()
    stmt = (
        select(AuditSeal, AuditEntry)
        .outerjoin(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .order_by(AuditSeal.id)
        .execution_options(yield_per=1000)
    )
    rows = db.session.execute(unscoped(stmt, reason="verification reads every row"))
    for mark, found in rows:
        entry = cast("AuditEntry | None", found)  # an outer join
        if entry is None and not months.hold(mark.entry_id):
            return Verdict(sealed, _tail(), mark.entry_id, "the entry is gone", months.count)
        is_as_sealed = entry is None or mark.digest == link(previous, entry)
        if mark.previous != previous or not is_as_sealed:
            reason = "the entry or its seal was changed"
            return Verdict(sealed, _tail(), mark.entry_id, reason, months.count)
        previous, sealed = mark.digest, sealed + 1
    return Verdict(sealed, _tail(), None, archived=months.count)


class _Archived:
    """The months that were dropped, and how many entries of each are missing so far."""

    def __init__(self) -> None:
        stmt = select(MonthDrop.first_id, MonthDrop.last_id, MonthDrop.gone).where(
            MonthDrop.table_name == AuditEntry.__tablename__, MonthDrop.status == DropState.DONE
        )
        rows = db.session.execute(stmt.order_by(MonthDrop.first_id)).tuples()
        self._left = [[first or 0, last or 0, gone] for first, last, gone in rows]
        self.count = 0

    def hold(self, entry_id: int) -> bool:
        """Whether the entry went with its month; no more of them than the archive holds."""
        for month in self._left:
            first, last, left = month
            if first <= entry_id <= last and left > 0:
                month[2], self.count = left - 1, self.count + 1
                return True
        return False


def _tail() -> int:
    stmt = (
        select(func.count(AuditEntry.id))
        .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .where(AuditSeal.id.is_(None))
    )
    return db.session.scalar(unscoped(stmt, reason="the length of the unsealed tail")) or 0


# The application never updates or deletes these rows; the database makes sure that nobody does
# by accident. (An administrator of the database can drop a trigger: the chain shows it then.)
APPEND_ONLY_SQLITE = [
    f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    for table in ("audit_entry", "audit_seal")
    for verb in ("update", "delete")
]
APPEND_ONLY_POSTGRES = [
    (
        "CREATE OR REPLACE FUNCTION anqi_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    ),
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION anqi_append_only()"
        for table in ("audit_entry", "audit_seal")
    ),
]


def _install_triggers(dialect: str, statements: list[str]) -> None:
    for statement in statements:
        # DDL() treats % as a format character.
        ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(AuditSeal.__table__, "after_create", ddl.execute_if(dialect=dialect))


_install_triggers("sqlite", APPEND_ONLY_SQLITE)
_install_triggers("postgresql", APPEND_ONLY_POSTGRES)
