"""Plane geometry on normalised coordinates. Pure: numbers in, numbers out."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vision.contract import Box, Point


def foot(box: Box) -> Point:
    """The bottom centre of a box: where a standing person touches the ground."""
    x1, _, x2, y2 = box
    return (x1 + x2) / 2, y2


def centre(box: Box) -> Point:
    x1, y1, x2, y2 = box
    return (x1 + x2) / 2, (y1 + y2) / 2


def area(box: Box) -> float:
    x1, y1, x2, y2 = box
    return max(0.0, x2 - x1) * max(0.0, y2 - y1)


def intersection(one: Box, other: Box) -> float:
    """The shared area of two boxes."""
    return area(
        (
            max(one[0], other[0]),
            max(one[1], other[1]),
            min(one[2], other[2]),
            min(one[3], other[3]),
        )
    )


def iou(one: Box, other: Box) -> float:
    """Intersection over union, 0..1."""
    shared = intersection(one, other)
    union = area(one) + area(other) - shared
    return shared / union if union > 0 else 0.0


def share_inside(inner: Box, outer: Box) -> float:
    """Which share of ``inner`` lies within ``outer``, 0..1."""
    size = area(inner)
    return intersection(inner, outer) / size if size > 0 else 0.0


def distance(one: Point, other: Point) -> float:
    return math.dist(one, other)


def is_inside(point: Point, polygon: Sequence[Point]) -> bool:
    """Whether ``point`` lies in ``polygon`` (even-odd rule, so any simple polygon will do)."""
    x, y = point
    found = False
    previous = polygon[-1]
    for corner in polygon:
        (x1, y1), (x2, y2) = previous, corner
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            found = not found
        previous = corner
    return found
