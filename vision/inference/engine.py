"""One inference process as the worker sees it: started, listened to, killed."""

from __future__ import annotations

import logging
import multiprocessing
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from vision.bell import Bell
from vision.config import VisionSettings
from vision.contract import DetectorHealth
from vision.inference.messages import Follow, Message, Order, Spec
from vision.inference.process import inference_main
from vision.models import ModelFile
from vision.timing import Backoff

log = logging.getLogger(__name__)
START_UP_S = 120.0  # libraries, weights, and what a device builds at its first run
GOOD_RUN_S = 60.0
GRACE_S = 5.0
RATE_S = 10.0
_SPAWN = multiprocessing.get_context("spawn")  # fork and native threads do not mix


@dataclass(slots=True)
class Rate:
    """Images and their time over the last ``RATE_S`` seconds."""

    images: int = 0
    busy_s: float = 0.0
    since: float = field(default_factory=time.monotonic)
    per_s: float = 0.0
    ms: float = 0.0

    def add(self, took_s: float) -> None:
        self.images += 1
        self.busy_s += took_s

    def turn(self, now: float) -> None:
        if now - self.since >= RATE_S:
            self.per_s = self.images / (now - self.since)
            self.ms = 1000 * self.busy_s / self.images if self.images else 0.0
            self.images, self.busy_s, self.since = 0, 0.0, now


@dataclass(slots=True)
class Engine:
    """One process, one model, one device, and the cameras it was told to judge.

    ``device`` is its name (``cpu#2``), ``kind`` what that is. ``file`` are weights known by their hash, None the worker's own. ``slot`` is the number of its
    bell among those of its device. ``failures`` in a row, without a good run between them.
    """

    device: str
    kind: str
    slot: int
    bell: Bell
    file: ModelFile | None = None
    process: multiprocessing.process.BaseProcess | None = None
    pipe: Connection | None = None
    follows: dict[str, Follow] = field(default_factory=dict)
    is_ready: bool = False
    detail: str = ""
    is_changed: bool = False
    started_at: float = 0.0
    heard_at: float = 0.0
    lost_at: float | None = None
    idle_since: float | None = None
    restart_at: float = 0.0
    restarts: int = 0
    failures: int = 0
    images: int = 0
    rate: Rate = field(default_factory=Rate)
    backoff: Backoff = field(default_factory=Backoff)

    @property
    def name(self) -> str:
        if self.file is None:
            return self.device
        return f"{self.device} ({self.file.ref.name} {self.file.ref.version})"

    @property
    def sha256(self) -> str:
        """Of its weights; empty for the worker's own."""
        return self.file.ref.sha256 if self.file else ""

    @property
    def is_up(self) -> bool:
        return self.is_ready and self.process is not None

    def is_lost(self, now: float) -> bool:
        """Whether it has been away for longer than it takes to begin again."""
        return self.lost_at is not None and now - self.lost_at > GRACE_S

    def start(self, settings: VisionSettings) -> None:
        spec = Spec(
            self.device,
            self.kind,
            settings.backend,
            self.file or settings.model,
            settings.threads,
            settings.stale_s,
            settings.log_format,
        )
        ours, theirs = _SPAWN.Pipe()
        process = _SPAWN.Process(
            target=inference_main,
            args=(theirs, os.getpid(), self.bell, spec),
            name=f"inference-{self.name}",
        )
        process.start()
        theirs.close()
        log.info(
            "inference process on %s started",
            self.name,
            extra={"kind": "inference", "device": self.name, "pid": process.pid},
        )
        self.process, self.pipe = process, ours
        self.is_ready, self.detail, self.is_changed = False, "", False
        self.started_at = time.monotonic()
        for follow in self.follows.values():
            self.send(follow)

    def follow(self, order: Follow) -> bool:
        """Whether that was new."""
        if self.follows.get(order.camera_id) == order:
            return False
        self.follows[order.camera_id] = order
        self.send(order)
        return True

    def send(self, order: Order) -> None:
        if self.pipe is not None:
            with suppress(OSError, ValueError):
                self.pipe.send(order)
            # A process that loads its model has no ear yet; the pipe keeps the order for it.

    def read(self) -> list[Message]:
        """What it has said since the last time."""
        messages: list[Message] = []
        if self.pipe is None:
            return messages
        with suppress(EOFError, OSError):
            while self.pipe.poll():
                messages.append(self.pipe.recv())
        return messages

    def ready(self) -> None:
        """The model is loaded."""
        self.is_ready, self.detail, self.lost_at = True, "", None

    def trouble(self, now: float, watchdog_s: float) -> str:
        """Why the process must be replaced; empty where all is well."""
        process = self.process
        if process is not None and not process.is_alive():
            return self.detail or f"it ended with {process.exitcode}"
        if not self.is_ready:
            if self.detail:
                return self.detail
            late = now - self.started_at > START_UP_S
            return f"the model was not loaded within {START_UP_S:.0f} s" if late else ""
        silent = now - self.heard_at
        return f"nothing was heard of it for {silent:.0f} s" if silent > watchdog_s else ""

    def fail(self, why: str, now: float) -> None:
        """Its process was killed: note when another may be started."""
        if self.is_ready and now - self.started_at > GOOD_RUN_S:
            self.backoff.reset()
            self.failures = 0
        self.lost_at = now if self.lost_at is None else self.lost_at
        self.is_ready, self.restarts, self.failures = False, self.restarts + 1, self.failures + 1
        self.restart_at = now + self.backoff.next()
        log.error(
            "inference process on %s is replaced: %s", self.name, why, extra={"device": self.name}
        )

    def kill(self) -> None:
        """End the process; what it said before should have been read."""
        process, self.process = self.process, None
        if process is not None:
            if process.is_alive():
                process.kill()
            process.join(5.0)

    def hang_up(self) -> None:
        if self.pipe is not None:
            self.pipe.close()
            self.pipe = None

    def health(self) -> DetectorHealth:
        return DetectorHealth(
            self.device,
            self.is_up,
            self.images,
            round(self.rate.per_s, 2),
            round(self.rate.ms, 2),
            self.restarts,
            self.sha256,
        )


def names_of(devices: Sequence[str]) -> list[str]:
    """The devices' names; the second process on one of them is called ``cpu#2``."""
    names: list[str] = []
    for index, device in enumerate(devices):
        number = 1 + devices[:index].count(device)
        names.append(device if number == 1 else f"{device}#{number}")
    return names
