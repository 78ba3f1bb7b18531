"""When a rule is on: weekdays, hours, kind of day, permits, changes of the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vision.scenes import HELMET, Person, Scene
from vision.contract import DayKind, Schedule, SpecialDay, Window, WindowEffect
from vision.rules import Calendar, is_on, rule_is_on

# 2026-10-10 is a Saturday on which people work; 2026-10-01 is a Thursday on which they rest.
CALENDAR = Calendar.of(
    (SpecialDay("2026-10-10", is_rest=False), SpecialDay("2026-10-01", is_rest=True))
)
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
ZONES = ("Asia/Shanghai", "Europe/Berlin")  # without and with summer time


@pytest.mark.parametrize(
    ("weekdays", "start", "end", "local", "on"),
    [
        ((1, 2, 3, 4, 5, 6, 7), 0, 0, "2026-11-22T03:00", True),
        ((1, 2, 3, 4, 5), 480, 1080, "2026-11-23T08:00", True),
        ((1, 2, 3, 4, 5), 480, 1080, "2026-11-23T18:00", False),
        ((1, 2, 3, 4, 5), 480, 1080, "2026-11-22T12:00", False),
        ((5,), 1320, 360, "2026-11-20T23:00", True),  # Friday night
        ((5,), 1320, 360, "2026-11-21T05:00", True),  # its Saturday morning
        ((5,), 1320, 360, "2026-11-20T05:00", False),  # Thursday's night is not on
        ((7,), 1320, 360, "2026-11-23T01:00", True),  # Sunday's night ends on Monday
    ],
)
def test_a_schedule_is_kept_in_its_own_time_zone(
    weekdays: tuple[int, ...], start: int, end: int, local: str, on: bool
) -> None:
    assert is_on(Schedule(weekdays, start, end), at(local)) is on


def at(local: str, zone: str = "Asia/Shanghai") -> float:
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("days", "local", "on"),
    [
        (DayKind.WORKDAY, "2026-10-09T09:00", True),  # a Friday
        (DayKind.WORKDAY, "2026-10-10T09:00", True),  # a Saturday made up for
        (DayKind.WORKDAY, "2026-10-11T09:00", False),
        (DayKind.WORKDAY, "2026-10-01T09:00", False),  # National Day
        (DayKind.REST_DAY, "2026-10-01T09:00", True),
        (DayKind.REST_DAY, "2026-10-10T09:00", False),
        (DayKind.REST_DAY, "2026-10-11T09:00", True),
        (DayKind.ANY, "2026-10-11T09:00", True),
    ],
)
def test_the_official_calendar_says_which_day_is_a_workday(
    days: DayKind, local: str, on: bool
) -> None:
    assert is_on(Schedule(days=days), at(local), CALENDAR) is on


def test_a_night_shift_belongs_to_the_day_on_which_it_starts() -> None:
    night = Schedule(start_minute=1320, end_minute=360, days=DayKind.WORKDAY)
    assert is_on(night, at("2026-10-11T05:00"), CALENDAR), "the night of a made-up Saturday"
    assert not is_on(night, at("2026-10-01T23:00"), CALENDAR)
    assert is_on(night, at("2026-10-01T05:00"), CALENDAR), "the night before the holiday"


def window(start: str, end: str, effect: WindowEffect) -> Window:
    zone = ZoneInfo("Asia/Shanghai")
    first, last = (datetime.fromisoformat(text).replace(tzinfo=zone) for text in (start, end))
    return Window(first, last, effect)


def test_a_permit_lifts_the_rule_for_its_time_only() -> None:
    rule = replace(
        HELMET, windows=(window("2026-11-20T08:00", "2026-11-20T12:00", WindowEffect.OFF),)
    )
    assert [
        rule_is_on(rule, at(f"2026-11-20T{hour}")) for hour in ("07:59", "08:00", "11:59", "12:00")
    ] == [
        True,
        False,
        False,
        True,
    ]


def test_a_window_that_says_only_then_takes_the_schedules_place() -> None:
    """A fire watch for one night's hot work, on a rule that else keeps to workdays."""
    rule = replace(
        HELMET,
        schedule=Schedule(days=DayKind.WORKDAY),
        windows=(
            window("2026-10-11T20:00", "2026-10-11T23:00", WindowEffect.ONLY),
            window("2026-10-11T21:00", "2026-10-11T21:30", WindowEffect.OFF),
        ),
    )
    assert rule_is_on(rule, at("2026-10-11T20:30"), CALENDAR)
    assert not rule_is_on(rule, at("2026-10-11T21:15"), CALENDAR), "lifting wins"
    assert not rule_is_on(rule, at("2026-10-12T20:30"), CALENDAR)


def test_where_a_zones_rule_is_lifted_the_whole_pictures_rule_keeps_silent() -> None:
    """The permit is for that zone: it would be worth nothing if another rule spoke of it."""
    lifted = window("1970-01-01T08:00", "2026-01-01T00:00", WindowEffect.OFF)
    floor = replace(HELMET, rule_id="floor", zone_id="floor", windows=(lifted,))
    whole = replace(HELMET, rule_id="whole")
    inside, outside = Person(x=0.6, speed=0.0), Person(x=0.1, speed=0.0)
    assert Scene((inside,), (floor, whole)).run() == []
    assert [e.rule_id for e in Scene((outside,), (floor, whole)).run()] == ["whole"]


def test_a_rule_that_goes_off_ends_its_episode_where_it_was_seen() -> None:
    off = Window(datetime.fromtimestamp(1_000_005, UTC), datetime.fromtimestamp(1_000_300, UTC))
    (episode,) = Scene((Person(speed=0.0, end=30.0),), (replace(HELMET, windows=(off,)),)).run()
    assert episode.ended_t == pytest.approx(4.8)


instants = st.integers(0, 2 * 365 * 86400).map(lambda second: at("2026-01-01T00:00") + second)
minutes = st.integers(0, 1439)
weekdays = st.sets(st.integers(1, 7)).map(lambda days: tuple(sorted(days)))


@settings(max_examples=80, deadline=None)
@given(instants, minutes, minutes, st.sampled_from(ZONES))
def test_by_day_and_by_night_make_one_day(t: float, start: int, end: int, zone: str) -> None:
    """A shift and its counter-shift cover each instant once, whatever the clocks do."""
    if start != end:
        day = Schedule(EVERY_DAY, start, end, zone)
        night = Schedule(EVERY_DAY, end, start, zone)
        assert is_on(day, t) is not is_on(night, t)


@settings(max_examples=80, deadline=None)
@given(instants, weekdays, minutes, minutes, st.sampled_from(ZONES))
def test_a_span_over_midnight_is_its_evening_and_the_next_days_morning(
    t: float, days: tuple[int, ...], start: int, end: int, zone: str
) -> None:
    if start <= end:
        return
    over = Schedule(days, start, end, zone)
    evening = Schedule(days, start, 1440, zone)
    morning = Schedule(tuple(day % 7 + 1 for day in days), 0, end, zone)
    either = is_on(evening, t) or (end > 0 and is_on(morning, t))
    assert is_on(over, t) is either


@settings(max_examples=60, deadline=None)
@given(instants, weekdays, minutes, minutes, st.sampled_from(ZONES), st.integers(-60, 60))
def test_a_week_later_by_the_wall_clock_it_is_the_same(
    t: float, days: tuple[int, ...], start: int, end: int, zone: str, weeks: int
) -> None:
    here = datetime.fromtimestamp(t, ZoneInfo(zone))
    later = here + timedelta(weeks=weeks)
    real = later.astimezone(UTC).astimezone(ZoneInfo(zone))
    if real.replace(tzinfo=None) == later.replace(tzinfo=None):  # the hour exists on that day
        schedule = Schedule(days, start, end, zone)
        assert is_on(schedule, t) is is_on(schedule, later.timestamp())


@settings(max_examples=60, deadline=None)
@given(instants, weekdays, minutes, minutes)
def test_workdays_and_rest_days_make_a_week(
    t: float, days: tuple[int, ...], start: int, end: int
) -> None:
    any_day = Schedule(days, start, end)
    halves = [
        is_on(replace(any_day, days=kind), t, CALENDAR)
        for kind in (DayKind.WORKDAY, DayKind.REST_DAY)
    ]
    assert halves.count(True) == is_on(any_day, t, CALENDAR)
