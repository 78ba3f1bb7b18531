"""ByteTrack (Zhang et al., 2022, arXiv:2110.06864), in seconds instead of frames.

Written anew on :func:`lap.lapjv` (2 MB, where SciPy has 143 for this one function). Three
differences from the paper serve a worker that analyses a few frames a second: the motion model
steps by the true time between frames, a lost track lives for seconds, not for a number of
frames, and a third round matches by distance those boxes that a walker's step has taken apart
(HOTA at two frames a second: 65 with it, 45 without). Memory is bounded: lost tracks are forgotten and the number of tracks is capped.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from lap import lapjv
from numpy.typing import NDArray

from vision.contract import Box
from vision.seen import Detection, Track

Array = NDArray[np.float64]

HIGH_SCORE = 0.45  # first round of matching, and what may start a track
LOW_SCORE = 0.15  # second round: keeps a known track alive through a weak frame
MIN_IOU = 0.15  # people move far between frames at 2-4 frames a second
MIN_IOU_WEAK = 0.4
LOST_S = 2.0
CONFIRM_HITS = 2
MAX_TRACKS = 300
# Third round: distances in the person's heights. Chosen by bench/vision_tracking.py.
ASPECT = 16 / 9  # of most pictures: the boxes are normalised, a step to the side is not
SIZE_STEP = 1.35
NEAR_REACH = 0.3
WALK_SPEED = 1.0  # heights a second
TURN_SPEED = 0.6  # that somebody whose speed is known changes it by
MAX_REACH = 0.75
STEADY_HITS = 3
_NOISE_POSITION = 0.05  # of the box height, as in the paper
_NOISE_VELOCITY = 0.4  # of the box height, per second


@dataclass(slots=True)
class _Live:
    """One track's Kalman state: where (centre, width, height), how fast, and how sure.

    All four numbers start with the same doubt and are measured with the same noise, so one
    covariance of position and speed (``doubt``: position, both, speed) serves them all.
    """

    number: int
    where: list[float]
    speed: list[float]
    doubt: tuple[float, float, float]
    score: float
    first_t: float
    seen_t: float
    hits: int = 1

    @property
    def box(self) -> Box:
        cx, cy, w, h = self.where
        w, h = max(w, 1e-4), max(h, 1e-4)
        return cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2

    @classmethod
    def start(cls, number: int, t: float, detection: Detection) -> _Live:
        where = _measure(detection.box)
        position, speed = 2 * _NOISE_POSITION * where[3], 4 * _NOISE_VELOCITY * where[3]
        doubt = position**2, 0.0, speed**2
        return cls(number, where, [0.0] * 4, doubt, detection.score, t, t)

    def predict(self, step: float) -> None:
        height = max(self.where[3], 1e-3)
        position, both, speed = self.doubt
        self.where = [at + v * step for at, v in zip(self.where, self.speed, strict=True)]
        # Noise grows with elapsed time, so that 2 and 25 frames a second drift alike.
        self.doubt = (
            position + step * (2 * both + step * speed + (_NOISE_POSITION * height) ** 2),
            both + step * speed,
            speed + step * (_NOISE_VELOCITY * height) ** 2,
        )

    def correct(self, t: float, detection: Detection) -> None:
        measured = _measure(detection.box)
        position, both, speed = self.doubt
        noise = (_NOISE_POSITION * max(measured[3], 1e-3)) ** 2
        gain, pull = position / (position + noise), both / (position + noise)
        off = [found - at for found, at in zip(measured, self.where, strict=True)]
        self.where = [at + gain * o for at, o in zip(self.where, off, strict=True)]
        self.speed = [v + pull * o for v, o in zip(self.speed, off, strict=True)]
        self.doubt = position * (1 - gain), both * (1 - gain), speed - pull * both
        self.score, self.seen_t = detection.score, t
        self.hits += 1


class Tracker:
    """Follows the boxes of one label on one camera."""

    def __init__(
        self, label: str, *, lost_s: float = LOST_S, high_score: float = HIGH_SCORE
    ) -> None:
        self.label = label
        self._lost_s = lost_s
        self._high_score = high_score
        self._next = 1
        self._live: list[_Live] = []
        self._t: float | None = None

    def update(self, t: float, detections: Sequence[Detection]) -> list[Track]:
        """The tracks seen on the frame of time ``t`` (seconds), with their measured boxes."""
        step = max(0.0, t - self._t) if self._t is not None else 0.0
        self._t = t
        self._live = [track for track in self._live if t - track.seen_t <= self._lost_s]
        for track in self._live:
            track.predict(step)
        mine = [d for d in detections if d.label == self.label and d.score >= LOW_SCORE]
        strong = [d for d in mine if d.score >= self._high_score]
        weak = [d for d in mine if d.score < self._high_score]
        seen, free, fresh = self._match(t, self._live, strong, MIN_IOU)
        more, free, _ = self._match(t, free, weak, MIN_IOU_WEAK)
        far, fresh = self._reach(t, free, fresh)
        seen += more + far
        for detection in fresh[: MAX_TRACKS - len(self._live)]:
            self._live.append(_Live.start(self._next, t, detection))
            self._next += 1
        return [
            Track(f"{self.label}-{live.number}", self.label, d.score, d.box, live.first_t)
            for live, d in seen
            if live.hits >= CONFIRM_HITS
        ]

    def dump(self) -> dict[str, Any]:
        """All that the tracker knows, as JSON values."""
        return {"t": self._t, "next": self._next, "live": [asdict(live) for live in self._live]}

    def load(self, state: dict[str, Any]) -> None:
        self._t, self._next = state["t"], int(state["next"])
        self._live = [_Live(**{**live, "doubt": tuple(live["doubt"])}) for live in state["live"]]

    def _match(
        self, t: float, tracks: list[_Live], detections: list[Detection], min_iou: float
    ) -> tuple[list[tuple[_Live, Detection]], list[_Live], list[Detection]]:
        """(matched pairs, tracks left over, detections left over)."""
        if not tracks or not detections:
            return [], list(tracks), list(detections)
        overlap = iou_matrix([track.box for track in tracks], [d.box for d in detections])
        # -1 where there are more tracks than detections; a pair that does not overlap is none.
        _cost, columns, _rows = lapjv(1.0 - overlap, extend_cost=True)
        pairs = [(r, c) for r, c in enumerate(columns) if c >= 0 and overlap[r, c] >= min_iou]
        for row, column in pairs:
            tracks[row].correct(t, detections[column])
        taken_rows, taken_columns = {r for r, _ in pairs}, {c for _, c in pairs}
        return (
            [(tracks[r], detections[c]) for r, c in pairs],
            [track for i, track in enumerate(tracks) if i not in taken_rows],
            [d for i, d in enumerate(detections) if i not in taken_columns],
        )

    def _reach(
        self, t: float, tracks: Sequence[_Live], detections: Sequence[Detection]
    ) -> tuple[list[tuple[_Live, Detection]], list[Detection]]:
        """Third round, by distance: (matched pairs, detections left over).

        At two frames a second a walker's boxes do not overlap from one frame to the next. The
        nearest pairs go together where the track could have got there; how far that is depends
        on how long it was not seen and on whether its speed is known.
        """
        pairs = sorted(
            (away, row, column)
            for row, track in enumerate(tracks)
            for column, detection in enumerate(detections)
            if (away := _away(track, detection)) <= _reach_of(track, t)
        )
        found: dict[int, int] = {}
        for _, row, column in pairs:
            if row not in found and column not in found.values():
                found[row] = column
                tracks[row].correct(t, detections[column])
        taken = set(found.values())
        return (
            [(tracks[r], detections[c]) for r, c in found.items()],
            [d for i, d in enumerate(detections) if i not in taken],
        )


def _away(track: _Live, detection: Detection) -> float:
    """Distance of the centres in heights of the track; far where the sizes do not go together."""
    cx, cy, _, height = _measure(detection.box)
    if not 1 / SIZE_STEP <= height / max(track.where[3], 1e-6) <= SIZE_STEP:
        return float("inf")
    away = math.hypot((cx - track.where[0]) * ASPECT, cy - track.where[1])
    return away / max(track.where[3], 1e-3)


def _reach_of(track: _Live, t: float) -> float:
    """How far from where it is expected a track may be found, in its heights."""
    unseen_s = t - track.seen_t
    if track.hits < STEADY_HITS:
        return min(MAX_REACH, NEAR_REACH + WALK_SPEED * unseen_s)
    return min(MAX_REACH, NEAR_REACH + TURN_SPEED * unseen_s)


def iou_matrix(ones: Sequence[Box], others: Sequence[Box]) -> Array:
    """Intersection over union of each pair, shape (len(ones), len(others))."""
    a, b = np.asarray(ones, dtype=np.float64), np.asarray(others, dtype=np.float64)
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0.0, None), axis=2)
    size_a, size_b = np.prod(a[:, 2:] - a[:, :2], axis=1), np.prod(b[:, 2:] - b[:, :2], axis=1)
    union = size_a[:, None] + size_b[None, :] - shared
    overlap: Array = shared / np.maximum(union, 1e-12)
    return overlap


def _measure(box: Box) -> list[float]:
    x1, y1, x2, y2 = box
    return [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1]
