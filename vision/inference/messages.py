"""What passes between the worker and an inference process. Small: no pixels."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from vision.contract import ModelRef, ViewState
from vision.detectors.base import RawBoxes
from vision.models import ModelFile


@dataclass(frozen=True, slots=True)
class Spec:
    """What a process runs: one model on one device; ``name`` tells two on one device apart.

    ``model`` is a file of this machine's own, or one that is loaded only if it has its hash.
    """

    name: str
    device: str
    backend: str
    model: Path | ModelFile
    threads: int
    stale_s: float
    log_format: str


@dataclass(frozen=True, slots=True)
class Follow:
    """Judge what comes into this mailbox from now on."""

    camera_id: str
    mailbox: str
    input_size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Forget:
    camera_id: str


@dataclass(frozen=True, slots=True)
class Ready:
    """The model is loaded; the first message of a process."""

    model: ModelRef
    classes: tuple[str, ...]
    backend: str


@dataclass(frozen=True, slots=True)
class Unusable:
    """The model cannot be loaded; the only message of a process.

    ``is_changed``: the file is not the one of its hash any more.
    """

    detail: str
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """One judged frame.

    ``t`` UTC seconds and ``taken_at`` (monotonic) as the mailbox had them; ``source`` and
    ``shape`` (width, height) of the camera's frame and of the model's input; ``boxes`` packed by
    :func:`pack`; ``took_s`` this image's share of the model's time in a batch of ``batch`` on ``device``.
    ``model`` is the sha256 of the weights that judged it.
    """

    camera_id: str
    t: float
    taken_at: float
    source: tuple[int, int]
    shape: tuple[int, int]
    view: ViewState
    changed: tuple[float, ...]
    boxes: bytes
    took_s: float
    batch: int
    device: str
    model: str = ""


@dataclass(frozen=True, slots=True)
class Alive:
    """Sent once a second by a process that is not stuck; ``stale`` frames since the last one."""

    stale: dict[str, int] = field(default_factory=dict)


Order = Follow | Forget | None
Message = Ready | Unusable | Judged | Alive


def pack(raw: RawBoxes) -> bytes:
    """``raw`` in 24 bytes a box; nothing where nothing was found."""
    if len(raw.scores) == 0:
        return b""
    table = np.empty((len(raw.scores), 6), dtype=np.float32)
    table[:, :4], table[:, 4], table[:, 5] = raw.xyxy, raw.scores, raw.classes
    return table.tobytes()


def unpack(boxes: bytes) -> RawBoxes:
    table = np.frombuffer(boxes, dtype=np.float32).reshape(-1, 6)
    return RawBoxes(table[:, :4], table[:, 4], table[:, 5].astype(np.int64))
