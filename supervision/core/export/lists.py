"""Any list of the application as a file: at once where it is short, as a job where it is long.

A slice says what its list is (:class:`ListExport`); the same statement feeds the page and the
file. Long files are made by the scheduler: :mod:`supervision.core.export.jobs`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, func, select

from supervision.core import clock
from supervision.core.db import db
from supervision.core.export.columns import Column, shown
from supervision.core.export.pdf import PdfDocument
from supervision.core.export.xlsx import XlsxBook
from supervision.core.permissions import Permission

# Rows that are made while somebody waits (a page of paper takes longer than one of a workbook);
# more become a job.
AT_ONCE = 2000
AT_ONCE_ON_PAPER = 200
# More rows than any spreadsheet opens with pleasure: such a list becomes a CSV.
MOST_IN_BOOK = 200_000
MOST_ON_PAPER = 5000


class FileKind(StrEnum):
    XLSX = "xlsx"
    PDF = "pdf"
    CSV = "csv"


MEDIA_TYPES = {
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.PDF: "application/pdf",
    FileKind.CSV: "text/csv",
}


@dataclass(frozen=True, slots=True)
class ListExport:
    """A list that can be downloaded.

    ``statement()`` is the list of the running request, filtered and scoped as the page is;
    ``table(statement)`` gives its columns and a row for each line, streamed.
    """

    name: str
    title: Any
    permission: Permission
    statement: Callable[[], Select[Any]]
    table: Callable[[Select[Any]], tuple[Sequence[Column[Any]], Iterable[Any]]]
    kinds: tuple[FileKind, ...] = (FileKind.XLSX,)


def count(spec: ListExport, *, most: int | None = None) -> int:
    """How many rows the list has, counted no further than ``most``."""
    stmt = spec.statement()
    entity = stmt.column_descriptions[0]["entity"]
    inner = stmt.order_by(None).with_only_columns(entity.id, maintain_column_froms=True)
    counted = select(func.count()).select_from(inner.limit(most).subquery())
    return db.session.scalar(counted.execution_options(**stmt.get_execution_options())) or 0


def is_short(kind: FileKind, rows: int) -> bool:
    """Whether such a file is made while somebody waits."""
    return rows <= (AT_ONCE_ON_PAPER if kind is FileKind.PDF else AT_ONCE)


def fitting(kind: FileKind, rows: int) -> FileKind:
    """The kind that such a long list is made as."""
    return FileKind.CSV if kind is FileKind.XLSX and rows > MOST_IN_BOOK else kind


def render(
    spec: ListExport, kind: FileKind, *, each: Callable[[], None] = lambda: None
) -> io.BytesIO:
    """The file. ``each`` is called after every row."""
    stmt = spec.statement()
    if kind is FileKind.PDF:
        stmt = stmt.limit(MOST_ON_PAPER + 1)
    columns, rows = spec.table(stmt)
    counted = _counted(rows, each)
    if kind is FileKind.CSV:
        return _csv(columns, counted)
    if kind is FileKind.PDF:
        return _pdf(str(spec.title), columns, list(counted))
    title = str(spec.title)
    book = XlsxBook(title, author=_("Anqi"), stamp=clock.now())
    book.ledger(title, columns, counted, title=title)
    return io.BytesIO(book.save())


def filename(spec: ListExport, kind: FileKind) -> str:
    return f"{spec.title}-{clock.today().isoformat()}.{kind}"


def _counted(rows: Iterable[Any], each: Callable[[], None]) -> Iterator[Any]:
    for row in rows:
        yield row
        each()


def _csv(columns: Sequence[Column[Any]], rows: Iterable[Any]) -> io.BytesIO:
    """UTF-8 with its mark, by which Excel knows it; no cell is taken for a formula."""
    out = io.BytesIO()
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([str(column.heading) for column in columns])
    for row in rows:
        writer.writerow([_harmless(shown(c.value(row), c.kind)) for c in columns])
    text.flush()
    text.detach()
    out.seek(0)
    return out


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _pdf(title: str, columns: Sequence[Column[Any]], rows: Sequence[Any]) -> io.BytesIO:
    paper = PdfDocument(title, issuer=_("Anqi"), wide=True)
    lines = [_("As of %(day)s", day=clock.today().isoformat())]
    if len(rows) > MOST_ON_PAPER:
        lines.append(_("Only the first %(count)s are listed.", count=MOST_ON_PAPER))
    paper.title_block("", lines)
    paper.table(columns, rows[:MOST_ON_PAPER])
    return io.BytesIO(paper.build())
