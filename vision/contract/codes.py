"""The words that both sides use: kinds of rules, phases, states and faults."""

from __future__ import annotations

from enum import StrEnum


class RuleKind(StrEnum):
    """What a rule looks for. The web decides what it means in law."""

    HELMET_MISSING = "helmet_missing"
    VEST_MISSING = "vest_missing"
    INTRUSION = "intrusion"
    LINE_CROSSING = "line_crossing"
    LOITERING = "loitering"
    CROWDING = "crowding"
    POST_ABSENT = "post_absent"
    EXIT_BLOCKED = "exit_blocked"
    FIRE_SMOKE = "fire_smoke"
    FALL = "fall"  # experimental: judged from the shape of a person's box alone
    # The camera itself shows nothing that could be judged; the worker raises it without a rule.
    VIEW_FAULT = "view_fault"


class Direction(StrEnum):
    """Which crossings of a line count, seen by someone who looks from its start to its end."""

    ANY = "any"
    TO_LEFT = "to_left"
    TO_RIGHT = "to_right"


class DayKind(StrEnum):
    """On which days a schedule is on, by the official calendar of holidays and make-up days."""

    ANY = "any"
    WORKDAY = "workday"
    REST_DAY = "rest_day"


class WindowEffect(StrEnum):
    """What a permit window does to its rule: lifts it, or is the only time it is on."""

    OFF = "off"
    ONLY = "only"


class Phase(StrEnum):
    """Where an episode stands; a later revision may not go back."""

    OPEN = "open"
    UPDATE = "update"
    CLOSE = "close"


class EvidenceKind(StrEnum):
    SNAPSHOT = "snapshot"
    CLIP = "clip"


class JobKind(StrEnum):
    """What the web asks a node to do once."""

    REPLAY = "replay"  # a stored clip judged by the camera's rules and by changed ones
    COPY = "copy"  # a copy of clip or snapshot to hand out: others' faces blurred, a watermark
    CLIP = "clip"  # the last seconds of a camera, as a proof that it sees nothing
    DISCOVER = "discover"  # which cameras of the node's own network answer ONVIF


class ModelState(StrEnum):
    """Where a node stands with weights that it was asked to run."""

    FETCHING = "fetching"
    READY = "ready"
    REFUSED = "refused"  # not what was announced: another hash, other classes, another format
    FAILED = "failed"


class CameraState(StrEnum):
    """What the worker truly sees; "running" only while frames arrive."""

    STARTING = "starting"
    RUNNING = "running"
    STALLED = "stalled"
    FAILED = "failed"
    STOPPED = "stopped"


class ViewState(StrEnum):
    """Whether what a running stream shows can be judged; all but "ok" suspend the rules."""

    OK = "ok"
    FROZEN = "frozen"
    BLACK = "black"
    COVERED = "covered"
    MOVED = "moved"


class Decoding(StrEnum):
    """How much of a stream is decoded just now; "key" is the idle mode: key frames only."""

    NONE = "none"
    KEY = "key"
    FULL = "full"


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
