"""When some days without a sighting show something. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

DAY_S = 86_400.0
# A camera that did not look has seen nothing: so much of the time it must have run, its view well.
LEAST_SHARE = 0.9


class VoidReason(StrEnum):
    """Why a proposal shows nothing any more."""

    SIGHTING = "sighting"
    SETTLED = "settled"
    CAMERA = "camera"


@dataclass(frozen=True, slots=True)
class Window:
    """The last whole days, both included, on which nothing was to be seen."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def expected_s(self) -> float:
        return self.days * DAY_S


def window(submitted_on: date, today: date, days: int) -> Window | None:
    """The ``days`` whole days before today, all after the day of the report; None before that.

    The day of the report is no whole day, and today is not over.
    """
    first = today - timedelta(days=days)
    return Window(first, today - timedelta(days=1)) if first > submitted_on else None


def running_s(of: Window, by_day: Mapping[date, float]) -> float:
    """Seconds in which the camera ran; a day cannot have more than it has."""
    days = (of.first + timedelta(days=n) for n in range(of.days))
    return sum(min(by_day.get(day, 0.0), DAY_S) for day in days)


def ran_enough(of: Window, seconds: float) -> bool:
    return seconds >= LEAST_SHARE * of.expected_s
