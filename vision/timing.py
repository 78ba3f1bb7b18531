"""Clocks and paces: frame time from PTS, sampling at a rate, back-off with jitter."""

from __future__ import annotations

import math
import random

REANCHOR_S = 0.5
JUMP_S = 5.0


class PtsClock:
    """UTC for a stream's presentation times.

    ``utc = anchor + pts``. A frame cannot come from the future, so an early arrival pulls
    the anchor back at once. A late one is usually the network (it passes), so only
    lateness that lasts is taken for drift or a stepped clock and moves the anchor.
    """

    def __init__(self, *, patience_s: float = 10.0) -> None:
        self._anchor: float | None = None
        self._pts = 0.0
        self._late_since: float | None = None
        self._patience_s = patience_s

    def utc(self, pts: float, now: float) -> float:
        """The instant of ``pts`` (seconds) that arrived at ``now`` (seconds since the epoch)."""
        jumped = self._anchor is not None and abs(pts - self._pts) > JUMP_S
        if self._anchor is None or jumped:
            self._anchor, self._late_since = now - pts, None
        self._pts = pts
        late = now - (self._anchor + pts)
        if late < 0:
            self._anchor, self._late_since = now - pts, None
        elif late <= REANCHOR_S:
            self._late_since = None
        elif self._late_since is None:
            self._late_since = now
        elif not 0 <= now - self._late_since <= self._patience_s:
            self._anchor, self._late_since = now - pts, None
        return self._anchor + pts


class Beat:
    """Picks frames at about ``fps`` by their own time, keeping the beat over uneven input."""

    def __init__(self, fps: float) -> None:
        self._period = 1.0 / fps
        self._due: float | None = None

    def is_due(self, t: float) -> bool:
        if self._due is not None and self._due - JUMP_S < t < self._due - 1e-3:
            return False
        on_beat = self._due is not None and abs(t - self._due) < self._period
        # Where the stream itself has a hole (or jumps back), a new beat starts.
        self._due = (self._due if on_beat and self._due is not None else t) + self._period
        return True


class Backoff:
    """Waiting times that grow from ``first`` to ``last`` seconds, with jitter, for ever."""

    def __init__(self, first: float = 1.0, last: float = 60.0) -> None:
        self._first, self._last, self._tries = first, last, 0

    def next(self) -> float:
        """Seconds to wait now: between half and all of the step, so that many do not march."""
        step = min(self._last, math.ldexp(self._first, min(self._tries, 16)))
        self._tries += 1
        return step * random.uniform(0.5, 1.0)  # noqa: S311 (jitter, not a secret)

    def reset(self) -> None:
        self._tries = 0
