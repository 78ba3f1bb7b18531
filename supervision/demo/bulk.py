"""Many rows at once, past the services: for the scale build alone.

The ORM writes some thousand rows a second; this writes some ten thousand, as one executemany on
SQLite and as COPY on PostgreSQL.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Table, func, select, text

from supervision.core.db import db
from supervision.core.scope import unscoped


class Bulk:
    """Writes rows of one model. A row names what differs; the rest are the model's defaults."""

    def __init__(self, model: type[Any]) -> None:
        self.table: Table = model.__table__
        self.names = [column.name for column in self.table.columns]
        self.defaults = {column.name: _default(column) for column in self.table.columns}
        self.next_id = 1 + (self._last_id() or 0)

    def _last_id(self) -> int | None:
        stmt = select(func.max(self.table.c.id))
        found: int | None = db.session.scalar(unscoped(stmt, reason="numbers go on from there"))
        return found

    def take_id(self) -> int:
        self.next_id += 1
        return self.next_id - 1

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write ``rows`` in the running transaction. ValueError for a name that is no column."""
        if not rows:
            return
        if unknown := {name for row in rows for name in row} - set(self.names):
            raise ValueError(f"{self.table.name} has no {sorted(unknown)}")
        values = ([row.get(n, self.defaults[n]) for n in self.names] for row in rows)
        stored = (tuple(map(_stored, value)) for value in values)
        if db.engine.dialect.name == "postgresql":
            self._copy(stored)
        else:
            marks = ", ".join("?" * len(self.names))
            sql = f"INSERT INTO {self.table.name} ({self._columns()}) VALUES ({marks})"  # noqa: S608
            db.session.connection().exec_driver_sql(sql, list(stored))

    def _copy(self, stored: Iterable[tuple[Any, ...]]) -> None:
        driver: Any = db.session.connection().connection.driver_connection
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {self.table.name} ({self._columns()}) FROM STDIN") as copy,
        ):
            for row in stored:
                copy.write_row(row)

    def _columns(self) -> str:
        return ", ".join(f'"{name}"' for name in self.names)

    def finish(self) -> None:
        """Whoever writes the next row by the services gets the next id."""
        if db.engine.dialect.name == "postgresql":
            sequence = f"pg_get_serial_sequence('{self.table.name}', 'id')"
            db.session.execute(text(f"SELECT setval({sequence}, {max(1, self.next_id - 1)})"))


def _default(column: Any) -> Any:
    if column.default is None:
        return None
    if column.default.is_scalar:
        return column.default.arg
    return column.default.arg(None) if column.default.is_callable else None


def _stored(value: Any) -> Any:
    """As either database takes it; an instant as SQLAlchemy writes it on SQLite, in UTC."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ", "microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value
