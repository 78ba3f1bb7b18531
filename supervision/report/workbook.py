"""The package as a workbook: summary, charts, enterprises, ledger, what was done, check."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core.export.columns import Column, Kind
from supervision.core.export.xlsx import XlsxBook, XlsxSheet
from supervision.core.export.xlsx_charts import ChartKind, ChartSpec
from supervision.report import (
    enforcement_tables,
    heading,
    holdings_tables,
    labels,
    selfwork_tables,
    tables,
)
from supervision.report.contents import Contents, DayFigures, SubjectKind
from supervision.report.heading import Imprint

# Rows that two charts of 7.5 cm take, one under the other.
_CHART_ROWS = 32
_WIDTHS = (30, 14, 12, 12, 12, 12, 12, 12, 12, 12, 12)

BY_DAY: tuple[Column[DayFigures], ...] = (
    Column("day", _l("Day"), lambda row: str(row.day.day), width=12),
    Column("found", _l("Found"), lambda row: row.found, Kind.INTEGER, 9, total=True),
    Column("closed", _l("Closed"), lambda row: row.closed, Kind.INTEGER, 9, total=True),
)


def make_workbook(contents: Contents, imprint: Imprint) -> bytes:
    """The file's bytes: the same for the same contents and imprint."""
    book = XlsxBook(
        f"{heading.title()} {heading.subtitle(contents)}",
        author=imprint.issuer,
        stamp=imprint.made_at,
    )
    _summary(book, contents, imprint)
    _charts(book, contents)
    title = heading.subtitle(contents)
    if contents.subject.kind is SubjectKind.REGION:
        book.ledger(
            _("By enterprise"),
            tables.breakdown(_("Enterprise"), contents.figures.total, width=34),
            tables.enterprise_rows(contents.figures, contents.enterprises),
            title=title,
        )
    book.ledger(
        _("Ledger"),
        tables.LEDGER,
        contents.ledger,
        title=title,
        notes=[_("Every hazard that counts in this month; 1 marks where it counts.")],
    )
    book.ledger(_("Violations"), tables.SEEN, contents.seen, title=title)
    _enforcement(book, contents)
    _holdings(book, contents)
    _selfwork(book, contents)
    book.checks(contents.checks, name=_("Check"), title=_("Totals against the ledger"))
    return book.save()


def _summary(book: XlsxBook, contents: Contents, imprint: Imprint) -> None:
    figures = contents.figures
    sheet = book.sheet(_("Summary"), _WIDTHS)
    sheet.title(heading.title(), heading.subtitle(contents), *heading.origin(contents, imprint))
    if figures.is_provisional:
        sheet.heading(heading.provisional_warning(contents))
    sheet.heading(_("Hazards of the month"))
    sheet.facts(tables.balance(figures))
    sheet.gap()
    for title, name, rows in (
        (_("By grade"), _("Grade"), tables.by_grade(contents)),
        (_("By source"), _("Source"), tables.by_source(contents)),
    ):
        sheet.heading(title)
        sheet.table(tables.breakdown(name, figures.total), rows)
        sheet.gap()
    sheet.page_break()
    sheet.heading(_("Days of rectification"))
    sheet.facts(tables.rectification(figures))
    sheet.gap()
    sheet.heading(_("Violations seen by cameras"))
    sheet.facts(tables.violations(figures))
    sheet.gap()
    sheet.heading(_("Inspections, orders and clocks"))
    sheet.facts(enforcement_tables.balance(contents.enforcement.figures))
    sheet.gap()
    sheet.heading(_("Licences, certificates, risks and chemicals"))
    sheet.facts(holdings_tables.balance(contents.holdings.figures))
    sheet.gap()
    sheet.heading(_("Self-checks, commitments, training and safety codes"))
    sheet.facts(selfwork_tables.balance(contents.selfwork.figures))
    sheet.gap()
    _definitions(sheet)


def _enforcement(book: XlsxBook, contents: Contents) -> None:
    """What the authority did; clocks and escalations are none of an enterprise's business."""
    title, done = heading.subtitle(contents), contents.enforcement
    book.ledger(_("Inspections"), enforcement_tables.INSPECTIONS, done.inspections, title=title)
    book.ledger(_("Orders"), enforcement_tables.ORDERS, done.orders, title=title)
    if contents.subject.kind is SubjectKind.REGION:
        book.ledger(
            _("Overdue clocks"),
            enforcement_tables.LATE_CLOCKS,
            done.late_clocks,
            title=title,
            notes=[_("Late in the month, or overdue at its end.")],
        )
        book.ledger(_("Escalations"), enforcement_tables.ESCALATIONS, done.escalations, title=title)


def _holdings(book: XlsxBook, contents: Contents) -> None:
    """What the files held; a region's risk points and ledgers enterprise by enterprise."""
    title, there = heading.subtitle(contents), contents.holdings
    book.ledger(_("Licences"), holdings_tables.LICENCES, there.licences, title=title)
    book.ledger(
        _("Certificates of people"),
        holdings_tables.CERTIFICATES,
        there.certificates,
        title=title,
        notes=[_("Past their day, or due within 90 days, at the month's end.")],
    )
    if contents.subject.kind is SubjectKind.REGION:
        book.ledger(_("Risk grades"), holdings_tables.RISK_LINES, there.risk_lines, title=title)
        book.ledger(
            _("Chemicals"), holdings_tables.CHEMICAL_LINES, there.chemical_lines, title=title
        )
    else:
        book.ledger(_("Risk grades"), holdings_tables.RISKS, there.risks, title=title)
        book.ledger(_("Chemicals"), holdings_tables.CHEMICALS, there.chemicals, title=title)
    book.ledger(_("Major hazard sources"), holdings_tables.SOURCES, there.sources, title=title)


def _selfwork(book: XlsxBook, contents: Contents) -> None:
    """What they did themselves; a region's enterprise by enterprise, one enterprise's row by row."""
    title = heading.subtitle(contents)
    for part in selfwork_tables.parts(contents.selfwork, contents.subject.kind):
        notes = [part.note] if part.note else []
        if not part.rows:
            notes.append(_("Nothing in this month."))
        book.ledger(part.title, part.columns, part.rows, title=title, notes=notes)


def _definitions(sheet: XlsxSheet) -> None:
    sheet.heading(_("What the figures mean"))
    for text in labels.DEFINITIONS:
        sheet.note(str(text))


def _charts(book: XlsxBook, contents: Contents) -> None:
    """The charts on top, where they are seen first; under them the tables they are drawn from."""
    sheet = book.sheet(_("Charts"), _WIDTHS)
    sheet.title(heading.subtitle(contents))
    for _row in range(_CHART_ROWS):
        sheet.gap()
    total = contents.figures.total
    sheet.heading(_("By source"))
    by_source = sheet.table(tables.breakdown(_("Source"), total), tables.by_source(contents))
    sheet.gap()
    sheet.heading(_("By grade"))
    by_grade = sheet.table(tables.breakdown(_("Grade"), total), tables.by_grade(contents))
    sheet.gap()
    sheet.heading(_("Day by day"))
    by_day = sheet.table(BY_DAY, contents.by_day)
    bars = ("found", "closed", "overdue")
    sheet.chart(ChartSpec(ChartKind.BAR, _("Hazards by source"), "label", bars), by_source, "A3")
    sheet.chart(
        ChartSpec(ChartKind.PIE, _("Found in the month, by grade"), "label", ("found",)),
        by_grade,
        "F3",
    )
    sheet.chart(
        ChartSpec(
            ChartKind.LINE,
            _("Found and closed, day by day"),
            "day",
            ("found", "closed"),
            width=37,
        ),
        by_day,
        "A19",
    )
