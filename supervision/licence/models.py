"""Types of licences in versions; licences with their scope, files and history."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core import clock
from supervision.core.actor import Side
from supervision.core.attachments import Attachment, AttachmentLink
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.core.find_models import Searchable, SearchSpec
from supervision.core.statutory import Certainty
from supervision.core.validity import Standing, Validity, days_left, standing
from supervision.enterprise.models import OwnedByEnterprise
from supervision.licence import rules
from supervision.licence.rules import FileKind, Item, Means, Origin, Terms
from supervision.licence.workflow import LIVE, UNVERIFIED, LicenceState

_KEPT = text("status <> 'discarded'")
_FIRST = text("status <> 'discarded' AND origin = 'first'")


class LicenceType(Versioned, Base):
    """One version of a type of licence. A change ends this version and begins another."""

    __tablename__ = "licence_type"
    __table_args__ = (
        CheckConstraint("term_months > 0", name="term_positive"),
        CheckConstraint("apply_months > 0", name="deadline_positive"),
        CheckConstraint(
            "apply_months IS NULL OR term_months IS NULL OR apply_months < term_months",
            name="deadline_within_term",
        ),
        Index("ix_licence_type_code_effective_from", "code", "effective_from"),
    )

    code: Mapped[str] = mapped_column(String(24))
    name: Mapped[str] = mapped_column(String(80))
    law: Mapped[str] = mapped_column(String(120))
    # None: it has no end; nothing is to be applied for; no review in between.
    term_months: Mapped[int | None]
    apply_months: Mapped[int | None]
    review_months: Mapped[int | None]
    # How long the authority may take for its decision, and the enterprise to report a change.
    decision_days: Mapped[int | None]
    change_days: Mapped[int | None]
    has_scope: Mapped[bool] = mapped_column(Boolean, default=False)
    has_storage: Mapped[bool] = mapped_column(Boolean, default=False)
    is_extendable: Mapped[bool] = mapped_column(Boolean, default=False)
    # Who needs it: beginnings of GB/T 4754 codes, and what chemicals are there for; see
    # :func:`supervision.licence.rules.is_needed`.
    industries: Mapped[str] = mapped_column(String(200), default="")
    purposes: Mapped[str] = mapped_column(String(80), default="")
    needed_certainty: Mapped[Certainty] = mapped_column(code_of(Certainty))
    effective_from: Mapped[date]
    # Inclusive. The day before ``effective_from`` for a version replaced on its own first day.
    effective_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(200))
    certainty: Mapped[Certainty] = mapped_column(code_of(Certainty))
    note: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(80))

    @property
    def terms(self) -> Terms:
        return Terms(self.term_months, self.apply_months, self.has_scope, self.is_extendable)

    @property
    def is_needed_by_somebody(self) -> bool:
        return bool(self.industries or self.purposes)


class Licence(Searchable, Versioned, OwnedByEnterprise, Base):
    """A licence that an enterprise holds or held. Never deleted: a wrong entry is discarded."""

    __search__ = SearchSpec("licence", texts=("number",), numbers=("number",))

    __tablename__ = "licence"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="end_after_beginning"),
        CheckConstraint("apply_by IS NULL OR apply_by < valid_to", name="deadline_before_end"),
        CheckConstraint("(origin = 'first') = (renews_id IS NULL)", name="follows_another"),
        CheckConstraint(
            "(status IN ('draft', 'returned', 'discarded')) = (verified_at IS NULL)",
            name="verified_has_time",
        ),
        CheckConstraint("(verified_at IS NULL) = (means IS NULL)", name="verified_has_means"),
        CheckConstraint(
            "(status IN ('revoked', 'expired', 'surrendered', 'replaced'))"
            " = (ended_on IS NOT NULL)",
            name="ended_has_day",
        ),
        CheckConstraint(
            "(status = 'suspended') = (suspended_on IS NOT NULL)", name="suspended_has_day"
        ),
        CheckConstraint(
            "status NOT IN ('suspended', 'revoked', 'surrendered')"
            " OR (decision_number <> '' AND decided_on IS NOT NULL AND decision_reason <> '')",
            name="decided_has_evidence",
        ),
        CheckConstraint("status <> 'expired' OR valid_to IS NOT NULL", name="expired_had_end"),
        Index("ix_licence_status_apply_by", "status", "apply_by"),
        Index("ix_licence_status_valid_to", "status", "valid_to"),
        # A paper is entered once; its renewals often keep the number.
        Index(
            "uq_licence_first_number",
            "type_code",
            "number",
            unique=True,
            sqlite_where=_FIRST,
            postgresql_where=_FIRST,
        ),
        Index(
            "uq_licence_successor",
            "renews_id",
            unique=True,
            sqlite_where=_KEPT,
            postgresql_where=_KEPT,
        ),
    )

    # The version of the type that was in force when it was issued.
    type_id: Mapped[int] = mapped_column(ForeignKey("licence_type.id"), index=True)
    type_code: Mapped[str] = mapped_column(String(24), index=True)
    number: Mapped[str] = mapped_column(String(60), index=True)
    status: Mapped[LicenceState] = mapped_column(code_of(LicenceState), default=LicenceState.DRAFT)
    origin: Mapped[Origin] = mapped_column(code_of(Origin), default=Origin.FIRST)
    renews_id: Mapped[int | None] = mapped_column(ForeignKey("licence.id"))
    issuing_authority: Mapped[str] = mapped_column(String(120))
    issued_on: Mapped[date]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    # The last day to apply for a renewal, by the version of the type.
    apply_by: Mapped[date | None]
    scope_text: Mapped[str] = mapped_column(Text, default="")
    with_storage: Mapped[bool | None]

    # A renewal was asked for, and is not decided yet.
    applied_on: Mapped[date | None]
    application_number: Mapped[str] = mapped_column(String(60), default="")
    # Its successor was verified; it runs on until that one begins.
    renewed_on: Mapped[date | None]

    # The last decision on it: suspended, resumed, revoked, surrendered, renewal refused.
    decision_number: Mapped[str] = mapped_column(String(80), default="")
    decided_on: Mapped[date | None]
    decision_reason: Mapped[str] = mapped_column(Text, default="")
    suspended_on: Mapped[date | None]
    ended_on: Mapped[date | None]

    verified_at: Mapped[datetime | None]
    verified_by_id: Mapped[int | None]
    verified_by: Mapped[str] = mapped_column(String(80), default="")
    means: Mapped[Means | None] = mapped_column(code_of(Means))
    created_at: Mapped[datetime] = mapped_column(index=True)
    created_by_id: Mapped[int]
    created_by: Mapped[str] = mapped_column(String(80))

    type: Mapped[LicenceType] = relationship(lazy="raise_on_sql")
    renews: Mapped[Licence | None] = relationship(
        remote_side="Licence.id", back_populates="successors", lazy="raise_on_sql"
    )
    successors: Mapped[list[Licence]] = relationship(
        back_populates="renews", order_by="Licence.id", lazy="raise_on_sql"
    )
    items: Mapped[list[LicenceScopeItem]] = relationship(
        back_populates="licence",
        order_by="LicenceScopeItem.cas",
        cascade="all, delete-orphan",
        lazy="raise_on_sql",
    )
    files: Mapped[list[LicenceFile]] = relationship(
        back_populates="licence", order_by="LicenceFile.id", lazy="raise_on_sql"
    )
    events: Mapped[list[LicenceEvent]] = relationship(
        back_populates="licence", order_by="LicenceEvent.id", lazy="raise_on_sql"
    )

    @property
    def validity(self) -> Validity:
        return Validity(self.valid_from, self.valid_to, self.apply_by)

    @property
    def is_applied(self) -> bool:
        return self.applied_on is not None

    @property
    def is_renewed(self) -> bool:
        return self.renewed_on is not None

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def is_unverified(self) -> bool:
        return self.status in UNVERIFIED

    @property
    def standing(self) -> Standing | None:
        """Where it stands today; None for what is not in force and did not simply expire."""
        if self.status is LicenceState.EXPIRED:
            return Standing.EXPIRED
        if not self.is_live:
            return None
        return standing(self.validity, clock.today(), applied=self.is_applied or self.is_renewed)

    @property
    def days_left(self) -> int | None:
        """Days to the one that binds; None where it has no end or is not in force."""
        if not self.is_live or self.valid_to is None:
            return None
        return days_left(self.validity, clock.today())

    @property
    def successor(self) -> Licence | None:
        """The one that follows it, verified or not."""
        kept = (s for s in self.successors if s.status is not LicenceState.DISCARDED)
        return next(kept, None)

    @property
    def scope(self) -> tuple[Item, ...]:
        return tuple(Item(item.cas, item.name) for item in self.items)

    def files_of(self, kind: FileKind) -> list[LicenceFile]:
        return [f for f in self.files if f.kind is kind]

    @property
    def origins(self) -> tuple[Origin, ...]:
        """How it can be followed now."""
        return rules.origins(self.status, self.type.terms, has_successor=self.successor is not None)


class LicenceScopeItem(Base):
    """A chemical that a licence names."""

    __tablename__ = "licence_scope_item"
    __table_args__ = (Index("uq_licence_scope_item_cas", "licence_id", "cas", unique=True),)

    licence_id: Mapped[int] = mapped_column(ForeignKey("licence.id"))
    cas: Mapped[str] = mapped_column(String(12), index=True)
    name: Mapped[str] = mapped_column(String(80))

    licence: Mapped[Licence] = relationship(back_populates="items")


class LicenceFile(AttachmentLink, Base):
    """A scan of the paper, of an application or of a decision."""

    __tablename__ = "licence_file"

    licence_id: Mapped[int] = mapped_column(ForeignKey("licence.id"), index=True)
    kind: Mapped[FileKind] = mapped_column(code_of(FileKind))

    licence: Mapped[Licence] = relationship(back_populates="files")
    attachment: Mapped[Attachment] = relationship(lazy="joined")


class LicenceEvent(OwnedByEnterprise, Base):
    """One step of a licence's history: actor, time, evidence. Written with the step itself."""

    __tablename__ = "licence_event"
    __table_args__ = (Index("ix_licence_event_enterprise_id_at", "enterprise_id", "at"),)

    licence_id: Mapped[int] = mapped_column(ForeignKey("licence.id"), index=True)
    action: Mapped[str] = mapped_column(String(32))
    from_status: Mapped[LicenceState | None] = mapped_column(code_of(LicenceState))
    to_status: Mapped[LicenceState] = mapped_column(code_of(LicenceState))
    at: Mapped[datetime]
    actor_id: Mapped[int]
    actor_name: Mapped[str] = mapped_column(String(80))
    actor_side: Mapped[Side] = mapped_column(code_of(Side))
    note: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(JsonValue, default=dict)

    licence: Mapped[Licence] = relationship(back_populates="events")
