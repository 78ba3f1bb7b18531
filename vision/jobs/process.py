"""The process for jobs: obeys one order after the other, at low priority, until it is let go."""

from __future__ import annotations

import logging
import os
import signal
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from vision.jobs.messages import Broken, Done, Look, Order, Picture, Reply, Spec, Work
from vision.logs import set_up
from vision.parent import die_with_parent

if TYPE_CHECKING:
    from vision.detectors import Detector
    from vision.models import ModelFile

log = logging.getLogger(__name__)
NICE = 10
_WAIT_S = 1.0


class Desk:
    """Does what it is told; the model is loaded by the first job that needs it."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._detector: Detector | None = None

    def obey(self, order: Look | Work) -> Reply:
        try:
            return self._look(order) if isinstance(order, Look) else self._work(order)
        except Exception as error:
            # A strange file must cost its own job, and not the process for the next one.
            log.exception("an order failed")
            return Broken(f"{type(error).__name__}: {error}"[:500])

    def detector(self, model: ModelFile | None = None) -> Detector:
        """Of these weights, the worker's own by default; raises :class:`vision.models.ModelError`."""
        from vision.detectors import open_detector

        if model is not None:
            return open_detector(self._spec.backend, model, threads=1)
        if self._detector is None:
            self._detector = open_detector(self._spec.backend, self._spec.model, threads=1)
        return self._detector

    def _look(self, order: Look) -> Picture:
        from vision.jobs.pictures import picture_of

        return Picture(picture_of(order))

    def _work(self, order: Work) -> Done:
        from vision.jobs.work import do

        return do(order, self.detector)


def jobs_main(pipe: Connection, parent_pid: int, spec: Spec) -> None:
    """Entry of the process: one reply for each order; ends on None and with the parent."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # ending is the parent's word to give
    die_with_parent()
    os.nice(NICE)
    set_up(spec.log_format)
    _keep_quiet()
    desk = Desk(spec)
    try:
        while os.getppid() == parent_pid:
            if not pipe.poll(_WAIT_S):
                continue
            order: Order = pipe.recv()
            if order is None:
                return
            pipe.send(desk.obey(order))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass  # the parent has gone


def _keep_quiet() -> None:
    import av.logging
    import cv2

    av.logging.set_level(av.logging.PANIC)
    cv2.setNumThreads(1)
