"""The daily reminder. Idempotent: a ticket is reminded of once a day at most."""

from __future__ import annotations

from datetime import datetime

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.hazard import queries, service

BATCH = 200


def remind(now: datetime) -> int:
    """Tell each enterprise of deadlines that come within three days or have passed.

    Batch by batch, each its own transaction; returns how many tickets were reminded of.
    """
    total = 0
    day = clock.day_of(now)
    while True:
        with transaction():
            hazards = queries.to_remind(day, BATCH)
            for hazard in hazards:
                service.remind(hazard, SYSTEM, day)
        total += len(hazards)
        if len(hazards) < BATCH:
            return total
