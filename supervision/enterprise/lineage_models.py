"""Enterprises that are the same, became one or became several."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
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
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.actor import Actor
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.enterprise.duplicate_rules import KeyKind, PairState
from supervision.enterprise.models import Enterprise, OwnedByEnterprise, owned_filter
from supervision.enterprise.workflow import RestructuringKind, RestructuringState

_PROPOSED = text("status = 'proposed'")


class Restructuring(Versioned, OwnedByEnterprise, Base):
    """A merger or a split: proposed by one person, done by another.

    ``enterprise_id`` is the one that is absorbed or split. A merger has a ``survivor``; a split
    has ``parts``, the files of the new enterprises as JSON keeps them.
    """

    __tablename__ = "restructuring"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'merger') = (survivor_id IS NOT NULL)", name="merger_has_survivor"
        ),
        CheckConstraint("survivor_id <> enterprise_id", name="survivor_is_another"),
        CheckConstraint("approved_by_id <> proposed_by_id", name="approver_is_another"),
        CheckConstraint("(status = 'done') = (approved_by_id IS NOT NULL)", name="done_has_author"),
        CheckConstraint("(status = 'proposed') = (decided_at IS NULL)", name="decided_has_time"),
        CheckConstraint("status <> 'refused' OR note <> ''", name="refused_has_reason"),
        Index(
            "uq_restructuring_proposed",
            "enterprise_id",
            unique=True,
            sqlite_where=_PROPOSED,
            postgresql_where=_PROPOSED,
        ),
    )

    kind: Mapped[RestructuringKind] = mapped_column(code_of(RestructuringKind))
    status: Mapped[RestructuringState] = mapped_column(code_of(RestructuringState), index=True)
    survivor_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue, default=list)
    # A split after which the old enterprise goes on (派生分立) or ends (新设分立).
    source_goes_on: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text)
    proposed_at: Mapped[datetime] = mapped_column(index=True)
    proposed_by_id: Mapped[int]
    proposed_by: Mapped[str] = mapped_column(String(40))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(40), default="")
    approved_by_id: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, default="")

    survivor: Mapped[Enterprise | None] = relationship(
        foreign_keys="Restructuring.survivor_id", lazy="raise_on_sql"
    )
    enterprise: Mapped[Enterprise] = relationship(
        foreign_keys="Restructuring.enterprise_id", lazy="raise_on_sql"
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """The authority whose region holds the one or the other; enterprises see what was done."""
        own = or_(
            owned_filter(cls.enterprise_id, actor),  # type: ignore[arg-type]
            owned_filter(cls.survivor_id, actor),  # type: ignore[arg-type]
        )
        if actor.is_regulator:
            return own
        return and_(own, cls.status == RestructuringState.DONE)


class Lineage(Base):
    """``predecessor`` went on, wholly or in part, as ``successor``. Never taken back.

    Rows keep the enterprise that they were made for; whoever reads the successor's file follows
    these lines to the predecessors'.
    """

    __tablename__ = "enterprise_lineage"
    __table_args__ = (
        UniqueConstraint("predecessor_id", "successor_id"),
        CheckConstraint("predecessor_id <> successor_id", name="not_its_own"),
    )

    predecessor_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    successor_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    kind: Mapped[RestructuringKind] = mapped_column(code_of(RestructuringKind))
    restructuring_id: Mapped[int] = mapped_column(ForeignKey("restructuring.id"))
    at: Mapped[datetime]

    predecessor: Mapped[Enterprise] = relationship(
        foreign_keys="Lineage.predecessor_id", lazy="raise_on_sql"
    )
    successor: Mapped[Enterprise] = relationship(
        foreign_keys="Lineage.successor_id", lazy="raise_on_sql"
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """From either end: that a file has a predecessor is part of the file."""
        return or_(
            owned_filter(cls.predecessor_id, actor),  # type: ignore[arg-type]
            owned_filter(cls.successor_id, actor),  # type: ignore[arg-type]
        )


class EnterpriseKey(OwnedByEnterprise, Base):
    """A normalised value under which enterprises that are the same fall together.

    Every enterprise has one of kind ``name``. ``as_of`` is the instant of the file that it was
    made from: the keys of a file that changed since are made anew.
    """

    __tablename__ = "enterprise_key"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "kind", "value"),
        Index("ix_enterprise_key_kind_value", "kind", "value"),
    )

    kind: Mapped[KeyKind] = mapped_column(code_of(KeyKind))
    value: Mapped[str] = mapped_column(String(240))
    as_of: Mapped[datetime]


class DuplicatePair(Versioned, Base):
    """Two files that may be one enterprise, and what a person said about them.

    ``first_id`` is the smaller id, so that a pair is one row. A dismissed pair stays, and is not
    proposed again for the reasons that were known.
    """

    __tablename__ = "duplicate_pair"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="in_order"),
        CheckConstraint("(status = 'open') = (decided_at IS NULL)", name="decided_has_time"),
        CheckConstraint("status <> 'dismissed' OR note <> ''", name="dismissed_has_reason"),
        Index("ix_duplicate_pair_status_score", "status", "score"),
    )

    first_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    status: Mapped[PairState] = mapped_column(code_of(PairState))
    # Kinds of the keys that both have, and how much they weigh together.
    reasons: Mapped[list[str]] = mapped_column(JsonValue)
    score: Mapped[int]
    found_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(Text, default="")

    first: Mapped[Enterprise] = relationship(
        foreign_keys="DuplicatePair.first_id", lazy="raise_on_sql"
    )
    second: Mapped[Enterprise] = relationship(
        foreign_keys="DuplicatePair.second_id", lazy="raise_on_sql"
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Only who sees both files, and of the authority: the page sets them side by side."""
        if not actor.is_regulator:
            return false()
        return and_(
            owned_filter(cls.first_id, actor),  # type: ignore[arg-type]
            owned_filter(cls.second_id, actor),  # type: ignore[arg-type]
        )
