"""What an indicator came to, as JSON values of a score's row."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from supervision.score.rules import (
    MOST_RECORDS,
    Axis,
    Group,
    Point,
    Reading,
    Why,
)


def line_of(point: Point) -> dict[str, Any]:
    """``lost``: what it could have given and did not, or what it took."""
    reading = point.reading
    lost = point.of - point.points if point.group is Group.BASE else -min(point.points, Decimal(0))
    return {
        "code": point.code,
        "group": point.group.value,
        "points": str(point.points),
        "of": str(point.of),
        "lost": str(lost),
        "vetoes": point.vetoes,
        "axis": point.axis.value if point.axis else None,
        "why": reading.why.value,
        "params": dict(reading.params),
        "records": [[r.kind, r.id, r.text] for r in reading.records[:MOST_RECORDS]],
        "more": max(0, len(reading.records) - MOST_RECORDS),
    }


def point_of(line: dict[str, Any]) -> Point:
    """Back again, as far as the chart needs it."""
    return Point(
        line["code"],
        Group(line["group"]),
        Decimal(line["points"]),
        Decimal(line["of"]),
        Reading(why=Why(line["why"])),
        Axis(line["axis"]) if line["axis"] else None,
    )
