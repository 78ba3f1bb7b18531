"""What the web asks a node to watch: cameras with their zones, lines, rules and schedules."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from vision.contract.checks import (
    ContractError,
    Point,
    check_lease_s,
    check_sha256,
    check_token,
    check_unit,
)
from vision.contract.codes import DayKind, Direction, RuleKind, WindowEffect
from vision.contract.models import ModelFile
from vision.contract.sites import Platform
from vision.contract.version import CONTRACT_VERSION, check_version

MAX_WINDOWS = 50


@dataclass(frozen=True, slots=True)
class Zone:
    """A named polygon on one camera's picture, three or more normalised points.

    ``shared`` is the name of the place where several cameras see it: what they see there at
    one time is one violation. Empty: this camera's alone.
    """

    zone_id: str
    name: str
    polygon: tuple[Point, ...]
    shared: str = ""

    def __post_init__(self) -> None:
        check_token("zone_id", self.zone_id)
        if self.shared:
            check_token("shared", self.shared)
        if len(self.polygon) < 3:
            raise ContractError("polygon", "a zone needs at least three points")
        for point in self.polygon:
            check_unit("polygon", point)


@dataclass(frozen=True, slots=True)
class Mask:
    """A polygon that nobody is to see: burnt in before a picture leaves the worker.

    What is detected mostly inside it is not judged either: no evidence could show it.
    """

    mask_id: str
    name: str
    polygon: tuple[Point, ...]

    def __post_init__(self) -> None:
        check_token("mask_id", self.mask_id)
        if len(self.polygon) < 3:
            raise ContractError("polygon", "a mask needs at least three points")
        for point in self.polygon:
            check_unit("polygon", point)


@dataclass(frozen=True, slots=True)
class Line:
    """A named line from ``start`` to ``end`` that may be crossed, in normalised points."""

    line_id: str
    name: str
    start: Point
    end: Point

    def __post_init__(self) -> None:
        check_token("line_id", self.line_id)
        for name in ("start", "end"):
            check_unit(name, getattr(self, name))
        if self.start == self.end:
            raise ContractError("end", "a line needs two different points")


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a rule is on: minutes of the local day, ISO weekdays (1 = Monday), kind of day.

    ``end`` before ``start`` runs over midnight and belongs to the day on which it starts. Equal
    values mean all day. ``days`` asks the official calendar (:class:`SpecialDay`): on
    "workday" a made-up Saturday counts and a holiday does not.
    """

    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    start_minute: int = 0
    end_minute: int = 0
    timezone: str = "Asia/Shanghai"
    days: DayKind = DayKind.ANY

    def __post_init__(self) -> None:
        if not all(1 <= day <= 7 for day in self.weekdays):
            raise ContractError("weekdays", "ISO weekdays run from 1 to 7")
        for name in ("start_minute", "end_minute"):
            if not 0 <= getattr(self, name) <= 1440:
                raise ContractError(name, "minutes of the day run from 0 to 1440")
        try:
            ZoneInfo(self.timezone)
        except (ValueError, KeyError, OSError):
            raise ContractError("timezone", "is no time zone that is known here") from None


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time with a permit behind it, such as hot work or a lift inside a barrier."""

    start: datetime
    end: datetime
    effect: WindowEffect = WindowEffect.OFF

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ContractError("end", "lies before start")


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that the official calendar sets against its weekday: a holiday or a made-up workday."""

    day: str
    is_rest: bool

    def __post_init__(self) -> None:
        try:
            date.fromisoformat(self.day)
        except ValueError:
            raise ContractError("day", "must be an ISO 8601 date") from None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule on one camera. ``zone_id`` None means the whole picture.

    ``dwell_s`` is by frame time. ``votes_needed`` of the last ``votes_window``
    judged frames must agree; frames judged "unknown" do not vote.
    ``min_height`` is the smallest person (or fire) height, normalised, that is judged.

    Line crossing needs ``line_id`` and heeds ``direction``. ``min_count`` is the number of people
    from which a zone is crowded, and under which a post is abandoned. ``min_share`` is the share of
    an exit's zone that must look unlike the empty one. ``windows`` are permits.
    """

    rule_id: str
    kind: RuleKind
    zone_id: str | None = None
    schedule: Schedule = field(default_factory=Schedule)
    dwell_s: float = 1.0
    votes_needed: int = 4
    votes_window: int = 6
    min_height: float = 0.1
    min_score: float = 0.35
    severity: str = "general"
    line_id: str | None = None
    direction: Direction = Direction.ANY
    min_count: int = 1
    min_share: float = 0.3
    windows: tuple[Window, ...] = ()

    def __post_init__(self) -> None:
        check_token("rule_id", self.rule_id)
        if self.kind is RuleKind.VIEW_FAULT:
            raise ContractError("kind", "is raised by the worker itself, without a rule")
        if not 0 <= self.dwell_s <= 3600:
            raise ContractError("dwell_s", "must lie between 0 and 3600 seconds")
        if not 1 <= self.votes_needed <= self.votes_window <= 100:
            raise ContractError("votes_needed", "must lie between 1 and votes_window")
        for name in ("min_height", "min_score", "min_share"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ContractError(name, "must lie between 0 and 1")
        if not 1 <= self.min_count <= 1000:
            raise ContractError("min_count", "must lie between 1 and 1000")
        if (self.kind is RuleKind.LINE_CROSSING) != (self.line_id is not None):
            raise ContractError("line_id", "is set for a line crossing, and only for one")
        if len(self.windows) > MAX_WINDOWS:
            raise ContractError("windows", f"at most {MAX_WINDOWS}")


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera as a worker runs it. ``url`` and ``sub_url`` are secrets: never log them.

    ``sub_url`` is the small stream of the same picture: judged instead of ``url`` where it is
    given, while ``url`` is kept for evidence. ``input_size`` bounds the model's input; frames
    of another shape take the part of it that fits them. ``adaptive``: key frames only while
    nothing moves. ``gate``: frames without motion are not judged, except one every ``scan_s``.
    ``view_check``: a frozen, black, covered or moved view suspends the rules. ``view_from``: a
    person has said that the view is right as it was then; what was learnt of it before is void.
    ``masks``: privacy; a node that does not know them is not given the camera at all.
    ``model`` is the sha256 of the weights that judge it; empty: the configuration's default.
    ``site`` says where its machine should stand, for those who place cameras on machines.
    """

    camera_id: str
    name: str
    url: str = field(repr=False)
    input_size: tuple[int, int] = (640, 384)
    analysed_fps: float = 4.0
    zones: tuple[Zone, ...] = ()
    rules: tuple[Rule, ...] = ()
    sub_url: str = field(default="", repr=False)
    lines: tuple[Line, ...] = ()
    adaptive: bool = True
    gate: bool = True
    scan_s: float = 10.0
    view_check: bool = True
    view_from: datetime | None = None
    masks: tuple[Mask, ...] = ()
    model: str = ""
    site: str = ""

    def __post_init__(self) -> None:
        check_token("camera_id", self.camera_id)
        if any(side % 32 or not 32 <= side <= 2048 for side in self.input_size):
            raise ContractError("input_size", "each side must be a multiple of 32 up to 2048")
        if not 0.1 <= self.analysed_fps <= 60:
            raise ContractError("analysed_fps", "must lie between 0.1 and 60")
        if not 1 <= self.scan_s <= 600:
            raise ContractError("scan_s", "must lie between 1 and 600 seconds")
        if self.model:
            check_sha256("model", self.model)
        self._check_places()

    def _check_places(self) -> None:
        zones = {zone.zone_id for zone in self.zones}
        lines = {line.line_id for line in self.lines}
        for rule in self.rules:
            if rule.zone_id is not None and rule.zone_id not in zones:
                raise ContractError(
                    "rules.zone_id", f"no zone called {rule.zone_id!r} on this camera"
                )
            if rule.line_id is not None and rule.line_id not in lines:
                raise ContractError(
                    "rules.line_id", f"no line called {rule.line_id!r} on this camera"
                )


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """All that one node runs. ``config_version`` changes whenever anything in it does.

    ``days`` are the exceptions of the official calendar around today, for schedules. ``models``
    are those that a camera or the default ``model`` names; an empty one is the worker's own.
    ``lease_s``: its cameras are shared by several machines and need a lease of so many seconds
    (:mod:`vision.contract.leases`); 0: they are the node's alone.
    """

    node: str
    config_version: str
    cameras: tuple[Camera, ...] = ()
    stream_hosts: tuple[str, ...] = ()
    days: tuple[SpecialDay, ...] = ()
    model: str = ""
    models: tuple[ModelFile, ...] = ()
    platforms: tuple[Platform, ...] = ()
    lease_s: float = 0.0
    contract: int = CONTRACT_VERSION

    def __post_init__(self) -> None:
        check_version(self.contract)
        known = {model.sha256 for model in self.models}
        for sha256 in {self.model} | {camera.model for camera in self.cameras}:
            if sha256 and sha256 not in known:
                raise ContractError("models", f"the model {sha256[:12]}... is not described")
        if self.lease_s:
            check_lease_s("lease_s", self.lease_s)
