"""The worker: cameras read, frames judged, episodes told, until it is asked to stop."""

from __future__ import annotations

import fcntl
import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from typing import IO

from vision.config import ConfigError, VisionSettings
from vision.contract import CameraHealth, Heartbeat, NodeConfig
from vision.fleet import Fleet
from vision.inference.supervisor import Detectors
from vision.jobs.client import Jobs
from vision.keeper import Identity, Keeper
from vision.leases import LeaseKeeper, holder_of
from vision.leftovers import sweep, sweep_cut_off
from vision.logs import hide, hide_password_of
from vision.memory import give_back, settle
from vision.metrics import Metrics, Sources
from vision.models.store import ModelStore, told
from vision.office import ConfigWatch, HeartbeatSender
from vision.outbox import Outbox
from vision.pipelines import Pipelines
from vision.publisher import Publisher
from vision.room import MB, Limits, Room
from vision.tenure import Mine, Tenure, everything
from vision.timing import WallClock
from vision.web import WebClient

log = logging.getLogger(__name__)
TICK_S = 0.5
SAVE_S = 1.0
FORGET_S = 3600.0
GIVE_BACK_S = 60.0


@dataclass(slots=True)
class Paces:
    """When each regular duty of the main loop is next due, on the monotonic clock."""

    tick_at: float = 0.0
    save_at: float = 0.0
    forget_at: float = 0.0
    give_back_at: float = 0.0


class Worker:
    """``fixed`` is a configuration from a file; without it the web's is followed.

    Where several machines share the node's cameras, ``holder`` is the name under which this one
    holds its leases ("": one of its directory), and ``mine()`` says which cameras it tries for.
    """

    def __init__(
        self,
        settings: VisionSettings,
        fixed: NodeConfig | None = None,
        *,
        holder: str = "",
        mine: Mine = everything,
    ) -> None:
        """Loads the model; raises :class:`vision.models.ModelError` where it cannot be used."""
        self._settings, self._fixed = settings, fixed
        hide(settings.node_token)
        settings.directory.mkdir(parents=True, exist_ok=True)
        self._lock = _only_one(settings)
        self._detectors = Detectors(settings)
        self._model = self._detectors.start()
        log.info("worker starts with %s on %s", self._model.model.name, ", ".join(settings.devices))
        self._models = ModelStore(
            settings.directory,
            settings.backend,
            self._model.model,
            self._detectors.in_use,
            free_mb=settings.free_mb,
        )
        self._outbox = Outbox(settings.directory / "outbox.db")
        node = fixed.node if fixed else settings.node
        identity = Identity(node, self._model.model)
        self._keeper = Keeper(self._outbox, settings.directory, identity)
        self._fleet = Fleet(settings, self._detectors, allow_files=fixed is not None)
        limits = Limits(settings.disk_mb * MB, settings.free_mb * MB)
        self._room = Room(settings.directory, self._outbox, limits)
        sources = Sources(self._fleet, self._detectors, self._outbox, self._room)
        self._metrics = Metrics(sources)
        self._leases: LeaseKeeper | None = None
        if settings.web_url and fixed is None:
            name = holder or holder_of(settings.directory, settings.node)
            self._leases = LeaseKeeper(self._web(), name)
        self._tenure = Tenure(self._leases, mine)
        self._pipelines = Pipelines(
            self._keeper, self._outbox, self._metrics.told, self._tenure.epoch_of
        )
        self._started_at = datetime.now(UTC)
        self._publisher: Publisher | None = None
        self._watch: ConfigWatch | None = None
        self._jobs = Jobs(settings, self._web, self._models.usable)
        self._threads: list[threading.Thread] = []
        self._paces = Paces()
        self._cameras: set[str] | None = None
        self._clock = WallClock()

    def run(self, stop: threading.Event) -> None:
        """Raises :class:`vision.web.WebRefusedError` where the token is refused at the start."""
        try:
            if self._settings.metrics is not None:
                self._metrics.serve(self._settings.metrics)
            first = self._first_config()
            self._recover(first)
            self._start_threads(stop)
            settle()
            self._loop(stop)
        finally:
            stop.set()
            self._close()

    def _first_config(self) -> NodeConfig | None:
        if self._settings.web_url and self._fixed is None:
            cache = self._settings.directory / "config.json"
            self._watch = ConfigWatch(self._web(self._jobs.ring), cache, self._settings.poll_s)
            return self._watch.first()
        return self._fixed

    def _recover(self, config: NodeConfig | None) -> None:
        """Take up what a previous run left: pending evidence first, then open episodes."""
        now = self._now()
        self._keeper.secure_due(now)
        self._room.look(now)
        if config is not None:
            self._apply(config)
        if config is not None and self._tenure.is_shared(config):
            self._pipelines.recover_shared(now, config.cameras)
        else:
            self._pipelines.recover(now)

    def _start_threads(self, stop: threading.Event) -> None:
        runs: list[tuple[str, Callable[[threading.Event], None]]] = [
            ("room", self._room.run),
            ("models", partial(self._models.run, web=self._web_or_none())),
        ]
        if self._settings.web_url:
            self._publisher = Publisher(self._outbox, self._web())
            beat = HeartbeatSender(
                self._web(self._jobs.ring),
                self.heartbeat,
                self._watch,
                self._settings.heartbeat_s,
            )
            runs += [("publisher", self._publisher.run), ("heartbeat", beat.run)]
            runs += [("pictures", self._jobs.ask_and_show), ("jobs", self._jobs.do_jobs)]
        if self._watch is not None:
            runs.append(("config", self._watch.run))
        if self._leases is not None:
            runs.append(("leases", self._leases.run))
        for name, run in runs:
            thread = threading.Thread(target=run, args=(stop,), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def _loop(self, stop: threading.Event) -> None:
        while not stop.is_set():
            wait = min(self._paces.tick_at, self._paces.save_at) - time.monotonic()
            for judged in self._detectors.take(min(TICK_S, max(0.0, wait))):
                self._metrics.judged(judged)
                who = self._detectors.who(judged)
                wanted_s = self._pipelines.judge(judged, who.classes, who.model)
                self._fleet.want(judged.camera_id, wanted_s)
            self._duties(time.monotonic())

    def _duties(self, now: float) -> None:
        if now >= self._paces.tick_at:
            self._paces.tick_at = now + TICK_S
            fresh = self._watch.take() if self._watch else None
            if fresh is not None:
                self._apply(fresh)
            else:
                self._take_turn(None)
            self._fleet.tick()
            self._detectors.tick()
            self._load_models()
            self._keeper.make_due(self._now())
        if now >= self._paces.save_at:
            self._paces.save_at = now + SAVE_S
            self._pipelines.save(self._now())
        if now >= self._paces.give_back_at:
            self._paces.give_back_at = now + GIVE_BACK_S
            give_back()  # what snapshots and clips were made in
        if now >= self._paces.forget_at:
            self._paces.forget_at = now + FORGET_S
            with suppress(sqlite3.OperationalError):  # a full disk: the next hour will do
                for path in self._outbox.forget_sent(self._now()):
                    path.unlink(missing_ok=True)
                known, due = self._outbox.known_files(), self._outbox.due_events()
                sweep_cut_off(self._settings.directory, known, due, time.time())
            if self._cameras is not None:
                sweep(self._settings.directory, self._cameras, time.time())

    def _load_models(self) -> None:
        for sha256, why in self._detectors.spoilt().items():
            self._models.throw_away(sha256, why)
        self._detectors.offer(self._models.usable())

    def _apply(self, config: NodeConfig) -> None:
        for camera in config.cameras:
            hide_password_of(camera.url)
            hide_password_of(camera.sub_url)
        hide(*(platform.api_key for platform in config.platforms))
        self._models.heed(config.models)
        self._cameras = {camera.camera_id for camera in config.cameras}
        log.info("configuration %s: %d cameras", config.config_version, len(config.cameras))
        self._take_turn(config)

    def _take_turn(self, fresh: NodeConfig | None) -> None:
        """Run just the cameras that are ours now."""
        turn = self._tenure.turn(fresh)
        if turn is None:
            return
        if turn.lost:
            log.warning("not ours any more: %s", ", ".join(turn.lost))
            kept = tuple(c for c in turn.config.cameras if c.camera_id not in turn.lost)
            self._fleet.apply(replace(turn.config, cameras=kept))
            self._pipelines.leave(turn.lost)
        if turn.begun:
            log.info("ours from now on: %s", ", ".join(turn.begun))
        now = self._now()
        self._fleet.stands_by = self._tenure.is_shared(turn.config)
        self._fleet.apply(turn.config)
        self._pipelines.apply(turn.config, now)
        self._pipelines.take_up(turn.config.node, turn.begun, turn.handed, now)
        self._jobs.heed(turn.config)
        self._metrics.forget_all_but({camera.camera_id for camera in turn.config.cameras})
        self._tenure.done()

    def health(self) -> tuple[CameraHealth, ...]:
        """Each camera as it is just now; from any thread."""
        return self._fleet.health()

    def heartbeat(self) -> Heartbeat:
        """What the worker truly does just now."""
        return Heartbeat(
            node=self._keeper.identity.node,
            at=datetime.now(UTC),
            started_at=self._started_at,
            worker_version=worker_version(),
            backend=self._model.backend,
            model=self._model.model,
            config_version=self._keeper.identity.config_version,
            queue_length=self._outbox.queue_length(),
            cameras=self._fleet.health(),
            detectors=self._detectors.health(),
            storage=self._room.health(),
            models=told(self._models.health(), self._detectors.states()),
        )

    def _now(self) -> float:
        # A clock that somebody sets ends no episode whose camera still counts by the old one.
        return self._clock.now(may_step=not self._pipelines.is_live)

    def _web(self, on_work: Callable[[], None] = lambda: None) -> WebClient:
        return WebClient(self._settings.web_url, self._settings.node_token, on_work=on_work)

    def _web_or_none(self) -> WebClient | None:
        return self._web() if self._settings.web_url else None

    def _close(self) -> None:
        self._metrics.close()
        self._fleet.close()
        self._detectors.close()
        self._pipelines.save(self._now())
        self._keeper.make_due(self._now())
        self._keeper.finish(5.0)
        if self._leases is not None:
            self._leases.wake()
            self._leases.give_all_back()
        for thread in self._threads:
            thread.join(3.0)
        if not any(thread.is_alive() for thread in self._threads):
            self._outbox.close()
        with suppress(OSError):
            self._lock.close()


@cache
def worker_version() -> str:
    """Asked for at each heartbeat, and looked up among all packages of the machine."""
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
