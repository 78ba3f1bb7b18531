"""Duty lists of the demonstration: adopted by three enterprises, one of them behind."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.spans import Frequency, span_of
from supervision.demo.office import Event
from supervision.demo.stage import Stage
from supervision.demo.story import working_hours
from supervision.dutylist import queries, service, supervising
from supervision.dutylist.rules import Grade
from supervision.enterprise.models import Enterprise

# Places of the enterprises that adopt the list; the last one does nothing of it.
PLACES = (0, 1, 2)
ADOPTED = timedelta(days=1)
WEEK = timedelta(days=7)
NOTE = "已完成，记录见隐患台账"
LINES = (
    ("粉尘涉爆企业除尘系统检查", "年度监督检查计划", Grade.KEY, Frequency.MONTHLY, "工贸科"),
    ("危险化学品使用单位专项检查", "年度监督检查计划", Grade.ALL, Frequency.QUARTERLY, "危化科"),
)


def events(stage: Stage, start: datetime, now: datetime) -> list[Event]:
    """Adopted at the start; each week the safety managers say what they have done."""
    found: list[Event] = []
    for place in PLACES:
        actor, enterprise = stage.person(place, "safety"), stage.enterprises[place]
        at = start + ADOPTED + timedelta(minutes=11 * place)
        found.append((working_hours(at), partial(_adopt, enterprise, actor)))
        while place != PLACES[-1] and (at := at + WEEK) < now:
            found.append((working_hours(at), partial(_do, enterprise, actor)))
    return [event for event in found if event[0] < now]


def add_lines(authority_id: int, chief: Actor) -> None:
    """The authority's own list."""
    for what, basis, grade, frequency, unit in LINES:
        given = supervising.Line(what, basis, grade, frequency, unit, person=f"{unit}负责人")
        supervising.add(authority_id, chief, given)


def _adopt(enterprise: Enterprise, actor: Actor) -> None:
    service.adopt(enterprise, actor)


def _do(enterprise: Enterprise, actor: Actor) -> None:
    """Everything that is due this week or month and not done."""
    today = clock.today()
    for duty in queries.live(enterprise.id, actor):
        if duty.frequency not in {Frequency.WEEKLY, Frequency.MONTHLY}:
            continue
        span = span_of(duty.frequency, today)
        if duty.due_on <= span.last:
            evidence = service.Evidence(NOTE, "/hazards/")
            service.complete(duty, actor, starts_on=span.first, given=evidence)
