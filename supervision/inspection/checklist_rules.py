"""What a checklist and its lines must satisfy. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from supervision.core.errors import InvalidInput
from supervision.core.text import N_
from supervision.hazard.rules import Category, Factor

CODE = re.compile(r"[A-Z0-9][A-Z0-9-]*")
LONGEST_TEXT = 1000
LONGEST_SECTION = 60
LONGEST_AHEAD_YEARS = 2


@dataclass(frozen=True, slots=True)
class ItemFields:
    """An item without its place."""

    section: str
    text: str
    basis: str
    method: str
    factor: Factor
    category: Category
    criterion_code: str = ""

    @property
    def columns(self) -> dict[str, Any]:
        return asdict(self)


def check_code(code: str) -> None:
    if not CODE.fullmatch(code):
        raise InvalidInput(N_("Capital letters, digits and hyphens only."), field="code")


def check_start(effective_from: date, today: date, last_from: date | None) -> None:
    """A version begins tomorrow at the earliest, so that there is a day to write it."""
    if effective_from <= today:
        raise InvalidInput(N_("A version begins tomorrow at the earliest."), field="effective_from")
    if effective_from.year > today.year + LONGEST_AHEAD_YEARS:
        raise InvalidInput(N_("This day lies too far ahead."), field="effective_from")
    if last_from is not None and effective_from <= last_from:
        raise InvalidInput(
            N_("The last version begins on %(day)s: a new one can only begin after it."),
            field="effective_from",
            day=last_from,
        )


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in a line of an uploaded file (the heading is line 1)."""

    line: int
    column: str
    message: str
    value: str = ""


def read_rows(
    lines: Iterable[tuple[int, Mapping[str, str]]], criteria: Collection[str]
) -> tuple[list[ItemFields], list[RowError]]:
    """Rows of a file as items, and everything that is wrong with them. ``criteria``: codes."""
    items: list[ItemFields] = []
    errors: list[RowError] = []
    seen: set[str] = set()
    for line, cells in lines:
        wrong = list(_problems(line, cells, criteria, seen))
        seen.add(cells["text"])
        errors += wrong
        if not wrong:
            items.append(_item(cells))
    return items, errors


def _item(cells: Mapping[str, str]) -> ItemFields:
    return ItemFields(
        section=cells["section"],
        text=cells["text"],
        basis=cells["basis"],
        method=cells["method"],
        factor=Factor(cells["factor"]),
        category=Category(cells["category"]),
        criterion_code=cells["criterion_code"],
    )


def _problems(
    line: int, cells: Mapping[str, str], criteria: Collection[str], seen: Collection[str]
) -> Iterable[RowError]:
    for name in ("text", "basis"):
        if not cells[name]:
            yield RowError(line, name, N_("This field is required."))
    for name in ("text", "basis", "method"):
        if len(cells[name]) > LONGEST_TEXT:
            yield RowError(line, name, N_("Longer than 1000 characters."), cells[name][:40])
    if len(cells["section"]) > LONGEST_SECTION:
        yield RowError(line, "section", N_("Longer than 60 characters."), cells["section"][:40])
    if cells["text"] and cells["text"] in seen:
        yield RowError(line, "text", N_("This item is listed twice."), cells["text"][:40])
    if cells["factor"] not in set(Factor):
        yield RowError(line, "factor", N_("No such factor."), cells["factor"][:40])
    if cells["category"] not in set(Category):
        yield RowError(line, "category", N_("No such category."), cells["category"][:40])
    code = cells["criterion_code"]
    if code and code not in criteria:
        yield RowError(line, "criterion_code", N_("No such criterion is in force."), code[:40])
