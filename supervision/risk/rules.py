"""Grades of risk: LEC, LS, the 4x4 matrix and direct grading, and what follows from a grade. Pure.

Scores and thresholds come from versioned tables (FACTS 2.8); the arithmetic is in ``Decimal``,
because 0.1 x 0.5 is not a number of binary floats.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from supervision.core.errors import InvalidInput
from supervision.core.text import N_


class RiskGrade(StrEnum):
    """Major, relatively large, general and low; not the colours of the enterprise's code."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"


# The higher, the worse; 0 is what has not been assessed.
RANKS = {RiskGrade.RED: 4, RiskGrade.ORANGE: 3, RiskGrade.YELLOW: 2, RiskGrade.BLUE: 1}


class Method(StrEnum):
    """How a grade was found. ``matrix`` is the 4x4 one of an enterprise as a whole."""

    LEC = "lec"
    LS = "ls"
    MATRIX = "matrix"
    DIRECT = "direct"


class Stage(StrEnum):
    """Before the controls, and with them."""

    INHERENT = "inherent"
    RESIDUAL = "residual"


class Axis(StrEnum):
    LIKELIHOOD = "likelihood"
    EXPOSURE = "exposure"
    SEVERITY = "severity"


# What each method multiplies.
AXES: Mapping[Method, tuple[Axis, ...]] = {
    Method.LEC: (Axis.LIKELIHOOD, Axis.EXPOSURE, Axis.SEVERITY),
    Method.LS: (Axis.LIKELIHOOD, Axis.SEVERITY),
    Method.MATRIX: (Axis.LIKELIHOOD, Axis.SEVERITY),
    Method.DIRECT: (),
}


class ControlKind(StrEnum):
    ENGINEERING = "engineering"
    MANAGEMENT = "management"
    TRAINING = "training"
    PPE = "ppe"
    EMERGENCY = "emergency"


class ControlLevel(StrEnum):
    """Who answers for a risk of a grade."""

    COMPANY = "company"
    DEPARTMENT = "department"
    TEAM = "team"
    POST = "post"


class FactorGroup(StrEnum):
    """People, objects, environment, management (GB/T 13861)."""

    PEOPLE = "people"
    OBJECT = "object"
    ENVIRONMENT = "environment"
    MANAGEMENT = "management"


class ReviewCause(StrEnum):
    """Why a risk is to be assessed anew before its day."""

    ACCIDENT = "accident"
    MAJOR_HAZARD = "major_hazard"
    CHANGE = "change"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Band:
    """``grade`` from ``least`` on, up to the next band."""

    grade: RiskGrade
    least: Decimal


def product(scores: Iterable[Decimal]) -> Decimal:
    """D = L x E x C, or R = L x S."""
    value = Decimal(1)
    for score in scores:
        value *= score
    return value


def grade_of(value: Decimal, bands: Iterable[Band]) -> RiskGrade:
    """The band that holds ``value``: a threshold belongs to the higher grade.

    What lies below every band is of the lowest: a gap (the "<8" of a public service, which
    leaves 2 x 4 without a grade) cannot happen.
    """
    ordered = sorted(bands, key=lambda band: band.least, reverse=True)
    if not ordered:
        raise ValueError("no bands")
    for band in ordered:
        if value >= band.least:
            return band.grade
    return ordered[-1].grade


def check_bands(bands: Sequence[Band]) -> None:
    """Every grade once, the worse the higher. Raises InvalidInput."""
    by_grade = {band.grade: band.least for band in bands}
    if len(by_grade) != len(RiskGrade) or len(bands) != len(by_grade):
        raise InvalidInput(N_("Every colour needs one threshold."))
    limits = [by_grade[grade] for grade in RiskGrade]
    if any(upper <= lower for upper, lower in pairwise(limits)):
        raise InvalidInput(N_("Each colour must begin above the one below it."))
    if limits[-1] < 0:
        raise InvalidInput(N_("A threshold cannot be below zero."))


def highest(grades: Iterable[RiskGrade | None]) -> RiskGrade | None:
    """The colour of an area: its worst risk wins. None where nothing is graded."""
    return max((g for g in grades if g is not None), key=RANKS.__getitem__, default=None)


def rank(grade: RiskGrade | None) -> int:
    return RANKS[grade] if grade is not None else 0


def months_after(day: date, months: int) -> date:
    """The same day so many months on, or the last day of a shorter month."""
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def check_assessed_on(day: date, today: date) -> None:
    if day > today:
        raise InvalidInput(N_("An assessment cannot lie in the future."), field="assessed_on")
    if day.year < today.year - 20:
        raise InvalidInput(N_("This day lies too far back."), field="assessed_on")


def check_review_day(day: date, today: date) -> None:
    if day < today:
        raise InvalidInput(N_("The deadline lies in the past."), field="due_on")
    if day > months_after(today, 12):
        raise InvalidInput(N_("The deadline lies more than a year ahead."), field="due_on")
