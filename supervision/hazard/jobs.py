"""What is done daily: clocks that should be running. Reminders are the ladder's: ``escalation``."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.hazard import clock_queries, clocks, queries
from supervision.hazard.models import Hazard

BATCH = 200

log = logging.getLogger(__name__)


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
