"""changes of a hazard's grade

Revision ID: 20261122_2010
Revises: 20261122_2005
Create Date: 2026-11-22 20:10:00+00:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261122_2010"
down_revision = "20261122_2005"
branch_labels = None
depends_on = None

_PENDING = sa.text("status = 'pending'")


def upgrade() -> None:
    op.create_table(
        "hazard_regrade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hazard_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("from_grade", sa.String(length=32), nullable=False),
        sa.Column("to_grade", sa.String(length=32), nullable=False),
        sa.Column("from_criterion_id", sa.Integer(), nullable=True),
        sa.Column("to_criterion_id", sa.Integer(), nullable=True),
        sa.Column("from_reason", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.String(length=40), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'pending') = (decided_at IS NULL)",
            name=op.f("ck_hazard_regrade_decided_has_time"),
        ),
        sa.CheckConstraint("from_grade <> to_grade", name=op.f("ck_hazard_regrade_grade_changes")),
        sa.ForeignKeyConstraint(
            ["from_criterion_id"],
            ["hazard_criterion.id"],
            name=op.f("fk_hazard_regrade_from_criterion_id"),
        ),
        sa.ForeignKeyConstraint(
            ["hazard_id"], ["hazard.id"], name=op.f("fk_hazard_regrade_hazard_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_criterion_id"],
            ["hazard_criterion.id"],
            name=op.f("fk_hazard_regrade_to_criterion_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hazard_regrade")),
    )
    op.create_index(op.f("ix_hazard_regrade_hazard_id"), "hazard_regrade", ["hazard_id"])
    op.create_index(
        "uq_hazard_regrade_pending",
        "hazard_regrade",
        ["hazard_id"],
        unique=True,
        sqlite_where=_PENDING,
        postgresql_where=_PENDING,
    )


def downgrade() -> None:
    op.drop_table("hazard_regrade")
