"""A return as a paper and as a workbook: figures, corrections, major hazards, the signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core import clock
from supervision.core.attachments import storage
from supervision.core.export.columns import Column
from supervision.core.export.pdf import PdfDocument
from supervision.core.export.xlsx import XlsxBook
from supervision.core.i18n import format_day, format_instant
from supervision.returns import labels
from supervision.returns.models import PeriodReturn
from supervision.returns.rules import FIGURES, MONEY
from supervision.returns.workflow import ReturnState


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the paper: as reported; as counted and why another, where it was corrected."""

    label: str
    value: str
    computed: str = ""
    reason: str = ""


LINE_COLUMNS: tuple[Column[Line], ...] = (
    Column("label", _l("Line"), lambda line: line.label, width=30),
    Column("value", _l("Reported"), lambda line: line.value, width=14),
    Column("computed", _l("Counted"), lambda line: line.computed, width=14),
    Column("reason", _l("Why it is another"), lambda line: line.reason, width=36),
)
MAJOR_COLUMNS: tuple[Column[dict[str, Any]], ...] = (
    Column("number", _l("Number"), lambda m: m["number"], width=18),
    Column("cause", _l("State and cause"), lambda m: f"{m['place']}: {m['cause']}", width=32),
    Column("difficulty", _l("How hard to rectify"), lambda m: m["difficulty"], width=22),
    Column("plan", _l("Plan"), lambda m: m["plan"], width=32),
    Column("due_on", _l("Deadline"), lambda m: m["due_on"], width=12),
)


def title(row: PeriodReturn) -> str:
    return row.layout.name if row.layout else str(labels.KIND_LABELS[row.kind])


def lines(row: PeriodReturn) -> Sequence[Line]:
    """All lines in the order of the law's form, or those of the region's layout in its words."""
    if row.layout:
        pairs = [(line["label"], line["figure"]) for line in row.layout.lines]
    else:
        pairs = [(str(labels.FIGURE_LABELS[name]), name) for name in FIGURES]
    return [_line(row, label, name) for label, name in pairs]


def _line(row: PeriodReturn, label: str, name: str) -> Line:
    correction = row.corrected.get(name)
    computed = row.computed[name]
    if correction is None or correction.value == computed:
        return Line(label, shown(name, computed))
    return Line(label, shown(name, correction.value), shown(name, computed), correction.reason)


def shown(name: str, value: Decimal) -> str:
    return f"{value:,.2f}" if name in MONEY else str(int(value))


def make_paper(row: PeriodReturn) -> bytes:
    """The PDF. One that is not signed says on every page that it is provisional."""
    unsigned = row.signed_at is None
    document = PdfDocument(
        title(row),
        issuer=row.enterprise.name,
        footer=_("Revision %(number)s", number=row.revision),
        provisional=unsigned or row.status is ReturnState.RETURNED,
    )
    document.title_block(row.enterprise.name, _origin(row))
    document.table(LINE_COLUMNS, lines(row))
    document.heading(_("Major hazards that are open"))
    if row.majors:
        document.table(MAJOR_COLUMNS, row.majors)
    else:
        document.paragraph(_("None."))
    document.heading(_("Signature of the principal"))
    if row.signed_at is not None and row.signature is not None:
        with storage().open(row.signature.sha256) as drawn:
            document.picture(drawn.read(), height=18)
        document.paragraph(f"{row.signed_by}    {format_instant(row.signed_at)}")
    else:
        document.paragraph(_("Not signed yet."))
    return document.build()


def make_book(row: PeriodReturn) -> bytes:
    """The workbook: the same lines, and the major hazards on a sheet of their own."""
    book = XlsxBook(title(row), author=row.enterprise.name, stamp=row.counted_at)
    book.ledger(title(row), LINE_COLUMNS, lines(row), title=f"{row.enterprise.name} {title(row)}")
    book.ledger(_("Major hazards"), MAJOR_COLUMNS, row.majors, title=_("Major hazards"))
    return book.save()


def _origin(row: PeriodReturn) -> list[str]:
    return [
        f"{format_day(row.first_day)} – {format_day(row.last_day)}",
        _(
            "Counted at %(at)s, audit entry %(entry)s",
            at=format_instant(row.counted_at.astimezone(clock.SHANGHAI)),
            entry=row.audit_id,
        ),
    ]
