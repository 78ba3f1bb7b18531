"""Where each located enterprise lies and what colours it, so that a map is one index's reading."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Index,
    SmallInteger,
    String,
    false,
    or_,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from supervision.core.actor import Actor
from supervision.core.db import Base
from supervision.core.scope import region_range
from supervision.enterprise.models import OwnedByEnterprise

_MEASURES = ("risk", "overdue", "licence", "source")
# The highest level of each measure; whatever is more counts as that.
LEVELS = {"risk": 4, "overdue": 1, "licence": 2, "source": 4}
DISTRICT = 6
# Whole areas that wide cells are counted for: everything, a province, a city, a district.
AREAS = (0, 2, 4, DISTRICT)


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
        *(Index(f"ix_map_point_{name}", name, "enterprise_id") for name in _MEASURES),
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


class MapCell(Base):
    """Points of one area in one cell, counted beforehand: what a wide window is made of.

    ``level``: how many bits of a step its side has. From ``WIDE_LEVEL`` on a cell has a row for
    each of :data:`AREAS`, below for districts only: who reads it chooses one area. Every count is of enterprises: ``risk_3``
    of those whose risk is 3. ``enterprise_id`` is one of them, the only one where ``count`` is 1.
    """

    __tablename__ = "map_cell"
    __table_args__ = (
        Index("ix_map_cell_region", "level", "region_code", "x", "y"),
        Index("ix_map_cell_window", "level", "x", "y"),
    )

    level: Mapped[int] = mapped_column(SmallInteger)
    # Of the area: six digits are a district, none is everything.
    region_code: Mapped[str] = mapped_column(String(6))
    x: Mapped[int]
    y: Mapped[int]
    count: Mapped[int]
    sum_x: Mapped[int] = mapped_column(BigInteger)
    sum_y: Mapped[int] = mapped_column(BigInteger)
    enterprise_id: Mapped[int]
    risk_1: Mapped[int]
    risk_2: Mapped[int]
    risk_3: Mapped[int]
    risk_4: Mapped[int]
    overdue_1: Mapped[int]
    licence_1: Mapped[int]
    licence_2: Mapped[int]
    source_1: Mapped[int]
    source_2: Mapped[int]
    source_3: Mapped[int]
    source_4: Mapped[int]

    @classmethod
    def serves(cls, actor: Actor) -> bool:
        """Whether whole areas make up what ``actor`` sees; else the points are asked."""
        whole = all(len(region) in AREAS for region in actor.regions)
        return actor.everything or (bool(actor.regions) and whole and not actor.enterprise_ids)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        if actor.everything:
            return true()
        if not cls.serves(actor):
            return false()
        return or_(*(region_range(cls.region_code, prefix) for prefix in actor.regions))
