"""Which machine may watch a camera now, and which could when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from supervision.core.db import Base


class CameraLease(Base):
    """The present or last term of a camera that several machines share: the arbiter's one row.

    ``holder`` within ``node_id`` has it until ``until``, by our clock. ``last_until`` is when the
    term before ended.
    """

    __tablename__ = "camera_lease"
    __table_args__ = (CheckConstraint("epoch >= 1", name="epoch_counts"),)

    camera_id: Mapped[int] = mapped_column(ForeignKey("camera.id"), unique=True)
    node_id: Mapped[int] = mapped_column(ForeignKey("vision_node.id"), index=True)
    holder: Mapped[str] = mapped_column(String(64))
    epoch: Mapped[int]
    until: Mapped[datetime]
    granted_at: Mapped[datetime]
    last_until: Mapped[datetime | None]


class CameraLeaseTerm(Base):
    """One holder's time with a camera: what it saw then may still arrive. ``until`` None: it lasts."""

    __tablename__ = "camera_lease_term"
    __table_args__ = (
        UniqueConstraint("camera_id", "epoch"),
        CheckConstraint("until IS NULL OR until >= since", name="ends_after_begin"),
    )

    camera_id: Mapped[int] = mapped_column(ForeignKey("camera.id"))
    epoch: Mapped[int]
    node_id: Mapped[int] = mapped_column(ForeignKey("vision_node.id"), index=True)
    holder: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime]
    until: Mapped[datetime | None] = mapped_column(index=True)
