"""The daily reminder of certificates that end. Idempotent: each step is told once."""

from __future__ import annotations

import logging
from datetime import datetime

from supervision.authority import queries, service
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import transaction

BATCH = 200

log = logging.getLogger(__name__)


def remind(now: datetime) -> int:
    """Tell holders and chiefs 90, 30, 7 and 0 days before; returns how many certificates.

    Each is a transaction of its own, so that a bad one stops nothing.
    """
    day, last, total = clock.day_of(now), 0, 0
    while ids := queries.to_remind(day, after=last, limit=BATCH):
        total += sum(_remind_one(certificate_id, now) for certificate_id in ids)
        last = ids[-1]
    return total


def _remind_one(certificate_id: int, now: datetime) -> int:
    try:
        with transaction():
            certificate = queries.get_certificate(certificate_id, SYSTEM)
            return int(service.remind(certificate, SYSTEM, clock.day_of(now)))
    except Exception:
        log.exception("certificate %s could not be reminded of", certificate_id)
        return 0
