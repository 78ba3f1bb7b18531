"""Reviews of cameras by art. 41, their history, and the marks of evidence that stand on them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.actor import Actor, Side
from supervision.core.attachments import Attachment
from supervision.core.db import Base, LongId, Versioned, code_of
from supervision.enterprise.models import OwnedByEnterprise, owned_filter
from supervision.gate import rules
from supervision.gate.rules import Part
from supervision.gate.workflow import GateState
from supervision.video.models import Camera, Violation

_UNDECIDED = text("status IN ('draft', 'submitted')")
_IN_FORCE = text("status = 'approved'")
_STANDS = text("withdrawn_at IS NULL")
_COMPLETE = " AND ".join(
    f"{name} <> ''"
    if name in {"legal_by", "legal_number", "technical_by", "technical_number", "siting"}
    or name == "published_where"
    else f"{name} IS NOT NULL"
    for name in rules.REQUIRED
)
WROTE = frozenset({"draft", "edit", "submit"})


class CameraGate(Versioned, OwnedByEnterprise, Base):
    """One review of one camera: both reviews, the published location, from when until when."""

    __tablename__ = "camera_gate"
    __table_args__ = (
        CheckConstraint(
            f"status NOT IN ('submitted', 'approved', 'superseded') OR ({_COMPLETE})",
            name="submitted_is_complete",
        ),
        CheckConstraint(
            "(number IS NULL) = (approved_at IS NULL)"
            " AND (number IS NULL) = (approved_by_id IS NULL)",
            name="number_comes_with_approval",
        ),
        CheckConstraint(
            "status NOT IN ('approved', 'superseded') OR approved_at IS NOT NULL",
            name="approved_has_time",
        ),
        CheckConstraint(
            "status NOT IN ('draft', 'submitted') OR approved_at IS NULL", name="draft_has_none"
        ),
        CheckConstraint("approved_by_id <> created_by_id", name="approver_is_another"),
        CheckConstraint(
            "(status = 'withdrawn') = (withdrawn_at IS NOT NULL)"
            " AND (status = 'withdrawn') = (withdrawn_reason <> '')",
            name="withdrawn_has_reason",
        ),
        CheckConstraint(
            "status <> 'superseded' OR ended_on IS NOT NULL", name="superseded_has_end"
        ),
        CheckConstraint("valid_until >= valid_from", name="ends_after_it_begins"),
        # So that a mark can refer to a record of its own camera only.
        UniqueConstraint("id", "camera_id"),
        Index(
            "uq_camera_gate_undecided",
            "camera_id",
            unique=True,
            sqlite_where=_UNDECIDED,
            postgresql_where=_UNDECIDED,
        ),
        Index(
            "uq_camera_gate_in_force",
            "camera_id",
            unique=True,
            sqlite_where=_IN_FORCE,
            postgresql_where=_IN_FORCE,
        ),
        Index("ix_camera_gate_camera_id_id", "camera_id", "id"),
        Index("ix_camera_gate_status_valid_until", "status", "valid_until"),
    )

    camera_id: Mapped[int] = mapped_column(ForeignKey("camera.id"))
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    status: Mapped[GateState] = mapped_column(code_of(GateState), default=GateState.DRAFT)

    legal_by: Mapped[str] = mapped_column(String(80), default="")
    legal_on: Mapped[date | None]
    legal_number: Mapped[str] = mapped_column(String(60), default="")
    legal_scan_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    technical_by: Mapped[str] = mapped_column(String(80), default="")
    technical_on: Mapped[date | None]
    technical_number: Mapped[str] = mapped_column(String(60), default="")
    technical_scan_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    # Of the device's verification or certificate, where it has one.
    certificate_until: Mapped[date | None]
    # An address of the web, or where the notice hangs.
    published_where: Mapped[str] = mapped_column(String(300), default="")
    published_on: Mapped[date | None]
    published_scan_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    # Why it looks there: reasonably sited, clearly marked.
    siting: Mapped[str] = mapped_column(Text, default="")
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    # The last day, where another record took its place.
    ended_on: Mapped[date | None]
    # What was reviewed: where the picture comes from, and where the camera hangs.
    stream_print: Mapped[str] = mapped_column(String(64), default="")
    place: Mapped[str] = mapped_column(String(120), default="")

    created_at: Mapped[datetime]
    created_by_id: Mapped[int]
    created_by: Mapped[str] = mapped_column(String(40))
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None]
    approved_by: Mapped[str] = mapped_column(String(40), default="")
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(String(40), default="")
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")

    camera: Mapped[Camera] = relationship(lazy="raise_on_sql")
    events: Mapped[list[GateEvent]] = relationship(
        back_populates="gate", order_by="GateEvent.id", lazy="select"
    )
    legal_scan: Mapped[Attachment | None] = relationship(
        foreign_keys=[legal_scan_id], lazy="select"
    )
    technical_scan: Mapped[Attachment | None] = relationship(
        foreign_keys=[technical_scan_id], lazy="select"
    )
    published_scan: Mapped[Attachment | None] = relationship(
        foreign_keys=[published_scan_id], lazy="select"
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """An enterprise reads what was decided about its cameras, and no draft."""
        own = owned_filter(cls.enterprise_id, actor)  # type: ignore[arg-type]
        if actor.side is Side.ENTERPRISE:
            return and_(own, cls.approved_at.is_not(None))
        return own

    @property
    def writer_ids(self) -> frozenset[int]:
        wrote = {e.actor_id for e in self.events if e.action in WROTE}
        return frozenset({self.created_by_id, *wrote})

    @property
    def last_day(self) -> date | None:
        return rules.last_day(self)

    def scan(self, part: Part) -> Attachment | None:
        found: Attachment | None = getattr(self, f"{part}_scan")
        return found


class GateEvent(Base):
    """One step of a record's history."""

    __tablename__ = "camera_gate_event"

    gate_id: Mapped[int] = mapped_column(ForeignKey("camera_gate.id"), index=True)
    action: Mapped[str] = mapped_column(String(32))
    to_status: Mapped[GateState] = mapped_column(code_of(GateState))
    at: Mapped[datetime]
    actor_id: Mapped[int]
    actor_name: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, default="")

    gate: Mapped[CameraGate] = relationship(back_populates="events")


class PenaltyMark(OwnedByEnterprise, Base):
    """A person's word that a confirmed sighting may prove a penalty, and the record it stands on.

    It always names a record, and one of its own camera. One stands for each violation; what was
    taken back stays with its reason.
    """

    __tablename__ = "penalty_mark"
    __table_args__ = (
        ForeignKeyConstraint(
            ["gate_id", "camera_id"],
            ["camera_gate.id", "camera_gate.camera_id"],
            name="fk_penalty_mark_gate_of_camera",
        ),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_reason = '')", name="withdrawn_has_reason"
        ),
        Index(
            "uq_penalty_mark_standing",
            "violation_id",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        Index("ix_penalty_mark_violation_id", "violation_id"),
        Index("ix_penalty_mark_gate_id", "gate_id"),
    )

    violation_id: Mapped[int] = mapped_column(LongId, ForeignKey("violation.id"))
    camera_id: Mapped[int] = mapped_column(ForeignKey("camera.id"))
    gate_id: Mapped[int]
    at: Mapped[datetime]
    by_id: Mapped[int]
    by: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(Text, default="")
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(String(40), default="")
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")

    gate: Mapped[CameraGate] = relationship(
        primaryjoin="foreign(PenaltyMark.gate_id) == CameraGate.id",
        viewonly=True,
        lazy="raise_on_sql",
    )
    violation: Mapped[Violation] = relationship(lazy="raise_on_sql")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """What the authority holds to prove is its own affair until it is told in a case."""
        if actor.side is Side.ENTERPRISE:
            return false()
        return owned_filter(cls.enterprise_id, actor)  # type: ignore[arg-type]
