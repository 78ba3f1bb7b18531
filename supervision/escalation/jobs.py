"""The engine: every ten minutes, on working days between morning and night."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime

from supervision.core import clock
from supervision.core.db import transaction
from supervision.core.holidays import workday_table
from supervision.escalation import queries, rules, service
from supervision.escalation.models import EscalationStep
from supervision.escalation.rules import Ladder
from supervision.escalation.subjects import SOURCES, Subject

BATCH = 500

log = logging.getLogger(__name__)


def escalate(now: datetime) -> int:
    """Take every step that is due; returns how many were taken.

    Each subject is a transaction of its own, so that a bad one stops nothing. At night and on
    days of rest nothing is sent: what was due then is taken the next working morning.
    """
    if not rules.may_send(now.astimezone(clock.SHANGHAI), queries.hours(), workday_table()):
        return 0
    today = clock.day_of(now)
    ladders = queries.steps_on(today)
    steps = {ladder: list(own) for ladder, own in ladders.items() if ladder in SOURCES}
    return sum(_ladder(ladder, own, today) for ladder, own in steps.items())


def _ladder(ladder: Ladder, steps: Sequence[EscalationStep], today: date) -> int:
    before, after = rules.reach(step.offset for step in steps)
    last, total = 0, 0
    while found := queries.waiting(ladder, today - after, today + before, after=last, limit=BATCH):
        last = found[-1].id
        for subject in _with_something_due(found, steps, today):
            total += _one(subject, today)
    return total


def _with_something_due(
    found: Sequence[Subject], steps: Sequence[EscalationStep], today: date
) -> list[Subject]:
    """Most have been dealt with: they are passed over without a transaction of their own."""
    known, table = queries.known_lines(found), workday_table()
    waiting = []
    for subject in found:
        planned = rules.plan(
            steps, subject.due_on, table, is_major=subject.is_major, is_own=subject.is_own
        )
        lines = known.get((subject.id, subject.due_on, subject.arm), frozenset())
        if rules.due_steps(planned, today, lines).take:
            waiting.append(subject)
    return waiting


def _one(subject: Subject, today: date) -> int:
    try:
        with transaction():
            fresh = queries.subject_now(subject.ladder, subject.id)
            if fresh is None:
                return 0
            return service.escalate(fresh, queries.steps_on(today)[subject.ladder], today)
    except Exception:
        log.exception("%s %s could not be escalated", subject.ladder, subject.id)
        return 0
