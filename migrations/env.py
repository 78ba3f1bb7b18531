"""Alembic's environment: the application's own engine and metadata."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context
from flask import current_app

from supervision.core import partitions
from supervision.core.db import Base, UTCDateTime

config = context.config
target_metadata = Base.metadata


def include_object(item, name, type_, reflected, compare_to):
    # SQLite's own bookkeeping is not ours; the index of the search is made by hand.
    by_hand = type_ == "index" and name == "ix_search_entry_grams"
    if by_hand or (type_ == "table" and name.startswith(("sqlite_", "search_gram"))):
        return False
    # Nor are the parts of a table in months, which come and go.
    return partitions.is_described(item, name, type_, context.get_context().dialect.name)


def render_item(type_, obj, autogen_context):
    """Plain types: a migration must not change its meaning when the code does."""
    if type_ == "type" and isinstance(obj, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if type_ == "type" and isinstance(obj, sa.Enum) and not obj.native_enum:
        return f"sa.String(length={obj.length})"
    if type_ == "type" and isinstance(obj, sa.JSON):
        autogen_context.imports.add("from sqlalchemy.dialects import postgresql")
        plain = "none_as_null=True"
        return f'sa.JSON({plain}).with_variant(postgresql.JSONB({plain}), "postgresql")'
    return False


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
        render_item=render_item,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run_migrations_online()
