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
from dataclasses import dataclass
from multiprocessing.connection import Connection

from vision.contract import CameraState, StreamFault
from vision.mailbox import Mailbox
from vision.session import CameraSpec, Session, Tally, loops
from vision.streams import StreamError, mask
from vision.timing import Backoff

log = logging.getLogger(__name__)
# A camera that refuses a password locks the account after a few tries: ask rarely.
AUTHENTICATION_RETRY_S = 300.0
REPORT_S = 1.0
GOOD_RUN_S = 10.0  # a session that lived so long starts the back-off afresh


@dataclass(frozen=True, slots=True)
class Report:
    """What a capture thread says about itself; counts since the camera was started."""

    camera_id: str
    state: CameraState
    fault: StreamFault | None = None
    detail: str = ""
    fps: float = 0.0
    frames: int = 0
    corrupt: int = 0
    reconnects: int = 0
    last_frame_t: float | None = None


@dataclass(frozen=True, slots=True)
class Start:
    spec: CameraSpec


@dataclass(frozen=True, slots=True)
class Stop:
    camera_id: str


class Reader(threading.Thread):
    """Keeps one camera running."""

    def __init__(self, spec: CameraSpec) -> None:
        super().__init__(name=f"camera-{spec.camera_id}", daemon=True)
        self.spec = spec
        self._mailbox = Mailbox(spec.input_size, spec.mailbox)
        self._stop_asked = threading.Event()
        self._tally = Tally()
        self._state, self._fault, self._detail = CameraState.STARTING, None, ""
        self._reconnects = 0
        self._counted = (time.monotonic(), 0)

    _fault: StreamFault | None

    def stop(self) -> None:
        self._stop_asked.set()

    def run(self) -> None:
        backoff = Backoff()
        while not self._stop_asked.is_set():
            began, frames = time.monotonic(), self._tally.frames
            wait = self._run_session(backoff)
            if self._tally.frames > frames and time.monotonic() - began > GOOD_RUN_S:
                backoff.reset()
            if wait is None:
                break
            self._sleep(wait)
            self._reconnects += 1
        if self._state is not CameraState.FAILED:
            self._state = CameraState.STOPPED
        self._mailbox.close()

    def _run_session(self, backoff: Backoff) -> float | None:
        """One connection; returns the seconds to wait before the next, None for no next."""
        try:
            Session(self.spec, self._mailbox, self._tally, self._stop_asked.is_set).run()
        except StreamError as error:
            self._fail(error.fault, str(error))
        except Exception as error:
            # Whatever one camera's stream provokes must not end the others of its group.
            log.exception("camera %s", self.spec.camera_id)
            self._fail(StreamFault.OTHER, type(error).__name__)
        else:
            self._fault, self._detail = None, ""
            if self._stop_asked.is_set():
                return None
            if loops(self.spec.url):
                return 0.0
            if self.spec.url.startswith("file:"):
                return None
            self._fail(StreamFault.OTHER, "the stream ended")
        if self._fault is StreamFault.AUTHENTICATION:
            return AUTHENTICATION_RETRY_S
        return backoff.next()

    def _fail(self, fault: StreamFault, detail: str) -> None:
        # Frames from before the failure must not count as "it runs" in the next report.
        self._counted = (time.monotonic(), self._tally.frames)
        self._state, self._fault, self._detail = CameraState.FAILED, fault, detail
        log.warning(
            "camera %s at %s: %s: %s", self.spec.camera_id, mask(self.spec.url), fault, detail
        )

    def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._stop_asked.is_set() and time.monotonic() < until:
            self._mailbox.beat()
            self._stop_asked.wait(min(1.0, max(0.0, until - time.monotonic())))

    def report(self) -> Report:
        now, frames = time.monotonic(), self._tally.frames
        before, counted = self._counted
        self._counted = (now, frames)
        fps = (frames - counted) / max(now - before, 1e-3)
        if fps > 0 and self.is_alive():
            self._state, self._fault, self._detail = CameraState.RUNNING, None, ""
        return Report(
            self.spec.camera_id,
            self._state,
            self._fault,
            self._detail,
            round(fps, 2),
            frames,
            self._tally.corrupt,
            self._reconnects,
            self._tally.last_frame_t,
        )


def capture_main(pipe: Connection, parent_pid: int) -> None:
    """Entry of the process: obey ``pipe``, report through it, end with the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    _keep_quiet()
    readers: dict[str, Reader] = {}
    report_at = 0.0
    try:
        while os.getppid() == parent_pid:
            if pipe.poll(0.2):
                order = pipe.recv()
                if order is None:
                    break
                _obey(order, readers)
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


def _obey(order: Start | Stop, readers: dict[str, Reader]) -> None:
    camera_id = order.spec.camera_id if isinstance(order, Start) else order.camera_id
    running = readers.pop(camera_id, None)
    if running is not None:
        running.stop()
    if isinstance(order, Start):
        readers[camera_id] = Reader(order.spec)
        readers[camera_id].start()


def _keep_quiet() -> None:
    """FFmpeg's own log names full addresses, passwords included."""
    import av.logging

    av.logging.set_level(av.logging.PANIC)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
