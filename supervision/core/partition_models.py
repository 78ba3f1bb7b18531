"""Which months an administrator has asked to be dropped, and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.attachments import Attachment
from supervision.core.db import Base, LongId, code_of


class DropState(StrEnum):
    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


_OPEN = text("status = 'asked'")


class MonthDrop(Base):
    """One part of a table in months that goes, or went. Of the trail it names the archive.

    ``part``: ``"2611"``, or ``"before"`` for what is older than the first month.
    """

    __tablename__ = "month_drop"
    __table_args__ = (
        CheckConstraint("(status = 'asked') = (ended_at IS NULL)", name="ended_has_time"),
        CheckConstraint("(status = 'refused') = (problem <> '')", name="refused_has_reason"),
        CheckConstraint("(archive_id IS NULL) = (first_id IS NULL)", name="archive_has_range"),
        CheckConstraint("(first_id IS NULL) = (last_id IS NULL)", name="range_has_two_ends"),
        # Asked once at a time.
        Index(
            "uq_month_drop_asked",
            "table_name",
            "part",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_month_drop_status_table_name", "status", "table_name"),
    )

    table_name: Mapped[str] = mapped_column(String(40))
    part: Mapped[str] = mapped_column(String(8))
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int]
    asked_by: Mapped[str] = mapped_column(String(40))
    status: Mapped[DropState] = mapped_column(code_of(DropState), default=DropState.ASKED)
    ended_at: Mapped[datetime | None]
    # Why nothing was dropped: a code that the page has words for.
    problem: Mapped[str] = mapped_column(Text, default="")
    gone: Mapped[int] = mapped_column(BigInteger, default=0)
    kept: Mapped[int] = mapped_column(BigInteger, default=0)
    # What the part held on the disk, indexes included, before and after.
    bytes_before: Mapped[int] = mapped_column(BigInteger, default=0)
    bytes_after: Mapped[int] = mapped_column(BigInteger, default=0)
    # Of the audit trail alone: its entries as a file, and the first and the last of them.
    archive_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    first_id: Mapped[int | None] = mapped_column(LongId)
    last_id: Mapped[int | None] = mapped_column(LongId)

    archive: Mapped[Attachment | None] = relationship(lazy="joined")
