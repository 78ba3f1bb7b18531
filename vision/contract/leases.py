"""Who may watch a camera just now, where several machines share the cameras of one node.

The web's database is the arbiter: a worker that cannot reach it could not tell anything anyway.
A holder counts its lease on its own monotonic clock from the moment it *sent* the question, so it
always stops before the web gives the camera to another.

Each term has a number, ``epoch``, that grows whenever a camera passes to another holder; events name
the one under which they were seen (:attr:`ViolationEvent.lease`). The web orders an episode's
revisions by (epoch, revision). What a holder told of an episode that has passed on writes nothing
over; files that it declares are still wanted. What it saw in its own term and tells late is taken;
what it saw after its term is refused with 409, kept for the administrator, and parked by the worker.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vision.contract.checks import ContractError, check_lease_s, check_token
from vision.contract.codes import RuleKind
from vision.contract.events import DetectedBox, EvidenceRef
from vision.contract.health import ModelRef
from vision.contract.version import CONTRACT_VERSION, check_version

MAX_LEASES = 256


@dataclass(frozen=True, slots=True)
class LeaseAsk:
    """``POST /leases``: give or renew me these; ``release``: I have stopped watching those.

    ``fresh`` are those of ``cameras`` that the asker does not hold by its own count: with these the
    answer brings what is open, also where the first answer that did was lost on its way.
    """

    node: str
    holder: str
    cameras: tuple[str, ...] = ()
    release: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()
    contract: int = CONTRACT_VERSION

    def __post_init__(self) -> None:
        check_version(self.contract)
        check_token("node", self.node)
        check_token("holder", self.holder)
        for name in ("cameras", "release", "fresh"):
            cameras = getattr(self, name)
            if len(cameras) > MAX_LEASES:
                raise ContractError(name, f"at most {MAX_LEASES}")
            for camera_id in cameras:
                check_token(name, camera_id)


@dataclass(frozen=True, slots=True)
class CameraLease:
    """``camera_id`` is the asker's for ``seconds`` from when it asked; ``epoch`` numbers the term."""

    camera_id: str
    epoch: int
    seconds: float

    def __post_init__(self) -> None:
        check_token("camera_id", self.camera_id)
        if not 1 <= self.epoch <= 2**31 - 1:
            raise ContractError("epoch", "starts at 1")


@dataclass(frozen=True, slots=True)
class OpenEpisode:
    """An episode that an earlier holder told and did not end: the new one goes on with it.

    ``revision`` is the highest that the web has; the next one told must be higher. ``evidence``
    are the files that were declared, whether or not their bytes have arrived.
    """

    event_id: str
    revision: int
    camera_id: str
    rule_id: str
    rule_kind: RuleKind
    started_at: datetime
    seen_at: datetime
    score: float
    model: ModelRef
    zone_id: str | None = None
    subject: str = ""
    boxes: tuple[DetectedBox, ...] = ()
    snapshot_at: datetime | None = None
    frame_size: tuple[int, int] | None = None
    same_as: str | None = None
    detail: str = ""
    config_version: str = ""
    evidence: tuple[EvidenceRef, ...] = ()


@dataclass(frozen=True, slots=True)
class LeaseGrant:
    """The answer: what is the asker's now, and what is ``refused`` because another holds it."""

    node: str
    holder: str
    lease_s: float
    leases: tuple[CameraLease, ...] = ()
    refused: tuple[str, ...] = ()
    episodes: tuple[OpenEpisode, ...] = ()
    contract: int = CONTRACT_VERSION

    def __post_init__(self) -> None:
        check_version(self.contract)
        check_lease_s("lease_s", self.lease_s)
