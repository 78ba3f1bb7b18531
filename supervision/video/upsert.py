"""INSERT … ON CONFLICT, spelled as the database at hand has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from supervision.core.db import db


def upsert(stmt: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Execute ``stmt`` for each row: compiled once for ever, where a list of values never is.

    Fifty rows are sent together and answered together.
    """
    db.session.connection().execute(stmt, list(rows))


def insert(model: type[Any]) -> Any:
    """An insert that has ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    on_postgres = db.engine.dialect.name == "postgresql"
    return postgresql.insert(model) if on_postgres else sqlite.insert(model)
