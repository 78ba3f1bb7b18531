"""What is done daily: supervisors are told of reviews that end."""

from __future__ import annotations

from datetime import datetime

from supervision.core import alarms, clock
from supervision.core.alarms import EXPIRED_STEP, Subject
from supervision.core.db import transaction
from supervision.core.notices import Audience
from supervision.gate import queries
from supervision.gate.models import CameraGate

BATCH = 200
KIND = "gate.end"


def watch(now: datetime) -> int:
    """Alarms of the ladder of validity; returns how many were raised. Idempotent."""
    today = clock.day_of(now)
    bound, last, total = alarms.last_day_to_ask(today), 0, 0
    while True:
        with transaction():
            found = queries.due(bound, last, BATCH)
            subjects = [_subject(gate) for gate in found]
            total += alarms.raise_due(subjects, notice=_notice, today=today)
            last = found[-1].id if found else last
            is_all = len(found) < BATCH
        if is_all:
            return total


def _subject(gate: CameraGate) -> Subject:
    ends = [day for day in (gate.valid_until, gate.certificate_until) if day is not None]
    return Subject(
        kind=KIND,
        id=gate.id,
        due_on=min(ends),
        link=f"/gates/{gate.id}",
        tell=((Audience.SUPERVISORS, gate.enterprise_id),),
        params={
            "number": gate.number or "",
            "camera": gate.camera.name,
            "enterprise": gate.camera.enterprise.display_name,
        },
    )


def _notice(_subject: Subject, step: int) -> str:
    return "gate.ended" if step == EXPIRED_STEP else "gate.ending"
