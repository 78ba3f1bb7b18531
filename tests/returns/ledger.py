"""Hundreds of invented tickets of every fate, and their figures by SQL that knows none of ours.

The statement reads the tables by day of Shanghai, one text for each database; the product's own
counting compares instants through its models. Where both agree, neither has copied the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy import insert, text

from supervision.core import clock
from supervision.core.actor import Side
from supervision.core.db import db
from supervision.core.scope import unscoped
from supervision.hazard.listing_models import HazardListing
from supervision.hazard.listing_workflow import ListingLevel, ListingState
from supervision.hazard.models import Hazard, HazardEvent
from supervision.hazard.rules import Category, Factor, Grade, InvalidReason, Source
from supervision.hazard.workflow import HazardState

S = HazardState
FIRST, DAYS = date(2026, 8, 20), 140
OPEN = (S.REPORTED, S.GRADED, S.ASSIGNED, S.RECTIFYING, S.SUBMITTED)
FATES = (*OPEN, S.CLOSED, S.CLOSED, S.CLOSED, S.CLOSED, S.INVALID, S.TRANSFERRED)
# The first and the last second of a day of Shanghai, and hours at which UTC has another date.
TIMES = (time(0), time(0, 0, 1), time(7, 59, 59), time(8), time(12), time(23, 59, 59))

_DAY = {
    "sqlite": "date({0}, '+8 hours')",
    "postgresql": "CAST({0} AT TIME ZONE 'Asia/Shanghai' AS date)",
}
_LEDGER = """
WITH ledger AS (
  SELECT h.id, h.grade, h.source, h.status, h.due_on, h.funds_planned, h.funds_spent,
         {found} AS found, {closed} AS closed,
         (SELECT min({event}) FROM hazard_event e
           WHERE e.hazard_id = h.id AND e.action IN ('invalidate', 'transfer')) AS dropped
    FROM hazard h WHERE h.enterprise_id = :enterprise
), seen AS (
  SELECT l.*, coalesce(l.closed, l.dropped) AS gone FROM ledger l WHERE l.found <= {last}
), fate AS (
  SELECT s.*,
         s.found >= {first} AS is_new,
         s.gone IS NOT NULL AND s.gone >= {first} AND s.gone <= {last} AS went,
         s.gone IS NULL OR s.gone > {last} AS stays
    FROM seen s WHERE s.gone IS NULL OR s.gone >= {first} OR s.found >= {first}
)
SELECT {columns} FROM fate
"""
_LISTED = """EXISTS (SELECT 1 FROM hazard_listing g WHERE g.hazard_id = fate.id
 AND {listed} <= {last} AND (g.delisted_at IS NULL OR {delisted} > {last}))"""
_CLAUSES = {
    "carried": "NOT is_new",
    "found": "is_new",
    "found_general": "is_new AND grade = 'general'",
    "found_major": "is_new AND grade = 'major'",
    "found_ungraded": "is_new AND grade IS NULL",
    **{f"found_{source}": f"is_new AND source = '{source}'" for source in Source},
    "rectified": "went AND status = 'closed'",
    "rectified_major": "went AND status = 'closed' AND grade = 'major'",
    "rectified_in_time": "went AND status = 'closed' AND closed <= due_on",
    "invalid": "went AND status = 'invalid'",
    "transferred": "went AND status = 'transferred'",
    "open": "stays",
    "open_major": "stays AND grade = 'major'",
    "overdue": "stays AND due_on <= {last}",
    "listed": "stays AND grade = 'major' AND " + _LISTED,
}
_SUMS = {
    "funds_planned": "coalesce(sum(funds_planned), 0)",
    "funds_spent": "coalesce(sum(CASE WHEN went AND status = 'closed' THEN funds_spent END), 0)",
}


def by_sql(enterprise_id: int, first: date, last: date) -> dict[str, Decimal]:
    """The figures of an enterprise's span, by the tables alone."""
    dialect = db.engine.dialect.name
    day = _DAY[dialect].format
    quoted = {
        name: f"'{value}'" if dialect == "sqlite" else f"DATE '{value}'"
        for name, value in (("first", first), ("last", last))
    }
    parts = quoted | {"listed": day("g.listed_at"), "delisted": day("g.delisted_at")}
    counts = {
        name: f"coalesce(sum(CASE WHEN {clause.format(**parts)} THEN 1 ELSE 0 END), 0)"
        for name, clause in _CLAUSES.items()
    }
    columns = counts | _SUMS
    stmt = _LEDGER.format(
        found=day("h.found_at"),
        closed=day("h.closed_at"),
        event=day("e.at"),
        columns=", ".join(f"{sql} AS {name}" for name, sql in columns.items()),
        **quoted,
    )
    row = db.session.execute(
        unscoped(text(stmt), reason="a count by hand"), {"enterprise": enterprise_id}
    ).one()
    return {
        name: Decimal(str(value)).quantize(Decimal("0.01")) if name in _SUMS else Decimal(value)
        for name, value in row._mapping.items()
    }


def fill(enterprise_ids: Sequence[int], count: int, seed: int) -> None:
    """``count`` tickets of these enterprises, with what happened to them."""
    chance = Random(seed)
    names = [f"T-{seed}-{n}" for n in range(count)]
    tickets = [_ticket(name, chance.choice(enterprise_ids), chance) for name in names]
    db.session.execute(insert(Hazard), tickets)
    numbers = unscoped(
        db.select(Hazard.number, Hazard.id).where(Hazard.number.like(f"T-{seed}-%")),
        reason="as they were made",
    )
    ids = dict(db.session.execute(numbers).tuples().all())
    events, listings = [], []
    for ticket in tickets:
        ident = ids[ticket["number"]]
        events += _events(ident, ticket, chance)
        if ticket["grade"] is Grade.MAJOR and chance.random() < 0.6:
            listings.append(_listing(ident, ticket, chance))
    db.session.execute(insert(HazardEvent), events)
    db.session.execute(insert(HazardListing), listings)


def _at(chance: Random, since: datetime | None = None) -> datetime:
    """An instant of the time told of, at the borders of days often."""
    while True:
        day = FIRST + timedelta(days=chance.randrange(DAYS))
        local = datetime.combine(day, chance.choice(TIMES), tzinfo=clock.SHANGHAI)
        if since is None or local >= since:
            return local.astimezone(UTC)


def _ticket(number: str, enterprise_id: int, chance: Random) -> dict[str, Any]:
    found, status = _at(chance), chance.choice(FATES)
    graded = status not in {S.REPORTED, S.INVALID, S.TRANSFERRED} or chance.random() < 0.3
    grade = chance.choice((Grade.GENERAL, Grade.GENERAL, Grade.MAJOR)) if graded else None
    has_deadline = status not in {S.REPORTED, S.GRADED, S.INVALID, S.TRANSFERRED}
    closed = _at(chance, found) if status is S.CLOSED else None
    sent = closed or (found if status is S.SUBMITTED else None)
    return {
        "number": number,
        "enterprise_id": enterprise_id,
        "status": status,
        "raised_side": Side.REGULATOR,
        "source": chance.choice(list(Source)),
        "found_at": found,
        "place": "Line 1",
        "description": "Guard missing",
        "factor": Factor.OBJECT,
        "category": Category.EQUIPMENT,
        "reported_by_id": 1,
        "reported_by": "Somebody",
        "grade": grade,
        "responsible_person": "S. Manager" if has_deadline else "",
        "due_on": clock.day_of(_at(chance)) if has_deadline else None,
        "funds_planned": Decimal(chance.randrange(10**6)) / 100 if chance.random() < 0.5 else None,
        "funds_spent": Decimal(chance.randrange(10**6)) / 100 if closed else None,
        "submitted_at": sent,
        "submitted_on": clock.day_of(sent) if sent else None,
        "rectified_by_id": 2 if sent else None,
        "closed_at": closed,
        "closed_on": clock.day_of(closed) if closed else None,
        "invalid_reason": InvalidReason.OTHER if status is S.INVALID else None,
        "transferred_to": "Fire brigade" if status is S.TRANSFERRED else None,
        "row_version": 1,
    }


def _events(ident: int, ticket: dict[str, Any], chance: Random) -> list[dict[str, Any]]:
    steps = {"report": ticket["found_at"]}
    leaving = {S.INVALID: "invalidate", S.TRANSFERRED: "transfer"}.get(ticket["status"])
    if leaving:
        steps[leaving] = _at(chance, ticket["found_at"])
    return [
        {
            "hazard_id": ident,
            "action": action,
            "to_status": ticket["status"],
            "at": at,
            "actor_id": 1,
            "actor_name": "Somebody",
            "actor_side": Side.REGULATOR,
        }
        for action, at in steps.items()
    ]


def _listing(ident: int, ticket: dict[str, Any], chance: Random) -> dict[str, Any]:
    listed = _at(chance, ticket["found_at"])
    ended = _at(chance, listed) if chance.random() < 0.5 else None
    return {
        "enterprise_id": ticket["enterprise_id"],
        "hazard_id": ident,
        "status": ListingState.DELISTED if ended else ListingState.LISTED,
        "level": ListingLevel.COUNTY,
        "organ": "Committee",
        "due_on": FIRST + timedelta(days=DAYS),
        "requirements": "All of it",
        "leader": "L. Leader",
        "proposed_at": listed,
        "proposed_by_id": 1,
        "proposed_by": "Somebody",
        "reason": "Major",
        "listed_at": listed,
        "approved_by_id": 2,
        "delisted_at": ended,
        "row_version": 1,
    }
