"""What a change of a rule must satisfy. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from supervision.core.deadlines import Period
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.text import N_
from supervision.core.workdays import is_weekend

CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]*")
# Nobody plans a rule further ahead; a later year is a slip of the keyboard.
LONGEST_AHEAD_YEARS = 5
LONGEST_NAME = 40


class ChangeKind(StrEnum):
    """What is changed: a clock, a criterion of major hazards, holidays, a paper's template."""

    RULE = "rule"
    CRITERION = "criterion"
    HOLIDAYS = "holidays"
    TEMPLATE = "template"


def check_effective(
    effective_from: date, today: date, latest_from: date | None, latest_to: date | None
) -> None:
    """A version begins today at the earliest, and after the one before it.

    What was decided yesterday was decided under yesterday's rule: no version may reach back.
    """
    if effective_from < today:
        raise InvalidInput(
            N_("A change cannot reach back: today is the earliest day."), field="effective_from"
        )
    if effective_from.year > today.year + LONGEST_AHEAD_YEARS:
        raise InvalidInput(N_("This day lies too far ahead."), field="effective_from")
    if latest_from is not None and effective_from <= latest_from:
        raise InvalidInput(
            N_("The last version begins on %(day)s: a new one can only begin after it."),
            field="effective_from",
            day=latest_from,
        )
    if latest_to is not None and effective_from <= latest_to:
        raise InvalidInput(
            N_("The last version runs until %(day)s: a new one can only begin after it."),
            field="effective_from",
            day=latest_to,
        )


def check_base(base_id: int | None, latest_id: int | None) -> None:
    """The version that was to be replaced is still the last one."""
    if base_id != latest_id:
        raise Conflict(
            N_("Another version came in meanwhile. Withdraw this change and draft it anew.")
        )


def check_code(code: str) -> None:
    if not CODE.fullmatch(code):
        raise InvalidInput(
            N_("Capital letters, digits, hyphens and underscores only."), field="code"
        )


def check_period(value: int, unit: str, day_type: str, direction: str) -> None:
    """The product can count what the rule says."""
    try:
        Period(value, unit, day_type, direction)
    except ValueError as error:
        raise InvalidInput(
            N_("Only days can be counted as working days."), field="day_type"
        ) from error
    if unit == "day_of_month" and value > 31:
        raise InvalidInput(N_("A month has no such day."), field="value")


@dataclass(frozen=True, slots=True)
class HolidayRow:
    """One line of a year's table: ``kind`` is ``holiday`` or ``workday``."""

    day: date
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in a line of an uploaded file (the heading is line 1)."""

    line: int
    message: str
    value: str = ""


def read_rows(
    lines: Iterable[tuple[int, Mapping[str, str]]], year: int
) -> tuple[list[HolidayRow], list[RowError]]:
    """Rows of a file as holidays of ``year``, and everything that is wrong with them."""
    rows: dict[date, HolidayRow] = {}
    errors: list[RowError] = []
    for line, cells in lines:
        row = _read_row(line, cells, year)
        if isinstance(row, RowError):
            errors.append(row)
        elif row.day in rows:
            errors.append(RowError(line, N_("This day is listed twice."), row.day.isoformat()))
        else:
            rows[row.day] = row
    return sorted(rows.values(), key=lambda r: r.day), errors


def _read_row(line: int, cells: Mapping[str, str], year: int) -> HolidayRow | RowError:
    try:
        day = date.fromisoformat(cells["day"])
    except ValueError:
        return RowError(line, N_("A day is written as 2027-01-01."), cells["day"])
    kind, name = cells["kind"], cells["name"]
    if day.year != year:
        return RowError(line, N_("This day is of another year."), cells["day"])
    if kind not in {"holiday", "workday"}:
        return RowError(line, N_("The kind is holiday or workday."), kind)
    if kind == "workday" and not is_weekend(day):
        return RowError(line, N_("Only a weekend day can be a make-up day."), cells["day"])
    if not name.isprintable() or not 0 < len(name) <= LONGEST_NAME:
        return RowError(line, N_("The name is missing or longer than 40 characters."), name[:60])
    return HolidayRow(day, kind, name)


@dataclass(frozen=True, slots=True)
class Difference:
    """A day that changes; None where it is not in the table."""

    day: date
    before: HolidayRow | None
    after: HolidayRow | None


def differences(before: Sequence[HolidayRow], after: Sequence[HolidayRow]) -> list[Difference]:
    """Days that the new table has otherwise than the present one."""
    old = {row.day: row for row in before}
    new = {row.day: row for row in after}
    return [
        Difference(day, old.get(day), new.get(day))
        for day in sorted(old.keys() | new.keys())
        if old.get(day) != new.get(day)
    ]


def check_past_days(changed: Iterable[Difference], today: date, *, was_published: bool) -> None:
    """A published year's days that have passed stay: what was counted over them stands."""
    past = [d.day for d in changed if d.day < today]
    if was_published and past:
        raise InvalidInput(
            N_("%(day)s has passed, and the year was published: that day can no longer change."),
            field="file",
            day=past[0],
        )
