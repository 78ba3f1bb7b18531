"""Whether anything moves: the cheap question that decides if a frame is decoded and judged.

Works on the luma thumbnail that the view's watcher shares, in frame time. Motion is what
differs both from the scene (a running average) and from a moment ago, in one piece large enough.
What somebody leaves behind, a bared floor or a parked barrow, differs from the scene alone.
Average and moment are spans of time and not counts of frames, so 2 and 25 frames a second, or a
key frame every few seconds, see the same motion.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np

from vision.reference import HEIGHT, WIDTH, Floats, Luma

SIZE = (WIDTH, HEIGHT)
SCENE_S = 10.0  # pace of the running average
MOMENT_S = 1.0  # who stands still for so long does not move
WARM_UP_S = 2.0  # the first frames are averaged evenly, whatever they show
UNLIKE = 12.0  # grey levels between two pixels; noise after the blur stays under 6
SMALLEST = 0.0012  # of the picture, in one piece: a person a tenth of its height is twice that
FLOOD = 0.6  # of the picture: a light was switched, exposure changed, the camera was turned
LIGHT = 25.0  # grey levels by which all pixels may rise or fall and still be the same scene
_BLUR = (5, 5)
_SAMPLE = 4  # every fourth row and column is enough to know the level of light
_KEPT_S = MOMENT_S / 4  # how finely the last moment is remembered


@dataclass(frozen=True, slots=True)
class Look:
    """One frame's answer.

    ``is_motion``: something of size moves. ``is_flood``: nearly everything changed at once; that
    is no motion, but worth one scan. ``share`` of all pixels that differ from the scene,
    ``largest`` the share that the largest moving piece makes up.
    """

    is_motion: bool
    is_flood: bool = False
    share: float = 0.0
    largest: float = 0.0


class Gate:
    """One camera's gate; a new one for each connection and each size of picture."""

    def __init__(self) -> None:
        self._scene: Floats | None = None
        self._moments: deque[tuple[float, Luma]] = deque()
        self._began_t = self._t = 0.0
        self._taken = 0

    def look(self, luma: Luma, t: float) -> Look:
        """Judge a thumbnail, uint8 (:data:`HEIGHT`, :data:`WIDTH`), of frame time ``t`` (s).

        A frame older than the last one is judged, and nothing is learnt from it.
        """
        smooth = np.asarray(cv2.GaussianBlur(luma, _BLUR, 0), np.uint8)
        if self._scene is None:
            return self._begin(smooth, t)
        unlike, level = _apart(smooth, self._scene)
        share = cv2.countNonZero(unlike) / unlike.size
        if share >= FLOOD or abs(level) > LIGHT:
            return self._begin(smooth, t)
        moving = cv2.bitwise_and(unlike, _apart(smooth, self._moments[0][1])[0])
        self._learn(smooth, self._scene, t)
        largest = _largest_piece(np.asarray(moving, np.uint8))
        return Look(largest >= SMALLEST, False, share, largest)

    def _begin(self, smooth: Luma, t: float) -> Look:
        self._scene = smooth.astype(np.float32)
        self._moments = deque([(t, smooth)])
        self._began_t = self._t = t
        self._taken = 1
        return Look(is_motion=False, is_flood=True, share=1.0)

    def _learn(self, smooth: Luma, scene: Floats, t: float) -> None:
        step_s = t - self._t
        if step_s <= 0:
            return
        self._t = t
        self._taken += 1
        weight = 1.0 - math.exp(-step_s / SCENE_S)
        if t - self._began_t < WARM_UP_S:
            weight = max(weight, 1.0 / self._taken)
        cv2.accumulateWeighted(smooth, scene, weight)
        if t - self._moments[-1][0] >= _KEPT_S - 1e-3:
            self._moments.append((t, smooth))
        while len(self._moments) > 1 and t - self._moments[1][0] >= MOMENT_S - _KEPT_S:
            self._moments.popleft()


def _apart(one: Luma, other: Luma | Floats) -> tuple[Luma, float]:
    """Which pixels differ (0 or 1), and by how many grey levels all of them rose."""
    change = cv2.subtract(one, other, dtype=cv2.CV_32F)
    sample = change[::_SAMPLE, ::_SAMPLE]
    # Clouds and exposure lift all pixels alike; the median is deaf to whatever passes.
    level = float(np.partition(sample, sample.size // 2, axis=None)[sample.size // 2])
    apart = np.abs(change - np.float32(level))
    return cv2.threshold(apart, UNLIKE, 1.0, cv2.THRESH_BINARY)[1].astype(np.uint8), level


def _largest_piece(mask: Luma) -> float:
    """The share of the picture that the largest connected piece of ``mask`` makes up."""
    if cv2.countNonZero(mask) < SMALLEST * mask.size:
        return 0.0
    # Three times as fast as OpenCV's own choice of algorithm.
    pieces = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_16U, cv2.CCL_SPAGHETTI)
    return float(pieces[2][1:, cv2.CC_STAT_AREA].max()) / mask.size
