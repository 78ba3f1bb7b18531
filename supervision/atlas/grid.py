"""Places as whole numbers of a square grid, so that a database can gather them by shifting. Pure.

Web Mercator, the whole world ``2**24`` steps wide and high (2.4 m at the equator), from its north
west. A tile of zoom ``z`` is ``2**(24 - z)`` steps wide; a cell of a quarter tile is 64 pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan, cos, degrees, isfinite, log, pi, radians, sinh, tan

BITS = 24
SPAN = 1 << BITS
# Web Mercator ends there.
MOST_NORTH = 85.05112878
LEAST_ZOOM, MOST_ZOOM = 3, 19
# Cells of one answer at most; a wider window gets larger cells.
MOST_CELLS = 3000
_CELL_BITS = 2
# Sides, in bits of a step, of the cells that are counted beforehand: from 1,250 km to 300 m. From
# WIDE_LEVEL on each zoom finds its very cells, so that a mark on the map is a row to be read.
WIDE_LEVEL = 10
CELL_LEVELS = (*range(19, WIDE_LEVEL - 1, -1), 9, 7)


def to_grid(longitude: float, latitude: float) -> tuple[int, int]:
    """The step that a position in degrees lies in."""
    north = radians(max(-MOST_NORTH, min(MOST_NORTH, latitude)))
    x = (longitude + 180.0) / 360.0
    y = (1.0 - log(tan(north) + 1.0 / cos(north)) / pi) / 2.0
    return _clamp(int(x * SPAN)), _clamp(int(y * SPAN))


def to_degrees(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a place on the grid, which may lie between steps."""
    latitude = degrees(atan(sinh(pi * (1.0 - 2.0 * y / SPAN))))
    return x / SPAN * 360.0 - 180.0, latitude


def _clamp(step: int) -> int:
    return max(0, min(SPAN - 1, step))


@dataclass(frozen=True, slots=True)
class Window:
    """What a map shows, in steps, both ends included; ``shift`` makes cells of them."""

    west: int
    north: int
    east: int
    south: int
    shift: int

    @property
    def level(self) -> int | None:
        """The largest counted cells that make up those of the window; None where none do."""
        return next((level for level in CELL_LEVELS if level <= self.shift), None)


def window(west: float, south: float, east: float, north: float, zoom: int) -> Window | None:
    """The window of a map in degrees at ``zoom``; None for what is no rectangle.

    Cells are 64 pixels wide, or wider where there would be more than :data:`MOST_CELLS`.
    """
    if not all(map(isfinite, (west, south, east, north))) or west >= east or south >= north:
        return None
    zoom = max(LEAST_ZOOM, min(MOST_ZOOM, zoom))
    left, top = to_grid(max(west, -180.0), north)
    right, bottom = to_grid(min(east, 180.0), south)
    shift = BITS - zoom - _CELL_BITS
    while ((right - left >> shift) + 1) * ((bottom - top >> shift) + 1) > MOST_CELLS:
        shift += 1
    return Window(left, top, right, bottom, shift)
