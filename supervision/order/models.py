"""Orders with their items, papers, clocks, extensions, re-inspections and history."""

from __future__ import annotations

from datetime import date, datetime
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
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.authority.models import Authority
from supervision.core import clock
from supervision.core.actor import Actor, Side
from supervision.core.attachments import Attachment, AttachmentLink
from supervision.core.clocks import ClockColumns, clock_checks
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.core.documents.models import Document
from supervision.core.find_models import Searchable, SearchSpec
from supervision.enterprise.models import OwnedByEnterprise, owned_filter
from supervision.hazard.models import Hazard
from supervision.inspection.models import Inspection
from supervision.order.rules import ItemResult, PaperKind, ServiceMethod
from supervision.order.workflow import (
    OPEN,
    UNISSUED,
    WITH_ENTERPRISE,
    OrderExtensionState,
    OrderKind,
    OrderState,
    Outcome,
)

_NUMBERED = "('issued', 'served', 'rechecked', 'closed')"
_PENDING = text("status = 'pending'")


class Order(Searchable, Versioned, OwnedByEnterprise, Base):
    """One order to an enterprise. Number, serial and year come at issue and stay for ever."""

    __search__ = SearchSpec("order", texts=("number",), numbers=("number",))

    __tablename__ = "legal_order"
    __table_args__ = (
        CheckConstraint(
            "(number IS NULL) = (serial IS NULL) AND (number IS NULL) = (year IS NULL)"
            " AND (number IS NULL) = (issued_at IS NULL)"
            " AND (number IS NULL) = (document_id IS NULL)",
            name="number_comes_at_issue",
        ),
        CheckConstraint(
            f"status NOT IN {_NUMBERED} OR number IS NOT NULL", name="issued_has_number"
        ),
        CheckConstraint(
            "status NOT IN ('draft', 'submitted', 'approved') OR number IS NULL",
            name="draft_has_none",
        ),
        CheckConstraint(
            f"status NOT IN ('approved', {_NUMBERED[1:]}"
            " OR (approved_at IS NOT NULL AND approved_by_id IS NOT NULL)",
            name="issued_is_approved",
        ),
        CheckConstraint("approved_by_id <> created_by_id", name="approver_is_another"),
        CheckConstraint(
            "status NOT IN ('served', 'rechecked', 'closed') OR served_at IS NOT NULL",
            name="served_has_time",
        ),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_has_time"),
        CheckConstraint("(status = 'closed') = (outcome IS NOT NULL)", name="closed_has_outcome"),
        CheckConstraint(
            "(status = 'void') = (voided_at IS NOT NULL)"
            " AND (status = 'void') = (void_reason <> '')",
            name="void_has_reason",
        ),
        UniqueConstraint("authority_id", "kind", "year", "serial"),
        Index("ix_legal_order_enterprise_id_created_at", "enterprise_id", "created_at"),
        Index("ix_legal_order_status_issued_at", "status", "issued_at"),
    )

    kind: Mapped[OrderKind] = mapped_column(code_of(OrderKind))
    status: Mapped[OrderState] = mapped_column(code_of(OrderState), default=OrderState.DRAFT)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), index=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    # The order whose re-inspection failed and that this one follows.
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("legal_order.id"), index=True)

    number: Mapped[str | None] = mapped_column(String(60), unique=True)
    serial: Mapped[int | None]
    year: Mapped[int | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)

    interim_measures: Mapped[str] = mapped_column(Text, default="")
    consequence: Mapped[str] = mapped_column(Text, default="")
    # Of an on-site measure: codes of what is decided, in words, and by which power.
    measures: Mapped[list[Any]] = mapped_column(JsonValue, default=list)
    decision_text: Mapped[str] = mapped_column(Text, default="")
    basis: Mapped[str] = mapped_column(Text, default="")

    created_at: Mapped[datetime]
    created_by_id: Mapped[int]
    created_by: Mapped[str] = mapped_column(String(40))
    submitted_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None]
    approved_by: Mapped[str] = mapped_column(String(40), default="")
    approval_note: Mapped[str] = mapped_column(Text, default="")
    issued_at: Mapped[datetime | None]
    issued_on: Mapped[date | None]
    issued_by: Mapped[str] = mapped_column(String(40), default="")
    served_at: Mapped[datetime | None]
    served_by: Mapped[str] = mapped_column(String(40), default="")
    # The enterprise's latest application for re-inspection that no re-inspection has answered.
    applied_on: Mapped[date | None]
    applied_by: Mapped[str] = mapped_column(String(40), default="")
    applied_note: Mapped[str] = mapped_column(Text, default="")
    rechecked_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(String(40), default="")
    outcome: Mapped[Outcome | None] = mapped_column(code_of(Outcome))
    closing_note: Mapped[str] = mapped_column(Text, default="")
    voided_at: Mapped[datetime | None]
    voided_by: Mapped[str] = mapped_column(String(40), default="")
    void_reason: Mapped[str] = mapped_column(Text, default="")

    authority: Mapped[Authority] = relationship(lazy="raise_on_sql")
    inspection: Mapped[Inspection] = relationship(lazy="raise_on_sql")
    document: Mapped[Document | None] = relationship(lazy="select")
    supersedes: Mapped[Order | None] = relationship(
        remote_side="Order.id", back_populates="successors", lazy="select"
    )
    successors: Mapped[list[Order]] = relationship(
        back_populates="supersedes", order_by="Order.id", lazy="select"
    )
    officers: Mapped[list[OrderOfficer]] = relationship(
        back_populates="order",
        order_by="OrderOfficer.id",
        lazy="selectin",
        cascade="all, delete-orphan",
    )
    items: Mapped[list[OrderItem]] = relationship(
        back_populates="order",
        order_by="OrderItem.position",
        lazy="selectin",
        cascade="all, delete-orphan",
    )
    clocks: Mapped[list[OrderClock]] = relationship(
        back_populates="order", order_by="OrderClock.id", lazy="selectin"
    )
    receipt: Mapped[ServiceReceipt | None] = relationship(back_populates="order", lazy="select")
    papers: Mapped[list[OrderPaper]] = relationship(
        back_populates="order", order_by="OrderPaper.id", lazy="select"
    )
    extensions: Mapped[list[OrderExtension]] = relationship(
        back_populates="order", order_by="OrderExtension.id", lazy="select"
    )
    rechecks: Mapped[list[Recheck]] = relationship(
        back_populates="order", order_by="Recheck.id", lazy="select"
    )
    events: Mapped[list[OrderEvent]] = relationship(
        back_populates="order", order_by="OrderEvent.id", lazy="select"
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """An enterprise sees its own from service on, later void ones included; never a draft."""
        own = owned_filter(cls.enterprise_id, actor)  # type: ignore[arg-type]
        if actor.side is Side.ENTERPRISE:
            return and_(own, cls.served_at.is_not(None))
        return own

    @property
    def writer_ids(self) -> frozenset[int]:
        return frozenset(
            {self.created_by_id, *(e.actor_id for e in self.events if e.action == "edit")}
        )

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_unissued(self) -> bool:
        return self.status in UNISSUED

    @property
    def open_items(self) -> list[OrderItem]:
        """What is not settled yet: the only items that a re-inspection looks at."""
        return [item for item in self.items if item.result is not ItemResult.DONE]

    @property
    def failed_items(self) -> list[OrderItem]:
        """What a re-inspection found not, or only partly, done."""
        return [item for item in self.items if item.has_failed]

    @property
    def next_due_on(self) -> date | None:
        """The first day on which an item that nobody has re-inspected yet is due."""
        days = [i.due_on for i in self.items if i.result is ItemResult.OPEN and i.due_on]
        return min(days, default=None)

    @property
    def last_due_on(self) -> date | None:
        return max((i.due_on for i in self.items if i.due_on), default=None)

    @property
    def is_overdue(self) -> bool:
        """An item is past its day while the enterprise has it. Derived, never stored."""
        day = self.next_due_on
        return self.status in WITH_ENTERPRISE and day is not None and day < clock.today()

    @property
    def pending_extension(self) -> OrderExtension | None:
        """The request that waits for its reply."""
        waiting = (e for e in self.extensions if e.status is OrderExtensionState.PENDING)
        return next(waiting, None)

    def clock(self, code: str) -> OrderClock | None:
        """The running clock of ``code``."""
        return next((c for c in reversed(self.clocks) if c.code == code and c.is_running), None)

    @property
    def officer_ids(self) -> frozenset[int]:
        return frozenset(officer.account_id for officer in self.officers)


class OrderOfficer(Base):
    """Who signs for the authority; the certificate is that of the day of issue."""

    __tablename__ = "order_officer"
    __table_args__ = (UniqueConstraint("order_id", "account_id"),)

    order_id: Mapped[int] = mapped_column(ForeignKey("legal_order.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    certificate_no: Mapped[str] = mapped_column(String(40), default="")

    order: Mapped[Order] = relationship(back_populates="officers")


class OrderItem(Base):
    """One problem with its own last day. The day is stated: it never moves for a holiday."""

    __tablename__ = "order_item"
    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        UniqueConstraint("order_id", "hazard_id"),
        # A hazard stands under one open order of a kind: ``<kind>:<hazard id>`` while it does.
        UniqueConstraint("hold"),
        CheckConstraint("(result = 'done') = (done_on IS NOT NULL)", name="done_has_day"),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("legal_order.id"))
    position: Mapped[int]
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazard.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text, default="")
    # None only on an on-site measure, which holds at once.
    due_on: Mapped[date | None] = mapped_column(index=True)
    first_due_on: Mapped[date | None]
    result: Mapped[ItemResult] = mapped_column(code_of(ItemResult), default=ItemResult.OPEN)
    done_on: Mapped[date | None]
    hold: Mapped[str | None] = mapped_column(String(40))

    order: Mapped[Order] = relationship(back_populates="items")
    hazard: Mapped[Hazard] = relationship(lazy="raise_on_sql")

    @property
    def has_failed(self) -> bool:
        return self.result in {ItemResult.PARTLY, ItemResult.NOT_DONE}


class OrderClock(ClockColumns, Base):
    """SERVICE from issue, RECHECK from service, EXT_REPLY from a request; kept by version."""

    __tablename__ = "order_clock"
    __table_args__ = (*clock_checks(), Index("ix_order_clock_running", "ended_on", "due_on"))

    order_id: Mapped[int] = mapped_column(ForeignKey("legal_order.id"), index=True)

    order: Mapped[Order] = relationship(back_populates="clocks")


class ServiceConfirmation(OwnedByEnterprise, Base):
    """An enterprise's signed consent to service by electronic means (Penalty Law, art. 61)."""

    __tablename__ = "service_confirmation"
    __table_args__ = (
        CheckConstraint("withdrawn_on IS NULL OR withdrawn_on >= signed_on", name="ends_later"),
    )

    signed_on: Mapped[date]
    signer: Mapped[str] = mapped_column(String(40))
    # Where to: an address of mail, a number, or this system.
    address: Mapped[str] = mapped_column(String(120))
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), index=True)
    withdrawn_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(40))

    attachment: Mapped[Attachment] = relationship(lazy="joined")


class ServiceReceipt(Base):
    """How and to whom an order was served; one each."""

    __tablename__ = "service_receipt"
    __table_args__ = (
        CheckConstraint("method <> 'lien' OR witness <> ''", name="lien_has_witness"),
        CheckConstraint(
            "(method = 'electronic') = (confirmation_id IS NOT NULL)",
            name="electronic_has_confirmation",
        ),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("legal_order.id"), unique=True)
    method: Mapped[ServiceMethod] = mapped_column(code_of(ServiceMethod))
    receiver: Mapped[str] = mapped_column(String(40))
    relation: Mapped[str] = mapped_column(String(40), default="")
    served_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(120), default="")
    witness: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    confirmation_id: Mapped[int | None] = mapped_column(
        ForeignKey("service_confirmation.id"), index=True
    )

    order: Mapped[Order] = relationship(back_populates="receipt")


class OrderPaper(OwnedByEnterprise, Base):
    """A paper that follows an order, or the letter that transfers a hazard without one."""

    __tablename__ = "order_paper"
    __table_args__ = (
        CheckConstraint("order_id IS NOT NULL OR hazard_id IS NOT NULL", name="belongs"),
    )

    order_id: Mapped[int | None] = mapped_column(ForeignKey("legal_order.id"), index=True)
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazard.id"), index=True)
    kind: Mapped[PaperKind] = mapped_column(code_of(PaperKind))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    made_at: Mapped[datetime]

    order: Mapped[Order | None] = relationship(back_populates="papers")
    document: Mapped[Document] = relationship(lazy="joined")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """A letter to another department is none of the enterprise's papers."""
        own = owned_filter(cls.enterprise_id, actor)  # type: ignore[arg-type]
        if actor.side is Side.ENTERPRISE:
            return and_(own, cls.kind != PaperKind.TRANSFER)
        return own


class Recheck(Base):
    """One re-inspection of an order: what was still open, and how it was found."""

    __tablename__ = "order_recheck"
    __table_args__ = (
        UniqueConstraint("order_id", "turn"),
        CheckConstraint("NOT refused OR refusal_reason <> ''", name="refused_has_reason"),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("legal_order.id"))
    # First, second, ...: papers of the same order inherit one number and differ by this and the day.
    turn: Mapped[int]
    rechecked_on: Mapped[date]
    opinion: Mapped[str] = mapped_column(Text)
    next_step: Mapped[str] = mapped_column(Text, default="")
    party_name: Mapped[str] = mapped_column(String(40), default="")
    refused: Mapped[bool] = mapped_column(default=False)
    refusal_reason: Mapped[str] = mapped_column(Text, default="")
    witness: Mapped[str] = mapped_column(String(40), default="")
    # [{"name": ..., "certificate_no": ...}] as of the day.
    officers: Mapped[list[Any]] = mapped_column(JsonValue, default=list)
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("order_paper.id"), index=True)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int]
    made_by: Mapped[str] = mapped_column(String(40))

    order: Mapped[Order] = relationship(back_populates="rechecks")
    paper: Mapped[OrderPaper | None] = relationship(lazy="select")
    findings: Mapped[list[RecheckFinding]] = relationship(
        back_populates="recheck", order_by="RecheckFinding.id", lazy="selectin"
    )
    files: Mapped[list[RecheckFile]] = relationship(
        back_populates="recheck", order_by="RecheckFile.id", lazy="selectin"
    )


class RecheckFinding(Base):
    """How one item was found."""

    __tablename__ = "order_recheck_finding"
    __table_args__ = (UniqueConstraint("recheck_id", "item_id"),)

    recheck_id: Mapped[int] = mapped_column(ForeignKey("order_recheck.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("order_item.id"), index=True)
    result: Mapped[ItemResult] = mapped_column(code_of(ItemResult))
    note: Mapped[str] = mapped_column(Text, default="")

    recheck: Mapped[Recheck] = relationship(back_populates="findings")


class RecheckFile(AttachmentLink, Base):
    """A photo of a re-inspection, or (``is_signature``) the party's signature as drawn."""

    __tablename__ = "order_recheck_file"

    recheck_id: Mapped[int] = mapped_column(ForeignKey("order_recheck.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("order_item.id"), index=True)
    is_signature: Mapped[bool] = mapped_column(default=False)

    recheck: Mapped[Recheck] = relationship(back_populates="files")
    attachment: Mapped[Attachment] = relationship(lazy="joined")


class OrderExtension(Versioned, Base):
    """A request for later days, with its reply. The versions of the rules stay on it."""

    __tablename__ = "order_extension"
    __table_args__ = (
        CheckConstraint("(status = 'pending') = (decided_at IS NULL)", name="decided_has_time"),
        Index(
            "uq_order_extension_pending",
            "order_id",
            unique=True,
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("legal_order.id"), index=True)
    status: Mapped[OrderExtensionState] = mapped_column(
        code_of(OrderExtensionState), default=OrderExtensionState.PENDING
    )
    wanted_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    # What was said about the window when it was asked for; "" inside it.
    warning: Mapped[str] = mapped_column(Text, default="")
    window_rule_id: Mapped[int | None] = mapped_column(ForeignKey("statutory_rule.id"))
    clock_id: Mapped[int | None] = mapped_column(ForeignKey("order_clock.id"), index=True)
    requested_at: Mapped[datetime]
    requested_on: Mapped[date]
    requested_by_id: Mapped[int]
    requested_by: Mapped[str] = mapped_column(String(40))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("order_paper.id"), index=True)

    order: Mapped[Order] = relationship(back_populates="extensions")
    clock: Mapped[OrderClock | None] = relationship(lazy="select")
    paper: Mapped[OrderPaper | None] = relationship(lazy="select")
    items: Mapped[list[OrderExtensionItem]] = relationship(
        back_populates="extension", order_by="OrderExtensionItem.id", lazy="selectin"
    )


class OrderExtensionItem(Base):
    """The day of one item before, and after the reply."""

    __tablename__ = "order_extension_item"
    __table_args__ = (UniqueConstraint("extension_id", "item_id"),)

    extension_id: Mapped[int] = mapped_column(ForeignKey("order_extension.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("order_item.id"), index=True)
    previous_due_on: Mapped[date]
    granted_due_on: Mapped[date | None]

    extension: Mapped[OrderExtension] = relationship(back_populates="items")
    item: Mapped[OrderItem] = relationship(lazy="joined")


class OrderEvent(Base):
    """One step of an order's history, written with the step itself."""

    __tablename__ = "order_event"

    order_id: Mapped[int] = mapped_column(ForeignKey("legal_order.id"), index=True)
    action: Mapped[str] = mapped_column(String(32))
    from_status: Mapped[OrderState | None] = mapped_column(code_of(OrderState))
    to_status: Mapped[OrderState] = mapped_column(code_of(OrderState))
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int]
    actor_name: Mapped[str] = mapped_column(String(80))
    actor_side: Mapped[Side] = mapped_column(code_of(Side))
    note: Mapped[str] = mapped_column(Text, default="")

    order: Mapped[Order] = relationship(back_populates="events")


def overdue_clause(today: date) -> ColumnElement[bool]:
    """:attr:`Order.is_overdue` as SQL."""
    late = OrderItem.__table__.alias()
    return and_(
        Order.status.in_(WITH_ENTERPRISE),
        Order.id.in_(
            late.select()
            .with_only_columns(late.c.order_id)
            .where(late.c.result == ItemResult.OPEN, late.c.due_on < today)
        ),
    )


def clock_clause(code: str, today: date) -> ColumnElement[bool]:
    """Orders whose running clock of ``code`` is past its day."""
    table = OrderClock.__table__.alias()
    return Order.id.in_(
        table.select()
        .with_only_columns(table.c.order_id)
        .where(table.c.code == code, table.c.ended_on.is_(None), table.c.due_on < today)
    )


__all__ = [
    "Order",
    "OrderClock",
    "OrderEvent",
    "OrderExtension",
    "OrderExtensionItem",
    "OrderItem",
    "OrderOfficer",
    "OrderPaper",
    "Recheck",
    "RecheckFile",
    "RecheckFinding",
    "ServiceConfirmation",
    "ServiceReceipt",
    "clock_clause",
    "overdue_clause",
]
