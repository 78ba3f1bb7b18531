"""What runs out, from every slice below, in one shape: a source is a few lines of select.

A source names the rows of one ladder that still wait for something. Each row has ``id`` (the
event's ``subject_id``), ``arm`` (which run of the same deadline it is), ``due_on``, ``number``,
``target_id`` (for the link), ``is_major``, ``is_own`` (the enterprise found it itself) and
``enterprise_id``. A hazard under an order is spoken for by the order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, literal, null, select

from supervision.casefile.models import Case, CaseClock
from supervision.core.actor import Side
from supervision.escalation.rules import Ladder
from supervision.hazard.clock_models import HazardClock
from supervision.hazard.listing_models import HazardListing, ListingClock
from supervision.hazard.listing_workflow import ListingState
from supervision.hazard.models import Hazard
from supervision.hazard.rules import Grade
from supervision.hazard.workflow import OPEN, WITH_ENTERPRISE
from supervision.order.models import Order, OrderClock, OrderItem
from supervision.order.rules import ItemResult
from supervision.order.workflow import WITH_ENTERPRISE as ORDER_WITH_ENTERPRISE


@dataclass(frozen=True, slots=True)
class Subject:
    """One run of one deadline."""

    ladder: Ladder
    id: int
    arm: int
    due_on: date
    number: str
    link: str
    is_major: bool
    is_own: bool
    enterprise_id: int
    # Who has this very thing; None: whoever is in charge of the enterprise.
    officer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """``rows()`` gives the statement; ``link`` an address with ``{}`` for ``target_id``."""

    rows: Callable[[], Select[Any]]
    link: str


def _row(
    ident: Any, due_on: Any, number: Any, target: Any, enterprise_id: Any,
    *, arm: Any = None, is_major: Any = None, is_own: Any = None, officer_id: Any = None,
) -> Select[Any]:  # fmt: skip
    return select(
        ident.label("id"),
        (literal(0) if arm is None else arm).label("arm"),
        due_on.label("due_on"),
        number.label("number"),
        target.label("target_id"),
        enterprise_id.label("enterprise_id"),
        (false() if is_major is None else is_major).label("is_major"),
        (false() if is_own is None else is_own).label("is_own"),
        (null() if officer_id is None else officer_id).label("officer_id"),
    )


def _is_major() -> ColumnElement[bool]:
    return func.coalesce(Hazard.grade == Grade.MAJOR, false())


def _hazard_due() -> Select[Any]:
    stmt = _row(
        Hazard.id,
        Hazard.due_on,
        Hazard.number,
        Hazard.id,
        Hazard.enterprise_id,
        arm=Hazard.returned_count,
        is_major=_is_major(),
        is_own=Hazard.raised_side == Side.ENTERPRISE,
        officer_id=Hazard.officer_id,
    )
    return stmt.where(Hazard.status.in_(WITH_ENTERPRISE), Hazard.under_order == "")


def _repeated() -> Select[Any]:
    """Open tickets of what came back, from the day on which it did."""
    stmt = _row(
        Hazard.id,
        Hazard.repeated_on,
        Hazard.number,
        Hazard.id,
        Hazard.enterprise_id,
        is_major=_is_major(),
        is_own=Hazard.raised_side == Side.ENTERPRISE,
        officer_id=Hazard.officer_id,
    )
    return stmt.where(Hazard.repeated_on.is_not(None), Hazard.status.in_(OPEN))


def _hazard_clock(code: str) -> Select[Any]:
    stmt = _row(
        HazardClock.id,
        HazardClock.due_on,
        Hazard.number,
        Hazard.id,
        Hazard.enterprise_id,
        is_major=_is_major(),
        officer_id=Hazard.officer_id,
    ).join(Hazard, Hazard.id == HazardClock.hazard_id)
    return stmt.where(HazardClock.code == code, HazardClock.ended_on.is_(None))


def _listing_due() -> Select[Any]:
    stmt = _row(
        HazardListing.id,
        HazardListing.due_on,
        Hazard.number,
        Hazard.id,
        Hazard.enterprise_id,
        arm=HazardListing.failed_count,
        is_major=_is_major(),
    ).join(Hazard, Hazard.id == HazardListing.hazard_id)
    return stmt.where(HazardListing.status == ListingState.LISTED)


def _listing_review() -> Select[Any]:
    stmt = _row(
        ListingClock.id,
        ListingClock.due_on,
        Hazard.number,
        Hazard.id,
        Hazard.enterprise_id,
        is_major=_is_major(),
    ).join(HazardListing, HazardListing.id == ListingClock.listing_id)
    stmt = stmt.join(Hazard, Hazard.id == HazardListing.hazard_id)
    return stmt.where(ListingClock.ended_on.is_(None))


def _order_due() -> Select[Any]:
    """The first day of an order on which an item is due that nobody has re-inspected."""
    days = (
        select(OrderItem.order_id, func.min(OrderItem.due_on).label("due_on"))
        .where(OrderItem.result == ItemResult.OPEN)
        .group_by(OrderItem.order_id)
        .subquery()
    )
    stmt = _row(
        Order.id,
        days.c.due_on,
        Order.number,
        Order.id,
        Order.enterprise_id,
        is_major=_has_major(),
    ).join(days, days.c.order_id == Order.id)
    return stmt.where(Order.status.in_(ORDER_WITH_ENTERPRISE), Order.applied_on.is_(None))


def _order_clock(code: str) -> Select[Any]:
    stmt = _row(
        OrderClock.id,
        OrderClock.due_on,
        Order.number,
        Order.id,
        Order.enterprise_id,
        is_major=_has_major(),
    ).join(Order, Order.id == OrderClock.order_id)
    return stmt.where(OrderClock.code == code, OrderClock.ended_on.is_(None))


def _has_major() -> ColumnElement[bool]:
    of_order = OrderItem.order_id == Order.id
    stmt = select(OrderItem.id).join(Hazard, Hazard.id == OrderItem.hazard_id)
    return stmt.where(of_order, Hazard.grade == Grade.MAJOR).correlate(Order).exists()


def _case() -> Select[Any]:
    """Every clock of a case: decision, service, payment, publication."""
    stmt = _row(CaseClock.id, CaseClock.due_on, Case.number, Case.id, Case.enterprise_id).join(
        Case, Case.id == CaseClock.case_id
    )
    return stmt.where(CaseClock.ended_on.is_(None))


SOURCES: Mapping[Ladder, Source] = {
    Ladder.HAZARD_DUE: Source(_hazard_due, "/hazards/{}"),
    Ladder.RECHECK: Source(lambda: _hazard_clock("RECHECK"), "/hazards/{}"),
    Ladder.EXTENSION_REPLY: Source(lambda: _hazard_clock("EXT_REPLY"), "/hazards/{}"),
    Ladder.LISTING_DUE: Source(_listing_due, "/hazards/{}"),
    Ladder.LISTING_REVIEW: Source(_listing_review, "/hazards/{}"),
    Ladder.ORDER_DUE: Source(_order_due, "/orders/{}"),
    Ladder.SERVICE: Source(lambda: _order_clock("SERVICE"), "/orders/{}"),
    Ladder.ORDER_RECHECK: Source(lambda: _order_clock("RECHECK"), "/orders/{}"),
    Ladder.ORDER_REPLY: Source(lambda: _order_clock("EXT_REPLY"), "/orders/{}"),
    Ladder.CASE: Source(_case, "/cases/{}"),
    Ladder.REPEATED: Source(_repeated, "/hazards/{}"),
}


def subject_of(ladder: Ladder, row: Any) -> Subject:
    """A row of a source as a subject."""
    return Subject(
        ladder=ladder,
        id=row.id,
        arm=row.arm,
        due_on=row.due_on,
        number=row.number or "",
        link=SOURCES[ladder].link.format(row.target_id),
        is_major=bool(row.is_major),
        is_own=bool(row.is_own),
        enterprise_id=row.enterprise_id,
        officer_id=row.officer_id,
    )
