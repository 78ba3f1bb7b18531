"""The database session, and the one way to change something: ``with transaction():``."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Enum,
    Integer,
    MetaData,
    TypeDecorator,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column
from sqlalchemy.types import TypeEngine

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

# The id of a table that lies in months (core.partitions), and what refers to one.
LongId = BigInteger().with_variant(Integer(), "sqlite")

JsonValue = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class UTCDateTime(TypeDecorator[datetime]):
    """Aware UTC in, aware UTC out, on SQLite as well, which keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone was about to be stored")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(  # the dialect is of no matter on the way out
        self, value: datetime | None, _dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def code_of(kind: type[StrEnum], length: int = 32) -> TypeEngine[Any]:
    """A column type that stores a StrEnum's value as text."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=length,
        values_callable=lambda members: [m.value for m in members],
    )


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UTCDateTime}  # noqa: RUF012 - SQLAlchemy's own name

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-100)


# Models derive from our own Base, which a type checker understands; Flask-SQLAlchemy keeps the
# engine and the session of each application context.
db = SQLAlchemy(metadata=Base.metadata, session_options={"autoflush": False})


class Versioned:
    """Mixin: the second of two concurrent writers fails (and is told so as a 409)."""

    row_version: Mapped[int] = mapped_column(default=1, sort_order=900)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.row_version}


class NestedTransactionError(RuntimeError):
    """``transaction()`` inside ``transaction()``: the inner edge should be a service."""


class StrayChangesError(RuntimeError):
    """The session held changes that were made outside ``transaction()``."""


@contextmanager
def transaction() -> Iterator[Session]:
    """Commit what happens inside, or nothing of it. Only edges may call this.

    Starts from a fresh snapshot: whatever the session had read before is expired, so a
    decision is never taken on data from before the write lock.
    """
    session = db.session()
    if session.info.get("writing"):
        raise NestedTransactionError("transaction() does not nest")
    if session.new or session.dirty or session.deleted:
        raise StrayChangesError("objects were changed outside transaction()")
    session.info["writing"] = True
    try:
        _begin_afresh(session)
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("writing", None)


def _begin_afresh(session: Session) -> None:
    """Nothing that was read before counts; on SQLite the write lock is taken at once.

    A statement of PostgreSQL sees what is committed when it begins (READ COMMITTED): a transaction
    that has only read goes on, two questions to the server less for each of a node's messages.
    """
    if db.engine.dialect.name == "postgresql" and session.in_transaction():
        driver: Any = session.connection().connection.driver_connection
        if driver.info.transaction_status == IN_TRANSACTION:
            session.expire_all()
            return
    session.rollback()
    session.connection(execution_options={"anqi_write": True})


# libpq's PQTRANS_INTRANS: begun, and nothing in it has failed.
IN_TRANSACTION = 2


def install_sqlite_behaviour(engine: Engine) -> None:
    """Foreign keys, WAL, and a write lock taken at BEGIN instead of half-way through."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        # The driver's own transaction handling begins too late to be of use (SQLAlchemy docs,
        # "Serializable isolation / Savepoints / Transactional DDL"); we begin ourselves below.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "foreign_keys=ON",
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "busy_timeout=20000",
            # Pages of the file are read where they lie; the default cache is 2 MB.
            "mmap_size=1073741824",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        # Upgrading a read lock deadlocks two writers (SQLITE_BUSY at once, no waiting);
        # taking the write lock first makes the second one queue.
        write = connection.get_execution_options().get("anqi_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


# Seconds. Within them a connection that was given back is taken for alive: to ask each time would
# be as many questions again as a node's message asks.
ASKED_AFTER = 5.0


def ask_idle_connections(engine: Engine) -> None:
    """Before a connection is used that lay idle, ask whether the server is still there.

    One that it closed meanwhile is replaced. A server that restarts under connections in use costs
    each process one failed request: the pool then throws all of them away.
    """
    if engine.dialect.name != "postgresql":
        return

    @event.listens_for(engine, "checkin")
    def _on_checkin(_connection: Any, record: Any) -> None:
        record.info["given_back"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _on_checkout(connection: Any, record: Any, _proxy: object) -> None:
        given_back = record.info.get("given_back")
        if given_back is None or time.monotonic() - given_back < ASKED_AFTER:
            return
        try:
            alive = engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error:
            alive = False
        if not alive:
            raise DisconnectionError


_SQLITE_FILE = re.compile(r"sqlite:///(?!:memory:)(?P<path>.+)")


def sqlite_path(url: str) -> str | None:
    """The file behind a SQLite URL, or None."""
    match = _SQLITE_FILE.fullmatch(url)
    return match["path"] if match else None
