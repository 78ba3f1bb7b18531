"""What verdicts can say of two sets of weights, and when they are too few to say anything. Pure.

Wilson's score interval (1927) at 95 %: it stays within 0 and 1 and is honest for small counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# The normal distribution's 97.5 % point.
Z = 1.959964
# Fewer verdicts on either side say nothing: at 20 the interval is still some 40 points wide.
NEEDED = 20
MOST_CAMERAS = 50
# What is looked at before a trial: as long as the trial, but neither a day nor a season.
SHORTEST_BEFORE, LONGEST_BEFORE = timedelta(days=7), timedelta(days=30)


class Finding(StrEnum):
    TOO_FEW = "too_few"
    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no_difference"


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Of people: so many confirmed, so many false alarms."""

    confirmed: int
    false: int

    @property
    def judged(self) -> int:
        return self.confirmed + self.false

    @property
    def share(self) -> float | None:
        return self.confirmed / self.judged if self.judged else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the true share lies in 95 of 100 cases; None without a verdict."""
        return wilson(self.confirmed, self.judged) if self.judged else None


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The interval of a share of ``hits`` in ``count``, which is not 0."""
    share, z2 = hits / count, Z * Z
    middle = share + z2 / (2 * count)
    spread = Z * math.sqrt(share * (1 - share) / count + z2 / (4 * count * count))
    low, high = (middle - spread) / (1 + z2 / count), (middle + spread) / (1 + z2 / count)
    # Rounding may put an end of it past the share that it is around.
    return max(0.0, min(low, share)), min(1.0, max(high, share))


def finding(old: Verdicts, new: Verdicts) -> Finding:
    """Better or worse only where the two intervals do not touch."""
    if min(old.judged, new.judged) < NEEDED:
        return Finding.TOO_FEW
    (old_low, old_high), (new_low, new_high) = (
        wilson(side.confirmed, side.judged) for side in (old, new)
    )
    if new_high < old_low:
        return Finding.WORSE
    return Finding.BETTER if new_low > old_high else Finding.NO_DIFFERENCE


def before(since: datetime, until: datetime) -> datetime:
    """Where the time before a trial begins that it is compared with."""
    return since - min(max(until - since, SHORTEST_BEFORE), LONGEST_BEFORE)


def overlap(start: datetime, end: datetime, since: datetime, until: datetime) -> float:
    """The part of the span from ``start`` to ``end`` that lies between ``since`` and ``until``."""
    whole = (end - start).total_seconds()
    inside = (min(end, until) - max(start, since)).total_seconds()
    return max(0.0, inside) / whole if whole > 0 else 0.0
