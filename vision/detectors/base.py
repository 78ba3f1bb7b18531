"""What every detector backend does, and how one is chosen by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from vision.contract import ModelRef
from vision.letterbox import Image, Letterbox
from vision.models import ModelError, ModelFile
from vision.seen import Detection
from vision.tracking import LOW_SCORE

# Boxes under this score serve nobody: the tracker's second round begins here.
CONFIDENCE = LOW_SCORE
NMS_IOU = 0.6
MAX_BOXES = 200
BACKENDS = ("onnx", "openvino", "ultralytics", "scripted")


@dataclass(frozen=True, slots=True)
class RawBoxes:
    """Boxes of one image: ``xyxy`` (n, 4) in input pixels, ``scores`` (n,), ``classes`` (n,)."""

    xyxy: NDArray[np.float32]
    scores: NDArray[np.float32]
    classes: NDArray[np.int64]


class Detector(Protocol):
    """A model ready to judge. ``batch`` is how many images it likes to take at once.

    Images are letterboxed BGR of one common shape (height, width, 3).
    """

    backend: str
    model: ModelRef
    classes: tuple[str, ...]
    batch: int

    def prepare(self, image: Image) -> Any:
        """``image`` in memory of the detector's own, as :meth:`judge` wants it.

        Afterwards the image may change: it lies in memory that another process writes.
        """
        ...

    def judge(self, prepared: Sequence[Any]) -> list[RawBoxes]:
        """Judge what :meth:`prepare` gave, all of one shape."""
        ...

    def detect(self, images: Sequence[Image]) -> list[RawBoxes]:
        """Both in one."""
        ...


class Whole:
    """:meth:`Detector.detect` for those who have the other two."""

    def prepare(self, image: Image) -> Any:
        return image.copy()

    def judge(self, prepared: Sequence[Any]) -> list[RawBoxes]:
        raise NotImplementedError

    def detect(self, images: Sequence[Image]) -> list[RawBoxes]:
        return self.judge([self.prepare(image) for image in images])


def open_detector(
    backend: str, model: Path | ModelFile, *, threads: int = 1, device: str = "cpu"
) -> Detector:
    """The detector called ``backend`` on ``device`` (``cpu``, ``cuda``, ``cuda:1``).

    ``model`` is a file of this machine's own, or one that is known by its hash and is loaded only
    if it has it. Raises :class:`ModelError` where it cannot be had.
    """
    if backend == "onnx":
        if device != "cpu":
            from vision.detectors.cuda import CudaDetector

            return CudaDetector(model, device=device)
        from vision.detectors.onnx import OnnxDetector

        return OnnxDetector(model, threads=threads)
    if backend == "ultralytics" and isinstance(model, ModelFile):
        raise ModelError("a node with the ultralytics backend runs no models from the web")
    if backend == "ultralytics":
        from vision.detectors.ultralytics import UltralyticsDetector

        return UltralyticsDetector(cast("Path", model), threads=threads, device=device)
    if device != "cpu" and backend in BACKENDS:
        raise ModelError(f"the {backend} backend runs on the CPU only, not on {device!r}")
    if backend == "openvino":
        from vision.detectors.openvino import OpenVinoDetector

        return OpenVinoDetector(model, threads=threads)
    if backend == "scripted":
        from vision.detectors.scripted import ScriptedDetector

        return ScriptedDetector(model)
    raise ModelError(f"unknown detector backend {backend!r}; known: {', '.join(BACKENDS)}")


def to_detections(raw: RawBoxes, classes: Sequence[str], box: Letterbox) -> list[Detection]:
    """Raw boxes as detections normalised to the frame; slivers outside of it are dropped."""
    found = []
    for xyxy, score, number in zip(raw.xyxy, raw.scores, raw.classes, strict=True):
        x1, y1, x2, y2 = (float(value) for value in xyxy)
        fitted = box.to_frame((x1, y1, x2, y2))
        if fitted[2] > fitted[0] and fitted[3] > fitted[1]:
            label = classes[int(number)]
            found.append(Detection(label, min(1.0, float(score)), fitted))
    return found
