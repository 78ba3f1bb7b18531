"""What a node saw: violation episodes and the files that show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vision.contract.checks import Box, ContractError, check_sha256, check_token, check_unit
from vision.contract.codes import EvidenceKind, Phase, RuleKind
from vision.contract.health import ModelRef
from vision.contract.version import CONTRACT_VERSION, check_version

MAX_BOXES = 200
MAX_EVENTS = 64  # in one request
MAX_EVIDENCE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class DetectedBox:
    """One box on the snapshot: the web draws it, it is never burnt in."""

    label: str
    score: float
    box: Box

    def __post_init__(self) -> None:
        if not 0.0 <= self.score <= 1.0:
            raise ContractError("score", "must lie between 0 and 1")
        check_unit("box", self.box)
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
        check_sha256("sha256", self.sha256)
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

    ``same_as`` names the event of another camera that saw the same thing in a shared zone first.
    ``detail`` is what the rule adds in a word or a number: the direction of a crossing, how many
    people, which fault of the view. ``lease`` numbers the term of the camera's lease under which it
    was seen (:mod:`vision.contract.leases`), 0 for a node that shares its cameras with nobody.
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
    same_as: str | None = None
    detail: str = ""
    lease: int = 0
    contract: int = CONTRACT_VERSION

    def __post_init__(self) -> None:
        for name in ("event_id", "node", "camera_id", "rule_id"):
            check_token(name, getattr(self, name))
        check_version(self.contract)
        if self.same_as is not None:
            check_token("same_as", self.same_as)
            if self.same_as == self.event_id:
                raise ContractError("same_as", "an event is not a duplicate of itself")
        if not 1 <= self.revision <= 2**31 - 1:
            raise ContractError("revision", "starts at 1")
        if not 0 <= self.lease <= 2**31 - 1:
            raise ContractError("lease", "is the number of a term, or 0")
        if not 0.0 <= self.score <= 1.0:
            raise ContractError("score", "must lie between 0 and 1")
        if len(self.boxes) > MAX_BOXES:
            raise ContractError("boxes", f"at most {MAX_BOXES}")
        if self.seen_at < self.started_at:
            raise ContractError("seen_at", "lies before started_at")
        if (self.phase is Phase.CLOSE) != (self.ended_at is not None):
            raise ContractError("ended_at", "is set when, and only when, the phase is close")
