"""The job that keeps the map's points, batch by batch."""

from __future__ import annotations

import logging
from datetime import datetime

from supervision.atlas import refresh
from supervision.core.db import db, transaction

log = logging.getLogger(__name__)


def keep_points(now: datetime) -> int:
    """Bring every point up to date; returns how many changed. A batch that fails stops no other."""
    after, total = 0, 0
    while (batch := refresh.next_batch(after)) is not None:
        db.session.rollback()
        try:
            with transaction():
                total += refresh.keep(*batch, now)
        except Exception:
            log.exception("the map's points of enterprises %s to %s were not kept", *batch)
        after = batch[1]
    with transaction():
        if total or not refresh.has_cells():
            refresh.count_cells()
    return total
