"""What passes between the worker and its process for jobs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vision.contract import Camera, JobResult, Mask, NodeJob, SpecialDay
from vision.models import ModelFile


@dataclass(frozen=True, slots=True)
class Spec:
    """What a process runs with: the worker's own model, on the CPU."""

    backend: str
    model: Path
    log_format: str


@dataclass(frozen=True, slots=True)
class Look:
    """Make a picture of the key frame at the start of ``segment``, at most ``width`` wide.

    ``masks`` are in force now; those of the segment's own time lie beside it.
    """

    segment: Path
    masks: tuple[Mask, ...]
    width: int


@dataclass(frozen=True, slots=True)
class Picture:
    """The JPEG; empty where the segment holds no whole frame (yet)."""

    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Work:
    """One job. ``folder`` is its own, ``source`` the job's file in it.

    ``camera``: as it is watched now, without its addresses; None where this node does not watch it.
    ``ring`` and ``reference``: its last minute and its learnt view. ``days``: the official calendar.
    ``hosts``: what this machine may dial. ``model``: the weights of the web's that judge the camera,
    None for the worker's own.
    """

    job: NodeJob
    folder: Path
    source: Path | None = None
    camera: Camera | None = None
    ring: Path | None = None
    reference: Path | None = None
    days: tuple[SpecialDay, ...] = ()
    hosts: tuple[str, ...] = ()
    model: ModelFile | None = None

    @property
    def masks(self) -> tuple[Mask, ...]:
        """All that hide the camera's picture, by the web's word of just now and by ours."""
        known = [camera for camera in (self.job.before, self.camera) if camera is not None]
        return tuple(dict.fromkeys(mask for camera in known for mask in camera.masks))


@dataclass(frozen=True, slots=True)
class Done:
    """How a job ended, and the file that it made."""

    result: JobResult
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """An order that could not be obeyed for a reason that nobody expected."""

    problem: str


Order = Look | Work | None
Reply = Picture | Done | Broken
