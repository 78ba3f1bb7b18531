"""Who wants evidence kept, and how much room there is for it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.db import Base, LongId, code_of
from supervision.enterprise.models import OwnedByEnterprise
from supervision.video.models import Violation


class HoldKind(StrEnum):
    """Why nobody may remove it: a person said so, or a penalty stands on it."""

    LEGAL = "legal"
    PENALTY = "penalty"


class EvidenceHold(OwnedByEnterprise, Base):
    """While it is not released, no file of its violation is removed. There may be several."""

    __tablename__ = "evidence_hold"
    __table_args__ = (
        CheckConstraint("(released_at IS NULL) = (released_by_id IS NULL)", name="released_by_one"),
        Index("ix_evidence_hold_violation_id_released_at", "violation_id", "released_at"),
        Index("ix_evidence_hold_placed_at", "placed_at"),
    )

    violation_id: Mapped[int] = mapped_column(LongId, ForeignKey("violation.id"))
    kind: Mapped[HoldKind] = mapped_column(code_of(HoldKind))
    reason: Mapped[str] = mapped_column(Text)
    placed_at: Mapped[datetime]
    placed_by_id: Mapped[int]
    placed_by: Mapped[str] = mapped_column(String(40))
    released_at: Mapped[datetime | None]
    released_by_id: Mapped[int | None]
    released_by: Mapped[str] = mapped_column(String(40), default="")
    release_reason: Mapped[str] = mapped_column(Text, default="")

    violation: Mapped[Violation] = relationship(lazy="raise_on_sql")


class EvidenceRoom(Base):
    """The one row of how much evidence is kept: counted by the minute, not by walking a disk."""

    __tablename__ = "evidence_room"

    counted_at: Mapped[datetime]
    used_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    # Nothing more may be removed and there is hardly any room; everybody was told then.
    full_since: Mapped[datetime | None]
    # Files could be neither written nor read; the administrators were told then.
    unreachable_since: Mapped[datetime | None]
