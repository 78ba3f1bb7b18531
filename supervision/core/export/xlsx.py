"""Workbooks: streamed, typed, without formulas, and the same bytes for the same content.

Every cell that comes from data is a value. Strings are stored as strings even
where they look like a formula, and totals are numbers that were checked, not
formulas that a reader's program might reckon differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from math import ceil
from typing import Any, TypeVar

from flask_babel import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties

from supervision.core.export.checks import CHECK_COLUMNS, Check, require
from supervision.core.export.columns import (
    Column,
    Kind,
    Number,
    Value,
    add,
    display_width,
    is_number,
    plain,
)
from supervision.core.export.deterministic import fixed_zip
from supervision.core.export.xlsx_charts import ChartSpec, Region, make_chart
from supervision.core.export.xlsx_styles import prototype

RowT = TypeVar("RowT")

_A4, _A3 = 9, 8
# Half-width characters that are still legible side by side on A4, turned and made to fit.
_FITS_A4 = 230
_LINE_HEIGHT = 14
_TALLEST_ROW = 409  # Excel allows no more
MAX_TEXT = 32_767  # Excel's limit of a cell; a longer string makes it "repair" the file
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Placed(Region):
    """Where a table came to stand, and the totals under it (by column key)."""

    sheet: str = ""
    totals: dict[str, Number] = field(default_factory=dict)


class XlsxBook:
    """A workbook in the making: add sheets in their order, then take the bytes."""

    def __init__(self, title: str, *, author: str, stamp: datetime) -> None:
        """`stamp` is the aware instant of the data; it stands as created and modified."""
        self._book = Workbook(write_only=True)
        self._book.properties.title = title
        self._book.properties.creator = author
        self._book.properties.lastModifiedBy = author
        self._stamp = stamp

    def sheet(
        self,
        name: str,
        widths: Sequence[float],
        *,
        freeze_row: int | None = None,
        portrait: bool = False,
    ) -> XlsxSheet:
        """A sheet with columns of the given widths; rows up to `freeze_row` stay in sight."""
        taken = set(self._book.sheetnames)
        sheet = XlsxSheet(self._book, _sheet_name(name, taken), widths, freeze_row)
        sheet.prepare_print(portrait=portrait)
        return sheet

    def ledger(
        self,
        name: str,
        columns: Sequence[Column[RowT]],
        rows: Iterable[RowT],
        *,
        title: str,
        notes: Sequence[str] = (),
    ) -> Placed:
        """A sheet that is one table: title, notes, frozen filtered header, rows, totals."""
        header_row = 2 + len(notes) + 1
        widths = [column.width for column in columns]
        sheet = self.sheet(name, widths, freeze_row=header_row)
        sheet.title(title, *notes)
        return sheet.table(columns, rows, filtered=True)

    def checks(self, checks: Iterable[Check], *, name: str, title: str) -> Placed:
        """The sheet that shows reported totals beside the ledger's; raises UnreconciledError."""
        agreed = require(checks)
        return self.ledger(name, CHECK_COLUMNS, agreed, title=title)

    def save(self) -> bytes:
        """The file. A book can be saved once."""
        out = BytesIO()
        self._book.save(out)
        return fixed_zip(out.getvalue(), self._stamp)


class XlsxSheet:
    """One streamed sheet: what is written stays written, from the top down."""

    def __init__(
        self, book: Workbook, name: str, widths: Sequence[float], freeze_row: int | None
    ) -> None:
        self._sheet: Any = book.create_sheet(name)
        self._row = 0
        self._widths = tuple(widths) or (80.0,)
        self._looks: dict[tuple[str, Kind, bool], Any] = {}
        self._filtered = False
        for index, width in enumerate(self._widths, start=1):
            self._sheet.column_dimensions[get_column_letter(index)].width = width + 2
        if freeze_row is not None:
            self._sheet.freeze_panes = f"A{freeze_row + 1}"
            self._sheet.print_title_rows = f"{freeze_row}:{freeze_row}"

    @property
    def name(self) -> str:
        return str(self._sheet.title)

    @property
    def next_row(self) -> int:
        return self._row + 1

    def title(self, text: str, *notes: str) -> None:
        """The title across the sheet, one line for each note, and an empty row."""
        self._across(text, "title", 30)
        for note in notes:
            self._across(note, "note", None)
        self.gap()

    def heading(self, text: str) -> None:
        self._across(text, "heading", 24)

    def note(self, text: str) -> None:
        self._across(text, "note", None)

    def page_break(self) -> None:
        """What follows begins a new printed page."""
        self._sheet.row_breaks.append(Break(id=self._row))

    def gap(self) -> None:
        self._append([])

    def facts(self, pairs: Iterable[tuple[str, Value, Kind]]) -> int:
        """Label and value in the first two columns; returns the row of the first pair."""
        first = self.next_row
        for label, value, kind in pairs:
            self._append([self._cell("label", Kind.TEXT, label), self._cell("body", kind, value)])
        return first

    def table(
        self, columns: Sequence[Column[RowT]], rows: Iterable[RowT], *, filtered: bool = False
    ) -> Placed:
        """Header, rows and, where a column asks for one, a row of totals (numbers, not formulas).

        `filtered` puts Excel's filter on the header; a sheet can have one.
        """
        self._append([self._cell("header", Kind.TEXT, str(column.heading)) for column in columns])
        header_row = self._row
        totals: dict[str, Number] = {column.key: 0 for column in columns if column.total}
        for row in rows:
            self._append(self._data_row(columns, row, totals))
        last_row = self._row
        if filtered:
            self._filter(header_row, last_row, len(columns))
        if totals:
            self._append(self._total_row(columns, totals))
        keys = tuple(column.key for column in columns)
        return Placed(header_row, header_row + 1, last_row, keys, self.name, totals)

    def chart(self, spec: ChartSpec, placed: Placed, anchor: str) -> None:
        """A native chart over a table of this sheet; nothing is drawn for an empty table."""
        if placed.last_row >= placed.first_row:
            drawn = make_chart(spec, placed, self._sheet)
            drawn.anchor = anchor
            self._sheet.add_chart(drawn)

    def _data_row(
        self, columns: Sequence[Column[RowT]], row: RowT, totals: dict[str, Number]
    ) -> list[Cell]:
        cells = []
        for column in columns:
            value = column.value(row)
            if column.total and is_number(value):
                totals[column.key] = add(totals[column.key], value)
            cells.append(self._cell("body", column.kind, value))
        return cells

    def _total_row(self, columns: Sequence[Column[RowT]], totals: dict[str, Number]) -> list[Cell]:
        cells = [
            self._cell("total", column.kind, totals.get(column.key))
            if column.key in totals
            else self._cell("total", column.kind, column.overall)
            for column in columns
        ]
        if columns[0].key not in totals:
            cells[0] = self._cell("total", Kind.TEXT, _("Total"))
        return cells

    def _across(self, text: str, look: str, height: float | None) -> None:
        row = self.next_row
        lines = _lines(text, sum(self._widths))
        self._sheet.row_dimensions[row].height = height or _LINE_HEIGHT * lines + 2
        if len(self._widths) > 1:
            self._sheet.merged_cells.add(f"A{row}:{get_column_letter(len(self._widths))}{row}")
        self._append([self._cell(look, Kind.TEXT, text)])

    def _filter(self, header_row: int, last_row: int, columns: int) -> None:
        if self._filtered:
            raise ValueError("a sheet can have one filtered table")
        self._filtered = True
        corner = f"{get_column_letter(columns)}{max(last_row, header_row)}"
        self._sheet.auto_filter.ref = f"A{header_row}:{corner}"

    def _append(self, cells: list[Cell]) -> None:
        row = self.next_row
        height = self._height(cells)
        if height is not None:
            self._sheet.row_dimensions[row].height = height
        self._sheet.append(cells)
        # The row is written; a long ledger would otherwise keep every height in memory.
        self._sheet.row_dimensions.pop(row, None)
        self._row = row

    def _height(self, cells: Sequence[Cell]) -> float | None:
        """Points for the tallest wrapped text: programs do not fit rows when they open a file."""
        if not cells or self.next_row in self._sheet.row_dimensions:
            return None
        lines = max(
            _lines(cell.value, width) for cell, width in zip(cells, self._widths, strict=False)
        )
        return min(_LINE_HEIGHT * lines + 4, _TALLEST_ROW)

    def _cell(self, look: str, kind: Kind, value: Value) -> Any:
        """A cell in the given look; styles are shared, which halves the time of a long ledger."""
        held = plain(value, kind)
        text = _clean(held) if isinstance(held, str) else None
        quoted = text is not None and text.startswith(_FORMULA_START)
        key = (look, kind, quoted)
        if key not in self._looks:
            self._looks[key] = prototype(self._sheet, look, kind, quoted=quoted)
        cell: Any = WriteOnlyCell(self._sheet)
        cell._style = self._looks[key]._style  # noqa: SLF001 - the library has no other way to share
        cell.value = held if text is None else text
        if text is not None:
            cell.data_type = "s"
        return cell

    def prepare_print(self, *, portrait: bool) -> None:
        """A4, or A3 for many columns, one page wide, as many as needed long, with page numbers."""
        sheet = self._sheet
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup.orientation = "portrait" if portrait else "landscape"
        wide = sum(column.width for column in sheet.column_dimensions.values())
        sheet.page_setup.paperSize = _A3 if wide > _FITS_A4 and not portrait else _A4
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_view.showGridLines = False
        sheet.oddFooter.center.text = "&P / &N"


def _lines(value: object, width: float) -> int:
    """Lines that a text takes in a column of `width` half-width characters."""
    if not isinstance(value, str):
        return 1
    return sum(max(1, ceil(display_width(line) / width)) for line in value.split("\n"))


def _clean(text: str) -> str:
    """`text` as a cell can hold it: no control characters, and an ellipsis where it was cut."""
    kept = _CONTROL.sub("", text)
    return kept if len(kept) <= MAX_TEXT else kept[: MAX_TEXT - 1] + "…"


def _sheet_name(name: str, taken: set[str]) -> str:
    """`name` without what Excel forbids, at most 31 characters, unlike those already taken."""
    base = re.sub(r"[\[\]:*?/\\]", " ", name).strip(" '")[:31] or "1"
    candidate, number = base, 2
    while candidate.casefold() in {other.casefold() for other in taken}:
        candidate = f"{base[:27]} {number}"
        number += 1
    return candidate
