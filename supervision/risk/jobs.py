"""What is done daily: who must assess a risk anew is told of it."""

from __future__ import annotations

from datetime import datetime

from supervision.core import alarms, clock
from supervision.core.alarms import EXPIRED_STEP, Subject
from supervision.core.db import transaction
from supervision.core.notices import Audience
from supervision.risk import queries
from supervision.risk.models import RiskPoint
from supervision.risk.rules import RiskGrade

BATCH = 300


def remind(now: datetime) -> int:
    """Tell of re-assessments 90, 60, 30, 7 and 0 days before their day, and when it has passed.

    Returns how many steps were told. Of a major risk that is late the supervisors hear as well.
    """
    today = clock.day_of(now)
    last, total = 0, 0
    while True:
        with transaction():
            rows = queries.due_for_review(alarms.last_day_to_ask(today), after=last, limit=BATCH)
            if not rows:
                return total
            total += alarms.raise_due([_subject(p, now) for p in rows], notice=_kind, today=today)
            last = rows[-1].id


def _subject(point: RiskPoint, now: datetime) -> Subject:
    due = point.next_review_on
    if due is None:
        raise ValueError("a point without a day of re-assessment")
    tell: list[tuple[Audience, int | None]] = [(Audience.ENTERPRISE_PEOPLE, point.enterprise_id)]
    if due < clock.day_of(now) and point.grade is RiskGrade.RED:
        tell.append((Audience.SUPERVISORS, point.enterprise_id))
    return Subject(
        kind="risk.review",
        id=point.id,
        due_on=due,
        link=f"/risks/{point.id}",
        tell=tell,
        params={"number": point.number, "name": point.name},
    )


def _kind(_subject: Subject, step: int) -> str:
    return "risk.review_late" if step == EXPIRED_STEP else "risk.review_due"
