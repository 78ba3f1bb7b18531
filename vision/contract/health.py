"""What a node reports of itself: cameras, detectors, queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vision.contract.checks import ContractError, check_sha256, check_token
from vision.contract.codes import CameraState, Decoding, StreamFault, ViewState
from vision.contract.models import ModelHealth
from vision.contract.version import CONTRACT_VERSION, check_version


@dataclass(frozen=True, slots=True)
class CameraHealth:
    """One camera's line of a heartbeat; counts since the worker started.

    ``dropped`` frames were overtaken, stale or corrupt (``corrupt`` alone beside it); ``judged``
    went through the model. ``fault`` is that of the stream that is judged; trouble of the other
    one stands in ``fault_detail``.
    """

    camera_id: str
    state: CameraState
    last_frame_at: datetime | None = None
    fps: float = 0.0
    frame_age_s: float | None = None
    reconnects: int = 0
    dropped: int = 0
    fault: StreamFault | None = None
    fault_detail: str = ""
    view: ViewState = ViewState.OK
    view_since: datetime | None = None
    decoding: Decoding = Decoding.NONE
    corrupt: int = 0
    judged: int = 0
    frame_size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ModelRef:
    """Which weights judged; the hash is of the file that was loaded."""

    name: str
    version: str
    sha256: str

    def __post_init__(self) -> None:
        check_sha256("sha256", self.sha256)


@dataclass(frozen=True, slots=True)
class DetectorHealth:
    """One inference process: ``device`` is ``cpu``, ``cuda:0``, ...; ``restarts`` by the watchdog.

    ``model`` is the sha256 of the weights it runs; empty for the worker's own.
    """

    device: str
    is_up: bool
    images: int = 0
    images_per_s: float = 0.0
    ms_per_image: float = 0.0
    restarts: int = 0
    model: str = ""

    def __post_init__(self) -> None:
        if self.model:
            check_sha256("model", self.model)


@dataclass(frozen=True, slots=True)
class StorageHealth:
    """The node's disk.

    ``recording`` is off while there is no room: what is kept and not yet sent is never thrown
    away for it. ``waiting_mb``: evidence that the web has not taken yet.
    """

    free_mb: int
    used_mb: int
    waiting_mb: int = 0
    recording: bool = True


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What a worker truly does. ``models``: those it was asked to run by hash.

    Where one node is a cluster, each of its groups speaks for its own cameras: ``group`` is its
    name and ``machine`` where it runs just now. Both are empty for a plain worker.
    """

    node: str
    at: datetime
    started_at: datetime
    worker_version: str
    backend: str
    model: ModelRef | None = None
    config_version: str = ""
    queue_length: int = 0
    cameras: tuple[CameraHealth, ...] = ()
    detectors: tuple[DetectorHealth, ...] = ()
    storage: StorageHealth | None = None
    models: tuple[ModelHealth, ...] = ()
    group: str = ""
    machine: str = ""
    contract: int = CONTRACT_VERSION

    def __post_init__(self) -> None:
        check_version(self.contract)
        if self.group:
            check_token("group", self.group)
        if len(self.machine) > 120:
            raise ContractError("machine", "takes at most 120 characters")
