"""How long something is good for, and when its holder must act. Pure.

A licence, a certificate, a policy and a filing have the same life: valid until a day, often to be
applied for anew months before it. The dangerous day is the last one on which the application is
in time, not the one on which the paper ends (FACTS 2.10).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

# Days before the end at which the holder is told; the last two are the end itself and after it.
STEPS = (90, 60, 30, 7, 0)
EXPIRED_STEP = -1


class Standing(StrEnum):
    """Where a day stands in the life of a paper, from good to bad."""

    OPEN_ENDED = "open_ended"
    NOT_YET = "not_yet"
    OK = "ok"
    DUE = "due"
    LATE_TO_APPLY = "late_to_apply"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Validity:
    """``valid_to`` and ``apply_by`` are the last days on which it is valid, or applied for in time.

    ``valid_to`` None: it has no end. ``apply_by`` None: nothing has to be applied for.
    """

    valid_from: date | None = None
    valid_to: date | None = None
    apply_by: date | None = None


def standing(validity: Validity, today: date, *, applied: bool = False) -> Standing:
    """What to show on ``today``. ``applied``: a renewal was asked for, so no deadline is missed."""
    if validity.valid_from is not None and today < validity.valid_from:
        return Standing.NOT_YET
    if validity.valid_to is None:
        return Standing.OPEN_ENDED
    if today > validity.valid_to:
        return Standing.EXPIRED
    if not applied and validity.apply_by is not None and today > validity.apply_by:
        return Standing.LATE_TO_APPLY
    return Standing.DUE if days_left(validity, today) <= STEPS[0] else Standing.OK


def days_left(validity: Validity, today: date) -> int:
    """Days to the one that binds: the application's last day while it lies ahead, else the end.

    Negative once the end has passed. Raises ValueError for what has no end.
    """
    if validity.valid_to is None:
        raise ValueError("it has no end")
    if validity.apply_by is not None and today <= validity.apply_by:
        return (validity.apply_by - today).days
    return (validity.valid_to - today).days


def step(day: date | None, today: date) -> int | None:
    """The alarm that is due for ``day``: 90, 60, 30, 7 or 0 days before it, -1 after it.

    Each step holds until the next one, so that a day on which no job ran loses no alarm. None
    while the first is still ahead, or when there is no such day.
    """
    if day is None:
        return None
    left = (day - today).days
    if left < 0:
        return EXPIRED_STEP
    reached = [at for at in STEPS if left <= at]
    return min(reached) if reached else None
