"""The register of orders as Excel: the same query as the screen, one line for each problem."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from supervision.core.db import db
from supervision.core.export.columns import Column, Kind
from supervision.order import labels
from supervision.order.models import Order, OrderItem
from supervision.order.rules import RECHECK


@dataclass(frozen=True, slots=True)
class Line:
    """One problem of one order."""

    order: Order
    item: OrderItem


def _recheck_due(order: Order) -> object:
    running = order.clock(RECHECK)
    return running.due_on if running else None


COLUMNS: tuple[Column[Line], ...] = (
    Column("number", _l("Document number"), lambda r: r.order.number or "", width=30),
    Column("kind", _l("Class"), lambda r: str(labels.KIND_SHORT[r.order.kind]), width=14),
    Column("year", _l("Year"), lambda r: r.order.year, Kind.INTEGER, width=8),
    Column("serial", _l("Serial"), lambda r: r.order.serial, Kind.INTEGER, width=8),
    Column("authority", _l("Issuing authority"), lambda r: r.order.authority.name, width=26),
    Column("enterprise", _l("Enterprise"), lambda r: r.order.enterprise.name, width=30),
    Column("status", _l("Step"), lambda r: str(labels.STATUS_LABELS[r.order.status]), width=16),
    Column("issued_on", _l("Issued on"), lambda r: r.order.issued_on, Kind.DAY, width=12),
    Column("served_at", _l("Served at"), lambda r: r.order.served_at, Kind.INSTANT, width=17),
    Column("place", _l("Problem"), lambda r: r.item.position, Kind.INTEGER, width=8),
    Column("text", _l("Description"), lambda r: r.item.text, width=44),
    Column("basis", _l("What it breaks"), lambda r: r.item.basis, width=30),
    Column("due_on", _l("Deadline"), lambda r: r.item.due_on, Kind.DAY, width=12),
    Column("first_due", _l("First deadline"), lambda r: r.item.first_due_on, Kind.DAY, width=12),
    Column("result", _l("Result"), lambda r: str(labels.RESULT_LABELS[r.item.result]), width=16),
    Column("done_on", _l("Found rectified on"), lambda r: r.item.done_on, Kind.DAY, width=14),
    Column(
        "recheck",
        _l("Re-inspection due"),
        lambda r: _recheck_due(r.order),  # type: ignore[arg-type, return-value]
        Kind.DAY,
        width=14,
    ),
    Column(
        "officers",
        _l("Officers"),
        lambda r: "; ".join(f"{o.name} {o.certificate_no}" for o in r.order.officers),
        width=30,
    ),
    Column("void", _l("Void because"), lambda r: r.order.void_reason, width=26),
)


def register_table(stmt: Select[Any]) -> tuple[Sequence[Column[Line]], Iterable[Line]]:
    """The columns, and a row for each problem of the filtered orders, streamed."""
    stmt = stmt.options(
        selectinload(Order.items), selectinload(Order.officers), selectinload(Order.clocks)
    )
    return COLUMNS, _lines(db.session.scalars(stmt.execution_options(yield_per=500)))


def _lines(orders: object) -> Iterator[Line]:
    for order in orders:  # type: ignore[attr-defined]
        yield from (Line(order, item) for item in order.items)
