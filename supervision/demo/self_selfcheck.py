"""Self-checks of the demonstration: who walks every day, who is late, who misses, one list set."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import partial

from supervision.core import clock
from supervision.demo.office import Event
from supervision.demo.stage import Stage, photo
from supervision.demo.story import working_hours
from supervision.selfcheck import assigning, making, missing, queries, service, walking
from supervision.selfcheck.models import CheckRound
from supervision.selfcheck.rules import AnswerResult, Frequency
from supervision.selfcheck.walking import Seen

# How many days they have walked; the chief sets a list some days later.
BEGINS, SET = timedelta(days=16), timedelta(days=7)
# Place -> lists with their areas; the last place only has the list that is set for its street.
LISTS: Mapping[int, tuple[tuple[str, str], ...]] = {
    0: (("SELF-GENERAL", ""), ("SELF-MACHINE", "装配车间")),
    1: (("SELF-GENERAL", ""), ("SELF-DUST", "砂光车间")),
    2: (("SELF-GENERAL", ""),),
    6: (("SELF-HAZCHEM", "甲类仓库"),),
}
SET_FOR = 13
STREET = "330110012"
# Walks every third day; the others every day but these, told in working days before today.
CARELESS = 2
LATE, EXCUSED = (1, 3), (1, 5)
REASON = "全线设备年度检修，停产一天，已张贴通知。"
FINDINGS: Mapping[tuple[int, int], tuple[str, str]] = {
    (0, 6): ("2号冲床光电保护装置被短接，已停机挂牌", "装配车间2号冲床"),
    (1, 4): ("砂光机除尘管道弯头积尘超过1毫米，未按时清理", "砂光车间东侧"),
    (6, 2): ("甲类仓库东门静电释放装置接地线松动", "甲类仓库东门"),
}
NIGHT, WALKED, ZERO, NEXT_MORNING = time(0, 5), time(15, 10), time(17, 5), time(8, 40)
LEAVES_OFF = time(17, 30)
SATURDAY = 6
# A round of a longer period is walked in its last days.
ENDING = 3


def events(stage: Stage, _start: datetime, now: datetime) -> list[Event]:
    """Taken up some weeks ago; made at night, walked in the afternoon, noted when missed."""
    begins = working_hours(now - BEGINS)
    asked = working_hours(now - SET)
    found: list[Event] = [
        (begins, partial(_take_up, stage)),
        (asked, partial(_set, stage)),
    ]
    days = [clock.day_of(begins) + n * clock.DAY for n in range(1, BEGINS.days + 1)]
    days = [day for day in days if day <= clock.day_of(now)]
    worked = [day for day in days if day.isoweekday() < SATURDAY]
    for day in days:
        at = partial(datetime.combine, day, tzinfo=clock.SHANGHAI)
        found.append((at(NIGHT), _night))
        if day in worked:
            back = len(worked) - 1 - worked.index(day)
            found.append((at(NEXT_MORNING), partial(_walk_late, stage, back)))
            found.append((at(WALKED), partial(_walk_all, stage, back)))
            found.append((at(ZERO), partial(_say_zero, stage)))
    return [event for event in found if event[0] < now]


def _take_up(stage: Stage) -> None:
    for place, lists in LISTS.items():
        for code, area in lists:
            account = stage.actors["worker"].id if (place, area) == (0, "装配车间") else None
            fields = service.PlanFields(
                code,
                clock.today(),
                area=area,
                account_id=account,
                workdays_only=True,
                due_minute=LEAVES_OFF.hour * 60 + LEAVES_OFF.minute,
            )
            service.adopt(stage.enterprises[place], stage.person(place, "safety"), fields)


def _set(stage: Stage) -> None:
    """The chief sets the general list for a street: one enterprise walks it, one takes it up."""
    chief = stage.chief(0)
    wanted = assigning.Wanted(
        "SELF-GENERAL", clock.today() + clock.DAY, region=STREET, workdays_only=True
    )
    total, _had = assigning.count(chief, wanted)
    assigning.step(assigning.ask(chief, wanted, expected=total), chief)


def _night() -> None:
    """What the jobs do, within the one transaction of the demonstration."""
    now, last = clock.now(), 0
    for officer_id in missing.officers(now):
        missing.note(officer_id, now)
    while (stretch := making.stretch_after(last)) is not None:
        making.make_between(*stretch, clock.today())
        last = stretch[1]


def _walk_all(stage: Stage, back: int) -> None:
    today = clock.today()
    for place in (*LISTS, SET_FOR):
        if (place, back) == EXCUSED:
            _excuse_all(stage, place)
        elif (place, back) != LATE and (place != CARELESS or back % 3 == 0):
            for one in (one for one in _open(stage, place) if one.missed_at is None):
                if one.frequency is Frequency.DAILY or (one.ends_on - today).days <= ENDING:
                    _walk(stage, place, one, FINDINGS.get((place, back)))


def _walk_late(stage: Stage, back: int) -> None:
    """What was missed the day before, the morning after."""
    if back + 1 == LATE[1]:
        for one in _open(stage, LATE[0]):
            if one.missed_at is not None:
                _walk(stage, LATE[0], one, None)


def _open(stage: Stage, place: int) -> list[CheckRound]:
    """What waits there, daily or of a longer period."""
    actor, year = stage.person(place, "safety"), clock.today() + timedelta(days=366)
    return [queries.get_round(one.id, actor) for one in queries.open_rounds(actor, year)]


def _walk(stage: Stage, place: int, one: CheckRound, finding: tuple[str, str] | None) -> None:
    """Everything in order, but for a finding at the first item of a daily round, with a photo."""
    actor, now = stage.person(place, "safety"), clock.now()
    if one.plan.account_id is not None:
        actor = stage.actors["worker"]
    if finding and one.frequency is Frequency.DAILY and one.plan.area == LISTS[place][-1][1]:
        words, where = finding
        item = walking.items_of(one)[0]
        walking.answer(one, actor, Seen(item.id, AnswerResult.FINDING, now, words, where))
        taken = photo(actor, item.category, item.id)
        walking.add_photo(one, actor, taken, client_id=f"demo-{one.id}", item=item.id, at=now)
    walking.rest_ok(one, actor, now)
    walking.finish(one, actor, now)


def _excuse_all(stage: Stage, place: int) -> None:
    principal = stage.person(place, "principal")
    for one in _open(stage, place):
        if one.frequency is Frequency.DAILY and one.missed_at is None:
            service.excuse(one, principal, REASON)


def _say_zero(stage: Stage) -> None:
    """Where all of the day is walked and nothing was found."""
    today = clock.today()
    for place in LISTS:
        enterprise, actor = stage.enterprises[place], stage.person(place, "safety")
        if not queries.walked_on(enterprise.id, today) or queries.open_on(enterprise.id, today):
            continue
        if queries.found_on(enterprise.id, today) is None:
            service.say_zero(enterprise, actor, today)
