"""Privacy masks: what nobody is to see, black before a picture leaves the worker."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import av
import cv2
import numpy as np

from vision.contract import Mask, Point
from vision.letterbox import Image
from vision.planes import PLANAR, Plane, plane_of

# Pixels around a polygon that are black as well: whatever a scaler mixed into them, and so far a
# codec's ringing at the edge reaches with more than a trace.
MARGIN = 4
# Colour is carried a few pixels further where a picture's format has to be changed first.
WIDE_MARGIN = 8
_SUBPIXEL_BITS = 4
_BLACK, _FULL_BLACK, _NO_COLOUR = 16, 0, 128
_FULL_RANGE = 2  # of FFmpeg's AVColorRange


def burn(image: Image, masks: Sequence[Mask]) -> None:
    """Black out, in place, what ``masks`` hide of a BGR picture (height, width, 3)."""
    if masks:
        height, width = image.shape[:2]
        image[stencil(_polygons(masks), (width, height)) > 0] = 0


def burnt(frame: av.VideoFrame, masks: Sequence[Mask]) -> av.VideoFrame:
    """``frame`` without what ``masks`` hide: a copy, since decoders predict from what they gave.

    Where it is planar YUV it stays in its own format: converting first would carry colour out of
    the polygon. Without masks it is ``frame`` itself.
    """
    if not masks:
        return frame
    margin = MARGIN
    if frame.format.name not in PLANAR:
        frame, margin = frame.reformat(format="yuv420p"), WIDE_MARGIN
    size = frame.width, frame.height
    hidden = stencil(_polygons(masks), size, margin)
    black = _FULL_BLACK if _is_full_range(frame) else _BLACK
    copy = av.VideoFrame(*size, frame.format.name)
    for index in range(3):
        into, source = plane_of(copy, index), plane_of(frame, index)
        into[:] = source
        into[_fitted(hidden, source.shape) > 0] = black if index == 0 else _NO_COLOUR
    copy.colorspace, copy.color_range = frame.colorspace, frame.color_range
    copy.pts = frame.pts
    if frame.time_base is not None:
        copy.time_base = frame.time_base
    return copy


def _is_full_range(frame: av.VideoFrame) -> bool:
    return frame.format.name.startswith("yuvj") or frame.color_range == _FULL_RANGE


@functools.lru_cache(maxsize=16)
def stencil(
    polygons: tuple[tuple[Point, ...], ...], size: tuple[int, int], margin: int = MARGIN
) -> Plane:
    """What is black in a picture of ``size`` (width, height): 255 there, 0 elsewhere.

    ``margin`` pixels more than the polygons cover, and whole squares of two by two, which share
    their colour. What a polygon that crosses itself encloses is hidden with it.
    """
    width, height = size
    # Room for the last square of an odd side.
    shape = height + height % 2, width + width % 2
    found = np.zeros(shape, np.uint8)
    for polygon in polygons:
        one = np.zeros(shape, np.uint8)
        cv2.fillPoly(one, [_pixels(polygon, size)], 255, shift=_SUBPIXEL_BITS)
        outlines, _ = cv2.findContours(one, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(found, outlines, -1, 255, cv2.FILLED)
    found = np.asarray(cv2.dilate(found, np.ones((2 * margin + 1,) * 2, np.uint8)), np.uint8)
    squares = found.reshape(shape[0] // 2, 2, shape[1] // 2, 2).max(axis=(1, 3))
    whole: Plane = squares.repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
    whole.setflags(write=False)  # it is kept for the next picture
    return whole


def _pixels(
    polygon: Sequence[Point], size: tuple[int, int]
) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """Corners in fractions of a pixel, whose own middle is at a whole number."""
    corners = np.array(polygon, np.float64) * size - 0.5
    return np.rint(corners * (1 << _SUBPIXEL_BITS)).astype(np.int32)


def _fitted(hidden: Plane, shape: tuple[int, ...]) -> Plane:
    """``hidden`` at the ``shape`` (height, width) of a plane of colour: whole squares each way."""
    down, across = (-(-full // part) for full, part in zip(hidden.shape, shape, strict=True))
    return hidden[::down, ::across]


def _polygons(masks: Sequence[Mask]) -> tuple[tuple[Point, ...], ...]:
    return tuple(mask.polygon for mask in masks)
