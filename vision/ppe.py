"""Worn, missing or unknown: what one frame says about one person's protective equipment.

Pure. "Unknown" is a state of its own because absence can only be judged where the body
part would have been seen: large enough, inside the picture, not hidden by someone nearer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from vision.contract import Box
from vision.seen import HEAD, HELMET, NO_VEST, PERSON, VEST, Detection, FrameInfo, Track
from vision.zones import centre, share_inside

# Our model's card: pedestrians whose heads are under 25 px are sometimes given a helmet.
MIN_HEAD_PX = 28.0
MIN_TORSO_PX = 40.0
# Shares of an upright person's height (an adult is about seven and a half heads tall).
HEAD_SHARE = 1 / 7
TORSO_TOP, TORSO_BOTTOM = 1 / 7, 0.55
EDGE_PX = 2.0  # a region nearer than this to the picture's edge counts as cut
BELONGS = 0.6  # share of a helmet or vest box that must lie within the person's box
SURE_PERSON = 0.5  # below it a missing helmet may just be a missing person
TIE = 0.1  # worn and missing scores closer than this contradict each other
UPRIGHT = 1.3  # height over width; a crouching body's head is not at its top seventh


class Wear(StrEnum):
    WORN = "worn"
    MISSING = "missing"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """Which evidence spoke; kept with the vote."""

    POSITIVE_SEEN = "positive_seen"  # the helmet or vest itself
    NEGATIVE_SEEN = "negative_seen"  # a bare head, a body without vest: an explicit class
    POSITIVE_ABSENT = "positive_absent"  # region in plain view, nothing on it
    TOO_SMALL = "too_small"
    CUT = "cut"
    HIDDEN = "hidden"
    UNSURE = "unsure"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of equipment: the class that shows it and the class that shows its absence."""

    positive: str
    negative: str
    region: tuple[float, float]  # top and bottom, as shares of the person's height
    min_px: float


HELMET_ITEM = Item(HELMET, HEAD, (0.0, HEAD_SHARE), MIN_HEAD_PX)
VEST_ITEM = Item(VEST, NO_VEST, (TORSO_TOP, TORSO_BOTTOM), MIN_TORSO_PX)


@dataclass(frozen=True, slots=True)
class Judgement:
    wear: Wear
    why: Why
    score: float
    box: Box


def assign(
    persons: Sequence[Track], detections: Sequence[Detection], item: Item
) -> dict[str, list[Detection]]:
    """Each positive or negative box of ``item`` to the one person that it fits best."""
    owned: dict[str, list[Detection]] = {person.subject: [] for person in persons}
    for detection in detections:
        if detection.label not in (item.positive, item.negative):
            continue
        fits = [(_fit(detection.box, person.box, item), person.subject) for person in persons]
        best = max(fits, default=(0.0, ""))
        if best[0] > 0:
            owned[best[1]].append(detection)
    return owned


def judge(
    person: Track,
    boxes: Sequence[Detection],
    others: Sequence[Track],
    frame: FrameInfo,
    item: Item,
    *,
    min_score: float,
) -> Judgement:
    """What this frame says about ``item`` on ``person``; ``boxes`` come from :func:`assign`."""
    worn = _best(boxes, item.positive, min_score)
    missing = _best(boxes, item.negative, min_score)
    if worn and missing and abs(worn.score - missing.score) < TIE:
        return Judgement(Wear.UNKNOWN, Why.CONTRADICTION, worn.score, worn.box)
    seen = max((d for d in (worn, missing) if d), key=lambda d: d.score, default=None)
    if seen is None:
        return _judge_absence(person, others, frame, item)
    unseen = _unseen(seen.box, frame, item)
    if unseen:
        return Judgement(Wear.UNKNOWN, unseen, seen.score, seen.box)
    if seen is worn:
        return Judgement(Wear.WORN, Why.POSITIVE_SEEN, seen.score, seen.box)
    return Judgement(Wear.MISSING, Why.NEGATIVE_SEEN, seen.score, seen.box)


def _judge_absence(
    person: Track, others: Sequence[Track], frame: FrameInfo, item: Item
) -> Judgement:
    """Neither class was seen: missing only where the region is in plain view."""
    region = region_of(person.box, item)

    def unknown(why: Why) -> Judgement:
        return Judgement(Wear.UNKNOWN, why, person.score, region)

    height, width = _size_px(person.box, frame)
    if person.score < SURE_PERSON or height < UPRIGHT * width:
        return unknown(Why.UNSURE)
    unseen = _unseen(region, frame, item)
    if unseen:
        return unknown(unseen)
    if any(_hides(other, person, region) for other in others):
        return unknown(Why.HIDDEN)
    return Judgement(Wear.MISSING, Why.POSITIVE_ABSENT, person.score, region)


def region_of(person: Box, item: Item) -> Box:
    """Where ``item`` would be on an upright person's box."""
    x1, y1, x2, y2 = person
    top, bottom = item.region
    inset = (x2 - x1) * (0.25 if item is HELMET_ITEM else 0.1)
    return x1 + inset, y1 + (y2 - y1) * top, x2 - inset, y1 + (y2 - y1) * bottom


def _fit(box: Box, person: Box, item: Item) -> float:
    """0 where ``box`` cannot be this person's, else more for a better place on the body."""
    inside = share_inside(box, person)
    height = person[3] - person[1]
    if inside < BELONGS or height <= 0:
        return 0.0
    middle = (centre(box)[1] - person[1]) / height
    # Seen from close by, a person is cut at the waist and the head takes half of the box.
    limit = 0.6 if item is HELMET_ITEM else 0.85
    if middle > limit:
        return 0.0
    expected = sum(item.region) / 2
    offset = abs(centre(box)[0] - centre(person)[0]) / max(person[2] - person[0], 1e-6)
    return inside / (1.0 + abs(middle - expected) + offset)


def _best(boxes: Sequence[Detection], label: str, min_score: float) -> Detection | None:
    fitting = [d for d in boxes if d.label == label and d.score >= min_score]
    return max(fitting, key=lambda d: d.score, default=None)


def _size_px(box: Box, frame: FrameInfo) -> tuple[float, float]:
    return (box[3] - box[1]) * frame.height, (box[2] - box[0]) * frame.width


def _unseen(region: Box, frame: FrameInfo, item: Item) -> Why | None:
    """Why a region cannot be judged, or None where it can."""
    if _size_px(region, frame)[0] < item.min_px:
        return Why.TOO_SMALL
    x1, y1, x2, y2 = region
    edge_x, edge_y = EDGE_PX / frame.width, EDGE_PX / frame.height
    cut = x1 < edge_x or y1 < edge_y or x2 > 1 - edge_x
    if item is HELMET_ITEM:
        cut = cut or y2 > 1 - edge_y
    return Why.CUT if cut else None


def _hides(other: Track, person: Track, region: Box) -> bool:
    """Whether someone nearer to the camera (feet lower in the picture) covers ``region``."""
    nearer = other.subject != person.subject and other.box[3] > person.box[3]
    return nearer and other.label == PERSON and share_inside(region, other.box) > 0.5
