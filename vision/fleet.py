"""The cameras of one worker: capture processes started, watched from outside, killed, replaced."""

from __future__ import annotations

import logging
import multiprocessing
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from vision.capture import Report, Start, Stop, capture_main
from vision.config import VisionSettings
from vision.contract import Camera, CameraHealth, CameraState, NodeConfig, StreamFault
from vision.mailbox import Mail, Mailbox
from vision.session import CameraSpec
from vision.timing import Backoff

log = logging.getLogger(__name__)
FRESH_S = 5.0  # "running" is said only while the newest frame is younger than this
START_UP_S = 20.0  # a new process imports its libraries before its threads can beat
_SPAWN = multiprocessing.get_context("spawn")  # fork and native threads do not mix


@dataclass(slots=True)
class Seat:
    """One camera's place in the fleet."""

    camera: Camera
    mailbox: Mailbox
    report: Report
    stale: int = 0


@dataclass(slots=True)
class Group:
    """One capture process and the cameras it reads."""

    number: int
    process: multiprocessing.process.BaseProcess | None = None
    pipe: Connection | None = None
    cameras: list[str] = field(default_factory=list)
    started_at: float = 0.0
    is_up: bool = False
    restart_at: float = 0.0
    backoff: Backoff = field(default_factory=Backoff)


class Fleet:
    """Used by the worker's main thread only; :meth:`health` may be read from others."""

    def __init__(self, settings: VisionSettings, *, allow_files: bool = False) -> None:
        self._settings, self._allow_files = settings, allow_files
        self._hosts: tuple[str, ...] = settings.stream_hosts
        self._groups: list[Group] = []
        self._seats: dict[str, Seat] = {}
        self._turn = 0
        self._health: tuple[CameraHealth, ...] = ()

    @property
    def cameras(self) -> dict[str, Camera]:
        return {camera_id: seat.camera for camera_id, seat in self._seats.items()}

    def ring_of(self, camera_id: str) -> Path:
        return self._settings.directory / "ring" / camera_id

    def apply(self, config: NodeConfig) -> None:
        """Start, change and stop cameras so that they match ``config``; others are not touched."""
        # What this machine may dial is this machine's to say; the web's list fills a gap only.
        hosts = self._settings.stream_hosts or config.stream_hosts
        hosts_changed, self._hosts = hosts != self._hosts, hosts
        wanted = {camera.camera_id: camera for camera in config.cameras}
        for camera_id in [c for c in self._seats if c not in wanted]:
            self._remove(camera_id)
        for camera in wanted.values():
            seat = self._seats.get(camera.camera_id)
            if seat is None:
                self._add(camera)
            elif hosts_changed or _capture_differs(seat.camera, camera):
                self._remove(camera.camera_id)
                self._add(camera)
            else:
                seat.camera = camera

    def tick(self) -> None:
        """Read reports, replace dead processes, kill hung ones."""
        for group in self._groups:
            self._read_reports(group)
            self._watch(group)
        self._health = tuple(self._health_of(seat) for seat in self._seats.values())

    def take(self, limit: int) -> list[tuple[Camera, Mail]]:
        """Up to ``limit`` fresh frames of one input size, each camera in its turn."""
        order = list(self._seats.values())
        taken: list[tuple[Camera, Mail]] = []
        for step in range(len(order)):
            seat = order[(self._turn + step) % len(order)]
            if taken and seat.camera.input_size != taken[0][0].input_size:
                continue
            mail = seat.mailbox.take()
            if mail is None:
                continue
            if time.monotonic() - mail.taken_at > self._settings.stale_s:
                seat.stale += 1
                continue
            taken.append((seat.camera, mail))
            if len(taken) == limit:
                self._turn = (self._turn + step + 1) % len(order)
                break
        return taken

    def health(self) -> tuple[CameraHealth, ...]:
        return self._health

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

    def _add(self, camera: Camera) -> None:
        mailbox = Mailbox(camera.input_size)
        report = Report(camera.camera_id, CameraState.STARTING)
        self._seats[camera.camera_id] = Seat(camera, mailbox, report)
        free = [g for g in self._groups if len(g.cameras) < self._settings.group_size]
        if not free:
            free = [Group(len(self._groups) + 1)]
            self._groups += free
        group = min(free, key=lambda g: len(g.cameras))
        group.cameras.append(camera.camera_id)
        if group.process is not None and group.process.is_alive():
            self._send(group, Start(self._spec(camera.camera_id)))

    def _remove(self, camera_id: str) -> None:
        for group in self._groups:
            if camera_id in group.cameras:
                group.cameras.remove(camera_id)
                self._send(group, Stop(camera_id))
        self._seats.pop(camera_id).mailbox.close()

    def _spec(self, camera_id: str) -> CameraSpec:
        seat = self._seats[camera_id]
        return CameraSpec(
            camera_id,
            seat.camera.url,
            seat.camera.input_size,
            seat.camera.analysed_fps,
            self.ring_of(camera_id),
            self._settings.ring_s,
            seat.mailbox.name,
            self._hosts,
            self._allow_files,
        )

    def _start(self, group: Group) -> None:
        ours, theirs = _SPAWN.Pipe()
        process = _SPAWN.Process(
            target=capture_main, args=(theirs, os.getpid()), name=f"capture-{group.number}"
        )
        process.start()
        theirs.close()
        group.process, group.pipe, group.started_at = process, ours, time.monotonic()
        group.is_up = False
        for camera_id in group.cameras:
            self._seats[camera_id].mailbox.beat()
            self._send(group, Start(self._spec(camera_id)))

    def _watch(self, group: Group) -> None:
        now = time.monotonic()
        if not group.cameras:
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
        log.error("capture process %d is replaced: %s", group.number, why)
        for camera_id in group.cameras:
            lost = Report(camera_id, CameraState.FAILED, StreamFault.OTHER, f"capture: {why}")
            self._seats[camera_id].report = lost

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
                        seat.report = report

    def _health_of(self, seat: Seat) -> CameraHealth:
        report = seat.report
        last = report.last_frame_t
        age = None if last is None else max(0.0, time.time() - last)
        state = report.state
        if state is CameraState.RUNNING and (age is None or age > FRESH_S):
            state = CameraState.STALLED
        return CameraHealth(
            camera_id=seat.camera.camera_id,
            state=state,
            last_frame_at=None if last is None else datetime.fromtimestamp(last, UTC),
            fps=report.fps,
            frame_age_s=None if age is None else round(age, 2),
            reconnects=report.reconnects,
            dropped=seat.mailbox.dropped + seat.stale + report.corrupt,
            fault=report.fault,
            fault_detail=report.detail[:500],
        )


def _capture_differs(one: Camera, other: Camera) -> bool:
    """Whether the stream itself must be read anew; rules and zones need no reconnect."""
    return (one.url, one.input_size, one.analysed_fps) != (
        other.url,
        other.input_size,
        other.analysed_fps,
    )
