"""Messages as JSON and back. Strict: what is not in the contract is refused, never dropped."""

from __future__ import annotations

import functools
import math
import types
import typing
from dataclasses import asdict, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar, Union

from vision.contract.checks import EARLIEST_YEAR, LATEST_YEAR, LONGEST_TEXT, ContractError

T = TypeVar("T")


def to_json(message: Any) -> dict[str, Any]:
    """A dataclass of this module as plain JSON values."""
    return typing.cast("dict[str, Any]", _plain(asdict(message)))


def parse(kind: type[T], data: object) -> T:
    """``data`` (decoded JSON) as ``kind``; raises :class:`ContractError` naming the field.

    Unknown and missing fields are refused: a silent loss on either side of the
    contract would be a lost violation.
    """
    return typing.cast("T", _read(kind, data, ""))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value


def _read(kind: Any, data: object, path: str) -> Any:
    origin = typing.get_origin(kind)
    if origin in (Union, types.UnionType):
        if data is None:
            return None
        return _read(next(a for a in typing.get_args(kind) if a is not type(None)), data, path)
    if origin is tuple:
        return _read_tuple(kind, data, path)
    if is_dataclass(kind):
        return _read_dataclass(typing.cast("type", kind), data, path)
    return _read_scalar(kind, data, path)


def _read_dataclass(kind: type, data: object, path: str) -> Any:
    if not isinstance(data, dict):
        raise ContractError(path or kind.__name__, "must be an object")
    hints = _hints(kind)
    for name in data:
        if name not in hints:
            raise ContractError(_join(path, str(name)), "unknown field")
    values = {n: _read(hints[n], v, _join(path, n)) for n, v in data.items()}
    for spec in fields(kind):
        required = spec.default is spec.default_factory  # both are dataclasses.MISSING
        if required and spec.name not in values:
            raise ContractError(_join(path, spec.name), "is missing")
    try:
        return kind(**values)
    except ContractError as error:
        raise ContractError(_join(path, error.field), error.problem) from None


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    """The types of a message's fields; a heartbeat of many cameras asks for them each time."""
    return typing.get_type_hints(kind)


def _read_tuple(kind: Any, data: object, path: str) -> tuple[Any, ...]:
    if not isinstance(data, (list, tuple)):
        raise ContractError(path, "must be a list")
    args = typing.get_args(kind)
    if args[-1] is Ellipsis:
        return tuple(_read(args[0], item, f"{path}[{i}]") for i, item in enumerate(data))
    if len(args) != len(data):
        raise ContractError(path, f"must have {len(args)} items")
    return tuple(
        _read(a, item, f"{path}[{i}]") for i, (a, item) in enumerate(zip(args, data, strict=True))
    )


def _read_scalar(kind: Any, data: object, path: str) -> Any:
    if kind is datetime:
        return _read_instant(data, path)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        try:
            return kind(typing.cast("str", data))
        except ValueError:
            known = ", ".join(kind)
            raise ContractError(path, f"{data!r} is not one of {known}") from None
    if kind is float and isinstance(data, (int, float)) and not isinstance(data, bool):
        if not math.isfinite(data):
            raise ContractError(path, "must be a finite number")
        return float(data)
    if type(data) is not kind:
        raise ContractError(path, f"must be of type {kind.__name__}")
    if isinstance(data, str) and len(data) > LONGEST_TEXT:
        raise ContractError(path, f"is longer than {LONGEST_TEXT} characters")
    return data


def _read_instant(data: object, path: str) -> datetime:
    try:
        instant = datetime.fromisoformat(typing.cast("str", data))
    except (TypeError, ValueError):
        raise ContractError(path, "must be an ISO 8601 instant") from None
    if instant.tzinfo is None:
        raise ContractError(path, "must carry a time zone")
    # Beyond these a zone's shift leaves the calendar, on every page that shows the instant.
    if not EARLIEST_YEAR <= instant.year < LATEST_YEAR:
        raise ContractError(path, f"must lie between {EARLIEST_YEAR} and {LATEST_YEAR}")
    return instant.astimezone(UTC)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
