"""Which returns there are, when they are due, what they count and what must add up. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from supervision.core.deadlines import quarter_end, year_end
from supervision.core.text import N_
from supervision.core.workdays import add_months
from supervision.hazard.rules import Source

_ONE_DAY = timedelta(days=1)
# No law says it: what the form offers, and how far it lets the day lie.
CORRECTED_WITHIN = timedelta(days=7)
CORRECTED_AT_MOST = timedelta(days=90)


class ReturnKind(StrEnum):
    """Quarterly and yearly are the state's (Order 16, art. 14); a monthly one is always local."""

    QUARTERLY = "quarterly"
    ANNUAL = "annual"
    LOCAL = "local"


# The statutory rules that say when each is due; a local one's layout says it.
RULE_CODES = {ReturnKind.QUARTERLY: "HAZARD_Q", ReturnKind.ANNUAL: "HAZARD_Y"}
# How long after its day an overdue return is told to the chief of the section.
ESCALATE_CODE = "RETURN_ESCALATE"
# Spans that are made up for when none were made then: two years of each kind.
SPANS_BACK = {ReturnKind.QUARTERLY: 8, ReturnKind.ANNUAL: 2, ReturnKind.LOCAL: 24}


@dataclass(frozen=True, slots=True)
class Span:
    """The days that a return reports on, both inclusive (Asia/Shanghai)."""

    first: date
    last: date


def last_span(kind: ReturnKind, today: date) -> Span:
    """The latest span of ``kind`` that ended before ``today``."""
    if kind is ReturnKind.ANNUAL:
        last = year_end(date(today.year - 1, 1, 1))
        return Span(last.replace(month=1, day=1), last)
    if kind is ReturnKind.QUARTERLY:
        last = add_months(quarter_end(today).replace(day=1), -2) - _ONE_DAY
        return Span(add_months(last.replace(day=1), -2), last)
    last = today.replace(day=1) - _ONE_DAY
    return Span(last.replace(day=1), last)


def last_spans(kind: ReturnKind, today: date) -> tuple[Span, ...]:
    """The spans that ended before ``today``, as far back as is made up for; the latest is last."""
    spans = [last_span(kind, today)]
    while len(spans) < SPANS_BACK[kind]:
        spans.append(last_span(kind, spans[-1].last))
    return tuple(reversed(spans))


@dataclass(frozen=True, slots=True)
class Change:
    """From ``day`` on an enterprise is in production, or is not; ``was`` says it before."""

    day: date
    was: bool
    now: bool


def produced_in(span: Span, since: date, changes: Sequence[Change]) -> bool:
    """Whether it was in production on any day of ``span``, on the roll ``since``.

    ``changes`` by day. One that stood still the whole time found nothing that it could report.
    """
    start = since
    for change in changes:
        if change.was and start <= span.last and change.day >= span.first:
            return True
        start = max(since, change.day)
    return (not changes or changes[-1].now) and start <= span.last


FOUND_BY_GRADE = ("found_general", "found_major", "found_ungraded")
FOUND_BY_SOURCE = tuple(f"found_{source}" for source in Source)
MONEY = frozenset({"funds_planned", "funds_spent"})
# In the order of the paper.
FIGURES = (
    "carried",
    "found",
    *FOUND_BY_GRADE,
    *FOUND_BY_SOURCE,
    "rectified",
    "rectified_major",
    "rectified_in_time",
    "invalid",
    "transferred",
    "open",
    "open_major",
    "overdue",
    "listed",
    "funds_planned",
    "funds_spent",
)

Values = Mapping[str, Decimal]


def read(stored: Mapping[str, object]) -> dict[str, Decimal]:
    """Figures as they are kept in JSON; one that an old snapshot does not know is nothing."""
    return {name: Decimal(str(stored.get(name, 0))) for name in FIGURES}


@dataclass(frozen=True, slots=True)
class Problem:
    """Figures that do not add up: a msgid, both sides of it, and which lines it concerns."""

    text: str
    left: Decimal
    right: Decimal
    names: tuple[str, ...]


def problems(values: Values, lines: Collection[str] = FIGURES) -> tuple[Problem, ...]:
    """What does not add up; a return with any is not signed.

    ``lines`` are on its paper: nobody can mend what is not there, and so nobody is asked to.
    """
    balance = ("rectified", "invalid", "transferred", "open")
    sums = (
        (
            N_("Carried over and found are not rectified, invalid, transferred and open."),
            ("carried", "found"),
            balance,
        ),
        (N_("The grades do not sum to the found ones."), ("found",), FOUND_BY_GRADE),
        (N_("The sources do not sum to the found ones."), ("found",), FOUND_BY_SOURCE),
    )
    found = [
        Problem(text, _sum(values, left), _sum(values, right), (*left, *right))
        for text, left, right in sums
        if set(lines).issuperset({*left, *right}) and _sum(values, left) != _sum(values, right)
    ]
    parts = (
        ("rectified_in_time", "rectified"),
        ("rectified_major", "rectified"),
        ("open_major", "open"),
        ("overdue", "open"),
        ("listed", "open_major"),
    )
    text = N_("A part is more than its whole.")
    found += [
        Problem(text, values[part], values[whole], (part, whole))
        for part, whole in parts
        if {part, whole} <= set(lines) and values[part] > values[whole]
    ]
    return tuple(found)


def _sum(values: Values, names: tuple[str, ...]) -> Decimal:
    return sum((values[name] for name in names), Decimal(0))


def is_value(name: str, value: Decimal) -> bool:
    """Whether a line can have this value: whole numbers, or yuan with two places; never negative."""
    if not value.is_finite() or value < 0 or value >= Decimal(10) ** 12:
        return False
    places = 2 if name in MONEY else 0
    return value == round(value, places)


def is_overdue(*, is_with_enterprise: bool, expected_on: date, today: date) -> bool:
    """The day that it was waited for has passed and it lies with the enterprise."""
    return is_with_enterprise and expected_on < today


def correct_by(today: date) -> date:
    """Until when a return that is sent back today is waited for, unless another day is given."""
    return today + CORRECTED_WITHIN
