"""The daily alarm of major hazard sources that come to their three years."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime

from supervision.chemical import queries
from supervision.chemical.models import ChemicalSource
from supervision.core import alarms, clock
from supervision.core.alarms import EXPIRED_STEP, Subject
from supervision.core.db import transaction
from supervision.core.notices import Audience

BATCH = 200
KIND = "chemical.reassess"

log = logging.getLogger(__name__)


def remind(now: datetime) -> int:
    """Tell both sides 90, 60, 30, 7 and 0 days before, and after; returns how many steps.

    Batch by batch, each in a transaction of its own: one that cannot be told stops no other.
    """
    today, last, total = clock.day_of(now), 0, 0
    while ids := queries.to_remind(today, after=last, limit=BATCH):
        total += _batch(ids, today)
        last = ids[-1]
    return total


def _batch(ids: Sequence[int], today: date) -> int:
    try:
        with transaction():
            return _tell(queries.sources_by_id(ids), today)
    except Exception:
        log.exception("sources %s to %s could not be reminded of", ids[0], ids[-1])
        return 0


def _tell(sources: Sequence[ChemicalSource], today: date) -> int:
    subjects = [
        Subject(
            kind=KIND,
            id=source.id,
            due_on=source.due_on,
            link=f"/chemicals/sources/{source.id}",
            tell=(
                (Audience.ENTERPRISE_PEOPLE, source.enterprise_id),
                (Audience.SUPERVISORS, source.enterprise_id),
            ),
            params={"unit": source.unit.name},
        )
        for source in sources
        if source.due_on is not None
    ]
    return alarms.raise_due(subjects, notice=_kind, today=today)


def _kind(_subject: Subject, step: int) -> str:
    return "chemical.late" if step == EXPIRED_STEP else "chemical.due"
