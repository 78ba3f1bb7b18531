"""The versioned tables of this slice: kinds of posts and certificates, hours, sectors, staffing. Pure.

Each row is a code in one version with its source and certainty (FACTS 2.1, 2.11). What a row
decides by hangs on its table and is read from ``values`` into one of the classes below; a value
that does not fit names its field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from supervision.core.errors import InvalidInput
from supervision.core.text import N_

MOST_HOURS = 1000
MOST_MONTHS = 600
MOST_PEOPLE = 1_000_000


class RuleTable(StrEnum):
    POST = "post"
    CERTIFICATE = "certificate"
    HOURS = "hours"
    SECTOR = "sector"
    STAFFING = "staffing"


class Group(StrEnum):
    """What a certificate proves; a staffing rule asks for a group, never for one kind."""

    SPECIAL_OPERATIONS = "special_operations"
    SPECIAL_EQUIPMENT = "special_equipment"
    ASSESSMENT = "assessment"
    ENGINEER = "engineer"
    OTHER = "other"


class Trainee(StrEnum):
    """Whose hours: those who answer for safety, and everybody else (Order 3, art. 9 and 13)."""

    MANAGEMENT = "management"
    WORKER = "worker"


class Measure(StrEnum):
    """``count``: so many in all. ``each``: everybody in such a post, however many there are."""

    COUNT = "count"
    EACH = "each"


# A staffing rule for every sector, and the sector of whatever no row of the table claims.
EVERY = "*"
OTHER_SECTOR = "other"


@dataclass(frozen=True, slots=True)
class PostKind:
    """``trainee``: whose hours apply. ``group``: what the holder must have, "" for nothing."""

    trainee: Trainee
    group: str


@dataclass(frozen=True, slots=True)
class CertificateKind:
    """Months of validity and between reviews; None: it does not end, it is not reviewed."""

    group: Group
    valid_months: int | None
    review_months: int | None


@dataclass(frozen=True, slots=True)
class HoursRule:
    """Least hours of the first training and of every later year; ``grace_days`` for the first."""

    trainee: Trainee
    high_risk: bool
    first_hours: int
    yearly_hours: int
    grace_days: int


@dataclass(frozen=True, slots=True)
class Sector:
    """``prefixes`` of GB/T 4754 codes; the longest that fits decides."""

    prefixes: tuple[str, ...]
    high_risk: bool


@dataclass(frozen=True, slots=True)
class StaffingRule:
    """Who must be there: ``minimum`` people in one of ``posts`` (or each of them) for ``sectors``.

    Headcounts are inclusive; ``headcount_to`` None has no upper end. ``group``: with a valid
    certificate of this group, "" for none.
    """

    sectors: tuple[str, ...]
    headcount_from: int
    headcount_to: int | None
    posts: tuple[str, ...]
    group: str
    measure: Measure
    minimum: int


Values = Mapping[str, Any]
Reader = Callable[[str, Any], Any]


def _whole(most: int) -> Reader:
    def read(name: str, value: Any) -> int:
        text = str(value).strip()
        if not text.isdecimal() or int(text) > most:
            raise InvalidInput(
                N_("A whole number from 0 to %(most)s is needed."), field=name, most=most
            )
        return int(text)

    return read


def _maybe(most: int) -> Reader:
    whole = _whole(most)
    return lambda name, value: None if value in (None, "") else whole(name, value)


def _code(kind: type[StrEnum], *, or_none: bool = False) -> Reader:
    def read(name: str, value: Any) -> str:
        if or_none and not value:
            return ""
        if value not in set(kind):
            raise InvalidInput(N_("Choose one of the list."), field=name)
        return str(kind(value))

    return read


def _yes(_name: str, value: Any) -> bool:
    return value is True or str(value) == "1"


def _codes(name: str, value: Any) -> list[str]:
    """Codes between commas or white space; a list stays one."""
    given = value if isinstance(value, list | tuple) else str(value).replace(",", " ").split()
    found = list(dict.fromkeys(str(one).strip() for one in given if str(one).strip()))
    if not found:
        raise InvalidInput(N_("This field is required."), field=name)
    return found


FIELDS: Mapping[RuleTable, Mapping[str, Reader]] = {
    RuleTable.POST: {"trainee": _code(Trainee), "group": _code(Group, or_none=True)},
    RuleTable.CERTIFICATE: {
        "group": _code(Group),
        "valid_months": _maybe(MOST_MONTHS),
        "review_months": _maybe(MOST_MONTHS),
    },
    RuleTable.HOURS: {
        "trainee": _code(Trainee),
        "high_risk": _yes,
        "first_hours": _whole(MOST_HOURS),
        "yearly_hours": _whole(MOST_HOURS),
        "grace_days": _whole(366),
    },
    RuleTable.SECTOR: {"prefixes": _codes, "high_risk": _yes},
    RuleTable.STAFFING: {
        "sectors": _codes,
        "headcount_from": _whole(MOST_PEOPLE),
        "headcount_to": _maybe(MOST_PEOPLE),
        "posts": _codes,
        "group": _code(Group, or_none=True),
        "measure": _code(Measure),
        "minimum": _whole(1000),
    },
}


def read_values(table: RuleTable, given: Values) -> dict[str, Any]:
    """The values of a row as they are stored. Raises InvalidInput naming the field."""
    values = {name: read(name, given.get(name)) for name, read in FIELDS[table].items()}
    if table is RuleTable.STAFFING:
        upper = values["headcount_to"]
        if upper is not None and upper < values["headcount_from"]:
            raise InvalidInput(N_("The end lies before the beginning."), field="headcount_to")
    return values


def as_post(values: Values) -> PostKind:
    return PostKind(Trainee(values["trainee"]), values["group"])


def as_certificate(values: Values) -> CertificateKind:
    return CertificateKind(Group(values["group"]), values["valid_months"], values["review_months"])


def as_hours(values: Values) -> HoursRule:
    return HoursRule(
        Trainee(values["trainee"]),
        values["high_risk"],
        values["first_hours"],
        values["yearly_hours"],
        values["grace_days"],
    )


def as_sector(values: Values) -> Sector:
    return Sector(tuple(values["prefixes"]), values["high_risk"])


def as_staffing(values: Values) -> StaffingRule:
    return StaffingRule(
        sectors=tuple(values["sectors"]),
        headcount_from=values["headcount_from"],
        headcount_to=values["headcount_to"],
        posts=tuple(values["posts"]),
        group=values["group"],
        measure=Measure(values["measure"]),
        minimum=values["minimum"],
    )
