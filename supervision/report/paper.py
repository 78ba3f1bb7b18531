"""The package as a paper: what a chief reads first, and the hazards that need one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _

from supervision.core.export.checks import CHECK_COLUMNS
from supervision.core.export.columns import Column
from supervision.core.export.pdf import PdfDocument
from supervision.core.export.pdf_charts import ChartData
from supervision.core.export.xlsx_charts import ChartKind
from supervision.report import (
    enforcement_tables,
    heading,
    holdings_tables,
    labels,
    selfwork_tables,
    tables,
)
from supervision.report.contents import Contents, LedgerRow, SubjectKind
from supervision.report.heading import Imprint
from supervision.report.tables import GroupRow

# A paper is read; the whole ledger is in the workbook.
LISTED = 60


def make_paper(contents: Contents, imprint: Imprint) -> bytes:
    """The file's bytes: the same for the same contents and imprint. Raises FontMissingError."""
    figures = contents.figures
    document = PdfDocument(
        heading.title(),
        issuer=imprint.issuer,
        footer=_("Data version %(data)s", data=contents.data_version),
        provisional=figures.is_provisional,
    )
    document.title_block(heading.subtitle(contents), heading.origin(contents, imprint))
    if figures.is_provisional:
        document.warning(heading.provisional_warning(contents))
    document.figures(tables.key_figures(figures))
    _breakdowns(document, contents)
    _charts(document, contents)
    document.heading(_("Days of rectification"))
    document.facts(tables.rectification(figures))
    document.heading(_("Violations seen by cameras"))
    document.facts(tables.violations(figures))
    document.heading(_("Inspections, orders and clocks"))
    document.facts(enforcement_tables.balance(contents.enforcement.figures))
    document.heading(_("Licences, certificates, risks and chemicals"))
    document.facts(holdings_tables.balance(contents.holdings.figures))
    document.heading(_("Self-checks, commitments, training and safety codes"))
    document.facts(selfwork_tables.balance(contents.selfwork.figures))
    _lists(document, contents)
    _enforcement(document, contents)
    _holdings(document, contents)
    _selfwork(document, contents)
    document.heading(_("Totals against the ledger"))
    document.table(CHECK_COLUMNS, contents.checks)
    document.paragraph(
        _("Compiled by: ____________    Checked by: ____________    Date: ____________")
    )
    document.heading(_("What the figures mean"))
    for text in labels.DEFINITIONS:
        document.note(str(text))
    return document.build()


def _breakdowns(document: PdfDocument, contents: Contents) -> None:
    total = contents.figures.total
    document.heading(_("By grade"))
    document.table(tables.breakdown(_("Grade"), total, width=15), tables.by_grade(contents))
    document.heading(_("By source"))
    document.table(tables.breakdown(_("Source"), total, width=15), tables.by_source(contents))
    if contents.subject.kind is SubjectKind.REGION:
        rows = tables.enterprise_rows(contents.figures, contents.enterprises)
        shown = [row for row in rows if row.figures.overdue or row.figures.closing][:LISTED]
        document.heading(_("Enterprises with open hazards"))
        document.table(_unsummed(_("Enterprise"), contents), shown)
        _say_rest(document, len(shown), sum(1 for row in rows if row.figures.closing))


def _unsummed(name: str, contents: Contents) -> Sequence[Column[GroupRow]]:
    """The columns without totals: the list may be a part of the whole."""
    columns = tables.breakdown(name, contents.figures.total, width=30)
    return [replace(column, total=False, overall=None) for column in columns]


def _charts(document: PdfDocument, contents: Contents) -> None:
    sources = tables.by_source(contents)
    names = tuple(row.label for row in sources)
    series = tuple(
        (str(labels.SHORT_LABELS[name]), tuple(float(getattr(r.figures, name)) for r in sources))
        for name in ("found", "closed", "overdue")
    )
    grades = tables.by_grade(contents)
    document.charts(
        [
            ChartData(ChartKind.BAR, _("Hazards by source"), names, series),
            ChartData(
                ChartKind.PIE,
                _("Found in the month, by grade"),
                tuple(row.label for row in grades),
                ((_("Found"), tuple(float(row.figures.found) for row in grades)),),
            ),
        ]
    )
    days = contents.by_day
    document.chart(
        ChartData(
            ChartKind.LINE,
            _("Found and closed, day by day"),
            tuple(str(row.day.day) for row in days),
            (
                (_("Found"), tuple(float(row.found) for row in days)),
                (_("Closed"), tuple(float(row.closed) for row in days)),
            ),
        ),
        height=52,
    )


def _lists(document: PdfDocument, contents: Contents) -> None:
    overdue = [row for row in contents.ledger if row.part.overdue]
    major = [row for row in contents.ledger if row.fact.grade == "major" and row.part.closing]
    _list(document, _("Hazards overdue at the month's end"), overdue)
    _list(document, _("Major hazards open at the month's end"), major)
    closed = [row for row in contents.ledger if row.part.closed]
    _list(document, _("Hazards closed in the month"), closed)


def _list(document: PdfDocument, title: str, rows: list[LedgerRow]) -> None:
    rows.sort(key=lambda row: (str(row.fact.due_on or ""), row.fact.number))
    document.heading(title)
    document.table(tables.PAPER_LEDGER, rows[:LISTED])
    _say_rest(document, min(len(rows), LISTED), len(rows))


def _enforcement(document: PdfDocument, contents: Contents) -> None:
    done = contents.enforcement
    orders = enforcement_tables.on_paper(
        enforcement_tables.ORDERS, number=32, enterprise=24, issued_on=14, last_due_on=14, exit=10
    )
    _listed(document, _("Orders of the month"), orders, done.orders)
    if contents.subject.kind is SubjectKind.REGION:
        late = enforcement_tables.on_paper(
            enforcement_tables.LATE_CLOCKS,
            clock=22,
            number=30,
            enterprise=24,
            due_on=14,
            ended_on=14,
        )
        _listed(document, _("Overdue clocks"), late, done.late_clocks)


def _holdings(document: PdfDocument, contents: Contents) -> None:
    """What needs somebody: licences that are late, major hazard sources."""
    there, day = contents.holdings, contents.figures.period.events_through
    licences = enforcement_tables.on_paper(
        holdings_tables.LICENCES, type=28, number=28, enterprise=24, valid_to=14, apply_by=14
    )
    late = [row for row in there.licences if row.is_late(day)]
    _listed(document, _("Licences past the last day to apply for renewal"), licences, late)
    sources = enforcement_tables.on_paper(
        holdings_tables.SOURCES, unit=26, enterprise=28, grade=16, done_on=14, due_on=16
    )
    _listed(document, _("Major hazard sources"), sources, there.sources)


def _selfwork(document: PdfDocument, contents: Contents) -> None:
    """The same tables as in the workbook, as far as they fit: what needs somebody comes first."""
    for part in selfwork_tables.parts(contents.selfwork, contents.subject.kind):
        columns = enforcement_tables.on_paper(part.columns, **part.on_paper)
        _listed(document, part.title, columns, part.rows, part.note)


def _listed(
    document: PdfDocument,
    title: str,
    columns: Sequence[Column[Any]],
    rows: Sequence[Any],
    note: str = "",
) -> None:
    document.heading(title)
    if note and rows:
        document.note(note)
    document.table(columns, rows[:LISTED])
    _say_rest(document, min(len(rows), LISTED), len(rows))


def _say_rest(document: PdfDocument, shown: int, whole: int) -> None:
    if whole > shown:
        document.note(
            _(
                "%(rest)s more are in the workbook's ledger (%(whole)s in all).",
                rest=whole - shown,
                whole=whole,
            )
        )
