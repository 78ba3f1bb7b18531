"""Alembic's environment: the application's own engine and metadata."""

from __future__ import annotations

from alembic import context
from flask import current_app

from supervision.core.db import Base

config = context.config
target_metadata = Base.metadata


def include_object(_object, name, type_, reflected, compare_to):
    # SQLite's own bookkeeping is not ours.
    return not (type_ == "table" and name.startswith("sqlite_"))


def run_migrations_online() -> None:
    """Run with the engine of the application; on SQLite tables are rebuilt in a batch."""
    given = config.attributes.get("connection")
    if given is not None:
        _run(given)
        return
    with current_app.extensions["migrate"].db.engine.connect() as connection:
        _run(connection)
        connection.commit()


def _run(connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=target_metadata,
        render_as_batch=True,
        compare_type=True,
        compare_server_default=False,
        include_object=include_object,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run_migrations_online()
