"""The planes of a decoded picture as arrays, and the cheapest way to make them smaller."""

from __future__ import annotations

import av
import av.video.plane
import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]
# 8 bits a sample, brightness in the first plane. In MJPEG's and the usual cameras' formats.
PLANAR = frozenset({f"yuv{j}{n}p" for j in ("", "j") for n in ("420", "422", "444")})
_BRIGHTNESS_FIRST = PLANAR | {"nv12", "nv21", "gray"}
_GREY = (0.114, 0.587, 0.299)  # of blue, green, red


def rows_of(plane: av.video.plane.VideoPlane, columns: int) -> Plane:
    """The first ``columns`` bytes of each row, where they lie; valid while ``plane`` lives."""
    pixels: Plane = np.frombuffer(plane, np.uint8)  # type: ignore[call-overload]
    return pixels.reshape(-1, plane.line_size)[:, :columns]


def plane_of(frame: av.VideoFrame, index: int) -> Plane:
    """A plane (height, width) where the decoder left it; valid while ``frame`` lives."""
    plane = frame.planes[index]
    return rows_of(plane, plane.width)


def shrink(plane: Plane, size: tuple[int, int], out: Plane | None = None) -> Plane:
    """``plane`` at ``size`` (width, height), averaged so that nothing aliases.

    Halving is what OpenCV does fastest by far (SIMD), so it halves while it can; what
    remains is under two to one, where interpolating is enough.
    """
    width, height = size
    while plane.shape[1] >= 2 * width and plane.shape[0] >= 2 * height:
        half = plane.shape[1] // 2, plane.shape[0] // 2
        even = plane[: 2 * half[1], : 2 * half[0]]
        into = out if half == size else None
        plane = np.asarray(cv2.resize(even, half, dst=into, interpolation=cv2.INTER_AREA), np.uint8)
        if half == size:
            return plane
    return np.asarray(cv2.resize(plane, size, dst=out, interpolation=cv2.INTER_LINEAR), np.uint8)


def thumbnail(frame: av.VideoFrame, size: tuple[int, int]) -> Plane:
    """The picture's brightness at ``size`` (width, height), without a conversion to BGR."""
    if frame.format.name in _BRIGHTNESS_FIRST:
        return shrink(plane_of(frame, 0), size)
    small = frame.reformat(width=size[0], height=size[1], format="bgr24", threads=1)
    grey = small.to_ndarray() @ np.array(_GREY, dtype=np.float32)
    return grey.astype(np.uint8)
