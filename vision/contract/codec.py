"""Messages as JSON and back. Strict: what is not in the contract is refused, never dropped."""

from __future__ import annotations

import functools
import math
import types
import typing
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar, Union

from vision.contract.checks import EARLIEST_YEAR, LATEST_YEAR, LONGEST_TEXT, ContractError

T = TypeVar("T")
# Takes decoded JSON; raises ContractError with the field as it is called from here on.
Reader = Callable[[Any], Any]


def to_json(message: Any) -> dict[str, Any]:
    """A dataclass of this module as plain JSON values."""
    return typing.cast("dict[str, Any]", _plain(message))


def parse(kind: type[T], data: object) -> T:
    """``data`` (decoded JSON) as ``kind``; raises :class:`ContractError` naming the field.

    Unknown and missing fields are refused: a silent loss on either side of the
    contract would be a lost violation.
    """
    try:
        return typing.cast("T", _reader(typing.cast("Any", kind))(data))
    except ContractError as error:
        if error.field:
            raise
        raise ContractError(kind.__name__, error.problem) from None


def _plain(value: Any) -> Any:
    if isinstance(value, (str, int, float)) or value is None:
        return value
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {name: _plain(getattr(value, name)) for name in _names(typing.cast("Any", type(value)))}


@functools.cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(spec.name for spec in fields(kind))


@functools.cache
def _reader(kind: Any) -> Reader:
    """Made once for each type: a heartbeat of fifty cameras is a thousand values, each time."""
    origin = typing.get_origin(kind)
    if origin in (Union, types.UnionType):
        inner = _reader(next(a for a in typing.get_args(kind) if a is not type(None)))
        return lambda data: None if data is None else inner(data)
    if origin is tuple:
        return _tuple_reader(kind)
    if is_dataclass(kind):
        return _dataclass_reader(typing.cast("type", kind))
    return _scalar_reader(kind)


def _dataclass_reader(kind: type) -> Reader:
    hints = typing.get_type_hints(kind)
    readers: dict[str, Reader] = {}
    specs = fields(kind)
    # Both are dataclasses.MISSING.
    required = [spec.name for spec in specs if spec.default is spec.default_factory]

    def read(data: Any) -> Any:
        if not isinstance(data, dict):
            raise ContractError("", "must be an object")
        if not readers:  # not sooner: a type may hold itself
            readers.update({name: _reader(hint) for name, hint in hints.items()})
        for name in data:
            if name not in readers:
                raise ContractError(str(name), "unknown field")
        values = {}
        for name, item in data.items():
            try:
                values[name] = readers[name](item)
            except ContractError as error:
                raise ContractError(_join(name, error.field), error.problem) from None
        for name in required:
            if name not in values:
                raise ContractError(name, "is missing")
        return kind(**values)

    return read


def _tuple_reader(kind: Any) -> Reader:
    args = typing.get_args(kind)
    many = args[-1] is Ellipsis
    readers = [_reader(arg) for arg in args if arg is not Ellipsis]

    def read(data: Any) -> tuple[Any, ...]:
        if not isinstance(data, (list, tuple)):
            raise ContractError("", "must be a list")
        if not many and len(readers) != len(data):
            raise ContractError("", f"must have {len(readers)} items")
        found = []
        for index, item in enumerate(data):
            try:
                found.append(readers[0 if many else index](item))
            except ContractError as error:
                raise ContractError(_join(f"[{index}]", error.field), error.problem) from None
        return tuple(found)

    return read


def _scalar_reader(kind: Any) -> Reader:
    if kind is datetime:
        return _read_instant
    if kind is float:
        return _read_number
    if kind is str:
        return _read_text
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return functools.partial(_read_code, kind)

    def read(data: Any) -> Any:
        if type(data) is not kind:
            raise ContractError("", f"must be of type {kind.__name__}")
        return data

    return read


def _read_code(kind: type[StrEnum], data: Any) -> StrEnum:
    try:
        return kind(data)
    except ValueError:
        known = ", ".join(kind)
        raise ContractError("", f"{data!r} is not one of {known}") from None


def _read_number(data: Any) -> float:
    if isinstance(data, (int, float)) and not isinstance(data, bool):
        if not math.isfinite(data):
            raise ContractError("", "must be a finite number")
        return float(data)
    raise ContractError("", "must be of type float")


def _read_text(data: Any) -> str:
    if type(data) is not str:
        raise ContractError("", "must be of type str")
    if len(data) > LONGEST_TEXT:
        raise ContractError("", f"is longer than {LONGEST_TEXT} characters")
    return data


def _read_instant(data: Any) -> datetime:
    try:
        instant = datetime.fromisoformat(data)
    except (TypeError, ValueError):
        raise ContractError("", "must be an ISO 8601 instant") from None
    if instant.tzinfo is None:
        raise ContractError("", "must carry a time zone")
    # Beyond these a zone's shift leaves the calendar, on every page that shows the instant.
    if not EARLIEST_YEAR <= instant.year < LATEST_YEAR:
        raise ContractError("", f"must lie between {EARLIEST_YEAR} and {LATEST_YEAR}")
    return instant.astimezone(UTC)


def _join(before: str, rest: str) -> str:
    """``boxes`` and ``[0].box`` are ``boxes[0].box``, ``[0]`` and ``box`` are ``[0].box``."""
    return f"{before}{rest}" if not rest or rest.startswith("[") else f"{before}.{rest}"
