"""the papers of major hazards: plan in six parts, reports and notification

Plans that were filed in one piece stay in ``hazard.plan``: nobody can say which part is which.

Revision ID: 20261122_2005
Revises: 20261122_2000
Create Date: 2026-11-22 20:05:00+00:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261122_2005"
down_revision = "20261122_2000"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hazard_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hazard_id", sa.Integer(), nullable=False),
        sa.Column("goals", sa.Text(), nullable=False),
        sa.Column("methods", sa.Text(), nullable=False),
        sa.Column("funds", sa.Text(), nullable=False),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("schedule", sa.Text(), nullable=False),
        sa.Column("safety", sa.Text(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_by_id", sa.Integer(), nullable=False),
        sa.Column("filed_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["hazard_id"], ["hazard.id"], name=op.f("fk_hazard_plan_hazard_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hazard_plan")),
    )
    op.create_index(op.f("ix_hazard_plan_hazard_id"), "hazard_plan", ["hazard_id"])
    op.create_table(
        "hazard_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hazard_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("form", sa.String(length=32), nullable=False),
        sa.Column("given_by", sa.String(length=40), nullable=False),
        sa.Column("receiver", sa.String(length=120), nullable=False),
        sa.Column("attachment_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name=op.f("fk_hazard_record_attachment_id")
        ),
        sa.ForeignKeyConstraint(
            ["hazard_id"], ["hazard.id"], name=op.f("fk_hazard_record_hazard_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hazard_record")),
    )
    op.create_index(op.f("ix_hazard_record_attachment_id"), "hazard_record", ["attachment_id"])
    op.create_index(op.f("ix_hazard_record_hazard_id"), "hazard_record", ["hazard_id"])


def downgrade() -> None:
    op.drop_table("hazard_record")
    op.drop_table("hazard_plan")
