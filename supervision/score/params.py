"""What a line of the table asks its source for: which limits there are, and what they may be. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from supervision.core.errors import InvalidInput
from supervision.core.text import N_
from supervision.document.rules import Category
from supervision.score.rules import FactKind

MOST_MONTHS = 60
LEVELS = ("1", "2", "3")
# An award gives: it is no occurrence that takes points.
OCCURRENCES = tuple(kind for kind in FactKind if kind is not FactKind.AWARD)


def cleaned(asked: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of ``given`` that are asked for, as they are kept. Raises InvalidInput."""
    return {name: _CHECKS[name](given.get(name, default)) for name, default in asked.items()}


def _months(value: Any) -> int:
    if not isinstance(value, int) or not 1 <= value <= MOST_MONTHS:
        raise InvalidInput(N_("How many months it looks back: from 1 to 60."), field="months")
    return value


def _share(value: Any, name: str) -> str:
    try:
        share = Decimal(str(value))
    except InvalidOperation:
        share = Decimal(-1)
    if not 0 <= share <= 1:
        raise InvalidInput(N_("A part of the points: from 0 to 1."), field=name)
    return f"{share.normalize():f}"


def _kind(value: Any) -> str:
    if value not in OCCURRENCES:
        raise InvalidInput(N_("Choose what is counted."), field="kind")
    return str(value)


def _categories(value: Any) -> list[str]:
    if not value or not set(value) <= set(Category):
        raise InvalidInput(N_("Choose at least one kind of document."), field="codes")
    return sorted(str(one) for one in value)


def _kinds(value: Any) -> list[str]:
    if not value:
        raise InvalidInput(N_("Choose at least one kind of document."), field="codes")
    return sorted(str(one) for one in value)


def _levels(value: Any) -> dict[str, str]:
    return {level: _share(value.get(level), f"level_{level}") for level in LEVELS}


_CHECKS: Mapping[str, Any] = {
    "months": _months,
    "each": lambda value: _share(value, "each"),
    "kind": _kind,
    "categories": _categories,
    "kinds": _kinds,
    "levels": _levels,
}
