"""Zones, lines and masks on a camera's picture, as a person writes them: one a line. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from supervision.core.errors import InvalidInput
from supervision.core.text import N_
from vision.contract import ContractError, Line, Mask, Point, Zone

MAX_ZONES = 20
MAX_LINES = 20
MAX_MASKS = 20
MAX_POINTS = 40  # of one polygon
SMALLEST_AREA = 0.0001  # of the picture: a hundredth of its width by a hundredth of its height
# A rule is named after its kind and its place, and has 64 characters in all.
LONGEST_ID = 40

P = TypeVar("P", Zone, Line, Mask)

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
MASK_PROBLEMS = {
    "mask_id": N_("Mask in line %(line)s: an id has letters, digits, dots, colons and dashes."),
    "polygon": N_("Mask in line %(line)s: it needs three or more points between 0 and 1."),
}
ZONE_SHAPE = N_("Zone in line %(line)s: write id | name | x,y x,y x,y")
LINE_SHAPE = N_("Line %(line)s: write id | name | x,y x,y")
MASK_SHAPE = N_("Mask in line %(line)s: write id | name | x,y x,y x,y")


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


def parse_masks(text: str) -> tuple[Mask, ...]:
    """One mask a line: ``id | name | x,y x,y x,y …``."""
    masks = _parse(text, "masks", _mask, MASK_PROBLEMS, MASK_SHAPE)
    if len({mask.mask_id for mask in masks}) != len(masks):
        raise InvalidInput(N_("Two masks have the same id."), field="masks")
    if len(masks) > MAX_MASKS:
        raise InvalidInput(N_("At most %(count)s masks."), field="masks", count=MAX_MASKS)
    return masks


def check_polygons(places: Iterable[Zone | Mask], field: str) -> None:
    """Raise InvalidInput naming the zone or mask whose outline means nothing.

    Where an outline crosses itself, people and programs disagree about what lies inside.
    """
    for place in places:
        if len(place.polygon) > MAX_POINTS:
            raise InvalidInput(
                N_("%(name)s: at most %(count)s points."),
                field=field,
                name=place.name,
                count=MAX_POINTS,
            )
        if crosses_itself(place.polygon):
            raise InvalidInput(
                N_("%(name)s: its outline crosses itself. Move its points apart."),
                field=field,
                name=place.name,
            )
        if area(place.polygon) < SMALLEST_AREA:
            raise InvalidInput(
                N_("%(name)s: it is too small to hold anything."), field=field, name=place.name
            )


def area(polygon: Sequence[Point]) -> float:
    """The share of the picture that lies inside, by the shoelace formula."""
    pairs = zip(polygon, [*polygon[1:], polygon[0]], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


def crosses_itself(polygon: Sequence[Point]) -> bool:
    """Whether two sides that are no neighbours meet."""
    count = len(polygon)
    sides = [(polygon[i], polygon[(i + 1) % count]) for i in range(count)]
    return any(
        _meet(*sides[i], *sides[j])
        for i in range(count)
        for j in range(i + 2, count)
        if (j + 1) % count != i
    )


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the segments ab and cd have a point in common."""
    turns = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    ends = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(turn == 0 and _within(*end) for turn, end in zip(turns, ends, strict=True))


def _turn(a: Point, b: Point, c: Point) -> float:
    """Positive, negative or 0: on which side of the line through a and b the point c lies."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _within(a: Point, b: Point, c: Point) -> bool:
    """Whether c, which lies on the line through a and b, lies between them."""
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])


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


def _mask(parts: list[str]) -> Mask:
    mask_id, name, points = parts
    _check_length("mask_id", mask_id)
    return Mask(mask_id, name or mask_id, _points(points))


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


def format_masks(masks: Iterable[Mask]) -> str:
    """The text that :func:`parse_masks` reads."""
    return "\n".join(f"{m.mask_id} | {m.name} | {_written(m.polygon)}" for m in masks)


def _written(points: Iterable[Point]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)
