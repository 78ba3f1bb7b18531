"""What is done hourly: trials end on their last day, and people hear of one that is clearly worse."""

from __future__ import annotations

import logging
from datetime import datetime

from supervision.canary import comparing, queries, service
from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.core.errors import Conflict
from supervision.detector import queries as detectors

log = logging.getLogger(__name__)


def watch(now: datetime) -> int:
    """Go over the running trials; returns how many ended or were told of. Idempotent."""
    with transaction():
        ids = queries.running_ids()
    count = 0
    for canary_id in ids:
        try:
            with transaction():
                count += _watch_one(canary_id, now)
        except Conflict:
            log.info("trial %s was decided meanwhile", canary_id)
    return count


def _watch_one(canary_id: int, now: datetime) -> bool:
    detectors.lock_registry()
    canary = queries.get_canary(canary_id, SYSTEM, for_update=True)
    if service.end_over(canary, now):
        return True
    if canary.warned_at is not None:
        return False
    told = comparing.compare(canary, now)
    if not told.is_clearly_worse:
        return False
    worse_than = told.before if told.against_before == "worse" else told.others
    service.warn(canary, percent=_percent(told.new), before=_percent(worse_than))
    return True


def _percent(side: comparing.Side) -> int:
    return round((side.verdicts.share or 0.0) * 100)
