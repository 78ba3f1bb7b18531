"""Returns with their figures as counted, corrections, earlier revisions; layouts of local ones."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    and_,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core import clock
from supervision.core.attachments import Attachment
from supervision.core.db import Base, JsonValue, LongId, Versioned, code_of
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.enterprise.coverage import LIVING
from supervision.enterprise.models import Enterprise, OwnedByEnterprise
from supervision.returns import rules
from supervision.returns.rules import ReturnKind, Values
from supervision.returns.workflow import WITH_ENTERPRISE, ReturnState


class ReturnLayout(Base):
    """One version of a region's monthly return: its lines, and by which day it is due.

    ``lines``: ``[{"label": text, "figure": name}]``, labels in the region's own words. All
    versions share a ``code``; one in force is never changed.
    """

    __tablename__ = "return_layout"
    __table_args__ = (
        UniqueConstraint("code", "effective_from"),
        CheckConstraint("due_day BETWEEN 1 AND 31", name="due_day_of_month"),
    )

    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    # Prefix of GB/T 2260.
    region_code: Mapped[str] = mapped_column(String(9))
    # Day of the month after the one reported on.
    due_day: Mapped[int]
    lines: Mapped[list[dict[str, str]]] = mapped_column(JsonValue)
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)
    certainty: Mapped[Certainty] = mapped_column(code_of(Certainty))
    note: Mapped[str] = mapped_column(Text, default="")
    # A version that is not in use asks for nothing: an example, or how a local return ends.
    in_use: Mapped[bool] = mapped_column(default=True)


class PeriodReturn(Versioned, OwnedByEnterprise, Base):
    """One enterprise's statistics of one span, in their present revision."""

    __tablename__ = "period_return"
    __table_args__ = (
        # Made once, however often the maker runs; layout_code is "" but for local ones.
        UniqueConstraint("enterprise_id", "kind", "layout_code", "first_day"),
        CheckConstraint("(kind = 'local') = (layout_id IS NOT NULL)", name="local_has_layout"),
        CheckConstraint(
            "(status IN ('draft', 'returned')) OR"
            " (signed_at IS NOT NULL AND signed_by_id IS NOT NULL AND signature_id IS NOT NULL)",
            name="signed_has_signature",
        ),
        CheckConstraint("status <> 'draft' OR signed_at IS NULL", name="draft_is_unsigned"),
        CheckConstraint(
            "status NOT IN ('submitted', 'accepted') OR submitted_at IS NOT NULL",
            name="submitted_has_time",
        ),
        CheckConstraint(
            "status NOT IN ('accepted', 'returned') OR decided_at IS NOT NULL",
            name="decided_has_time",
        ),
        CheckConstraint("status <> 'returned' OR return_reason <> ''", name="returned_has_reason"),
        CheckConstraint("last_day >= first_day", name="ends_after_start"),
        Index("ix_period_return_status_expected_on", "status", "expected_on", "enterprise_id"),
        Index("ix_period_return_enterprise_id_last_day", "enterprise_id", "last_day"),
        Index("ix_period_return_last_day", "last_day", "id"),
    )

    kind: Mapped[ReturnKind] = mapped_column(code_of(ReturnKind))
    first_day: Mapped[date]
    last_day: Mapped[date]
    layout_code: Mapped[str] = mapped_column(String(40), default="")
    layout_id: Mapped[int | None] = mapped_column(ForeignKey("return_layout.id"), index=True)
    due_on: Mapped[date]
    # Until when it is waited for now: ``due_on``, or the day given when it was sent back.
    expected_on: Mapped[date]
    # The version of the rule that ``due_on`` was found by.
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("statutory_rule.id"))
    status: Mapped[ReturnState] = mapped_column(code_of(ReturnState), default=ReturnState.DRAFT)
    revision: Mapped[int] = mapped_column(default=1)

    # As counted from the ledger: name -> whole number, or yuan as text; open major hazards.
    figures: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    majors: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue)
    counted_at: Mapped[datetime]
    # The last entry of the audit trail before the count: what the ledger was.
    audit_id: Mapped[int] = mapped_column(LongId, default=0)
    made_at: Mapped[datetime]

    signed_at: Mapped[datetime | None]
    signed_by_id: Mapped[int | None]
    # As typed under the drawing.
    signed_by: Mapped[str] = mapped_column(String(40), default="")
    # The enterprise's name as it stood under the signature: a paper does not change with the roll.
    signed_for: Mapped[str] = mapped_column(String(120), default="")
    signature_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None]
    submitted_by: Mapped[str] = mapped_column(String(40), default="")
    # The day on which it was first in: whether it was late is not changed by a correction.
    first_submitted_on: Mapped[date | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None]
    decided_by: Mapped[str] = mapped_column(String(40), default="")
    return_reason: Mapped[str] = mapped_column(Text, default="")
    reminded_at: Mapped[datetime | None]
    # When it was told, of itself, that its day had passed, and when the section's chief was; once
    # for each day that it was waited for.
    overdue_told_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]

    layout: Mapped[ReturnLayout | None] = relationship(lazy="joined")
    signature: Mapped[Attachment | None] = relationship(lazy="joined")
    corrections: Mapped[list[ReturnCorrection]] = relationship(
        back_populates="period_return", order_by="ReturnCorrection.id", lazy="select"
    )
    revisions: Mapped[list[ReturnRevision]] = relationship(
        back_populates="period_return", order_by="ReturnRevision.revision", lazy="select"
    )

    read_permission = Permission.RETURN_READ

    @property
    def computed(self) -> dict[str, Decimal]:
        return rules.read(self.figures)

    @property
    def corrected(self) -> dict[str, ReturnCorrection]:
        """The correction of each line that holds now: the last."""
        return {correction.figure: correction for correction in self.corrections}

    @property
    def values(self) -> Values:
        """As reported: counted, with what was corrected."""
        return self.computed | {name: c.value for name, c in self.corrected.items()}

    @property
    def is_overdue(self) -> bool:
        return rules.is_overdue(
            is_with_enterprise=self.status in WITH_ENTERPRISE,
            expected_on=self.expected_on,
            today=clock.today(),
        )

    @property
    def is_late(self) -> bool:
        """It came in after its day."""
        return self.first_submitted_on is not None and self.first_submitted_on > self.due_on


def overdue_clause(today: date) -> ColumnElement[bool]:
    """:func:`supervision.returns.rules.is_overdue` as SQL."""
    return and_(PeriodReturn.status.in_(WITH_ENTERPRISE), PeriodReturn.expected_on < today)


def chased() -> ColumnElement[bool]:
    """Of an enterprise that is still there, by a statement joined with Enterprise."""
    return Enterprise.roll_status.in_(LIVING)


class ReturnCorrection(Base):
    """That a line is another than was counted, and why. Never changed; a later one replaces it."""

    __tablename__ = "return_correction"
    __table_args__ = (CheckConstraint("reason <> ''", name="has_reason"),)

    return_id: Mapped[int] = mapped_column(ForeignKey("period_return.id"), index=True)
    revision: Mapped[int]
    figure: Mapped[str] = mapped_column(String(32))
    computed: Mapped[Decimal] = mapped_column(Numeric(16, 2))
    value: Mapped[Decimal] = mapped_column(Numeric(16, 2))
    reason: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int]
    made_by: Mapped[str] = mapped_column(String(40))

    period_return: Mapped[PeriodReturn] = relationship(back_populates="corrections")


class ReturnRevision(Base):
    """A revision that was returned, as it was signed and submitted. Never changed."""

    __tablename__ = "return_revision"
    __table_args__ = (UniqueConstraint("return_id", "revision"),)

    return_id: Mapped[int] = mapped_column(ForeignKey("period_return.id"))
    revision: Mapped[int]
    # name -> as reported, as text.
    reported: Mapped[dict[str, str]] = mapped_column(JsonValue)
    figures: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    majors: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue)
    counted_at: Mapped[datetime]
    audit_id: Mapped[int] = mapped_column(LongId)
    signed_at: Mapped[datetime]
    signed_by: Mapped[str] = mapped_column(String(40))
    signed_for: Mapped[str] = mapped_column(String(120))
    signature_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), index=True)
    submitted_at: Mapped[datetime]
    submitted_by: Mapped[str] = mapped_column(String(40))
    returned_at: Mapped[datetime]
    returned_by: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)

    period_return: Mapped[PeriodReturn] = relationship(back_populates="revisions")
    signature: Mapped[Attachment] = relationship(lazy="joined")
