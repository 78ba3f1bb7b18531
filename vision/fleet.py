"""The cameras of one worker: capture processes started, watched from outside, killed, replaced."""

from __future__ import annotations

import logging
import multiprocessing
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from vision.capture import Report, Start, Stop, capture_main
from vision.config import VisionSettings
from vision.contract import Camera, CameraHealth, CameraState, NodeConfig, Platform, is_leased
from vision.inference.messages import Follow
from vision.inference.supervisor import Detectors, Wanted
from vision.mailbox import Mailbox
from vision.plays import FOLDER, Places, Plays
from vision.seat import Figures, Inferred, Seat
from vision.session import CameraSpec
from vision.timing import Backoff

log = logging.getLogger(__name__)
START_UP_S = 20.0  # a new process imports its libraries before its threads can beat
WANT_FRAMES = 2  # a wish outlives that many frames, however slowly they are analysed
_SPAWN = multiprocessing.get_context("spawn")  # fork and native threads do not mix


@dataclass(slots=True)
class Group:
    """One capture process and the cameras it reads, all of them judged on one device."""

    number: int
    device: int
    process: multiprocessing.process.BaseProcess | None = None
    pipe: Connection | None = None
    cameras: list[str] = field(default_factory=list)
    started_at: float = 0.0
    is_up: bool = False
    restart_at: float = 0.0
    backoff: Backoff = field(default_factory=Backoff)


class Fleet:
    """Used by the worker's main thread only; :meth:`health` may be read from others.

    ``stands_by``: cameras of another machine may become ours at any moment. A capture process is
    then there without any: to start one takes as long as all the rest of taking over.
    """

    def __init__(
        self,
        settings: VisionSettings,
        detectors: Detectors,
        *,
        allow_files: bool = False,
    ) -> None:
        self._settings, self._detectors, self._allow_files = settings, detectors, allow_files
        self._hosts: tuple[str, ...] = settings.stream_hosts
        self._platforms: tuple[Platform, ...] = ()
        self._plays = Plays(settings.directory / FOLDER, settings.trust)
        self.stands_by = False
        self._groups: list[Group] = []
        self._seats: dict[str, Seat] = {}
        self._ticked_at = time.monotonic()
        self._health: tuple[CameraHealth, ...] = ()
        self._pids: list[int] = []
        self._figures: tuple[Figures, ...] = ()

    @property
    def processes(self) -> list[int]:
        """Those that run, by number; may be read from other threads."""
        return list(self._pids)

    def ring_of(self, camera_id: str) -> Path:
        return self._settings.directory / "ring" / camera_id

    def apply(self, config: NodeConfig) -> None:
        """Start, change and stop cameras so that they match ``config``; others are not touched."""
        # What this machine may dial is this machine's to say; the web's list fills a gap only.
        hosts = self._settings.stream_hosts or config.stream_hosts
        hosts_changed, self._hosts = hosts != self._hosts, hosts
        platforms_changed = config.platforms != self._platforms
        self._platforms = config.platforms
        wanted = {camera.camera_id: camera for camera in config.cameras}
        for camera_id in [c for c in self._seats if c not in wanted]:
            self._remove(camera_id)
        for camera in wanted.values():
            seat = self._seats.get(camera.camera_id)
            if seat is None:
                self._add(camera)
            elif (
                hosts_changed
                or (platforms_changed and _is_leased(camera))
                or _capture_differs(seat.camera, camera)
            ):
                self._remove(camera.camera_id)
                self._add(camera)
            else:
                seat.camera = camera
        self._plays.heed(config, hosts)
        self._detectors.follow({c: _wanted(s, config.model) for c, s in self._seats.items()})

    def tick(self) -> None:
        """Read reports, replace dead processes, kill hung ones."""
        now = time.monotonic()
        passed, self._ticked_at = now - self._ticked_at, now
        if self.stands_by and not self._groups:
            self._groups.append(Group(1, 0))
        for group in self._groups:
            self._read_reports(group)
            self._watch(group)
        for seat in self._seats.values():
            seat.passed(passed)
        self._pids = [g.process.pid or 0 for g in self._groups if g.process is not None]
        self._health = tuple(s.health(self._inferred(s)) for s in self._seats.values())
        self._figures = tuple(s.figures(self._inferred(s)) for s in self._seats.values())

    def want(self, camera_id: str, seconds: float) -> None:
        """Ask a camera's capture for every frame, for so long from now; 0 for no more of them."""
        seat = self._seats.get(camera_id)
        if seat is not None:
            least_s = WANT_FRAMES / seat.camera.analysed_fps if seconds > 0 else 0.0
            seat.mailbox.want(max(seconds, least_s))

    def health(self) -> tuple[CameraHealth, ...]:
        return self._health

    def figures(self) -> tuple[Figures, ...]:
        return self._figures

    def close(self) -> None:
        for group in self._groups:
            if group.pipe is not None:
                with suppress(OSError, ValueError):
                    group.pipe.send(None)
        for group in self._groups:
            if group.process is not None:
                group.process.join(3.0)
                self._kill(group)
        for seat in self._seats.values():
            seat.mailbox.close()
        self._groups, self._seats = [], {}
        self._plays.close()

    def _add(self, camera: Camera) -> None:
        mailbox = Mailbox(camera.input_size)
        report = Report(camera.camera_id, CameraState.STARTING)
        group = self._group_for(self._idlest_device())
        self._seats[camera.camera_id] = Seat(camera, mailbox, report, group.device)
        group.cameras.append(camera.camera_id)
        if group.process is not None and group.process.is_alive():
            self._send(group, Start(self._spec(camera.camera_id)))

    def _idlest_device(self) -> int:
        load = [0] * len(self._detectors.bells)
        for seat in self._seats.values():
            load[seat.device] += 1
        return load.index(min(load))

    def _group_for(self, device: int) -> Group:
        """The emptiest group of ``device`` that has room, or a new one."""
        size = self._settings.group_size
        free = [g for g in self._groups if g.device == device and len(g.cameras) < size]
        if not free:
            free = [Group(len(self._groups) + 1, device)]
            self._groups += free
        return min(free, key=lambda g: len(g.cameras))

    def _remove(self, camera_id: str) -> None:
        for group in self._groups:
            if camera_id in group.cameras:
                group.cameras.remove(camera_id)
                self._send(group, Stop(camera_id))
        self._seats.pop(camera_id).mailbox.close()

    def _spec(self, camera_id: str) -> CameraSpec:
        seat = self._seats[camera_id]
        return CameraSpec.of(
            seat.camera,
            ring=self.ring_of(camera_id),
            ring_s=self._settings.ring_s,
            mailbox=seat.mailbox.name,
            hosts=self._hosts,
            allow_files=self._allow_files,
            reference=self._settings.directory / "view" / f"{camera_id}.npz",
            places=self._places_of(seat.camera),
        )

    def _places_of(self, camera: Camera) -> Places | None:
        if not _is_leased(camera):
            return None
        return Places(self._settings.directory / FOLDER, self._platforms)

    def _start(self, group: Group) -> None:
        ours, theirs = _SPAWN.Pipe()
        process = _SPAWN.Process(
            target=capture_main,
            args=(
                theirs,
                os.getpid(),
                self._detectors.bells[group.device],
                self._settings.log_format,
            ),
            name=f"capture-{group.number}",
        )
        process.start()
        log.info(
            "capture process %d started",
            group.number,
            extra={"kind": "capture", "pid": process.pid, "cameras": ",".join(group.cameras)},
        )
        theirs.close()
        group.process, group.pipe, group.started_at = process, ours, time.monotonic()
        group.is_up = False
        for camera_id in group.cameras:
            self._seats[camera_id].mailbox.beat()
            self._send(group, Start(self._spec(camera_id)))

    def _watch(self, group: Group) -> None:
        now = time.monotonic()
        if not group.cameras and not (self.stands_by and group is self._groups[0]):
            self._kill(group)
            return
        if group.process is None:
            if now >= group.restart_at:
                self._start(group)
            return
        limit = self._settings.watchdog_s
        starting = not group.is_up and now - group.started_at < START_UP_S
        hung = [c for c in group.cameras if self._is_hung(self._seats[c])]
        if group.process.is_alive() and (starting or not hung):
            return
        why = f"camera {hung[0]} hangs" if hung else f"it ended with {group.process.exitcode}"
        self._kill(group)
        if now - group.started_at > 10 * limit:
            group.backoff.reset()
        group.restart_at = now + group.backoff.next()
        log.error(
            "capture process %d is replaced: %s",
            group.number,
            why,
            extra={"cameras": ",".join(group.cameras)},
        )
        for camera_id in group.cameras:
            self._seats[camera_id].lose(f"capture: {why}")

    def _is_hung(self, seat: Seat) -> bool:
        # A file that was played to its end has nothing to beat for.
        ended = seat.report.state is CameraState.STOPPED
        return not ended and seat.mailbox.beat_age() > self._settings.watchdog_s

    def _kill(self, group: Group) -> None:
        process, group.process = group.process, None
        if group.pipe is not None:
            group.pipe.close()
            group.pipe = None
        if process is not None:
            if process.is_alive():
                process.kill()
            process.join(5.0)

    def _send(self, group: Group, order: Start | Stop) -> None:
        if group.pipe is not None:
            with suppress(OSError, ValueError):
                group.pipe.send(order)

    def _read_reports(self, group: Group) -> None:
        if group.pipe is None:
            return
        with suppress(EOFError, OSError):
            while group.pipe.poll():
                reports: Sequence[Report] = group.pipe.recv()
                group.is_up = True
                for report in reports:
                    seat = self._seats.get(report.camera_id)
                    if seat is not None and report.camera_id in group.cameras:
                        seat.heed(report)

    def _inferred(self, seat: Seat) -> Inferred:
        camera_id = seat.camera.camera_id
        return Inferred(self._detectors.judged(camera_id), self._detectors.stale(camera_id))


def _wanted(seat: Seat, model: str) -> Wanted:
    """``model`` is the default of the configuration."""
    camera = seat.camera
    follow = Follow(camera.camera_id, seat.mailbox.name, camera.input_size)
    return Wanted(seat.device, follow, camera.model or model, seat.mailbox.rings)


def _is_leased(camera: Camera) -> bool:
    return is_leased(camera.url) or is_leased(camera.sub_url)


def _capture_differs(one: Camera, other: Camera) -> bool:
    """Whether the stream itself must be read anew; rules and zones need no reconnect."""
    return _of_capture(one) != _of_capture(other)


def _of_capture(camera: Camera) -> CameraSpec:
    """All that capture is told of a camera, and nothing else."""
    nowhere = Path()
    return CameraSpec.of(
        camera, ring=nowhere, ring_s=0, mailbox="", hosts=(), allow_files=False, reference=nowhere
    )
