"""The jobs: returns of spans that have ended, and those whose day has passed."""

from __future__ import annotations

from datetime import datetime

from supervision.core import clock
from supervision.core.db import transaction
from supervision.core.jobs import in_parts
from supervision.returns import making, overdue

BATCH = 500
# One notice tells an officer or a chief of so many at most.
TOLD = 5000


def make(now: datetime) -> int:
    """Rows of the spans that have ended; returns how many. Idempotent, goes on where it fell."""
    with transaction():
        what = tuple(making.owed(clock.day_of(now)))
    total = after = 0
    while what:
        with transaction():
            plants = making.lacking(what, after, BATCH)
        if plants:
            total += in_parts(plants, lambda some: making.make(what, some, now), "returns")
        if len(plants) < BATCH:
            return total
        after = plants[-1].id
    return total


def watch(now: datetime) -> int:
    """Tell of what is overdue, to the chief where it is for long; each once. Returns how many."""
    today = clock.day_of(now)
    with transaction():
        officers = overdue.officers(today)
    return sum(_tell(officer, now) for officer in officers) + _escalate(now)


def _tell(officer_id: int | None, now: datetime) -> int:
    total = 0
    while True:
        with transaction():
            told = overdue.tell(officer_id, now, clock.day_of(now), TOLD)
        total += told
        if told < TOLD:
            return total


def _escalate(now: datetime) -> int:
    total = 0
    while True:
        with transaction():
            told = overdue.escalate(now, clock.day_of(now), TOLD)
        total += told
        if told < TOLD:
            return total
