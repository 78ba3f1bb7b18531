"""Polygons and points on a site plan, in fractions of the picture from its top left. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from supervision.core.errors import InvalidInput
from supervision.core.text import N_

Point = tuple[float, float]

MOST_CORNERS = 60
# A thousandth of the picture's side is less than a pixel of a phone.
_DIGITS = 4
# Smaller than this nobody can tap it: a slip of the finger.
_LEAST_AREA = 0.0002


def parse_polygon(text: str) -> list[list[float]]:
    """``"10,20 30,20 30,40"`` (percent of width and height) as fractions. Raises InvalidInput."""
    corners = [_corner(part) for part in text.replace(";", " ").split()]
    corners = [c for c, before in zip(corners, [None, *corners], strict=False) if c != before]
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    check_polygon(corners)
    return [list(corner) for corner in corners]


def _corner(part: str) -> Point:
    across, _comma, down = part.partition(",")
    try:
        x, y = float(across) / 100, float(down) / 100
    except ValueError:
        raise InvalidInput(
            N_("%(text)s is no corner: write pairs such as 12.5,40"), field="polygon", text=part
        ) from None
    if not (_is_fraction(x) and _is_fraction(y)):
        raise InvalidInput(N_("A corner lies outside the plan."), field="polygon")
    return round(x, _DIGITS), round(y, _DIGITS)


def _is_fraction(number: float) -> bool:
    return math.isfinite(number) and 0 <= number <= 1


def check_polygon(corners: Sequence[Point]) -> None:
    """A shape that can be drawn and coloured. Raises InvalidInput for field ``polygon``."""
    if len(corners) < 3:
        raise InvalidInput(N_("Draw at least three corners."), field="polygon")
    if len(corners) > MOST_CORNERS:
        raise InvalidInput(N_("At most %(count)s corners."), field="polygon", count=MOST_CORNERS)
    if _crosses_itself(corners):
        raise InvalidInput(N_("The lines of an area must not cross each other."), field="polygon")
    if abs(signed_area(corners)) < _LEAST_AREA:
        raise InvalidInput(N_("The area is too small."), field="polygon")


def signed_area(corners: Sequence[Sequence[float]]) -> float:
    following = [*corners[1:], corners[0]]
    pairs = zip(corners, following, strict=True)
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs) / 2


def holds(corners: Sequence[Sequence[float]], point: Point) -> bool:
    """Whether a point lies inside (a ray to the right crosses the border an odd number of times)."""
    x, y = point
    inside = False
    following = [*corners[1:], corners[0]]
    for (ax, ay), (bx, by) in zip(corners, following, strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside


def middle(corners: Sequence[Sequence[float]]) -> Point:
    """Where a label goes: the centre of gravity, or the corners' mean where that lies outside."""
    area = signed_area(corners)
    mean = (
        sum(c[0] for c in corners) / len(corners),
        sum(c[1] for c in corners) / len(corners),
    )
    if not area:
        return mean
    x = y = 0.0
    for a, b in zip(corners, [*corners[1:], corners[0]], strict=True):
        cross = a[0] * b[1] - b[0] * a[1]
        x += (a[0] + b[0]) * cross
        y += (a[1] + b[1]) * cross
    centre = (x / (6 * area), y / (6 * area))
    return centre if holds(corners, centre) else mean


def _crosses_itself(corners: Sequence[Point]) -> bool:
    sides = list(zip(corners, [*corners[1:], corners[0]], strict=True))
    count = len(sides)
    for one in range(count):
        for other in range(one + 2, count):
            if one == 0 and other == count - 1:
                continue  # neighbours over the end
            if _cross(*sides[one], *sides[other]):
                return True
    return False


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the side ``ab`` crosses ``cd``; touching is no crossing."""
    return (_turn(a, b, c) * _turn(a, b, d) < 0) and (_turn(c, d, a) * _turn(c, d, b) < 0)


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
