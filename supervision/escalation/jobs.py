"""The engine: every ten minutes, on working days between morning and night."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from supervision.core import clock
from supervision.core.db import transaction
from supervision.core.holidays import workday_table
from supervision.escalation import queries, rules, service
from supervision.escalation.models import EscalationStep
from supervision.escalation.people import read_ranks
from supervision.escalation.rules import Ladder
from supervision.escalation.subjects import SOURCES, Subject

# Read at a time; written in one transaction.
BATCH, TOGETHER = 2000, 50

log = logging.getLogger(__name__)


def escalate(now: datetime) -> int:
    """Take every step that is due; returns how many were taken.

    Subjects share a transaction by the fifty; where it fails each gets one of its own, so that
    a bad one stops nothing. At night and on days of rest nothing is sent: what was due then is
    taken the next working morning.
    """
    if not rules.may_send(now.astimezone(clock.SHANGHAI), queries.hours(), workday_table()):
        return 0
    today = clock.day_of(now)
    ladders = queries.steps_on(today)
    return sum(_ladder(ladder, today) for ladder in [one for one in ladders if one in SOURCES])


def _ladder(ladder: Ladder, today: date) -> int:
    last, total = 0, 0
    while True:
        # Read for each batch: a transaction expires what was read before it.
        steps = queries.steps_on(today).get(ladder, [])
        before, after = rules.reach(step.offset for step in steps)
        found = queries.waiting(ladder, today - after, today + before, after=last, limit=BATCH)
        if not found:
            return total
        last = found[-1].id
        for some in batched(_with_something_due(found, steps, today), TOGETHER):
            total += _some(ladder, some, today)
        if len(found) < BATCH:
            return total


def _with_something_due(
    found: Sequence[Subject], steps: Sequence[EscalationStep], today: date
) -> list[Subject]:
    """Most have been dealt with: they are passed over without a transaction of their own."""
    known, planned = queries.known_lines(found), rules.Planner(steps, workday_table())
    return [s for s in found if rules.due_steps(planned.of(s), today, lines_of(s, known)).take]


def _some(ladder: Ladder, some: Sequence[Subject], today: date) -> int:
    try:
        return _take(ladder, some, today)
    except Exception:
        if len(some) == 1:
            log.exception("%s %s could not be escalated", ladder, some[0].id)
            return 0
    return sum(_some(ladder, [one], today) for one in some)


def _take(ladder: Ladder, some: Sequence[Subject], today: date) -> int:
    with transaction():
        fresh = queries.subjects_now(ladder, [one.id for one in some])
        known, steps = queries.known_lines(fresh), queries.steps_on(today).get(ladder, [])
        planner = rules.Planner(steps, workday_table())
        ranks = read_ranks(fresh)
        return sum(
            service.escalate(
                one,
                rules.due_steps(planner.of(one), today, lines_of(one, known)),
                ranks[one.enterprise_id, one.officer_id],
                today,
            )
            for one in fresh
        )


def batched(subjects: Sequence[Subject], size: int) -> Iterator[Sequence[Subject]]:
    """``subjects`` in parts of ``size``, the last one shorter."""
    return (subjects[start : start + size] for start in range(0, len(subjects), size))


def lines_of(one: Subject, known: queries.KnownLines) -> frozenset[int]:
    """The lines that this run of its deadline has behind it."""
    return known.get((one.id, one.due_on, one.arm), frozenset())
