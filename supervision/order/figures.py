"""Orders of a period, for those who count them: rows for a ledger, and counts made by SQL.

To the authority an order counts from its issue. To the enterprise it counts from its service:
before that it knows of none (``from_service``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select

from supervision.core.actor import Actor
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.enterprise.models import Enterprise, narrowed
from supervision.order.models import Order, OrderItem
from supervision.order.rules import ItemResult
from supervision.order.workflow import OrderKind, OrderState

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One issued order. ``left_at``: when it was closed or declared void."""

    id: int
    number: str
    kind: OrderKind
    status: OrderState
    enterprise_id: int
    enterprise: str
    uscc: str
    issued_at: datetime
    served_at: datetime | None
    last_due_on: date | None
    items: int
    items_done: int
    left_at: datetime | None


def order_rows(
    actor: Actor,
    start: datetime,
    end: datetime,
    *,
    from_service: bool,
    enterprise_id: int | None = None,
    region: str = "",
) -> Iterator[OrderRow]:
    """Orders that were open at any time in ``[start, end)``, by number; one statement, streamed."""
    stmt = _orders(
        actor,
        Order.id,
        Order.number,
        Order.kind,
        Order.status,
        Order.enterprise_id,
        Enterprise.name,
        Enterprise.uscc,
        Order.issued_at,
        Order.served_at,
        _of_items(func.max(OrderItem.due_on)),
        _of_items(func.count(OrderItem.id)),
        _of_items(func.count(OrderItem.id), OrderItem.result == ItemResult.DONE),
        _left_at(),
    )
    since = _since(from_service=from_service)
    stmt = narrowed(stmt, Order.enterprise_id, enterprise_id=enterprise_id, region=region).where(
        since < end, not_(_gone(start))
    )
    stmt = stmt.order_by(Order.year, Order.kind, Order.serial, Order.id)
    for row in db.session.execute(stmt.execution_options(yield_per=_CHUNK)):
        yield OrderRow(*row)


def order_counts(
    actor: Actor,
    start: datetime,
    end: datetime,
    *,
    from_service: bool,
    enterprise_id: int | None = None,
    region: str = "",
) -> dict[str, int]:
    """The window's figures by name, counted by the database."""
    since = _since(from_service=from_service)
    entered = since >= start
    left = and_(_left_at() >= start, _left_at() < end)
    parts = {
        "orders_opening": and_(not_(entered), not_(_gone(start))),
        "orders_issued": entered,
        "orders_closed": and_(left, Order.status == OrderState.CLOSED),
        "orders_void": and_(left, Order.status == OrderState.VOID),
        "orders_closing": not_(_gone(end)),
    }
    columns = [count_if(part) for part in parts.values()]
    stmt = narrowed(
        _orders(actor, *columns), Order.enterprise_id, enterprise_id=enterprise_id, region=region
    ).where(since < end)
    row = db.session.execute(stmt).one()
    return {name: int(value) for name, value in zip(parts, row, strict=True)}


def _orders(actor: Actor, *columns: Any) -> Select[Any]:
    return (
        visible(Order, actor, *columns)
        .join(Enterprise, Enterprise.id == Order.enterprise_id)
        .where(Order.number.is_not(None))
    )


def _since(*, from_service: bool) -> Any:
    return Order.served_at if from_service else Order.issued_at


def _left_at() -> Any:
    return func.coalesce(Order.closed_at, Order.voided_at)


def _gone(instant: datetime) -> ColumnElement[bool]:
    """Settled before ``instant``; never NULL, so that it can be negated."""
    return and_(
        or_(Order.closed_at.is_not(None), Order.voided_at.is_not(None)), _left_at() < instant
    )


def _of_items(column: Any, *conditions: Any) -> Any:
    return (
        select(column)
        .where(OrderItem.order_id == Order.id, *conditions)
        .correlate(Order)
        .scalar_subquery()
    )
