"""A process for jobs as the worker sees it: started on demand, bounded in time, ended when idle."""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from vision.jobs.messages import Broken, Look, Reply, Spec, Work
from vision.jobs.process import jobs_main

log = logging.getLogger(__name__)
IDLE_S = 60.0
_SLICE_S = 0.5
_SPAWN = multiprocessing.get_context("spawn")  # fork and native threads do not mix


class LaneError(Exception):
    """The order was not obeyed: the process died in it, or took too long. In plain English."""


class StoppedError(Exception):
    """The worker is being ended; nothing is to be told of the order."""


class Lane:
    """Used by one thread."""

    def __init__(self, name: str, spec: Spec, stop: threading.Event) -> None:
        self._name, self._spec, self._stop = name, spec, stop
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._used_at = 0.0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def run(self, order: Look | Work, timeout_s: float) -> Reply:
        """Raises :class:`LaneError`, or :class:`StoppedError` when the worker is ended meanwhile."""
        try:
            return self._ask(order, timeout_s)
        except (EOFError, OSError) as error:
            raise LaneError(f"its process {self._end()}") from error
        finally:
            self._used_at = time.monotonic()

    def tend(self) -> None:
        """End the process where it has had nothing to do for a minute."""
        if self._process is not None and time.monotonic() - self._used_at > IDLE_S:
            self.close()

    def close(self) -> None:
        if self._pipe is not None:
            with suppress(OSError):
                self._pipe.send(None)
        if self._process is not None:
            self._process.join(1.0)
        self._end()

    def _ask(self, order: Look | Work, timeout_s: float) -> Reply:
        pipe = self._pipe if self._process is not None and self._process.is_alive() else None
        if pipe is None:
            self._end()
            pipe = self._start()
        pipe.send(order)
        until = time.monotonic() + timeout_s
        while not pipe.poll(_SLICE_S):
            if self._stop.is_set():
                self._end()
                raise StoppedError
            if time.monotonic() > until:
                self._end()
                raise LaneError(f"it took more than {timeout_s:.0f} s")
        reply: Reply = pipe.recv()
        if isinstance(reply, Broken):
            raise LaneError(reply.problem)
        return reply

    def _start(self) -> Connection:
        ours, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(
            target=jobs_main, args=(theirs, os.getpid(), self._spec), name=self._name, daemon=True
        )
        self._process.start()
        theirs.close()
        self._pipe = ours
        log.info("%s process started", self._name, extra={"pid": self._process.pid})
        return ours

    def _end(self) -> str:
        """Nothing of it stays; how it ended, for people."""
        process, self._process = self._process, None
        pipe, self._pipe = self._pipe, None
        if pipe is not None:
            pipe.close()
        if process is None:
            return "was not there"
        process.join(0.2)  # one that has just died is still about to say how
        code = process.exitcode
        if code is None:
            process.kill()
            process.join(5.0)
        return "ended" if code is None else f"ended with {code}"
