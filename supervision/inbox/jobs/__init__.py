"""The delivery of notices, every few seconds."""

from __future__ import annotations

from datetime import datetime

from supervision.core.db import transaction
from supervision.inbox import service

BATCH = 200


def deliver(now: datetime) -> int:
    """Deliver everything unsent, batch by batch, each its own transaction."""
    total = 0
    while True:
        with transaction():
            count = service.deliver_batch(now, BATCH)
        total += count
        if count < BATCH:
            return total
