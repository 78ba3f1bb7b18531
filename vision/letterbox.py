"""From a decoded picture to the model's input: made smaller once, straight from YUV."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from vision.contract import Box
from vision.planes import PLANAR, plane_of, rows_of, shrink

Image = NDArray[np.uint8]
PAD = 114  # the grey that the model was trained with
STRIDE = 32  # the model takes any multiple of this


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
        """Size of the resized picture; even, because colour comes in squares of two by two."""
        width, height = (max(2, 2 * round(side * self.scale / 2)) for side in self.source)
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


def fitted_shape(source: tuple[int, int], bound: tuple[int, int]) -> tuple[int, int]:
    """The input (width, height) for pictures of ``source``: their own shape, within ``bound``.

    As large as ``bound`` (multiples of 32) allows, and with less than 32 pixels of padding: a
    square picture in a wide bound would otherwise cost what the grey beside it costs.
    """
    width, height = Letterbox(source, bound).inner
    return _round_up(width), _round_up(height)


def _round_up(side: int) -> int:
    return -(-side // STRIDE) * STRIDE


class _Shrinker(threading.local):
    """What is worth keeping from one picture to the next, for each thread its own."""

    def __init__(self) -> None:
        # A frame's own reformat() sets swscale up anew each time, with a thread for each core.
        self.reformatter = VideoReformatter()
        self.small: av.VideoFrame | None = None

    def bgr(self, frame: av.VideoFrame, size: tuple[int, int]) -> av.VideoFrame:
        """``frame`` at ``size`` (width, height), as BGR."""
        if frame.format.name in PLANAR and (frame.width, frame.height) != size:
            frame = self._planes(frame, size)
        return self.reformatter.reformat(
            frame, *size, format="bgr24", interpolation="AREA", threads=1
        )

    def _planes(self, frame: av.VideoFrame, size: tuple[int, int]) -> av.VideoFrame:
        """Still YUV: a resize of planes takes a third of swscale's time, or less."""
        if self.small is None or (self.small.width, self.small.height) != size:
            self.small = av.VideoFrame(*size, "yuv420p")
        for index in range(3):
            into = plane_of(self.small, index)
            shrink(plane_of(frame, index), (into.shape[1], into.shape[0]), into)
        self.small.colorspace = frame.colorspace
        full = frame.format.name.startswith("yuvj")
        self.small.color_range = 2 if full else frame.color_range
        return self.small


_shrinker = _Shrinker()


def fill(frame: av.VideoFrame, target: tuple[int, int], out: Image) -> Letterbox:
    """Write ``frame`` into ``out`` (height, width, 3; BGR), padded to the target's shape."""
    box = Letterbox((frame.width, frame.height), target)
    (width, height), (left, top) = box.inner, box.offset
    small = _shrinker.bgr(frame, (width, height)).planes[0]
    pixels = rows_of(small, 3 * width)
    out[:top], out[top + height :] = PAD, PAD
    inner = out[top : top + height]
    inner[:, :left], inner[:, left + width :] = PAD, PAD
    inner[:, left : left + width] = pixels.reshape(height, width, 3)
    return box


def shrunk(frame: av.VideoFrame, size: tuple[int, int]) -> Image:
    """``frame`` at ``size`` (width, height), as a BGR picture of its own (height, width, 3)."""
    width, height = size
    small = _shrinker.bgr(frame, size).planes[0]
    return rows_of(small, 3 * width).reshape(height, width, 3).copy()


def blank(target: tuple[int, int]) -> Image:
    return np.full((target[1], target[0], 3), PAD, dtype=np.uint8)
