"""When a statutory period ends, and why: pure arithmetic over a rule's own facts.

A rule says how long, in what unit, by which days and in which direction; a trigger day and the
table of working days do the rest. The answer carries its reckoning line by line, so that a page
can show it and a person can check it.

Three decisions that a reader should know:

* The day of the event does not count (Civil Code Art. 201); months end on the corresponding day,
  they are no blocks of thirty days (Art. 202).
* No day that is found here moves because it is a day of rest, least of all a day that is stated
  in an order. Civil Code Art. 203 lets some periods roll over; which of ours do is for the legal
  section to say, so the reckoning points at it and moves nothing.
* Days on which a clock is paused do not count. A record that is returned gets a new clock, with
  the version of the rule that is in force on that day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from supervision.core.text import N_
from supervision.core.workdays import (
    WorkdayTable,
    add_days,
    add_months,
    add_workdays,
    count_period,
    is_weekend,
    is_workday,
)

AFTER, BEFORE = "after", "before"
UNITS = ("day", "month", "hour", "day_of_month")
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """What a version of a rule says: ``value`` ``unit``s ``direction`` the trigger."""

    value: int
    unit: str
    day_type: str
    direction: str

    def __post_init__(self) -> None:
        if self.value <= 0 or self.unit not in UNITS:
            raise ValueError(f"a period of {self.value} {self.unit} cannot be counted")
        if self.direction not in {AFTER, BEFORE}:
            raise ValueError(f"a period runs after or before, not {self.direction!r}")
        if self.day_type == "working" and self.unit != "day":
            raise ValueError(f"a period of working {self.unit}s is in no law")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the reckoning: a msgid and what stands in its ``%(name)s`` places."""

    text: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Due:
    """The last day; ``provisional`` when a year on the way has no table of holidays."""

    day: date
    provisional: bool
    lines: tuple[Line, ...] = ()


def due_on(period: Period, trigger: date, table: WorkdayTable) -> Due:
    """The last day of ``period`` from ``trigger``. Hours are instants: see :func:`due_at`.

    For a day of the month the trigger is the last day of the time reported on, and the answer
    is that day of the month after it (Order 16, art. 14: 15th of the quarter's first month,
    31 January).
    """
    if period.unit == "hour":
        raise ValueError("hours are counted from an instant: use due_at()")
    if period.unit == "day_of_month":
        return _day_of_month(period, trigger, table)
    signed = period.value if period.direction == AFTER else -period.value
    counted = count_period(trigger, signed, period.unit, period.day_type, table)
    lines = [Line(N_("The day of the event, %(day)s, does not count."), {"day": trigger})]
    lines += _reckoning(period, trigger, counted.day, table)
    lines += _endings(counted.day, table, provisional=counted.provisional)
    return Due(counted.day, counted.provisional, tuple(lines))


def due_at(period: Period, trigger: datetime) -> datetime:
    """The last instant of a period of hours; nights and days of rest count."""
    if period.unit != "hour":
        raise ValueError("days are counted from a day: use due_on()")
    span = timedelta(hours=period.value)
    return trigger + span if period.direction == AFTER else trigger - span


def stated(day: date, table: WorkdayTable) -> Due:
    """A day that an order states is that day, a holiday or not."""
    lines = [Line(N_("The day is stated in the document: it is counted from nothing."))]
    return Due(day, provisional=False, lines=(*lines, *_endings(day, table, provisional=False)))


def quarter_end(day: date) -> date:
    """The last day of the quarter that holds ``day``: the trigger of a quarterly form."""
    return add_months(date(day.year, 3 * ((day.month - 1) // 3) + 1, 1), 3) - _ONE_DAY


def year_end(day: date) -> date:
    """The last day of the year that holds ``day``: the trigger of a yearly form."""
    return date(day.year, 12, 31)


def reinspection_due(
    period: Period, expires_on: date, applied_on: date | None, table: WorkdayTable
) -> Due:
    """Re-inspection: from the application or from expiry, whichever is first.

    Former 15th Order, art. 17; the duty exists even if nobody applies.
    """
    trigger = expires_on if applied_on is None else min(applied_on, expires_on)
    return due_on(period, trigger, table)


@dataclass(frozen=True, slots=True)
class Window:
    """Whether something may still be asked for, and what to say about it."""

    accepted: bool
    warning: str = ""


def extension_window(
    period: Period, expires_on: date, asked_on: date, table: WorkdayTable
) -> Window:
    """An extension may be asked for within the days before expiry (former 15th Order, art. 17).

    Too late is refused. Too early is accepted with a warning: the order speaks of a window, and
    an application that came early has been made all the same.
    """
    if asked_on > expires_on:
        return Window(
            accepted=False,
            warning=N_("The deadline has passed: an extension can no longer be asked for."),
        )
    if asked_on < due_on(period, expires_on, table).day:
        return Window(
            accepted=True,
            warning=N_(
                "The window for an extension has not opened yet: earlier than the rule says."
            ),
        )
    return Window(accepted=True)


class ClockError(ValueError):
    """A clock was paused twice, resumed while running, or moved back in time."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Days that do not count: from ``first`` up to the day before ``resumed_on``."""

    first: date
    resumed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """A running period: the version of the rule it runs under, since when, and its pauses."""

    rule_id: int
    started_on: date
    pauses: tuple[Pause, ...] = ()

    @property
    def is_paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1].resumed_on is None


def pause(clock: Clock, day: date) -> Clock:
    """Stop the clock: ``day`` is the first that does not count."""
    last = clock.pauses[-1].resumed_on if clock.pauses else clock.started_on
    if last is None:
        raise ClockError("the clock is paused already")
    if day < last:
        raise ClockError("a clock cannot be paused before it ran")
    return replace(clock, pauses=(*clock.pauses, Pause(day)))


def resume(clock: Clock, day: date) -> Clock:
    """Let it run again: ``day`` is the first that counts."""
    if not clock.is_paused:
        raise ClockError("the clock is running")
    last = clock.pauses[-1]
    if day < last.first:
        raise ClockError("a clock cannot be resumed before it was paused")
    return replace(clock, pauses=(*clock.pauses[:-1], replace(last, resumed_on=day)))


def rearm(clock: Clock, day: date, rule_id: int | None = None) -> Clock:
    """A record came back: a new period from ``day``, without the pauses of the old one.

    ``rule_id`` is the version in force on ``day``; without it the version stays.
    """
    if day < clock.started_on:
        raise ClockError("a clock cannot be armed again before it was armed")
    return Clock(clock.rule_id if rule_id is None else rule_id, day)


def clock_due(clock: Clock, period: Period, table: WorkdayTable) -> Due | None:
    """The last day of a clock; None while it stands still.

    Only periods of days and months that run after their trigger can be paused.
    """
    if clock.is_paused:
        return None
    plain = due_on(period, clock.started_on, table)
    if not clock.pauses:
        return plain
    if period.direction != AFTER or period.unit == "day_of_month":
        raise ClockError("only a period that runs after its trigger can be paused")
    end, lost = plain.day, -1
    # Days that are added because of a pause may lie in a pause themselves.
    while (now_lost := _paused_days(clock, end, period, table)) != lost:
        lost = now_lost
        working = period.day_type == "working"
        end = add_workdays(plain.day, lost, table).day if working else add_days(plain.day, lost)
    moved = Line(N_("%(count)s days on which the clock was paused do not count."), {"count": lost})
    unlisted = _without_table(clock.started_on, end, table) if period.day_type == "working" else ()
    return Due(end, bool(unlisted), (*plain.lines, moved, _end_line(end)))


def _paused_days(clock: Clock, end: date, period: Period, table: WorkdayTable) -> int:
    """How many days that would have counted after the start and up to ``end`` were paused."""
    working = period.day_type == "working"
    paused = 0
    for span in clock.pauses:
        day = max(span.first, clock.started_on + _ONE_DAY)
        last = min(span.resumed_on or end + _ONE_DAY, end + _ONE_DAY)
        while day < last:
            paused += is_workday(day, table) if working else 1
            day += _ONE_DAY
    return paused


def _day_of_month(period: Period, trigger: date, table: WorkdayTable) -> Due:
    first = add_months(trigger.replace(day=1), 1)
    day = first.replace(day=min(period.value, (add_months(first, 1) - _ONE_DAY).day))
    lines = [
        Line(N_("The time reported on ends in the month of %(day)s."), {"day": trigger}),
        Line(
            N_("The form is due by day %(value)s of the month after it."), {"value": period.value}
        ),
    ]
    return Due(day, provisional=False, lines=(*lines, *_endings(day, table, provisional=False)))


def _reckoning(period: Period, trigger: date, end: date, table: WorkdayTable) -> list[Line]:
    if period.unit == "month":
        after = N_("%(value)s months on, the corresponding day or the month's last.")
        before = N_("%(value)s months back, the corresponding day or the month's last.")
        return [Line(after if period.direction == AFTER else before, {"value": period.value})]
    if period.day_type == "calendar":
        after = N_("%(value)s calendar days after it, days of rest included.")
        before = N_("%(value)s calendar days before it, days of rest included.")
        return [Line(after if period.direction == AFTER else before, {"value": period.value})]
    after = N_("%(value)s working days after it.")
    before = N_("%(value)s working days before it.")
    lines = [Line(after if period.direction == AFTER else before, {"value": period.value})]
    passed = _days_between(trigger, end)
    if off := [d for d in passed if d in table.holidays and not is_weekend(d)]:
        lines.append(Line(N_("Holidays that are left out: %(days)s."), {"days": off}))
    if made_up := [d for d in passed if d in table.makeup_days]:
        lines.append(
            Line(N_("Weekend days that are worked and count: %(days)s."), {"days": made_up})
        )
    return lines


def _endings(day: date, table: WorkdayTable, *, provisional: bool) -> list[Line]:
    lines = [_end_line(day)]
    if not is_workday(day, table):
        lines.append(
            Line(
                N_(
                    "That is a day of rest. The day does not move here; whether the law lets this "
                    "period run on (Civil Code Art. 203) is for the legal section."
                )
            )
        )
    if provisional:
        lines.append(
            Line(
                N_(
                    "Provisional: a year on the way has no table of holidays yet, only its weekends "
                    "are left out."
                )
            )
        )
    return lines


def _end_line(day: date) -> Line:
    return Line(N_("The last day is %(day)s."), {"day": day})


def _days_between(start: date, end: date) -> list[date]:
    """Days after the earlier up to and including the later, without the trigger itself."""
    step = 1 if end >= start else -1
    return [start + timedelta(days=step * n) for n in range(1, abs((end - start).days) + 1)]


def _without_table(start: date, end: date, table: WorkdayTable) -> tuple[int, ...]:
    return tuple(y for y in range(start.year, end.year + 1) if y not in table.years)
