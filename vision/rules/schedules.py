"""When a rule is on: weekdays, hours, kind of day, permits. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from vision.contract import DayKind, Rule, Schedule, SpecialDay, WindowEffect

_FIRST_REST_DAY = 6  # ISO weekday: Saturday


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are rest days: the weekend, but for the official exceptions."""

    special: dict[date, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, days: Iterable[SpecialDay]) -> Calendar:
        return cls({date.fromisoformat(day.day): day.is_rest for day in days})

    def is_rest(self, day: date) -> bool:
        return self.special.get(day, day.isoweekday() >= _FIRST_REST_DAY)


_PLAIN = Calendar()


def is_on(schedule: Schedule, t: float, calendar: Calendar = _PLAIN) -> bool:
    """Whether ``schedule`` covers the instant ``t`` (seconds since the epoch, UTC).

    A span over midnight belongs to the day on which it starts. Both the weekday and the kind of
    day must fit. In the hour that a change of clocks repeats, a schedule is on twice.
    """
    local = datetime.fromtimestamp(t, UTC).astimezone(ZoneInfo(schedule.timezone))
    minute, today = local.hour * 60 + local.minute, local.date()
    start, end = schedule.start_minute, schedule.end_minute
    if start == end:
        return _fits(schedule, today, calendar)
    if start < end:
        return start <= minute < end and _fits(schedule, today, calendar)
    if minute >= start:
        return _fits(schedule, today, calendar)
    return minute < end and _fits(schedule, today - timedelta(days=1), calendar)


def _fits(schedule: Schedule, day: date, calendar: Calendar) -> bool:
    if day.isoweekday() not in schedule.weekdays:
        return False
    if schedule.days is DayKind.ANY:
        return True
    return calendar.is_rest(day) == (schedule.days is DayKind.REST_DAY)


def is_lifted(rule: Rule, t: float) -> bool:
    """Whether a permit lifts ``rule`` just now."""
    return _within(rule, t, WindowEffect.OFF)


def rule_is_on(rule: Rule, t: float, calendar: Calendar = _PLAIN) -> bool:
    """Whether ``rule`` judges at ``t``.

    A permit that lifts it wins over all. Where there are windows "only then", they take the
    schedule's place: a rule for one night's hot work must not wait for a workday.
    """
    if not rule.windows:
        return is_on(rule.schedule, t, calendar)
    if is_lifted(rule, t):
        return False
    if any(window.effect is WindowEffect.ONLY for window in rule.windows):
        return _within(rule, t, WindowEffect.ONLY)
    return is_on(rule.schedule, t, calendar)


def _within(rule: Rule, t: float, effect: WindowEffect) -> bool:
    return any(
        window.effect is effect and window.start.timestamp() <= t < window.end.timestamp()
        for window in rule.windows
    )
