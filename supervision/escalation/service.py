"""Verbs of the ladder: change its steps and hours, take a step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from sqlalchemy import select

from supervision.core import audit, clock, notices
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.notices import Audience as NoticeAudience
from supervision.core.text import N_
from supervision.escalation import rules
from supervision.escalation.models import (
    EscalationEvent,
    EscalationHours,
    EscalationStep,
    in_force,
)
from supervision.escalation.people import Person, Ranks
from supervision.escalation.rules import (
    Audience,
    Due,
    EventState,
    Hours,
    Ladder,
    Planned,
    Urgency,
)
from supervision.escalation.subjects import Subject

_YESTERDAY = timedelta(days=-1)


@dataclass(frozen=True, slots=True)
class StepValues:
    """What a version of a step says."""

    ladder: Ladder
    offset: int
    audience: Audience
    only_major: bool = False
    urgency: Urgency = Urgency.NORMAL
    to_group: bool = False
    is_enabled: bool = True


def add_step(actor: Actor, values: StepValues, *, reason: str = "") -> EscalationStep:
    """A new step, from today on."""
    _check(values)
    step = _version(actor, values, reason, line_id=0)
    step.line_id = step.id
    audit.record(actor, "escalation.add", step, reason=reason, values=_plain(values))
    return step


def change_step(
    step: EscalationStep, actor: Actor, values: StepValues, *, reason: str
) -> EscalationStep:
    """Another version of a step from today on; the old one is end-dated and otherwise stays."""
    if values.ladder is not step.ladder:
        raise InvalidInput(N_("A step stays on its ladder: add another instead."), field="ladder")
    _check(values, but=step)
    before = values_of(step)
    if before == values:
        raise InvalidInput(N_("Nothing was changed."), field="offset")
    _end(step)
    new = _version(actor, values, reason, line_id=step.line_id)
    audit.record(
        actor, "escalation.change", new, reason=reason, before=_plain(before), values=_plain(values)
    )
    return new


def end_step(step: EscalationStep, actor: Actor, *, reason: str) -> None:
    """Not taken any more, from today on; what it did stays in the log."""
    _end(step)
    audit.record(actor, "escalation.end", step, reason=reason, values=_plain(values_of(step)))


def set_hours(actor: Actor, wanted: Hours, *, row_version: int) -> EscalationHours:
    """When steps are taken."""
    rules.check_hours(wanted)
    row = db.session.get(EscalationHours, 1)
    before = row.value if row else Hours()
    if (row.row_version if row else 0) != row_version:
        raise Conflict
    if row is None:
        row = EscalationHours(id=1)
        db.session.add(row)
    row.morning, row.night = wanted.morning, wanted.night
    row.changed_at, row.changed_by = clock.now(), actor.name
    db.session.flush()
    audit.record(
        actor, "escalation.hours", row, morning=wanted.morning, night=wanted.night,
        before=[before.morning, before.night],
    )  # fmt: skip
    return row


def values_of(step: EscalationStep) -> StepValues:
    return StepValues(
        step.ladder,
        step.offset,
        step.audience,
        step.only_major,
        step.urgency,
        step.to_group,
        step.is_enabled,
    )


def _check(values: StepValues, but: EscalationStep | None = None) -> None:
    rules.check_step(values.offset, values.audience, to_group=values.to_group)
    same = select(EscalationStep.line_id).where(
        in_force(clock.today()),
        EscalationStep.ladder == values.ladder,
        EscalationStep.offset == values.offset,
        EscalationStep.audience == values.audience,
        EscalationStep.only_major == values.only_major,
    )
    if set(db.session.scalars(same)) - {but.line_id if but else 0}:
        raise InvalidInput(N_("The ladder has this step already."), field="audience")


def _end(step: EscalationStep) -> None:
    if step.effective_to is not None:
        raise Conflict
    step.effective_to = clock.today() + _YESTERDAY


def _version(actor: Actor, values: StepValues, reason: str, *, line_id: int) -> EscalationStep:
    step = EscalationStep(
        **asdict(values),
        line_id=line_id,
        effective_from=clock.today(),
        reason=reason,
        changed_at=clock.now(),
        changed_by=actor.name,
    )
    db.session.add(step)
    db.session.flush()
    return step


def _plain(values: StepValues) -> dict[str, object]:
    return {name: str(value) for name, value in asdict(values).items()}


def load_defaults(rows: Iterable[Mapping[str, str]]) -> int:
    """The shipped ladder, for ladders that have no step yet; what somebody changed is theirs."""
    known = set(db.session.scalars(select(EscalationStep.ladder).distinct()))
    added = 0
    for row in rows:
        if Ladder(row["ladder"]) in known:
            continue
        values = StepValues(
            Ladder(row["ladder"]),
            int(row["offset"]),
            Audience(row["audience"]),
            row["only_major"] == "yes",
            Urgency(row["urgency"]),
            row["to_group"] == "yes",
        )
        step = _version(SYSTEM, values, "", line_id=0)
        step.line_id = step.id
        added += 1
    db.session.flush()
    return added


# --- taking steps --------------------------------------------------------------------------------


def escalate(subject: Subject, due: Due, ranks: Ranks, today: date) -> int:
    """Take the steps of one subject that are due; returns how many were taken.

    ``subject`` is as it stands in this transaction. Notices and log are one with it: a process
    that is killed has told nobody, and a second one finds the key taken.
    """
    if not due.take:
        return 0
    for one in due.absorbed:
        _log(subject, one, EventState.ABSORBED, ())
    told_already: set[int] = set()
    for one in due.take:
        people = [p for p in ranks.told(one.step.audience) if p.id not in told_already]
        told_already |= {p.id for p in people}
        _log(subject, one, EventState.SENT if people else _without(ranks, one), people)
        _tell(subject, one, people, today)
    return len(due.take)


def _without(ranks: Ranks, one: Planned) -> EventState:
    """Nobody there; or all of them heard it a moment ago by another step."""
    return EventState.ABSORBED if ranks.told(one.step.audience) else EventState.NOBODY


def _tell(subject: Subject, one: Planned, people: Iterable[Person], today: date) -> None:
    step: EscalationStep = one.step
    noun = "escalation_urgent" if step.urgency is Urgency.URGENT else "escalation"
    kind = f"{noun}.{subject.ladder}_{rules.phase_of(subject.due_on, today)}"
    if step.to_group:
        sides = {True: NoticeAudience.ENTERPRISE_PEOPLE, False: NoticeAudience.SUPERVISORS}
        heard: list[tuple[NoticeAudience, int]] = [
            (sides[step.is_for_enterprise], subject.enterprise_id)
        ]
    else:
        heard = [(NoticeAudience.ACCOUNT, person.id) for person in people]
    for audience, ident in heard:
        notices.queue(
            kind, audience, ident, link=subject.link, number=subject.number, due_on=subject.due_on
        )


def _log(subject: Subject, one: Planned, state: EventState, people: Iterable[Person]) -> None:
    step: EscalationStep = one.step
    db.session.add(
        EscalationEvent(
            enterprise_id=subject.enterprise_id,
            ladder=subject.ladder,
            subject_id=subject.id,
            due_on=subject.due_on,
            arm=subject.arm,
            line_id=step.line_id,
            step_id=step.id,
            state=state,
            number=subject.number,
            link=subject.link,
            is_major=subject.is_major,
            audience=step.audience,
            offset=step.offset,
            told=[[p.id, p.name] for p in people],
            at=clock.now(),
        )
    )
