"""A change of many enterprises, and what each of them had before."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, true
from sqlalchemy.orm import Mapped, mapped_column

from supervision.core.actor import Actor
from supervision.core.db import Base, JsonValue, code_of
from supervision.enterprise.models import OwnedByEnterprise


class BulkState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class BulkChange(Base):
    """``values`` for every one of ``enterprise_ids``; an undo takes them from another's rows.

    ``cursor`` is how many of the ids are dealt with; it moves in the transaction that writes.
    """

    __tablename__ = "bulk_change"
    __table_args__ = (
        CheckConstraint("(status = 'waiting') = (finished_at IS NULL)", name="ended_at"),
        CheckConstraint("cursor >= 0 AND changed <= cursor", name="changed_within_cursor"),
        Index("ix_bulk_change_status_id", "status", "id"),
        Index("ix_bulk_change_asked_by_id_id", "asked_by_id", "id"),
        # One undo of a change; a second click finds it there.
        Index("uq_bulk_change_undo_of_id", "undo_of_id", unique=True),
    )

    asked_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime]
    # Those that were seen and counted when it was confirmed.
    enterprise_ids: Mapped[list[int]] = mapped_column(JsonValue, deferred=True)
    total: Mapped[int]
    values: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    undo_of_id: Mapped[int | None] = mapped_column(ForeignKey("bulk_change.id"))
    status: Mapped[BulkState] = mapped_column(code_of(BulkState), default=BulkState.WAITING)
    cursor: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    holder: Mapped[str] = mapped_column(String(32), default="")
    heartbeat_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]
    message: Mapped[str] = mapped_column(Text, default="")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """One's own; who sees everything sees all."""
        return true() if actor.everything else cls.asked_by_id == actor.id

    @property
    def percent(self) -> int:
        return self.cursor * 100 // self.total if self.total else 0


class BulkRow(OwnedByEnterprise, Base):
    """What one enterprise had before, and got."""

    __tablename__ = "bulk_row"
    __table_args__ = (
        Index("uq_bulk_row_bulk_id_enterprise_id", "bulk_id", "enterprise_id", unique=True),
    )

    bulk_id: Mapped[int] = mapped_column(ForeignKey("bulk_change.id"))
    # What differed, before and after, by the name of the field.
    diff: Mapped[dict[str, Any]] = mapped_column(JsonValue)
