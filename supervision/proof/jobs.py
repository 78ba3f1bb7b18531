"""The job that proposes proofs, takes their clips and voids what shows nothing any more."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.web.state import settings
from supervision.hazard import queries as hazards
from supervision.proof import queries, service

BATCH = 100
# A clip that proved nothing may still be asked about for so long.
KEPT = timedelta(days=30)

log = logging.getLogger(__name__)


def look(now: datetime) -> int:
    """Follow what is proposed, then propose; returns how many changed. Idempotent."""
    days = settings().proof_days
    bound = clock.day_of(now) - timedelta(days=days + 1)

    def follow(ident: int) -> bool:
        return service.follow(queries.get_proposal(ident, SYSTEM, for_update=True))

    def propose(ident: int) -> bool:
        return service.propose(hazards.get_hazard(ident, SYSTEM), now, days) is not None

    _let_go(now)
    total = _each(lambda after: queries.standing_ids(after, BATCH), follow)
    return total + _each(lambda after: queries.candidates(bound, after, BATCH), propose)


def _let_go(now: datetime) -> None:
    """Nobody keeps pictures of people for what they do not prove; video removes what is let go."""
    while True:
        with transaction():
            found = queries.let_go(now - KEPT, BATCH)
            for proposal in found:
                proposal.attachment_id = None
            is_all = len(found) < BATCH
        if is_all:
            return


def _each(read: Callable[[int], Sequence[int]], act: Callable[[int], bool]) -> int:
    """One at a time, each in its transaction: one that fails stops no other."""
    after, total = 0, 0
    while ids := read(after):
        db.session.rollback()
        for ident in ids:
            try:
                with transaction():
                    total += act(ident)
            except Exception:
                log.exception("the proof of %s could not be looked after", ident)
        after = ids[-1]
    return total
