"""Where each located enterprise lies and what colours it, so that a map is one index's reading."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ColumnElement, Index, SmallInteger, String, false, or_, true
from sqlalchemy.orm import Mapped, mapped_column

from supervision.core.actor import Actor
from supervision.core.db import Base
from supervision.core.scope import region_range
from supervision.enterprise.models import OwnedByEnterprise

_MEASURES = ("risk", "overdue", "licence", "source")


class MapPoint(OwnedByEnterprise, Base):
    """One enterprise on the grid of :mod:`supervision.atlas.grid` (WGS-84), kept by a job.

    ``risk``: 0 none, 1 blue to 4 red. ``overdue``: overdue hazards. ``licence``: 0 in order, 1 a
    paper to be renewed, 2 one late or expired. ``source``: 0 none, 1 grade four to 4 grade one.
    A copy: names and links are read from the enterprise itself, within the reader's scope.
    """

    __tablename__ = "map_point"
    __table_args__ = (
        CheckConstraint("risk BETWEEN 0 AND 4", name="risk_in_range"),
        CheckConstraint("licence BETWEEN 0 AND 2", name="licence_in_range"),
        CheckConstraint("source BETWEEN 0 AND 4", name="source_in_range"),
        # Everything that an answer needs: the table itself is not read.
        Index("ix_map_point_cover", "region_code", "x", "y", *_MEASURES, "enterprise_id"),
        Index("ix_map_point_window", "x", "y", "region_code", *_MEASURES, "enterprise_id"),
        Index("uq_map_point_enterprise_id", "enterprise_id", unique=True),
    )

    region_code: Mapped[str] = mapped_column(String(9))
    x: Mapped[int]
    y: Mapped[int]
    risk: Mapped[int] = mapped_column(SmallInteger, default=0)
    overdue: Mapped[int] = mapped_column(default=0)
    licence: Mapped[int] = mapped_column(SmallInteger, default=0)
    source: Mapped[int] = mapped_column(SmallInteger, default=0)
    updated_at: Mapped[datetime]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """By its own copy of the region: no table beside this one is asked."""
        if actor.everything:
            return true()
        conditions = [region_range(cls.region_code, prefix) for prefix in actor.regions]
        if actor.enterprise_ids:
            conditions.append(cls.enterprise_id.in_(actor.enterprise_ids))
        return or_(*conditions) if conditions else false()
