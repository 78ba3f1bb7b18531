"""Dossiers that somebody asked for: made by a job, kept for some days, for that person alone."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    and_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.actor import Actor, ActorKind
from supervision.core.attachments import Attachment
from supervision.core.db import Base, JsonValue, code_of
from supervision.enterprise.models import OwnedByEnterprise, owned_filter


class DossierState(StrEnum):
    """``dropped``: its files were removed when their days were over."""

    QUEUED = "queued"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    DROPPED = "dropped"


OPEN_STATES = frozenset({DossierState.QUEUED, DossierState.MAKING})
_OPEN = text("status IN ('queued', 'making')")


class Dossier(OwnedByEnterprise, Base):
    """One dossier of one enterprise for one person, as that person saw the file then."""

    __tablename__ = "dossier"
    __table_args__ = (
        CheckConstraint(
            "status <> 'ready' OR (pdf_id IS NOT NULL AND drop_at IS NOT NULL)",
            name="ready_has_file",
        ),
        CheckConstraint("with_files OR bundle_id IS NULL", name="bundle_was_asked_for"),
        CheckConstraint("status <> 'failed' OR message <> ''", name="failed_has_message"),
        CheckConstraint("done <= steps", name="progress_ends"),
        Index("ix_dossier_status_asked_at", "status", "asked_at"),
        Index("ix_dossier_asked_by_id_id", "asked_by_id", "id"),
        # A second click joins the one that is being made.
        Index(
            "uq_dossier_open",
            "enterprise_id",
            "asked_by_id",
            "with_files",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    status: Mapped[DossierState] = mapped_column(code_of(DossierState), default=DossierState.QUEUED)
    # With the archive of evidence, or the paper alone.
    with_files: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(200), default="")
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    asked_by: Mapped[str] = mapped_column(String(80))
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    drop_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    # Chapters that are done, of so many.
    done: Mapped[int] = mapped_column(default=0)
    steps: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(Text, default="")
    # How many rows and files of each chapter, as the manifest says.
    counts: Mapped[dict[str, Any]] = mapped_column(JsonValue, default=dict)
    pdf_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    bundle_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)

    pdf: Mapped[Attachment | None] = relationship(foreign_keys=[pdf_id], lazy="joined")
    bundle: Mapped[Attachment | None] = relationship(foreign_keys=[bundle_id], lazy="joined")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Whoever asked, while they still see the enterprise; the system sees all."""
        own: ColumnElement[bool] = owned_filter(cls.enterprise_id, actor)  # type: ignore[arg-type]
        if actor.kind is ActorKind.SYSTEM:
            return own
        return and_(own, cls.asked_by_id == actor.id)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATES

    @property
    def percent(self) -> int:
        return 100 * self.done // self.steps if self.steps else 0
