"""What documents an enterprise must have, and how long they hold. Pure.

The list itself is data (``data/kinds.tsv``, versioned rows): this only reads it. Sources: Work
Safety Law (2021) art. 21, 41, 51, 81; Measures for Emergency Plans (Order 2 of 2019) art. 26, 35;
FACTS 2.9, 2.10.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from supervision.core.workdays import add_months

EVERYBODY = "*"
LEVELS = (1, 2, 3)


class Category(StrEnum):
    """The shelf on which a document stands."""

    POLICY = "policy"
    PLAN = "plan"
    EVALUATION = "evaluation"
    INSURANCE = "insurance"
    STANDARDIZATION = "standardization"
    OTHER = "other"


class Result(StrEnum):
    """What a re-evaluation or a yearly self-evaluation came to."""

    FIT = "fit"
    REVISE = "revise"
    UNFIT = "unfit"


class GapReason(StrEnum):
    MISSING = "missing"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Profile:
    """What of an enterprise decides which documents it must have.

    ``industry_code``: GB/T 4754, up to four digits. ``traits``: words such as "chemicals".
    """

    industry_code: str
    headcount: int
    traits: frozenset[str] = frozenset()


class Demand(Protocol):
    """The part of a kind that says who must have it, and who must file it."""

    @property
    def code(self) -> str: ...
    @property
    def required_industries(self) -> str: ...
    @property
    def required_traits(self) -> str: ...
    @property
    def required_headcount(self) -> int: ...
    @property
    def filing_industries(self) -> str: ...
    @property
    def filing_traits(self) -> str: ...


def words(text: str) -> tuple[str, ...]:
    """A comma-separated list of a table, without blanks."""
    return tuple(part for part in (p.strip() for p in text.split(",")) if part)


def _applies(industries: str, traits: str, profile: Profile) -> bool:
    codes = words(industries)
    if EVERYBODY in codes or any(profile.industry_code.startswith(code) for code in codes):
        return True
    return any(word in profile.traits for word in words(traits))


def is_required(kind: Demand, profile: Profile) -> bool:
    """Whether an enterprise must have a document of ``kind``: by sector or trait, and headcount."""
    if profile.headcount < kind.required_headcount:
        return False
    return _applies(kind.required_industries, kind.required_traits, profile)


def must_be_filed(kind: Demand, profile: Profile) -> bool:
    """Whether a document of ``kind`` is filed with the authority once it is published."""
    return _applies(kind.filing_industries, kind.filing_traits, profile)


@dataclass(frozen=True, slots=True)
class Completeness:
    """How complete a file is: codes of kinds. ``held`` are in force and not expired."""

    required: tuple[str, ...]
    held: tuple[str, ...]
    expired: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        return len(self.held) == len(self.required)

    @property
    def gaps(self) -> dict[str, GapReason]:
        return dict.fromkeys(self.expired, GapReason.EXPIRED) | dict.fromkeys(
            self.missing, GapReason.MISSING
        )


def completeness(
    kinds: Iterable[Demand],
    profile: Profile,
    in_force: Collection[tuple[str, date | None]],
    today: date,
) -> Completeness:
    """Compare the list with what is there: ``in_force`` is (code, last valid day) of each."""
    required = tuple(kind.code for kind in kinds if is_required(kind, profile))
    good = {code for code, last in in_force if last is None or last >= today}
    late = {code for code, _last in in_force} - good
    return Completeness(
        required=required,
        held=tuple(code for code in required if code in good),
        expired=tuple(code for code in required if code in late),
        missing=tuple(code for code in required if code not in good and code not in late),
    )


def last_valid_day(valid_from: date, term_months: int | None) -> date | None:
    """The last day of a term of months that begins on ``valid_from``; None without a term.

    A certificate of three years from 1 March holds until the last day of February.
    """
    if term_months is None:
        return None
    return date.fromordinal(add_months(valid_from, term_months).toordinal() - 1)


def next_review(last: date, review_months: int | None) -> date | None:
    """The day by which it must be evaluated again."""
    return None if review_months is None else add_months(last, review_months)
