"""Proposed proofs: figures, a fresh clip, and what a verifier made of them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.attachments import Attachment
from supervision.core.db import Base, Versioned, code_of
from supervision.enterprise.models import OwnedByEnterprise
from supervision.hazard.models import Hazard
from supervision.proof.rules import VoidReason
from supervision.proof.workflow import ProofState
from supervision.video.job_models import NodeJob
from supervision.video.models import Camera

_STANDS = text("status <> 'void'")


class ProofProposal(Versioned, OwnedByEnterprise, Base):
    """No sighting of a ticket's rule in its zone for some days, by a camera that really looked.

    One stands for each time that a rectification is reported (``arm``: how often the ticket had
    come back by then); one that was void makes room for another.
    """

    __tablename__ = "proof_proposal"
    __table_args__ = (
        CheckConstraint(
            "(status IN ('accepted', 'refused')) = (decided_at IS NOT NULL)",
            name="decided_has_time",
        ),
        CheckConstraint("(status = 'refused') = (refuse_reason <> '')", name="refused_has_reason"),
        CheckConstraint(
            "(status = 'void') = (voided_at IS NOT NULL)"
            " AND (status = 'void') = (void_reason IS NOT NULL)",
            name="void_has_reason",
        ),
        CheckConstraint(
            "status <> 'accepted' OR attachment_id IS NOT NULL", name="accepted_has_clip"
        ),
        Index(
            "uq_proof_proposal_standing",
            "hazard_id",
            "arm",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        Index("ix_proof_proposal_status_made_at", "status", "made_at"),
        Index("ix_proof_proposal_hazard_id", "hazard_id"),
    )

    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazard.id"))
    camera_id: Mapped[int] = mapped_column(ForeignKey("camera.id"), index=True)
    arm: Mapped[int] = mapped_column(default=0)
    merge_key: Mapped[str] = mapped_column(String(200))
    rule_id: Mapped[str] = mapped_column(String(64))
    status: Mapped[ProofState] = mapped_column(code_of(ProofState), default=ProofState.PROPOSED)
    # The whole days that were looked at, and for how much of them the camera ran.
    first_day: Mapped[date]
    last_day: Mapped[date]
    running_s: Mapped[float]
    expected_s: Mapped[float]
    # The zone was redrawn since the sighting: whoever decides is told so.
    is_zone_redrawn: Mapped[bool] = mapped_column(default=False)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("node_job.id"), index=True)
    asked: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(Text, default="")
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    made_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None]
    decided_by: Mapped[str] = mapped_column(String(40), default="")
    refuse_reason: Mapped[str] = mapped_column(Text, default="")
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[VoidReason | None] = mapped_column(code_of(VoidReason))

    hazard: Mapped[Hazard] = relationship(lazy="raise_on_sql")
    camera: Mapped[Camera] = relationship(lazy="raise_on_sql")
    job: Mapped[NodeJob | None] = relationship(lazy="raise_on_sql")
    attachment: Mapped[Attachment | None] = relationship(lazy="joined")

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1

    @property
    def share(self) -> float:
        return self.running_s / self.expected_s if self.expected_s else 0.0
