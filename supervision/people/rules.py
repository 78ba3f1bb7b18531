"""Numbers, hours and staffing: what the people of an enterprise are measured by. Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from supervision.core.errors import InvalidInput
from supervision.core.masking import masked_name
from supervision.core.text import N_
from supervision.people.tables import (
    EVERY,
    OTHER_SECTOR,
    HoursRule,
    Measure,
    Sector,
    StaffingRule,
)

# GB 11643-1999: weights of the first 17 digits; the remainder of the sum names the last character.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_RESIDENT = re.compile(r"[0-9]{17}[0-9X]")
_OTHER_ID = re.compile(r"[A-Z0-9()/-]{4,30}")
_PHONE = re.compile(r"\+?[0-9][0-9 -]{5,18}")
LONGEST_YEARS = 60
EARLIEST_BIRTH = 1900
FIRST_DAY = date(1950, 1, 1)
MOST_PASTED = 500
MOST_SCORE = Decimal(1000)


class IdKind(StrEnum):
    RESIDENT = "resident"
    OTHER = "other"


class TrainingKind(StrEnum):
    """What a training is for (FACTS 2.11)."""

    THREE_LEVEL = "three_level"
    MANAGEMENT = "management"
    SPECIAL_OPERATIONS = "special_operations"
    TRANSFER = "transfer"
    NEW_TECHNOLOGY = "new_technology"
    YEARLY = "yearly"
    EMERGENCY = "emergency"
    CONTRACTOR = "contractor"
    SHIFT_MEETING = "shift_meeting"


class Result(StrEnum):
    """PENDING only while the session is open: its archive needs a result of everybody."""

    PENDING = "pending"
    PASSED = "passed"
    FAILED = "failed"
    ABSENT = "absent"


def check_resident_id(number: str, today: date) -> int:
    """The year of birth in a resident's identity number. Raises InvalidInput (``id_number``)."""
    wrong = InvalidInput(
        N_("This is not a valid identity number: check all 18 characters."), field="id_number"
    )
    if not _RESIDENT.fullmatch(number):
        raise wrong
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    if _CHECKS[total % 11] != number[17]:
        raise wrong
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise wrong from None
    if born.year < EARLIEST_BIRTH or born > today:
        raise wrong
    return born.year


def normal_id(kind: IdKind, number: str) -> str:
    """As it is compared: capitals, no white space. Raises InvalidInput for anything odd."""
    plain = "".join(number.split()).upper()
    if kind is IdKind.OTHER and not _OTHER_ID.fullmatch(plain):
        raise InvalidInput(N_("4 to 30 letters and digits, as printed."), field="id_number")
    return plain


def normal_phone(phone: str) -> str:
    if phone and not _PHONE.fullmatch(phone):
        raise InvalidInput(N_("This is not a telephone number."), field="phone")
    return "".join(phone.split())


def check_period(
    first: date, last: date | None, *, field: str = "valid_to", longest: int = LONGEST_YEARS
) -> None:
    """``last`` not before ``first``, both within what anybody can mean."""
    if first < FIRST_DAY:
        raise InvalidInput(N_("This day lies too far back."), field=field)
    if last is not None and last < first:
        raise InvalidInput(N_("The last day lies before the first."), field=field)
    if last is not None and last.year > first.year + longest:
        raise InvalidInput(N_("This day lies too far ahead."), field=field)


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, place = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, place + 1, min(day.day, monthrange(year, place + 1)[1]))


def last_day(first: date, months: int | None) -> date | None:
    """The last day of a paper that holds for ``months`` from ``first``; None without an end."""
    return None if months is None else months_later(first, months) - timedelta(days=1)


def next_day(valid_to: date | None, review_on: date | None) -> date | None:
    """The day that binds: the end or the review, whichever comes first.

    A certificate whose review was missed holds no more than one that ended.
    """
    days = [day for day in (valid_to, review_on) if day is not None]
    return min(days, default=None)


def shown_name(name: str, *, in_full: bool) -> str:
    """A name for somebody who may know it, or not."""
    return name if in_full else masked_name(name)


# Hours --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hours:
    """What a person needs in a year and has: ``due_on`` is the last day on which it is in time."""

    required: Decimal
    had: Decimal
    due_on: date
    is_first: bool

    @property
    def missing(self) -> Decimal:
        return max(Decimal(0), self.required - self.had)

    def is_late(self, today: date) -> bool:
        return self.missing > 0 and today > self.due_on


def hours_of_year(rule: HoursRule, since: date, year: int, had: Decimal) -> Hours:
    """``since``: from when the person has been there, or in the post that decides the rule.

    The first year asks for the first training (``grace_days`` from its beginning: nobody works
    untrained, a manager has six months); every later one for the yearly hours by its end.
    """
    if since.year >= year:
        due = since + timedelta(days=rule.grace_days)
        return Hours(Decimal(rule.first_hours), had, due, is_first=True)
    return Hours(Decimal(rule.yearly_hours), had, date(year, 12, 31), is_first=False)


# Staffing -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody in a post now, and the groups of certificates that hold today."""

    person_id: int
    post: str
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One rule applied: ``required`` and ``present`` are people."""

    rule_id: int
    required: int
    present: int

    @property
    def missing(self) -> int:
        return max(0, self.required - self.present)


def sector_of(
    industry_code: str, sectors: Mapping[str, Sector], traits: Collection[str] = ()
) -> str:
    """The sector with the longest prefix of the code, or :data:`OTHER_SECTOR`.

    Where that is none of high risk, one that ``traits`` name by its code comes first: what an
    enterprise is licensed for says more than under which code it was once entered.
    """
    by_code = _sector_by_code(industry_code, sectors)
    if by_code in sectors and sectors[by_code].high_risk:
        return by_code
    return next((code for code in sectors if code in traits), by_code)


def _sector_by_code(industry_code: str, sectors: Mapping[str, Sector]) -> str:
    found = [
        (len(prefix), code)
        for code, sector in sectors.items()
        for prefix in sector.prefixes
        if industry_code.startswith(prefix)
    ]
    return max(found, default=(0, OTHER_SECTOR))[1]


def applies(rule: StaffingRule, sector: str, headcount: int) -> bool:
    in_sector = EVERY in rule.sectors or sector in rule.sectors
    above = rule.headcount_to is not None and headcount > rule.headcount_to
    return in_sector and headcount >= rule.headcount_from and not above


def staffing(
    rules: Iterable[tuple[int, StaffingRule]],
    sector: str,
    headcount: int,
    present: Collection[Present],
) -> list[Requirement]:
    """What each rule that applies asks for, and who is there (Work Safety Law, art. 24, 27, 30)."""
    return [
        _requirement(rule_id, rule, present)
        for rule_id, rule in rules
        if applies(rule, sector, headcount)
    ]


def _requirement(rule_id: int, rule: StaffingRule, present: Collection[Present]) -> Requirement:
    holders = [one for one in present if one.post in rule.posts]
    everybody = {one.person_id for one in holders}
    fit = {one.person_id for one in holders if not rule.group or rule.group in one.groups}
    if rule.measure is Measure.EACH:
        return Requirement(rule_id, max(rule.minimum, len(everybody)), len(fit))
    return Requirement(rule_id, rule.minimum, len(fit))


# Pasted participants --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PastedLine:
    """A line as it was pasted: name, the last characters of the number if given, the score."""

    line: int
    name: str
    tail: str
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong with a pasted line, as a msgid."""

    line: int
    message: str
    value: str = ""


def read_pasted(text: str) -> tuple[list[PastedLine], list[LineError]]:
    """Lines of "name, last 4 characters of the number, score": both latter may be left out.

    Separated by tabs (as copied from a spreadsheet) or commas of either width.
    """
    found: list[PastedLine] = []
    errors: list[LineError] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        cells = [cell.strip() for cell in re.split(r"[\t,\uff0c;\uff1b]", raw)]
        if not any(cells):
            continue
        if len(found) >= MOST_PASTED:
            errors.append(LineError(number, N_("At most 500 lines at once.")))
            break
        line = _pasted(number, cells)
        (errors if isinstance(line, LineError) else found).append(line)  # type: ignore[arg-type]
    return found, errors


def _pasted(number: int, cells: Sequence[str]) -> PastedLine | LineError:
    name, rest = cells[0], [cell for cell in cells[1:] if cell]
    if not name or len(name) > 40:
        return LineError(number, N_("A line begins with the name."), name[:40])
    tail = next((c.upper() for c in rest if re.fullmatch(r"[0-9]{3}[0-9Xx]", c)), "")
    others = [c for c in rest if c.upper() != tail]
    if len(others) > 1:
        return LineError(number, N_("Too much stands in this line."), ", ".join(cells)[:40])
    if not others:
        return PastedLine(number, name, tail, None)
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9])?", others[0]):
        return LineError(number, N_("This is not a score."), others[0][:40])
    return PastedLine(number, name, tail, Decimal(others[0]))
