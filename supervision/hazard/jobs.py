"""What is done daily: the reminder (once a day at most), and clocks that should be running."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.hazard import clock_queries, clocks, queries, service
from supervision.hazard.models import Hazard

BATCH = 200

log = logging.getLogger(__name__)


def remind(now: datetime) -> int:
    """Tell each enterprise of deadlines that come within three days or have passed.

    Each ticket is a transaction of its own, so that a bad one stops nothing; returns how many
    tickets were reminded of.
    """
    day, last, total = clock.day_of(now), 0, 0
    while ids := queries.to_remind(day, after=last, limit=BATCH):
        total += sum(_remind_one(hazard_id, now) for hazard_id in ids)
        last = ids[-1]
    return total


def _remind_one(hazard_id: int, now: datetime) -> int:
    try:
        with transaction():
            hazard = queries.get_hazard(hazard_id, SYSTEM)
            return int(service.remind(hazard, SYSTEM, clock.day_of(now)))
    except Exception:
        log.exception("hazard %s could not be reminded of", hazard_id)
        return 0


def keep_clocks(_now: datetime) -> int:
    """Arm the clocks that should be running, and count provisional ones again.

    For tickets from before there were clocks or rules, and for a year's table that came in since;
    returns how many tickets were changed.
    """
    with_clocks = _each(clock_queries.without_clock, clocks.restore)
    return with_clocks + _each(clock_queries.provisional, clocks.recount)


def _each(batch: Callable[..., Sequence[int]], change: Callable[[Hazard], int]) -> int:
    last, total = 0, 0
    while ids := batch(after=last, limit=BATCH):
        total += sum(_one(hazard_id, change) for hazard_id in ids)
        last = ids[-1]
    return total


def _one(hazard_id: int, change: Callable[[Hazard], int]) -> int:
    try:
        with transaction():
            return min(1, change(queries.get_hazard(hazard_id, SYSTEM)))
    except Exception:
        log.exception("the clocks of hazard %s could not be kept", hazard_id)
        return 0
