"""Tickets, their history, files and extensions; the criteria of major hazards."""

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
    and_,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core import clock
from supervision.core.actor import Side
from supervision.core.attachments import Attachment, AttachmentLink
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.core.find_models import Searchable, SearchSpec
from supervision.core.statutory import Certainty
from supervision.enterprise.models import OwnedByEnterprise
from supervision.hazard import major_rules, rules
from supervision.hazard.clock_models import HazardClock
from supervision.hazard.listing_models import HazardListing
from supervision.hazard.listing_workflow import ListingState
from supervision.hazard.major_rules import Duty, RecordForm, RecordKind
from supervision.hazard.rules import Category, Factor, Grade, InvalidReason, Source
from supervision.hazard.workflow import (
    OPEN,
    SETTLED,
    WITH_ENTERPRISE,
    ExtensionState,
    HazardState,
    RegradeState,
)

_SETTLED_SQL = ", ".join(f"'{s}'" for s in sorted(SETTLED))
_UNSETTLED = text(f"status NOT IN ({_SETTLED_SQL})")
_PENDING = text("status = 'pending'")
_REPEATED = text("repeated_on IS NOT NULL")


class HazardCriterion(Base):
    """One item of a list of major hazards, in one version."""

    __tablename__ = "hazard_criterion"

    code: Mapped[str] = mapped_column(String(24), index=True)
    article: Mapped[str] = mapped_column(String(40), default="")
    sector: Mapped[str] = mapped_column(String(40), index=True)
    text: Mapped[str] = mapped_column(Text)
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(120))
    certainty: Mapped[Certainty] = mapped_column(code_of(Certainty))


class Hazard(Searchable, Versioned, OwnedByEnterprise, Base):
    """One hidden hazard. Nothing is physically deleted; what is wrong becomes ``invalid``."""

    __search__ = SearchSpec("hazard", numbers=("number",))

    __tablename__ = "hazard"
    __table_args__ = (
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_has_time"),
        CheckConstraint(
            "status IN ('reported', 'invalid', 'transferred') OR grade IS NOT NULL",
            name="graded_has_grade",
        ),
        CheckConstraint(
            "status IN ('reported', 'graded', 'invalid', 'transferred')"
            " OR (due_on IS NOT NULL AND responsible_person <> '')",
            name="assigned_has_deadline",
        ),
        CheckConstraint(
            "status NOT IN ('submitted', 'closed') OR"
            " (submitted_at IS NOT NULL AND rectified_by_id IS NOT NULL)",
            name="submitted_has_author",
        ),
        CheckConstraint(
            "(status = 'invalid') = (invalid_reason IS NOT NULL)", name="invalid_has_reason"
        ),
        CheckConstraint(
            "(status = 'transferred') = (transferred_to IS NOT NULL)",
            name="transferred_has_receiver",
        ),
        CheckConstraint("verified_by_id <> rectified_by_id", name="verifier_is_another"),
        Index("ix_hazard_enterprise_id_found_at", "enterprise_id", "found_at"),
        # With all that counting open tickets asks, so that it reads no ticket.
        Index(
            "ix_hazard_status_due_on", "status", "due_on", "submitted_on", "grade", "enterprise_id"
        ),
        Index("ix_hazard_merge_key_closed_at", "merge_key", "closed_at"),
        Index(
            "ix_hazard_repeated_on",
            "repeated_on",
            sqlite_where=_REPEATED,
            postgresql_where=_REPEATED,
        ),
        # One open ticket for the same camera, rule and zone, whoever confirms first.
        Index(
            "uq_hazard_open_merge_key",
            "merge_key",
            unique=True,
            sqlite_where=_UNSETTLED,
            postgresql_where=_UNSETTLED,
        ),
    )

    number: Mapped[str] = mapped_column(String(32), unique=True)
    status: Mapped[HazardState] = mapped_column(code_of(HazardState), default=HazardState.REPORTED)
    raised_side: Mapped[Side] = mapped_column(code_of(Side))
    source: Mapped[Source] = mapped_column(code_of(Source))
    merge_key: Mapped[str | None] = mapped_column(String(160))
    # The closed ticket of the same thing, where it came back soon or comes back often.
    repeat_of_id: Mapped[int | None] = mapped_column(ForeignKey("hazard.id"), index=True)
    # The statutory day on which it did.
    repeated_on: Mapped[date | None]

    found_at: Mapped[datetime] = mapped_column(index=True)
    place: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text)
    factor: Mapped[Factor] = mapped_column(code_of(Factor))
    category: Mapped[Category] = mapped_column(code_of(Category))
    basis: Mapped[str] = mapped_column(Text, default="")
    reported_by_id: Mapped[int]
    reported_by: Mapped[str] = mapped_column(String(40))

    grade: Mapped[Grade | None] = mapped_column(code_of(Grade))
    # The version of the criterion in force when it was graded; later versions change nothing here.
    criterion_id: Mapped[int | None] = mapped_column(ForeignKey("hazard_criterion.id"))
    grade_reason: Mapped[str] = mapped_column(Text, default="")

    responsible_person: Mapped[str] = mapped_column(String(40), default="")
    # Who has the ticket in the authority; empty: whoever is in charge of the enterprise.
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    due_on: Mapped[date | None]
    first_due_on: Mapped[date | None]

    # The enterprise's part.
    measures: Mapped[str] = mapped_column(Text, default="")
    plan: Mapped[str] = mapped_column(Text, default="")
    funds_planned: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    funds_spent: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    workers_notified_on: Mapped[date | None]
    rectified_by_id: Mapped[int | None]
    rectified_by: Mapped[str] = mapped_column(String(40), default="")
    rectification: Mapped[str] = mapped_column(Text, default="")
    submitted_at: Mapped[datetime | None]
    # The statutory day of ``submitted_at``, so that SQL compares days with days.
    submitted_on: Mapped[date | None]

    # The raising side's part.
    verified_by_id: Mapped[int | None]
    verified_by: Mapped[str] = mapped_column(String(40), default="")
    verification: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    closed_on: Mapped[date | None] = mapped_column(index=True)
    returned_count: Mapped[int] = mapped_column(default=0)
    invalid_reason: Mapped[InvalidReason | None] = mapped_column(code_of(InvalidReason))
    transferred_to: Mapped[str | None] = mapped_column(String(120))
    settled_note: Mapped[str] = mapped_column(Text, default="")
    # The number of the order that binds it now; only that order's papers settle it then.
    under_order: Mapped[str] = mapped_column(String(60), default="")

    criterion: Mapped[HazardCriterion | None] = relationship(lazy="select")
    repeat_of: Mapped[Hazard | None] = relationship(remote_side="Hazard.id", lazy="select")
    files: Mapped[list[HazardFile]] = relationship(
        back_populates="hazard", order_by="HazardFile.id", lazy="select"
    )
    events: Mapped[list[HazardEvent]] = relationship(
        back_populates="hazard", order_by="HazardEvent.id", lazy="select"
    )
    extensions: Mapped[list[HazardExtension]] = relationship(
        back_populates="hazard", order_by="HazardExtension.id", lazy="select"
    )

    plans: Mapped[list[HazardPlan]] = relationship(
        back_populates="hazard", order_by="HazardPlan.id", lazy="select"
    )
    records: Mapped[list[HazardRecord]] = relationship(
        back_populates="hazard", order_by="HazardRecord.id", lazy="select"
    )

    regrades: Mapped[list[HazardRegrade]] = relationship(
        back_populates="hazard", order_by="HazardRegrade.id", lazy="select"
    )

    clocks: Mapped[list[HazardClock]] = relationship(
        back_populates="hazard", order_by="HazardClock.id", lazy="select"
    )

    listings: Mapped[list[HazardListing]] = relationship(
        back_populates="hazard", order_by="HazardListing.id", lazy="select"
    )

    @property
    def is_listed(self) -> bool:
        """Under listed supervision now: it closes when it has been delisted."""
        return any(listing.is_in_force for listing in self.listings)

    @property
    def is_under_review(self) -> bool:
        """The enterprise has applied for the review of its listed supervision."""
        return any(listing.status is ListingState.REVIEW_APPLIED for listing in self.listings)

    @property
    def pending_regrade(self) -> HazardRegrade | None:
        """The change of the grade that waits for its decision."""
        waiting = (r for r in self.regrades if r.status is RegradeState.PENDING)
        return next(waiting, None) if self.is_open else None

    @property
    def current_plan(self) -> HazardPlan | None:
        """The plan in six parts that holds now; earlier ones stay as they were filed."""
        return self.plans[-1] if self.plans else None

    @property
    def open_duties(self) -> list[Duty]:
        """What the law still asks for before this ticket can be submitted or closed."""
        if self.grade is not Grade.MAJOR:
            return []
        kinds = (record.kind for record in self.records)
        return major_rules.open_duties(has_plan=bool(self.plans), records=kinds)

    def told_on(self, kind: RecordKind) -> date | None:
        """The first day on which the enterprise told them."""
        return min((r.given_on for r in self.records if r.kind is kind), default=None)

    @property
    def is_overdue(self) -> bool:
        return rules.is_overdue(self.status, self.due_on, self.submitted_on, clock.today())

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def pending_extension(self) -> HazardExtension | None:
        """The request that waits for its reply; one on a settled ticket waits for nothing."""
        waiting = (e for e in self.extensions if e.status is ExtensionState.PENDING)
        return next(waiting, None) if self.is_open else None

    def files_of(self, kind: str) -> list[HazardFile]:
        return [f for f in self.files if f.kind == kind]


def overdue_clause(today: date) -> ColumnElement[bool]:
    """:func:`supervision.hazard.rules.is_overdue` as SQL."""
    late = and_(Hazard.status == HazardState.SUBMITTED, Hazard.submitted_on > Hazard.due_on)
    return and_(Hazard.due_on < today, or_(Hazard.status.in_(WITH_ENTERPRISE), late))


class HazardEvent(Base):
    """One step of a ticket's history: actor, time, note. Written with the step itself."""

    __tablename__ = "hazard_event"

    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazard.id"), index=True)
    action: Mapped[str] = mapped_column(String(32))
    from_status: Mapped[HazardState | None] = mapped_column(code_of(HazardState))
    to_status: Mapped[HazardState] = mapped_column(code_of(HazardState))
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int]
    actor_name: Mapped[str] = mapped_column(String(80))
    actor_side: Mapped[Side] = mapped_column(code_of(Side))
    note: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(JsonValue, default=dict)

    hazard: Mapped[Hazard] = relationship(back_populates="events")


class HazardFile(AttachmentLink, Base):
    """A photo or clip of a ticket: as found, as rectified, or evidence from a camera."""

    __tablename__ = "hazard_file"

    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazard.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))

    hazard: Mapped[Hazard] = relationship(back_populates="files")
    attachment: Mapped[Attachment] = relationship(lazy="joined")


class HazardExtension(Versioned, Base):
    """A request for a later deadline, with its reply."""

    __tablename__ = "hazard_extension"
    __table_args__ = (
        CheckConstraint(
            "(status = 'granted') = (granted_due_on IS NOT NULL)", name="granted_has_day"
        ),
        CheckConstraint("(status = 'pending') = (decided_at IS NULL)", name="decided_has_time"),
        Index(
            "uq_hazard_extension_pending",
            "hazard_id",
            unique=True,
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
    )

    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazard.id"), index=True)
    status: Mapped[ExtensionState] = mapped_column(
        code_of(ExtensionState), default=ExtensionState.PENDING
    )
    previous_due_on: Mapped[date]
    requested_due_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    # What the window of the law said of the request (a msgid), and by which version.
    warning: Mapped[str] = mapped_column(String(200), default="")
    window_rule_id: Mapped[int | None] = mapped_column(ForeignKey("statutory_rule.id"))
    requested_at: Mapped[datetime]
    requested_by_id: Mapped[int]
    requested_by: Mapped[str] = mapped_column(String(40))
    granted_due_on: Mapped[date | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(Text, default="")

    hazard: Mapped[Hazard] = relationship(back_populates="extensions")


class HazardPlan(Base):
    """A rectification plan in six parts, as filed; a later one replaces it, none is changed."""

    __tablename__ = "hazard_plan"

    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazard.id"), index=True)
    goals: Mapped[str] = mapped_column(Text)
    methods: Mapped[str] = mapped_column(Text)
    funds: Mapped[str] = mapped_column(Text)
    people: Mapped[str] = mapped_column(Text)
    schedule: Mapped[str] = mapped_column(Text)
    safety: Mapped[str] = mapped_column(Text)
    filed_at: Mapped[datetime]
    filed_by_id: Mapped[int]
    filed_by: Mapped[str] = mapped_column(String(40))

    hazard: Mapped[Hazard] = relationship(back_populates="plans")


class HazardRecord(Base):
    """That a major hazard was reported, or made known to the workers. Never changed."""

    __tablename__ = "hazard_record"

    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazard.id"), index=True)
    kind: Mapped[RecordKind] = mapped_column(code_of(RecordKind))
    given_on: Mapped[date]
    form: Mapped[RecordForm] = mapped_column(code_of(RecordForm))
    given_by: Mapped[str] = mapped_column(String(40))
    receiver: Mapped[str] = mapped_column(String(120), default="")
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int]
    recorded_by: Mapped[str] = mapped_column(String(40))

    hazard: Mapped[Hazard] = relationship(back_populates="records")
    attachment: Mapped[Attachment | None] = relationship(lazy="joined")


class HazardRegrade(Versioned, Base):
    """A change of the grade, with its reason and the decision of another person."""

    __tablename__ = "hazard_regrade"
    __table_args__ = (
        CheckConstraint("from_grade <> to_grade", name="grade_changes"),
        CheckConstraint("(status = 'pending') = (decided_at IS NULL)", name="decided_has_time"),
        Index(
            "uq_hazard_regrade_pending",
            "hazard_id",
            unique=True,
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
    )

    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazard.id"), index=True)
    status: Mapped[RegradeState] = mapped_column(code_of(RegradeState))
    from_grade: Mapped[Grade] = mapped_column(code_of(Grade))
    to_grade: Mapped[Grade] = mapped_column(code_of(Grade))
    from_criterion_id: Mapped[int | None] = mapped_column(ForeignKey("hazard_criterion.id"))
    to_criterion_id: Mapped[int | None] = mapped_column(ForeignKey("hazard_criterion.id"))
    from_reason: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text)
    requested_at: Mapped[datetime]
    requested_by_id: Mapped[int]
    requested_by: Mapped[str] = mapped_column(String(40))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(Text, default="")

    hazard: Mapped[Hazard] = relationship(back_populates="regrades")
