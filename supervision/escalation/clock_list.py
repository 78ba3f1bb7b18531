"""Every statutory clock that an actor may know of, from all slices that keep one, as one list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, func, literal, select, union_all

from supervision.casefile.models import Case, CaseClock
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.clocks import ClockOutcome
from supervision.core.db import db
from supervision.core.scope import region_range, unscoped, visible
from supervision.core.search import contains
from supervision.core.statutory import StatutoryRule
from supervision.core.web.paging import COUNT_CAP, PER_PAGE, Page
from supervision.enterprise.models import Enterprise
from supervision.hazard.clock_models import HazardClock
from supervision.hazard.listing_models import HazardListing, ListingClock
from supervision.hazard.models import Hazard
from supervision.order.models import Order, OrderClock

_PARTS = "each part of the list starts at visible()"
SOON = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class ClockFilter:
    """What the list is narrowed to. ``group``: running, overdue, soon, missed, met or all."""

    text: str = ""
    group: str = "running"
    code: str = ""
    region: str = ""
    due_from: date | None = None
    due_to: date | None = None
    enterprise_id: int | None = None


def _columns(kind: str, model: Any, number: Any, target: Any, enterprise_id: Any) -> list[Any]:
    return [
        literal(kind).label("kind"),
        model.id.label("id"),
        model.code.label("code"),
        model.rule_id.label("rule_id"),
        model.started_on.label("started_on"),
        model.due_on.label("due_on"),
        model.is_provisional.label("is_provisional"),
        model.ended_on.label("ended_on"),
        model.outcome.label("outcome"),
        number.label("number"),
        target.label("target_id"),
        enterprise_id.label("enterprise_id"),
    ]


def _of_hazards(actor: Actor) -> Select[Any]:
    columns = _columns("hazard", HazardClock, Hazard.number, Hazard.id, Hazard.enterprise_id)
    return visible(Hazard, actor, *columns).join(HazardClock, HazardClock.hazard_id == Hazard.id)


def _of_listings(actor: Actor) -> Select[Any]:
    owner = HazardListing.enterprise_id
    columns = _columns("listing", ListingClock, Hazard.number, Hazard.id, owner)
    stmt = visible(HazardListing, actor, *columns)
    stmt = stmt.join(ListingClock, ListingClock.listing_id == HazardListing.id)
    return stmt.join(Hazard, Hazard.id == HazardListing.hazard_id)


def _of_orders(actor: Actor) -> Select[Any]:
    columns = _columns("order", OrderClock, Order.number, Order.id, Order.enterprise_id)
    return visible(Order, actor, *columns).join(OrderClock, OrderClock.order_id == Order.id)


def _of_cases(actor: Actor) -> Select[Any]:
    columns = _columns("case", CaseClock, Case.number, Case.id, Case.enterprise_id)
    return visible(Case, actor, *columns).join(CaseClock, CaseClock.case_id == Case.id)


# A slice that keeps clocks adds one select here, and the address of what they belong to.
PARTS: Mapping[str, Callable[[Actor], Select[Any]]] = {
    "hazard": _of_hazards,
    "listing": _of_listings,
    "order": _of_orders,
    "case": _of_cases,
}
_PLACES = {
    "hazard": ("hazard.detail", "hazard_id"),
    "listing": ("hazard.detail", "hazard_id"),
    "order": ("order.detail", "order_id"),
    "case": ("casefile.detail", "case_id"),
}


def url_of(row: Any) -> str:
    """Where the clock can be seen with its reckoning."""
    endpoint, name = _PLACES[row.kind]
    return url_for(endpoint, **{name: row.target_id})


def _all(actor: Actor) -> CompoundSelect[Any]:
    return union_all(*(part(actor) for part in PARTS.values()))


def _statement(actor: Actor, wanted: ClockFilter) -> tuple[Select[Any], Any]:
    rows = _all(actor).subquery("clock")
    stmt = (
        select(
            rows,
            Enterprise.name.label("enterprise"),
            StatutoryRule.name.label("rule"),
            StatutoryRule.certainty.label("certainty"),
        )
        .join(Enterprise, Enterprise.id == rows.c.enterprise_id)
        .join(StatutoryRule, StatutoryRule.id == rows.c.rule_id)
    )
    for clause in _clauses(rows.c, wanted):
        stmt = stmt.where(clause)
    return stmt, rows.c


def _clauses(row: Any, wanted: ClockFilter) -> list[ColumnElement[bool]]:
    today = clock.today()
    running = row.ended_on.is_(None)
    groups = {
        "running": running,
        "overdue": and_(running, row.due_on < today),
        "soon": and_(running, row.due_on.between(today, today + SOON)),
        "missed": row.outcome == ClockOutcome.MISSED,
        "met": row.outcome == ClockOutcome.MET,
    }
    # What came back or went elsewhere was never counted to its end.
    clauses = [groups[wanted.group]] if wanted.group in groups else [_counted(row)]
    if wanted.text:
        clauses.append(contains(wanted.text, row.number, Enterprise.name))
    if wanted.code:
        clauses.append(row.code == wanted.code)
    if wanted.region:
        clauses.append(region_range(Enterprise.region_code, wanted.region))
    if wanted.due_from:
        clauses.append(row.due_on >= wanted.due_from)
    if wanted.due_to:
        clauses.append(row.due_on <= wanted.due_to)
    if wanted.enterprise_id is not None:
        clauses.append(row.enterprise_id == wanted.enterprise_id)
    return clauses


def _counted(row: Any) -> ColumnElement[bool]:
    clause: ColumnElement[bool] = func.coalesce(row.outcome, "") != ClockOutcome.VOID
    return clause


def page(actor: Actor, wanted: ClockFilter, *, number: int) -> Page[Any]:
    """One page, the earliest last day first."""
    stmt, row = _statement(actor, wanted)
    counted = select(func.count()).select_from(
        stmt.with_only_columns(row.id).limit(COUNT_CAP + 1).subquery()
    )
    total = db.session.scalar(unscoped(counted, reason=_PARTS)) or 0
    stmt = stmt.order_by(row.due_on.is_(None), row.due_on, row.kind, row.id)
    stmt = stmt.limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    items = db.session.execute(unscoped(stmt, reason=_PARTS)).all()
    return Page(items, number, PER_PAGE, min(total, COUNT_CAP), total > COUNT_CAP)


def first(actor: Actor, wanted: ClockFilter, limit: int) -> Sequence[Any]:
    """The first rows of the list, for a card or an export."""
    stmt, row = _statement(actor, wanted)
    stmt = stmt.order_by(row.due_on.is_(None), row.due_on, row.kind, row.id).limit(limit)
    return db.session.execute(unscoped(stmt, reason=_PARTS)).all()


def overdue_count(actor: Actor, *, cap: int) -> int:
    """Overdue clocks up to ``cap``: on every page, so it must not grow with the tables."""
    stmt, row = _statement(actor, ClockFilter(group="overdue"))
    some = stmt.with_only_columns(row.id).limit(cap).subquery()
    counted = unscoped(select(func.count()).select_from(some), reason=_PARTS)
    return db.session.scalar(counted) or 0


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures on top of the list."""

    running: int
    overdue: int
    soon: int


def counts(actor: Actor) -> Counts:
    """All figures in one statement."""
    stmt, row = _statement(actor, ClockFilter())
    today = clock.today()
    figures = stmt.with_only_columns(
        func.count(row.id),
        func.count().filter(row.due_on < today),
        func.count().filter(row.due_on.between(today, today + SOON)),
    )
    return Counts(*db.session.execute(unscoped(figures, reason=_PARTS)).one())
