"""Units with what they may hold, their identifications, and the file of a major hazard source."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.chemical.rules import Grade, Purpose, Standard, Substance, Table, UnitKind
from supervision.chemical.rules import Row as TableRow
from supervision.chemical.workflow import SourceState
from supervision.core.attachments import Attachment, AttachmentLink
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.core.statutory import Certainty
from supervision.enterprise.models import OwnedByEnterprise


class HazardStandard(Base):
    """One edition of GB 18218's tables. A corrected figure makes another edition, with its reason.

    ``effective_to`` is the last day.
    """

    __tablename__ = "hazard_standard"
    __table_args__ = (
        UniqueConstraint("code", "effective_from"),
        CheckConstraint(
            "effective_to IS NULL OR effective_to >= effective_from", name="ends_after_it_begins"
        ),
    )

    code: Mapped[str] = mapped_column(String(40))
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)
    certainty: Mapped[Certainty] = mapped_column(code_of(Certainty))
    reason: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(80))

    rows: Mapped[list[HazardStandardRow]] = relationship(
        back_populates="standard", order_by="HazardStandardRow.id", lazy="select"
    )

    def tables(self) -> Standard:
        """The edition as the rules take it."""
        return Standard(self.code, tuple(row.plain() for row in self.rows))


class HazardStandardRow(Base):
    """A row of Tables 1 to 6: see :class:`supervision.chemical.rules.Row`."""

    __tablename__ = "hazard_standard_row"
    __table_args__ = (UniqueConstraint("standard_id", "kind", "position"),)

    standard_id: Mapped[int] = mapped_column(ForeignKey("hazard_standard.id"))
    kind: Mapped[Table] = mapped_column(code_of(Table))
    position: Mapped[int]
    symbol: Mapped[str] = mapped_column(String(16), default="")
    name: Mapped[str] = mapped_column(String(160), default="")
    # Several are divided by ";".
    cas: Mapped[str] = mapped_column(String(80), default="")
    bound: Mapped[Decimal | None] = mapped_column(Numeric(12, 3))
    value: Mapped[Decimal | None] = mapped_column(Numeric(12, 3))
    certainty: Mapped[Certainty] = mapped_column(code_of(Certainty))

    standard: Mapped[HazardStandard] = relationship(back_populates="rows", lazy="raise_on_sql")

    def plain(self) -> TableRow:
        return TableRow(
            table=self.kind,
            position=self.position,
            symbol=self.symbol,
            name=self.name,
            cas=tuple(n for n in self.cas.split(";") if n),
            bound=self.bound,
            value=self.value,
        )


class ChemicalUnit(Versioned, OwnedByEnterprise, Base):
    """A production or storage unit: what is summed up under GB 18218.

    ``exposed_people``: permanently within 500 m outside the boundary. ``stale_since``: since when
    the ledger no longer is what was identified; empty once it was identified anew.
    """

    __tablename__ = "chemical_unit"
    __table_args__ = (
        CheckConstraint("exposed_people >= 0", name="exposed_not_negative"),
        CheckConstraint("(retired_at IS NULL) = (retired_reason = '')", name="retired_has_reason"),
        Index("ix_chemical_unit_area_id", "area_id"),
    )

    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[UnitKind] = mapped_column(code_of(UnitKind))
    place: Mapped[str] = mapped_column(String(120), default="")
    area_id: Mapped[int | None] = mapped_column(ForeignKey("site_area.id"))
    exposed_people: Mapped[int]
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    stale_since: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    retired_reason: Mapped[str] = mapped_column(Text, default="")

    items: Mapped[list[ChemicalItem]] = relationship(
        back_populates="unit", order_by="ChemicalItem.id", lazy="select"
    )
    identifications: Mapped[list[ChemicalIdentification]] = relationship(
        back_populates="unit", order_by="ChemicalIdentification.id", lazy="select"
    )
    source: Mapped[ChemicalSource | None] = relationship(
        back_populates="unit", uselist=False, lazy="select"
    )

    @property
    def held(self) -> list[ChemicalItem]:
        """What stands in the ledger now."""
        return [item for item in self.items if item.removed_at is None]

    @property
    def last(self) -> ChemicalIdentification | None:
        return self.identifications[-1] if self.identifications else None


class ChemicalItem(Versioned, OwnedByEnterprise, Base):
    """A line of the ledger. ``tonnes`` is the design maximum; ``stock`` never grades anything."""

    __tablename__ = "chemical_item"
    __table_args__ = (
        CheckConstraint("tonnes > 0", name="tonnes_positive"),
        CheckConstraint("stock IS NULL OR stock >= 0", name="stock_not_negative"),
        CheckConstraint("(removed_at IS NULL) = (removed_reason = '')", name="removed_has_reason"),
        Index("ix_chemical_item_unit_id", "unit_id"),
        Index("ix_chemical_item_cas", "cas"),
    )

    unit_id: Mapped[int] = mapped_column(ForeignKey("chemical_unit.id"))
    # The number in Table 1 of GB 18218.
    named: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(160))
    cas: Mapped[str] = mapped_column(String(12), default="")
    classes: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    purpose: Mapped[Purpose] = mapped_column(code_of(Purpose))
    tonnes: Mapped[Decimal] = mapped_column(Numeric(14, 4))
    stock: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    stock_on: Mapped[date | None]
    supplier: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_reason: Mapped[str] = mapped_column(Text, default="")

    unit: Mapped[ChemicalUnit] = relationship(back_populates="items", lazy="select")
    sheets: Mapped[list[ChemicalSheet]] = relationship(
        back_populates="item", order_by="ChemicalSheet.id", lazy="select"
    )

    @property
    def sheet(self) -> ChemicalSheet | None:
        """The safety data sheet that holds now: the last one that was put in."""
        return self.sheets[-1] if self.sheets else None

    def substance(self) -> Substance:
        return Substance(self.name, self.tonnes, self.named, self.cas, tuple(self.classes))


class ChemicalSheet(AttachmentLink, OwnedByEnterprise, Base):
    """A safety data sheet (SDS) in one version; earlier ones stay."""

    __tablename__ = "chemical_sheet"

    item_id: Mapped[int] = mapped_column(ForeignKey("chemical_item.id"), index=True)
    version: Mapped[str] = mapped_column(String(40))
    issued_on: Mapped[date]
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(80))

    item: Mapped[ChemicalItem] = relationship(back_populates="sheets", lazy="select")
    attachment: Mapped[Attachment] = relationship(lazy="joined")


class ChemicalIdentification(OwnedByEnterprise, Base):
    """What was found on a day, by which edition, with every term as it stood. Never changed.

    ``s``, ``r``: cut off after four digits; ``terms`` has what they were made of.
    """

    __tablename__ = "chemical_identification"
    __table_args__ = (
        CheckConstraint("is_major = (grade IS NOT NULL)", name="major_has_grade"),
        CheckConstraint(
            "(grade IS NULL) = (r IS NULL) AND (r IS NULL) = (alpha IS NULL)", name="grade_has_r"
        ),
        CheckConstraint("exposed_people >= 0", name="exposed_not_negative"),
        Index("ix_chemical_identification_unit_id", "unit_id"),
    )

    unit_id: Mapped[int] = mapped_column(ForeignKey("chemical_unit.id"))
    standard_id: Mapped[int] = mapped_column(ForeignKey("hazard_standard.id"))
    # The version of the period after which it is due again; empty where none is in force.
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("statutory_rule.id"))
    done_on: Mapped[date]
    due_on: Mapped[date | None]
    assessor: Mapped[str] = mapped_column(String(40))
    organisation: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    unit_name: Mapped[str] = mapped_column(String(80))
    exposed_people: Mapped[int]
    is_major: Mapped[bool]
    s: Mapped[Decimal] = mapped_column(Numeric(18, 4))
    alpha: Mapped[Decimal | None] = mapped_column(Numeric(12, 3))
    r: Mapped[Decimal | None] = mapped_column(Numeric(18, 4))
    grade: Mapped[Grade | None] = mapped_column(code_of(Grade))
    terms: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int]
    made_by: Mapped[str] = mapped_column(String(80))

    unit: Mapped[ChemicalUnit] = relationship(back_populates="identifications", lazy="select")
    standard: Mapped[HazardStandard] = relationship(lazy="select")


class ChemicalSource(Versioned, OwnedByEnterprise, Base):
    """The file of a unit that is, or was, a major hazard source; one a unit, reopened if need be."""

    __tablename__ = "chemical_source"
    __table_args__ = (
        CheckConstraint(
            "status NOT IN ('filed', 'cancel_requested')"
            " OR (filing_number <> '' AND filed_on IS NOT NULL)",
            name="filed_has_number",
        ),
        CheckConstraint(
            "(status = 'cancelled') = (cancelled_on IS NOT NULL)", name="cancelled_has_day"
        ),
        Index("ix_chemical_source_status_grade", "status", "grade"),
        Index("ix_chemical_source_due_on", "due_on"),
        Index("ix_chemical_source_identification_id", "identification_id"),
    )

    unit_id: Mapped[int] = mapped_column(ForeignKey("chemical_unit.id"), unique=True)
    # The last one that found a major hazard source.
    identification_id: Mapped[int] = mapped_column(ForeignKey("chemical_identification.id"))
    status: Mapped[SourceState] = mapped_column(code_of(SourceState))
    grade: Mapped[Grade] = mapped_column(code_of(Grade))
    # The day by which it is to be identified and assessed anew.
    due_on: Mapped[date | None]
    is_major_now: Mapped[bool] = mapped_column(default=True)
    filing_number: Mapped[str] = mapped_column(String(60), default="")
    filed_on: Mapped[date | None]
    filed_by: Mapped[str] = mapped_column(String(80), default="")
    cancelled_on: Mapped[date | None]
    created_at: Mapped[datetime]

    unit: Mapped[ChemicalUnit] = relationship(back_populates="source", lazy="joined")
    identification: Mapped[ChemicalIdentification] = relationship(lazy="select")

    @property
    def is_stale(self) -> bool:
        return self.unit.stale_since is not None


class ChemicalEvent(OwnedByEnterprise, Base):
    """What happened to units, their ledger and their files: for histories and the timeline."""

    __tablename__ = "chemical_event"
    __table_args__ = (
        Index("ix_chemical_event_enterprise_id_at", "enterprise_id", "at"),
        Index("ix_chemical_event_unit_id", "unit_id"),
    )

    unit_id: Mapped[int] = mapped_column(ForeignKey("chemical_unit.id"))
    action: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    actor_id: Mapped[int]
    actor_name: Mapped[str] = mapped_column(String(80))

    unit: Mapped[ChemicalUnit] = relationship(lazy="raise_on_sql")
