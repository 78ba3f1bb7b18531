"""Half a year of tickets, as a plan: who does what when. Pure, and the same for the same day.

A plan runs on for as long as it takes; what would lie in the future has not happened yet. So the
states of the newest tickets come about as they do in life, and a few are staged on top, so that
every state is there on every day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any

from supervision.core.clock import SHANGHAI
from supervision.hazard.rules import Source

SEED = 20260101
DAYS = 182
TICKETS = 210

# How often each source finds something.
SOURCES = (
    (Source.SELF_CHECK, 40),
    (Source.INSPECTION, 22),
    (Source.PATROL, 14),
    (Source.VIDEO, 10),
    (Source.REPORT, 5),
    (Source.EXPERT, 6),
    (Source.SUPERIOR, 3),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One verb at one instant. ``data`` are days relative to it, and the like."""

    at: datetime
    verb: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """One ticket: ``enterprise`` and ``finding`` are places in the two tables."""

    enterprise: int
    finding: int
    source: Source
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the planner has to know of a row of the table of findings."""

    category: str
    is_major: bool


class _Clockwork:
    """Times that follow one another in working hours of Shanghai."""

    def __init__(self, chance: Random, start: datetime) -> None:
        self.chance = chance
        self.at = start

    def after(self, low: float, high: float) -> datetime:
        """``low`` to ``high`` days later, moved into working hours."""
        self.at = working_hours(self.at + timedelta(days=self.chance.uniform(low, high)))
        return self.at


def working_hours(instant: datetime) -> datetime:
    """The same instant, or the next one between 8:30 and 17:30 on a weekday."""
    local = instant.astimezone(SHANGHAI)
    if local.time() >= time(17, 30):
        next_day = local.date() + timedelta(days=1)
        local = datetime.combine(next_day, time(8, 30 + local.minute % 29), SHANGHAI)
    elif local.time() < time(8, 30):
        local = datetime.combine(local.date(), time(8, 30 + local.minute % 29), SHANGHAI)
    while local.isoweekday() > 5:
        local += timedelta(days=1)
    return local.astimezone(UTC)


def working_hours_before(instant: datetime) -> datetime:
    """The same instant, or one shortly before the end of the last working day before it."""
    local = instant.astimezone(SHANGHAI)
    closing = time(16, 40 + local.minute % 20)
    if local.time() > time(17, 30):
        local = datetime.combine(local.date(), closing, SHANGHAI)
    elif local.time() < time(8, 30):
        local = datetime.combine(local.date() - timedelta(days=1), closing, SHANGHAI)
    while local.isoweekday() > 5:
        local = datetime.combine(local.date() - timedelta(days=1), closing, SHANGHAI)
    return local.astimezone(UTC)


def make_plans(
    now: datetime, findings: Sequence[Finding], enterprises: Sequence[int]
) -> list[Plan]:
    """All tickets before ``now``. ``enterprises``: the places in the table that may have some."""
    chance = Random(SEED)
    plans = [
        _ticket(chance, now - timedelta(days=chance.uniform(2, DAYS)), findings, enterprises)
        for _ in range(TICKETS)
    ]
    plans += [
        _staged(chance, now, verbs, findings, enterprises)
        for count, verbs in STAGED
        for _ in range(count)
    ]
    return [_until(plan, now) for plan in plans if plan.steps[0].at < now]


def _until(plan: Plan, now: datetime) -> Plan:
    """Without what has not happened yet."""
    done = tuple(step for step in plan.steps if step.at < now)
    return Plan(plan.enterprise, plan.finding, plan.source, done)


def _choose(
    chance: Random, findings: Sequence[Finding], enterprises: Sequence[int]
) -> tuple[int, int, Source]:
    source = chance.choices([s for s, _ in SOURCES], [w for _, w in SOURCES])[0]
    fits = [
        index
        for index, finding in enumerate(findings)
        if source is not Source.VIDEO or finding.category == "protective_equipment"
    ]
    # Every third ticket with the first eight: some enterprises have more to mend than others.
    enterprise = chance.choice(enterprises[:8] if chance.random() < 0.35 else enterprises)
    return enterprise, chance.choice(fits), source


def _ticket(
    chance: Random, found: datetime, findings: Sequence[Finding], enterprises: Sequence[int]
) -> Plan:
    enterprise, finding, source = _choose(chance, findings, enterprises)
    clockwork = _Clockwork(chance, working_hours(found))
    steps = [Step(clockwork.after(0.01, 0.05), "report")]
    if chance.random() < 0.05:
        steps.append(Step(clockwork.after(0.2, 1.5), "invalidate"))
        return Plan(enterprise, finding, source, tuple(steps))
    steps.append(Step(clockwork.after(0.05, 0.8), "grade"))
    if source is not Source.SELF_CHECK and chance.random() < 0.06:
        steps.append(Step(clockwork.after(0.3, 1.5), "transfer"))
        return Plan(enterprise, finding, source, tuple(steps))
    term = chance.randint(30, 55) if findings[finding].is_major else chance.randint(6, 20)
    assigned = clockwork.after(0.05, 0.6)
    steps.append(Step(assigned, "assign", {"days": term}))
    steps.append(Step(clockwork.after(0.2, 1.6), "start"))
    due = assigned + timedelta(days=term)
    if chance.random() < 0.13:
        due = _extension(chance, clockwork, steps, due)
    _finish(chance, clockwork, steps, due)
    return Plan(enterprise, finding, source, tuple(steps))


def _extension(chance: Random, clockwork: _Clockwork, steps: list[Step], due: datetime) -> datetime:
    """Ask for more time while there is some; returns the deadline after the reply."""
    room = (due - clockwork.at) / timedelta(days=1)
    if room < 4:
        return due
    more = chance.randint(5, 15)
    steps.append(Step(clockwork.after(room * 0.3, room * 0.5), "request_extension", {"days": more}))
    granted = chance.random() < 0.7
    verb = "grant_extension" if granted else "refuse_extension"
    steps.append(Step(clockwork.after(0.1, 0.6), verb))
    return due + timedelta(days=more) if granted else due


def _finish(chance: Random, clockwork: _Clockwork, steps: list[Step], due: datetime) -> None:
    """Mostly in time, sometimes late, sometimes sent back first; closed by one who looks."""
    room = max((due - clockwork.at) / timedelta(days=1) - 3, 0.2)
    if chance.random() < 0.16:
        steps.append(Step(clockwork.after(room + 4, room + 13), "submit"))
    else:
        steps.append(Step(clockwork.after(room * 0.3, room * 0.9), "submit"))
    if chance.random() < 0.14:
        steps.append(Step(clockwork.after(0.3, 1.5), "return"))
        steps.append(Step(clockwork.after(0.5, 3), "submit"))
    steps.append(Step(clockwork.after(0.2, 2.2), "verify"))


# How many, and the verbs that have happened by now. The term's days count from the assignment.
STAGED: tuple[tuple[int, tuple[str, ...]], ...] = (
    (5, ("report",)),
    (4, ("report", "grade")),
    (5, ("report", "grade", "assign")),
    (7, ("report", "grade", "assign", "start")),
    (3, ("report", "grade", "assign", "start", "request_extension")),
    (6, ("report", "grade", "assign", "start", "submit")),
    (3, ("report", "grade", "assign", "start", "submit", "return")),
    (5, ("report", "grade", "assign", "start", "overdue")),
    (2, ("report", "grade", "assign", "overdue")),
)


def _staged(
    chance: Random,
    now: datetime,
    verbs: tuple[str, ...],
    findings: Sequence[Finding],
    enterprises: Sequence[int],
) -> Plan:
    """A ticket that stands where it is told to stand today."""
    enterprise, finding, source = _choose(chance, findings, enterprises)
    late = verbs[-1] == "overdue"
    done = [verb for verb in verbs if verb != "overdue"]
    begin = now - timedelta(days=chance.uniform(18, 40) if late else chance.uniform(1, 6))
    last = begin + timedelta(days=2) if late else now - timedelta(minutes=20)
    term = 6 if late else 15
    steps = tuple(
        Step(at, verb, {"days": term if verb == "assign" else 7})
        for at, verb in zip(_spread(begin, last, len(done)), done, strict=True)
    )
    return Plan(enterprise, finding, source, steps)


# Nobody does two steps of one ticket at once.
BETWEEN_STEPS = timedelta(minutes=40)


def _spread(begin: datetime, last: datetime, count: int) -> list[datetime]:
    """``count`` instants in working hours, about evenly from ``begin``, all before ``last``."""
    gap = (last - begin) / count
    found: list[datetime] = []
    limit = last
    for number in reversed(range(count)):
        at = working_hours_before(min(begin + gap * number, limit))
        found.append(at)
        limit = at - BETWEEN_STEPS
    return found[::-1]
