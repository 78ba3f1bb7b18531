"""Safety codes of the demonstration: three months that are over, the running one, and four facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.demo.office import Event
from supervision.demo.stage import Stage
from supervision.demo.story import working_hours
from supervision.enterprise.models import RollStatus
from supervision.score import service, tables, telling
from supervision.score.rules import FactKind, last_day, month_after, month_before, month_of
from supervision.score.source_view import View

MONTHS = 3
MOST_TOLD = 1000
NIGHT = time(3, 20)


@dataclass(frozen=True, slots=True)
class Fact:
    """``place``: the enterprise's in its table; ``day``: so many days ago."""

    place: int
    kind: FactKind
    day: int
    paper: str
    reason: str


FACTS = (
    Fact(0, FactKind.AWARD, 70, "（演示）杭应急表〔2026〕3号", "被评为安全生产先进单位。"),
    Fact(
        3,
        FactKind.INJURY,
        52,
        "（演示）工伤认定〔2026〕118号",
        "冲压作业右手食指受伤，已认定工伤。",
    ),
    Fact(7, FactKind.FATAL_ACCIDENT, 18, "（演示）事故快报〔2026〕2号", "高处坠落，一人死亡。"),
    Fact(9, FactKind.PENALTY, 40, "（演示）消防罚决〔2026〕56号", "占用疏散通道，罚款八千元。"),
)


def events(stage: Stage, _start: datetime, now: datetime) -> list[Event]:
    """Facts as they were written down, and the nights in which months ended."""
    found: list[Event] = [
        (working_hours(now - timedelta(days=fact.day - 1)), partial(_record, stage, fact))
        for fact in FACTS
    ]
    month = month_of(clock.day_of(now))
    # The running month as of this morning's night; each one before as of the night after it.
    nights: list[tuple[date, date]] = [(month, clock.day_of(now))]
    for _ in range(MONTHS):
        month = month_before(month)
        nights.append((month, month_after(month)))
    found += [(_at(day), partial(_night, stage, month, day)) for month, day in nights]
    return [event for event in found if event[0] < now]


def _at(day: date) -> datetime:
    return datetime.combine(day, NIGHT, clock.SHANGHAI)


def _record(stage: Stage, fact: Fact) -> None:
    inspector: Actor = stage.pair(fact.place)[0]
    enterprise = stage.enterprises[fact.place]
    happened = clock.today() - timedelta(days=1)
    fields = service.FactFields(fact.kind, happened, fact.paper, fact.reason)
    service.record_fact(enterprise, inspector, fields, None)


def _night(stage: Stage, month: date, today: date) -> None:
    """What the job does, within the transaction of the demonstration."""
    living = {RollStatus.IN_PRODUCTION, RollStatus.SUSPENDED}
    ids = [one.id for one in stage.enterprises if one.roll_status in living]
    service.compute(tables.table_on(month), View(ids, month, today), clock.now())
    if last_day(month) < today:
        service.freeze(ids, month, clock.now())
    telling.tell(clock.now(), MOST_TOLD)
