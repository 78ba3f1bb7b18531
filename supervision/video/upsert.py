"""What each database spells in its own way: INSERT … ON CONFLICT, and a column among many values."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Text, any_, bindparam, cast, column, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from supervision.core.db import db

_POSTGRES = "postgresql"

# From the insert to what is set where the row is there already.
Changes = Callable[[Any], Mapping[str, Any]]


def upsert(
    model: Any, names: tuple[str, ...], key: tuple[str, ...], changes: Changes,
    rows: Sequence[Mapping[str, Any]],
) -> None:  # fmt: skip
    """Insert ``rows`` of columns ``names``, or change what is there under ``key``, in their order.

    ``changes``: a function of a module, since the statement is built once for it. PostgreSQL gets
    all rows in one value: fifty are one question instead of fifty.
    """
    dialect = db.engine.dialect.name
    stmt = _stmt(model, names, key, changes, dialect)
    given: Any = list(rows)
    if dialect == _POSTGRES:
        given = {_ROWS: json.dumps(given, default=_plain)}
    db.session.connection().execute(stmt, given)


_ROWS = "these_rows"


@functools.cache
def _stmt(
    model: Any, names: tuple[str, ...], key: tuple[str, ...], changes: Changes, dialect: str
) -> Any:
    stmt = insert(model)
    if dialect == _POSTGRES:
        types = model.__table__.columns
        columns = [column(name, types[name].type) for name in names]
        given = func.jsonb_to_recordset(cast(bindparam(_ROWS, type_=Text), JSONB))
        told = given.table_valued(*columns, name="told").render_derived(with_types=True)
        stmt = stmt.from_select(list(names), select(*(told.c[name] for name in names)))
    else:
        stmt = stmt.values({name: bindparam(name) for name in names})
    return stmt.on_conflict_do_update(index_elements=list(key), set_=changes(stmt))


def _plain(value: Any) -> str:
    """Instants and days as PostgreSQL reads them."""
    text: str = value.isoformat()
    return text


def insert(model: type[Any]) -> Any:
    """An insert that has ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    on_postgres = db.engine.dialect.name == _POSTGRES
    return postgresql.insert(model) if on_postgres else sqlite.insert(model)


def among(given: Any, name: str) -> Any:
    """``given`` is one of the values of the parameter ``name``, a list.

    PostgreSQL gets it as one value, so that the statement is the same for any number of them and its
    plan can be kept.
    """
    if db.engine.dialect.name == _POSTGRES:
        return given == any_(bindparam(name, type_=ARRAY(given.type)))
    return given.in_(bindparam(name, expanding=True))
