"""Spans of days, their weeks, and what is drawn of them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
LONGEST = 366
SPANS = (7, 30, 90)
USUAL = 30


@dataclass(frozen=True, slots=True)
class Days:
    """From ``first`` to ``last``, both included; days of ours."""

    first: date
    last: date

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def weeks(self) -> Iterator[Days]:
        """From Monday to Sunday, cut off where the span begins and ends."""
        begin = self.first
        while begin <= self.last:
            end = min(begin + timedelta(days=6 - begin.weekday()), self.last)
            yield Days(begin, end)
            begin = end + DAY


def lately(today: date, days: int = USUAL) -> Days:
    """The last ``days``, today among them."""
    return Days(today - timedelta(days=days - 1), today)


def between(first: date | None, last: date | None, today: date, *, days: int = USUAL) -> Days:
    """What a form asked for, forgiving: turned round where it is the wrong way, cut where too long.

    Without a first day, ``days`` up to the last.
    """
    end = last or today
    if first is None:
        return lately(end, days)
    begin, end = min(first, end), max(first, end)
    return Days(max(begin, end - timedelta(days=LONGEST - 1)), end)
