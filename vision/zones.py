"""Plane geometry on normalised coordinates. Pure: numbers in, numbers out."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vision.contract import Box, Point

_GRID = 12  # points each way at which a share is asked for


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
    either = area(one) + area(other) - shared
    return shared / either if either > 0 else 0.0


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


def share_in_any(box: Box, polygons: Sequence[Sequence[Point]]) -> float:
    """Which share of ``box`` lies in one polygon or another, 0..1, to about a hundredth."""
    x1, y1, x2, y2 = box
    near = [polygon for polygon in polygons if intersection(box, _bounds(polygon)) > 0]
    if not near:
        return 0.0
    steps = [(index + 0.5) / _GRID for index in range(_GRID)]
    points = [(x1 + (x2 - x1) * u, y1 + (y2 - y1) * v) for v in steps for u in steps]
    return sum(any(is_inside(p, polygon) for polygon in near) for p in points) / len(points)


def _bounds(polygon: Sequence[Point]) -> Box:
    xs, ys = zip(*polygon, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def polygon_area(polygon: Sequence[Point]) -> float:
    """The area of a simple polygon (shoelace formula)."""
    pairs = zip(polygon, (*polygon[1:], polygon[0]), strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


def polygon_distance(point: Point, polygon: Sequence[Point]) -> float:
    """How far ``point`` is from the edge of ``polygon``; 0 inside it."""
    if is_inside(point, polygon):
        return 0.0
    edges = zip(polygon, (*polygon[1:], polygon[0]), strict=True)
    return min(segment_distance(point, start, end) for start, end in edges)


def segment_distance(point: Point, start: Point, end: Point) -> float:
    """How far ``point`` is from the segment between ``start`` and ``end``."""
    along = max(0.0, min(1.0, position_on(point, start, end)))
    nearest = start[0] + along * (end[0] - start[0]), start[1] + along * (end[1] - start[1])
    return distance(point, nearest)


def position_on(point: Point, start: Point, end: Point) -> float:
    """Where ``point`` falls on the line: 0 at ``start``, 1 at ``end``."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    return ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / length if length else 0.0


def offset_from(point: Point, start: Point, end: Point) -> float:
    """Signed distance from the endless line: negative on the left of one who looks to ``end``.

    Left as seen on the picture, whose y grows downwards.
    """
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = math.hypot(dx, dy)
    cross = dx * (point[1] - start[1]) - dy * (point[0] - start[0])
    return cross / length if length else 0.0


def union(boxes: Sequence[Box]) -> Box:
    """The smallest box around all; ``boxes`` must not be empty."""
    x1s, y1s, x2s, y2s = zip(*boxes, strict=True)
    return min(x1s), min(y1s), max(x2s), max(y2s)
