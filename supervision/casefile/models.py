"""Cases with their officers, hazards, evidence, decisions, papers, clocks and history."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    and_,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.authority.models import Authority
from supervision.casefile.rules import (
    CaseOutcome,
    CaseSource,
    DecisionState,
    EvidenceKind,
    PaperKind,
    PenaltyKind,
    may_prove,
)
from supervision.casefile.workflow import FILED, OPEN, CaseState
from supervision.core.actor import Actor, Side
from supervision.core.attachments import Attachment
from supervision.core.clocks import ClockColumns, clock_checks
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.core.documents.models import Document
from supervision.core.find_models import Searchable, SearchSpec
from supervision.core.statutory import StatutoryRule
from supervision.enterprise.models import OwnedByEnterprise, owned_filter
from supervision.hazard.models import Hazard, HazardFile
from supervision.order.models import Order, ServiceConfirmation
from supervision.order.rules import ServiceMethod

_FILED_SQL = ", ".join(f"'{s}'" for s in sorted(FILED))


class Case(Searchable, Versioned, OwnedByEnterprise, Base):
    """One case against one enterprise. Its number comes with the approval of the filing."""

    __search__ = SearchSpec("case", texts=("number", "cause"), numbers=("number",))

    __tablename__ = "case_file"
    __table_args__ = (
        CheckConstraint(
            "(number IS NULL) = (serial IS NULL) AND (number IS NULL) = (year IS NULL)"
            " AND (number IS NULL) = (filed_on IS NULL) AND (number IS NULL) = (filed_by_id IS NULL)",
            name="number_comes_at_filing",
        ),
        CheckConstraint(
            f"(status IN ({_FILED_SQL})) = (number IS NOT NULL)", name="filed_has_number"
        ),
        CheckConstraint("filed_by_id <> created_by_id", name="approver_is_another"),
        CheckConstraint(
            "status NOT IN ('executed', 'closing') OR executed_on IS NOT NULL",
            name="executed_has_day",
        ),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_has_time"),
        CheckConstraint("(status = 'closed') = (outcome IS NOT NULL)", name="closed_has_outcome"),
        CheckConstraint(
            "status NOT IN ('not_filed', 'withdrawn') OR ended_reason <> ''",
            name="ended_has_reason",
        ),
        UniqueConstraint("authority_id", "year", "serial"),
        Index("ix_case_file_enterprise_id_created_at", "enterprise_id", "created_at"),
        Index("ix_case_file_status_created_at", "status", "created_at"),
    )

    status: Mapped[CaseState] = mapped_column(code_of(CaseState), default=CaseState.DRAFT)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    cause: Mapped[str] = mapped_column(String(200))
    source: Mapped[CaseSource] = mapped_column(code_of(CaseSource))
    source_note: Mapped[str] = mapped_column(String(200), default="")
    order_id: Mapped[int | None] = mapped_column(ForeignKey("legal_order.id"), index=True)
    facts: Mapped[str] = mapped_column(Text, default="")

    number: Mapped[str | None] = mapped_column(String(60), unique=True)
    serial: Mapped[int | None]
    year: Mapped[int | None]

    created_at: Mapped[datetime]
    created_by_id: Mapped[int]
    created_by: Mapped[str] = mapped_column(String(40))
    # Opinions as they go on the papers: handler, reviewer (who need not be asked), approver.
    handler_opinion: Mapped[str] = mapped_column(Text, default="")
    handler_by: Mapped[str] = mapped_column(String(40), default="")
    handler_on: Mapped[date | None]
    filing_opinion: Mapped[str] = mapped_column(Text, default="")
    filed_by_id: Mapped[int | None]
    filed_by: Mapped[str] = mapped_column(String(40), default="")
    filed_on: Mapped[date | None] = mapped_column(index=True)

    published_on: Mapped[date | None]
    published_where: Mapped[str] = mapped_column(String(120), default="")
    executed_on: Mapped[date | None]
    execution: Mapped[str] = mapped_column(Text, default="")
    closing_opinion: Mapped[str] = mapped_column(Text, default="")
    closing_by: Mapped[str] = mapped_column(String(40), default="")
    closing_on: Mapped[date | None]
    close_opinion: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(String(40), default="")
    outcome: Mapped[CaseOutcome | None] = mapped_column(code_of(CaseOutcome))
    ended_reason: Mapped[str] = mapped_column(Text, default="")

    authority: Mapped[Authority] = relationship(lazy="raise_on_sql")
    order: Mapped[Order | None] = relationship(lazy="raise_on_sql")
    officers: Mapped[list[CaseOfficer]] = relationship(
        back_populates="case",
        order_by="CaseOfficer.id",
        lazy="selectin",
        cascade="all, delete-orphan",
    )
    hazards: Mapped[list[CaseHazard]] = relationship(
        back_populates="case",
        order_by="CaseHazard.id",
        lazy="select",
        cascade="all, delete-orphan",
    )
    evidence: Mapped[list[CaseEvidence]] = relationship(
        back_populates="case", order_by="CaseEvidence.position", lazy="select"
    )
    decisions: Mapped[list[CaseDecision]] = relationship(
        back_populates="case", order_by="CaseDecision.id", lazy="select"
    )
    clocks: Mapped[list[CaseClock]] = relationship(
        back_populates="case", order_by="CaseClock.id", lazy="selectin"
    )
    papers: Mapped[list[CasePaper]] = relationship(
        back_populates="case", order_by="CasePaper.id", lazy="select"
    )
    events: Mapped[list[CaseEvent]] = relationship(
        back_populates="case", order_by="CaseEvent.id", lazy="select"
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """The authority's own affair: an enterprise sees its served decisions, no case."""
        if actor.side is Side.ENTERPRISE:
            return false()
        return owned_filter(cls.enterprise_id, actor)  # type: ignore[arg-type]

    @property
    def handler_ids(self) -> frozenset[int]:
        return frozenset({self.created_by_id, *(o.account_id for o in self.officers)})

    @property
    def writer_ids(self) -> frozenset[int]:
        wrote = {"edit", "submit", "propose"}
        return frozenset({e.actor_id for e in self.events if e.action in wrote})

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def decision(self) -> CaseDecision | None:
        """What is proposed, or holds; not what was rejected or annulled."""
        held = {DecisionState.PROPOSED, DecisionState.DECIDED}
        return next((d for d in reversed(self.decisions) if d.status in held), None)

    @property
    def usable_evidence(self) -> list[CaseEvidence]:
        return [e for e in self.evidence if e.is_usable]

    def clock(self, code: str) -> CaseClock | None:
        """The running clock of ``code``."""
        return next((c for c in reversed(self.clocks) if c.code == code and c.is_running), None)

    @property
    def next_clock(self) -> CaseClock | None:
        """The running clock that ends first."""
        running = [c for c in self.clocks if c.is_running and c.due_on is not None]
        return min(running, key=lambda c: (c.due_on or date.max, c.id), default=None)


class CaseOfficer(Base):
    """Who handles it, with the certificate held when the case was opened."""

    __tablename__ = "case_officer"
    __table_args__ = (UniqueConstraint("case_id", "account_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    certificate_no: Mapped[str] = mapped_column(String(40))

    case: Mapped[Case] = relationship(back_populates="officers")


class CaseHazard(Base):
    """A hazard that the case is about."""

    __tablename__ = "case_hazard"
    __table_args__ = (UniqueConstraint("case_id", "hazard_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazard.id"), index=True)

    case: Mapped[Case] = relationship(back_populates="hazards")
    hazard: Mapped[Hazard] = relationship(lazy="raise_on_sql")


class CaseEvidence(Base):
    """One line of the list of evidence. Never deleted: what is taken off keeps its reason."""

    __tablename__ = "case_evidence"
    __table_args__ = (UniqueConstraint("case_id", "position"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[EvidenceKind] = mapped_column(code_of(EvidenceKind))
    source: Mapped[str] = mapped_column(String(120))
    copies: Mapped[int] = mapped_column(default=1)
    pages: Mapped[int] = mapped_column(default=1)
    note: Mapped[str] = mapped_column(Text, default="")
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    hazard_file_id: Mapped[int | None] = mapped_column(ForeignKey("hazard_file.id"), index=True)
    # Recorded by electronic monitoring (art. 41), and the review of the device that allows it.
    is_monitoring: Mapped[bool] = mapped_column(Boolean, default=False)
    review_reference: Mapped[str] = mapped_column(String(200), default="")
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(40))
    removed_reason: Mapped[str] = mapped_column(Text, default="")

    case: Mapped[Case] = relationship(back_populates="evidence")
    attachment: Mapped[Attachment | None] = relationship(lazy="joined")
    hazard_file: Mapped[HazardFile | None] = relationship(lazy="select")

    @property
    def may_prove(self) -> bool:
        return may_prove(
            self.kind, is_monitoring=self.is_monitoring, review_reference=self.review_reference
        )

    @property
    def is_usable(self) -> bool:
        return not self.removed_reason and self.may_prove


class CaseDecision(Versioned, OwnedByEnterprise, Base):
    """What a handler proposes and another person decides; an annulled one stays, void."""

    __tablename__ = "case_decision"
    __table_args__ = (
        CheckConstraint(
            "(number IS NULL) = (decided_on IS NULL) AND (number IS NULL) = (decided_by_id IS NULL)"
            " AND (number IS NULL) = (document_id IS NULL)",
            name="number_comes_with_decision",
        ),
        CheckConstraint(
            "(status IN ('decided', 'annulled')) = (number IS NOT NULL)", name="decided_has_number"
        ),
        CheckConstraint("decided_by_id <> proposed_by_id", name="decider_is_another"),
        CheckConstraint(
            "(status = 'annulled') = (annulled_on IS NOT NULL)", name="annulled_has_day"
        ),
        CheckConstraint("served_at IS NULL OR number IS NOT NULL", name="served_was_decided"),
        CheckConstraint("method <> 'lien' OR witness <> ''", name="lien_has_witness"),
        CheckConstraint(
            "(method = 'electronic') = (confirmation_id IS NOT NULL)",
            name="electronic_has_confirmation",
        ),
        Index("ix_case_decision_enterprise_id_decided_on", "enterprise_id", "decided_on"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    status: Mapped[DecisionState] = mapped_column(code_of(DecisionState))
    penalties: Mapped[list[Any]] = mapped_column(JsonValue)
    fine_yuan: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    facts: Mapped[str] = mapped_column(Text)
    evidence_text: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    discretion: Mapped[str] = mapped_column(Text, default="")
    decision_text: Mapped[str] = mapped_column(Text)
    pay_within: Mapped[str] = mapped_column(Text, default="")
    # Whether it counts for art. 113: the case is about a major hazard.
    for_major: Mapped[bool] = mapped_column(Boolean)
    legal_reviewer: Mapped[str] = mapped_column(String(40), default="")
    legal_review_on: Mapped[date | None]
    legal_opinion: Mapped[str] = mapped_column(Text, default="")

    proposed_at: Mapped[datetime]
    proposed_by_id: Mapped[int]
    proposed_by: Mapped[str] = mapped_column(String(40))
    number: Mapped[str | None] = mapped_column(String(60), unique=True)
    serial: Mapped[int | None]
    year: Mapped[int | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)
    decided_on: Mapped[date | None]
    decided_by_id: Mapped[int | None]
    decided_by: Mapped[str] = mapped_column(String(40), default="")
    decision_note: Mapped[str] = mapped_column(Text, default="")

    method: Mapped[ServiceMethod | None] = mapped_column(code_of(ServiceMethod))
    receiver: Mapped[str] = mapped_column(String(40), default="")
    relation: Mapped[str] = mapped_column(String(40), default="")
    served_at: Mapped[datetime | None]
    place: Mapped[str] = mapped_column(String(120), default="")
    witness: Mapped[str] = mapped_column(String(40), default="")
    confirmation_id: Mapped[int | None] = mapped_column(
        ForeignKey("service_confirmation.id"), index=True
    )
    annulled_on: Mapped[date | None]
    annulled_by: Mapped[str] = mapped_column(String(40), default="")
    annulled_reason: Mapped[str] = mapped_column(Text, default="")

    case: Mapped[Case] = relationship(back_populates="decisions", lazy="raise_on_sql")
    document: Mapped[Document | None] = relationship(lazy="select")
    confirmation: Mapped[ServiceConfirmation | None] = relationship(lazy="select")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """An enterprise sees its own from service on, later annulled ones included."""
        own = owned_filter(cls.enterprise_id, actor)  # type: ignore[arg-type]
        if actor.side is Side.ENTERPRISE:
            return and_(own, cls.served_at.is_not(None))
        return own

    @property
    def kinds(self) -> list[PenaltyKind]:
        return [PenaltyKind(code) for code in self.penalties]

    @property
    def is_void(self) -> bool:
        return self.status is DecisionState.ANNULLED


class CaseClock(ClockColumns, Base):
    """Decision, service, payment, publication: each under the version in force when it began."""

    __tablename__ = "case_clock"
    __table_args__ = (*clock_checks(), Index("ix_case_clock_running", "ended_on", "due_on"))

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)

    case: Mapped[Case] = relationship(back_populates="clocks")
    rule: Mapped[StatutoryRule] = relationship(lazy="joined")


class CasePaper(Base):
    """A paper of the case, as issued."""

    __tablename__ = "case_paper"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    kind: Mapped[PaperKind] = mapped_column(code_of(PaperKind))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    made_at: Mapped[datetime]

    case: Mapped[Case] = relationship(back_populates="papers")
    document: Mapped[Document] = relationship(lazy="joined")


class CaseEvent(Base):
    """One step of a case's history, written with the step itself."""

    __tablename__ = "case_event"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    action: Mapped[str] = mapped_column(String(32))
    from_status: Mapped[CaseState | None] = mapped_column(code_of(CaseState))
    to_status: Mapped[CaseState] = mapped_column(code_of(CaseState))
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int]
    actor_name: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, default="")

    case: Mapped[Case] = relationship(back_populates="events")


def overdue_clause(today: date) -> ColumnElement[bool]:
    """A running clock of the case is past its last day."""
    table = CaseClock.__table__.alias()
    return Case.id.in_(
        table.select()
        .with_only_columns(table.c.case_id)
        .where(table.c.ended_on.is_(None), table.c.due_on < today)
    )
