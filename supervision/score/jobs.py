"""Every night: past months are closed, the running one is computed. Batch by batch, killed-safe."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from supervision.core import clock
from supervision.core.db import transaction
from supervision.core.jobs import in_parts
from supervision.score import queries, service, tables, telling
from supervision.score.rules import last_day, month_before, month_of
from supervision.score.source_view import View

BATCH = 500
# As many enterprises as one officer may well have: told of in one transaction, in one notice.
MOST_TOLD = 5000
# In the first days of a month the last one is reckoned once more, with what came on its last day;
# later, today's state of the file would be taken for that month's.
STILL_SEEN = timedelta(days=3)


def nightly(now: datetime) -> int:
    """Returns how many scores were written or frozen."""
    today = clock.day_of(now)
    month = month_of(today)
    last = month_before(month)
    total = 0
    if today - last_day(last) <= STILL_SEEN:
        total += _each(last, today, now, freezes=True)
    total += _freeze_rest(month, now)
    total += _each(month, today, now)
    _tell(now)
    return total


def _tell(now: datetime) -> None:
    told = MOST_TOLD
    while told == MOST_TOLD:
        with transaction():
            told = telling.tell(now, MOST_TOLD)


def _each(month: date, today: date, now: datetime, *, freezes: bool = False) -> int:
    last, total = 0, 0
    if not tables.is_judged(month):
        return 0
    while ids := queries.enterprises_after(last, month, BATCH):
        last = ids[-1]

        def reckon(some: Sequence[int]) -> int:
            made = service.compute(tables.table_on(month), View(some, month, today), now)
            return made + (service.freeze(some, month, now) if freezes else 0)

        total += in_parts(ids, reckon, "score")
    return total


def _freeze_rest(month: date, now: datetime) -> int:
    """What a scheduler that was down has left, and enterprises that are gone since: as it stands."""
    last, total = 0, 0
    while found := queries.unfrozen_after(last, month, BATCH):
        last = found[-1][0]
        with transaction():
            for one in {row[2] for row in found}:
                ids = [row[1] for row in found if row[2] == one]
                total += service.freeze(ids, one, now)
    return total
