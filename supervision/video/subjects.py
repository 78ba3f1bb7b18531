"""Whose face a copy may show: the one whom the violation is about, where that is sure. Pure.

A worker sends the boxes of everybody on the picture, and does not say whose episode it is. So
somebody is shown only where nobody else can be meant; else everybody's head is blurred. A blur too
many costs a picture its beauty, one too few costs somebody their privacy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vision.contract import Box, RuleKind

_PERSON, _BARE_HEAD = "person", "head"
_LABEL_OF = {
    RuleKind.HELMET_MISSING: _BARE_HEAD,
    RuleKind.VEST_MISSING: _PERSON,
    RuleKind.INTRUSION: _PERSON,
    RuleKind.LINE_CROSSING: _PERSON,
    RuleKind.LOITERING: _PERSON,
    RuleKind.FALL: _PERSON,
}
Point = tuple[float, float]


def shown_of(
    kind: RuleKind, boxes: Sequence[Mapping[str, Any]], polygon: Sequence[Sequence[float]]
) -> tuple[Box, ...]:
    """The box of the one it is about; empty where several, or nobody, can be meant.

    ``boxes`` as a violation keeps them, ``polygon`` of its zone (empty: the whole picture).
    """
    label = _LABEL_OF.get(kind)
    people = [_box(one) for one in boxes if one.get("label") == _PERSON]
    found = [_box(one) for one in boxes if one.get("label") == label]
    if polygon:
        found = [box for box in found if _may_stand_in(box, label, people, polygon)]
    return (found[0],) if len(found) == 1 else ()


def _may_stand_in(
    box: Box, label: str | None, people: Sequence[Box], polygon: Sequence[Sequence[float]]
) -> bool:
    """A person stands where their feet are; a head alone may belong to anybody it lies on."""
    if label == _PERSON:
        return inside(_feet(box), polygon)
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    owners = [one for one in people if one[0] <= x <= one[2] and one[1] <= y <= one[3]]
    return not owners or any(inside(_feet(one), polygon) for one in owners)


def _box(one: Mapping[str, Any]) -> Box:
    x1, y1, x2, y2 = one["box"]
    return (x1, y1, x2, y2)


def _feet(box: Box) -> Point:
    return (box[0] + box[2]) / 2, box[3]


def inside(point: Point, polygon: Sequence[Sequence[float]]) -> bool:
    """Whether a ray from ``point`` to the right leaves the polygon an odd number of times."""
    x, y = point
    is_inside = False
    for (x1, y1), (x2, y2) in zip(polygon, [*polygon[1:], polygon[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            is_inside = not is_inside
    return is_inside
