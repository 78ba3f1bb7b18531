"""ByteTrack (Zhang et al., 2022, arXiv:2110.06864), in seconds instead of frames.

Written anew on :func:`lap.lapjv` (2 MB, where SciPy has 143 for this one function). Two
differences from the paper serve a worker that analyses a few frames a second: the motion model
steps by the true time between frames, and a lost track lives for seconds, not for a number of
frames. Memory is bounded: lost tracks are forgotten and the number of tracks is capped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
_NOISE_POSITION = 0.05  # of the box height, as in the paper
_NOISE_VELOCITY = 0.25  # of the box height, per second


@dataclass(slots=True)
class _Live:
    """One track's Kalman state: centre, width, height and their speeds."""

    number: int
    mean: Array
    covariance: Array
    score: float
    first_t: float
    seen_t: float
    hits: int = 1

    @property
    def box(self) -> Box:
        cx, cy, w, h = (float(v) for v in self.mean[:4])
        w, h = max(w, 1e-4), max(h, 1e-4)
        return cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2

    def dump(self) -> list[Any]:
        """As JSON values. Position and speed of one axis go together, all else is apart."""
        spread = [float(v) for v in np.diag(self.covariance)]
        cross = [float(self.covariance[i, i + 4]) for i in range(4)]
        mean = [float(v) for v in self.mean]
        return [self.number, mean, spread, cross, self.score, self.first_t, self.seen_t, self.hits]

    @classmethod
    def restored(cls, state: Sequence[Any]) -> _Live:
        number, mean, spread, cross, score, first_t, seen_t, hits = state
        covariance = np.diag(np.asarray(spread, dtype=np.float64))
        for i, value in enumerate(cross):
            covariance[i, i + 4] = covariance[i + 4, i] = value
        where = np.asarray(mean, dtype=np.float64)
        return cls(number, where, covariance, score, first_t, seen_t, hits)


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
            _predict(track, step)
        mine = [d for d in detections if d.label == self.label and d.score >= LOW_SCORE]
        strong = [d for d in mine if d.score >= self._high_score]
        weak = [d for d in mine if d.score < self._high_score]
        seen, free, fresh = self._match(t, self._live, strong, MIN_IOU)
        more, _, _ = self._match(t, free, weak, MIN_IOU_WEAK)
        seen += more
        for detection in fresh[: MAX_TRACKS - len(self._live)]:
            self._start(t, detection)
        return [
            Track(f"{self.label}-{live.number}", self.label, d.score, d.box, live.first_t)
            for live, d in seen
            if live.hits >= CONFIRM_HITS
        ]

    def dump(self) -> dict[str, Any]:
        """All that the tracker knows, as JSON values."""
        return {"t": self._t, "next": self._next, "live": [live.dump() for live in self._live]}

    def load(self, state: dict[str, Any]) -> None:
        self._t, self._next = state["t"], int(state["next"])
        self._live = [_Live.restored(live) for live in state["live"]]

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
            _correct(tracks[row], detections[column], t)
        taken_rows, taken_columns = {r for r, _ in pairs}, {c for _, c in pairs}
        return (
            [(tracks[r], detections[c]) for r, c in pairs],
            [track for i, track in enumerate(tracks) if i not in taken_rows],
            [d for i, d in enumerate(detections) if i not in taken_columns],
        )

    def _start(self, t: float, detection: Detection) -> None:
        measured = _measure(detection.box)
        height = measured[3]
        spread = np.array([2 * _NOISE_POSITION] * 4 + [4 * _NOISE_VELOCITY] * 4) * height
        mean = np.concatenate([measured, np.zeros(4)])
        live = _Live(self._next, mean, np.diag(spread**2), detection.score, t, t)
        self._live.append(live)
        self._next += 1


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


def _measure(box: Box) -> Array:
    x1, y1, x2, y2 = box
    return np.array([(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1])


def _predict(track: _Live, step: float) -> None:
    move = np.eye(8)
    move[:4, 4:] = np.eye(4) * step
    height = max(float(track.mean[3]), 1e-3)
    # Noise grows with elapsed time, so that 2 and 25 frames a second drift alike.
    noise = np.array([_NOISE_POSITION] * 4 + [_NOISE_VELOCITY] * 4) * height
    track.mean = move @ track.mean
    track.covariance = move @ track.covariance @ move.T + np.diag(noise**2) * step


def _correct(track: _Live, detection: Detection, t: float) -> None:
    measured = _measure(detection.box)
    noise = np.diag(np.full(4, (_NOISE_POSITION * max(float(measured[3]), 1e-3)) ** 2))
    innovation = track.covariance[:4, :4] + noise
    gain = np.linalg.solve(innovation, track.covariance[:, :4].T).T
    track.mean = track.mean + gain @ (measured - track.mean[:4])
    track.covariance = track.covariance - gain @ track.covariance[:4, :]
    track.score, track.seen_t = detection.score, t
    track.hits += 1
