"""The jobs: returns of spans that have ended, and those whose day has passed."""

from __future__ import annotations

from datetime import datetime

from supervision.core import clock
from supervision.core.db import db, transaction
from supervision.returns import making, queries, service

BATCH = 500


def make(now: datetime) -> int:
    """Rows of the spans that ended last; returns how many. Idempotent, and goes on where it fell."""
    total = 0
    for place in range(_kinds(now)):
        while made := _some(now, place):
            total += made
    return total


def _kinds(now: datetime) -> int:
    count = len(list(making.owed(clock.day_of(now))))
    db.session.rollback()
    return count


def _some(now: datetime, place: int) -> int:
    with transaction():
        what = list(making.owed(clock.day_of(now)))[place]
        return making.make(what, making.without(what, BATCH), now)


def watch(now: datetime) -> int:
    """Tell of what is overdue, each once; returns how many."""
    total = 0
    while True:
        with transaction():
            rows = queries.untold(clock.day_of(now), BATCH)
            for row in rows:
                service.tell_overdue(row)
        total += len(rows)
        if len(rows) < BATCH:
            return total
