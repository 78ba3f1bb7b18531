"""Shifts and days as spans of time, and the figures of one. Pure."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

# A job that did not run for a day makes up for what it missed; what is older nobody waits for.
MAKE_UP = timedelta(hours=36)
MOST_NAMED = 5


class SpanKind(StrEnum):
    SHIFT = "shift"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Span:
    """``[start, end)``; a day runs from its first shift to the next day's first."""

    kind: SpanKind
    start: datetime
    end: datetime


def read_shifts(words: Iterable[str]) -> tuple[time, ...]:
    """When shifts begin, in order. Raises ValueError for a word that is no time, or none at all."""
    starts = tuple(sorted({time.fromisoformat(word) for word in words}))
    if not starts:
        raise ValueError("at least one shift is needed")
    return starts


def spans_ended(now: datetime, shifts: Sequence[time], zone: ZoneInfo) -> list[Span]:
    """What has ended within :data:`MAKE_UP`, oldest first. One shift a day is the day itself."""
    found: list[Span] = []
    today = now.astimezone(zone).date()
    for back in range(4, -1, -1):
        day = today - timedelta(days=back)
        starts = [_at(day, shift, zone) for shift in shifts]
        starts.append(_at(day + timedelta(days=1), shifts[0], zone))
        if len(shifts) > 1:
            found += [Span(SpanKind.SHIFT, begin, end) for begin, end in itertools.pairwise(starts)]
        found.append(Span(SpanKind.DAY, starts[0], starts[-1]))
    return [span for span in found if now - MAKE_UP < span.end <= now]


def _at(day: date, shift: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, shift, zone)


@dataclass(slots=True)
class Tally:
    """What happened in a span, as far as one reader may see it.

    ``seconds``: from a violation's arrival to its verdict by a person. ``blind``: cameras that
    are to run and show nothing that could be judged, by name.
    """

    told: int = 0
    confirmed: int = 0
    false: int = 0
    other: int = 0
    automatic: int = 0
    waiting: int = 0
    cameras: int = 0
    seconds: list[float] = field(default_factory=list)
    blind: list[str] = field(default_factory=list)

    @property
    def decided(self) -> int:
        return self.confirmed + self.false + self.other

    @property
    def is_empty(self) -> bool:
        """Nothing that anybody would want to be told of."""
        return not (self.told or self.decided or self.automatic or self.waiting or self.blind)

    def figures(self) -> dict[str, object]:
        """As they are kept: JSON values, times in seconds, a share where there is one."""
        judged = self.confirmed + self.false
        return {
            "told": self.told,
            "confirmed": self.confirmed,
            "false": self.false,
            "other": self.other,
            "automatic": self.automatic,
            "waiting": self.waiting,
            "cameras": self.cameras,
            "blind": len(self.blind),
            "blind_names": sorted(self.blind)[:MOST_NAMED],
            "precision": round(self.confirmed / judged, 4) if judged else None,
            "median_s": round(statistics.median(self.seconds), 1) if self.seconds else None,
            "p90_s": round(_p90(self.seconds), 1) if self.seconds else None,
        }


def _p90(values: list[float]) -> float:
    """The nearest rank: one that really occurred."""
    ordered = sorted(values)
    return ordered[-(-9 * len(ordered) // 10) - 1]
