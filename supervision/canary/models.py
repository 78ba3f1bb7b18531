"""A trial of weights on chosen cameras."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.canary.workflow import CanaryState
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import Base, Versioned, code_of
from supervision.core.permissions import Permission
from supervision.detector.models import DetectorModel

_RUNNING = text("status = 'running'")


class Canary(Versioned, Base):
    """Some cameras are judged by a candidate for a while, all others by the default as before."""

    __tablename__ = "canary"
    __table_args__ = (
        CheckConstraint("(status = 'running') = (ended_at IS NULL)", name="ended_has_time"),
        CheckConstraint("until > started_at", name="ends_after_it_begins"),
        # Weights are tried once at a time; other weights may be tried on other cameras meanwhile.
        Index(
            "uq_canary_running",
            "model_id",
            unique=True,
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
        Index("ix_canary_model_id_started_at", "model_id", "started_at"),
        Index("ix_canary_status_started_at", "status", "started_at"),
    )

    model_id: Mapped[int] = mapped_column(ForeignKey("detector_model.id"))
    # What was the default of every other camera when it began.
    against_id: Mapped[int | None] = mapped_column(ForeignKey("detector_model.id"))
    status: Mapped[CanaryState] = mapped_column(code_of(CanaryState), default=CanaryState.RUNNING)
    reason: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime]
    started_by_id: Mapped[int]
    started_by: Mapped[str] = mapped_column(String(80))
    # The first instant after its last day, when the cameras return; None: until somebody decides.
    until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(80), default="")
    ended_note: Mapped[str] = mapped_column(Text, default="")
    # When people were told that it is clearly worse; once.
    warned_at: Mapped[datetime | None]

    model: Mapped[DetectorModel] = relationship(lazy="raise_on_sql", foreign_keys=[model_id])
    against: Mapped[DetectorModel | None] = relationship(
        lazy="raise_on_sql", foreign_keys=[against_id]
    )
    cameras: Mapped[list[CanaryCamera]] = relationship(
        back_populates="canary", order_by="CanaryCamera.id", lazy="raise_on_sql"
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        return true() if actor.may(Permission.MODEL_READ) else false()

    @property
    def last_day(self) -> date | None:
        return clock.day_of(self.until - timedelta(seconds=1)) if self.until else None


class CanaryCamera(Base):
    """A camera of a trial."""

    __tablename__ = "canary_camera"
    __table_args__ = (UniqueConstraint("canary_id", "camera_id"),)

    canary_id: Mapped[int] = mapped_column(ForeignKey("canary.id"))
    camera_id: Mapped[int] = mapped_column(ForeignKey("camera.id"), index=True)

    canary: Mapped[Canary] = relationship(back_populates="cameras")
