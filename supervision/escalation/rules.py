"""Steps of a ladder: on which day each is taken, and what is made up for after a gap. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Protocol

from supervision.core.errors import InvalidInput
from supervision.core.text import N_
from supervision.core.workdays import WorkdayTable, add_workdays, is_workday, next_workday


class Ladder(StrEnum):
    """What runs out: a deadline of the enterprise, or a clock of the authority."""

    HAZARD_DUE = "hazard_due"
    RECHECK = "recheck"
    EXTENSION_REPLY = "extension_reply"
    LISTING_DUE = "listing_due"
    LISTING_REVIEW = "listing_review"
    ORDER_DUE = "order_due"
    SERVICE = "service"
    ORDER_RECHECK = "order_recheck"
    ORDER_REPLY = "order_reply"
    CASE = "case"
    # No deadline: the day on which it was found again, while the new ticket is open.
    REPEATED = "repeated"


class Audience(StrEnum):
    """Who is told. Where there is nobody, the next one up is: see :data:`NEXT`."""

    RESPONSIBLE = "responsible"
    PRINCIPAL = "principal"
    PEOPLE = "people"
    OFFICER = "officer"
    CHIEF = "chief"
    CITY = "city"


class Urgency(StrEnum):
    """``urgent`` goes past the daily digest of mail."""

    NORMAL = "normal"
    URGENT = "urgent"


class EventState(StrEnum):
    """``absorbed``: a later step of the same ladder was due as well and spoke for it."""

    SENT = "sent"
    ABSORBED = "absorbed"
    NOBODY = "nobody"


class Phase(StrEnum):
    BEFORE = "before"
    ON = "on"
    LATE = "late"


OF_ENTERPRISE = frozenset({Audience.RESPONSIBLE, Audience.PRINCIPAL, Audience.PEOPLE})
# A group's channel belongs to an authority or to an enterprise, never to one rank of it.
WITH_GROUP = frozenset({Audience.PEOPLE, Audience.OFFICER})
NEXT = {
    Audience.RESPONSIBLE: Audience.PRINCIPAL,
    Audience.PRINCIPAL: Audience.PEOPLE,
    Audience.OFFICER: Audience.CHIEF,
    Audience.CHIEF: Audience.CITY,
}
# Working days; what lies further off is no step of a deadline.
FURTHEST = 60
# A preview without a day takes one far enough ahead to show every step.
SHOWN_AHEAD = timedelta(days=14)
_LATEST_MORNING = time(12)
_EARLIEST_MORNING = time(7)
_EARLIEST_NIGHT = time(17)


@dataclass(frozen=True, slots=True)
class Hours:
    """Steps are taken on working days from ``morning`` until ``night`` (Shanghai)."""

    morning: time = time(8, 30)
    night: time = time(22)


# A version of a step: ``line_id offset audience only_major is_enabled``, a row or a test's own.
Step = Any


class HasDeadline(Protocol):
    """What a plan looks at."""

    @property
    def due_on(self) -> date: ...
    @property
    def is_major(self) -> bool: ...
    @property
    def is_own(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Planned:
    """``due``: the day of the step by its offset; ``sent``: the working day it is taken on."""

    step: Step
    due: date
    sent: date

    @property
    def was_moved(self) -> bool:
        return self.sent != self.due


def step_day(due_on: date, offset: int, table: WorkdayTable) -> date:
    """The day of a step: so many working days from the last day, make-up days included."""
    return add_workdays(due_on, offset, table).day


def plan(
    steps: Iterable[Step], due_on: date, table: WorkdayTable, *, is_major: bool, is_own: bool
) -> list[Planned]:
    """Every step that such a deadline will see, in order, each on a working day.

    ``is_own``: the enterprise found it itself. Its general hazards are its own business: nobody
    would report what brings the authority to the door. A major one is everybody's (art. 41).
    """
    planned = []
    for step in steps:
        if not step.is_enabled or (step.only_major and not is_major):
            continue
        if is_own and not is_major and step.audience not in OF_ENTERPRISE:
            continue
        day = step_day(due_on, step.offset, table)
        planned.append(Planned(step, day, next_workday(day, table).day))
    return sorted(planned, key=lambda p: (p.sent, p.step.offset, p.step.audience))


class Planner:
    """:func:`plan` for many subjects: few of them differ in what it looks at."""

    def __init__(self, steps: Iterable[Step], table: WorkdayTable) -> None:
        self._steps, self._table = list(steps), table
        self._known: dict[tuple[date, bool, bool], Sequence[Planned]] = {}

    def of(self, subject: HasDeadline) -> Sequence[Planned]:
        """The steps of one subject; the same list for those that are alike."""
        key = subject.due_on, subject.is_major, subject.is_own
        if key not in self._known:
            due_on, is_major, is_own = key
            self._known[key] = plan(
                self._steps, due_on, self._table, is_major=is_major, is_own=is_own
            )
        return self._known[key]


@dataclass(frozen=True, slots=True)
class Due:
    """Steps to take now, and those that they speak for."""

    take: Sequence[Planned]
    absorbed: Sequence[Planned]


def due_steps(planned: Iterable[Planned], today: date, known: frozenset[int]) -> Due:
    """What is to be done on ``today``; ``known`` are the lines that have been dealt with.

    After a gap (a scheduler that stood still, a deadline that was moved into the past) each
    audience hears once, by the latest step: seven notices at once would tell nobody more.
    """
    waiting = [p for p in planned if p.sent <= today and p.step.line_id not in known]
    latest: dict[Audience, Planned] = {}
    for one in waiting:
        held = latest.get(one.step.audience)
        if held is None or one.step.offset >= held.step.offset:
            latest[one.step.audience] = one
    take = [p for p in waiting if latest[p.step.audience] is p]
    return Due(take, [p for p in waiting if latest[p.step.audience] is not p])


def spoken_for(planned: Iterable[Planned]) -> frozenset[int]:
    """Lines that a later step for the same audience will speak for, on the same working day."""
    kept: dict[tuple[date, Audience], Planned] = {}
    absorbed = set()
    for one in planned:
        before = kept.get((one.sent, one.step.audience))
        if before is not None and before.step.offset > one.step.offset:
            absorbed.add(one.step.line_id)
            continue
        if before is not None:
            absorbed.add(before.step.line_id)
        kept[one.sent, one.step.audience] = one
    return frozenset(absorbed)


def may_send(local: datetime, hours: Hours, table: WorkdayTable) -> bool:
    """Never at night, never on a day of rest; a make-up day is worked."""
    return is_workday(local.date(), table) and hours.morning <= local.time() < hours.night


def phase_of(due_on: date, today: date) -> Phase:
    """How a notice that is sent today speaks of the last day."""
    if today > due_on:
        return Phase.LATE
    return Phase.ON if today == due_on else Phase.BEFORE


def reach(offsets: Iterable[int]) -> tuple[timedelta, timedelta]:
    """How far before and after its last day a subject is looked at, in calendar days.

    Five working days take a week at least and with a long holiday two: twice the days and a
    fortnight is ample.
    """
    found = [*offsets, 0]
    before, after = -min(found), max(found)
    return timedelta(days=2 * max(before, 0) + 14), timedelta(days=2 * max(after, 0) + 45)


def check_step(offset: int, audience: Audience, *, to_group: bool) -> None:
    """Whether a step can be taken at all."""
    if abs(offset) > FURTHEST:
        raise InvalidInput(
            N_("At most %(days)s working days before or after."), field="offset", days=FURTHEST
        )
    if to_group and audience not in WITH_GROUP:
        raise InvalidInput(
            N_("Group channels hear what all people of a side hear: choose such an audience."),
            field="to_group",
        )


def check_hours(hours: Hours) -> None:
    """A morning is a morning: nobody is told at night by a slip of the keyboard."""
    if not _EARLIEST_MORNING <= hours.morning <= _LATEST_MORNING:
        raise InvalidInput(N_("Between 07:00 and 12:00."), field="morning")
    if not _EARLIEST_NIGHT <= hours.night <= time(22):
        raise InvalidInput(N_("Between 17:00 and 22:00."), field="night")
