"""What a commitment says, for which period and by when. Pure (FACTS 2.18)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from supervision.core import clock


class Period(StrEnum):
    """How often an enterprise commits."""

    DAILY = "daily"
    YEARLY = "yearly"


class Production(StrEnum):
    """What the plant does in the period; not producing is a commitment as well."""

    RUNNING = "running"
    PARTLY = "partly"
    TRIAL = "trial"
    STOPPED = "stopped"
    REST = "rest"


class Operation(StrEnum):
    """The eight special operations of GB 30871-2022."""

    HOT_WORK = "hot_work"
    CONFINED_SPACE = "confined_space"
    BLIND_PLATE = "blind_plate"
    HEIGHT = "height"
    LIFTING = "lifting"
    TEMPORARY_POWER = "temporary_power"
    EXCAVATION = "excavation"
    ROAD_BREAKING = "road_breaking"


class Part(StrEnum):
    """What a standard asks for besides the state of production and the statement."""

    OPERATIONS = "operations"
    CHANGES = "changes"
    HAZARDS = "hazards"
    SOURCES = "sources"


class Standing(StrEnum):
    """How an enterprise stands in one period."""

    KEPT = "kept"
    LATE = "late"
    OPEN = "open"
    MISSED = "missed"


# So many of one kind in one plant on one day is a slip of the finger.
MOST_COUNTED = 999
MAX_LEVELS = 6
MAX_STATEMENT = 2000
MINUTES_OF_DAY = 24 * 60
_LAST_SECOND = timedelta(days=1, seconds=-1)


class Standard(Protocol):
    """What the rules read of a standard."""

    code: str
    period: Period
    industries: str
    traits: str
    due_days: int
    due_minute: int


S = TypeVar("S", bound=Standard)


def first_day(period: Period, day: date) -> date:
    """The day by which the period that holds ``day`` goes: itself, or 1 January."""
    return day if period is Period.DAILY else day.replace(month=1, day=1)


def due_at(standard: Standard, day: date) -> datetime:
    """The last instant of the period that begins on ``day``, aware, UTC."""
    last = clock.start_of(day + timedelta(days=standard.due_days))
    # The end of a day is its last second: due at midnight would be the next day's.
    return last + min(timedelta(minutes=standard.due_minute), _LAST_SECOND)


def due_for(standard: Standard, day: date, since: date) -> datetime:
    """The same for whoever comes under the standard on ``since``.

    One who came after the day on which it was due has as long from then on; of a day, all of it.
    """
    due = due_at(standard, day)
    if since < clock.day_of(due):
        return due
    if standard.period is Period.DAILY:
        return clock.start_of(day) + _LAST_SECOND
    return due_at(standard, since)


def words(text: str) -> frozenset[str]:
    """The words of a list that is written with commas."""
    return frozenset(word for part in text.split(",") if (word := part.strip()))


def fits(standard: Standard, industry: str, traits: Collection[str]) -> bool:
    """It is meant for an enterprise of this industry, or with one of these traits; or for all."""
    industries, wanted = words(standard.industries), words(standard.traits)
    if not industries and not wanted:
        return True
    return bool(wanted & set(traits)) or any(industry.startswith(p) for p in industries)


def choose(standards: Iterable[S], industry: str, traits: Collection[str]) -> S | None:
    """The one that applies: what names the sector before what is for all, daily before yearly."""
    found = [s for s in standards if fits(s, industry, traits)]
    return min(found, key=_rank, default=None)


def _rank(standard: Standard) -> tuple[bool, bool, str]:
    is_general = not (standard.industries or standard.traits)
    return is_general, standard.period is not Period.DAILY, standard.code


@dataclass(frozen=True, slots=True)
class Slot:
    """One signature that is asked for. ``account_id`` None: whoever may sign last."""

    level: int
    level_name: str
    post: str
    account_id: int | None


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature that is there."""

    level: int
    post: str
    account_id: int


def is_signed(slot: Slot, signed: Collection[Signed]) -> bool:
    """Somebody's slot is filled by that somebody; the last by whoever might."""
    return any(
        s.level == slot.level and s.post == slot.post and slot.account_id in (None, s.account_id)
        for s in signed
    )


def open_slots(slots: Sequence[Slot], signed: Collection[Signed]) -> list[Slot]:
    """What may be signed now: the unsigned ones of the lowest level that is not complete."""
    missing = [slot for slot in slots if not is_signed(slot, signed)]
    lowest = min((slot.level for slot in missing), default=None)
    return [slot for slot in missing if slot.level == lowest]


def standing(due: datetime, first_published_at: datetime | None, now: datetime) -> Standing:
    """On time is up to and with the instant itself."""
    if first_published_at is None:
        return Standing.OPEN if now <= due else Standing.MISSED
    return Standing.KEPT if first_published_at <= due else Standing.LATE
