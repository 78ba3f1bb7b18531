"""Whose head is hidden, where and when. Pure: boxes and times in, boxes out.

Everybody's is, but for those who are to be seen. Where it is not sure who somebody is, the head is
hidden: a blur too many costs a picture its beauty, one too few costs somebody their privacy.
Boxes are normalised, times are seconds of the clip.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from vision.contract import Box
from vision.seen import HEAD, HELMET, PERSON, Detection
from vision.tracking import Tracker
from vision.zones import centre, distance, iou

Frame = tuple[float, Sequence[Detection]]

CARRY_S = 1.0  # how long a head stays hidden where it was last seen, and before it was first
LONE_CARRY_S = 0.5  # for a box that was found once and on no way of anybody's
GROW = 0.2  # of a box's own size, to each side
HEAD_SHARE = 0.25  # of a person's box, from its top
REACH_SHARE = 0.45  # as far down, and
ABOVE_SHARE = 0.1  # as far above the box may lie the middle of its own head
SAME_IOU = 0.3  # between the box of somebody to be seen and the one found
CLASH_IOU = 0.3  # two people who overlap so much may be taken for each other from then on
DOUBLE_IOU = 0.5  # boxes of one label: one thing, found twice


@dataclass(slots=True)
class Sight:
    t: float
    box: Box
    is_kept: bool = False


@dataclass(slots=True)
class Trail:
    """One person or one head over time; sights in order of time."""

    sights: list[Sight] = field(default_factory=list)

    def around(self, t: float) -> list[Sight]:
        """The sights that tell where it is at ``t``: on both sides, or one close by."""
        after = bisect.bisect_right(self.sights, t + 1e-6, key=lambda sight: sight.t)
        if after and abs(self.sights[after - 1].t - t) <= 1e-6:
            return [self.sights[after - 1]]
        near = self.sights[max(0, after - 1) : after + 1]
        if 0 < after < len(self.sights):
            return near
        carry_s = CARRY_S if len(self.sights) > 1 else LONE_CARRY_S
        return [sight for sight in near if abs(sight.t - t) <= carry_s]

    def box_at(self, t: float, part: Callable[[Box], Box] = lambda box: box) -> Box | None:
        """What covers it at ``t``: all between where it was and where it will be."""
        boxes = [part(sight.box) for sight in self.around(t)]
        return hull(boxes) if boxes else None

    def is_kept(self, t: float) -> bool:
        around = self.around(t)
        return bool(around) and all(sight.is_kept for sight in around)


class Heads:
    """Everybody of one clip, from the detections of its sampled frames in order."""

    def __init__(
        self, frames: Sequence[Frame], keep: Sequence[Box] = (), keep_t: float | None = None
    ) -> None:
        self._people = trails_of(frames, (PERSON,))
        self._heads = trails_of(frames, (HEAD, HELMET))
        if keep and keep_t is not None:
            self._keep(keep, keep_t)

    def hidden(self, t: float) -> list[Box]:
        """What must not be seen at ``t``, with its margin; may reach beyond the picture."""
        people = [p.box_at(t, top_of) for p in self._people if not p.is_kept(t)]
        heads = [h.box_at(t) for h in self._heads if not h.is_kept(t)]
        return [grown(box) for box in (*people, *heads) if box is not None]

    def _keep(self, keep: Sequence[Box], t: float) -> None:
        chosen = [trail for box in keep if (trail := _best(self._people, box, t)) is not None]
        bare = [trail for box in keep if (trail := _best(self._heads, box, t)) is not None]
        for head in bare:
            box = head.box_at(t)
            chosen += [p for p in self._people if box is not None and _owns(p, box, t)]
        _mark(chosen, self._people, t)
        for head in self._heads:
            for sight in head.sights:
                owners = [p for p in self._people if _owns(p, sight.box, sight.t)]
                sight.is_kept = bool(owners) and all(p.is_kept(sight.t) for p in owners)
        # A head without a body that the model would see.
        alone = [h for h in bare if not any(s.is_kept for s in h.sights) and not self._owned(h)]
        _mark(alone, self._heads, t)

    def _owned(self, head: Trail) -> bool:
        return any(_owns(p, s.box, s.t) for s in head.sights for p in self._people)


def trails_of(frames: Iterable[Frame], labels: Sequence[str]) -> list[Trail]:
    """Those who were followed, and each lone box as a trail of its own: none is lost."""
    tracker = Tracker(labels[0])
    followed: dict[str, Trail] = {}
    lone: list[Sight] = []
    for t, detections in frames:
        mine = _single(labels[0], [d for d in detections if d.label in labels])
        seen = {track.subject: track for track in tracker.update(t, mine)}
        for subject, track in seen.items():
            trail = followed.get(subject)
            if trail is None:
                trail = followed[subject] = Trail(_firsts(lone, track.first_t, track.box))
            trail.sights.append(Sight(t, track.box))
        taken = {track.box for track in seen.values()}
        lone += [Sight(t, d.box) for d in mine if d.box not in taken]
    return [*followed.values(), *(Trail([sight]) for sight in lone)]


def top_of(box: Box) -> Box:
    """The part of a person's box where the head is."""
    x1, y1, x2, y2 = box
    return x1, y1, x2, y1 + HEAD_SHARE * (y2 - y1)


def grown(box: Box) -> Box:
    x1, y1, x2, y2 = box
    dx, dy = GROW * (x2 - x1), GROW * (y2 - y1)
    return x1 - dx, y1 - dy, x2 + dx, y2 + dy


def hull(boxes: Sequence[Box]) -> Box:
    """The smallest box around all."""
    x1, y1, x2, y2 = zip(*boxes, strict=True)
    return min(x1), min(y1), max(x2), max(y2)


def _single(label: str, detections: Sequence[Detection]) -> list[Detection]:
    """One box for each thing: a head that is found bare and helmeted is one head."""
    kept: list[Detection] = []
    for d in sorted(detections, key=lambda d: -d.score):
        if all(iou(d.box, other.box) < DOUBLE_IOU for other in kept):
            kept.append(Detection(label, d.score, d.box))
    return kept


def _firsts(lone: list[Sight], first_t: float, box: Box) -> list[Sight]:
    """A track is told from its second sight on; its first lies among the lone ones."""
    found = [sight for sight in lone if sight.t == first_t]
    if not found:
        return []
    first = min(found, key=lambda sight: distance(centre(sight.box), centre(box)))
    lone.remove(first)
    return [first]


def _best(trails: Sequence[Trail], box: Box, t: float) -> Trail | None:
    """The trail that lies under ``box`` at ``t``."""
    scored = [(iou(at, box), n) for n, tr in enumerate(trails) if (at := tr.box_at(t)) is not None]
    score, number = max(scored, default=(0.0, 0))
    return trails[number] if score >= SAME_IOU else None


def _owns(person: Trail, head: Box, t: float) -> bool:
    box = person.box_at(t)
    if box is None:
        return False
    (x, y), (x1, y1, x2, y2) = centre(head), box
    height = y2 - y1
    return x1 <= x <= x2 and y1 - ABOVE_SHARE * height <= y <= y1 + REACH_SHARE * height


def _mark(chosen: Sequence[Trail], everybody: Sequence[Trail], t: float) -> None:
    """Keep those chosen from ``t`` on and back, as long as nobody can be taken for them."""
    others = [trail for trail in everybody if not any(trail is one for one in chosen)]
    for trail in chosen:
        after = bisect.bisect_left(trail.sights, t, key=lambda sight: sight.t)
        for way in (trail.sights[after:], trail.sights[:after][::-1]):
            last_t = t
            for sight in way:
                if abs(sight.t - last_t) > CARRY_S or _clashes(sight, others):
                    break
                sight.is_kept, last_t = True, sight.t


def _clashes(sight: Sight, others: Sequence[Trail]) -> bool:
    boxes = (other.box_at(sight.t) for other in others)
    return any(box is not None and iou(box, sight.box) >= CLASH_IOU for box in boxes)
