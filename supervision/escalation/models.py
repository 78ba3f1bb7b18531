"""The ladder in versions, its hours, and the log of what was taken."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    false,
    or_,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.actor import Actor
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.enterprise.models import OwnedByEnterprise, owned_filter
from supervision.escalation.rules import OF_ENTERPRISE, Audience, EventState, Hours, Ladder, Urgency


class EscalationStep(Versioned, Base):
    """One version of one step. A change ends this version and begins another of the same line."""

    __tablename__ = "escalation_step"
    __table_args__ = (
        CheckConstraint("abs(offset_days) <= 60", name="offset_is_near"),
        Index("ix_escalation_step_ladder_effective_from", "ladder", "effective_from"),
    )

    # The id of its first version: what was sent by an earlier version is not sent again.
    line_id: Mapped[int] = mapped_column(index=True)
    ladder: Mapped[Ladder] = mapped_column(code_of(Ladder))
    offset: Mapped[int] = mapped_column("offset_days")
    audience: Mapped[Audience] = mapped_column(code_of(Audience))
    only_major: Mapped[bool] = mapped_column(Boolean, default=False)
    urgency: Mapped[Urgency] = mapped_column(code_of(Urgency), default=Urgency.NORMAL)
    to_group: Mapped[bool] = mapped_column(Boolean, default=False)
    is_enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    effective_from: Mapped[date]
    # Inclusive. The day before ``effective_from`` for a version replaced on its own first day.
    effective_to: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(40))

    @property
    def is_for_enterprise(self) -> bool:
        return self.audience in OF_ENTERPRISE


def in_force(day: date) -> ColumnElement[bool]:
    """Versions in force on ``day``, switched off or not."""
    return and_(
        EscalationStep.effective_from <= day,
        or_(EscalationStep.effective_to.is_(None), EscalationStep.effective_to >= day),
    )


class EscalationHours(Versioned, Base):
    """Wall time of Shanghai between which steps are taken, on working days. One row."""

    __tablename__ = "escalation_hours"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("morning < night", name="morning_before_night"),
    )

    morning: Mapped[time]
    night: Mapped[time]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(40))

    @property
    def value(self) -> Hours:
        return Hours(self.morning, self.night)


class EscalationEvent(OwnedByEnterprise, Base):
    """A step that was taken, once: the key holds against a second scheduler and a restart.

    ``subject_id`` with ``due_on`` and ``arm`` name one run of one deadline: a moved day, a
    ticket that came back or a clock armed anew is another run.
    """

    __tablename__ = "escalation_event"
    __table_args__ = (
        UniqueConstraint("ladder", "subject_id", "due_on", "arm", "line_id", name="once"),
        Index("ix_escalation_event_at", "at"),
        Index("ix_escalation_event_enterprise_id_at", "enterprise_id", "at"),
    )

    ladder: Mapped[Ladder] = mapped_column(code_of(Ladder))
    subject_id: Mapped[int]
    due_on: Mapped[date]
    arm: Mapped[int]
    line_id: Mapped[int]
    # The version that it was taken under.
    step_id: Mapped[int] = mapped_column(ForeignKey("escalation_step.id"), index=True)
    state: Mapped[EventState] = mapped_column(code_of(EventState))
    # What it was about, as it was called then.
    number: Mapped[str] = mapped_column(String(80))
    link: Mapped[str] = mapped_column(String(200))
    is_major: Mapped[bool] = mapped_column(Boolean)
    audience: Mapped[Audience] = mapped_column(code_of(Audience))
    offset: Mapped[int] = mapped_column("offset_days")
    # Who was told, by name and account.
    told: Mapped[list[Any]] = mapped_column(JsonValue, default=list)
    at: Mapped[datetime]

    step: Mapped[EscalationStep] = relationship(lazy="raise_on_sql")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """The authority's internal business: an enterprise knows what it was told, no more."""
        if not actor.is_regulator:
            return false()
        return owned_filter(cls.enterprise_id, actor)  # type: ignore[arg-type]
