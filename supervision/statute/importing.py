"""A year's holidays from a file: Excel or tab-separated, one heading line, three columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from supervision.core.errors import InvalidInput
from supervision.core.text import N_
from supervision.statute.rules import HolidayRow

COLUMNS = ("day", "kind", "name")
# A year has no more days, and no one reads further.
MOST_LINES = 400

Lines = list[tuple[int, dict[str, str]]]


def read_file(name: str, data: bytes) -> Lines:
    """Lines of an upload with their numbers; columns beyond the three are left alone.

    Raises InvalidInput (field ``file``) for what is no such file at all; what is wrong in a line
    is found later, line by line.
    """
    rows = _excel(data) if name.lower().endswith(".xlsx") else _tabs(data)
    found = [(n, cells) for n, cells in enumerate(rows, start=1) if any(cells)][: MOST_LINES + 2]
    if not found:
        raise InvalidInput(N_("The file is empty."), field="file")
    heading = [cell.strip().lower() for cell in found[0][1]]
    if not set(COLUMNS) <= set(heading):
        raise InvalidInput(
            N_("The first line must name the columns day, kind and name."), field="file"
        )
    if len(found) > MOST_LINES + 1:
        raise InvalidInput(N_("The file has too many lines for one year."), field="file")
    places = {column: heading.index(column) for column in COLUMNS}
    return [(n, {c: _cell(cells, at) for c, at in places.items()}) for n, cells in found[1:]]


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""


def _tabs(data: bytes) -> Iterator[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(N_("The file is neither Excel nor UTF-8 text."), field="file") from error
    try:
        yield from csv.reader(io.StringIO(text), delimiter="\t")
    except csv.Error as error:
        raise InvalidInput(N_("The file is neither Excel nor UTF-8 text."), field="file") from error


def _excel(data: bytes) -> Iterator[list[str]]:
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(values_only=True, max_row=MOST_LINES + 2, max_col=20)
        yield from [[_text(value) for value in row] for row in rows]
    except (BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError) as error:
        raise InvalidInput(N_("This file cannot be read as Excel."), field="file") from error


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def as_tabs(rows: Sequence[HolidayRow]) -> bytes:
    """A year as a tab-separated file, to be filled in or changed."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((row.day.isoformat(), row.kind, row.name) for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_excel(rows: Sequence[HolidayRow]) -> bytes:
    """A year as an Excel file, to be filled in or changed."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(COLUMNS)
    for row in rows:
        sheet.append((row.day, row.kind, row.name))
        # A name that begins with "=" is a name all the same, never a formula.
        sheet.cell(sheet.max_row, 3).data_type = "s"
    sheet.column_dimensions["A"].width = 14
    sheet.column_dimensions["C"].width = 24
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
