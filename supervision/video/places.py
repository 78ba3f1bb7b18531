"""Zones and lines on a camera's picture, as a person writes them: one a line. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from supervision.core.errors import InvalidInput
from supervision.core.text import N_
from vision.contract import ContractError, Line, Point, Zone

MAX_ZONES = 20
MAX_LINES = 20
# A rule is named after its kind and its place, and has 64 characters in all.
LONGEST_ID = 40

P = TypeVar("P", Zone, Line)

# What the contract may say of a place, by the field that it names.
ZONE_PROBLEMS = {
    "zone_id": N_("Zone in line %(line)s: an id has letters, digits, dots, colons and dashes."),
    "shared": N_(
        "Zone in line %(line)s: the shared name has letters, digits, dots, colons and dashes."
    ),
    "polygon": N_("Zone in line %(line)s: it needs three or more points between 0 and 1."),
}
LINE_PROBLEMS = {
    "line_id": N_("Line %(line)s: an id has letters, digits, dots, colons and dashes."),
    "start": N_("Line %(line)s: it needs two points between 0 and 1."),
    "end": N_("Line %(line)s: it needs two different points between 0 and 1."),
}
ZONE_SHAPE = N_("Zone in line %(line)s: write id | name | x,y x,y x,y")
LINE_SHAPE = N_("Line %(line)s: write id | name | x,y x,y")


def parse_zones(text: str) -> tuple[Zone, ...]:
    """One zone a line: ``id | name | x,y x,y x,y … [| shared]``, points from 0 to 1 of the picture."""
    zones = _parse(text, "zones", _zone, ZONE_PROBLEMS, ZONE_SHAPE)
    if len({zone.zone_id for zone in zones}) != len(zones):
        raise InvalidInput(N_("Two zones have the same id."), field="zones")
    if len(zones) > MAX_ZONES:
        raise InvalidInput(N_("At most %(count)s zones."), field="zones", count=MAX_ZONES)
    return zones


def parse_lines(text: str) -> tuple[Line, ...]:
    """One line a line: ``id | name | x,y x,y``."""
    lines = _parse(text, "lines", _line, LINE_PROBLEMS, LINE_SHAPE)
    if len({line.line_id for line in lines}) != len(lines):
        raise InvalidInput(N_("Two lines have the same id."), field="lines")
    if len(lines) > MAX_LINES:
        raise InvalidInput(N_("At most %(count)s lines."), field="lines", count=MAX_LINES)
    return lines


def _parse(
    text: str, field: str, read: Callable[[list[str]], P], problems: dict[str, str], shape: str
) -> tuple[P, ...]:
    """What ``read`` makes of each line's parts; an error names the field and the line."""
    found: list[P] = []
    for number, written in enumerate(text.splitlines(), 1):
        if not written.strip():
            continue
        try:
            found.append(read([part.strip() for part in written.split("|")]))
        except ContractError as error:
            raise InvalidInput(problems[error.field], field=field, line=number) from None
        except ValueError:
            raise InvalidInput(shape, field=field, line=number) from None
    return tuple(found)


def _zone(parts: list[str]) -> Zone:
    zone_id, name, points, *shared = parts
    if len(shared) > 1:
        raise ValueError("too many parts")
    _check_length("zone_id", zone_id)
    _check_length("shared", "".join(shared))
    return Zone(zone_id, name or zone_id, _points(points), "".join(shared))


def _line(parts: list[str]) -> Line:
    line_id, name, points = parts
    _check_length("line_id", line_id)
    start, end = _points(points)
    return Line(line_id, name or line_id, start, end)


def _check_length(field: str, text: str) -> None:
    if len(text) > LONGEST_ID:
        raise ContractError(field, "is too long")


def _points(text: str) -> tuple[Point, ...]:
    return tuple(_point(pair) for pair in text.split())


def _point(pair: str) -> Point:
    x, y = pair.split(",")
    return float(x), float(y)


def format_zones(zones: Iterable[Zone]) -> str:
    """The text that :func:`parse_zones` reads."""
    return "\n".join(
        " | ".join([z.zone_id, z.name, _written(z.polygon), *([z.shared] if z.shared else [])])
        for z in zones
    )


def format_lines(lines: Iterable[Line]) -> str:
    """The text that :func:`parse_lines` reads."""
    return "\n".join(f"{i.line_id} | {i.name} | {_written((i.start, i.end))}" for i in lines)


def _written(points: Iterable[Point]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)
