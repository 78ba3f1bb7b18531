"""Second opinions, and who looks at which violation just now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core import partitions
from supervision.core.actor import Actor, Side
from supervision.core.db import Base, LongId, Versioned, code_of
from supervision.desk.workflow import Advice, OpinionState
from supervision.enterprise.models import OwnedByEnterprise, owned_filter
from supervision.video.models import Violation
from supervision.video.rules import RejectReason

_OPEN = text("status = 'open'")


class SecondOpinion(Versioned, OwnedByEnterprise, Base):
    """One person asks another what a violation is, before the verdict; both of one side."""

    __tablename__ = "second_opinion"
    __table_args__ = (
        CheckConstraint(
            "(status = 'answered') = (answered_at IS NOT NULL)", name="answered_has_time"
        ),
        CheckConstraint(
            "(answered_at IS NULL) = (advice IS NULL)"
            " AND (answered_at IS NULL) = (answered_by_id IS NULL)",
            name="answered_has_advice",
        ),
        CheckConstraint(
            "(status = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_has_time"
        ),
        CheckConstraint("answered_by_id <> asked_by_id", name="second_person"),
        CheckConstraint("reason IS NULL OR advice = 'reject'", name="reason_of_rejection"),
        # One question at a time on each side.
        Index(
            "ix_second_opinion_one_open",
            "violation_id",
            "asked_side",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_second_opinion_status_asked_of_id", "status", "asked_of_id"),
        Index("ix_second_opinion_status_asked_by_id", "status", "asked_by_id"),
        partitions.GOES_ALONG,
    )

    violation_id: Mapped[int] = mapped_column(LongId, ForeignKey("violation.id"), index=True)
    asked_by_id: Mapped[int]
    asked_by: Mapped[str] = mapped_column(String(40))
    asked_side: Mapped[Side] = mapped_column(code_of(Side))
    asked_at: Mapped[datetime]
    # None: whoever of the same side comes first.
    asked_of_id: Mapped[int | None]
    asked_of: Mapped[str] = mapped_column(String(40), default="")
    question: Mapped[str] = mapped_column(Text)
    status: Mapped[OpinionState] = mapped_column(code_of(OpinionState), default=OpinionState.OPEN)
    advice: Mapped[Advice | None] = mapped_column(code_of(Advice))
    reason: Mapped[RejectReason | None] = mapped_column(code_of(RejectReason))
    words: Mapped[str] = mapped_column(Text, default="")
    answered_by_id: Mapped[int | None]
    answered_by: Mapped[str] = mapped_column(String(40), default="")
    answered_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    violation: Mapped[Violation] = relationship(lazy="raise_on_sql")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """What colleagues ask each other is not for the other side."""
        own = owned_filter(cls.enterprise_id, actor)  # type: ignore[arg-type]
        side = true() if actor.id == 0 else cls.asked_side == actor.side
        return and_(own, side)


class DeskViewing(Base):
    """Somebody has this violation on the screen; renewed while it is so, worth nothing after that."""

    __tablename__ = "desk_viewing"
    __table_args__ = (UniqueConstraint("violation_id", "account_id"), partitions.GOES_ALONG)

    violation_id: Mapped[int] = mapped_column(LongId, ForeignKey("violation.id"))
    account_id: Mapped[int] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(40))
    side: Mapped[Side] = mapped_column(code_of(Side))
    seen_at: Mapped[datetime]
