"""What all judges of rules share: the picture they look at, the words in which they answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from vision.contract import Box, Camera, Line, Point, Rule, RuleKind
from vision.rules.votes import Stand
from vision.seen import PERSON, Detection, FrameInfo, Track
from vision.zones import foot, is_inside, polygon_area

GAP_S = 2.0  # sights on either side of a longer gap do not belong together
FORGET_S = 10.0
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
# Kinds whose subject is a place, not somebody who can be followed.
PLACE_KINDS = frozenset(
    {RuleKind.CROWDING, RuleKind.POST_ABSENT, RuleKind.EXIT_BLOCKED, RuleKind.VIEW_FAULT}
)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One subject under one rule on one frame; ``onset`` is when the breach began.

    ``shows`` is whether this very frame shows the breach: a decided breach goes on through
    frames that cannot be judged, but they are no evidence. ``box`` is what
    breaks the rule (a bare head), ``body`` the tracked subject, ``since`` its first sight.
    ``ended`` is when a breach that is over was last seen, where the rule knows better than
    the last sight of its subject.
    """

    rule_id: str
    kind: RuleKind
    zone_id: str | None
    subject: str
    t: float
    stand: Stand
    onset: float
    score: float
    box: Box
    why: str
    shows: bool
    body: Box
    since: float
    detail: str = ""
    ended: float | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """One frame as the judges see it. ``claims``: which rule speaks of a person's equipment."""

    frame: FrameInfo
    tracks: Sequence[Track]
    detections: Sequence[Detection]
    claims: dict[tuple[RuleKind, str], str] = field(default_factory=dict)

    @property
    def t(self) -> float:
        return self.frame.t

    @property
    def persons(self) -> list[Track]:
        return [track for track in self.tracks if track.label == PERSON]

    @property
    def aspect(self) -> float:
        """Width over height in pixels: what makes normalised x and y comparable."""
        return self.frame.width / max(1, self.frame.height)


class Ground:
    """The places of one camera's picture, and how long it may be without a frame."""

    def __init__(self, camera: Camera) -> None:
        self._polygons = {zone.zone_id: zone.polygon for zone in camera.zones}
        self._order = {zone.zone_id: index for index, zone in enumerate(camera.zones)}
        self._lines = {line.line_id: line for line in camera.lines}
        self.gap_s = gap_for(camera.analysed_fps)
        # Where nothing moves, the gate lets one frame pass every ``scan_s``.
        self.patience_s = max(self.gap_s, 1.5 * camera.scan_s + 1 if camera.gate else 0.0)

    def holds(self, zone_id: str | None, point: Point) -> bool:
        return zone_id is None or is_inside(point, self._polygons[zone_id])

    def polygon(self, zone_id: str | None) -> Sequence[Point]:
        if zone_id is None:
            return ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
        return self._polygons[zone_id]

    def bounds(self, zone_id: str | None) -> Box:
        """The smallest box around a zone."""
        xs, ys = zip(*self.polygon(zone_id), strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    def size(self, zone_id: str | None) -> float:
        return float("inf") if zone_id is None else polygon_area(self._polygons[zone_id])

    def changed(self, zone_id: str | None, frame: FrameInfo) -> float | None:
        """The share of a zone that looks unlike the empty one; None where it is not known."""
        index = self._order.get(zone_id or "", len(frame.changed))
        share = frame.changed[index] if index < len(frame.changed) else -1.0
        return share if share >= 0 else None

    def line(self, line_id: str | None) -> Line:
        return self._lines[line_id or ""]


class Judge(Protocol):
    """One rule of one camera at work. A new one knows nothing; ``forget`` makes it new again."""

    rule: Rule

    def step(self, scene: Scene) -> Iterable[Sighting]:
        """Every subject that the rule can see on this frame, and where it stands."""
        ...

    def forget(self) -> None: ...

    def dump(self) -> dict[str, Any]:
        """All that the rule remembers, as JSON values."""
        ...

    def load(self, state: dict[str, Any]) -> None: ...


class Memory(Protocol):
    """What a judge remembers of one subject."""

    def dump(self) -> dict[str, Any]: ...

    def load(self, state: dict[str, Any]) -> None: ...


M = TypeVar("M", bound=Memory)


class Memories(Generic[M]):
    """A judge's memories by subject, forgotten a while after the last sight: never growing."""

    def __init__(self, make: Callable[[], M], gap_s: float) -> None:
        self._make, self._keep_s = make, max(FORGET_S, 2 * gap_s)
        self._kept: dict[str, tuple[float, M]] = {}

    def of(self, subject: str, t: float) -> M:
        """The memory of a subject that is seen at ``t``."""
        memory = self._kept[subject][1] if subject in self._kept else self._make()
        self._kept[subject] = t, memory
        return memory

    def items(self) -> Iterator[tuple[str, M]]:
        return ((subject, memory) for subject, (_, memory) in self._kept.items())

    def prune(self, t: float) -> None:
        for subject in [s for s, (seen, _) in self._kept.items() if t - seen > self._keep_s]:
            del self._kept[subject]

    def clear(self) -> None:
        self._kept.clear()

    def dump(self) -> dict[str, Any]:
        return {subject: [seen, memory.dump()] for subject, (seen, memory) in self._kept.items()}

    def load(self, state: dict[str, Any]) -> None:
        for subject, (seen, dumped) in state.items():
            memory = self._make()
            memory.load(dumped)
            self._kept[subject] = float(seen), memory


class BySubject:
    """A judge whose whole state is what it remembers of each subject; set ``_subjects``."""

    _subjects: Memories[Any]

    def forget(self) -> None:
        self._subjects.clear()

    def dump(self) -> dict[str, Any]:
        return self._subjects.dump()

    def load(self, state: dict[str, Any]) -> None:
        self._subjects.load(state)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one frame shows of a breach: how sure, where, by which evidence."""

    score: float
    box: Box
    why: str
    shows: bool
    detail: str = ""


def of_track(
    rule: Rule,
    track: Track,
    t: float,
    seen: Seen,
    *,
    stand: Stand,
    onset: float,
    ended: float | None = None,
) -> Sighting:
    """A sighting of somebody or something that is followed."""
    return Sighting(
        rule_id=rule.rule_id,
        kind=rule.kind,
        zone_id=rule.zone_id,
        subject=track.subject,
        t=t,
        stand=stand,
        onset=onset,
        score=seen.score,
        box=seen.box,
        why=seen.why,
        shows=seen.shows,
        body=track.box,
        since=track.first_t,
        detail=seen.detail,
        ended=ended,
    )


def of_place(
    rule: Rule,
    body: Box,
    t: float,
    seen: Seen,
    *,
    stand: Stand,
    onset: float,
    ended: float | None = None,
) -> Sighting:
    """A sighting whose subject is the rule's place."""
    place = Track(place_name(rule.zone_id), "place", seen.score, body, 0.0)
    return of_track(rule, place, t, seen, stand=stand, onset=onset, ended=ended)


def place_name(zone_id: str | None) -> str:
    return f"zone:{zone_id}" if zone_id is not None else "picture"


def is_low(rule: Rule, track: Track) -> bool:
    return track.box[3] - track.box[1] < rule.min_height


def people_of(rule: Rule, scene: Scene) -> list[Track]:
    """The followed people whom the rule may judge: sure and large enough."""
    return [p for p in scene.persons if p.score >= rule.min_score and not is_low(rule, p)]


def spotted(rule: Rule, scene: Scene, ground: Ground) -> list[Detection]:
    """Every person box in the rule's zone, followed or not.

    For rules by which somebody's *absence* counts: a single frame of a quiet scene confirms no
    track, and whoever may be there is there.
    """
    return [
        d
        for d in scene.detections
        if d.label == PERSON
        and d.score >= rule.min_score
        and ground.holds(rule.zone_id, foot(d.box))
    ]


def gap_for(analysed_fps: float) -> float:
    """Seconds without a sight that are still "the same": at least three analysed frames."""
    return max(GAP_S, 3.0 / analysed_fps)
