"""A return as a paper and as a workbook: figures, corrections, major hazards, the signature."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core.attachments import storage
from supervision.core.export.columns import Column, Kind, Value
from supervision.core.export.pdf import PdfDocument
from supervision.core.export.xlsx import XlsxBook
from supervision.core.i18n import format_day, format_instant
from supervision.returns.rules import MONEY
from supervision.returns.sheets import Line, Sheet

# No paper breaks a line at these, nor leaves them out.
_INDENT = "\u00a0" * 4


def shown(name: str, value: Decimal) -> str:
    return f"{value:,.2f}" if name in MONEY else str(int(value))


def _label(line: Line) -> str:
    return f"{_INDENT if line.is_part else ''}{line.label}"


def _why(line: Line) -> str:
    return line.correction.reason if line.correction else ""


def _columns(kind: Kind) -> tuple[Column[Line], ...]:
    """Columns of whole numbers, or of yuan: a column has one kind."""

    def given(value: Decimal | None) -> Value:
        return int(value) if value is not None and kind is Kind.INTEGER else value

    return (
        Column("label", _l("Figure"), _label, width=30),
        Column("value", _l("Value reported"), lambda line: given(line.value), kind, 14),
        Column("computed", _l("Counted"), lambda line: given(line.computed), kind, 14),
        Column("reason", _l("Why it is another"), _why, width=36),
    )


def _is_money(line: Line) -> bool:
    return line.figure in MONEY


def _tables(lines: Iterable[Line]) -> Iterator[tuple[Sequence[Column[Line]], Sequence[Line]]]:
    """Tables that keep the order of the lines."""
    for is_money, some in groupby(lines, _is_money):
        yield _columns(Kind.MONEY if is_money else Kind.INTEGER), list(some)


MAJOR_COLUMNS: tuple[Column[Any], ...] = (
    Column("number", _l("Number"), lambda m: m["number"], width=18),
    Column("cause", _l("State and cause"), lambda m: f"{m['place']}: {m['cause']}", width=32),
    Column("difficulty", _l("How hard to rectify"), lambda m: m["difficulty"], width=22),
    Column("plan", _l("Plan"), lambda m: m["plan"], width=32),
    Column("due_on", _l("Deadline"), lambda m: m["due_on"], width=12),
)


def make_paper(sheet: Sheet) -> bytes:
    """The PDF. One that is not signed, or was sent back, says so on every page."""
    document = PdfDocument(
        sheet.title,
        issuer=sheet.issuer,
        footer=_("Revision %(number)s", number=sheet.number),
        provisional=sheet.is_provisional,
    )
    document.title_block(sheet.issuer, [_origin(sheet)])
    for columns, lines in _tables(sheet.lines):
        document.table(columns, lines)
    document.heading(_("Signature of the principal"))
    if sheet.signed_at is not None and sheet.signature is not None:
        with storage().open(sheet.signature.sha256) as drawn:
            document.picture(drawn.read(), height=18)
        document.paragraph(f"{sheet.signed_by}{_INDENT}{format_instant(sheet.signed_at)}")
    else:
        document.paragraph(_("Not signed yet."))
    if sheet.past is not None:
        document.note(
            _(
                "Sent back by %(name)s, %(at)s: %(reason)s",
                name=sheet.past.returned_by,
                at=format_instant(sheet.past.returned_at),
                reason=sheet.past.reason,
            )
        )
    _majors(document, sheet)
    return document.build()


def _majors(document: PdfDocument, sheet: Sheet) -> None:
    """What the law's forms say of each; a region's asks for it seldom."""
    if sheet.row.layout and not sheet.majors:
        return
    document.heading(_("Major hazards that are open"))
    if sheet.majors:
        document.table(MAJOR_COLUMNS, sheet.majors)
    else:
        document.paragraph(_("None."))


def make_book(sheet: Sheet) -> bytes:
    """The workbook: the same lines, funds and major hazards on sheets of their own."""
    name = sheet.issuer
    book = XlsxBook(sheet.title, author=name, stamp=sheet.counted_at)
    title = f"{name} {sheet.title} {_span(sheet)}"
    counts = [line for line in sheet.lines if not _is_money(line)]
    funds = [line for line in sheet.lines if _is_money(line)]
    book.ledger(_("Figures"), _columns(Kind.INTEGER), counts, title=title)
    if funds:
        book.ledger(_("Funds"), _columns(Kind.MONEY), funds, title=title)
    book.ledger(_("Major hazards"), MAJOR_COLUMNS, sheet.majors, title=_("Major hazards"))
    return book.save()


def _span(sheet: Sheet) -> str:
    return f"{format_day(sheet.row.first_day)} – {format_day(sheet.row.last_day)}"


def _origin(sheet: Sheet) -> str:
    counted = _(
        "Counted at %(at)s, audit entry %(entry)s",
        at=format_instant(sheet.counted_at),
        entry=sheet.audit_id,
    )
    return f"{_span(sheet)} · {counted}"
