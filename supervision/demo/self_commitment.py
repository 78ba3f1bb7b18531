"""Commitments of the demonstration: a daily one with a late and a missed day, a yearly one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time, timedelta
from functools import partial

from supervision.commitment import arranging, missing, queries, rules, service, standards
from supervision.commitment.models import Commitment, CommitmentSetting
from supervision.commitment.queries import DayFilter
from supervision.commitment.rules import Operation, Period, Production
from supervision.commitment.service import Content
from supervision.core import clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.demo.office import Event
from supervision.demo.stage import Stage, signature
from supervision.demo.story import working_hours

# Places of the enterprises: whose commitment of today waits for its principal, one that commits once
# a year, one that was late and missed a day.
OWN, YEARLY, DAILY = 0, 1, 6
BATCH = 500
BEGINS = timedelta(days=8)
# Days before today.
LATE, MISSED, TODAY = 3, 2, 0
MORNING, SIGNED, TOO_LATE, CUTOFF = time(8, 20), time(8, 50), time(10, 40), time(10, 6)
WHY_YEARLY = "余杭区工贸企业年度安全承诺试点（演示）"
WHY_DAILY = "厂区设有危险化学品仓库，区局要求每日承诺（演示）"
# Place, level from below, post, and who of the enterprise: an account or a post.
SIGNERS = (
    (OWN, 0, "装配一班", "worker"),
    (OWN, 1, "装配车间", "safety"),
    (YEARLY, 0, "木工车间", "safety"),
    (DAILY, 1, "合成车间", "safety"),
)
SUNDAY = 7


def events(stage: Stage, _start: datetime, now: datetime) -> list[Event]:
    """Asked a week ago; each morning signed; the hour passes; today waits for the principal."""
    begins = working_hours(now - BEGINS)
    found: list[Event] = [
        (begins, partial(_ask, stage)),
        (begins + timedelta(hours=1), partial(_yearly, stage)),
    ]
    day = clock.day_of(begins) + clock.DAY
    while day <= clock.day_of(now):
        back = (clock.day_of(now) - day).days
        at = partial(datetime.combine, day, tzinfo=clock.SHANGHAI)
        left_out = {LATE: (DAILY,), MISSED: (DAILY,), TODAY: (OWN,)}.get(back, ())
        found.append((at(MORNING), partial(_everybody, stage, left_out)))
        if back == LATE:
            found.append((at(TOO_LATE), partial(_commit, stage, DAILY, Period.DAILY)))
        if back == TODAY:
            found.append((at(SIGNED), partial(_half_way, stage)))
        found.append((at(CUTOFF), _hour_passes))
        day += clock.DAY
    return [event for event in found if event[0] < now]


def _ask(stage: Stage) -> None:
    """The sector's table for everybody, the yearly one for one enterprise; who signs there."""
    after = -1
    while after:
        after, _changed = arranging.enrol(max(after, 0), BATCH)
    for place, code, why in (
        (YEARLY, "GENERAL_YEARLY", WHY_YEARLY),
        (OWN, "CHEMICALS_DAILY", WHY_DAILY),
    ):
        arranging.override(stage.enterprises[place], stage.chief(place), code=code, reason=why)
    for place, level, post, who in SIGNERS:
        person = stage.actors[who] if who == "worker" else stage.person(place, who)
        principal, setting = stage.person(place, "principal"), _setting(stage, place)
        arranging.add_signer(setting, principal, level=level, post=post, account_id=person.id)


def _setting(stage: Stage, place: int) -> CommitmentSetting:
    return arranging.of_enterprise(stage.enterprises[place])


def _yearly(stage: Stage) -> None:
    _commit(stage, YEARLY, Period.YEARLY)


def _everybody(stage: Stage, but: Collection[int]) -> None:
    """Whoever owes a daily commitment makes it."""
    wanted = DayFilter(Period.DAILY, clock.today(), clock.now())
    owing = {s.enterprise_id for s in db.session.scalars(queries.list_of(SYSTEM, wanted))}
    for place, enterprise in enumerate(stage.enterprises):
        if enterprise.id in owing and place not in but:
            _commit(stage, place, Period.DAILY)


def _commit(stage: Stage, place: int, period: Period) -> None:
    """Begun by the safety manager, signed by each who signs, the principal last."""
    commitment = _begun(stage, place, period)
    setting = _setting(stage, place)
    for signer in setting.signers:
        _sign(commitment, setting, _by_id(stage, signer.account_id))
    _sign(commitment, setting, stage.person(place, "principal"))


def _half_way(stage: Stage) -> None:
    """Signed below: what is missing is the principal's hand."""
    commitment, setting = _begun(stage, OWN, Period.DAILY), _setting(stage, OWN)
    for signer in setting.signers:
        _sign(commitment, setting, _by_id(stage, signer.account_id))


def _begun(stage: Stage, place: int, period: Period) -> Commitment:
    actor, enterprise = stage.person(place, "safety"), stage.enterprises[place]
    commitment = service.begin(enterprise, actor)
    if period is Period.DAILY:
        service.edit(commitment, actor, _content(place, commitment))
    return commitment


def _content(place: int, commitment: Commitment) -> Content:
    """Nothing on Sundays, on other days some hot work, now and then a tank to climb into."""
    day = commitment.day
    if day.isoweekday() == SUNDAY:
        return Content(Production.REST, commitment.statement)
    work = {Operation.HOT_WORK: (day.day + place) % 3, Operation.HEIGHT: day.day % 2}
    if day.day % 4 == 0:
        work[Operation.CONFINED_SPACE] = 1
    return Content(Production.RUNNING, commitment.statement, work)


def _by_id(stage: Stage, account_id: int) -> Actor:
    return next(actor for actor in stage.actors.values() if actor.id == account_id)


def _sign(commitment: Commitment, setting: CommitmentSetting, actor: Actor) -> None:
    service.sign(commitment, setting, actor, drawn=signature(actor, actor.name))


def _hour_passes() -> None:
    """What the job does, within the one transaction of the demonstration."""
    now = clock.now()
    for standard in standards.in_force(clock.today()).values():
        if standard.period is Period.DAILY and rules.due_at(standard, clock.today()) < now:
            _ids, missed = missing.note(standard, clock.today(), now, 0, BATCH)
            missing.close(standard, clock.today(), now, missed)
    while missing.tell(now):
        pass
