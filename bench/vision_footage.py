"""A painted scene for the measurements, where the real clips are not at hand.

A wall with some texture; for a fifth of the time somebody walks past it.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
THERE = (0.4, 0.6)  # of the clip


def paint(size: tuple[int, int], count: int) -> Iterator[Picture]:
    """``count`` BGR pictures of ``size`` (width, height), without a sensor's noise."""
    width, height = size
    coarse = np.random.default_rng(7).uniform(60, 180, (18, 32, 3))
    smooth = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    wall = np.clip(smooth, 0, 255).astype(np.uint8)
    first, last = (int(share * count) for share in THERE)
    for index in range(count):
        picture = wall.copy()
        if first <= index < last:
            left = round(width * 0.85 * (index - first) / (last - first))
            body = (left, height // 4), (left + width // 9, height)
            cv2.rectangle(picture, *body, (60, 40, 30), thickness=-1)
            head = left + width // 18, height // 4
            cv2.circle(picture, head, height // 14, (130, 150, 200), thickness=-1)
        yield picture
