"""One list of columns feeds the page, the workbook and the paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeGuard, TypeVar

from supervision.core.clock import SHANGHAI

RowT = TypeVar("RowT")
Number = int | float | Decimal
Value = str | int | float | Decimal | bool | date | datetime | None


class Kind(StrEnum):
    """What a value is, from which every output derives its format and alignment."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    PERCENT = "percent"  # a fraction: 0.5 is 50 %
    DAY = "day"
    INSTANT = "instant"  # aware; shown as wall time of Shanghai
    MONEY = "money"  # yuan


NUMERIC = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.PERCENT, Kind.MONEY})


@dataclass(frozen=True)
class Column(Generic[RowT]):
    """A column: how it is headed, what it holds and how it is taken from a row.

    `heading` may be a lazy translation; it is read when the file is made.
    `width` counts half-width characters (a Chinese character is two).
    `total` asks for the column's sum under the table; `overall` is printed there as it stands
    (a rate of the whole, which no sum of the rates is).
    """

    key: str
    heading: Any
    value: Callable[[RowT], Value]
    kind: Kind = Kind.TEXT
    width: float = 14
    total: bool = False
    overall: Value = None


def plain(value: Value, kind: Kind) -> Value:
    """`value` as a spreadsheet should hold it.

    Text becomes a string whatever it was; an instant becomes naive wall time of
    Shanghai (spreadsheets know no zones). Raises TypeError for a value that does
    not fit the column's kind: a date that has become text is a wrong export.
    """
    if value is None:
        return None
    if kind is Kind.TEXT:
        return str(value)
    if kind is Kind.INSTANT:
        return _wall_time(value)
    if kind is Kind.DAY:
        if isinstance(value, datetime) or not isinstance(value, date):
            raise TypeError(f"a column of days holds {value!r}")
        return value
    if not is_number(value):
        raise TypeError(f"a column of numbers holds {value!r}")
    return value


def _wall_time(value: Value) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError(f"a column of instants holds {value!r}, which has no zone")
    return value.astimezone(SHANGHAI).replace(tzinfo=None)


def shown(value: Value, kind: Kind, *, empty: str = "") -> str:
    """`value` as a reader sees it on paper: the same rounding and order in every language."""
    held = plain(value, kind)
    if held is None:
        return empty
    if isinstance(held, datetime):
        return held.strftime("%Y-%m-%d %H:%M")
    if isinstance(held, date):
        return held.isoformat()
    if isinstance(held, str):
        return held
    return _NUMBERS[kind].format(Decimal(str(held)))


_NUMBERS = {
    Kind.INTEGER: "{:,.0f}",
    Kind.DECIMAL: "{:,.1f}",
    Kind.PERCENT: "{:.1%}",
    Kind.MONEY: "{:,.2f}",
}


def display_width(text: str) -> int:
    """Width in half-width characters: Chinese and full-width signs count two."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)


def is_number(value: object) -> TypeGuard[Number]:
    """Whether `value` can be counted; a truth value cannot."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def add(left: Number, right: Number) -> Number:
    """Sum that stays exact where one side is a Decimal."""
    if isinstance(left, Decimal) or isinstance(right, Decimal):
        return Decimal(str(left)) + Decimal(str(right))
    return left + right
