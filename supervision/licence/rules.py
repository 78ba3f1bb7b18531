"""Rules of licences that are more than a transition. Pure.

Terms, deadlines and who needs what are data of a type's version (FACTS 2.10); this file only
reckons with them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from supervision.chemical import cas as cas_numbers
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.text import N_
from supervision.core.validity import Validity
from supervision.core.workdays import add_months
from supervision.licence.workflow import LicenceState

# Nobody keeps a paper from before this day in force.
EARLIEST = date(1990, 1, 1)
# An open end is written as none; a day beyond this one is a slip of the keyboard.
LATEST = date(2100, 1, 1)
MOST_ITEMS = 500
LONGEST_NAME = 80
# In a type's list of purposes: whatever the chemicals are there for.
ANY_PURPOSE = "*"

INDUSTRY = re.compile(r"[0-9]{2,4}", re.ASCII)
CODE = re.compile(r"[A-Z][A-Z0-9_]{1,23}", re.ASCII)


class Origin(StrEnum):
    """How a licence came about; all but the first follow an earlier one."""

    FIRST = "first"
    RENEWAL = "renewal"
    CHANGE = "change"
    # Prolonged without a review, where the type and the record of the term allow it.
    EXTENSION = "extension"


class Means(StrEnum):
    """What an officer compared the entry with."""

    ORIGINAL = "original"
    SCAN = "scan"
    ISSUER = "issuer"


class FileKind(StrEnum):
    SCAN = "scan"
    APPLICATION = "application"
    DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a version of a type asks for; None: it says nothing of it. Months."""

    term_months: int | None = None
    apply_months: int | None = None
    has_scope: bool = False
    is_extendable: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One chemical of a licence's scope."""

    cas: str
    name: str


def apply_by(terms: Terms, valid_to: date | None) -> date | None:
    """The last day on which a renewal is applied for in time; None where nothing is to be.

    Work Safety Licence Regulations art. 9: three months before the term ends.
    """
    if valid_to is None or not terms.apply_months:
        return None
    return add_months(valid_to, -terms.apply_months)


def validity(valid_from: date, valid_to: date | None, last_day: date | None) -> Validity:
    return Validity(valid_from, valid_to, last_day)


def check_days(
    terms: Terms, today: date, *, issued_on: date, valid_from: date, valid_to: date | None
) -> None:
    """The days of a paper fit each other and its type. Raises InvalidInput."""
    for name, day in (("issued_on", issued_on), ("valid_from", valid_from)):
        if day < EARLIEST:
            raise InvalidInput(N_("This day lies too far back."), field=name)
    if issued_on > today:
        raise InvalidInput(N_("A licence cannot be issued in the future."), field="issued_on")
    if valid_from > LATEST:
        raise InvalidInput(N_("This day lies too far ahead."), field="valid_from")
    if valid_to is None:
        if terms.term_months:
            raise InvalidInput(N_("A licence of this type has an end."), field="valid_to")
        return
    if valid_to < valid_from:
        raise InvalidInput(N_("The end lies before the beginning."), field="valid_to")
    if valid_to > LATEST:
        raise InvalidInput(N_("This day lies too far ahead."), field="valid_to")
    if terms.term_months and valid_to > add_months(valid_from, terms.term_months):
        raise InvalidInput(
            N_("A licence of this type is valid for at most %(count)s months."),
            field="valid_to",
            count=terms.term_months,
        )


def check_applied(applied_on: date, issued_on: date, today: date) -> None:
    if applied_on > today:
        raise InvalidInput(N_("This day lies in the future."), field="applied_on")
    if applied_on < issued_on:
        raise InvalidInput(N_("This day lies before the licence was issued."), field="applied_on")


def check_decided(decided_on: date, issued_on: date, today: date) -> None:
    if decided_on > today:
        raise InvalidInput(N_("This day lies in the future."), field="decided_on")
    if decided_on < issued_on:
        raise InvalidInput(N_("This day lies before the licence was issued."), field="decided_on")


_SUCCEEDS: Mapping[Origin, frozenset[LicenceState]] = {
    Origin.RENEWAL: frozenset({LicenceState.VALID, LicenceState.EXPIRED}),
    Origin.EXTENSION: frozenset({LicenceState.VALID}),
    Origin.CHANGE: frozenset({LicenceState.VALID}),
}


def origins(status: LicenceState, terms: Terms, *, has_successor: bool) -> tuple[Origin, ...]:
    """How a licence can be followed by another one now."""
    if has_successor:
        return ()
    return tuple(
        origin
        for origin, states in _SUCCEEDS.items()
        if status in states and (origin is not Origin.EXTENSION or terms.is_extendable)
    )


def check_successor(
    origin: Origin, status: LicenceState, terms: Terms, *, has_successor: bool, is_clean: bool
) -> None:
    """Whether a licence may be followed by one of ``origin``.

    ``is_clean``: no fatal accident in the term, without which nothing is prolonged unreviewed
    (Work Safety Licence Regulations art. 9).
    """
    if has_successor:
        raise Conflict(N_("This licence has a successor already."))
    if origin not in origins(status, terms, has_successor=False):
        raise Conflict(N_("This is not possible in the present state. Reload the page to see it."))
    if origin is Origin.EXTENSION and not is_clean:
        raise InvalidInput(
            N_("Without a review it is extended only after a term without a fatal accident."),
            field="is_clean",
        )


def read_scope(text: str) -> tuple[Item, ...]:
    """A chemical a line: its CAS number, then its name. Raises InvalidInput naming the line."""
    items: list[Item] = []
    seen: set[str] = set()
    for line, written in enumerate(text.splitlines(), start=1):
        parts = written.split(maxsplit=1)
        if not parts:
            continue
        cas, name = cas_numbers.normal(parts[0]), parts[1] if len(parts) > 1 else ""
        _check_item(line, cas, name.strip(), seen)
        seen.add(cas)
        items.append(Item(cas, name.strip()))
    if len(items) > MOST_ITEMS:
        raise InvalidInput(N_("At most %(count)s items."), field="items", count=MOST_ITEMS)
    return tuple(items)


def _check_item(line: int, cas: str, name: str, seen: Collection[str]) -> None:
    if not cas_numbers.is_valid(cas):
        raise InvalidInput(
            N_("Line %(line)s: “%(cas)s” is no CAS number (its last digit is a check)."),
            field="items",
            line=line,
            cas=cas[:20],
        )
    if cas in seen:
        raise InvalidInput(
            N_("Line %(line)s: %(cas)s is listed twice."), field="items", line=line, cas=cas
        )
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput(
            N_("Line %(line)s: write the name after the number, at most %(count)s characters."),
            field="items",
            line=line,
            count=LONGEST_NAME,
        )


def written_scope(items: Iterable[Item]) -> str:
    """The text that :func:`read_scope` reads."""
    return "\n".join(f"{item.cas} {item.name}" for item in items)


@dataclass(frozen=True, slots=True)
class ScopeGap:
    """What is held beyond the scope, and what of the scope is not held. By CAS."""

    beyond: tuple[Item, ...] = ()
    not_held: tuple[Item, ...] = ()


def compare(scope: Iterable[Item], held: Iterable[Item]) -> ScopeGap:
    """A licence's scope against what the ledger says is there."""
    allowed = {item.cas: item for item in scope}
    there = {item.cas: item for item in held}
    return ScopeGap(
        tuple(item for cas, item in sorted(there.items()) if cas not in allowed),
        tuple(item for cas, item in sorted(allowed.items()) if cas not in there),
    )


def words(text: str) -> tuple[str, ...]:
    """A type's list of codes, as it is kept: words with blanks between them."""
    return tuple(text.split())


def is_needed(
    industries: Collection[str],
    purposes: Collection[str],
    industry_code: str,
    held_purposes: Collection[str],
) -> bool:
    """Whether an enterprise needs a licence of a type.

    ``industries`` are beginnings of GB/T 4754 codes, none of them: every trade. ``purposes``
    are what chemicals on the ledger must be there for, none: it needs no chemicals.
    """
    if not industries and not purposes:
        return False
    if industries and not any(industry_code.startswith(prefix) for prefix in industries):
        return False
    if not purposes:
        return True
    if ANY_PURPOSE in purposes:
        return bool(held_purposes)
    return not set(purposes).isdisjoint(held_purposes)


def check_type(code: str, industries: str, purposes: str, known: Collection[str]) -> None:
    """What a version of a type says can be reckoned with. Raises InvalidInput."""
    if not CODE.fullmatch(code):
        raise InvalidInput(
            N_("Capital letters, digits and underscores, beginning with a letter."), field="code"
        )
    for word in words(industries):
        if not INDUSTRY.fullmatch(word):
            raise InvalidInput(
                N_("“%(word)s” is no beginning of an industry code (two to four digits)."),
                field="industries",
                word=word[:20],
            )
    for word in words(purposes):
        if word != ANY_PURPOSE and word not in known:
            raise InvalidInput(
                N_("No chemical is there for “%(word)s”."), field="purposes", word=word[:20]
            )
