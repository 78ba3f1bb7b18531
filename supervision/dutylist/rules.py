"""Whose duty it is, whom an authority's duty is about, figures of a month. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from supervision.core.errors import InvalidInput
from supervision.core.spans import Frequency, Span, span_of, spans_between
from supervision.core.text import N_

# A period that ended longer ago is history: what was not done then stays so.
CATCH_UP = 12
MAX_LINK = 300


class Holder(StrEnum):
    """Whom the law gives a duty to, within the enterprise."""

    PRINCIPAL = "principal"
    MANAGER = "manager"
    OTHER = "other"


class Grade(StrEnum):
    """Class of enterprise that a duty of the authority is about."""

    ALL = "all"
    KEY = "key"
    GENERAL = "general"


class Standing(StrEnum):
    """Where a duty stands today."""

    LATE = "late"
    DUE = "due"
    DONE = "done"


def standing(frequency: Frequency, due_on: date, today: date) -> Standing:
    """Late when its period is over, due in its period, else done for now."""
    if due_on < today:
        return Standing.LATE
    return Standing.DUE if span_of(frequency, today).last == due_on else Standing.DONE


def open_spans(
    frequency: Frequency, begins_on: date, today: date, done: Iterable[date]
) -> list[Span]:
    """The periods that can still be said to be done, the latest first; ``done``: first days."""
    known, found, span = set(done), [], span_of(frequency, today)
    for _back in range(CATCH_UP):
        if span.last < begins_on:
            break
        if span.first not in known:
            found.append(span)
        span = span_of(frequency, _before(span.first))
    return found


def _before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def month_of(day: date) -> Span:
    """The month that holds ``day``."""
    return Span(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


@dataclass(frozen=True, slots=True)
class Held:
    """So many lines of a list that are alike to the figures."""

    frequency: Frequency
    begins_on: date
    ends_on: date | None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Done:
    """A period by its last day, and the day on which it was said to be done."""

    ends_on: date
    on: date


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the periods that end in a month: all, done, of these too late, over and not done."""

    due: int
    done: int
    late: int
    missed: int


def figures(held: Iterable[Held], done: Iterable[Done], month: Span, today: date) -> Figures:
    """Of a month; a period that is not over yet is neither missed nor late.

    ``done``: of these lines, for periods that end in the month.
    """
    due = over = made = late = kept = 0
    for line in held:
        last = min(month.last, line.ends_on) if line.ends_on else month.last
        first = max(month.first, line.begins_on)
        due += line.count * _ending(line.frequency, first, last)
        over += line.count * _ending(line.frequency, first, min(last, _before(today)))
    for one in done:
        made += 1
        late += one.on > one.ends_on
        kept += one.ends_on < today
    return Figures(due, min(made, due), late, max(over - kept, 0))


@lru_cache(maxsize=4096)
def _ending(frequency: Frequency, first: date, last: date) -> int:
    """How many periods end from ``first`` to ``last``; the same for most enterprises."""
    return sum(1 for _span in spans_between(frequency, first, last))


def check_evidence(note: str, link: str, files: int) -> None:
    """Something is said or shown, and a link leads somewhere. Raises InvalidInput."""
    if not (note or link or files):
        raise InvalidInput(N_("Say what was done, give a link or add a file."), field="note")
    is_own = link.startswith("/") and not link.startswith(("//", "/\\"))
    if link and not (is_own or link.startswith("https://")):
        raise InvalidInput(N_("A link begins with / (a page here) or https://."), field="link")
