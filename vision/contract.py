"""What the vision worker and the web say to each other, version 1.

Standard library only, so that the web side can import it without pulling in
OpenCV or a model runtime. Workers only ever dial out. Every request carries
``Authorization: Bearer <node token>``.

=======  ==============================================  ==========================================
method   path (under :data:`API_PREFIX`)                 body / answer
=======  ==============================================  ==========================================
GET      ``/config``                                     :class:`NodeConfig`; ETag, 304 when unchanged
POST     ``/heartbeat``                                  :class:`Heartbeat`; 200 ``{"config_version"}``
POST     ``/violations``                                 :class:`ViolationEvent`; 201 created or newer
                                                         revision taken, 200 already had it
PUT      ``/violations/<event_id>/evidence/<sha256>``    raw bytes; 201 stored, 200 already had it
=======  ==============================================  ==========================================

Errors: 401/403 the token is wrong, expired or revoked: stop and alarm, do not
retry hot. 404 on evidence: the event has not arrived yet, retry later. 409 on
evidence: the event does not declare this hash. 422 the message breaks the
contract: the web parks it and shows it, the worker does not send it again.
5xx and timeouts: retry for ever with back-off.

Coordinates are normalised to the frame, 0..1, origin top left. Instants are
UTC, ISO 8601 with a ``Z`` or offset. Sizes in pixels are (width, height).
"""

from __future__ import annotations

import math
import re
import types
import typing
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar, Union

CONTRACT_VERSION = 1
API_PREFIX = "/api/vision/v1"
MAX_BOXES = 200
EARLIEST_YEAR, LATEST_YEAR = 1970, 2100
MAX_EVIDENCE_BYTES = 64 * 1024 * 1024

T = TypeVar("T")
Point = tuple[float, float]
Box = tuple[float, float, float, float]

_SHA256 = re.compile(r"[0-9a-f]{64}")
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


class ContractError(ValueError):
    """A message that breaks the contract; ``field`` is the dotted path to the culprit."""

    def __init__(self, field_path: str, problem: str) -> None:
        super().__init__(f"{field_path}: {problem}")
        self.field = field_path
        self.problem = problem


class RuleKind(StrEnum):
    """What a rule looks for. The web decides what it means in law."""

    HELMET_MISSING = "helmet_missing"
    VEST_MISSING = "vest_missing"
    INTRUSION = "intrusion"
    FIRE_SMOKE = "fire_smoke"


class Phase(StrEnum):
    """Where an episode stands; a later revision may not go back."""

    OPEN = "open"
    UPDATE = "update"
    CLOSE = "close"


class EvidenceKind(StrEnum):
    SNAPSHOT = "snapshot"
    CLIP = "clip"


class CameraState(StrEnum):
    """What the worker truly sees; "running" only while frames arrive."""

    STARTING = "starting"
    RUNNING = "running"
    STALLED = "stalled"
    FAILED = "failed"
    STOPPED = "stopped"


class StreamFault(StrEnum):
    """Why a stream is not running, in classes an operator can act on."""

    AUTHENTICATION = "authentication"
    NOT_FOUND = "not_found"
    CODEC = "codec"
    TIMEOUT = "timeout"
    TLS = "tls"
    REFUSED = "refused"
    NO_VIDEO = "no_video"
    HOST_NOT_ALLOWED = "host_not_allowed"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Zone:
    """A named polygon on one camera's picture, three or more normalised points."""

    zone_id: str
    name: str
    polygon: tuple[Point, ...]

    def __post_init__(self) -> None:
        _check_token("zone_id", self.zone_id)
        if len(self.polygon) < 3:
            raise ContractError("polygon", "a zone needs at least three points")
        for point in self.polygon:
            _check_unit("polygon", point)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a rule is on: minutes of the local day, ISO weekdays (1 = Monday).

    ``end`` before ``start`` runs over midnight. Equal values mean all day.
    """

    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    start_minute: int = 0
    end_minute: int = 0
    timezone: str = "Asia/Shanghai"

    def __post_init__(self) -> None:
        if not all(1 <= day <= 7 for day in self.weekdays):
            raise ContractError("weekdays", "ISO weekdays run from 1 to 7")
        for name in ("start_minute", "end_minute"):
            if not 0 <= getattr(self, name) <= 1440:
                raise ContractError(name, "minutes of the day run from 0 to 1440")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule on one camera. ``zone_id`` None means the whole picture.

    ``dwell_s`` is by frame time. ``votes_needed`` of the last ``votes_window``
    judged frames must agree; frames judged "unknown" do not vote.
    ``min_height`` is the smallest person (or fire) height, normalised, that is judged.
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

    def __post_init__(self) -> None:
        _check_token("rule_id", self.rule_id)
        if not 0 <= self.dwell_s <= 3600:
            raise ContractError("dwell_s", "must lie between 0 and 3600 seconds")
        if not 1 <= self.votes_needed <= self.votes_window <= 100:
            raise ContractError("votes_needed", "must lie between 1 and votes_window")
        for name in ("min_height", "min_score"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ContractError(name, "must lie between 0 and 1")


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera as a worker runs it. ``url`` is a secret: never log it."""

    camera_id: str
    name: str
    url: str = field(repr=False)
    input_size: tuple[int, int] = (640, 384)
    analysed_fps: float = 4.0
    zones: tuple[Zone, ...] = ()
    rules: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        _check_token("camera_id", self.camera_id)
        if any(side % 32 or not 32 <= side <= 2048 for side in self.input_size):
            raise ContractError("input_size", "each side must be a multiple of 32 up to 2048")
        if not 0.1 <= self.analysed_fps <= 60:
            raise ContractError("analysed_fps", "must lie between 0.1 and 60")
        known = {zone.zone_id for zone in self.zones}
        for rule in self.rules:
            if rule.zone_id is not None and rule.zone_id not in known:
                raise ContractError(
                    "rules.zone_id", f"no zone called {rule.zone_id!r} on this camera"
                )


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """All that one node runs. ``config_version`` changes whenever anything in it does."""

    node: str
    config_version: str
    cameras: tuple[Camera, ...] = ()
    stream_hosts: tuple[str, ...] = ()
    contract: int = CONTRACT_VERSION


@dataclass(frozen=True, slots=True)
class CameraHealth:
    """One camera's line of a heartbeat."""

    camera_id: str
    state: CameraState
    last_frame_at: datetime | None = None
    fps: float = 0.0
    frame_age_s: float | None = None
    reconnects: int = 0
    dropped: int = 0
    fault: StreamFault | None = None
    fault_detail: str = ""


@dataclass(frozen=True, slots=True)
class ModelRef:
    """Which weights judged; the hash is of the file that was loaded."""

    name: str
    version: str
    sha256: str

    def __post_init__(self) -> None:
        _check_sha256("sha256", self.sha256)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    node: str
    at: datetime
    started_at: datetime
    worker_version: str
    backend: str
    model: ModelRef | None = None
    config_version: str = ""
    queue_length: int = 0
    cameras: tuple[CameraHealth, ...] = ()
    contract: int = CONTRACT_VERSION


@dataclass(frozen=True, slots=True)
class DetectedBox:
    """One box on the snapshot: the web draws it, it is never burnt in."""

    label: str
    score: float
    box: Box

    def __post_init__(self) -> None:
        if not 0.0 <= self.score <= 1.0:
            raise ContractError("score", "must lie between 0 and 1")
        _check_unit("box", self.box)
        x1, y1, x2, y2 = self.box
        if x2 <= x1 or y2 <= y1:
            raise ContractError("box", "must be (x1, y1, x2, y2) with x2 > x1 and y2 > y1")


@dataclass(frozen=True, slots=True)
class EvidenceRef:
    """A file that the worker holds and will upload under this hash."""

    kind: EvidenceKind
    sha256: str
    size: int
    media_type: str
    start_at: datetime | None = None
    end_at: datetime | None = None

    def __post_init__(self) -> None:
        _check_sha256("sha256", self.sha256)
        if not 0 < self.size <= MAX_EVIDENCE_BYTES:
            raise ContractError("size", f"must lie between 1 and {MAX_EVIDENCE_BYTES} bytes")
        allowed = {EvidenceKind.SNAPSHOT: {"image/jpeg"}, EvidenceKind.CLIP: {"video/mp4"}}
        if self.media_type not in allowed[self.kind]:
            raise ContractError("media_type", f"{self.media_type!r} does not fit a {self.kind}")


@dataclass(frozen=True, slots=True)
class ViolationEvent:
    """One revision of one violation episode.

    ``event_id`` is made once, when the episode opens, and never changes.
    ``revision`` grows by one with each message; the web keeps the highest, so a
    late "open" after its "close" changes nothing. Each revision is complete in itself.
    """

    event_id: str
    revision: int
    phase: Phase
    node: str
    camera_id: str
    rule_id: str
    rule_kind: RuleKind
    started_at: datetime
    seen_at: datetime
    score: float
    model: ModelRef
    zone_id: str | None = None
    subject: str = ""
    ended_at: datetime | None = None
    boxes: tuple[DetectedBox, ...] = ()
    snapshot_at: datetime | None = None
    frame_size: tuple[int, int] | None = None
    evidence: tuple[EvidenceRef, ...] = ()
    config_version: str = ""
    contract: int = CONTRACT_VERSION

    def __post_init__(self) -> None:
        for name in ("event_id", "node", "camera_id", "rule_id"):
            _check_token(name, getattr(self, name))
        if self.contract != CONTRACT_VERSION:
            raise ContractError("contract", f"this side speaks version {CONTRACT_VERSION}")
        if not 1 <= self.revision <= 2**31 - 1:
            raise ContractError("revision", "starts at 1")
        if not 0.0 <= self.score <= 1.0:
            raise ContractError("score", "must lie between 0 and 1")
        if len(self.boxes) > MAX_BOXES:
            raise ContractError("boxes", f"at most {MAX_BOXES}")
        if self.seen_at < self.started_at:
            raise ContractError("seen_at", "lies before started_at")
        if (self.phase is Phase.CLOSE) != (self.ended_at is not None):
            raise ContractError("ended_at", "is set when, and only when, the phase is close")


def to_json(message: Any) -> dict[str, Any]:
    """A dataclass of this module as plain JSON values."""
    return typing.cast("dict[str, Any]", _plain(asdict(message)))


def parse(kind: type[T], data: object) -> T:
    """``data`` (decoded JSON) as ``kind``; raises :class:`ContractError` naming the field.

    Unknown and missing fields are refused: a silent loss on either side of the
    contract would be a lost violation.
    """
    return typing.cast("T", _read(kind, data, ""))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value


def _read(kind: Any, data: object, path: str) -> Any:
    origin = typing.get_origin(kind)
    if origin in (Union, types.UnionType):
        if data is None:
            return None
        return _read(next(a for a in typing.get_args(kind) if a is not type(None)), data, path)
    if origin is tuple:
        return _read_tuple(kind, data, path)
    if is_dataclass(kind):
        return _read_dataclass(typing.cast("type", kind), data, path)
    return _read_scalar(kind, data, path)


def _read_dataclass(kind: type, data: object, path: str) -> Any:
    if not isinstance(data, dict):
        raise ContractError(path or kind.__name__, "must be an object")
    hints = typing.get_type_hints(kind)
    for name in data:
        if name not in hints:
            raise ContractError(_join(path, str(name)), "unknown field")
    values = {n: _read(hints[n], v, _join(path, n)) for n, v in data.items()}
    for spec in fields(kind):
        required = spec.default is spec.default_factory  # both are dataclasses.MISSING
        if required and spec.name not in values:
            raise ContractError(_join(path, spec.name), "is missing")
    try:
        return kind(**values)
    except ContractError as error:
        raise ContractError(_join(path, error.field), error.problem) from None


def _read_tuple(kind: Any, data: object, path: str) -> tuple[Any, ...]:
    if not isinstance(data, (list, tuple)):
        raise ContractError(path, "must be a list")
    args = typing.get_args(kind)
    if args[-1] is Ellipsis:
        return tuple(_read(args[0], item, f"{path}[{i}]") for i, item in enumerate(data))
    if len(args) != len(data):
        raise ContractError(path, f"must have {len(args)} items")
    return tuple(
        _read(a, item, f"{path}[{i}]") for i, (a, item) in enumerate(zip(args, data, strict=True))
    )


def _read_scalar(kind: Any, data: object, path: str) -> Any:
    if kind is datetime:
        return _read_instant(data, path)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        try:
            return kind(typing.cast("str", data))
        except ValueError:
            known = ", ".join(kind)
            raise ContractError(path, f"{data!r} is not one of {known}") from None
    if kind is float and isinstance(data, (int, float)) and not isinstance(data, bool):
        if not math.isfinite(data):
            raise ContractError(path, "must be a finite number")
        return float(data)
    if type(data) is not kind:
        raise ContractError(path, f"must be of type {kind.__name__}")
    if isinstance(data, str) and len(data) > 2000:
        raise ContractError(path, "is longer than 2000 characters")
    return data


def _read_instant(data: object, path: str) -> datetime:
    try:
        instant = datetime.fromisoformat(typing.cast("str", data))
    except (TypeError, ValueError):
        raise ContractError(path, "must be an ISO 8601 instant") from None
    if instant.tzinfo is None:
        raise ContractError(path, "must carry a time zone")
    # Beyond these a zone's shift leaves the calendar, on every page that shows the instant.
    if not EARLIEST_YEAR <= instant.year < LATEST_YEAR:
        raise ContractError(path, f"must lie between {EARLIEST_YEAR} and {LATEST_YEAR}")
    return instant.astimezone(UTC)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _check_sha256(name: str, value: str) -> None:
    if not _SHA256.fullmatch(value):
        raise ContractError(name, "must be 64 lower-case hex digits")


def _check_token(name: str, value: str) -> None:
    if not _TOKEN.fullmatch(value):
        raise ContractError(name, "must be 1 to 64 letters, digits, dots, colons, dashes")


def _check_unit(name: str, values: tuple[float, ...]) -> None:
    if not all(0.0 <= v <= 1.0 for v in values):
        raise ContractError(name, "coordinates must lie between 0 and 1")


__all__ = [
    "API_PREFIX",
    "CONTRACT_VERSION",
    "MAX_BOXES",
    "MAX_EVIDENCE_BYTES",
    "Box",
    "Camera",
    "CameraHealth",
    "CameraState",
    "ContractError",
    "DetectedBox",
    "EvidenceKind",
    "EvidenceRef",
    "Heartbeat",
    "ModelRef",
    "NodeConfig",
    "Phase",
    "Point",
    "Rule",
    "RuleKind",
    "Schedule",
    "StreamFault",
    "ViolationEvent",
    "Zone",
    "parse",
    "to_json",
]
