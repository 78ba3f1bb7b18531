"""Line crossing: somebody's foot goes from clearly this side to clearly the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from vision.contract import Direction, Line, Point, Rule
from vision.rules.base import (
    BySubject,
    Ground,
    Memories,
    Scene,
    Seen,
    Sighting,
    of_track,
    people_of,
)
from vision.rules.votes import Stand
from vision.seen import Track
from vision.zones import distance, foot, offset_from, position_on

# Shares of the person's height, because a foot's box jitters by the size of its body.
DEAD_BAND = 0.08  # nearer to the line than this is on neither side
MIN_TRAVEL = 0.3  # from this side to the other
LEAST_BAND = 0.01  # of the picture's height
HOLD_S = 2.0  # a crossing is a moment; for so long a better view may still become its snapshot


@dataclass(slots=True)
class Walk:
    """One person's way relative to the line; points have x in heights of the picture."""

    clear_at: Point | None = None  # the last point clearly on one side
    side: int = 0  # -1 left, 1 right; of ``clear_at``
    last_at: Point | None = None
    last_t: float = 0.0
    met: bool = False  # whether the way since ``clear_at`` last met the line within its ends
    met_t: float = 0.0
    crossed_t: float | None = None
    told_t: float = 0.0
    detail: str = ""

    def step(self, t: float, at: Point, height: float, start: Point, end: Point) -> bool:
        """Whether this step completes a crossing."""
        offset = offset_from(at, start, end)
        self._meet(t, at, offset, start, end)
        self.last_at, self.last_t = at, t
        if abs(offset) < max(LEAST_BAND, DEAD_BAND * height):
            return False
        side = -1 if offset < 0 else 1
        if self.clear_at is None or side == self.side:
            self.clear_at, self.side, self.met = at, side, False
            return False
        if distance(self.clear_at, at) < MIN_TRAVEL * height:
            return False
        met = self.met
        self.clear_at, self.side, self.met = at, side, False
        if met:
            self.crossed_t, self.told_t = self.met_t, t
            self.detail = Direction.TO_LEFT if side < 0 else Direction.TO_RIGHT
        return met

    def _meet(self, t: float, at: Point, offset: float, start: Point, end: Point) -> None:
        """Note where the step from the last point to ``at`` meets the endless line."""
        if self.last_at is None:
            return
        before = offset_from(self.last_at, start, end)
        if (before < 0) == (offset < 0):
            return
        share = before / (before - offset)
        x = self.last_at[0] + share * (at[0] - self.last_at[0])
        y = self.last_at[1] + share * (at[1] - self.last_at[1])
        self.met = 0.0 <= position_on((x, y), start, end) <= 1.0
        self.met_t = self.last_t + share * (t - self.last_t)

    def dump(self) -> dict[str, Any]:
        return asdict(self)

    def load(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, tuple(value) if isinstance(value, list) else value)


class LineJudge(BySubject):
    """Speaks of nobody but those who crossed, from the crossing until ``HOLD_S`` later.

    ``dwell_s`` and votes mean nothing here: the dead-band and the least travel are what keeps
    somebody who stands on the line, or a box that trembles, from crossing it.
    """

    def __init__(self, rule: Rule, ground: Ground) -> None:
        self.rule, self._line = rule, ground.line(rule.line_id)
        self._subjects: Memories[Walk] = Memories(Walk, ground.gap_s)

    def step(self, scene: Scene) -> Iterable[Sighting]:
        start, end = _scaled(self._line, scene.aspect)
        for person in people_of(self.rule, scene):
            walk = self._subjects.of(person.subject, scene.t)
            x, y = foot(person.box)
            height = person.box[3] - person.box[1]
            crossed = walk.step(scene.t, (x * scene.aspect, y), height, start, end)
            counts = self.rule.direction in (Direction.ANY, walk.detail)
            if walk.crossed_t is not None and counts:
                yield self._sighting(scene.t, person, walk, crossed)
            if walk.crossed_t is not None and scene.t - walk.told_t >= HOLD_S:
                walk.crossed_t = None
        self._subjects.prune(scene.t)

    def _sighting(self, t: float, person: Track, walk: Walk, crossed: bool) -> Sighting:
        crossed_t = walk.crossed_t if walk.crossed_t is not None else t
        over = t - walk.told_t >= HOLD_S
        stand = Stand.BREACH if crossed else Stand.CLEAR if over else Stand.UNDECIDED
        seen = Seen(person.score, person.box, "crossed", crossed, walk.detail)
        return of_track(self.rule, person, t, seen, stand=stand, onset=crossed_t, ended=walk.told_t)


def _scaled(line: Line, aspect: float) -> tuple[Point, Point]:
    return (line.start[0] * aspect, line.start[1]), (line.end[0] * aspect, line.end[1])
