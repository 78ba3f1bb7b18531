"""From a decoded picture to the model's input: one resize, straight from YUV."""

from __future__ import annotations

from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray

from vision.contract import Box

Image = NDArray[np.uint8]
PAD = 114  # the grey that the model was trained with


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where the picture lies within the model's input, in pixels of that input."""

    source: tuple[int, int]
    target: tuple[int, int]

    @property
    def scale(self) -> float:
        return min(self.target[0] / self.source[0], self.target[1] / self.source[1])

    @property
    def inner(self) -> tuple[int, int]:
        """Size of the resized picture."""
        width = max(1, round(self.source[0] * self.scale))
        height = max(1, round(self.source[1] * self.scale))
        return min(width, self.target[0]), min(height, self.target[1])

    @property
    def offset(self) -> tuple[int, int]:
        width, height = self.inner
        return (self.target[0] - width) // 2, (self.target[1] - height) // 2

    def to_frame(self, box: tuple[float, float, float, float]) -> Box:
        """A box in input pixels as a box normalised to the source frame, cut to it."""
        (left, top), (width, height) = self.offset, self.inner
        x1, x2 = ((value - left) / width for value in (box[0], box[2]))
        y1, y2 = ((value - top) / height for value in (box[1], box[3]))
        cut = [min(1.0, max(0.0, float(value))) for value in (x1, y1, x2, y2)]
        return cut[0], cut[1], cut[2], cut[3]


def fill(frame: av.VideoFrame, target: tuple[int, int], out: Image) -> Letterbox:
    """Write ``frame`` into ``out`` (height, width, 3; BGR), padded to the target's shape."""
    box = Letterbox((frame.width, frame.height), target)
    width, height = box.inner
    left, top = box.offset
    small = frame.reformat(width=width, height=height, format="bgr24", interpolation="BILINEAR")
    if (width, height) != target:
        out[:] = PAD
    out[top : top + height, left : left + width] = small.to_ndarray()
    return box


def blank(target: tuple[int, int]) -> Image:
    return np.full((target[1], target[0], 3), PAD, dtype=np.uint8)
