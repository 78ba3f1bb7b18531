"""Items of a checklist from a file: Excel or tab-separated, one heading line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from supervision.core.errors import InvalidInput
from supervision.core.text import N_
from supervision.inspection import rules
from supervision.inspection.checklist_rules import ItemFields

COLUMNS = ("section", "text", "basis", "method", "factor", "category", "criterion_code")
NEEDED = frozenset({"text", "basis", "factor", "category"})
WIDTHS = (18, 60, 44, 30, 14, 22, 18)

Lines = list[tuple[int, dict[str, str]]]


def read_file(name: str, data: bytes) -> Lines:
    """Lines of an upload with their numbers; columns that are not known are left alone.

    Raises InvalidInput (field ``file``) for what is no such file at all; what is wrong in a line
    is found later, line by line.
    """
    rows = _excel(data) if name.lower().endswith(".xlsx") else _tabs(data)
    found = [(n, cells) for n, cells in enumerate(rows, start=1) if any(cells)]
    if not found:
        raise InvalidInput(N_("The file is empty."), field="file")
    heading = [cell.strip().lower() for cell in found[0][1]]
    if missing := sorted(NEEDED - set(heading)):
        raise InvalidInput(
            N_("The first line lacks the columns %(names)s."),
            field="file",
            names=", ".join(missing),
        )
    if len(found) > rules.MOST_ITEMS + 1:
        raise InvalidInput(N_("At most %(count)s items."), field="file", count=rules.MOST_ITEMS)
    places = {c: heading.index(c) for c in COLUMNS if c in heading}
    return [(n, {c: _cell(cells, places.get(c)) for c in COLUMNS}) for n, cells in found[1:]]


def _cell(cells: Sequence[str], at: int | None) -> str:
    return cells[at].strip() if at is not None and at < len(cells) else ""


def _tabs(data: bytes) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter="\t")
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(N_("The file is neither Excel nor UTF-8 text."), field="file") from error


def _excel(data: bytes) -> Iterator[list[str]]:
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(
            values_only=True, max_row=rules.MOST_ITEMS + 50, max_col=20
        )
        yield from [["" if v is None else str(v) for v in row] for row in rows]
    except (BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError) as error:
        raise InvalidInput(N_("This file cannot be read as Excel."), field="file") from error


def as_tabs(items: Sequence[ItemFields]) -> bytes:
    """A list as a tab-separated file, to be filled in or changed."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_values(item) for item in items)
    return out.getvalue().encode("utf-8-sig")


def as_excel(items: Sequence[ItemFields]) -> bytes:
    """A list as an Excel file, to be filled in or changed."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(COLUMNS)
    for item in items:
        sheet.append(_values(item))
    for row in sheet.iter_rows():
        for cell in row:
            # What begins with "=" is text all the same, never a formula.
            cell.data_type = "s"
    for column, width in zip("ABCDEFG", WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _values(item: ItemFields) -> list[Any]:
    columns = item.columns
    return [str(columns[name]) for name in COLUMNS]
