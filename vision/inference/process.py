"""The inference process: one model on one device, frames of many cameras in fair turns.

A process of its own, because a native call that hangs can only be ended by ending its process.
It says once a second that it is alive; :mod:`vision.inference.supervisor` listens.
"""

from __future__ import annotations

import logging
import math
import os
import select
import signal
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from vision.bell import Bell
from vision.contract import ViewState
from vision.detectors import Detector, open_detector
from vision.inference.messages import (
    Alive,
    Follow,
    Forget,
    Judged,
    Order,
    Ready,
    Spec,
    Unusable,
    pack,
)
from vision.inference.turns import Turns
from vision.letterbox import blank
from vision.logs import set_up
from vision.mailbox import Mail, Mailbox
from vision.models import ChangedError, ModelError
from vision.parent import die_with_parent

log = logging.getLogger(__name__)
ALIVE_S = 1.0
# The bell wakes this process; the nap only bounds what a lost ring could cost.
NAP_S = 0.5
WINDOW_S = 0.030
_EMA = 0.2
_TRIES = 3  # a writer that overtakes the reader three times in a row is served next time


@dataclass(slots=True)
class Taken:
    """A frame in the detector's own memory; the mailbox may be written again."""

    camera_id: str
    t: float
    taken_at: float
    source: tuple[int, int]
    shape: tuple[int, int]
    view: ViewState
    changed: tuple[float, ...]
    pixels: Any
    came_at: float


class Judge:
    """Takes frames out of the mailboxes and judges them in batches of one shape.

    A device that takes one image at a time is given the next frame whenever it is free. One
    that likes batches waits for more, never longer than a batch takes or ``WINDOW_S``, and never
    for a particular camera.
    """

    def __init__(self, detector: Detector, stale_s: float, name: str = "cpu") -> None:
        self._detector, self._stale_s, self._name = detector, stale_s, name
        self._room = detector.batch if detector.batch == 1 else 2 * detector.batch
        self._boxes: dict[str, Mailbox] = {}
        self._turns = Turns()
        self._waiting: dict[str, Taken] = {}
        self._stale: dict[str, int] = {}
        self._took_s = WINDOW_S

    def follow(self, order: Follow) -> None:
        self.forget(order.camera_id)
        try:
            self._boxes[order.camera_id] = Mailbox(order.input_size, order.mailbox)
        except FileNotFoundError:
            return  # the camera was taken away meanwhile
        self._turns.join(order.camera_id)

    def forget(self, camera_id: str) -> None:
        self._turns.leave(camera_id)
        self._waiting.pop(camera_id, None)
        self._stale.pop(camera_id, None)
        box = self._boxes.pop(camera_id, None)
        if box is not None:
            box.close()

    def sweep(self) -> None:
        """Take what is there, each camera in its turn, as far as there is room."""
        for camera_id in self._turns:
            if len(self._waiting) >= self._room:
                return
            if camera_id in self._waiting:
                continue
            taken = self._take(camera_id)
            if taken is not None:
                self._waiting[camera_id] = taken
                self._turns.served(camera_id)

    def due_in(self, now: float) -> float | None:
        """Seconds until a batch should run, 0 for at once; None where nothing waits."""
        if not self._waiting:
            return None
        first = next(iter(self._waiting.values()))
        if len(self._like(first)) >= self._detector.batch:
            return 0.0
        return max(0.0, first.came_at + min(WINDOW_S, self._took_s) - now)

    def run(self) -> list[Judged]:
        """Judge the batch of the frame that waits longest."""
        batch = self._like(next(iter(self._waiting.values())))[: self._detector.batch]
        for taken in batch:
            del self._waiting[taken.camera_id]
        began = time.perf_counter()
        found = self._detector.judge([taken.pixels for taken in batch])
        took = time.perf_counter() - began
        self._took_s += _EMA * (took - self._took_s)
        return [
            Judged(
                taken.camera_id,
                taken.t,
                taken.taken_at,
                taken.source,
                taken.shape,
                taken.view,
                taken.changed,
                pack(raw),
                took / len(batch),
                len(batch),
                self._name,
                self._detector.model.sha256,
            )
            for taken, raw in zip(batch, found, strict=True)
        ]

    def stale(self) -> dict[str, int]:
        """By camera, how many frames came too late to be judged since the last call."""
        stale, self._stale = self._stale, {}
        return stale

    def close(self) -> None:
        for camera_id in list(self._boxes):
            self.forget(camera_id)

    def _like(self, first: Taken) -> list[Taken]:
        return [taken for taken in self._waiting.values() if taken.shape == first.shape]

    def _take(self, camera_id: str) -> Taken | None:
        box = self._boxes[camera_id]
        for _ in range(_TRIES):
            mail = box.take()
            if mail is None:
                return None
            if time.monotonic() - mail.taken_at > self._stale_s:
                self._stale[camera_id] = self._stale.get(camera_id, 0) + 1
                return None
            pixels = self._detector.prepare(mail.image)
            if box.is_intact(mail):
                return _taken(camera_id, mail, pixels)
        return None


def _taken(camera_id: str, mail: Mail, pixels: Any) -> Taken:
    height, width = mail.image.shape[:2]
    return Taken(
        camera_id,
        mail.t,
        mail.taken_at,
        mail.source,
        (width, height),
        mail.view,
        mail.changed,
        pixels,
        time.monotonic(),
    )


def inference_main(pipe: Connection, parent_pid: int, bell: Bell, spec: Spec) -> None:
    """Entry of the process: load the model, judge, report, end with the parent."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # ending is the parent's word to give
    die_with_parent()
    set_up(spec.log_format)
    try:
        detector = _open(spec)
    except ModelError as error:
        pipe.send(Unusable(str(error), isinstance(error, ChangedError)))
        return
    judge = Judge(detector, spec.stale_s, spec.name)
    try:
        pipe.send(Ready(detector.model, detector.classes, detector.backend))
        _serve(pipe, parent_pid, bell, judge)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass  # the parent has gone
    finally:
        judge.close()


def _open(spec: Spec) -> Detector:
    import cv2

    cv2.setNumThreads(1)
    detector = open_detector(spec.backend, spec.model, threads=spec.threads, device=spec.device)
    if spec.device != "cpu":
        # The first run on a device builds its kernels; that is loading, and not a hang.
        detector.judge([detector.prepare(blank((640, 384)))])
    return detector


def _serve(pipe: Connection, parent_pid: int, bell: Bell, judge: Judge) -> None:
    sleeper = select.poll()
    sleeper.register(pipe.fileno(), select.POLLIN)
    sleeper.register(bell.fileno(), select.POLLIN)
    alive_at = time.monotonic() + ALIVE_S
    while os.getppid() == parent_pid:
        judge.sweep()
        now = time.monotonic()
        due, nap = judge.due_in(now), min(NAP_S, max(0.0, alive_at - now))
        if due == 0.0:
            # One by one: a small message is written whole or not at all, whenever one is killed.
            for judged in judge.run():
                pipe.send(judged)
            nap = 0.0
        elif due is not None:
            nap = min(nap, due)
        awake = [fd for fd, _ in sleeper.poll(math.ceil(1000 * nap))]
        if bell.fileno() in awake:
            bell.hush()
        while pipe.fileno() in awake and pipe.poll():
            if not _obey(pipe.recv(), judge):
                return
        if time.monotonic() >= alive_at:
            alive_at = time.monotonic() + ALIVE_S
            pipe.send(Alive(judge.stale()))


def _obey(order: Order, judge: Judge) -> bool:
    """Whether to go on."""
    if isinstance(order, Follow):
        judge.follow(order)
    elif isinstance(order, Forget):
        judge.forget(order.camera_id)
    return order is not None
