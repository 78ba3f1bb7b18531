"""The jobs: who owes a commitment by the sector's table, and who let the hour pass."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from supervision.commitment import arranging, missing, rules, standards
from supervision.commitment.models import CommitmentStandard
from supervision.commitment.rules import Period
from supervision.core import clock
from supervision.core.db import db, transaction

BATCH = 500
# For so many days back an hour that nobody looked at is made up for.
LOOK_BACK = 7


def enrol(_now: datetime) -> int:
    """Settings by the sector's table; returns how many changed. Idempotent."""
    after, total = 0, 0
    while True:
        with transaction():
            after, changed = arranging.enrol(after, BATCH)
        total += changed
        if not after:
            return total


def watch(now: datetime) -> int:
    """Note what was missed, tell of it; returns how many were missed. Idempotent."""
    total = 0
    for standard, day in list(_passed(now)):
        if missing.is_looked_at(standard.code, standard.period, day):
            db.session.rollback()
            continue
        db.session.rollback()
        total += _note_all(standard.id, day, now)
    while True:
        with transaction():
            if not missing.tell(now):
                return total


def _passed(now: datetime) -> Iterator[tuple[CommitmentStandard, date]]:
    """The periods whose hour passed in the last days, oldest first."""
    today = clock.day_of(now)
    for back in range(LOOK_BACK, -1, -1):
        last = today - timedelta(days=back)
        for standard in standards.in_force(last).values():
            day = last
            if standard.period is Period.YEARLY:
                day = rules.first_day(standard.period, last)
                if day + timedelta(days=standard.due_days) != last:
                    continue
            if rules.due_at(standard, day) < now:
                yield standard, day


def _note_all(standard_id: int, day: date, now: datetime) -> int:
    after, total = 0, 0
    while True:
        with transaction():
            standard = standards.get(standard_id)
            after, missed = missing.note(standard, day, now, after, BATCH)
            total += missed
            if not after:
                missing.close(standard, day, now, total)
                return total
