"""Checklists in versions; inspections with their officers, items, files and signatures."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.authority.models import Authority
from supervision.core.actor import Actor, Side
from supervision.core.attachments import Attachment, AttachmentLink
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.core.documents.models import Document
from supervision.core.find_models import Searchable, SearchSpec
from supervision.core.statutory import Certainty
from supervision.enterprise.models import OwnedByEnterprise, owned_filter
from supervision.hazard.models import Hazard
from supervision.hazard.rules import Category, Factor
from supervision.inspection.workflow import OPEN, InspectionKind, InspectionState


class Checklist(Base):
    """One version of a checklist of a sector."""

    __tablename__ = "checklist"
    __table_args__ = (Index("ix_checklist_code_effective_from", "code", "effective_from"),)

    code: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(80))
    # A division or section of GB/T 4754 that it is meant for; "" for every sector.
    industry: Mapped[str] = mapped_column(String(4), default="")
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)
    certainty: Mapped[Certainty] = mapped_column(code_of(Certainty))
    note: Mapped[str] = mapped_column(Text, default="")

    items: Mapped[list[ChecklistItem]] = relationship(
        back_populates="checklist", order_by="ChecklistItem.position", lazy="select"
    )


class ChecklistItem(Base):
    """What is looked at, on which basis and how."""

    __tablename__ = "checklist_item"
    __table_args__ = (UniqueConstraint("checklist_id", "position"),)

    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id"))
    position: Mapped[int]
    section: Mapped[str] = mapped_column(String(60), default="")
    text: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text, default="")
    factor: Mapped[Factor] = mapped_column(code_of(Factor))
    category: Mapped[Category] = mapped_column(code_of(Category))
    # The criterion of major hazards that a failure of this item may meet, by code.
    criterion_code: Mapped[str] = mapped_column(String(24), default="")

    checklist: Mapped[Checklist] = relationship(back_populates="items")


class ItemResult(StrEnum):
    OPEN = "open"
    PASS = "pass"  # noqa: S105 - the result of a check
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"


class Signer(StrEnum):
    """Who signs: the enterprise's person on site, an officer, or a witness of a refusal."""

    PARTY = "party"
    OFFICER = "officer"
    WITNESS = "witness"


class Inspection(Searchable, Versioned, OwnedByEnterprise, Base):
    """One inspection or visit. The record's number is allocated when it is recorded."""

    __search__ = SearchSpec("inspection", texts=("subject",), numbers=("number",))

    __tablename__ = "inspection"
    __table_args__ = (
        CheckConstraint(
            "kind <> 'administrative' OR status NOT IN ('notified', 'ongoing', 'recorded')"
            " OR (approved_at IS NOT NULL AND notified_at IS NOT NULL)",
            name="administrative_is_approved_and_announced",
        ),
        CheckConstraint("approved_by_id <> created_by_id", name="approver_is_another"),
        CheckConstraint(
            "status NOT IN ('ongoing', 'recorded') OR started_at IS NOT NULL",
            name="started_has_time",
        ),
        CheckConstraint(
            "(status = 'recorded') = (recorded_at IS NOT NULL)", name="recorded_has_time"
        ),
        CheckConstraint(
            "(status = 'cancelled') = (cancelled_reason <> '')", name="cancelled_has_reason"
        ),
        Index("ix_inspection_enterprise_id_planned_on", "enterprise_id", "planned_on"),
        Index("ix_inspection_status_planned_on", "status", "planned_on"),
        Index("ix_inspection_cap", "enterprise_id", "cap_year", "counts"),
    )

    # Of the plan (JC-<district>-<year>-<serial>), from the draft on; the paper's is the document's.
    number: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[InspectionKind] = mapped_column(code_of(InspectionKind))
    status: Mapped[InspectionState] = mapped_column(
        code_of(InspectionState), default=InspectionState.DRAFT
    )
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"), index=True)
    subject: Mapped[str] = mapped_column(String(120))
    # Why it is made and by which power; printed on the notice.
    basis: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(String(120), default="")
    planned_on: Mapped[date]
    checklist_id: Mapped[int | None] = mapped_column(ForeignKey("checklist.id"), index=True)
    # The line of the annual plan that it carries out; that table lies above this slice.
    plan_item_id: Mapped[int | None] = mapped_column(index=True)

    # Whether it counts against the enterprise's yearly cap, and if not, why (code of an exemption).
    counts: Mapped[bool] = mapped_column(Boolean, default=True)
    cap_year: Mapped[int]
    exemption: Mapped[str] = mapped_column(String(32), default="")
    # Approved together with the inspection where the cap is reached.
    over_cap_reason: Mapped[str] = mapped_column(Text, default="")

    created_at: Mapped[datetime]
    created_by_id: Mapped[int]
    created_by: Mapped[str] = mapped_column(String(40))
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None]
    approved_by: Mapped[str] = mapped_column(String(40), default="")
    approval_note: Mapped[str] = mapped_column(Text, default="")
    notified_at: Mapped[datetime | None]
    notice_form: Mapped[str] = mapped_column(String(16), default="")
    started_at: Mapped[datetime | None]
    # Whether the officers scanned the enterprise's code on entry (扫码入企), and when.
    scanned_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime | None]
    cancelled_reason: Mapped[str] = mapped_column(Text, default="")

    # What was told to the enterprise at the start: names, certificates, right of recusal.
    certificates_shown: Mapped[bool] = mapped_column(Boolean, default=False)
    recusal_told: Mapped[bool] = mapped_column(Boolean, default=False)
    party_name: Mapped[str] = mapped_column(String(40), default="")
    party_post: Mapped[str] = mapped_column(String(40), default="")
    party_phone: Mapped[str] = mapped_column(String(20), default="")
    situation: Mapped[str] = mapped_column(Text, default="")
    # What follows from it, as told on site and printed on the record.
    handling: Mapped[str] = mapped_column(Text, default="")
    # For the authority only: never on a page, a paper or an export that the enterprise sees.
    private_note: Mapped[str] = mapped_column(Text, default="")
    refused: Mapped[bool] = mapped_column(Boolean, default=False)
    refusal_reason: Mapped[str] = mapped_column(Text, default="")
    # Who saw the refusal; draws a signature beside it where there is a screen to draw on.
    witness_name: Mapped[str] = mapped_column(String(40), default="")
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)

    authority: Mapped[Authority] = relationship(lazy="raise_on_sql")
    checklist: Mapped[Checklist | None] = relationship(lazy="select")
    document: Mapped[Document | None] = relationship(lazy="select")
    officers: Mapped[list[InspectionOfficer]] = relationship(
        back_populates="inspection",
        order_by="InspectionOfficer.id",
        lazy="selectin",
        cascade="all, delete-orphan",
    )
    items: Mapped[list[InspectionItem]] = relationship(
        back_populates="inspection",
        order_by="InspectionItem.position",
        lazy="select",
        cascade="all, delete-orphan",
    )
    files: Mapped[list[InspectionFile]] = relationship(
        back_populates="inspection", order_by="InspectionFile.id", lazy="select"
    )
    signatures: Mapped[list[InspectionSignature]] = relationship(
        back_populates="inspection",
        order_by="InspectionSignature.id",
        lazy="select",
        cascade="all, delete-orphan",
    )
    papers: Mapped[list[InspectionPaper]] = relationship(
        back_populates="inspection", order_by="InspectionPaper.id", lazy="select"
    )
    events: Mapped[list[InspectionEvent]] = relationship(
        order_by="InspectionEvent.id", lazy="select"
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """An enterprise sees its own once they are recorded; drafts and plans are the authority's."""
        own = owned_filter(cls.enterprise_id, actor)  # type: ignore[arg-type]
        if actor.side is Side.ENTERPRISE:
            return and_(own, cls.status == InspectionState.RECORDED)
        return own

    @property
    def writer_ids(self) -> frozenset[int]:
        return frozenset(
            {self.created_by_id, *(e.actor_id for e in self.events if e.action == "edit")}
        )

    @property
    def officer_ids(self) -> frozenset[int]:
        return frozenset(officer.account_id for officer in self.officers)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


class InspectionOfficer(Base):
    """Who inspects, with the certificate held on that day; kept as it was."""

    __tablename__ = "inspection_officer"
    __table_args__ = (UniqueConstraint("inspection_id", "account_id"),)

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    # "" where the kind asks for none (patrol, visit, technical service).
    certificate_no: Mapped[str] = mapped_column(String(40), default="")

    inspection: Mapped[Inspection] = relationship(back_populates="officers")


class InspectionItem(Versioned, Base):
    """One item as looked at: text and basis are copied, so that a later checklist changes nothing."""

    __tablename__ = "inspection_item"
    __table_args__ = (
        UniqueConstraint("inspection_id", "position"),
        UniqueConstraint("inspection_id", "client_id"),
        CheckConstraint("result <> 'fail' OR finding <> ''", name="failed_says_what"),
        CheckConstraint(
            "NOT is_major OR (result = 'fail' AND criterion_code <> '')",
            name="major_meets_criterion",
        ),
    )

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"))
    position: Mapped[int]
    section: Mapped[str] = mapped_column(String(60), default="")
    text: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text, default="")
    method: Mapped[str] = mapped_column(Text, default="")
    factor: Mapped[Factor] = mapped_column(code_of(Factor))
    category: Mapped[Category] = mapped_column(code_of(Category))
    criterion_code: Mapped[str] = mapped_column(String(24), default="")
    # That the officer says it meets that criterion; otherwise its hazard begins as a general one.
    is_major: Mapped[bool] = mapped_column(Boolean, default=False)
    result: Mapped[ItemResult] = mapped_column(code_of(ItemResult), default=ItemResult.OPEN)
    # What was found where it failed; becomes the hazard's description.
    finding: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[str] = mapped_column(String(40), default="")
    # Set for an item that the officer added on the phone, so that it is added once.
    client_id: Mapped[str | None] = mapped_column(String(36))
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazard.id"), index=True)

    inspection: Mapped[Inspection] = relationship(back_populates="items")
    hazard: Mapped[Hazard | None] = relationship(lazy="raise_on_sql")


class InspectionFile(AttachmentLink, Base):
    """A photo of an item, or of the whole; ``client_id`` keeps one sent twice from doubling."""

    __tablename__ = "inspection_file"
    __table_args__ = (UniqueConstraint("inspection_id", "client_id"),)

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("inspection_item.id"), index=True)
    client_id: Mapped[str] = mapped_column(String(36))
    taken_at: Mapped[datetime]
    taken_by: Mapped[str] = mapped_column(String(40))

    inspection: Mapped[Inspection] = relationship(back_populates="files")
    attachment: Mapped[Attachment] = relationship(lazy="joined")


class InspectionSignature(AttachmentLink, Base):
    """A signature as drawn on the screen (PNG), with who signed and when."""

    __tablename__ = "inspection_signature"
    __table_args__ = (UniqueConstraint("inspection_id", "client_id"),)

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"))
    client_id: Mapped[str] = mapped_column(String(36))
    signer: Mapped[Signer] = mapped_column(code_of(Signer))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    signed_at: Mapped[datetime]

    inspection: Mapped[Inspection] = relationship(back_populates="signatures")
    attachment: Mapped[Attachment] = relationship(lazy="joined")


class InspectionEvent(Base):
    """One step of an inspection's history, written with the step itself."""

    __tablename__ = "inspection_event"

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), index=True)
    action: Mapped[str] = mapped_column(String(32))
    from_status: Mapped[InspectionState | None] = mapped_column(code_of(InspectionState))
    to_status: Mapped[InspectionState] = mapped_column(code_of(InspectionState))
    at: Mapped[datetime]
    actor_id: Mapped[int]
    actor_name: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, default="")
    # Of an answer that replaced another officer's: the item's place and both results.
    data: Mapped[dict[str, Any]] = mapped_column(JsonValue, default=dict)


class InspectionPaper(Base):
    """A further paper of an inspection: its plan at approval, its notice (the record is its own)."""

    __tablename__ = "inspection_paper"
    __table_args__ = (UniqueConstraint("inspection_id", "document_id"),)

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)

    inspection: Mapped[Inspection] = relationship(back_populates="papers")
    document: Mapped[Document] = relationship(lazy="joined")


class InspectionSync(Base):
    """A message that a phone sent and the server has applied: sent again, it changes nothing."""

    __tablename__ = "inspection_sync"
    __table_args__ = (UniqueConstraint("inspection_id", "client_id"),)

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"))
    # Made once on the phone, for one saved change.
    client_id: Mapped[str] = mapped_column(String(36))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    made_at: Mapped[datetime]
    received_at: Mapped[datetime]


class FrequencyCap(Versioned, Base):
    """How often a class of enterprises may be inspected in a year, as published (FACTS 2.3).

    The most specific row decides: longest region, then the grade, then the industry.
    """

    __tablename__ = "frequency_cap"
    __table_args__ = (
        CheckConstraint("times >= 0", name="times_not_negative"),
        UniqueConstraint("year", "region_code", "industry", "is_key", "level"),
    )

    year: Mapped[int]
    region_code: Mapped[str] = mapped_column(String(9))
    # Of GB/T 4754; "" for every industry.
    industry: Mapped[str] = mapped_column(String(4), default="")
    is_key: Mapped[bool] = mapped_column(Boolean, default=False)
    # Standardization level 1..3, or 0 for any.
    level: Mapped[int] = mapped_column(default=0)
    times: Mapped[int]
    published_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)
    certainty: Mapped[Certainty] = mapped_column(code_of(Certainty))


class CapExemption(Base):
    """A reason for which an inspection does not count against the cap."""

    __tablename__ = "cap_exemption"
    __table_args__ = (Index("ix_cap_exemption_code_effective_from", "code", "effective_from"),)

    code: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(120))
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)
    certainty: Mapped[Certainty] = mapped_column(code_of(Certainty))
