"""Counters of Work Safety Law (2021), art. 113 (1). Pure.

A unit with major hazards that is penalised three times within 180 days, or four times within a
year, is to be closed. The two windows are rows of the rule table (ART113_180, ART113_YEAR); how
many penalties is read in the law's full text (H). We warn one before.

A window opens with a penalty: the day itself does not count (Civil Code art. 201), the 180th day
after it is the last, a year ends on the corresponding day or the month's last (art. 202).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from supervision.core.deadlines import Period, due_on
from supervision.core.workdays import WorkdayTable

# Rule -> how many penalties in its window. Art. 113 (1), read in full.
LIMITS = {"ART113_180": 3, "ART113_YEAR": 4}


class Level(StrEnum):
    CALM = "calm"
    WARNING = "warning"  # one before
    REACHED = "reached"


@dataclass(frozen=True, slots=True)
class Penalty:
    """A decision as far as it counts; one that was annulled counts for nothing."""

    decided_on: date
    for_major: bool = True
    is_void: bool = False


@dataclass(frozen=True, slots=True)
class Counter:
    """``count`` within one window that is still open on the day asked for, out of ``limit``."""

    code: str
    count: int
    limit: int
    # The last day on which the oldest of them still counts.
    open_until: date | None

    @property
    def level(self) -> Level:
        if self.count >= self.limit:
            return Level.REACHED
        return Level.WARNING if self.count == self.limit - 1 else Level.CALM


def count(
    code: str, period: Period, penalties: Iterable[Penalty], day: date, table: WorkdayTable
) -> Counter:
    """How many penalties one window that holds ``day`` contains."""
    days = counting_days(penalties, day)
    still = [one for one in days if due_on(period, one, table).day >= day]
    until = due_on(period, still[0], table).day if still else None
    return Counter(code, len(still), LIMITS[code], until)


def counting_days(penalties: Iterable[Penalty], day: date) -> Sequence[date]:
    """Days of the penalties that count up to ``day``, in order; two of one day are two."""
    return sorted(p.decided_on for p in penalties if _counts(p, day))


def _counts(penalty: Penalty, day: date) -> bool:
    return penalty.for_major and not penalty.is_void and penalty.decided_on <= day


def worst(counters: Iterable[Counter]) -> Level:
    """The gravest of several."""
    levels = {counter.level for counter in counters}
    for level in (Level.REACHED, Level.WARNING):
        if level in levels:
            return level
    return Level.CALM
