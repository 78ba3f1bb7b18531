"""What people do about a camera: maintenance tickets, and permits that bend its rules for a time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.db import Base, LongId, Versioned, code_of
from supervision.enterprise.models import OwnedByEnterprise
from supervision.video.models import Camera, Violation
from supervision.video.rules import TicketFault
from supervision.video.workflow import TicketState
from vision.contract import WindowEffect

NOT_DONE = text("done_at IS NULL")


class CameraTicket(Versioned, OwnedByEnterprise, Base):
    """A camera that needs somebody. One open ticket for each fault of a camera."""

    __tablename__ = "camera_ticket"
    __table_args__ = (
        CheckConstraint("(status = 'done') = (done_at IS NOT NULL)", name="done_has_time"),
        CheckConstraint(
            "status <> 'acknowledged' OR acknowledged_at IS NOT NULL", name="acknowledged_has_time"
        ),
        Index(
            "uq_camera_ticket_open",
            "camera_id",
            "fault",
            unique=True,
            sqlite_where=NOT_DONE,
            postgresql_where=NOT_DONE,
        ),
        Index("ix_camera_ticket_status_opened_at", "status", "opened_at"),
        Index("ix_camera_ticket_camera_id_opened_at", "camera_id", "opened_at"),
        Index("ix_camera_ticket_enterprise_id_opened_at", "enterprise_id", "opened_at"),
    )

    camera_id: Mapped[int] = mapped_column(ForeignKey("camera.id"))
    fault: Mapped[TicketFault] = mapped_column(code_of(TicketFault))
    status: Mapped[TicketState] = mapped_column(code_of(TicketState), default=TicketState.OPEN)
    # Since when the fault is there, and when we were told of it.
    opened_at: Mapped[datetime]
    told_at: Mapped[datetime]
    detail: Mapped[str] = mapped_column(String(200), default="")
    # What shows a fault of the view; a fault of the stream has no picture.
    violation_id: Mapped[int | None] = mapped_column(LongId, ForeignKey("violation.id"), index=True)
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by_id: Mapped[int | None]
    acknowledged_by: Mapped[str] = mapped_column(String(40), default="")
    done_at: Mapped[datetime | None]
    # None where the system closed it, because the camera was well again.
    done_by_id: Mapped[int | None]
    done_by: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(Text, default="")

    camera: Mapped[Camera] = relationship(lazy="raise_on_sql")
    violation: Mapped[Violation | None] = relationship(lazy="raise_on_sql")

    @property
    def is_closed_by_system(self) -> bool:
        return self.done_at is not None and self.done_by_id is None


class CameraPermit(OwnedByEnterprise, Base):
    """A span of time with a permit behind it, in which a rule is lifted, or alone is on."""

    __tablename__ = "camera_permit"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("(removed_at IS NULL) = (removed_by_id IS NULL)", name="removed_by_one"),
        Index("ix_camera_permit_camera_id_ends_at", "camera_id", "ends_at"),
    )

    camera_id: Mapped[int] = mapped_column(ForeignKey("camera.id"))
    rule_id: Mapped[str] = mapped_column(String(64))
    effect: Mapped[WindowEffect] = mapped_column(code_of(WindowEffect))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int]
    created_by: Mapped[str] = mapped_column(String(40))
    removed_at: Mapped[datetime | None]
    removed_by_id: Mapped[int | None]
    removed_by: Mapped[str] = mapped_column(String(40), default="")
