"""The mainland's holidays as rows: each year's table in versions, and the table that counts now.

A year that is replaced stays, with the instant of its replacement: nothing is edited in place.
Only a *published* year makes counts across it final; a *provisional* one (worked out before the
State Council's notice) lends its days, and every count over it stays marked as provisional.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from flask import g
from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.db import Base, code_of, db
from supervision.core.workdays import WorkdayTable

_CACHE = "anqi_workday_table"
_CURRENT = text("replaced_at IS NULL")


class DayKind(StrEnum):
    """``holiday``: no work on it; ``workday``: a weekend day worked in exchange."""

    HOLIDAY = "holiday"
    WORKDAY = "workday"


class YearStatus(StrEnum):
    PUBLISHED = "published"
    PROVISIONAL = "provisional"


class HolidayYear(Base):
    """One version of a year's table."""

    __tablename__ = "holiday_year"
    __table_args__ = (
        Index(
            "uq_holiday_year_current",
            "year",
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        ),
    )

    year: Mapped[int]
    status: Mapped[YearStatus] = mapped_column(code_of(YearStatus))
    source: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    valid_since: Mapped[datetime]
    replaced_at: Mapped[datetime | None]

    days: Mapped[list[Holiday]] = relationship(
        back_populates="of_year", order_by="Holiday.day", lazy="selectin"
    )


class Holiday(Base):
    """A day off, or a weekend day that is worked."""

    __tablename__ = "holiday"
    __table_args__ = (UniqueConstraint("holiday_year_id", "day"),)

    holiday_year_id: Mapped[int] = mapped_column(ForeignKey("holiday_year.id"))
    day: Mapped[date] = mapped_column(index=True)
    kind: Mapped[DayKind] = mapped_column(code_of(DayKind))
    name: Mapped[str] = mapped_column(String(40))

    of_year: Mapped[HolidayYear] = relationship(back_populates="days")


def workday_table() -> WorkdayTable:
    """The table of all years that count now; read once a request."""
    known: WorkdayTable | None = g.get(_CACHE)
    if known is None:
        known = _read()
        setattr(g, _CACHE, known)
    return known


def forget_workday_table() -> None:
    """After a year was replaced within this request."""
    g.pop(_CACHE, None)


def _read() -> WorkdayTable:
    years = db.session.execute(
        select(HolidayYear.year, HolidayYear.status).where(HolidayYear.replaced_at.is_(None))
    ).tuples()
    days = db.session.execute(
        select(Holiday.day, Holiday.kind)
        .join(HolidayYear, HolidayYear.id == Holiday.holiday_year_id)
        .where(HolidayYear.replaced_at.is_(None))
    ).tuples()
    kinds = dict(days.all())
    return WorkdayTable(
        frozenset(day for day, kind in kinds.items() if kind is DayKind.HOLIDAY),
        frozenset(day for day, kind in kinds.items() if kind is DayKind.WORKDAY),
        frozenset(year for year, status in years if status is YearStatus.PUBLISHED),
    )
