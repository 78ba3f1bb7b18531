"""A file's fields as JSON keeps them, and back. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

from supervision.enterprise.rules import SizeClass

_TYPED: Mapping[str, Callable[[Any], Any]] = {
    "longitude": Decimal,
    "latitude": Decimal,
    "size_class": SizeClass,
    "headcount": int,
    "park_id": int,
    "officer_id": int,
}


def stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Degrees as text, so that no digit is lost; codes as their text."""
    return {name: _plain(value) for name, value in values.items()}


def restored(values: Mapping[str, Any]) -> dict[str, Any]:
    """What :func:`stored` was given."""
    return {
        name: value if value is None or name not in _TYPED else _TYPED[name](value)
        for name, value in values.items()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    # Without trailing zeros: the database's six places are no difference.
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value
