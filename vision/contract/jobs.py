"""What the web asks of a node beside its configuration: single jobs, and live pictures.

The web never dials: answers to ``/config`` and ``/heartbeat`` carry the header :data:`WORK_HEADER`
while something waits, and the worker then asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vision.contract.camera import Camera
from vision.contract.checks import Box, ContractError, check_sha256, check_token
from vision.contract.codes import EvidenceKind, JobKind, RuleKind
from vision.contract.sites import MAX_FOUND, Discover, FoundCamera
from vision.contract.version import CONTRACT_VERSION, check_version

WORK_HEADER = "Anqi-Work"
GROUP_HEADER = "Anqi-Group"  # which group of a cluster asks for work: it gets its own cameras'
TAKEN_HEADER = "Anqi-Taken-At"  # of a live picture: the frame's own instant, ISO 8601
MAX_LIVE_BYTES = 4 * 1024 * 1024
MAX_WATERMARK = 200


@dataclass(frozen=True, slots=True)
class LiveWant:
    """Somebody looks at this camera: send a JPEG at most ``width`` wide every ``every_s``."""

    camera_id: str
    until: datetime
    width: int = 480
    every_s: float = 5.0

    def __post_init__(self) -> None:
        check_token("camera_id", self.camera_id)
        if not 64 <= self.width <= 4096:
            raise ContractError("width", "must lie between 64 and 4096")
        if not 0.5 <= self.every_s <= 600:
            raise ContractError("every_s", "must lie between 0.5 and 600 seconds")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that the web holds: ``GET /jobs/<job_id>/source``."""

    kind: EvidenceKind
    sha256: str
    size: int
    start_at: datetime | None = None

    def __post_init__(self) -> None:
        check_sha256("sha256", self.sha256)


@dataclass(frozen=True, slots=True)
class NodeJob:
    """One thing to do, once.

    ``REPLAY``: ``source`` (a clip), ``before`` and ``after``: the camera
    with its rules as they are and as they would be (without addresses). ``COPY``: ``source``,
    ``keep`` (where those stand whose faces may be seen, on the picture of ``keep_at``; empty: all
    heads are blurred), ``watermark``. ``CLIP``: ``camera_id``, ``seconds``. In both ``before`` is the
    camera whose masks hide what they hide now, also where the node does not watch it.
    ``DISCOVER``: ``discover``, and no camera.
    """

    job_id: str
    kind: JobKind
    camera_id: str
    source: SourceFile | None = None
    before: Camera | None = None
    after: Camera | None = None
    keep: tuple[Box, ...] = ()
    keep_at: datetime | None = None
    watermark: str = ""
    seconds: float = 20.0
    discover: Discover | None = None

    def __post_init__(self) -> None:
        check_token("job_id", self.job_id)
        if (self.kind is JobKind.DISCOVER) != (self.discover is not None):
            raise ContractError("discover", "is set for a search for cameras, and only for one")
        if self.discover is None:
            check_token("camera_id", self.camera_id)
        if len(self.watermark) > MAX_WATERMARK:
            raise ContractError("watermark", f"at most {MAX_WATERMARK} characters")
        if not 1 <= self.seconds <= 60:
            raise ContractError("seconds", "must lie between 1 and 60")
        if self.kind in {JobKind.REPLAY, JobKind.COPY} and self.source is None:
            raise ContractError("source", "is missing")
        if self.kind is JobKind.REPLAY and (self.before is None or self.after is None):
            raise ContractError("before", "a replay needs the rules before and after")


@dataclass(frozen=True, slots=True)
class NodeWork:
    """What waits for one node: jobs that are its own for ``lease_s`` now, and wanted pictures."""

    node: str
    jobs: tuple[NodeJob, ...] = ()
    live: tuple[LiveWant, ...] = ()
    lease_s: float = 300.0
    contract: int = CONTRACT_VERSION

    def __post_init__(self) -> None:
        check_version(self.contract)


@dataclass(frozen=True, slots=True)
class Raised:
    """An episode that a replay raised, in seconds from the clip's first frame."""

    rule_id: str
    rule_kind: RuleKind
    start_s: float
    end_s: float
    score: float
    zone_id: str | None = None
    subject: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class JobResult:
    """``POST /jobs/<job_id>/result``: how a job ended. ``problem``: why not, in plain English.

    ``found``: the cameras of a search. Kinds that make a file send it first: ``PUT /jobs/<job_id>/file/<sha256>``.
    """

    job_id: str
    ok: bool
    problem: str = ""
    before: tuple[Raised, ...] = ()
    after: tuple[Raised, ...] = ()
    analysed: int = 0
    duration_s: float = 0.0
    sha256: str | None = None
    size: int = 0
    media_type: str = ""
    start_at: datetime | None = None
    end_at: datetime | None = None
    frame_size: tuple[int, int] | None = None
    found: tuple[FoundCamera, ...] = ()
    contract: int = CONTRACT_VERSION

    def __post_init__(self) -> None:
        check_token("job_id", self.job_id)
        check_version(self.contract)
        if len(self.found) > MAX_FOUND:
            raise ContractError("found", f"at most {MAX_FOUND}")
        if self.sha256 is not None:
            check_sha256("sha256", self.sha256)
