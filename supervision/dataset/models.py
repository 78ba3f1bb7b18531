"""Data sets, made and on their way."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    false,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.core.permissions import Permission


class DatasetState(StrEnum):
    QUEUED = "queued"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DISCARDED = "discarded"


OPEN = frozenset({DatasetState.QUEUED, DatasetState.MAKING})


class TrainingSet(Versioned, Base):
    """One archive of pictures with what people decided of them; what was in it stays when it goes."""

    __tablename__ = "training_set"
    __table_args__ = (
        CheckConstraint("(status = 'ready') = (file_id IS NOT NULL)", name="ready_has_file"),
        CheckConstraint("status <> 'failed' OR message <> ''", name="failed_has_message"),
        CheckConstraint("(status = 'ready') = (keep_until IS NOT NULL)", name="ready_has_end"),
        CheckConstraint(
            "status IN ('queued', 'making') = (finished_at IS NULL)", name="over_has_time"
        ),
        Index("ix_training_set_status_id", "status", "id"),
        Index("ix_training_set_keep_until", "keep_until"),
    )

    name: Mapped[str] = mapped_column(String(80))
    # What it is for: pictures of people are taken out for a purpose.
    purpose: Mapped[str] = mapped_column(Text)
    # rules.Choice, as JSON values.
    chosen: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    classes: Mapped[list[str]] = mapped_column(JsonValue)
    status: Mapped[DatasetState] = mapped_column(code_of(DatasetState), default=DatasetState.QUEUED)
    asked_by_id: Mapped[int]
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime]
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    holder: Mapped[str] = mapped_column(String(32), default="")
    heartbeat_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    keep_until: Mapped[datetime | None]
    message: Mapped[str] = mapped_column(Text, default="")
    # Of what is in it: {"pictures", "train", "val", "cameras", "boxes": {class: {verdict: n}}}.
    counts: Mapped[dict[str, Any]] = mapped_column(JsonValue, default=dict)
    # Of what is not: {reason: n}; and the first of them, as [violation id, reason].
    left_out: Mapped[dict[str, int]] = mapped_column(JsonValue, default=dict)
    missing: Mapped[list[list[Any]]] = mapped_column(JsonValue, default=list)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)

    file: Mapped[Attachment | None] = relationship(lazy="raise_on_sql")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """It holds pictures of many enterprises: for those alone who see all of them."""
        sees = actor.everything and actor.may(Permission.MODEL_ADMIN)
        return true() if sees else false()

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def percent(self) -> int:
        return min(99, self.done * 100 // self.total) if self.total else 0
