"""Plans in versions, their items and enterprises; draws with their pools; officers' avoidances."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.account.models import Account
from supervision.authority.models import Authority
from supervision.core.actor import Actor, Side
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.enterprise.models import OwnedByEnterprise
from supervision.inspection.models import Checklist, Inspection
from supervision.plan.rules import Method, SeedSource, Selection
from supervision.plan.workflow import PlanState

_OPEN = text("status IN ('draft', 'submitted', 'approved')")
_PUBLISHED = text("status = 'published'")
_KEPT = text("dropped_at IS NULL")


class AnnualPlan(Versioned, Base):
    """One version of an authority's plan of a year (年度监督检查计划)."""

    __tablename__ = "annual_plan"
    __table_args__ = (
        UniqueConstraint("authority_id", "year", "version"),
        CheckConstraint("(version > 1) = (reason <> '')", name="amendment_has_reason"),
        CheckConstraint(
            "status NOT IN ('approved', 'published', 'superseded') OR approved_at IS NOT NULL",
            name="approved_has_time",
        ),
        CheckConstraint(
            "(status IN ('published', 'superseded')) = (published_on IS NOT NULL)",
            name="published_has_day",
        ),
        CheckConstraint(
            "approved_by_id <> author_id AND approved_by_id <> submitted_by_id",
            name="approver_is_another",
        ),
        # Two versions in the making could not both be the next; one is in force.
        Index(
            "uq_annual_plan_open",
            "authority_id",
            "year",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index(
            "uq_annual_plan_published",
            "authority_id",
            "year",
            unique=True,
            sqlite_where=_PUBLISHED,
            postgresql_where=_PUBLISHED,
        ),
    )

    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    year: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[PlanState] = mapped_column(code_of(PlanState), default=PlanState.DRAFT)
    # Why a published plan is amended; "" for the first version.
    reason: Mapped[str] = mapped_column(Text, default="")

    author_id: Mapped[int]
    author: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None]
    submitted_by: Mapped[str] = mapped_column(String(80), default="")
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None]
    approved_by: Mapped[str] = mapped_column(String(80), default="")
    decision_note: Mapped[str] = mapped_column(Text, default="")
    published_on: Mapped[date | None]

    authority: Mapped[Authority] = relationship(lazy="joined")
    items: Mapped[list[PlanItem]] = relationship(
        back_populates="plan", order_by="PlanItem.position", lazy="select"
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Regulators whose regions lie in the authority's, or hold it."""
        if actor.side is not Side.REGULATOR:
            return false()
        if actor.everything:
            return true()
        above = [r[:length] for r in actor.regions for length in range(2, len(r) + 1)]
        ids = select(Authority.id).where(
            or_(Authority.within(actor), Authority.region_code.in_(above))
        )
        return cls.authority_id.in_(ids)


class PlanItem(Versioned, Base):
    """A line of the plan, with the columns of FACTS 2.3."""

    __tablename__ = "plan_item"
    __table_args__ = (
        CheckConstraint("ratio IS NULL OR ratio BETWEEN 1 AND 100", name="ratio_is_a_share"),
        CheckConstraint("quantity IS NULL OR quantity > 0", name="quantity_is_positive"),
        CheckConstraint(
            "selection <> 'drawn' OR (quantity IS NULL) <> (ratio IS NULL)",
            name="drawn_says_how_many",
        ),
        CheckConstraint("key_weight BETWEEN 1 AND 10", name="weight_is_small"),
        Index("ix_plan_item_plan_id_position", "plan_id", "position"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("annual_plan.id"))
    position: Mapped[int]
    # The line of the version before that it continues.
    origin_id: Mapped[int | None] = mapped_column(ForeignKey("plan_item.id"), index=True)
    matter: Mapped[str] = mapped_column(String(120))
    basis: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
    method: Mapped[Method] = mapped_column(code_of(Method))
    # As it is published; the figure that binds is the frequency cap's.
    frequency: Mapped[str] = mapped_column(String(120), default="")
    months: Mapped[list[int]] = mapped_column(JsonValue)
    organizer: Mapped[str] = mapped_column(String(80), default="")
    is_joint: Mapped[bool] = mapped_column(Boolean, default=False)
    note: Mapped[str] = mapped_column(Text, default="")

    selection: Mapped[Selection] = mapped_column(code_of(Selection))
    # The class: "" and None narrow nothing. Industry of GB/T 4754: a letter or digits.
    industry: Mapped[str] = mapped_column(String(4), default="")
    region_code: Mapped[str] = mapped_column(String(9), default="")
    is_key: Mapped[bool | None]
    # Unified social credit codes of those who are named.
    listed: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    quantity: Mapped[int | None]
    ratio: Mapped[int | None]
    # Tickets of a key enterprise where another has one.
    key_weight: Mapped[int] = mapped_column(default=1)
    # How many of the class produced when the item was saved or submitted: published as the total.
    class_size: Mapped[int] = mapped_column(default=0)
    checklist_id: Mapped[int | None] = mapped_column(ForeignKey("checklist.id"), index=True)

    plan: Mapped[AnnualPlan] = relationship(back_populates="items")
    checklist: Mapped[Checklist | None] = relationship(lazy="raise_on_sql")


class PlanTarget(Versioned, OwnedByEnterprise, Base):
    """An enterprise of an item, the month, who goes there, and the inspection once there is one."""

    __tablename__ = "plan_target"
    __table_args__ = (
        # Once a month; one that was dropped (by a redraw, say) may come back.
        Index(
            "uq_plan_target_once",
            "item_id",
            "enterprise_id",
            "month",
            unique=True,
            sqlite_where=_KEPT,
            postgresql_where=_KEPT,
        ),
        CheckConstraint("month BETWEEN 1 AND 12", name="month_of_a_year"),
        CheckConstraint("first_officer_id <> second_officer_id", name="officers_differ"),
        CheckConstraint("(dropped_at IS NULL) = (dropped_reason = '')", name="dropped_has_reason"),
        Index("ix_plan_target_item_id_month", "item_id", "month"),
        Index("ix_plan_target_plan_id_month", "plan_id", "month"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("annual_plan.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("plan_item.id"))
    month: Mapped[int]
    draw_id: Mapped[int | None] = mapped_column(ForeignKey("plan_draw.id"), index=True)
    first_officer_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    second_officer_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    inspection_id: Mapped[int | None] = mapped_column(ForeignKey("inspection.id"), index=True)
    dropped_at: Mapped[datetime | None]
    dropped_reason: Mapped[str] = mapped_column(Text, default="")

    item: Mapped[PlanItem] = relationship(lazy="raise_on_sql")
    inspection: Mapped[Inspection | None] = relationship(lazy="raise_on_sql")
    first_officer: Mapped[Account | None] = relationship(
        foreign_keys=[first_officer_id], lazy="raise_on_sql"
    )
    second_officer: Mapped[Account | None] = relationship(
        foreign_keys=[second_officer_id], lazy="raise_on_sql"
    )


class PlanDraw(Versioned, Base):
    """A draw: its pool is written first, then the seed, then what came of it. Never changed."""

    __tablename__ = "plan_draw"
    __table_args__ = (
        UniqueConstraint("item_id", "serial"),
        CheckConstraint("(drawn_at IS NULL) = (seed = '')", name="drawn_has_seed"),
        CheckConstraint("drawn_at IS NULL OR length(result_hash) = 64", name="drawn_has_hash"),
        CheckConstraint("(serial > 1) = (reason <> '')", name="redraw_has_reason"),
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("plan_item.id"))
    serial: Mapped[int]
    # Why it is drawn again; "" for the first.
    reason: Mapped[str] = mapped_column(Text, default="")
    algorithm: Mapped[str] = mapped_column(String(32))
    # What draw.pool_values() gives; its hash; and who was left out, as [code, why].
    pool: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    pool_hash: Mapped[str] = mapped_column(String(64))
    excluded: Mapped[list[Any]] = mapped_column(JsonValue, default=list)
    pooled_at: Mapped[datetime]
    pooled_by: Mapped[str] = mapped_column(String(80))
    seed: Mapped[str] = mapped_column(String(128), default="")
    seed_source: Mapped[SeedSource | None] = mapped_column(code_of(SeedSource))
    # For a public one: where it was named, and before whom.
    seed_note: Mapped[str] = mapped_column(Text, default="")
    drawn_at: Mapped[datetime | None]
    drawn_by: Mapped[str] = mapped_column(String(80), default="")
    result_hash: Mapped[str] = mapped_column(String(64), default="")

    item: Mapped[PlanItem] = relationship(lazy="raise_on_sql")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Whoever may see the plan."""
        plans = select(AnnualPlan.id).where(AnnualPlan.visible_to(actor))
        return cls.item_id.in_(select(PlanItem.id).where(PlanItem.plan_id.in_(plans)))


class PlanDrawRow(OwnedByEnterprise, Base):
    """A line of a draw's result, kept whatever becomes of the enterprise and the officers."""

    __tablename__ = "plan_draw_row"
    __table_args__ = (UniqueConstraint("draw_id", "position"),)

    draw_id: Mapped[int] = mapped_column(ForeignKey("plan_draw.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(18))
    month: Mapped[int]
    # Certificate numbers, and the names as they were.
    first_certificate: Mapped[str] = mapped_column(String(40))
    second_certificate: Mapped[str] = mapped_column(String(40))
    first_name: Mapped[str] = mapped_column(String(40))
    second_name: Mapped[str] = mapped_column(String(40))


class OfficerAvoidance(OwnedByEnterprise, Base):
    """Why an officer does not inspect an enterprise (回避): kin, shares, a dispute."""

    __tablename__ = "officer_avoidance"
    __table_args__ = (
        CheckConstraint("ended_on IS NULL OR ended_on >= begun_on", name="ends_after_it_begins"),
        Index("ix_officer_avoidance_account_id_enterprise_id", "account_id", "enterprise_id"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(Text)
    begun_on: Mapped[date]
    # The last day; None while it holds.
    ended_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(80))

    account: Mapped[Account] = relationship(lazy="raise_on_sql")
