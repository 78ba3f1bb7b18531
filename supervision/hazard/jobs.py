"""The daily reminder. Idempotent: a ticket is reminded of once a day at most."""

from __future__ import annotations

import logging
from datetime import datetime

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.hazard import queries, service

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
