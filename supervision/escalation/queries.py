"""Reads of the ladder, of what runs out, and of what was sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import contains_eager

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import unscoped, visible
from supervision.core.search import contains
from supervision.enterprise.models import Enterprise
from supervision.escalation.models import (
    EscalationEvent,
    EscalationHours,
    EscalationStep,
    in_force,
)
from supervision.escalation.rules import Audience, EventState, Hours, Ladder
from supervision.escalation.subjects import SOURCES, Subject, subject_of

_ENGINE = "the ladder runs for every region"
# By id, last day and arm of a subject.
KnownLines = Mapping[tuple[int, date, int], frozenset[int]]


def steps_on(day: date) -> dict[Ladder, list[EscalationStep]]:
    """The versions in force on ``day`` by ladder, in order of their days."""
    stmt = (
        select(EscalationStep)
        .where(in_force(day))
        .order_by(EscalationStep.offset, EscalationStep.line_id)
    )
    found: dict[Ladder, list[EscalationStep]] = defaultdict(list)
    for step in db.session.scalars(stmt):
        found[step.ladder].append(step)
    return found


def get_step(step_id: int, day: date) -> EscalationStep:
    """A version that is in force or still to come on ``day``; an ended one is history."""
    step = db.session.get(EscalationStep, step_id)
    if step is None or (step.effective_to is not None and step.effective_to < day):
        raise NotFound
    return step


def line_history(line_id: int) -> Sequence[EscalationStep]:
    """Every version of a step, newest first."""
    stmt = select(EscalationStep).where(EscalationStep.line_id == line_id)
    return db.session.scalars(stmt.order_by(EscalationStep.id.desc()).limit(50)).all()


def hours() -> Hours:
    """When steps are taken: the row, or the rule's own default before there is one."""
    row = db.session.get(EscalationHours, 1)
    return row.value if row else Hours()


# --- the engine ----------------------------------------------------------------------------------


def waiting(
    ladder: Ladder, first: date, last: date, *, after: int, limit: int
) -> Sequence[Subject]:
    """Subjects whose last day lies between, and older ones that nobody was ever told of, by id."""
    rows = SOURCES[ladder].rows().subquery()
    told = exists().where(
        EscalationEvent.ladder == ladder,
        EscalationEvent.subject_id == rows.c.id,
        EscalationEvent.due_on == rows.c.due_on,
        EscalationEvent.arm == rows.c.arm,
    )
    stmt = (
        select(rows)
        .where(rows.c.id > after, rows.c.due_on <= last, or_(rows.c.due_on >= first, ~told))
        .order_by(rows.c.id)
        .limit(limit)
    )
    found = db.session.execute(unscoped(stmt, reason=_ENGINE))
    return [subject_of(ladder, row) for row in found]


def subjects_now(ladder: Ladder, idents: Collection[int]) -> Sequence[Subject]:
    """Subjects as they stand in this transaction, without those that wait for nothing any more."""
    rows = SOURCES[ladder].rows().subquery()
    stmt = select(rows).where(rows.c.id.in_(idents), rows.c.due_on.is_not(None))
    found = db.session.execute(unscoped(stmt.order_by(rows.c.id), reason=_ENGINE))
    return [subject_of(ladder, row) for row in found]


def known_lines(subjects: Collection[Subject]) -> KnownLines:
    """Which lines have been dealt with; ``subjects`` of one ladder."""
    if not subjects:
        return {}
    ladder = next(iter(subjects)).ladder
    stmt = select(
        EscalationEvent.subject_id,
        EscalationEvent.due_on,
        EscalationEvent.arm,
        EscalationEvent.line_id,
    ).where(
        EscalationEvent.ladder == ladder, EscalationEvent.subject_id.in_([s.id for s in subjects])
    )
    found: dict[tuple[int, date, int], set[int]] = defaultdict(set)
    for ident, day, arm, line in db.session.execute(unscoped(stmt, reason=_ENGINE)):
        found[ident, day, arm].add(line)
    return {key: frozenset(lines) for key, lines in found.items()}


# --- the log -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What the log is narrowed to; empty means all."""

    text: str = ""
    ladder: Ladder | None = None
    audience: Audience | None = None
    state: EventState | None = None
    major: bool = False
    day_from: date | None = None
    day_to: date | None = None


def list_events(actor: Actor, wanted: EventFilter) -> Select[Any]:
    """The log, newest first, with enterprises loaded along."""
    stmt = (
        visible(EscalationEvent, actor)
        .join(Enterprise, Enterprise.id == EscalationEvent.enterprise_id)
        .options(contains_eager(EscalationEvent.enterprise))
    )
    if wanted.text:
        stmt = stmt.where(contains(wanted.text, EscalationEvent.number, Enterprise.name))
    for column, value in (
        (EscalationEvent.ladder, wanted.ladder),
        (EscalationEvent.audience, wanted.audience),
        (EscalationEvent.state, wanted.state),
    ):
        if value:
            stmt = stmt.where(column == value)
    if wanted.major:
        stmt = stmt.where(EscalationEvent.is_major)
    if wanted.day_from:
        stmt = stmt.where(EscalationEvent.at >= clock.start_of(wanted.day_from))
    if wanted.day_to:
        stmt = stmt.where(EscalationEvent.at < clock.end_of(wanted.day_to))
    return stmt.order_by(EscalationEvent.at.desc(), EscalationEvent.id.desc())


def nobody_count(actor: Actor, *, days: int = 7) -> int:
    """Steps of the last days that reached nobody."""
    since = clock.now() - timedelta(days=days)
    stmt = visible(EscalationEvent, actor, func.count(EscalationEvent.id))
    stmt = stmt.where(EscalationEvent.state == EventState.NOBODY, EscalationEvent.at >= since)
    return db.session.scalar(stmt) or 0
