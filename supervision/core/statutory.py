"""Rules of law as versioned rows: a record keeps the version it was decided under."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from supervision.core.db import Base, code_of, db
from supervision.core.errors import NotFound
from supervision.core.text import N_


class Certainty(StrEnum):
    """How sure the fact is; anything but HIGH is shown to the administrator."""

    HIGH = "H"
    MEDIUM = "M"
    LOW = "L"


class DayType(StrEnum):
    CALENDAR = "calendar"
    WORKING = "working"


class StatutoryRule(Base):
    """One version of one figure: in force from ``effective_from`` to ``effective_to`` inclusive."""

    __tablename__ = "statutory_rule"
    __table_args__ = (Index("ix_statutory_rule_code_effective_from", "code", "effective_from"),)

    code: Mapped[str] = mapped_column(String(48))
    name: Mapped[str] = mapped_column(String(120))
    value: Mapped[int]
    unit: Mapped[str] = mapped_column(String(16))
    day_type: Mapped[DayType] = mapped_column(code_of(DayType))
    direction: Mapped[str] = mapped_column(String(16))
    trigger: Mapped[str] = mapped_column(Text)
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)
    certainty: Mapped[Certainty] = mapped_column(code_of(Certainty))
    note: Mapped[str] = mapped_column(Text, default="")


def rule_on(code: str, day: date) -> StatutoryRule:
    """The version of ``code`` in force on ``day``; raises NotFound when none is."""
    stmt = (
        select(StatutoryRule)
        .where(StatutoryRule.code == code, StatutoryRule.effective_from <= day)
        .where((StatutoryRule.effective_to.is_(None)) | (StatutoryRule.effective_to >= day))
        .order_by(StatutoryRule.effective_from.desc())
        .limit(1)
    )
    found = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound(
            N_("No version of rule %(code)s is in force on %(day)s."), code=code, day=day
        )
    return found
