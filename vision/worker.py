"""The worker: cameras read, frames judged, episodes told, until it is asked to stop."""

from __future__ import annotations

import fcntl
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import IO

from vision.config import ConfigError, VisionSettings
from vision.contract import Camera, Heartbeat, NodeConfig
from vision.detectors import Detector
from vision.fleet import Fleet
from vision.inference import judge_frames
from vision.keeper import Identity, Keeper, with_version
from vision.office import ConfigWatch, HeartbeatSender
from vision.outbox import Outbox
from vision.pipeline import CameraPipeline
from vision.publisher import Publisher
from vision.web import WebClient

log = logging.getLogger(__name__)
TICK_S = 0.2
SAVE_S = 1.0
IDLE_S = 0.01
FORGET_S = 3600.0


@dataclass(slots=True)
class Paces:
    """When each regular duty of the main loop is next due, on the monotonic clock."""

    tick_at: float = 0.0
    save_at: float = 0.0
    forget_at: float = 0.0


class Worker:
    """``fixed`` is a configuration from a file; without it the web's is followed."""

    def __init__(
        self, settings: VisionSettings, detector: Detector, fixed: NodeConfig | None = None
    ) -> None:
        self._settings, self._detector, self._fixed = settings, detector, fixed
        settings.directory.mkdir(parents=True, exist_ok=True)
        self._lock = _only_one(settings)
        self._outbox = Outbox(settings.directory / "outbox.db")
        node = fixed.node if fixed else settings.node
        identity = Identity(node, detector.model)
        self._keeper = Keeper(self._outbox, settings.directory, identity)
        self._fleet = Fleet(settings, allow_files=fixed is not None)
        self._pipelines: dict[str, CameraPipeline] = {}
        self._started_at = datetime.now(UTC)
        self._publisher: Publisher | None = None
        self._watch: ConfigWatch | None = None
        self._threads: list[threading.Thread] = []
        self._paces = Paces()

    def run(self, stop: threading.Event) -> None:
        """Raises :class:`vision.web.WebRefusedError` where the token is refused at the start."""
        try:
            first = self._first_config()
            self._recover(first)
            self._start_threads(stop)
            self._loop(stop)
        finally:
            stop.set()
            self._close()

    def _first_config(self) -> NodeConfig | None:
        if self._settings.web_url and self._fixed is None:
            cache = self._settings.directory / "config.json"
            self._watch = ConfigWatch(self._web(), cache, self._settings.poll_s)
            return self._watch.first()
        return self._fixed

    def _recover(self, config: NodeConfig | None) -> None:
        """Take up what a previous run left: pending evidence first, then open episodes."""
        now = time.time()
        self._keeper.secure_due(now)
        if config is not None:
            self._apply(config)
        for stored in self._outbox.live_episodes(now):
            pipeline = self._pipelines.get(stored.camera_id)
            if pipeline is None:
                # Its camera is not ours any more: a pipeline without rules closes it.
                pipeline = CameraPipeline(Camera(stored.camera_id, "", ""))
                pipeline.book.restore([stored.episode], now)
                self._keeper.record(stored.camera_id, pipeline.book.close_all())
            else:
                pipeline.restore([stored.episode], now)
                log.info("episode %s taken up after a restart", stored.episode.event_id)

    def _start_threads(self, stop: threading.Event) -> None:
        runs: list[tuple[str, Callable[[threading.Event], None]]] = []
        if self._settings.web_url:
            self._publisher = Publisher(self._outbox, self._web())
            beat = HeartbeatSender(
                self._web(), self.heartbeat, self._watch, self._settings.heartbeat_s
            )
            runs += [("publisher", self._publisher.run), ("heartbeat", beat.run)]
        if self._watch is not None:
            runs.append(("config", self._watch.run))
        for name, run in runs:
            thread = threading.Thread(target=run, args=(stop,), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def _loop(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._duties(time.monotonic())
            frames = self._fleet.take(self._detector.batch)
            if not frames:
                stop.wait(IDLE_S)
                continue
            for camera, info, detections in judge_frames(self._detector, frames):
                pipeline = self._pipelines.get(camera.camera_id)
                if pipeline is not None:
                    changes = pipeline.step(info, detections)
                    self._keeper.record(camera.camera_id, changes)

    def _duties(self, now: float) -> None:
        if now >= self._paces.tick_at:
            self._paces.tick_at = now + TICK_S
            fresh = self._watch.take() if self._watch else None
            if fresh is not None:
                self._apply(fresh)
            self._fleet.tick()
            self._keeper.make_due(time.time())
        if now >= self._paces.save_at:
            self._paces.save_at = now + SAVE_S
            for camera_id, pipeline in self._pipelines.items():
                self._keeper.record(camera_id, pipeline.book.expire(time.time()))
                self._keeper.save(pipeline.book.live_episodes)
        if now >= self._paces.forget_at:
            self._paces.forget_at = now + FORGET_S
            for path in self._outbox.forget_sent(time.time()):
                path.unlink(missing_ok=True)

    def _apply(self, config: NodeConfig) -> None:
        self._fleet.apply(config)
        self._keeper.identity = with_version(
            replace(self._keeper.identity, node=config.node), config.config_version
        )
        wanted = {camera.camera_id: camera for camera in config.cameras}
        for camera_id in [c for c in self._pipelines if c not in wanted]:
            gone = self._pipelines.pop(camera_id)
            self._keeper.record(camera_id, gone.book.close_all())
        for camera_id, camera in wanted.items():
            before = self._pipelines.get(camera_id)
            if before is not None and before.camera == camera:
                continue
            self._pipelines[camera_id] = CameraPipeline(camera)
            if before is not None:
                self._hand_over(before, self._pipelines[camera_id])
        log.info("configuration %s: %d cameras", config.config_version, len(wanted))

    def _hand_over(self, before: CameraPipeline, after: CameraPipeline) -> None:
        """Open episodes go on under the new rules, or end where their rule is gone."""
        known = {rule.rule_id for rule in after.camera.rules}
        after.restore([e for e in before.book.live_episodes if e.rule_id in known], time.time())
        ended = [c for c in before.book.close_all() if c.episode.rule_id not in known]
        self._keeper.record(before.camera.camera_id, ended)

    def heartbeat(self) -> Heartbeat:
        """What the worker truly does just now."""
        return Heartbeat(
            node=self._keeper.identity.node,
            at=datetime.now(UTC),
            started_at=self._started_at,
            worker_version=worker_version(),
            backend=self._detector.backend,
            model=self._detector.model,
            config_version=self._keeper.identity.config_version,
            queue_length=self._outbox.queue_length(),
            cameras=self._fleet.health(),
        )

    def _web(self) -> WebClient:
        return WebClient(self._settings.web_url, self._settings.node_token)

    def _close(self) -> None:
        self._fleet.close()
        for pipeline in self._pipelines.values():
            self._keeper.save(pipeline.book.live_episodes)
        self._keeper.make_due(time.time())
        self._keeper.finish(5.0)
        for thread in self._threads:
            thread.join(3.0)
        if not any(thread.is_alive() for thread in self._threads):
            self._outbox.close()
        with suppress(OSError):
            self._lock.close()


def worker_version() -> str:
    try:
        return version("anqi")
    except PackageNotFoundError:
        return "0"


def _only_one(settings: VisionSettings) -> IO[str]:
    """Two workers on one directory would send each event twice."""
    lock = (settings.directory / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise ConfigError(f"another worker runs in {settings.directory}") from error
    return lock
