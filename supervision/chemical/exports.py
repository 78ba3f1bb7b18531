"""The ledger and the list of major hazard sources as Excel: the same queries as the screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.chemical import labels, queries
from supervision.chemical.models import ChemicalItem, ChemicalSource, ChemicalUnit
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.export.columns import Column, Kind
from supervision.core.export.xlsx import XlsxBook
from supervision.enterprise.models import Enterprise

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the ledger with its unit."""

    unit: ChemicalUnit
    item: ChemicalItem


LEDGER: tuple[Column[Line], ...] = (
    Column("unit", _l("Unit"), lambda r: r.unit.name, width=24),
    Column("kind", _l("Kind of unit"), lambda r: str(labels.UNIT_LABELS[r.unit.kind]), width=12),
    Column("place", _l("Place"), lambda r: r.unit.place, width=20),
    Column("name", _l("Name of the chemical"), lambda r: r.item.name, width=28),
    Column("cas", _l("CAS number"), lambda r: r.item.cas, width=14),
    Column("named", _l("No. in Table 1"), lambda r: r.item.named, Kind.INTEGER, width=10),
    Column("classes", _l("Hazard classes"), lambda r: ", ".join(r.item.classes), width=14),
    Column("purpose", _l("Held as"), lambda r: str(labels.PURPOSE_LABELS[r.item.purpose])),
    # As text: a spreadsheet's number format would cut digits off that S was reckoned with.
    Column("tonnes", _l("Design maximum (t)"), lambda r: f"{r.item.tonnes.normalize():f}"),
    Column("stock", _l("Stock now (t)"), lambda r: _tonnes(r.item), width=12),
    Column("stock_on", _l("Stock as of"), lambda r: r.item.stock_on, Kind.DAY, width=12),
    Column(
        "sheet",
        _l("Safety data sheet"),
        lambda r: r.item.sheet.version if r.item.sheet else "",
        width=14,
    ),
    Column(
        "issued",
        _l("Issued on"),
        lambda r: r.item.sheet.issued_on if r.item.sheet else None,
        Kind.DAY,
        width=12,
    ),
    Column("supplier", _l("Supplier"), lambda r: r.item.supplier, width=20),
)


def _tonnes(item: ChemicalItem) -> str:
    return "" if item.stock is None else f"{item.stock.normalize():f}"


def lines(units: list[ChemicalUnit]) -> Iterator[Line]:
    for unit in units:
        for item in unit.held:
            yield Line(unit, item)


def ledger_book(enterprise: Enterprise, actor: Actor) -> BytesIO:
    """What one enterprise may hold, line by line."""
    units = list(queries.units_of(enterprise.id, actor))
    title = _("Chemicals of %(name)s", name=enterprise.name)
    book = XlsxBook(title, author=_("Anqi"), stamp=clock.now())
    book.ledger(_("Chemicals"), LEDGER, list(lines(units)), title=title)
    return BytesIO(book.save())


SOURCES: tuple[Column[ChemicalSource], ...] = (
    Column("enterprise", _l("Enterprise"), lambda s: s.enterprise.name, width=32),
    Column("uscc", _l("Unified social credit code"), lambda s: s.enterprise.uscc, width=22),
    Column("unit", _l("Unit"), lambda s: s.unit.name, width=24),
    Column("kind", _l("Kind of unit"), lambda s: str(labels.UNIT_LABELS[s.unit.kind]), width=12),
    Column("grade", _l("Grade of the source"), lambda s: str(labels.GRADE_LABELS[s.grade])),
    Column("s", _l("S"), lambda s: f"{s.identification.s.normalize():f}", width=10),
    Column(
        "r",
        _l("R"),
        lambda s: f"{s.identification.r.normalize():f}" if s.identification.r is not None else "",
        width=10,
    ),
    Column("status", _l("Standing"), lambda s: str(labels.STATE_LABELS[s.status]), width=16),
    Column("number", _l("Filing number"), lambda s: s.filing_number, width=22),
    Column("filed_on", _l("Filing day"), lambda s: s.filed_on, Kind.DAY, width=12),
    Column("done_on", _l("Identified on"), lambda s: s.identification.done_on, Kind.DAY, 12),
    Column("due_on", _l("To be assessed anew by"), lambda s: s.due_on, Kind.DAY, width=14),
    Column(
        "stale",
        _l("To be identified anew"),
        lambda s: _("Yes") if s.is_stale else "",
        width=12,
    ),
)


def source_table(
    stmt: Select[Any],
) -> tuple[Sequence[Column[ChemicalSource]], Iterable[ChemicalSource]]:
    """The columns, and the rows of a filtered list streamed."""
    return SOURCES, db.session.scalars(stmt.execution_options(yield_per=500))
