"""Plans of a site: a picture, and the areas drawn on it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.attachments import Attachment
from supervision.core.db import Base, JsonValue, Versioned
from supervision.enterprise.models import OwnedByEnterprise


class SitePlan(Versioned, OwnedByEnterprise, Base):
    """One plan. A newer picture of the same floor is another row that ``replaces`` this one."""

    __tablename__ = "site_plan"
    __table_args__ = (
        CheckConstraint("width > 0 AND height > 0", name="size_positive"),
        CheckConstraint("retired_at IS NULL OR retired_at >= created_at", name="retired_after"),
    )

    name: Mapped[str] = mapped_column(String(80))
    picture_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))
    # Pixels of the stored picture.
    width: Mapped[int]
    height: Mapped[int]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("site_plan.id"))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int]
    retired_at: Mapped[datetime | None]

    picture: Mapped[Attachment] = relationship(lazy="raise_on_sql")
    areas: Mapped[list[SiteArea]] = relationship(
        back_populates="plan", lazy="raise_on_sql", order_by="SiteArea.id"
    )


class SiteArea(Versioned, OwnedByEnterprise, Base):
    """A part of the site as a polygon of ``[x, y]``, fractions of the picture from its top left."""

    __tablename__ = "site_area"
    __table_args__ = (Index("ix_site_area_plan_id", "plan_id"),)

    plan_id: Mapped[int] = mapped_column(ForeignKey("site_plan.id"))
    name: Mapped[str] = mapped_column(String(80))
    polygon: Mapped[list[list[float]]] = mapped_column(JsonValue)
    retired_at: Mapped[datetime | None]

    plan: Mapped[SitePlan] = relationship(back_populates="areas", lazy="raise_on_sql")
