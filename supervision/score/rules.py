"""The enterprise safety code: points of indicators, their sum, its colour. Pure.

The parts and their numbers (15 base, 4 positive, 3 negative, 4 veto, radar chart, red to green)
are those that Yuhang district published on 2022-09-19 (FACTS 0.1). Its list of indicators was not
obtained: ours are data of certainty L (``data/indicators.tsv``). This code goes red, orange,
yellow, *green*; the four colours of risks end in *blue* and grade something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

FULL = Decimal(100)
_TENTH = Decimal("0.1")
# So many records stand at a point by name; the list behind it has all.
MOST_RECORDS = 20


class Group(StrEnum):
    """What an indicator does to the sum."""

    BASE = "base"
    POSITIVE = "positive"
    NEGATIVE = "negative"
    VETO = "veto"


class Colour(StrEnum):
    """The safety code, from good to bad."""

    GREEN = "green"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


RANKS = {Colour.RED: 0, Colour.ORANGE: 1, Colour.YELLOW: 2, Colour.GREEN: 3}
WORRYING = frozenset({Colour.ORANGE, Colour.RED})


class Axis(StrEnum):
    """A ray of the radar chart."""

    PEOPLE = "people"
    TRAINING = "training"
    FILE = "file"
    RISK = "risk"
    HAZARD = "hazard"
    SELF = "self"


class FactKind(StrEnum):
    """What stands in no other record and is written down by an officer."""

    FATAL_ACCIDENT = "fatal_accident"
    INJURY = "injury"
    PENALTY = "penalty"
    CONCEALED = "concealed"
    UNLICENSED = "unlicensed"
    AWARD = "award"


class Why(StrEnum):
    """Why a point is what it is; the text is translated where it is shown."""

    UNMEASURED = "unmeasured"
    NOTHING = "nothing"
    RATIO = "ratio"
    COUNT = "count"
    NONE = "none"
    LEVEL = "level"
    LACKING = "lacking"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Record:
    """What gave or took a point: a kind of the table of links, its id, and how it is called."""

    kind: str
    id: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source says of an enterprise in a month.

    ``share``: from 0 to 1 for base and positive indicators; None where there is nothing to
    measure. ``count``: occurrences, for negative ones and vetoes.
    """

    share: Decimal | None = None
    count: int = 0
    why: Why = Why.NOTHING
    params: Mapping[str, Any] = field(default_factory=dict)
    records: Sequence[Record] = ()


UNMEASURED = Reading(why=Why.UNMEASURED)


@dataclass(frozen=True, slots=True)
class Indicator:
    """A line of the table.

    ``points``: the most of a base or positive one; each time of a negative one, which takes no
    more than ``most``. A veto has none.
    """

    code: str
    group: Group
    points: Decimal
    most: Decimal
    source: str
    axis: Axis | None = None


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The least sums of green, yellow and orange."""

    green: Decimal
    yellow: Decimal
    orange: Decimal

    @property
    def are_ordered(self) -> bool:
        return FULL >= self.green > self.yellow > self.orange > 0


@dataclass(frozen=True, slots=True)
class Point:
    """What one indicator came to. ``of`` 0: out of the sum."""

    code: str
    group: Group
    points: Decimal
    of: Decimal
    reading: Reading
    axis: Axis | None = None

    @property
    def vetoes(self) -> bool:
        return self.group is Group.VETO and self.reading.count > 0


@dataclass(frozen=True, slots=True)
class Result:
    """The sum, from 0 to 100; None where no base indicator could be measured."""

    total: Decimal | None
    colour: Colour | None
    is_vetoed: bool
    points: Sequence[Point]


def ratio(good: int, of: int, records: Sequence[Record] = ()) -> Reading:
    """So many in order of so many; of none there is nothing to measure."""
    if of <= 0:
        return Reading()
    share = Decimal(max(good, 0)) / Decimal(of)
    return Reading(min(share, Decimal(1)), 0, Why.RATIO, {"good": good, "of": of}, records)


def counted(count: int, records: Sequence[Record] = ()) -> Reading:
    """Occurrences; none is good news."""
    why = Why.COUNT if count else Why.NONE
    return Reading(Decimal(0 if count else 1), count, why, {"count": count}, records)


def rounded(value: Decimal) -> Decimal:
    """To a tenth, halves up."""
    return value.quantize(_TENTH, ROUND_HALF_UP)


def point_of(indicator: Indicator, reading: Reading) -> Point:
    """The points of one indicator."""
    got, of = Decimal(0), Decimal(0)
    if indicator.group in {Group.BASE, Group.POSITIVE} and reading.share is not None:
        got, of = rounded(indicator.points * reading.share), indicator.points
    elif indicator.group is Group.NEGATIVE and reading.why is not Why.UNMEASURED:
        taken = min(indicator.points * reading.count, indicator.most)
        got, of = -rounded(taken), indicator.most
    return Point(indicator.code, indicator.group, got, of, reading, indicator.axis)


def judge(
    indicators: Iterable[Indicator], readings: Mapping[str, Reading], thresholds: Thresholds
) -> Result:
    """The code of one enterprise. ``readings`` by code; one that is missing was not measured.

    Base points are a share of what could be measured, scaled to 100; positive ones are added and
    negative ones taken, within 0 and 100. A veto makes it red whatever the sum.
    """
    points = [point_of(one, readings.get(one.code, UNMEASURED)) for one in indicators]
    vetoed = any(point.vetoes for point in points)
    of = sum((p.of for p in points if p.group is Group.BASE), Decimal(0))
    if not of:
        return Result(None, Colour.RED if vetoed else None, vetoed, points)
    base = sum((p.points for p in points if p.group is Group.BASE), Decimal(0)) / of * FULL
    rest = sum((p.points for p in points if p.group is not Group.BASE), Decimal(0))
    total = rounded(min(max(base + rest, Decimal(0)), FULL))
    return Result(total, Colour.RED if vetoed else colour_of(total, thresholds), vetoed, points)


def colour_of(total: Decimal, thresholds: Thresholds) -> Colour:
    if total >= thresholds.green:
        return Colour.GREEN
    if total >= thresholds.yellow:
        return Colour.YELLOW
    return Colour.ORANGE if total >= thresholds.orange else Colour.RED


def is_worse(was: Colour | None, now: Colour | None) -> bool:
    """Whether a code is newly orange or red, a first one too; from red to orange is no news."""
    if now is None or now not in WORRYING:
        return False
    return was is None or RANKS[now] < RANKS[was]


def axes(points: Iterable[Point]) -> dict[Axis, int]:
    """Percent of each ray, of the base points that could be measured."""
    got: dict[Axis, Decimal] = {}
    of: dict[Axis, Decimal] = {}
    for point in points:
        if point.group is Group.BASE and point.axis is not None and point.of:
            got[point.axis] = got.get(point.axis, Decimal(0)) + point.points
            of[point.axis] = of.get(point.axis, Decimal(0)) + point.of
    return {axis: round(got[axis] / of[axis] * 100) for axis in Axis if axis in of}


@dataclass(frozen=True, slots=True)
class Change:
    """What a line gave in two months; None: it was not in that month's table."""

    code: str
    before: Decimal | None
    now: Decimal | None

    @property
    def by(self) -> Decimal:
        return (self.now or Decimal(0)) - (self.before or Decimal(0))


def changes(before: Mapping[str, Decimal], now: Mapping[str, Decimal]) -> list[Change]:
    """What is not as it was, the largest loss first; both by code."""
    codes = dict.fromkeys([*now, *before])
    found = [Change(code, before.get(code), now.get(code)) for code in codes]
    return sorted((one for one in found if one.before != one.now), key=lambda one: one.by)


def month_of(day: date) -> date:
    return day.replace(day=1)


def month_before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def month_after(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def last_day(month: date) -> date:
    return month_after(month) - timedelta(days=1)
