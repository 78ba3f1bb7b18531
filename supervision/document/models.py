"""Documents of an enterprise in versions, their kinds as a versioned table, and what is missing."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core import clock
from supervision.core.actor import Side
from supervision.core.attachments import Attachment, AttachmentLink
from supervision.core.db import Base, Versioned, code_of
from supervision.core.statutory import Certainty
from supervision.core.validity import Standing, Validity, days_left, standing
from supervision.document.rules import Category, GapReason, Result
from supervision.document.workflow import OPEN_FILING, UNFILED, DocumentState, FilingState
from supervision.enterprise.models import OwnedByEnterprise


class DocumentKind(Base):
    """One version of a kind of document: who must have it, how long it holds, who files it.

    Lists of industries and traits are comma-separated; ``*`` is everybody.
    """

    __tablename__ = "document_kind"
    __table_args__ = (
        UniqueConstraint("code", "effective_from"),
        CheckConstraint(
            "effective_to IS NULL OR effective_to >= effective_from", name="ends_after"
        ),
        CheckConstraint("term_months IS NULL OR term_months > 0", name="term_positive"),
        CheckConstraint("review_months IS NULL OR review_months > 0", name="review_positive"),
        CheckConstraint("required_headcount >= 0", name="headcount_not_negative"),
    )

    code: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(120))
    category: Mapped[Category] = mapped_column(code_of(Category))
    term_months: Mapped[int | None]
    review_months: Mapped[int | None]
    has_level: Mapped[bool] = mapped_column(Boolean, default=False)
    # An insured sum, a policy number and an insurer are asked for.
    has_sum: Mapped[bool] = mapped_column(Boolean, default=False)
    required_industries: Mapped[str] = mapped_column(String(300), default="")
    required_traits: Mapped[str] = mapped_column(String(120), default="")
    required_headcount: Mapped[int] = mapped_column(default=0)
    filing_industries: Mapped[str] = mapped_column(String(300), default="")
    filing_traits: Mapped[str] = mapped_column(String(120), default="")
    # Codes of the time limits (core/statutory); empty: the rule names no day.
    filing_rule: Mapped[str] = mapped_column(String(48), default="")
    acceptance_rule: Mapped[str] = mapped_column(String(48), default="")
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)
    certainty: Mapped[Certainty] = mapped_column(code_of(Certainty))
    note: Mapped[str] = mapped_column(Text, default="")


class EnterpriseDocument(Versioned, OwnedByEnterprise, Base):
    """One version of one document. What has been in force stays as it was; a newer one replaces it.

    ``series`` is what the versions of one document share.
    """

    __tablename__ = "enterprise_document"
    __table_args__ = (
        UniqueConstraint("series", "version"),
        CheckConstraint("version > 0", name="version_positive"),
        CheckConstraint(
            "status NOT IN ('in_force', 'superseded')"
            " OR (published_on IS NOT NULL AND approver <> '' AND in_force_at IS NOT NULL)",
            name="in_force_is_approved",
        ),
        CheckConstraint(
            "(status IN ('superseded', 'withdrawn')) = (ended_at IS NOT NULL)",
            name="ended_has_time",
        ),
        CheckConstraint("valid_to IS NULL OR valid_from IS NOT NULL", name="end_has_beginning"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ends_after"),
        CheckConstraint("level IS NULL OR level BETWEEN 1 AND 3", name="level_exists"),
        CheckConstraint("insured_sum IS NULL OR insured_sum > 0", name="sum_positive"),
        CheckConstraint(
            "filing <> 'accepted' OR (accepted_on IS NOT NULL AND filing_number <> '')",
            name="accepted_has_number",
        ),
        CheckConstraint(
            "filing <> 'submitted' OR submitted_on IS NOT NULL", name="submitted_has_day"
        ),
        CheckConstraint("filing <> 'returned' OR filing_note <> ''", name="returned_has_reason"),
        Index(
            "uq_enterprise_document_in_force",
            "series",
            unique=True,
            sqlite_where=text("status = 'in_force'"),
            postgresql_where=text("status = 'in_force'"),
        ),
        Index(
            "uq_enterprise_document_draft",
            "series",
            unique=True,
            sqlite_where=text("status = 'draft'"),
            postgresql_where=text("status = 'draft'"),
        ),
        Index("ix_enterprise_document_enterprise_id_kind_code", "enterprise_id", "kind_code"),
        Index("ix_enterprise_document_status_valid_to", "status", "valid_to"),
        Index("ix_enterprise_document_status_review_due_on", "status", "review_due_on"),
        Index("ix_enterprise_document_filing_filing_due_on", "filing", "filing_due_on"),
        Index("ix_enterprise_document_created_at", "created_at"),
    )

    series: Mapped[str] = mapped_column(String(32))
    version: Mapped[int] = mapped_column(default=1)
    status: Mapped[DocumentState] = mapped_column(
        code_of(DocumentState), default=DocumentState.DRAFT
    )
    # The kind's code, and the version of the list that it was written under.
    kind_code: Mapped[str] = mapped_column(String(32))
    kind_id: Mapped[int] = mapped_column(ForeignKey("document_kind.id"))

    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(Text, default="")
    # Of a certificate, report or policy: its number and who gave it.
    number: Mapped[str] = mapped_column(String(60), default="")
    issuer: Mapped[str] = mapped_column(String(80), default="")
    level: Mapped[int | None]
    insured_sum: Mapped[Decimal | None] = mapped_column(Numeric(16, 2))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    published_on: Mapped[date | None]
    approver: Mapped[str] = mapped_column(String(40), default="")
    review_due_on: Mapped[date | None]

    filing: Mapped[FilingState] = mapped_column(
        code_of(FilingState), default=FilingState.NOT_NEEDED
    )
    # By this day the enterprise files it, or the authority answers; whichever is to come.
    filing_due_on: Mapped[date | None]
    filing_rule_id: Mapped[int | None] = mapped_column(ForeignKey("statutory_rule.id"))
    filing_provisional: Mapped[bool] = mapped_column(Boolean, default=False)
    submitted_on: Mapped[date | None]
    accepted_on: Mapped[date | None]
    filing_number: Mapped[str] = mapped_column(String(60), default="")
    filing_by: Mapped[str] = mapped_column(String(80), default="")
    filing_note: Mapped[str] = mapped_column(Text, default="")

    created_at: Mapped[datetime]
    created_by_id: Mapped[int]
    created_by: Mapped[str] = mapped_column(String(80))
    in_force_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str] = mapped_column(Text, default="")

    kind: Mapped[DocumentKind] = relationship(lazy="raise_on_sql")
    scans: Mapped[list[DocumentScan]] = relationship(
        back_populates="document",
        order_by="DocumentScan.id",
        lazy="select",
        cascade="all, delete-orphan",
    )
    reviews: Mapped[list[DocumentReview]] = relationship(
        back_populates="document", order_by="DocumentReview.id", lazy="select"
    )
    events: Mapped[list[DocumentEvent]] = relationship(
        back_populates="document", order_by="DocumentEvent.id", lazy="select"
    )

    @property
    def is_in_force(self) -> bool:
        return self.status is DocumentState.IN_FORCE

    @property
    def is_draft(self) -> bool:
        return self.status is DocumentState.DRAFT

    @property
    def validity(self) -> Validity:
        return Validity(valid_from=self.valid_from, valid_to=self.valid_to)

    @property
    def standing(self) -> Standing:
        """Where today stands in its life; only of interest while it is in force."""
        return standing(self.validity, clock.today())

    @property
    def days_left(self) -> int | None:
        """Days to its last day, negative once it has passed; None without an end."""
        return None if self.valid_to is None else days_left(self.validity, clock.today())

    @property
    def is_review_overdue(self) -> bool:
        due = self.review_due_on
        return self.is_in_force and due is not None and due < clock.today()

    @property
    def is_filing_overdue(self) -> bool:
        """Past the day by which it had to be filed, or answered."""
        due = self.filing_due_on
        return (
            self.is_in_force
            and self.filing in OPEN_FILING
            and due is not None
            and due < clock.today()
        )

    @property
    def is_unfiled(self) -> bool:
        return self.is_in_force and self.filing in UNFILED


class DocumentScan(AttachmentLink, Base):
    """A scan of a version."""

    __tablename__ = "document_scan"

    document_id: Mapped[int] = mapped_column(ForeignKey("enterprise_document.id"), index=True)

    document: Mapped[EnterpriseDocument] = relationship(back_populates="scans")
    attachment: Mapped[Attachment] = relationship(lazy="joined")


class DocumentReview(Base):
    """A re-evaluation of a plan, or a yearly self-evaluation of a certificate. Never changed."""

    __tablename__ = "document_review"

    document_id: Mapped[int] = mapped_column(ForeignKey("enterprise_document.id"), index=True)
    done_on: Mapped[date]
    result: Mapped[Result] = mapped_column(code_of(Result))
    conclusion: Mapped[str] = mapped_column(Text)
    reviewer: Mapped[str] = mapped_column(String(120))
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int]
    recorded_by: Mapped[str] = mapped_column(String(80))

    document: Mapped[EnterpriseDocument] = relationship(back_populates="reviews")
    attachment: Mapped[Attachment | None] = relationship(lazy="joined")


class DocumentEvent(OwnedByEnterprise, Base):
    """One step of a document's history, for its page and for the enterprise's timeline."""

    __tablename__ = "document_event"
    __table_args__ = (Index("ix_document_event_enterprise_id_at", "enterprise_id", "at"),)

    document_id: Mapped[int] = mapped_column(ForeignKey("enterprise_document.id"), index=True)
    action: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    actor_id: Mapped[int]
    actor_name: Mapped[str] = mapped_column(String(80))
    actor_side: Mapped[Side] = mapped_column(code_of(Side))
    note: Mapped[str] = mapped_column(Text, default="")

    document: Mapped[EnterpriseDocument] = relationship(
        back_populates="events", lazy="raise_on_sql"
    )


class DocumentGap(OwnedByEnterprise, Base):
    """That an enterprise lacks a document which it must have, as last reckoned."""

    __tablename__ = "document_gap"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "kind_code"),
        Index("ix_document_gap_kind_code_reason", "kind_code", "reason"),
    )

    kind_code: Mapped[str] = mapped_column(String(32))
    reason: Mapped[GapReason] = mapped_column(code_of(GapReason))
    since: Mapped[date]
