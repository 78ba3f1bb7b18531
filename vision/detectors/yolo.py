"""The output of a YOLOv8-shaped network, decoded: shared by the runtimes that lack it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vision.detectors.base import CONFIDENCE, MAX_BOXES, NMS_IOU, RawBoxes
from vision.letterbox import Image
from vision.tracking import iou_matrix

Floats = NDArray[np.float32]
# Moves boxes of different classes so far apart that they never overlap (input sizes are <= 2048).
_CLASS_STRIDE = 8192.0


def to_input(images: Sequence[Image]) -> Floats:
    """BGR images as one RGB batch of shape (n, 3, height, width), 0..1."""
    batch = np.stack(images)[..., ::-1].transpose(0, 3, 1, 2)
    return np.ascontiguousarray(batch, dtype=np.float32) / np.float32(255)


def decode(output: Floats) -> RawBoxes:
    """One image's output, shape (4 + classes, anchors), as boxes after class-wise NMS."""
    scores_all = output[4:]
    classes = scores_all.argmax(axis=0)
    scores = np.take_along_axis(scores_all, classes[None], axis=0)[0]
    keep = np.flatnonzero(scores >= CONFIDENCE)
    keep = keep[np.argsort(-scores[keep], kind="stable")][: 10 * MAX_BOXES]
    cx, cy, w, h = output[:4, keep]
    xyxy = np.stack([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2], axis=1)
    kept = nms(xyxy + classes[keep, None] * _CLASS_STRIDE)[:MAX_BOXES]
    return RawBoxes(
        xyxy[kept].astype(np.float32),
        scores[keep][kept].astype(np.float32),
        classes[keep][kept].astype(np.int64),
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
