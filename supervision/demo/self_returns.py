"""Period returns of the demonstration: made, signed, handed in, sent back once, some overdue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.core.statutory import Certainty
from supervision.core.workdays import add_months
from supervision.demo.office import Event
from supervision.demo.stage import Stage, signature
from supervision.demo.story import working_hours
from supervision.returns import layouts, making, overdue, service
from supervision.returns.models import PeriodReturn
from supervision.returns.rules import ReturnKind, Span, last_spans
from supervision.returns.workflow import ReturnState

# Places of enterprises and what becomes of their newest quarter; all others are accepted.
SENT_BACK_AND_MENDED, WAITING, SENT_BACK, UNSENT = 0, {2, 8, 13}, {3}, {4}
# Nobody signs: also in the quarter before it, where the chief has heard of it.
SILENT = {5, 9, 16}
SIGNED, HANDED_IN, DECIDED, MENDED = (timedelta(days=n) for n in (4, 5, 7, 9))
MANY = 5000
REASON = "整改资金与台账登记不一致，请核对后补报。"
WHY = "除尘系统改造的尾款发票九月底入账，台账尚未登记。"
LOCAL_LINES = (
    ("上月末未整改隐患数", "carried"),
    ("本月排查发现隐患数", "found"),
    ("本月完成整改数", "rectified"),
    ("其中：按期整改", "rectified_in_time"),
    ("月末未整改隐患数", "open"),
    ("本月投入整改资金（元）", "funds_spent"),
)


def events(stage: Stage, start: datetime, now: datetime) -> list[Event]:
    """The quarters (and year) that ended since the start, and the last month of one street."""
    since, today = clock.day_of(start), clock.day_of(now)
    month = add_months(today.replace(day=1), -1)
    found: list[Event] = []
    if month > since:
        found.append((clock.start_of(month) - timedelta(days=3), partial(_ask, stage, month)))
    for kind in (ReturnKind.QUARTERLY, ReturnKind.ANNUAL):
        spans = [span for span in last_spans(kind, today) if span.last >= since]
        for span in spans:
            found += _of_span(stage, kind, span, is_newest=span == spans[-1])
    if month > since:
        found += _of_month(stage, last_spans(ReturnKind.LOCAL, today)[-1])
    return [event for event in found if event[0] < now]


def _ask(stage: Stage, month: date) -> None:
    """The street of the first enterprise asks for a monthly table."""
    layouts.add_version(
        stage.actors["chief"],
        layouts.Version(
            code="MONTHLY_DEMO",
            name="街道隐患排查治理月报（演示）",
            region_code=stage.enterprises[0].region_code,
            due_day=5,
            lines=LOCAL_LINES,
            effective_from=month,
            source="演示数据：街道安委会办公室通知",
            certainty=Certainty.MEDIUM,
        ),
    )


def _of_span(stage: Stage, kind: ReturnKind, span: Span, *, is_newest: bool) -> list[Event]:
    made = _night(span.last)
    found: list[Event] = [(made, _make)]
    for place in range(len(stage.enterprises)):
        if place in SILENT and (is_newest or place == max(SILENT)):
            continue
        row = partial(_row, stage, place, kind, span)
        found += _steps(stage, place, row, made, is_newest=is_newest)
    for days in (16, 25) if kind is ReturnKind.QUARTERLY else (32,):
        found.append((made + timedelta(days=days - 1, hours=6), _watch))
    return found


def _steps(
    stage: Stage,
    place: int,
    row: Callable[[], PeriodReturn | None],
    made: datetime,
    *,
    is_newest: bool,
) -> list[Event]:
    at = working_hours(made + SIGNED + timedelta(hours=9, minutes=7 * place))
    found: list[Event] = [(at, partial(_sign, stage, place, row))]
    if is_newest and place in UNSENT:
        return found
    found.append((at + HANDED_IN - SIGNED, partial(_submit, stage, place, row)))
    if is_newest and place in WAITING:
        return found
    decided = working_hours(at + DECIDED - SIGNED)
    if not is_newest or place not in {SENT_BACK_AND_MENDED, *SENT_BACK}:
        return [*found, (decided, partial(_accept, stage, place, row))]
    found.append((decided, partial(_give_back, stage, place, row)))
    if place == SENT_BACK_AND_MENDED:
        mended = working_hours(at + MENDED - SIGNED)
        found.append((mended, partial(_mend, stage, place, row)))
        found.append((mended + timedelta(days=1), partial(_accept, stage, place, row)))
    return found


def _of_month(stage: Stage, span: Span) -> list[Event]:
    made = _night(span.last)
    row = partial(_row, stage, 0, ReturnKind.LOCAL, span)
    at = working_hours(made + timedelta(days=2, hours=10))
    return [
        (made, _make),
        (at, partial(_sign, stage, 0, row)),
        (at + timedelta(hours=1), partial(_submit, stage, 0, row)),
    ]


def _night(last: date) -> datetime:
    """When the job runs, after the span has ended."""
    return clock.end_of(last) + timedelta(minutes=50)


def _make() -> None:
    now = clock.now()
    what = tuple(making.owed(clock.day_of(now)))
    making.make(what, making.lacking(what, 0, MANY), now)


def _watch() -> None:
    now, today = clock.now(), clock.today()
    for officer in overdue.officers(today):
        overdue.tell(officer, now, today, MANY)
    overdue.escalate(now, today, MANY)


def _row(stage: Stage, place: int, kind: ReturnKind, span: Span) -> PeriodReturn | None:
    """None where the enterprise was off the roll when it was made."""
    db.session.flush()
    stmt = visible(PeriodReturn, SYSTEM).where(
        PeriodReturn.enterprise_id == stage.enterprises[place].id,
        PeriodReturn.kind == kind,
        PeriodReturn.first_day == span.first,
    )
    return db.session.scalars(stmt).first()


def _sign(stage: Stage, place: int, row: Callable[[], PeriodReturn | None]) -> None:
    principal = stage.person(place, "principal")
    if found := row():
        drawn = signature(principal, principal.name)
        service.sign(found, principal, name=principal.name, signature=drawn)


def _submit(stage: Stage, place: int, row: Callable[[], PeriodReturn | None]) -> None:
    if found := row():
        service.submit(found, stage.person(place, "safety"))


def _accept(stage: Stage, place: int, row: Callable[[], PeriodReturn | None]) -> None:
    if (found := row()) and found.status is ReturnState.SUBMITTED:
        service.accept(found, stage.pair(place)[0])


def _give_back(stage: Stage, place: int, row: Callable[[], PeriodReturn | None]) -> None:
    if found := row():
        service.give_back(found, stage.pair(place)[0], reason=REASON)


def _mend(stage: Stage, place: int, row: Callable[[], PeriodReturn | None]) -> None:
    if not (found := row()):
        return
    safety = stage.person(place, "safety")
    service.revise(found, safety)
    spent = found.computed["funds_spent"] + Decimal(26_800)
    service.correct(found, safety, figure="funds_spent", value=spent, reason=WHY)
    _sign(stage, place, row)
    _submit(stage, place, row)
