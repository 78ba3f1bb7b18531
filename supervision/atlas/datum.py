"""WGS-84 and GCJ-02, the shifted datum of Chinese web maps. Pure.

Positions are stored as WGS-84. A tile source says which datum its pictures are in; what is drawn
on them is converted on the way out, and what is asked of them on the way in. The forward formula
is the one that circulates (no specification is public); it is good to some metres, and its inverse
is found by iteration. Outside China both are the same.
"""

from __future__ import annotations

from enum import StrEnum
from math import cos, pi, sin, sqrt

_A = 6378245.0  # Krasovsky 1940
_EE = 0.00669342162296594323
Degrees = tuple[float, float]


class Datum(StrEnum):
    WGS84 = "wgs84"
    GCJ02 = "gcj02"


def to_datum(longitude: float, latitude: float, datum: Datum) -> Degrees:
    """A stored position in the datum of a tile source."""
    if datum is Datum.WGS84 or not in_china(longitude, latitude):
        return longitude, latitude
    east, north = _shift(longitude, latitude)
    return longitude + east, latitude + north


def from_datum(longitude: float, latitude: float, datum: Datum) -> Degrees:
    """A position of a tile source as it would be stored; inverse of :func:`to_datum`."""
    if datum is Datum.WGS84 or not in_china(longitude, latitude):
        return longitude, latitude
    x, y = longitude, latitude
    for _round in range(8):
        there = to_datum(x, y, datum)
        x, y = x - (there[0] - longitude), y - (there[1] - latitude)
    return x, y


def in_china(longitude: float, latitude: float) -> bool:
    """The rectangle in which the shift is applied."""
    return 72.004 <= longitude <= 137.8347 and 0.8293 <= latitude <= 55.8271


def _shift(longitude: float, latitude: float) -> Degrees:
    x, y = longitude - 105.0, latitude - 35.0
    waves = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + waves
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + waves
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    radians = latitude / 180.0 * pi
    magic = 1 - _EE * sin(radians) ** 2
    north = north * 180.0 / ((_A * (1 - _EE)) / (magic * sqrt(magic)) * pi)
    east = east * 180.0 / (_A / sqrt(magic) * cos(radians) * pi)
    return east, north
