"""Trainings with their participants, the hours of a year, and what staffing an enterprise has."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.attachments import Attachment, AttachmentLink
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.core.permissions import Permission
from supervision.enterprise.models import OwnedByEnterprise
from supervision.people.models import OfPerson, PeopleRule, Person
from supervision.people.rules import Result, TrainingKind
from supervision.people.workflow import SessionState


class _OfFile(OwnedByEnterprise):
    """Mixin: a part of the enterprise's file that only readers of people see."""

    read_permission = Permission.PEOPLE_READ


class TrainingSession(Versioned, _OfFile, Base):
    """A training: time, content, participants, results (Work Safety Law, art. 28)."""

    __tablename__ = "training_session"
    __table_args__ = (
        CheckConstraint("hours > 0", name="takes_time"),
        CheckConstraint("(status = 'void') = (void_reason <> '')", name="void_has_reason"),
        CheckConstraint(
            "status <> 'recorded' OR recorded_at IS NOT NULL", name="recorded_has_time"
        ),
        Index("ix_training_session_enterprise_id_held_on", "enterprise_id", "held_on"),
        Index("ix_training_session_status_held_on", "status", "held_on"),
    )

    title: Mapped[str] = mapped_column(String(120))
    kind: Mapped[TrainingKind] = mapped_column(code_of(TrainingKind))
    held_at: Mapped[datetime]
    # The statutory day of ``held_at``, so that SQL compares days with days.
    held_on: Mapped[date] = mapped_column(index=True)
    hours: Mapped[Decimal] = mapped_column(Numeric(5, 1))
    content: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(String(120), default="")
    trainer: Mapped[str] = mapped_column(String(80), default="")
    status: Mapped[SessionState] = mapped_column(code_of(SessionState), default=SessionState.OPEN)
    recorded_at: Mapped[datetime | None]
    recorded_by: Mapped[str] = mapped_column(String(80), default="")
    void_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(80))

    attendances: Mapped[list[TrainingAttendance]] = relationship(
        back_populates="session", order_by="TrainingAttendance.id", lazy="select"
    )
    files: Mapped[list[TrainingFile]] = relationship(
        back_populates="session", order_by="TrainingFile.id", lazy="select"
    )


class TrainingAttendance(OfPerson, Base):
    """Somebody's part in a training; its hours count when passed and recorded."""

    __tablename__ = "training_attendance"
    __table_args__ = (UniqueConstraint("session_id", "person_id"),)

    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    result: Mapped[Result] = mapped_column(code_of(Result), default=Result.PENDING)
    score: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))

    session: Mapped[TrainingSession] = relationship(back_populates="attendances")
    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class TrainingFile(AttachmentLink, Base):
    """A sign-in sheet, a paper of an examination, a photo of the room."""

    __tablename__ = "training_file"

    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"), index=True)

    session: Mapped[TrainingSession] = relationship(back_populates="files")
    attachment: Mapped[Attachment] = relationship(lazy="joined")


class TrainingBalance(OfPerson, Base):
    """A person's hours of a year beside those that the rule asks for.

    Kept up by :mod:`supervision.people.standing`, so that a region's short ones are a list that
    an index serves.
    """

    __tablename__ = "training_balance"
    __table_args__ = (
        UniqueConstraint("person_id", "year"),
        Index("ix_training_balance_year_missing", "year", "missing"),
        Index("ix_training_balance_enterprise_id_year", "enterprise_id", "year"),
    )

    year: Mapped[int]
    rule_id: Mapped[int] = mapped_column(ForeignKey("people_rule.id"))
    is_first: Mapped[bool]
    required: Mapped[Decimal] = mapped_column(Numeric(6, 1))
    had: Mapped[Decimal] = mapped_column(Numeric(6, 1))
    missing: Mapped[Decimal] = mapped_column(Numeric(6, 1))
    due_on: Mapped[date]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
    rule: Mapped[PeopleRule] = relationship(lazy="joined")


class EnterpriseSector(Versioned, _OfFile, Base):
    """That somebody looked: the sector of an enterprise whose industry code does not tell it."""

    __tablename__ = "enterprise_sector"
    __table_args__ = (UniqueConstraint("enterprise_id"),)

    sector: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime]
    set_by: Mapped[str] = mapped_column(String(80))


class StaffingStanding(_OfFile, Base):
    """Required and present staff of an enterprise, as last reckoned.

    ``results``: a list of ``{"rule_id", "required", "present", "missing"}``.
    """

    __tablename__ = "staffing_standing"
    __table_args__ = (
        UniqueConstraint("enterprise_id"),
        Index("ix_staffing_standing_gaps_enterprise_id", "gaps", "enterprise_id"),
        Index("ix_staffing_standing_late_people", "late_people"),
    )

    sector: Mapped[str] = mapped_column(String(32))
    headcount: Mapped[int]
    people: Mapped[int]
    gaps: Mapped[int]
    late_people: Mapped[int]
    results: Mapped[list[Any]] = mapped_column(JsonValue, default=list)
    reckoned_at: Mapped[datetime]
