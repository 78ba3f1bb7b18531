"""Duty lists of the demonstration: of three enterprises, one of them behind, and the authority's."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from supervision.authority import queries as authorities
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.spans import Frequency, span_of
from supervision.demo.office import Event
from supervision.demo.stage import Stage
from supervision.demo.story import working_hours
from supervision.dutylist import months, queries, service, supervising
from supervision.dutylist.rules import Grade
from supervision.enterprise.models import Enterprise

# Places of the enterprises that adopt the list; the last one does nothing of it.
PLACES = (0, 1, 2)
ADOPTED = timedelta(days=50)
WEEK = timedelta(days=7)
NOTE = "已完成，记录见隐患台账"
CHECKED = "已检查三家企业，见检查记录"
LINES = (
    ("粉尘涉爆企业除尘系统检查", "年度监督检查计划", Grade.KEY, Frequency.MONTHLY, "工贸科"),
    ("危险化学品使用单位专项检查", "年度监督检查计划", Grade.ALL, Frequency.QUARTERLY, "危化科"),
)


def events(stage: Stage, _start: datetime, now: datetime) -> list[Event]:
    """Adopted weeks ago; each week the safety managers say what they have done."""
    start = now - ADOPTED
    found: list[Event] = [(working_hours(start), partial(_add_lines, stage))]
    for place in PLACES:
        actor, enterprise = stage.person(place, "safety"), stage.enterprises[place]
        at = start + timedelta(minutes=11 * place)
        found.append((working_hours(at), partial(_adopt, enterprise, actor)))
        while place != PLACES[-1] and (at := at + WEEK) < now:
            found.append((working_hours(at), partial(_do, enterprise, actor)))
    found.append((now - timedelta(minutes=1), partial(_count, stage)))
    return [event for event in found if event[0] < now]


def _add_lines(stage: Stage) -> None:
    """The authority's own list; of the first line an officer says that it was done."""
    chief, officer = stage.chief(0), stage.pair(0)[0]
    authority = authorities.authorities_within(chief)[0]
    for what, basis, grade, frequency, unit in LINES:
        given = supervising.Line(what, basis, grade, frequency, unit, account_id=officer.id)
        supervising.add(authority.id, chief, given)
    first = queries.list_supervision(officer, queries.SupervisionFilter(is_mine=True))
    line = db.session.scalars(first.limit(1)).one()
    span = span_of(line.frequency, clock.today())
    supervising.complete(line, officer, starts_on=span.first, note=CHECKED, link="/inspections/")


def _count(stage: Stage) -> None:
    """What the night's job counts: who did nothing is behind."""
    ids = [stage.enterprises[place].id for place in PLACES]
    today = clock.today()
    for day in (today.replace(day=1) - clock.DAY, today):
        months.refresh_many(ids, day)


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
