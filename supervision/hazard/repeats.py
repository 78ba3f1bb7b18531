"""A hazard that comes back: the same thing, found again soon after it was closed, or too often.

What counts as the same is the key under which findings are joined (camera, rule and zone). The
figures are the product's own, no rule of law.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from supervision.core import clock, notices
from supervision.core.actor import Actor, Side
from supervision.core.db import db
from supervision.core.notices import Audience
from supervision.core.scope import unscoped
from supervision.hazard.journal import log
from supervision.hazard.models import Hazard
from supervision.hazard.workflow import HazardState

# Again within so long after its closure ...
SOON = timedelta(days=30)
# ... or so many tickets, the new one included, within so long.
MANY, WITHIN = 3, timedelta(days=90)
MOST = 50


def note(hazard: Hazard, actor: Actor, now: datetime) -> None:
    """Say of a new ticket which earlier one it repeats, and tell the supervisors.

    The ladder of repeated hazards tells the section chief.
    """
    if not hazard.merge_key:
        return
    before = _closed(hazard.merge_key, now - WITHIN)
    found = repeated(before, now)
    if found is None:
        return
    hazard.repeat_of_id, hazard.repeated_on = found.id, clock.day_of(now)
    db.session.flush()
    log(hazard, actor, "repeat", hazard.status, of=found.number, times=len(before) + 1)
    if hazard.raised_side is Side.REGULATOR:
        notices.queue(
            "hazard.repeated",
            Audience.SUPERVISORS,
            hazard.enterprise_id,
            link=f"/hazards/{hazard.id}",
            but_not=actor.id,
            number=hazard.number,
            place=hazard.place,
            of=found.number,
        )


def repeated(before: Sequence[Hazard], now: datetime) -> Hazard | None:
    """Which of the closed tickets of one key a new one repeats; ``before``: the newest first."""
    soon = [h for h in before if h.closed_at is not None and now - h.closed_at <= SOON]
    if soon:
        return soon[0]
    often = [h for h in before if now - h.found_at <= WITHIN]
    return before[0] if len(often) + 1 >= MANY else None


def _closed(merge_key: str, since: datetime) -> Sequence[Hazard]:
    stmt = (
        select(Hazard)
        .where(Hazard.merge_key == merge_key, Hazard.status == HazardState.CLOSED)
        .where(Hazard.closed_at >= since)
        .order_by(Hazard.closed_at.desc(), Hazard.id.desc())
        .limit(MOST)
    )
    return db.session.scalars(unscoped(stmt, reason="the same thing of the same enterprise")).all()
