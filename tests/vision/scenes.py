"""Invented scenes for the rules: who is where when, at any frame rate, shifted, mirrored, cut."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from vision.contract import (
    Box,
    Camera,
    Direction,
    Line,
    Phase,
    Rule,
    RuleKind,
    SpecialDay,
    ViewState,
    Zone,
)
from vision.episodes import Change, Episode, from_values, to_values
from vision.pipeline import CameraPipeline
from vision.seen import Detection, FrameInfo

FLOOR = Zone("floor", "floor", ((0.5, 0.4), (1.0, 0.4), (1.0, 1.0), (0.5, 1.0)))
LINE = Line("gate", "gate", (0.5, 0.3), (0.5, 1.0))  # looking down the picture: left is right

HELMET = Rule("helmet", RuleKind.HELMET_MISSING)
VEST = Rule("vest", RuleKind.VEST_MISSING)
INTRUSION = Rule("intrusion", RuleKind.INTRUSION, zone_id="floor")
FIRE = Rule("fire", RuleKind.FIRE_SMOKE, min_height=0.02)
CROSSING = Rule("crossing", RuleKind.LINE_CROSSING, line_id="gate")
LOITERING = Rule("loitering", RuleKind.LOITERING, zone_id="floor", dwell_s=6.0)
CROWD = Rule("crowd", RuleKind.CROWDING, zone_id="floor", min_count=2, dwell_s=2.0)
POST = Rule("post", RuleKind.POST_ABSENT, zone_id="floor", dwell_s=5.0)
EXIT = Rule("exit", RuleKind.EXIT_BLOCKED, zone_id="floor", dwell_s=5.0)
FALL = Rule("fall", RuleKind.FALL, dwell_s=2.0)


def mirrored(box: Box) -> Box:
    return 1 - box[2], box[1], 1 - box[0], box[3]


@dataclass(frozen=True)
class Person:
    """Walks from ``x`` with ``speed`` while present; wears what ``head`` and ``torso`` say.

    ``turn`` is when they turn round; ``falls`` and ``rises`` when they lie on the ground.
    """

    start: float = 1.0
    end: float = 9.0
    x: float = 0.2
    y: float = 0.2
    speed: float = 0.03
    height: float = 0.6
    head: str = "head"
    torso: str = ""
    hidden: tuple[float, float] = (0.0, 0.0)
    turn: float = 1e9
    falls: float = 1e9
    rises: float = 1e9
    score: float = 0.9

    def boxes(self, t: float) -> list[Detection]:
        if not self.start <= t < self.end or self.hidden[0] <= t < self.hidden[1]:
            return []
        there = min(t, self.turn) - self.start - max(0.0, t - self.turn)
        x = self.x + self.speed * there
        width = self.height / 3
        if self.falls <= t < self.rises:
            flat = (x, self.y + self.height - width, x + self.height, self.y + self.height)
            return [Detection("person", self.score, flat)]
        box = (x, self.y, x + width, self.y + self.height)
        found = [Detection("person", self.score, box)]
        if self.head:
            top = (x + width / 4, self.y + 0.01, x + 3 * width / 4, self.y + self.height / 6)
            found.append(Detection(self.head, 0.8, top))
        if self.torso:
            middle = (x, self.y + self.height / 5, x + width, self.y + self.height / 2)
            found.append(Detection(self.torso, 0.8, middle))
        return found


@dataclass(frozen=True)
class Flame:
    start: float = 1.0
    end: float = 9.0

    def boxes(self, t: float) -> list[Detection]:
        lit = self.start <= t < self.end
        return [Detection("fire", 0.5, (0.4, 0.4, 0.5, 0.6))] if lit else []


Spans = Sequence[tuple[float, float]]


@dataclass
class Scene:
    """``blocked``: when the floor looks changed; ``bad``: when the view is not OK.

    ``cut`` kills the pipeline before the first frame after that second, and lets another one take
    up what it left; no frame is judged for ``down`` seconds then. ``jitter`` moves each frame's
    time.
    """

    people: Sequence[Person | Flame] = ()
    rules: Sequence[Rule] = (HELMET,)
    fps: float = 5.0
    seconds: float = 14.0
    shift: float = 1_000_000.0
    mirror: bool = False
    size: tuple[int, int] = (1280, 720)
    blocked: Spans = ()
    bad: Spans = ()
    fault: ViewState = ViewState.BLACK
    missing: Spans = ()
    cut: float | None = None
    down: float = 0.0
    jitter: Sequence[float] = (0.0,)
    tremble: Sequence[float] = (0.0,)
    gate: bool = False
    scan_s: float = 10.0
    view_check: bool = True
    zones: Sequence[Zone] = (FLOOR,)
    days: Sequence[SpecialDay] = ()
    changes: list[Change] = field(default_factory=list)

    def run(self) -> list[Episode]:
        """The closed episodes as last told, times counted from the scene's start."""
        numbers = itertools.count(1)
        camera = self.camera()
        pipeline = CameraPipeline(camera, lambda: f"e{next(numbers)}", days=self.days)
        cut = self.cut
        for index in range(int(self.seconds * self.fps)):
            t = index / self.fps + self.jitter[index % len(self.jitter)]
            if cut is not None and t >= cut:
                cut, before = None, pipeline
                pipeline = CameraPipeline(camera, lambda: f"e{next(numbers)}", days=self.days)
                self._take_up(before, pipeline, t + self.down)
            if self.cut is not None and self.cut <= t < self.cut + self.down:
                continue
            if not within(self.missing, t):
                self.changes += pipeline.step(self._frame(t), self._boxes(t, index))
        self.changes += pipeline.book.close_all()
        told = {c.episode.event_id: c.episode for c in self.changes if c.phase is Phase.CLOSE}
        return [
            replace(e, started_t=e.started_t - self.shift, ended_t=(e.ended_t or 0) - self.shift)
            for e in told.values()
        ]

    def opened(self) -> int:
        return sum(change.phase is Phase.OPEN for change in self.changes)

    def camera(self) -> Camera:
        zones, rules, line = tuple(self.zones), tuple(self.rules), LINE
        if self.mirror:
            turned = {
                Direction.TO_LEFT: Direction.TO_RIGHT,
                Direction.TO_RIGHT: Direction.TO_LEFT,
                Direction.ANY: Direction.ANY,
            }
            zones = tuple(
                replace(z, polygon=tuple((1 - x, y) for x, y in z.polygon)) for z in zones
            )
            (x1, y1), (x2, y2) = line.start, line.end
            line = replace(line, start=(1 - x1, y1), end=(1 - x2, y2))
            rules = tuple(replace(rule, direction=turned[rule.direction]) for rule in rules)
        return Camera(
            "c",
            "c",
            "",
            zones=zones,
            rules=rules,
            lines=(line,),
            analysed_fps=self.fps,
            gate=self.gate,
            scan_s=self.scan_s,
            view_check=self.view_check,
        )

    def _frame(self, t: float) -> FrameInfo:
        view = self.fault if within(self.bad, t) else ViewState.OK
        changed = tuple(0.6 if within(self.blocked, t) else 0.05 for _ in self.zones)
        return FrameInfo(t + self.shift, *self.size, view=view, changed=changed)

    def _boxes(self, t: float, index: int) -> list[Detection]:
        boxes = [d for person in self.people for d in person.boxes(t)]
        off = self.tremble[index % len(self.tremble)]
        boxes = [
            replace(d, box=(d.box[0] + off, *d.box[1:2], d.box[2] + off, d.box[3])) for d in boxes
        ]
        return [replace(d, box=mirrored(d.box)) for d in boxes] if self.mirror else boxes

    def _take_up(self, before: CameraPipeline, after: CameraPipeline, t: float) -> None:
        """As the worker does after kill -9: state and live episodes by way of JSON."""
        state = json.loads(json.dumps(before.dump()))
        live = json.loads(json.dumps([to_values(e) for e in before.book.live_episodes]))
        if state:
            assert after.load(state, t + self.shift)
        after.restore([from_values(values) for values in live], t + self.shift)


def within(spans: Spans, t: float) -> bool:
    return any(start <= t < end for start, end in spans)


def kinds(episodes: Sequence[Episode]) -> list[RuleKind]:
    return [episode.rule_kind for episode in episodes]


def shape(episodes: Sequence[Episode]) -> list[tuple[str, float, float]]:
    return sorted((e.rule_id, round(e.started_t, 3), round(e.ended_t or 0, 3)) for e in episodes)
