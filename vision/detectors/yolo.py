"""The output of a YOLOv8-shaped network, decoded: shared by the runtimes that lack it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.detectors.base import CONFIDENCE, MAX_BOXES, NMS_IOU, RawBoxes
from vision.letterbox import Image
from vision.models import ModelError
from vision.tracking import iou_matrix

Floats = NDArray[np.float32]
# Moves boxes of different classes so far apart that they never overlap (input sizes are <= 2048).
_CLASS_STRIDE = 8192.0
# What a model from the web is tried with before it judges a camera: (width, height).
TRIAL_SIZES = ((320, 192), (96, 64))
CANDIDATES = 1000  # of one image before suppression; a crowd has a hundred times fewer people


def to_input(image: Image) -> Floats:
    """A BGR image as an RGB batch of one, shape (1, 3, height, width), 0..1.

    Plane by plane: 0.12 ms of CPU at 640x384, where one transposition of all takes 0.29.
    """
    batch = np.empty((1, 3, *image.shape[:2]), dtype=np.float32)
    for index, plane in enumerate(reversed(cv2.split(image))):
        batch[0, index] = plane
    return np.divide(batch, np.float32(255), out=batch)


def decode(output: Floats, floor: float | None = None) -> RawBoxes:
    """One image's output, shape (4 + classes, anchors), as boxes after class-wise NMS.

    Of scores from ``floor`` on, :data:`CONFIDENCE` where none is given.
    """
    least = CONFIDENCE if floor is None else floor
    scores_all = output[4:]
    classes = scores_all.argmax(axis=0)
    scores = np.take_along_axis(scores_all, classes[None], axis=0)[0]
    keep = np.flatnonzero(scores >= least)
    keep = keep[np.argsort(-scores[keep], kind="stable")][:CANDIDATES]
    return suppress(output[:4, keep].T, scores[keep], classes[keep])


def check_output(output: Floats, classes: Sequence[str]) -> None:
    """Raises :class:`ModelError` where ``output`` is not what :func:`decode` reads."""
    rows = 4 + len(classes)
    if output.ndim != 3 or output.shape[1] != rows:
        raise ModelError(f"its output has the shape {output.shape}, not (n, {rows}, anchors)")
    scores = output[:, 4:]
    if not np.isfinite(output).all() or (
        scores.size and not 0 <= scores.min() <= scores.max() <= 1
    ):
        raise ModelError("its scores do not lie between 0 and 1")


def suppress(centres: Floats, scores: Floats, classes: NDArray[np.int64]) -> RawBoxes:
    """Class-wise NMS; ``centres`` (n, 4) as cx, cy, w, h, in falling order of ``scores``."""
    cx, cy, w, h = centres.T
    xyxy = np.stack([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2], axis=1)
    kept = nms(xyxy + classes[:, None] * _CLASS_STRIDE)[:MAX_BOXES]
    return RawBoxes(
        xyxy[kept].astype(np.float32),
        scores[kept].astype(np.float32),
        classes[kept].astype(np.int64),
    )


def nms(xyxy: NDArray[np.floating], limit: float = NMS_IOU) -> NDArray[np.int64]:
    """Indices kept by greedy suppression; boxes (n, 4) come in falling order of score."""
    if len(xyxy) == 0:
        return np.zeros(0, dtype=np.int64)
    boxes = [(float(a), float(b), float(c), float(d)) for a, b, c, d in xyxy]
    clashes = iou_matrix(boxes, boxes) > limit
    alive = np.ones(len(boxes), dtype=bool)
    for index in range(len(boxes)):
        if alive[index]:
            alive[index + 1 :] &= ~clashes[index, index + 1 :]
    return np.flatnonzero(alive)
