"""holidays as rows, changes of rules by two persons

Revision ID: 20261122_2000
Revises: 20261122_1900
Create Date: 2026-11-22 20:00:00+00:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_2000"
down_revision = "20261122_1900"
branch_labels = None
depends_on = None

_CURRENT = sa.text("replaced_at IS NULL")
_PROPOSED = sa.text("status = 'proposed'")


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "holiday_year",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("valid_since", _instant(), nullable=False),
        sa.Column("replaced_at", _instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday_year")),
    )
    op.create_index(
        "uq_holiday_year_current",
        "holiday_year",
        ["year"],
        unique=True,
        sqlite_where=_CURRENT,
        postgresql_where=_CURRENT,
    )
    op.create_table(
        "holiday",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("holiday_year_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["holiday_year_id"],
            ["holiday_year.id"],
            name=op.f("fk_holiday_holiday_year_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday")),
        sa.UniqueConstraint("holiday_year_id", "day", name=op.f("uq_holiday_holiday_year_id_day")),
    )
    op.create_index(op.f("ix_holiday_day"), "holiday", ["day"])
    op.create_table(
        "rule_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=48), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("repeal", sa.Boolean(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column(
            "values",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("certainty", sa.String(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("drafted_at", _instant(), nullable=False),
        sa.Column("proposed_at", _instant(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("decided_at", _instant(), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status IN ('approved', 'rejected')) = (decided_at IS NOT NULL)",
            name=op.f("ck_rule_change_decided_has_time"),
        ),
        sa.CheckConstraint(
            "decided_by_id <> author_id", name=op.f("ck_rule_change_decider_is_another")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_change")),
    )
    op.create_index("ix_rule_change_kind_code", "rule_change", ["kind", "code"])
    op.create_index(
        "uq_rule_change_proposed",
        "rule_change",
        ["kind", "code"],
        unique=True,
        sqlite_where=_PROPOSED,
        postgresql_where=_PROPOSED,
    )


def downgrade() -> None:
    op.drop_table("rule_change")
    op.drop_table("holiday")
    op.drop_table("holiday_year")
