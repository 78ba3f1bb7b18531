"""The capture process: one thread per camera of a group, reconnecting for ever.

A process of its own, because a native call that hangs or crashes can only be ended by
ending its process. :mod:`vision.fleet` watches each camera's beat from outside and does so.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

from vision.bell import Bell
from vision.contract import CameraState, Decoding, StreamFault, ViewState, is_leased
from vision.decoding import LONGEST_GOP_S
from vision.logs import hide, hide_password_of, set_up
from vision.looking import Tally
from vision.mailbox import Mailbox
from vision.memory import give_back, keep_apart, settle
from vision.session import CameraSpec, Session, keep_evidence, loops
from vision.streams import StreamError, mask
from vision.timing import Backoff, WallClock

log = logging.getLogger(__name__)
# A camera that refuses a password locks the account after a few tries: ask rarely.
AUTHENTICATION_RETRY_S = 300.0
REPORT_S = 1.0
ORDER_S = 0.5  # an order is obeyed at once; so often it is looked whether the parent lives
# A platform rings the device for each try: not before so long, and no later than that.
LEASED_RETRY_S = (10.0, 30.0)
GOOD_RUN_S = 10.0  # a session that lived so long starts the back-off afresh
STUCK_S = 15.0  # silence of the evidence's thread after which the camera counts as hung


@dataclass(frozen=True, slots=True)
class Report:
    """What a capture thread says about itself; counts since the camera was started.

    ``fault`` is the trouble of the judged stream; ``evidence_fault`` that of the main stream,
    where a small one is judged. ``gated`` frames were due but showed nothing to judge.
    ``frame_age_s`` is that of the newest frame, by the clock that gave it its time.
    """

    camera_id: str
    state: CameraState
    fault: StreamFault | None = None
    detail: str = ""
    fps: float = 0.0
    frames: int = 0
    corrupt: int = 0
    reconnects: int = 0
    last_frame_t: float | None = None
    decoding: Decoding = Decoding.NONE
    view: ViewState = ViewState.OK
    frame_size: tuple[int, int] | None = None
    gated: int = 0
    evidence_fault: StreamFault | None = None
    evidence_detail: str = ""
    frame_age_s: float | None = None


@dataclass(frozen=True, slots=True)
class Start:
    spec: CameraSpec


@dataclass(frozen=True, slots=True)
class Stop:
    camera_id: str


class Attempts:
    """One stream, connected to again and again until it is over or stopped."""

    def __init__(self, name: str, url: str, stopped: threading.Event) -> None:
        self._name, self._url, self._stopped = name, url, stopped
        self.fault: StreamFault | None = None
        self.detail = ""
        self.reconnects = 0

    def run(
        self,
        once: Callable[[], None],
        progress: Callable[[], int],
        beat: Callable[[], None],
        failed: Callable[[], None] = lambda: None,
    ) -> None:
        """``once`` is one connection; ``progress`` grows while one is of use."""
        backoff = Backoff(*LEASED_RETRY_S) if is_leased(self._url) else Backoff()
        while not self._stopped.is_set():
            began, before = time.monotonic(), progress()
            wait = self._try(once, backoff, failed)
            if progress() > before and time.monotonic() - began > GOOD_RUN_S:
                backoff.reset()
            if wait is None:
                return
            give_back()  # a decoder and its frames
            self._sleep(wait, beat)
            self.reconnects += 1

    def _try(
        self, once: Callable[[], None], backoff: Backoff, failed: Callable[[], None]
    ) -> float | None:
        """Seconds to wait before the next connection, None for no next."""
        try:
            once()
        except StreamError as error:
            self._fail(error.fault, str(error), failed)
        except Exception as error:
            # Whatever one camera's stream provokes must not end the others of its group.
            log.exception("camera %s", self._name, extra={"camera_id": self._name})
            self._fail(StreamFault.OTHER, type(error).__name__, failed)
        else:
            self.fault, self.detail = None, ""
            if self._stopped.is_set():
                return None
            if loops(self._url):
                return 0.0
            if self._url.startswith("file:"):
                return None
            self._fail(StreamFault.OTHER, "the stream ended", failed)
        if self.fault is StreamFault.AUTHENTICATION:
            return AUTHENTICATION_RETRY_S
        return backoff.next()

    def _fail(self, fault: StreamFault, detail: str, failed: Callable[[], None]) -> None:
        self.fault, self.detail = fault, detail
        failed()
        log.warning(
            "camera %s at %s: %s: %s",
            self._name,
            mask(self._url),
            fault,
            detail,
            extra={"camera_id": self._name, "fault": str(fault)},
        )

    def _sleep(self, seconds: float, beat: Callable[[], None]) -> None:
        until = time.monotonic() + seconds
        while not self._stopped.is_set() and time.monotonic() < until:
            beat()
            self._stopped.wait(min(1.0, max(0.0, until - time.monotonic())))


class Evidence(threading.Thread):
    """Keeps the main stream of a camera whose small one is judged."""

    def __init__(
        self, spec: CameraSpec, stopped: threading.Event, now: Callable[[], float]
    ) -> None:
        super().__init__(name=f"evidence-{spec.camera_id}", daemon=True)
        self._spec, self._stopped, self._now = spec, stopped, now
        self._beats = 0
        self._beat_at = time.monotonic()
        self.attempts = Attempts(spec.camera_id, spec.url, stopped)

    @property
    def is_stuck(self) -> bool:
        return self.is_alive() and time.monotonic() - self._beat_at > STUCK_S

    def run(self) -> None:
        def once() -> None:
            stopped, waits = self._stopped.is_set, self._sleepy_beat
            keep_evidence(self._spec, stopped, self._beat, self._now, waits)

        self.attempts.run(once, lambda: self._beats, self._sleepy_beat)

    def _beat(self) -> None:
        # A packet: the stream runs.
        self._beats += 1
        self.attempts.fault, self.attempts.detail = None, ""
        self._sleepy_beat()

    def _sleepy_beat(self) -> None:
        self._beat_at = time.monotonic()


class Reader(threading.Thread):
    """Keeps one camera running."""

    def __init__(self, spec: CameraSpec, bells: Sequence[Bell] = ()) -> None:
        super().__init__(name=f"camera-{spec.camera_id}", daemon=True)
        for url in (spec.url, spec.sub_url):
            hide_password_of(url)
        hide(*(platform.api_key for platform in (spec.places.platforms if spec.places else ())))
        self.spec = spec
        self._mailbox = Mailbox(spec.input_size, spec.mailbox)
        self._mailbox.bells = bells
        # Its own: another camera's may be set while nobody is in view there.
        self._clock = WallClock()
        self._stop_asked = threading.Event()
        self._tally = Tally()
        self._attempts = Attempts(spec.camera_id, spec.judged_url, self._stop_asked)
        self._evidence = Evidence(spec, self._stop_asked, self._utc) if spec.sub_url else None
        self._session: Session | None = None
        self._state = CameraState.STARTING
        self._counted = (time.monotonic(), 0)
        self._fps = 0.0

    def stop(self) -> None:
        self._stop_asked.set()

    def run(self) -> None:
        if self._evidence is not None:
            self._evidence.start()
        self._attempts.run(self._once, lambda: self._tally.frames, self._beat, self._fail)
        if self._state is not CameraState.FAILED:
            self._state = CameraState.STOPPED
        self._mailbox.close()

    def _once(self) -> None:
        self._session = Session(
            self.spec,
            self._mailbox,
            self._tally,
            self._stop_asked.is_set,
            beat=self._beat,
            clock=self._clock,
        )
        try:
            self._session.run()
        finally:
            self._session = None

    def _beat(self) -> None:
        # A native call that hangs in the other thread is ended in the same way: by the watchdog.
        if self._evidence is None or not self._evidence.is_stuck:
            self._mailbox.beat()

    def _fail(self) -> None:
        # Frames from before the failure must not count as "it runs" in the next report.
        self._counted, self._fps = (time.monotonic(), self._tally.frames), 0.0
        self._state = CameraState.FAILED

    def report(self) -> Report:
        self._measure()
        tally, session = self._tally, self._session
        evidence = self._evidence.attempts if self._evidence else None
        return Report(
            self.spec.camera_id,
            self._state,
            self._attempts.fault,
            self._attempts.detail,
            round(self._fps, 2),
            tally.frames,
            tally.corrupt,
            self._attempts.reconnects,
            tally.last_frame_t,
            session.decoding if session else Decoding.NONE,
            tally.view,
            tally.frame_size,
            tally.gated,
            evidence.fault if evidence else None,
            evidence.detail if evidence else "",
            self._frame_age(),
        )

    def _utc(self) -> float:
        return self._clock.now(may_step=not self._mailbox.is_wanted())

    def _frame_age(self) -> float | None:
        last = self._tally.last_frame_t
        return None if last is None else max(0.0, self._clock.now(may_step=False) - last)

    def _measure(self) -> None:
        """The rate of decoded frames; a frame since the last look means that the camera runs."""
        now, frames = time.monotonic(), self._tally.frames
        before, counted = self._counted
        since = max(now - before, 1e-3)
        if frames > counted:
            self._fps, self._counted = (frames - counted) / since, (now, frames)
            if self.is_alive():
                self._state = CameraState.RUNNING
                self._attempts.fault, self._attempts.detail = None, ""
        else:
            # Key frames may come ten seconds apart: slower than the last rate, but not yet none.
            self._fps = min(self._fps, 1 / since) if since < LONGEST_GOP_S else 0.0


def capture_main(
    pipe: Connection, parent_pid: int, bells: Sequence[Bell] = (), log_format: str = "text"
) -> None:
    """Entry of the process: obey ``pipe``, report through it, end with the parent.

    Of ``bells`` that one is rung for each frame handed on which the camera's mailbox names.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    set_up(log_format)
    keep_apart()
    _keep_quiet()
    settle()
    readers: dict[str, Reader] = {}
    report_at = 0.0
    try:
        while os.getppid() == parent_pid:
            if pipe.poll(ORDER_S):
                order = pipe.recv()
                if order is None:
                    break
                _obey(order, readers, bells)
            if time.monotonic() >= report_at:
                report_at = time.monotonic() + REPORT_S
                pipe.send([reader.report() for reader in readers.values()])
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass
    for reader in readers.values():
        reader.stop()
    for reader in readers.values():
        reader.join(1.0)
    # A reader may still hang in a native call; a normal exit would wait for it.
    os._exit(0)


def _obey(order: Start | Stop, readers: dict[str, Reader], bells: Sequence[Bell]) -> None:
    camera_id = order.spec.camera_id if isinstance(order, Start) else order.camera_id
    running = readers.pop(camera_id, None)
    if running is not None:
        running.stop()
    if isinstance(order, Start):
        try:
            reader = Reader(order.spec, bells)
        except FileNotFoundError:
            return  # the camera was taken away meanwhile; the others of the group go on
        readers[camera_id] = reader
        reader.start()


def _keep_quiet() -> None:
    """One thread for each camera, and FFmpeg's own log names full addresses, passwords included."""
    import av.logging
    import cv2

    av.logging.set_level(av.logging.PANIC)
    cv2.setNumThreads(1)
