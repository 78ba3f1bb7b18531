"""Clocks and paces: frame time from PTS, sampling at a rate, back-off with jitter."""

from __future__ import annotations

import math
import random
import time

REANCHOR_S = 0.5
JUMP_S = 5.0
# Faster than any camera's clock runs wrong (20 to 100 ppm), slower than any jitter.
DRIFT = 2e-4
# A step back of more than this is no reordering of frames, it is another count.
BACK_S = 0.2
# Where 33 bits (MPEG) and 32 bits (RTP) of a 90 kHz clock start again from zero.
WRAPS_S = (2**33 / 90_000, 2**32 / 90_000)


class WallClock:
    """UTC that does not jump when somebody sets the clock: monotonic time plus one anchor.

    An error of more than ``REANCHOR_S`` that lasts for ``patience_s`` is a clock that was set
    right, and is taken over once ``may_step``; smaller ones are NTP's slewing and followed.
    """

    HOLD_S = 600.0  # as long as that a step may be put off while somebody is in view

    def __init__(self, *, patience_s: float = 30.0) -> None:
        self._patience_s = patience_s
        self._offset: float | None = None
        self._apart_since: float | None = None

    def now(self, *, may_step: bool = True) -> float:
        """Seconds since the epoch."""
        return self.at(time.monotonic(), time.time(), may_step=may_step)

    def at(self, monotonic: float, wall: float, *, may_step: bool = True) -> float:
        """As :meth:`now`, of the two clocks' given values."""
        offset = wall - monotonic
        if self._offset is None or abs(offset - self._offset) <= REANCHOR_S:
            self._offset, self._apart_since = offset, None
        elif self._apart_since is None:
            self._apart_since = monotonic
        else:
            lasted = monotonic - self._apart_since
            if lasted > (self._patience_s if may_step else self.HOLD_S):
                self._offset, self._apart_since = offset, None
        return monotonic + self._offset


class PtsClock:
    """UTC for a stream's presentation times.

    ``utc = anchor + pts``. A frame cannot come from the future, so an early arrival pulls
    the anchor back at once. A late one is usually the network (it passes), so lateness only
    lets the anchor creep, as fast as a camera's clock may run slow; what lasts and is more
    than ``REANCHOR_S`` is a jump, and moves it. A count that wraps around goes on.
    """

    def __init__(self, *, patience_s: float = 10.0) -> None:
        self._anchor: float | None = None
        self._pts = 0.0
        self._now = 0.0
        self._turns_s = 0.0
        self._late_since: float | None = None
        self._patience_s = patience_s

    def utc(self, pts: float, now: float) -> float:
        """The instant of ``pts`` (seconds) that arrived at ``now`` (seconds since the epoch)."""
        pts = self._unwrapped(pts)
        if self._anchor is None or pts < self._pts - BACK_S:
            return self._anchor_at(pts, now)
        waited_s, self._now = now - self._now, now
        self._pts = max(self._pts, pts)
        late = now - (self._anchor + pts)
        if late < 0:
            return self._anchor_at(pts, now)
        self._anchor += min(late, DRIFT * max(0.0, min(waited_s, 1.0)))
        if late <= REANCHOR_S:
            self._late_since = None
        elif self._late_since is None:
            self._late_since = now
        elif not 0 <= now - self._late_since <= self._patience_s:
            return self._anchor_at(pts, now)
        return self._anchor + pts

    def shift(self, seconds: float) -> None:
        """UTC itself was set on by so much; the stream is neither later nor earlier for it."""
        if self._anchor is not None:
            self._anchor, self._now = self._anchor + seconds, self._now + seconds
            if self._late_since is not None:
                self._late_since += seconds

    def _anchor_at(self, pts: float, now: float) -> float:
        self._anchor, self._pts, self._now, self._late_since = now - pts, pts, now, None
        return now

    def _unwrapped(self, pts: float) -> float:
        if self._anchor is None:
            return pts
        for wrap_s in WRAPS_S:
            if abs(pts + self._turns_s + wrap_s - self._pts) <= JUMP_S:
                self._turns_s += wrap_s
                break
        return pts + self._turns_s


class Beat:
    """Picks frames at about ``fps`` by their own time, keeping the beat over uneven input."""

    def __init__(self, fps: float) -> None:
        self._period = 1.0 / fps
        self._due: float | None = None

    def would_be_due(self, t: float) -> bool:
        """What :meth:`is_due` would say; nothing is picked by asking."""
        return self._due is None or not self._due - JUMP_S < t < self._due - 1e-3

    def is_due(self, t: float) -> bool:
        if not self.would_be_due(t):
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
