"""What is done daily: who must act is told, and what has ended is marked so."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_

from supervision.core import alarms, clock
from supervision.core.actor import SYSTEM
from supervision.core.alarms import EXPIRED_STEP, Subject
from supervision.core.db import db, transaction
from supervision.core.notices import Audience
from supervision.licence import queries, service
from supervision.licence.models import Licence
from supervision.licence.workflow import LIVE

BATCH = 200
APPLY, END = "licence.apply", "licence.end"

log = logging.getLogger(__name__)


def watch(_now: datetime) -> int:
    """Alarms of the ladder, then licences that ended or whose successor begins.

    Returns how many alarms were raised and rows changed. The alarms come first, so that what ended
    yesterday is told of before it leaves the roll of what is in force.
    """
    today = clock.today()
    bound = alarms.last_day_to_ask(today)
    due = and_(Licence.status.in_(LIVE), or_(Licence.apply_by <= bound, Licence.valid_to <= bound))
    over = and_(
        Licence.status.in_(LIVE), or_(Licence.valid_to < today, Licence.renewed_on.is_not(None))
    )
    return _each(due, _alarm) + _each(over, _end)


def _each(clause: Any, act: Callable[[Sequence[int]], int]) -> int:
    """``act`` on batches of ids; where one fails, row by row, so that a bad one stops nothing."""
    last, total = 0, 0
    while ids := _ids(clause, last):
        total += _tried(ids, act)
        last = ids[-1]
    return total


def _ids(clause: Any, after: int) -> list[int]:
    found = [row.id for row in queries.batch(SYSTEM, clause, after=after, limit=BATCH)]
    db.session.rollback()
    return found


def _tried(ids: Sequence[int], act: Callable[[Sequence[int]], int]) -> int:
    try:
        with transaction():
            return act(ids)
    except Exception:
        if len(ids) == 1:
            log.exception("licence %s could not be looked after", ids[0])
            return 0
        return sum(_tried([one], act) for one in ids)


def _read(ids: Sequence[int]) -> Sequence[Licence]:
    return queries.batch(SYSTEM, Licence.id.in_(ids), after=0, limit=len(ids))


def _alarm(ids: Sequence[int]) -> int:
    subjects = [s for licence in _read(ids) for s in _subjects(licence)]
    return alarms.raise_due(subjects, notice=_notice)


def _subjects(licence: Licence) -> list[Subject]:
    """Its last day to apply, unless somebody did; and its end, unless it is renewed."""
    if licence.is_renewed:
        return []
    days = [(END, licence.valid_to)]
    if not licence.is_applied:
        days.append((APPLY, licence.apply_by))
    return [
        Subject(
            kind=kind,
            id=licence.id,
            due_on=day,
            link=f"/licences/{licence.id}",
            tell=(
                (Audience.ENTERPRISE_PEOPLE, licence.enterprise_id),
                (Audience.SUPERVISORS, licence.enterprise_id),
            ),
            params={
                "number": licence.number,
                "type": licence.type.name,
                "enterprise": licence.enterprise.display_name,
            },
        )
        for kind, day in days
        if day is not None
    ]


def _notice(subject: Subject, step: int) -> str:
    if subject.kind == APPLY:
        return "licence.apply_passed" if step == EXPIRED_STEP else "licence.apply_due"
    return "licence.expired" if step == EXPIRED_STEP else "licence.end_due"


def _end(ids: Sequence[int]) -> int:
    today, count = clock.today(), 0
    for licence in _read(ids):
        full = queries.get_licence(licence.id, SYSTEM)
        after = full.successor
        if full.is_renewed and after is not None and after.valid_from <= today:
            service.replace(full)
        elif full.valid_to is not None and full.valid_to < today:
            service.expire(full)
        else:
            continue
        count += 1
    return count


__all__ = ["watch"]
