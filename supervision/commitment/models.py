"""Standards in versions, what applies to an enterprise, its commitments with their signatures."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.commitment.rules import Part, Period, Production, words
from supervision.commitment.workflow import CommitmentState
from supervision.core.attachments import Attachment
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.enterprise.models import OwnedByEnterprise

_DRAFT = text("status = 'draft'")
_PUBLISHED = text("status = 'published'")


class _OfCommitment(OwnedByEnterprise):
    """Mixin: what only readers of commitments see of an enterprise."""

    read_permission = Permission.COMMITMENT_READ


class CommitmentStandard(Base):
    """One version of what a sector commits to. Versions share ``code``; none is ever changed."""

    __tablename__ = "commitment_standard"
    __table_args__ = (
        UniqueConstraint("code", "effective_from"),
        CheckConstraint(
            "effective_to IS NULL OR effective_to >= effective_from", name="ends_after"
        ),
        CheckConstraint("due_minute > 0 AND due_minute <= 1440", name="due_within_the_day"),
        CheckConstraint(
            "due_days >= 0 AND due_days < 366 AND (period <> 'daily' OR due_days = 0)",
            name="due_within_the_period",
        ),
    )

    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    period: Mapped[Period] = mapped_column(code_of(Period))
    # Beginnings of GB/T 4754 codes and traits, with commas; both empty: for every enterprise.
    industries: Mapped[str] = mapped_column(String(300), default="")
    traits: Mapped[str] = mapped_column(String(120), default="")
    # Days after the period's first one, and minutes after midnight of that day.
    due_days: Mapped[int] = mapped_column(default=0)
    due_minute: Mapped[int]
    # Names of the levels from the post upwards; the last is the principal's.
    levels: Mapped[list[str]] = mapped_column(JsonValue)
    # Codes of Part, with commas.
    parts: Mapped[str] = mapped_column(String(120), default="")
    statement: Mapped[str] = mapped_column(Text)
    # Asked of every enterprise that it fits; else only of those for which it was chosen by hand.
    is_automatic: Mapped[bool] = mapped_column(Boolean, default=True)
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)
    certainty: Mapped[Certainty] = mapped_column(code_of(Certainty))
    note: Mapped[str] = mapped_column(Text, default="")

    def asks(self, part: Part | str) -> bool:
        return str(part) in words(self.parts)


class CommitmentSetting(Versioned, _OfCommitment, Base):
    """Which standard applies to an enterprise, since when, and where its commitment is shown."""

    __tablename__ = "commitment_setting"
    __table_args__ = (
        UniqueConstraint("enterprise_id"),
        CheckConstraint("is_manual = (reason <> '')", name="manual_has_reason"),
        Index("ix_commitment_setting_standard_code_id", "standard_code", "id"),
    )

    # "": none applies.
    standard_code: Mapped[str] = mapped_column(String(40), default="")
    since: Mapped[date]
    # Somebody of the authority chose it; the sector's table changes it no more.
    is_manual: Mapped[bool] = mapped_column(Boolean, default=False)
    reason: Mapped[str] = mapped_column(Text, default="")
    # Opens the public page; unguessable, and new whenever the principal wants.
    public_key: Mapped[str] = mapped_column(String(64), unique=True)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(40))

    signers: Mapped[list[CommitmentSigner]] = relationship(
        back_populates="setting",
        order_by="CommitmentSigner.level, CommitmentSigner.id",
        cascade="all, delete-orphan",
        lazy="select",
    )


class CommitmentSigner(Base):
    """Who signs for a post of a level below the principal's."""

    __tablename__ = "commitment_signer"
    __table_args__ = (
        UniqueConstraint("setting_id", "level", "post"),
        CheckConstraint("level >= 0", name="level_exists"),
    )

    setting_id: Mapped[int] = mapped_column(ForeignKey("commitment_setting.id"))
    # 0 is the lowest.
    level: Mapped[int]
    post: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)

    setting: Mapped[CommitmentSetting] = relationship(back_populates="signers")


class Commitment(Versioned, _OfCommitment, Base):
    """One revision of an enterprise's word for a day or year."""

    __tablename__ = "commitment"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "period", "day", "revision"),
        CheckConstraint("(status = 'draft') = (published_at IS NULL)", name="published_has_time"),
        CheckConstraint("(revision > 1) = (reason <> '')", name="correction_has_reason"),
        CheckConstraint("revision > 0", name="revision_counts"),
        CheckConstraint(
            "starts >= 0 AND stops >= 0 AND trials >= 0 AND majors >= 0 AND sources >= 0",
            name="counts_not_negative",
        ),
        Index(
            "uq_commitment_draft",
            *("enterprise_id", "period", "day"),
            unique=True,
            sqlite_where=_DRAFT,
            postgresql_where=_DRAFT,
        ),
        Index(
            "uq_commitment_published",
            *("enterprise_id", "period", "day"),
            unique=True,
            sqlite_where=_PUBLISHED,
            postgresql_where=_PUBLISHED,
        ),
        Index("ix_commitment_enterprise_id_due_at", "enterprise_id", "due_at"),
        Index("ix_commitment_period_day", "period", "day"),
    )

    standard_id: Mapped[int] = mapped_column(ForeignKey("commitment_standard.id"), index=True)
    period: Mapped[Period] = mapped_column(code_of(Period))
    # The day itself, or 1 January of the year.
    day: Mapped[date]
    due_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    reason: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[CommitmentState] = mapped_column(
        code_of(CommitmentState), default=CommitmentState.DRAFT
    )
    production: Mapped[Production] = mapped_column(code_of(Production))
    # Operation -> how many.
    operations: Mapped[dict[str, int]] = mapped_column(JsonValue, default=dict)
    starts: Mapped[int] = mapped_column(default=0)
    stops: Mapped[int] = mapped_column(default=0)
    trials: Mapped[int] = mapped_column(default=0)
    # As the ledgers said when this was last written.
    majors: Mapped[int] = mapped_column(default=0)
    sources: Mapped[int] = mapped_column(default=0)
    statement: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(40))
    # Of the first revision: a correction is as timely as what it corrects.
    first_published_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[str] = mapped_column(String(40), default="")

    standard: Mapped[CommitmentStandard] = relationship(lazy="raise_on_sql")
    signatures: Mapped[list[CommitmentSignature]] = relationship(
        back_populates="commitment",
        order_by="CommitmentSignature.level, CommitmentSignature.id",
        cascade="all, delete-orphan",
        lazy="select",
    )

    @property
    def operation_count(self) -> int:
        return sum((self.operations or {}).values())

    @property
    def is_correction(self) -> bool:
        return self.revision > 1


class CommitmentSignature(Base):
    """Who signed for which post of which level, typed or drawn (PNG)."""

    __tablename__ = "commitment_signature"
    __table_args__ = (UniqueConstraint("commitment_id", "level", "post"),)

    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"))
    level: Mapped[int]
    level_name: Mapped[str] = mapped_column(String(40))
    post: Mapped[str] = mapped_column(String(40), default="")
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    signed_at: Mapped[datetime]
    # Nothing: the name was typed.
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)

    commitment: Mapped[Commitment] = relationship(back_populates="signatures")
    attachment: Mapped[Attachment | None] = relationship(lazy="joined")


class CommitmentMissed(_OfCommitment, Base):
    """That the hour passed without a commitment; stays when it is made up for."""

    __tablename__ = "commitment_missed"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "period", "day"),
        Index("ix_commitment_missed_period_day", "period", "day"),
        Index("ix_commitment_missed_enterprise_id_due_at", "enterprise_id", "due_at"),
        Index(
            "ix_commitment_missed_untold",
            "id",
            sqlite_where=text("told_at IS NULL"),
            postgresql_where=text("told_at IS NULL"),
        ),
    )

    period: Mapped[Period] = mapped_column(code_of(Period))
    day: Mapped[date]
    due_at: Mapped[datetime]
    noted_at: Mapped[datetime]
    # When the officer was told, in one notice with all others.
    told_at: Mapped[datetime | None]
    made_up_at: Mapped[datetime | None]


class CommitmentCutoff(Base):
    """That everybody of a standard was looked at after the hour of a period."""

    __tablename__ = "commitment_cutoff"
    __table_args__ = (UniqueConstraint("standard_code", "period", "day"),)

    standard_code: Mapped[str] = mapped_column(String(40))
    period: Mapped[Period] = mapped_column(code_of(Period))
    day: Mapped[date]
    looked_at: Mapped[datetime]
    missed: Mapped[int] = mapped_column(default=0)


class CommitmentMonth(_OfCommitment, Base):
    """An enterprise's commitments of a month in figures: lists and scores read these."""

    __tablename__ = "commitment_month"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "month"),
        CheckConstraint("due = kept + late + missed", name="adds_up"),
        Index("ix_commitment_month_month_missed", "month", "missed", "enterprise_id"),
    )

    # Its first day; a commitment belongs to the month in which it falls due.
    month: Mapped[date]
    due: Mapped[int] = mapped_column(default=0)
    kept: Mapped[int] = mapped_column(default=0)
    late: Mapped[int] = mapped_column(default=0)
    missed: Mapped[int] = mapped_column(default=0)
