"""Tickets of a period, for those who count them: rows for the ledger, and counts made by SQL.

The counts are made without the rows on purpose: a report sums the rows, asks for the counts,
and prints only what agrees.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, cast, func, not_, or_
from sqlalchemy.orm import aliased

from supervision.core.actor import Actor
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.enterprise.models import Enterprise, narrowed
from supervision.hazard.models import Hazard, HazardEvent
from supervision.hazard.rules import Grade, Source
from supervision.hazard.workflow import HazardState

# The step that takes a ticket off the ledger without closing it; each can happen once.
_LEAVING = ("transfer", "invalidate")
_CHUNK = 500

Leaving = aliased(HazardEvent)


@dataclass(frozen=True, slots=True)
class Window:
    """Instants ``[start, end)`` of what happened, and days of what was due.

    ``first`` and ``last`` bound the deadlines that belong to the period; those up to
    ``due_through`` have already passed.
    """

    start: datetime
    end: datetime
    first: date
    last: date
    due_through: date


@dataclass(frozen=True, slots=True)
class TicketRow:
    """One ticket as a ledger shows it. ``left_at``: closed, transferred or declared invalid."""

    id: int
    number: str
    status: HazardState
    grade: Grade | None
    source: Source
    enterprise_id: int
    enterprise: str
    uscc: str
    place: str
    description: str
    responsible_person: str
    found_at: datetime
    due_on: date | None
    left_at: datetime | None


def ticket_rows(
    actor: Actor, window: Window, *, enterprise_id: int | None = None, region: str = ""
) -> Iterator[TicketRow]:
    """Every ticket that was open, found, settled or due in the window, in order of number.

    One statement; the rows are streamed.
    """
    stmt = _tickets(
        actor,
        Hazard.id,
        Hazard.number,
        Hazard.status,
        Hazard.grade,
        Hazard.source,
        Hazard.enterprise_id,
        Enterprise.name,
        Enterprise.uscc,
        Hazard.place,
        Hazard.description,
        Hazard.responsible_person,
        Hazard.found_at,
        Hazard.due_on,
        _left_at(),
    )
    due = Hazard.due_on.between(window.first, window.last)
    stmt = narrowed(stmt, Hazard.enterprise_id, enterprise_id=enterprise_id, region=region).where(
        Hazard.found_at < window.end, or_(not_(_gone(window.start)), due)
    )
    rows = db.session.execute(stmt.order_by(Hazard.number).execution_options(yield_per=_CHUNK))
    for row in rows:
        yield TicketRow(*row)


def ticket_counts(
    actor: Actor, window: Window, *, enterprise_id: int | None = None, region: str = ""
) -> dict[str, int]:
    """The window's figures by name (opening, found, closed, ...), counted by the database."""
    parts = _parts(window)
    columns = [count_if(part) for part in parts.values()]
    stmt = narrowed(
        _tickets(actor, *columns), Hazard.enterprise_id, enterprise_id=enterprise_id, region=region
    )
    row = db.session.execute(stmt.where(Hazard.found_at < window.end)).one()
    return {name: int(value) for name, value in zip(parts, row, strict=True)}


def _tickets(actor: Actor, *columns: Any) -> Select[Any]:
    return (
        visible(Hazard, actor, *columns)
        .join(Enterprise, Enterprise.id == Hazard.enterprise_id)
        .outerjoin(Leaving, and_(Leaving.hazard_id == Hazard.id, Leaving.action.in_(_LEAVING)))
    )


def _left_at() -> Any:
    return func.coalesce(Hazard.closed_at, Leaving.at)


def _gone(instant: datetime) -> ColumnElement[bool]:
    """Off the ledger before ``instant``; never NULL, so that it can be negated."""
    return and_(_left_at().is_not(None), _left_at() < instant)


def _parts(window: Window) -> dict[str, ColumnElement[bool]]:
    """The definitions of ``supervision.report.rules`` once more, as SQL."""
    found = Hazard.found_at >= window.start
    left = and_(_left_at() >= window.start, _left_at() < window.end)
    here = not_(_gone(window.end))
    passed = Hazard.due_on.between(window.first, window.due_through)
    never_due = and_(Hazard.status == HazardState.INVALID, _gone(window.end))
    handed_on = and_(
        Hazard.status == HazardState.TRANSFERRED,
        _left_at().is_not(None),
        _day(_left_at()) <= Hazard.due_on,
    )
    due = and_(passed, not_(never_due), not_(handed_on))
    return {
        "opening": and_(not_(found), not_(_gone(window.start))),
        "found": found,
        "closed": and_(left, Hazard.status == HazardState.CLOSED),
        "transferred": and_(left, Hazard.status == HazardState.TRANSFERRED),
        "invalid": and_(left, Hazard.status == HazardState.INVALID),
        "closing": here,
        "due": due,
        "closed_on_time": and_(
            due, Hazard.status == HazardState.CLOSED, _day(Hazard.closed_at) <= Hazard.due_on
        ),
        "overdue": and_(Hazard.due_on <= window.due_through, here),
    }


def _day(instant: Any) -> Any:
    """The day in Shanghai of a column of instants (UTC+8 without summer time since 1992)."""
    if db.engine.dialect.name == "postgresql":
        return cast(func.timezone("Asia/Shanghai", instant), Date)
    return func.date(instant, "+8 hours")
