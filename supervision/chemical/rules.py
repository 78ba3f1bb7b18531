"""Identification and grading of major hazard sources of hazardous chemicals. Pure.

GB 18218-2018 (FACTS 2.6). Per unit: ``S = sum(q/Q)``; it is a major hazard source when S reaches 1;
its grade comes from ``R = alpha * sum(beta * q/Q)``. ``q`` is the *design maximum* in tonnes, never
the stock of the day. Tables come in as data (:class:`Standard`), in one edition of the standard.

Quantities are ``Decimal``; sums are exact fractions, since three thirds of a critical quantity are
a whole one, which no rounded quotient says. What is shown is cut off, not rounded: a figure never
seems to have reached a bound that it has not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from supervision.core.errors import InvalidInput
from supervision.core.text import N_

IDENTIFIED_AT = 1
SHOWN_PLACES = 4


class Table(StrEnum):
    """Tables 1 to 6 of the standard."""

    NAMED = "named"
    CLASS = "class"
    BETA_NAMED = "beta_named"
    BETA_CLASS = "beta_class"
    ALPHA = "alpha"
    GRADE = "grade"


class Grade(StrEnum):
    """From the most dangerous down."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    FOURTH = "fourth"


class Rule(StrEnum):
    """Why this critical quantity."""

    LISTED = "listed"
    ONLY_CLASS = "only_class"
    SMALLEST_CLASS = "smallest_class"


class Purpose(StrEnum):
    RAW = "raw"
    INTERMEDIATE = "intermediate"
    PRODUCT = "product"
    STORAGE = "storage"


class UnitKind(StrEnum):
    """A production unit is cut off by valves, a storage unit by its bund or its building."""

    PRODUCTION = "production"
    STORAGE = "storage"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: ``value`` is Q, beta or alpha; ``bound`` is where a band begins."""

    table: Table
    position: int
    symbol: str = ""
    name: str = ""
    cas: tuple[str, ...] = ()
    bound: Decimal | None = None
    value: Decimal | None = None


@dataclass(frozen=True)
class Standard:
    """One edition with its rows."""

    code: str
    rows: tuple[Row, ...]

    def of(self, table: Table) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.table is table)

    def named(self, position: int) -> Row | None:
        """A row of Table 1 by its number."""
        return next((r for r in self.of(Table.NAMED) if r.position == position), None)

    def named_by_cas(self, cas: str) -> tuple[Row, ...]:
        """Rows of Table 1 with this CAS number; some substances have several, by content."""
        return tuple(r for r in self.of(Table.NAMED) if cas and cas in r.cas)

    @property
    def symbols(self) -> tuple[str, ...]:
        """The classes of Table 2, in its order."""
        return tuple(row.symbol for row in self.of(Table.CLASS))


@dataclass(frozen=True, slots=True)
class Substance:
    """What a unit may hold. ``named`` is the number in Table 1; ``tonnes`` the design maximum."""

    name: str
    tonnes: Decimal
    named: int | None = None
    cas: str = ""
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """One substance's part in S and R, with the rows that gave Q and beta."""

    substance: Substance
    critical: Row
    rule: Rule
    beta: Row

    @property
    def ratio(self) -> Fraction:
        return Fraction(self.substance.tonnes) / Fraction(_value(self.critical))

    @property
    def weighted(self) -> Fraction:
        return Fraction(_value(self.beta)) * self.ratio


@dataclass(frozen=True, slots=True)
class Result:
    """``alpha``, ``r`` and ``grade`` are empty where S stays below 1: that is never graded."""

    terms: tuple[Term, ...]
    s: Fraction
    exposed: int
    alpha: Row | None = None
    r: Fraction | None = None
    grade: Row | None = None

    @property
    def is_major(self) -> bool:
        return self.s >= IDENTIFIED_AT


def assess(standard: Standard, substances: Sequence[Substance], exposed: int) -> Result:
    """S, and where it reaches 1 also alpha, R and the grade.

    ``exposed``: people who are permanently within 500 m outside the boundary. Raises InvalidInput
    naming the substance whose Q or beta cannot be found.
    """
    if exposed < 0:
        raise InvalidInput(N_("It cannot be negative."), field="exposed_people")
    terms = tuple(term_of(standard, substance) for substance in substances)
    s = sum((term.ratio for term in terms), Fraction(0))
    if s < IDENTIFIED_AT:
        return Result(terms, s, exposed)
    alpha = _band(standard.of(Table.ALPHA), Fraction(exposed))
    r = Fraction(_value(alpha)) * sum((term.weighted for term in terms), Fraction(0))
    return Result(terms, s, exposed, alpha, r, _band(standard.of(Table.GRADE), r))


def term_of(standard: Standard, substance: Substance) -> Term:
    """The rows that decide for one substance."""
    critical, rule = _critical(standard, substance)
    return Term(substance, critical, rule, _beta(standard, substance, critical))


def _critical(standard: Standard, substance: Substance) -> tuple[Row, Rule]:
    """Table 1 wins; else the smallest Q of the classes in Table 2."""
    if substance.named is not None:
        row = standard.named(substance.named)
        if row is not None:
            return row, Rule.LISTED
    found = [r for r in standard.of(Table.CLASS) if r.symbol in substance.classes]
    if not found:
        raise InvalidInput(
            N_("%(name)s is not in Table 1: choose its hazard class of Table 2."),
            field="classes",
            name=substance.name,
        )
    smallest = min(found, key=lambda r: (_value(r), r.position))
    return smallest, Rule.SMALLEST_CLASS if len(found) > 1 else Rule.ONLY_CLASS


def _beta(standard: Standard, substance: Substance, critical: Row) -> Row:
    """Table 3 by CAS number; else Table 4 by class, of several classes the largest.

    That the largest decides is not in the text that is at hand; it errs on the safe side.
    """
    own = {substance.cas, *(critical.cas if critical.table is Table.NAMED else ())} - {""}
    for row in standard.of(Table.BETA_NAMED):
        if own & set(row.cas):
            return row
    found = [r for r in standard.of(Table.BETA_CLASS) if r.symbol in substance.classes]
    if not found:
        raise InvalidInput(
            N_("%(name)s is not in Table 3: its hazard class is needed for its coefficient."),
            field="classes",
            name=substance.name,
        )
    return max(found, key=lambda r: (_value(r), -r.position))


def _band(rows: Sequence[Row], figure: Fraction) -> Row:
    """The row with the highest bound that ``figure`` reaches."""
    reached = [r for r in rows if r.bound is not None and Fraction(r.bound) <= figure]
    return max(reached, key=lambda r: r.bound or Decimal(0))


def _value(row: Row) -> Decimal:
    if row.value is None:
        raise ValueError(f"{row.table} {row.position} has no value")
    return row.value


def shown(figure: Fraction, places: int = SHOWN_PLACES) -> Decimal:
    """Cut off after ``places`` digits: 0.99999 shows as 0.9999, not as 1.0000."""
    scale = 10**places
    return Decimal(int(figure * scale)) / Decimal(scale)
