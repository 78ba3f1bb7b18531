"""The sealer, and the months of tables that grow for ever: made ahead, let go when asked for."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from supervision.audit import months
from supervision.core import audit, notices, partitions
from supervision.core.db import db, transaction
from supervision.core.notices import Audience
from supervision.core.partition_models import DropState, MonthDrop

log = logging.getLogger(__name__)


def seal(_now: datetime) -> int:
    """Seal everything that is not yet sealed, batch by batch, each its own transaction."""
    total = 0
    while True:
        with transaction():
            count = audit.seal()
        total += count
        if count < audit.SEAL_BATCH:
            return total


def make_months(now: datetime) -> int:
    """Make the parts of the months ahead; tell the administrators of rows that no month holds."""
    with transaction():
        made = partitions.make_ahead(now)
        for table, count in partitions.in_the_net().items():
            notices.queue(
                "month.net",
                Audience.ADMINISTRATORS,
                None,
                link=months.LINK,
                table=table,
                count=count,
            )
    return made


def drop_months(_now: datetime) -> int:
    """Drop what was asked for. Where others hold the table too long, the next run tries again."""
    stmt = select(MonthDrop.id).where(MonthDrop.status == DropState.ASKED).order_by(MonthDrop.id)
    asked = list(db.session.scalars(stmt))
    total = 0
    for drop_id in asked:
        try:
            total += months.carry_out(drop_id)
        except OperationalError:
            db.session.rollback()
            log.warning("month %s: the table is busy, it stays for now", drop_id, exc_info=True)
    return total
