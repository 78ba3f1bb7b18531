"""The column lists of what the authority did: inspections, orders, late clocks, escalations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l

from supervision.core.export.columns import Column, Kind, Value
from supervision.report import labels
from supervision.report.enforcement import (
    NAMES,
    ClockFact,
    EnforcementFigures,
    EscalationFact,
    InspectionFact,
    OrderFact,
)

INSPECTIONS: tuple[Column[InspectionFact], ...] = (
    Column("number", _l("Number of the inspection"), lambda row: row.number, width=22),
    Column("paper", _l("Number of the record"), lambda row: row.paper, width=30),
    Column("kind", _l("Kind"), lambda row: labels.inspection_kind(row.kind), width=16),
    Column("enterprise", _l("Enterprise"), lambda row: row.enterprise, width=30),
    Column("uscc", _l("Unified social credit code"), lambda row: row.uscc, width=21),
    Column("recorded_on", _l("Recorded on"), lambda row: row.recorded_on, Kind.DAY, 12),
    Column("officers", _l("Officers"), lambda row: row.officers, width=20),
    Column(
        "counts",
        _l("Counts against the cap"),
        lambda row: int(row.counts and row.is_administrative) or None,
        Kind.INTEGER,
        11,
        total=True,
    ),
    Column("items", _l("Items"), lambda row: row.items, Kind.INTEGER, 9, total=True),
    Column("failed", _l("Failed items"), lambda row: row.failed, Kind.INTEGER, 9, total=True),
    Column("hazards", _l("Hazards raised"), lambda row: row.hazards, Kind.INTEGER, 9, total=True),
)


def _exit(row: OrderFact) -> str:
    return str(labels.ORDER_EXIT_LABELS[row.exit]) if row.exit else ""


ORDERS: tuple[Column[OrderFact], ...] = (
    Column("number", _l("Number of the paper"), lambda row: row.number, width=32),
    Column("kind", _l("Kind of paper"), lambda row: labels.order_kind(row.kind), width=22),
    Column("enterprise", _l("Enterprise"), lambda row: row.enterprise, width=30),
    Column("uscc", _l("Unified social credit code"), lambda row: row.uscc, width=21),
    Column("issued_on", _l("Issued on"), lambda row: row.issued_on, Kind.DAY, 12),
    Column("served_on", _l("Served on"), lambda row: row.served_on, Kind.DAY, 12),
    Column("last_due_on", _l("Deadline"), lambda row: row.last_due_on, Kind.DAY, 12),
    Column("items", _l("Items"), lambda row: row.items, Kind.INTEGER, 9, total=True),
    Column("done", _l("Rectified"), lambda row: row.items_done, Kind.INTEGER, 9, total=True),
    Column("exit", _l("Settled by"), _exit, width=12),
    Column("left_on", _l("Settled on"), lambda row: row.left_on, Kind.DAY, 12),
)

LATE_CLOCKS: tuple[Column[ClockFact], ...] = (
    Column("clock", _l("Clock"), lambda row: row.name, width=28),
    Column("number", _l("Number of the paper"), lambda row: row.number, width=32),
    Column("enterprise", _l("Enterprise"), lambda row: row.enterprise, width=30),
    Column("started_on", _l("Since"), lambda row: row.started_on, Kind.DAY, 12),
    Column("due_on", _l("Last day"), lambda row: row.due_on, Kind.DAY, 12),
    Column("ended_on", _l("Ended on"), lambda row: row.ended_on, Kind.DAY, 12),
)

ESCALATIONS: tuple[Column[EscalationFact], ...] = (
    Column("sent_at", _l("Sent at"), lambda row: row.sent_at, Kind.INSTANT, 17),
    Column("ladder", _l("What was escalated"), lambda row: labels.ladder(row.ladder), width=24),
    Column(
        "offset", _l("Working days from the last day"), lambda row: row.offset, Kind.INTEGER, 14
    ),
    Column("number", _l("Number of the paper"), lambda row: row.number, width=32),
    Column("enterprise", _l("Enterprise"), lambda row: row.enterprise, width=30),
    Column("audience", _l("Told whom"), lambda row: labels.audience(row.audience), width=24),
    Column("told", _l("Names of those told"), lambda row: row.told, width=24),
)


def balance(figures: EnforcementFigures) -> list[tuple[str, Value, Kind]]:
    """Every total by its name."""
    return [
        (str(labels.ENFORCEMENT_LABELS[name]), getattr(figures, name), Kind.INTEGER)
        for name in NAMES
    ]


def on_paper(columns: Sequence[Column[Any]], **widths: int) -> list[Column[Any]]:
    """The columns that fit a sheet of paper, in the order of ``widths``; without totals."""
    by_key = {column.key: column for column in columns}
    return [replace(by_key[key], width=width, total=False) for key, width in widths.items()]
