"""Workbooks of an import: the template to fill in, and the rows to mend."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from sqlalchemy import select

from supervision.core import attachments, clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.export.columns import Column
from supervision.core.export.xlsx import XlsxBook
from supervision.enterprise import labels as registry
from supervision.enterprise import rules as codes
from supervision.enterprise.imports import labels, queries, reading, rules
from supervision.enterprise.imports.models import ImportProblem

# Rows of the template that offer lists and take text as text.
PREPARED_ROWS = 2000
_HEAD = PatternFill("solid", fgColor="FF1E3A5F")
_MUST = PatternFill("solid", fgColor="FF9A3412")
_WHITE = Font("Microsoft YaHei", 10, b=True, color="FFFFFFFF")
_LARGEST = 256 * 1024 * 1024
_WIDTHS = {"uscc": 24, "name": 34, "address": 34, "region_code": 28, "industry_code": 26}


def template_book(actor: Actor, officers: Sequence[str]) -> io.BytesIO:
    """The template: headings with notes and lists, a sheet that explains, a sheet of codes.

    Divisions are those of ``actor``'s own; ``officers`` are names that they may choose.
    """
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = _("Enterprises")
    lists = _codes_sheet(book, actor, officers)
    for place, field in enumerate(rules.import_fields(), start=1):
        _column(sheet, place, field, lists.get(field.name))
    sheet.freeze_panes = "C2"
    sheet.row_dimensions[1].height = 30
    _notes_sheet(book)
    book.move_sheet(book.worksheets[-1], -1)
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def _column(sheet: Any, place: int, field: rules.ImportField, offered: str | None) -> None:
    letter = get_column_letter(place)
    head = sheet.cell(1, place, str(labels.COLUMN_LABELS[field.name]))
    head.font, head.fill = _WHITE, _MUST if field.is_required else _HEAD
    head.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    note = Comment(str(labels.NOTES[field.name]), _("Anqi"))
    note.width, note.height = 320, 90
    head.comment = note
    sheet.column_dimensions[letter].width = _WIDTHS.get(field.name, 16)
    # As text: a spreadsheet would round a credit code and cut the zero off a code.
    sheet.column_dimensions[letter].number_format = "@"
    for row in range(2, 202):
        sheet.cell(row, place).number_format = "@"
    if offered:
        listed = DataValidation(type="list", formula1=offered, allow_blank=True)
        # A warning, not a refusal: codes that are on no list can be right.
        listed.errorStyle, listed.showErrorMessage = "warning", True
        listed.error = _("This is not on the list. Keep it?")
        sheet.add_data_validation(listed)
        listed.add(f"{letter}2:{letter}{PREPARED_ROWS}")


def _codes_sheet(book: Workbook, actor: Actor, officers: Sequence[str]) -> dict[str, str]:
    """One sheet of codes; returns the range of each list by field."""
    sheet = book.create_sheet(_("Codes"))
    columns: dict[str, list[str]] = {
        "region_code": [f"{code} {name}" for code, name in queries.divisions(actor)],
        "industry_code": [f"{code} {name}" for code, name in codes.industry_divisions().items()],
        "size_class": [str(text) for text in registry.SIZE_LABELS.values()],
        "officer_id": list(officers),
        "is_key": [_("Yes"), _("No")],
    }
    found = {}
    for place, (name, values) in enumerate(columns.items(), start=1):
        letter = get_column_letter(place)
        head = sheet.cell(1, place, str(labels.COLUMN_LABELS[name]))
        head.font, head.fill = _WHITE, _HEAD
        sheet.column_dimensions[letter].width = 34
        for row, value in enumerate(values, start=2):
            sheet.cell(row, place, value).data_type = "s"
        if values:
            found[name] = f"'{sheet.title}'!${letter}$2:${letter}${len(values) + 1}"
    sheet.freeze_panes = "A2"
    return found


def _notes_sheet(book: Workbook) -> None:
    sheet = book.create_sheet(_("Notes"))
    sheet.append([_("Column"), _("Needed"), _("What to write")])
    for field in rules.import_fields():
        must = _("Yes, for a new enterprise") if field.is_required else ""
        sheet.append([str(labels.COLUMN_LABELS[field.name]), must, str(labels.NOTES[field.name])])
    for letter, width in zip("ABC", (30, 24, 90), strict=True):
        sheet.column_dimensions[letter].width = width
        sheet[f"{letter}1"].font, sheet[f"{letter}1"].fill = _WHITE, _HEAD
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def error_book(run_id: int, headers: Sequence[str]) -> io.BytesIO:
    """The rows that did not fit, as they stood, with what is wrong: mend it and upload it again."""
    book = XlsxBook(_("Rows to mend"), author=_("Anqi"), stamp=clock.now())
    columns = [
        Column(f"c{place}", heading or f"({place + 1})", _cell(place), width=16)
        for place, heading in enumerate(headers)
    ]
    everything: list[Column[ImportProblem]] = [
        Column("reason", labels.REASON_HEADING, labels.reasons, width=60),
        Column("row", labels.ROW_HEADING, lambda p: str(p.row), width=10),
        *columns,
    ]
    sheet = book.sheet(_("Rows to mend"), [c.width for c in everything], freeze_row=1)
    sheet.table(everything, _problems(run_id), filtered=True)
    return io.BytesIO(book.save())


def _cell(place: int) -> Any:
    return lambda problem: problem.cells[place] if place < len(problem.cells) else ""


def _problems(run_id: int) -> Iterator[ImportProblem]:
    stmt = select(ImportProblem).where(ImportProblem.run_id == run_id).order_by(ImportProblem.row)
    found: Iterable[ImportProblem] = db.session.scalars(stmt.execution_options(yield_per=500))
    yield from found


def keep_errors(actor: Actor, book: io.BytesIO, language: str) -> Attachment:
    """Store the error file under a name in the asker's language."""
    with force_locale(language):
        name = f"{_('Rows to mend')}-{clock.today().isoformat()}.xlsx"
    return attachments.store_file(actor, book, name, reading.XLSX, limit=_LARGEST)
