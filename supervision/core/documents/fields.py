"""Which data a paper needs: paths such as ``officers[2].name`` or ``signatures?.party?``. Pure.

``[2]`` is a list of two at least, ``[]`` of any length; ``?`` makes a part optional. The ending
of a name gives its kind, as in the models: ``_on`` a day (ISO), ``_at`` an instant with its
offset (ISO), ``_sha`` a stored picture. A name that the template lists choices for holds one of
those codes, or a list of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from supervision.core.errors import InvalidInput
from supervision.core.text import N_

_PART = re.compile(r"([a-z][a-z0-9_]*)(\[(\d*)\])?(\?)?")
PICTURE = re.compile(r"sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Part:
    """One step of a path; ``at_least`` is None unless it is a list."""

    name: str
    at_least: int | None
    is_optional: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at ``path`` (lists counted from 1), with the name that the paper gives it."""

    path: str
    label: str
    message: str


def parse(path: str) -> tuple[Part, ...]:
    """The steps of a path. Raises ValueError for what is none."""
    parts = []
    for text in path.split("."):
        found = _PART.fullmatch(text)
        if found is None:
            raise ValueError(f"{path!r} is no path of a field")
        name, brackets, least, optional = found.groups()
        parts.append(Part(name, int(least or 0) if brackets else None, optional is not None))
    return tuple(parts)


def check(template: Mapping[str, Any], paper: str, data: Mapping[str, Any]) -> None:
    """``data`` has what the template ``paper`` needs. Raises InvalidInput naming the first lack."""
    for found in problems(template, data):
        raise InvalidInput(
            found.message, field=found.path, paper=paper, name=found.label, path=found.path
        )


def problems(template: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Problem]:
    """Everything that keeps ``data`` from becoming this paper, in the template's order."""
    choices = template.get("choices", {})
    for path, label in template["fields"]:
        for place, message in _lacks(parse(path), data, "", choices):
            yield Problem(place, label, message)


Lack = tuple[str, str]


def _lacks(
    parts: tuple[Part, ...], data: Any, above: str, choices: Mapping[str, Any]
) -> Iterator[Lack]:
    part, rest = parts[0], parts[1:]
    here = f"{above}.{part.name}" if above else part.name
    value = data.get(part.name) if isinstance(data, dict) else None
    if value is None or value in ("", [], {}):
        if not part.is_optional and part.at_least != 0:
            yield here, _MISSING
        return
    for place, one in _each(part, value, here):
        if one is _NOTHING:
            yield place, _MISSING if isinstance(value, list) else _UNREADABLE
        elif rest:
            yield from _lacks(rest, one, place, choices)
        elif isinstance(one, str) and not one.strip():
            yield place, _MISSING
        elif not _fits(part.name, one, choices):
            yield place, _UNREADABLE


def _each(part: Part, value: Any, here: str) -> Iterator[tuple[str, Any]]:
    """The value, or those of a list with their places; nothing in the place of one too few."""
    if part.at_least is None:
        yield here, value
    elif not isinstance(value, list):
        yield here, _NOTHING
    elif len(value) < part.at_least:
        yield f"{here}[{len(value) + 1}]", _NOTHING
    else:
        for number, one in enumerate(value, start=1):
            yield f"{here}[{number}]", one


def _fits(name: str, value: Any, choices: Mapping[str, Any]) -> bool:
    if name in choices:
        codes = value if isinstance(value, list) else [value]
        return all(code_text(code) in choices[name] for code in codes)
    if is_day_name(name):
        return _is_day(value)
    if is_instant_name(name):
        return _is_instant(value)
    if name in {"image", "photos"}:
        return isinstance(value, str) and PICTURE.fullmatch(value) is not None
    return isinstance(value, (str, int))


def code_text(value: Any) -> str:
    """A value as a key of the template's choices, which are texts: ``true``, ``direct``."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_day_name(name: str) -> bool:
    return name == "on" or name.endswith("_on")


def is_instant_name(name: str) -> bool:
    return name == "at" or name.endswith("_at")


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value)) and len(value) == 10
    except ValueError:
        return False


def _is_instant(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


_NOTHING = object()
_MISSING = N_("%(paper)s: %(name)s is missing (%(path)s).")
_UNREADABLE = N_("%(paper)s: %(name)s cannot be read as what it should be (%(path)s).")
