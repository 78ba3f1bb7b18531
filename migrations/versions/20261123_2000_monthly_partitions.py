"""months: violations and the audit trail lie in monthly parts on PostgreSQL

Revision ID: 20261123_2000
Revises: 20261123_1900
Create Date: 2026-11-23 20:00:00.000000+00:00
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "20261123_2000"
down_revision = "20261123_1900"
branch_labels = None
depends_on = None

SPAN = 10**10
# The table, and what each of its parts keeps unique.
MONTHLY = {"violation": ("event_id",), "audit_entry": ()}
# What holds ids of these tables: the ids get wider.
WIDER = {
    "violation": ("id", "duplicate_of_id"),
    "violation_evidence": ("violation_id",),
    "node_job": ("violation_id",),
    "camera_ticket": ("violation_id",),
    "evidence_hold": ("violation_id",),
    "penalty_mark": ("violation_id",),
    "second_opinion": ("violation_id",),
    "desk_viewing": ("violation_id",),
    "audit_entry": ("id", "entity_id"),
    "audit_seal": ("entry_id",),
    "monthly_package": ("audit_entry_id",),
    "period_return": ("audit_id",),
    "return_revision": ("audit_id",),
}
# A seal outlives the month of its entry.
NO_LONGER = "fk_audit_seal_entry_id"
TRIGGER = "audit_entry_append_only"


def upgrade() -> None:
    _create_month_drop()
    if op.get_bind().dialect.name != "postgresql":
        return
    keys = _keys_to(MONTHLY)
    op.execute(f"DROP TRIGGER {TRIGGER} ON audit_entry")
    for key in keys:
        op.execute(f"ALTER TABLE {key.table} DROP CONSTRAINT {key.name}")
    _set_types("bigint")
    for table, unique in MONTHLY.items():
        _into_months(table, unique)
    for key in keys:
        if key.name != NO_LONGER:
            op.execute(f"ALTER TABLE {key.table} ADD CONSTRAINT {key.name} {key.definition}")
    _guard("audit_entry")


def downgrade() -> None:
    """The way back. Refused once a month holds rows: no older version can hold their numbers."""
    if op.get_bind().dialect.name == "postgresql":
        _out_of_months()
    op.drop_table("month_drop")


def _create_month_drop() -> None:
    op.create_table(
        "month_drop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("part", sa.String(length=8), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("gone", sa.BigInteger(), nullable=False),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.Column("bytes_before", sa.BigInteger(), nullable=False),
        sa.Column("bytes_after", sa.BigInteger(), nullable=False),
        sa.Column("archive_id", sa.Integer(), nullable=True),
        sa.Column("first_id", _LONG, nullable=True),
        sa.Column("last_id", _LONG, nullable=True),
        sa.CheckConstraint(
            "(status = 'asked') = (ended_at IS NULL)", name=op.f("ck_month_drop_ended_has_time")
        ),
        sa.CheckConstraint(
            "(status = 'refused') = (problem <> '')", name=op.f("ck_month_drop_refused_has_reason")
        ),
        sa.CheckConstraint(
            "(archive_id IS NULL) = (first_id IS NULL)",
            name=op.f("ck_month_drop_archive_has_range"),
        ),
        sa.CheckConstraint(
            "(first_id IS NULL) = (last_id IS NULL)", name=op.f("ck_month_drop_range_has_two_ends")
        ),
        sa.ForeignKeyConstraint(
            ["archive_id"], ["attachment.id"], name=op.f("fk_month_drop_archive_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_drop")),
    )
    op.create_index(op.f("ix_month_drop_archive_id"), "month_drop", ["archive_id"])
    op.create_index("ix_month_drop_status_table_name", "month_drop", ["status", "table_name"])
    op.create_index(
        "uq_month_drop_asked",
        "month_drop",
        ["table_name", "part"],
        unique=True,
        sqlite_where=sa.text("status = 'asked'"),
        postgresql_where=sa.text("status = 'asked'"),
    )


_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _rows(statement: str, **values: Any) -> list[Any]:
    return list(op.get_bind().execute(sa.text(statement), values).all())


_KEYS = (
    "SELECT conrelid::regclass::text AS table, conname AS name,"
    " pg_get_constraintdef(oid) AS definition FROM pg_constraint"
    " WHERE contype = 'f' AND conparentid = 0 AND {where} ORDER BY 1, 2"
)


def _keys_to(tables: Any) -> list[Any]:
    """The foreign keys that refer to these tables, their own ones as well."""
    where = "confrelid = ANY (CAST(:tables AS regclass[]))"
    return _rows(_KEYS.format(where=where), tables=list(tables))


def _set_types(kind: str) -> None:
    """Each table is written anew once."""
    for table, columns in WIDER.items():
        changes = ", ".join(f"ALTER COLUMN {column} TYPE {kind}" for column in columns)
        op.execute(f"ALTER TABLE {table} {changes}")


def _into_months(table: str, unique: tuple[str, ...]) -> None:
    """The table as it is becomes the part of what is older; nothing of it is copied."""
    own_keys = _rows(_KEYS.format(where="conrelid = CAST(:t AS regclass)"), t=table)
    indexes = _rename_indexes(table, table, f"{table}_before")
    op.execute(f"ALTER TABLE {table} RENAME TO {table}_before")
    op.execute(
        f"CREATE TABLE {table} (LIKE {table}_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
        " PARTITION BY RANGE (id)"
    )
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT pk_{table} PRIMARY KEY (id)")
    for index in indexes:
        if not index.indisunique:
            op.execute(index.definition)
    for key in own_keys:
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {key.name} {key.definition}")
    op.execute(f"ALTER TABLE {table}_before ALTER COLUMN id DROP DEFAULT")
    op.execute(f"ALTER SEQUENCE {table}_id_seq AS bigint OWNED BY {table}.id")
    op.execute(
        f"ALTER TABLE {table} ALTER COLUMN id SET DEFAULT"
        f" to_char(now() AT TIME ZONE 'UTC', 'YYMM')::bigint * {SPAN}"
        f" + nextval('{table}_id_seq') % {SPAN}"
    )
    _make_parts(table, unique)


def _make_parts(table: str, unique: tuple[str, ...]) -> None:
    now = datetime.now(UTC)
    count = now.year * 12 + now.month - 1
    codes = [(n // 12 - 2000) * 100 + n % 12 + 1 for n in range(count, count + 4)]
    op.execute(
        f"ALTER TABLE {table} ATTACH PARTITION {table}_before"
        f" FOR VALUES FROM (MINVALUE) TO ({codes[0] * SPAN})"
    )
    parts = {
        f"{code:04}": f"FOR VALUES FROM ({code * SPAN}) TO ({after * SPAN})"
        for code, after in zip(codes, codes[1:], strict=False)
    }
    for part, bounds in {**parts, "rest": "DEFAULT"}.items():
        name = f"{table}_{part}"
        op.execute(f"CREATE TABLE {name} PARTITION OF {table} {bounds}")
        for column in unique:
            op.execute(f"CREATE UNIQUE INDEX uq_{name}_{column} ON {name} ({column})")


def _rename_indexes(table: str, old: str, new: str) -> list[Any]:
    """Names are unique in a schema; returns what the indexes were before."""
    found = _rows(
        "SELECT c.relname AS name, i.indisunique, pg_get_indexdef(c.oid) AS definition"
        " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indrelid = CAST(:t AS regclass) ORDER BY 1",
        t=table,
    )
    for index in found:
        op.execute(f"ALTER INDEX {index.name} RENAME TO {index.name.replace(old, new, 1)}")
    return found


def _guard(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER {TRIGGER} BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION anqi_append_only()"
    )


def _out_of_months() -> None:
    for table in MONTHLY:
        if _rows(f"SELECT 1 FROM {table} WHERE id >= {SPAN} LIMIT 1"):
            raise RuntimeError(f"{table} holds rows of months: their ids fit no older version")
    keys = _keys_to(MONTHLY)
    op.execute(f"DROP TRIGGER {TRIGGER} ON audit_entry")
    for key in keys:
        op.execute(f"ALTER TABLE {key.table} DROP CONSTRAINT {key.name}")
    for table in MONTHLY:
        before = f"{table}_before"
        op.execute(f"ALTER TABLE {table} DETACH PARTITION {before}")
        op.execute(f"ALTER SEQUENCE {table}_id_seq OWNED BY NONE")
        op.execute(f"DROP TABLE {table}")
        op.execute(f"ALTER TABLE {before} RENAME TO {table}")
        _rename_indexes(table, before, table)
        op.execute(f"ALTER TABLE {table} ALTER COLUMN id SET DEFAULT nextval('{table}_id_seq')")
        op.execute(f"ALTER SEQUENCE {table}_id_seq AS integer OWNED BY {table}.id")
    _set_types("integer")
    for key in keys:
        op.execute(f"ALTER TABLE {key.table} ADD CONSTRAINT {key.name} {key.definition}")
    op.create_foreign_key(NO_LONGER, "audit_seal", "audit_entry", ["entry_id"], ["id"])
    _guard("audit_entry")
