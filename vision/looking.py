"""What becomes of a decoded picture: looked at, and handed on where it is worth judging."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import av

from vision.contract import ViewState
from vision.gate import SIZE, Gate, Look
from vision.letterbox import fill, fitted_shape
from vision.mailbox import Mailbox
from vision.planes import thumbnail
from vision.timing import Beat
from vision.view import Seen, Watcher

# How long everything is decoded after the last motion, which the gate itself remembers for a
# second; a wish says it itself.
AWAKE_S = 2.0
BACK_S = 5.0  # a frame so much older than the last one belongs to another count of time
WAIT_S = 0.25  # for the detector to take a frame of the past before the next one
PATIENCE_S = 2.0  # for all of them together: then the present goes first
BEHIND_S = 0.5
STEP_S = 0.005


@dataclass(slots=True)
class Tally:
    """Counted since the camera was started; survives reconnects.

    ``frames`` were decoded, ``corrupt`` broken, ``gated`` due but without anything to judge,
    ``put`` handed on.
    """

    frames: int = 0
    corrupt: int = 0
    gated: int = 0
    put: int = 0
    last_frame_t: float | None = None
    frame_size: tuple[int, int] | None = None
    view: ViewState = ViewState.OK


@dataclass(frozen=True, slots=True)
class Habits:
    """How one camera is looked at; the names are those of :class:`vision.contract.Camera`."""

    input_size: tuple[int, int]
    analysed_fps: float
    gate: bool = True
    scan_s: float = 10.0


class Looker:
    """One connection's eye: samples at the analysed rate, gates, watches the view, hands on."""

    def __init__(
        self,
        habits: Habits,
        mailbox: Mailbox,
        tally: Tally,
        *,
        new_watcher: Callable[[], Watcher] | None,
        now: Callable[[], float],
    ) -> None:
        self._habits, self._mailbox, self._tally = habits, mailbox, tally
        self._new_watcher, self._now = new_watcher, now
        self._watcher: Watcher | None = None
        self._gate = Gate()
        self._seen = Seen(ViewState.OK)
        self._seen_t = self._put_t = float("-inf")
        self._put_view = ViewState.OK
        self._scan_t: float | None = None
        self._beat = Beat(habits.analysed_fps)
        self._awake_until = time.monotonic() + AWAKE_S
        self._patience_s = 0.0
        self.is_stirred = False

    @property
    def is_awake(self) -> bool:
        """Whether everything should be decoded: motion not long ago, or a wish."""
        return self._mailbox.is_wanted() or time.monotonic() < self._awake_until

    def needs(self, t: float) -> bool:
        """Whether a picture of the instant ``t`` (UTC seconds) would be looked at."""
        return not self._is_past(t) and self._beat.would_be_due(t)

    def rewind(self) -> None:
        """Frames of the past follow; they are handed on one by one, as far as time allows."""
        self._beat = Beat(self._habits.analysed_fps)
        self._patience_s = PATIENCE_S
        self.is_stirred = False

    def show(self, t: float, frame: av.VideoFrame, *, is_alone: bool = False) -> None:
        """Take in a picture of the instant ``t`` (UTC seconds).

        ``is_alone``: a key frame of an idle stream. One with motion is not handed on: it comes
        again, after those of before it, when the stream has been woken.
        """
        self._tally.frames += 1
        self._tally.last_frame_t = t
        self._mind_size(frame)
        if self._is_past(t) or not self._beat.is_due(t):
            return
        luma = thumbnail(frame, SIZE)
        look = self._gate.look(luma, t)
        if self._watcher is not None and not t <= self._seen_t < t + BACK_S:
            self._seen, self._seen_t = self._watcher.look(luma, t), t
            self._tally.view = self._seen.view
        if look.is_motion:
            self._stay_awake()
            self.is_stirred = True
            if is_alone:
                return
        if self._is_worth(look, t):
            self._hand_on(t, frame)
        else:
            self._tally.gated += 1

    def close(self) -> None:
        if self._watcher is not None:
            self._watcher.close()

    def _is_past(self, t: float) -> bool:
        return t <= self._put_t < t + BACK_S

    def _stay_awake(self) -> None:
        self._awake_until = time.monotonic() + AWAKE_S

    def _mind_size(self, frame: av.VideoFrame) -> None:
        size = frame.width, frame.height
        if self._tally.frame_size == size and (self._watcher or not self._new_watcher):
            return
        if self._tally.frame_size != size:
            self._tally.frame_size = size
            self._gate = Gate()
        self.close()
        self._watcher = self._new_watcher() if self._new_watcher else None

    def _is_worth(self, look: Look, t: float) -> bool:
        # A view that is not all right is to be known, and to be known when it is again.
        scan_s = self._habits.scan_s if self._seen.view is self._put_view is ViewState.OK else 2.0
        is_scan = self._scan_t is None or not 0 <= t - self._scan_t < scan_s
        wanted = look.is_motion or look.is_flood or is_scan or not self._habits.gate
        return wanted or self._mailbox.is_wanted()

    def _hand_on(self, t: float, frame: av.VideoFrame) -> None:
        self._await_reader(t)
        source = frame.width, frame.height
        shape = fitted_shape(source, self._habits.input_size)
        self._mailbox.put(
            t,
            source,
            shape,
            lambda image: fill(frame, shape, image),
            view=self._seen.view,
            changed=self._seen.changed,
        )
        self._put_t, self._scan_t, self._put_view = t, t, self._seen.view
        self._tally.put += 1

    def _await_reader(self, t: float) -> None:
        """Latest wins, but for frames of the past: those would all be overtaken in a burst."""
        if self._patience_s <= 0:
            return
        began = time.monotonic()
        until = began + min(WAIT_S, self._patience_s)
        while not self._mailbox.is_taken() and time.monotonic() < until:
            time.sleep(STEP_S)
        self._mailbox.beat()
        self._patience_s -= time.monotonic() - began
        if self._now() - t < BEHIND_S:
            self._patience_s = 0.0
