"""Weights by their hash, and what was done with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.core.permissions import Permission
from supervision.detector.workflow import DetectorState
from vision import contract
from vision.contract import ModelCard, ModelFile

_ACTIVE = text("status = 'active'")


class DetectorModel(Versioned, Base):
    """One file of weights. What its card says never changes: other weights are another row."""

    __tablename__ = "detector_model"
    __table_args__ = (
        UniqueConstraint("name", "version"),
        # The workers bring the built-in file themselves; every other one is stored here.
        CheckConstraint("is_built_in = (attachment_id IS NULL)", name="stored_or_built_in"),
        CheckConstraint(
            "status NOT IN ('active', 'retired') OR activated_at IS NOT NULL",
            name="activated_has_time",
        ),
        CheckConstraint(
            "(status = 'withdrawn') = (withdrawn_reason <> '')", name="withdrawn_has_reason"
        ),
        CheckConstraint("previous_id <> id", name="previous_is_another"),
        # One default for everybody, whoever promotes at the same time.
        Index(
            "uq_detector_model_active",
            "status",
            unique=True,
            sqlite_where=_ACTIVE,
            postgresql_where=_ACTIVE,
        ),
        Index("ix_detector_model_uploaded_at", "uploaded_at"),
    )

    name: Mapped[str] = mapped_column(String(80))
    version: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    classes: Mapped[list[str]] = mapped_column(JsonValue)
    licence: Mapped[str] = mapped_column(String(80))
    training_data: Mapped[str] = mapped_column(Text)
    # The hash of the weights that it began with; they need not be registered here.
    parent: Mapped[str] = mapped_column(String(64), default="")
    # The whole card as it came: figures of each test set, settings of the run.
    card: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    made_at: Mapped[datetime]
    is_built_in: Mapped[bool] = mapped_column(Boolean, default=False)
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    status: Mapped[DetectorState] = mapped_column(
        code_of(DetectorState), default=DetectorState.CANDIDATE
    )
    uploaded_at: Mapped[datetime]
    uploaded_by_id: Mapped[int]
    uploaded_by: Mapped[str] = mapped_column(String(80))
    activated_at: Mapped[datetime | None]
    # What was the default before it became that: where a roll back leads.
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("detector_model.id"))
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")
    # When its stored bytes were found to be others, or gone.
    damaged_at: Mapped[datetime | None]

    attachment: Mapped[Attachment | None] = relationship(lazy="raise_on_sql")
    previous: Mapped[DetectorModel | None] = relationship(
        lazy="raise_on_sql", remote_side="DetectorModel.id"
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        return true() if actor.may(Permission.MODEL_READ) else false()

    @property
    def label(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def is_whole(self) -> bool:
        return self.damaged_at is None

    @property
    def model_card(self) -> ModelCard:
        return contract.parse(ModelCard, self.card)

    @property
    def file(self) -> ModelFile:
        """As a node's configuration names it."""
        return ModelFile(self.sha256, self.name, self.version, self.size, tuple(self.classes))

    @property
    def told_sha256(self) -> str:
        """What a configuration says: "" means the worker's own file."""
        return "" if self.is_built_in else self.sha256


class DetectorStep(Base):
    """One thing that was done with weights, by whom and why: the history on their page."""

    __tablename__ = "detector_step"
    __table_args__ = (Index("ix_detector_step_model_id_id", "model_id", "id"),)

    model_id: Mapped[int] = mapped_column(ForeignKey("detector_model.id"))
    action: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    by_id: Mapped[int]
    by: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, default="")
