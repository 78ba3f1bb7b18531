"""The column lists that page, workbook and paper share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core.export.columns import Column, Kind, Value
from supervision.report import labels
from supervision.report.contents import FIGURES, Contents, LedgerRow, SeenRow
from supervision.report.rules import Figures, Group, MonthlyFigures


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A line of a breakdown: its name and its figures."""

    label: str
    figures: Figures


def group_rows(groups: Iterable[Group], name: Callable[[str], str]) -> list[GroupRow]:
    """The breakdown with its names, in the order of the groups."""
    return [GroupRow(name(group.key), group.figures) for group in groups]


def enterprise_rows(figures: MonthlyFigures, names: Mapping[str, str]) -> list[GroupRow]:
    """One line an enterprise, the one with most overdue first."""
    rows = [GroupRow(names[group.key], group.figures) for group in figures.by_enterprise]
    return sorted(rows, key=lambda row: (-row.figures.overdue, -row.figures.closing, row.label))


def breakdown(heading: Any, total: Figures, *, width: float = 22) -> tuple[Column[GroupRow], ...]:
    """Columns of a breakdown; the rate under the table is that of ``total``."""

    def figure(name: str) -> Callable[[GroupRow], Value]:
        return lambda row: getattr(row.figures, name)

    counts = [
        Column(name, labels.SHORT_LABELS[name], figure(name), Kind.INTEGER, 9, total=True)
        for name in FIGURES
    ]
    rate: Column[GroupRow] = Column(
        "rate", _l("Rate"), lambda row: row.figures.rate, Kind.PERCENT, 10, overall=total.rate
    )
    first: Column[GroupRow] = Column("label", heading, lambda row: row.label, width=width)
    return (first, *counts[:-1], rate, counts[-1])


def _flag(name: str) -> Column[LedgerRow]:
    """A one where the ticket counts; nothing where it does not, so that the ones stand out."""
    return Column(
        name,
        labels.SHORT_LABELS[name],
        lambda row: getattr(row.part, name) or None,
        Kind.INTEGER,
        9,
        total=True,
    )


def _exit(row: LedgerRow) -> str:
    return str(labels.EXIT_LABELS[row.fact.exit]) if row.fact.exit else ""


LEDGER: tuple[Column[LedgerRow], ...] = (
    Column("number", _l("Number"), lambda row: row.fact.number, width=22),
    Column("enterprise", _l("Enterprise"), lambda row: row.enterprise, width=30),
    Column("uscc", _l("Unified social credit code"), lambda row: row.uscc, width=21),
    Column("grade", _l("Grade"), lambda row: labels.grade(row.fact.grade), width=12),
    Column("source", _l("Source"), lambda row: labels.source(row.fact.source), width=12),
    Column("place", _l("Place"), lambda row: row.place, width=20),
    Column("description", _l("Description"), lambda row: row.description, width=40),
    Column("responsible", _l("Responsible person"), lambda row: row.responsible_person, width=12),
    Column("found_on", _l("Found on"), lambda row: row.fact.found_on, Kind.DAY, 12),
    Column("due_on", _l("Deadline"), lambda row: row.fact.due_on, Kind.DAY, 12),
    Column("exit", _l("Settled by"), _exit, width=12),
    Column("left_on", _l("Settled on"), lambda row: row.fact.left_on, Kind.DAY, 12),
    Column("days", _l("Days"), lambda row: row.days, Kind.INTEGER, 8),
    *(_flag(name) for name in FIGURES),
)

# What fits a sheet of paper, and how wide: a day and a number stay on one line.
_PAPER_WIDTHS = {
    "number": 28,
    "enterprise": 22,
    "description": 30,
    "responsible": 12,
    "found_on": 15,
    "due_on": 15,
}
PAPER_LEDGER: tuple[Column[LedgerRow], ...] = tuple(
    replace(column, width=_PAPER_WIDTHS[column.key])
    for column in LEDGER
    if column.key in _PAPER_WIDTHS
)

SEEN: tuple[Column[SeenRow], ...] = (
    Column("seen_at", _l("Seen at"), lambda row: row.seen_at, Kind.INSTANT, 17),
    Column("enterprise", _l("Enterprise"), lambda row: row.enterprise, width=30),
    Column("camera", _l("Camera"), lambda row: row.camera, width=20),
    Column("rule", _l("Rule"), lambda row: labels.rule(row.fact.rule), width=20),
    Column("verdict", _l("Verdict"), lambda row: str(labels.VERDICT_LABELS[row.fact.verdict])),
)


def key_figures(figures: MonthlyFigures) -> list[tuple[str, Value, Kind]]:
    """The numbers that a reader looks for first."""
    total = figures.total
    return [
        (_("Found in the month"), total.found, Kind.INTEGER),
        (_("Closed in the month"), total.closed, Kind.INTEGER),
        (_("Overdue at the month's end"), total.overdue, Kind.INTEGER),
        (_("Rate of rectification on time"), total.rate, Kind.PERCENT),
        (_("Open at the month's end"), total.closing, Kind.INTEGER),
        (_("Mean days of rectification"), figures.rectification.mean, Kind.DECIMAL),
        (_("Violations flagged"), figures.violations.flagged, Kind.INTEGER),
        (_("Violations confirmed"), figures.violations.confirmed, Kind.INTEGER),
    ]


def balance(figures: MonthlyFigures) -> list[tuple[str, Value, Kind]]:
    """Every total by its full name."""
    total = figures.total
    pairs: list[tuple[str, Value, Kind]] = [
        (str(labels.FIGURE_LABELS[name]), getattr(total, name), Kind.INTEGER) for name in FIGURES
    ]
    return [*pairs, (_("Rate of rectification on time"), total.rate, Kind.PERCENT)]


def rectification(figures: MonthlyFigures) -> list[tuple[str, Value, Kind]]:
    days = figures.rectification
    return [
        (_("Hazards closed in the month"), days.count, Kind.INTEGER),
        (_("Mean days"), days.mean, Kind.DECIMAL),
        (_("Median days"), days.median, Kind.DECIMAL),
        (_("Longest, days"), days.longest, Kind.INTEGER),
    ]


def violations(figures: MonthlyFigures) -> list[tuple[str, Value, Kind]]:
    seen = figures.violations
    pairs: list[tuple[str, Value, Kind]] = [
        (str(text), getattr(seen, name), Kind.INTEGER)
        for name, text in labels.VIOLATION_LABELS.items()
    ]
    return [*pairs, (_("Confirmed of those judged"), seen.precision, Kind.PERCENT)]


def by_grade(contents: Contents) -> list[GroupRow]:
    return group_rows(contents.figures.by_grade, labels.grade)


def by_source(contents: Contents) -> list[GroupRow]:
    return group_rows(contents.figures.by_source, labels.source)
