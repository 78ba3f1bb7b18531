"""Files of rows: Excel by python-calamine (seconds where openpyxl takes minutes), CSV by line."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from supervision.core.errors import InvalidInput
from supervision.core.text import N_
from supervision.enterprise.imports.packed import check_workbook
from supervision.enterprise.imports.rules import HEADER_SEARCH, cell_text, header_row

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
MOST_ROWS = 200_000
MOST_COLUMNS = 80
SAMPLES = 3
_SHEETS_TRIED = 8
_NOT_READABLE = N_("This is neither an Excel workbook (.xlsx) nor a CSV file that can be read.")


@dataclass(frozen=True, slots=True)
class Outline:
    """What the top of a file says: where its rows begin and what the columns are called."""

    media_type: str
    sheet: int
    skip: int
    headers: list[str]
    samples: list[list[str]]


def outline(file: IO[bytes]) -> Outline:
    """Look at an uploaded file. Raises InvalidInput where it is none that can be imported."""
    file.seek(0)
    is_zip = file.read(4) == b"PK\x03\x04"
    file.seek(0)
    if is_zip:
        return _workbook_outline(file)
    rows = list(islice(_csv_rows(file), HEADER_SEARCH + SAMPLES))
    return _outline(rows, CSV, 0)


def _workbook_outline(file: IO[bytes]) -> Outline:
    """The sheet with the most known headings: a template brings sheets of codes and notes too."""
    try:
        check_workbook(file)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, zlib.error) as error:
        raise InvalidInput(_NOT_READABLE, field="file") from error
    book = _book(file)
    best, most = None, -1
    for number, _name in enumerate(book.sheet_names[:_SHEETS_TRIED]):
        top = _tidy(book.get_sheet_by_index(number).to_python(nrows=HEADER_SEARCH + SAMPLES))
        _where, score = header_row(top)
        if any(map(any, top)) and score > most:
            best, most = (number, top), score
    if best is None:
        raise InvalidInput(N_("The file holds no rows."), field="file")
    return _outline(best[1], XLSX, best[0])


def _outline(top: list[list[str]], media_type: str, sheet: int) -> Outline:
    where, _score = header_row(top)
    if not top or not any(top[where]):
        raise InvalidInput(N_("The file holds no rows."), field="file")
    headers = top[where]
    while headers and not headers[-1]:
        headers.pop()
    if len(headers) > MOST_COLUMNS:
        raise InvalidInput(
            N_("The file has %(count)s columns; at most %(most)s can be read."),
            field="file",
            count=len(headers),
            most=MOST_COLUMNS,
        )
    data = [row for row in top[where + 1 :] if any(row)][:SAMPLES]
    if not data:
        raise InvalidInput(N_("Below the headings stands no row."), field="file")
    return Outline(
        media_type,
        sheet,
        where + 1,
        [h[:120] for h in headers],
        [_fit(r, len(headers)) for r in data],
    )


def table(
    file: IO[bytes], media_type: str, sheet: int, skip: int, width: int
) -> tuple[int, Iterator[tuple[int, list[str]]]]:
    """How many rows there are at most, and every one that holds something.

    A row is its number in the file (from 1) and its cells as text. A workbook is read once: it
    takes most of the memory of an import. Iterating raises InvalidInput for a file that ends
    badly or has more than :data:`MOST_ROWS`.
    """
    file.seek(0)
    if media_type == XLSX:
        found: CalamineSheet = _book(file).get_sheet_by_index(sheet)
        first = (found.start or (0, 0))[0] + 1
        return first - 1 + found.height - skip, _kept(_cells(found, first), skip, width)
    total = sum(1 for _line in _csv_rows(file)) - skip
    return total, _kept(enumerate(_csv_rows(file), start=1), skip, width)


def _kept(
    found: Iterator[tuple[int, list[str]]], skip: int, width: int
) -> Iterator[tuple[int, list[str]]]:
    seen = 0
    for number, cells in found:
        if number <= skip or not any(cells):
            continue
        seen += 1
        if seen > MOST_ROWS:
            raise InvalidInput(
                N_("The file has more than %(count)s rows. Cut it in parts."),
                field="file",
                count=MOST_ROWS,
            )
        yield number, _fit(cells, width)


def _cells(sheet: CalamineSheet, first: int) -> Iterator[tuple[int, list[str]]]:
    for place, row in enumerate(sheet.iter_rows(), start=first):
        yield place, [cell_text(cell) for cell in row]


def _book(file: IO[bytes]) -> CalamineWorkbook:
    file.seek(0)
    try:
        return CalamineWorkbook.from_filelike(file)
    except (CalamineError, OSError, ValueError) as error:
        raise InvalidInput(_NOT_READABLE, field="file") from error


def _csv_rows(file: IO[bytes]) -> Iterator[list[str]]:
    """Lines of a CSV in UTF-8 or, as Chinese Excel saves it, GB 18030; comma, semicolon or tab."""
    encoding = _encoding(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        first = text.readline()
        delimiter = max(",;\t", key=first.count)
        text.seek(0)
        for row in csv.reader(text, delimiter=delimiter):
            yield [cell.strip().removeprefix("\ufeff") for cell in row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(_NOT_READABLE, field="file") from error
    finally:
        text.detach()  # the caller's file stays open


def _encoding(file: IO[bytes]) -> str:
    file.seek(0)
    head = file.read(262_144)
    if b"\x00" in head:
        raise InvalidInput(_NOT_READABLE, field="file")
    try:
        # The last line may be cut in the middle of a character.
        head[: head.rfind(b"\n") + 1 or None].decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


def _tidy(rows_: Sequence[Sequence[object]]) -> list[list[str]]:
    return [[cell_text(cell) for cell in row] for row in rows_]


def _fit(cells: list[str], width: int) -> list[str]:
    """``cells`` in ``width`` columns: shorter lines are filled, what stands beyond is left out."""
    return (cells + [""] * (width - len(cells)))[:width]
