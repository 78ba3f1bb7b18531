"""INSERT … ON CONFLICT, spelled as the database at hand has it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from supervision.core.db import db


def insert(model: type[Any]) -> Any:
    """An insert that has ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    on_postgres = db.engine.dialect.name == "postgresql"
    return postgresql.insert(model) if on_postgres else sqlite.insert(model)
