"""Changes of rules: what somebody proposes, and what another person decided on it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, Index, String, Text, false, or_, text
from sqlalchemy.orm import Mapped, mapped_column

from supervision.core.actor import Actor
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.statute.rules import ChangeKind
from supervision.statute.workflow import ChangeState

_PROPOSED = text("status = 'proposed'")


class RuleChange(Versioned, Base):
    """A change of one clock, one criterion or one year's holidays.

    ``base_id`` is the version that it follows (None: there is none yet), ``version_id`` the one
    that came of it; both are ids in the table that ``kind`` names. ``values`` are the columns of
    the new version; empty with ``repeal``, which ends a rule without a successor.
    """

    __tablename__ = "rule_change"
    __table_args__ = (
        CheckConstraint(
            "(status IN ('approved', 'rejected')) = (decided_at IS NOT NULL)",
            name="decided_has_time",
        ),
        CheckConstraint("decided_by_id <> author_id", name="decider_is_another"),
        Index("ix_rule_change_kind_code", "kind", "code"),
        # Two proposals for the same rule could not both follow the same version.
        Index(
            "uq_rule_change_proposed",
            "kind",
            "code",
            unique=True,
            sqlite_where=_PROPOSED,
            postgresql_where=_PROPOSED,
        ),
    )

    kind: Mapped[ChangeKind] = mapped_column(code_of(ChangeKind))
    code: Mapped[str] = mapped_column(String(48))
    status: Mapped[ChangeState] = mapped_column(code_of(ChangeState), default=ChangeState.DRAFT)
    base_id: Mapped[int | None]
    version_id: Mapped[int | None]
    repeal: Mapped[bool] = mapped_column(default=False)
    effective_from: Mapped[date]
    values: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    source: Mapped[str] = mapped_column(Text)
    certainty: Mapped[Certainty] = mapped_column(code_of(Certainty))
    note: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text)

    author_id: Mapped[int]
    author: Mapped[str] = mapped_column(String(80))
    drafted_at: Mapped[datetime]
    proposed_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None]
    decided_by: Mapped[str] = mapped_column(String(80), default="")
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str] = mapped_column(Text, default="")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Every reader of rules; a draft is its author's until it is proposed."""
        if not actor.may(Permission.STATUTE_READ):
            return false()
        return or_(cls.status != ChangeState.DRAFT, cls.author_id == actor.id)
