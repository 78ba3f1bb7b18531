"""The inference processes as the worker sees them: started, watched, killed, replaced."""

from __future__ import annotations

import logging
import multiprocessing
import os
import select
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from vision.bell import Bell
from vision.config import VisionSettings
from vision.contract import DetectorHealth
from vision.inference.messages import (
    Alive,
    Follow,
    Forget,
    Judged,
    Message,
    Order,
    Ready,
    Spec,
)
from vision.inference.process import inference_main
from vision.models import ModelError
from vision.timing import Backoff

log = logging.getLogger(__name__)
START_UP_S = 120.0  # libraries, weights, and what a device builds at its first run
GOOD_RUN_S = 60.0
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
class Device:
    """One process and what it was told."""

    name: str
    kind: str
    bell: Bell
    process: multiprocessing.process.BaseProcess | None = None
    pipe: Connection | None = None
    follows: dict[str, Follow] = field(default_factory=dict)
    is_ready: bool = False
    detail: str = ""
    started_at: float = 0.0
    heard_at: float = 0.0
    restart_at: float = 0.0
    restarts: int = 0
    images: int = 0
    rate: Rate = field(default_factory=Rate)
    backoff: Backoff = field(default_factory=Backoff)


class Detectors:
    """Used by the worker's main thread only; :meth:`health` may be read from others."""

    def __init__(self, settings: VisionSettings) -> None:
        self._settings = settings
        self._devices = [
            Device(name, kind, Bell())
            for name, kind in zip(names_of(settings.devices), settings.devices, strict=True)
        ]
        self._stale: dict[str, int] = {}
        self._judged: dict[str, int] = {}
        self._found: list[Judged] = []
        self._health: tuple[DetectorHealth, ...] = ()
        self._pids: list[int] = []
        self._first: Ready | None = None

    @property
    def bells(self) -> tuple[Bell, ...]:
        """One for each device; whoever puts a frame into a mailbox rings that of its device."""
        return tuple(device.bell for device in self._devices)

    @property
    def processes(self) -> list[int]:
        """Those that run, by number; may be read from other threads."""
        return list(self._pids)

    def start(self) -> Ready:
        """Load the model on every device; raises :class:`ModelError` where that is impossible."""
        until = time.monotonic() + START_UP_S
        for device in self._devices:
            self._start(device)
        try:
            for device in self._devices:
                self._await(device, until)
        except ModelError:
            self.close()
            raise
        self.tick()
        if self._first is None:
            raise ModelError("no device to run the model on")
        return self._first

    def follow(self, wanted: Mapping[str, tuple[int, Follow]]) -> None:
        """Judge these cameras, each on the device of that index, and no others."""
        for index, device in enumerate(self._devices):
            mine = {c: follow for c, (number, follow) in wanted.items() if number == index}
            for camera_id in device.follows.keys() - mine.keys():
                self._send(device, Forget(camera_id))
            for camera_id, follow in mine.items():
                if device.follows.get(camera_id) != follow:
                    self._send(device, follow)
            device.follows = mine
        for counts in (self._judged, self._stale):
            for camera_id in counts.keys() - wanted.keys():
                del counts[camera_id]

    def take(self, timeout_s: float) -> list[Judged]:
        """What was judged since the last call; waits up to ``timeout_s`` for the first."""
        sleeper = select.poll()
        for device in self._devices:
            if device.pipe is not None:
                sleeper.register(device.pipe.fileno(), select.POLLIN)
        sleeper.poll(int(1000 * timeout_s))
        for device in self._devices:
            self._read(device)
        found, self._found = self._found, []
        return found

    def tick(self) -> None:
        """Replace what died, kill what hangs. Call it right after :meth:`take`."""
        now = time.monotonic()
        for device in self._devices:
            self._watch(device, now)
            device.rate.turn(now)
        self._pids = [d.process.pid or 0 for d in self._devices if d.process is not None]
        self._health = tuple(_health_of(device) for device in self._devices)

    def health(self) -> tuple[DetectorHealth, ...]:
        return self._health

    def judged(self, camera_id: str) -> int:
        return self._judged.get(camera_id, 0)

    def stale(self, camera_id: str) -> int:
        """Frames that came too late to be judged."""
        return self._stale.get(camera_id, 0)

    def close(self) -> None:
        for device in self._devices:
            self._send(device, None)
        for device in self._devices:
            if device.process is not None:
                device.process.join(2.0)
            self._kill(device)
            device.bell.close()
        self._devices = []

    def _start(self, device: Device) -> None:
        settings = self._settings
        spec = Spec(
            device.name,
            device.kind,
            settings.backend,
            settings.model,
            settings.threads,
            settings.stale_s,
            settings.log_format,
        )
        ours, theirs = _SPAWN.Pipe()
        process = _SPAWN.Process(
            target=inference_main,
            args=(theirs, os.getpid(), device.bell, spec),
            name=f"inference-{device.name}",
        )
        process.start()
        theirs.close()
        log.info(
            "inference process on %s started",
            device.name,
            extra={"kind": "inference", "device": device.name, "pid": process.pid},
        )
        device.process, device.pipe = process, ours
        device.is_ready, device.detail, device.started_at = False, "", time.monotonic()
        for follow in device.follows.values():
            self._send(device, follow)

    def _await(self, device: Device, until: float) -> None:
        while not device.is_ready:
            if device.pipe is not None:
                with suppress(OSError):
                    device.pipe.poll(0.1)
            self._read(device)
            if device.detail:
                raise ModelError(device.detail)
            process = device.process
            if not device.is_ready and (process is None or not process.is_alive()):
                code = None if process is None else process.exitcode
                raise ModelError(f"the model could not be loaded: its process ended with {code}")
            if time.monotonic() > until:
                raise ModelError(f"the model was not loaded within {START_UP_S:.0f} s")

    def _read(self, device: Device) -> None:
        if device.pipe is None:
            return
        with suppress(EOFError, OSError):
            while device.pipe.poll():
                self._heed(device, device.pipe.recv())

    def _heed(self, device: Device, message: Message) -> None:
        device.heard_at = time.monotonic()
        if isinstance(message, Judged):
            device.images += 1
            device.rate.add(message.took_s)
            self._judged[message.camera_id] = self._judged.get(message.camera_id, 0) + 1
            self._found.append(message)
        elif isinstance(message, Alive):
            for camera_id, count in message.stale.items():
                self._stale[camera_id] = self.stale(camera_id) + count
        elif isinstance(message, Ready):
            self._first = self._first or message
            device.is_ready = message.model == self._first.model
            # Events name the weights that judged: other ones may not creep in.
            device.detail = "" if device.is_ready else "the model file is not what it was at start"
        else:
            device.detail = message.detail

    def _watch(self, device: Device, now: float) -> None:
        if device.process is None:
            if now >= device.restart_at:
                self._start(device)
            return
        why = self._trouble(device, now)
        if not why:
            return
        self._kill(device)
        if device.is_ready and now - device.started_at > GOOD_RUN_S:
            device.backoff.reset()
        device.is_ready, device.restarts = False, device.restarts + 1
        device.restart_at = now + device.backoff.next()
        log.error(
            "inference process on %s is replaced: %s",
            device.name,
            why,
            extra={"device": device.name},
        )

    def _trouble(self, device: Device, now: float) -> str:
        """Why the process must be replaced; empty where all is well."""
        process = device.process
        if process is not None and not process.is_alive():
            return device.detail or f"it ended with {process.exitcode}"
        if not device.is_ready:
            if device.detail:
                return device.detail
            late = now - device.started_at > START_UP_S
            return f"the model was not loaded within {START_UP_S:.0f} s" if late else ""
        silent = now - device.heard_at
        limit = self._settings.detector_watchdog_s
        return f"nothing was heard of it for {silent:.0f} s" if silent > limit else ""

    def _kill(self, device: Device) -> None:
        process, device.process = device.process, None
        if process is not None:
            if process.is_alive():
                process.kill()
            process.join(5.0)
        if device.pipe is not None:
            self._read(device)  # what it judged before it died
            device.pipe.close()
            device.pipe = None

    def _send(self, device: Device, order: Order) -> None:
        if device.pipe is not None:
            with suppress(OSError, ValueError):
                device.pipe.send(order)
            # A process that loads its model has no ear yet; the pipe keeps the order for it.


def names_of(devices: Sequence[str]) -> list[str]:
    """The devices' names; the second process on one of them is called ``cpu#2``."""
    names: list[str] = []
    for index, device in enumerate(devices):
        number = 1 + devices[:index].count(device)
        names.append(device if number == 1 else f"{device}#{number}")
    return names


def _health_of(device: Device) -> DetectorHealth:
    return DetectorHealth(
        device.name,
        device.is_ready and device.process is not None,
        device.images,
        round(device.rate.per_s, 2),
        round(device.rate.ms, 2),
        device.restarts,
    )
