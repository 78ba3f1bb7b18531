"""What is done hourly: trials end on their last day, and people hear of one that is clearly worse."""

from __future__ import annotations

from datetime import datetime

from supervision.canary import comparing, queries, service
from supervision.canary.comparing import Comparison
from supervision.canary.rules import Finding
from supervision.canary.workflow import CanaryState
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.detector import queries as detectors


def watch(now: datetime) -> int:
    """Go over the running trials; returns how many ended or were told of. Idempotent."""
    with transaction():
        ids = queries.running_ids()
    count = 0
    for canary_id in ids:
        # Counting reads a month of violations: nobody who writes waits for it.
        told = _compared(canary_id, now)
        with transaction():
            count += _act(canary_id, told, now)
    return count


def _compared(canary_id: int, now: datetime) -> Comparison:
    told = comparing.compare(queries.get_canary(canary_id, SYSTEM), now)
    db.session.rollback()
    return told


def _act(canary_id: int, told: Comparison, now: datetime) -> bool:
    detectors.lock_registry()
    canary = queries.get_canary(canary_id, SYSTEM, for_update=True)
    if canary.status is not CanaryState.RUNNING:
        return False
    if service.end_over(canary, now):
        return True
    if canary.warned_at is not None or not told.is_clearly_worse:
        return False
    worse_than = told.before if told.against_before is Finding.WORSE else told.others
    service.warn(canary, percent=_percent(told.new), before=_percent(worse_than))
    return True


def _percent(side: comparing.Side) -> int:
    return round((side.verdicts.share or 0.0) * 100)
