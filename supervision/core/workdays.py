"""Working days of mainland China, as pure arithmetic over a table of holidays.

The State Council publishes each year's holidays and the weekend days that are
worked in exchange in the autumn before. A year without a table counts
weekends only and every answer that touched it says so: it is *provisional* and
has to be worked out again once the table is there.

A day counted "within n days of" an event does not count the day of the event
(Civil Code Art. 201). Which clocks count working days is data of the clock
(`core/data/statutory_rules.tsv`, ``day_type``): the Administrative Penalty Law
means working days by 2, 3, 5 and 7 days (Art. 85), the Administrative
Compulsion Law by every period of up to ten (Art. 69); other rules mean what
they say.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from supervision.core.tables import TableError, read_table

HOLIDAYS = Path(__file__).parent / "data" / "holidays.tsv"
_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkdayTable:
    """Days off and make-up working days, and the years for which they are complete."""

    holidays: frozenset[date]
    makeup_days: frozenset[date]
    years: frozenset[int]

    @classmethod
    def of_rows(cls, rows: Iterable[Mapping[str, str]]) -> WorkdayTable:
        """A table from rows with ``day`` (ISO date) and ``kind`` (``holiday`` or ``workday``).

        A year counts as known as soon as one of its days is listed.
        """
        kinds: dict[date, str] = {}
        for row in rows:
            day, kind = date.fromisoformat(row["day"]), row["kind"]
            if kind not in {"holiday", "workday"}:
                raise TableError(f"{day}: kind is holiday or workday, not {kind!r}")
            if kinds.setdefault(day, kind) != kind:
                raise TableError(f"{day} is listed as a holiday and as a working day")
        return cls(
            frozenset(day for day, kind in kinds.items() if kind == "holiday"),
            frozenset(day for day, kind in kinds.items() if kind == "workday"),
            frozenset(day.year for day in kinds),
        )


@dataclass(frozen=True)
class CountedDay:
    """The day that a count ended on; ``provisional`` when a year on the way has no table."""

    day: date
    provisional: bool


@lru_cache(maxsize=1)
def mainland_table() -> WorkdayTable:
    """The table that ships with the product (2024 to 2026)."""
    return WorkdayTable.of_rows(read_table(HOLIDAYS))


def is_workday(day: date, table: WorkdayTable) -> bool:
    """Whether `day` is worked: a make-up day, or a weekday that is no holiday."""
    if day in table.makeup_days:
        return True
    return not is_weekend(day) and day not in table.holidays


def is_weekend(day: date) -> bool:
    """Saturday or Sunday, worked or not."""
    return day.weekday() >= _SATURDAY


def add_workdays(start: date, count: int, table: WorkdayTable) -> CountedDay:
    """The `count`-th working day after `start` (before it for a negative count).

    The day of the event is not counted; a count of 0 is `start` itself, worked or not.
    """
    step = _ONE_DAY if count >= 0 else -_ONE_DAY
    day, left = start, abs(count)
    while left:
        day += step
        if is_workday(day, table):
            left -= 1
    return CountedDay(day, _is_provisional(start, day, table))


def add_days(start: date, count: int) -> date:
    """The `count`-th calendar day after `start` (before it for a negative count)."""
    return start + timedelta(days=count)


def add_months(start: date, count: int) -> date:
    """The same day `count` months on; the month's last day where it has no such day.

    Civil Code Art. 202: a period of months ends on the corresponding day.
    """
    index = start.year * 12 + start.month - 1 + count
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))


def workdays_between(start: date, end: date, table: WorkdayTable) -> int:
    """How many working days lie after `start` up to and including `end` (negative backwards)."""
    if end < start:
        return -workdays_between(end, start, table)
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(is_workday(day, table) for day in days)


def next_workday(day: date, table: WorkdayTable) -> CountedDay:
    """`day` itself when it is worked, otherwise the first working day after it."""
    end = day
    while not is_workday(end, table):
        end += _ONE_DAY
    return CountedDay(end, _is_provisional(day, end, table))


def count_period(
    start: date, value: int, unit: str, day_type: str, table: WorkdayTable
) -> CountedDay:
    """The last day of a statutory period, for a row of the rule table.

    `unit` is ``day`` or ``month``, `day_type` ``calendar`` or ``working``; a
    negative `value` counts back from `start`. Hours are instants, not days, and
    raise ValueError, as does a month of working days, which no rule knows.
    """
    if unit == "day" and day_type == "working":
        return add_workdays(start, value, table)
    if unit == "day" and day_type == "calendar":
        return CountedDay(add_days(start, value), provisional=False)
    if unit == "month" and day_type == "calendar":
        return CountedDay(add_months(start, value), provisional=False)
    raise ValueError(f"a period of {unit}s by {day_type} days cannot be counted in days")


def _is_provisional(start: date, end: date, table: WorkdayTable) -> bool:
    first, last = min(start, end), max(start, end)
    return not set(range(first.year, last.year + 1)) <= table.years
