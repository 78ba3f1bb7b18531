"""What the law asks of a major hazard beyond a general one. Pure.

Plan in six parts: Order 16, art. 15. Report to the supervising department and to the workers'
congress, notification of the workers: Work Safety Law, art. 41.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from supervision.core.errors import InvalidInput
from supervision.core.text import N_


class RecordKind(StrEnum):
    """To whom the enterprise told of a major hazard; also the action in its history."""

    DEPARTMENT_REPORT = "department_report"
    CONGRESS_REPORT = "congress_report"
    WORKER_NOTIFICATION = "worker_notification"


class RecordForm(StrEnum):
    WRITTEN = "written"
    ONLINE = "online"
    MEETING = "meeting"
    NOTICE_BOARD = "notice_board"


class Duty(StrEnum):
    """What must be there before a major hazard is submitted or closed."""

    PLAN = "plan"
    DEPARTMENT_REPORT = "department_report"
    CONGRESS_REPORT = "congress_report"
    WORKER_NOTIFICATION = "worker_notification"


@dataclass(frozen=True, slots=True)
class PlanParts:
    """The six parts of a rectification plan, in the order of the law; none may be empty."""

    goals: str = ""
    methods: str = ""
    funds: str = ""
    people: str = ""
    schedule: str = ""
    safety: str = ""


PLAN_PARTS = tuple(part.name for part in fields(PlanParts))


def check_plan(parts: PlanParts) -> None:
    """Every part says something. Raises InvalidInput at the first that does not."""
    for name in PLAN_PARTS:
        if not getattr(parts, name).strip():
            raise InvalidInput(N_("A major hazard needs all six parts of the plan."), field=name)


def open_duties(*, has_plan: bool, records: Iterable[RecordKind]) -> list[Duty]:
    """What is still missing, in the order in which it is to be done."""
    done = {Duty(kind.value) for kind in records}
    if has_plan:
        done.add(Duty.PLAN)
    return [duty for duty in Duty if duty not in done]


def check_given_on(given_on: date, found_on: date, today: date) -> None:
    """Nobody tells of a hazard before it was found, or tomorrow."""
    if given_on > today:
        raise InvalidInput(N_("This day lies in the future."), field="given_on")
    if given_on < found_on:
        raise InvalidInput(N_("The hazard was not found yet on this day."), field="given_on")
