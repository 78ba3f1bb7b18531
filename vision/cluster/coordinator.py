"""The cluster as one supervisor: it follows the web and keeps a group's actor for each few cameras.

Nothing that a camera needs goes through it: the groups ask the web themselves for their cameras'
settings and leases. While it is away, groups run on and only new cameras wait.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from vision.cluster import board
from vision.cluster.group import CAMERAS, GPU, MACHINE, RUNS, SITE, GroupKeeper
from vision.cluster.place import Machine, choose, loads, move
from vision.cluster.plan import Group, Sizes, regroup, site_of
from vision.config import VisionSettings
from vision.contract import Camera, CameraHealth, NodeConfig, parse, to_json
from vision.logs import set_up
from vision.office import ConfigWatch
from vision.publisher import REFUSED_PROBE_S
from vision.supervising import Supervisor
from vision.web import WebClient, WebRefusedError

log = logging.getLogger(__name__)
TICK_S = 1.0
LISTEN_EVERY_S = 3.0
MOVE_EVERY_S = 10.0
ANSWER_S = 3.0
STOP_S = 45.0
NAME = "coordinator"
NODE_ID = "ray.io/node-id"


class Cluster:
    """Fulfils :class:`vision.supervising.Supervisor`; runs inside a process that Ray knows."""

    def __init__(self, settings: VisionSettings, most: int) -> None:
        self._settings, self._most = settings, most
        self._groups: dict[str, Group] = {}
        self._actors: dict[str, Any] = {}
        self._reports: dict[str, dict[str, Any]] = {}
        self._seen: dict[str, float] = {}
        self._config: NodeConfig | None = None
        self._known_sites: set[str] = set()
        self._moved_at = self._heard_at = 0.0
        self.problem = ""

    def run(self, stop: threading.Event) -> None:
        """Raises :class:`vision.web.WebRefusedError` where the token is refused at the start."""
        cache = self._settings.directory / "cluster" / "config.json"
        cache.parent.mkdir(parents=True, exist_ok=True)
        client = WebClient(self._settings.web_url, self._settings.node_token)
        watch = ConfigWatch(client, cache, self._settings.poll_s)
        self._take_up()
        self._known_sites = board.sites()
        self._config = watch.first()
        threading.Thread(target=watch.run, args=(stop,), name="config", daemon=True).start()
        while not stop.is_set():
            self._config = watch.take() or self._config
            self._step(time.monotonic())
            stop.wait(TICK_S)
        self._close()  # only when told to: whatever fails here, the groups run on

    def _take_up(self) -> None:
        """What an earlier coordinator left running."""
        import ray

        self._groups = {group.name: group for group in board.groups()}
        for name in self._groups:
            with suppress(ValueError):
                self._actors[name] = ray.get_actor(_actor_name(name), namespace=board.NAMESPACE)

    def health(self) -> tuple[CameraHealth, ...]:
        asked = [actor.health.remote() for actor in list(self._actors.values())]
        return tuple(parse(CameraHealth, one) for found in _answers(asked) for one in found)

    def status(self) -> dict[str, Any]:
        """Machines and groups, for people."""
        machines = self._machines(time.monotonic())
        held = loads(list(self._groups.values()), self._where())
        return {
            "problem": self.problem,
            "machines": [
                {
                    "machine": one.name,
                    "site": one.site,
                    "gpu": one.has_gpu,
                    "capacity": one.capacity,
                    "cameras": held.get(one.node, 0),
                    "leaving": one.is_leaving,
                    "node": one.node,
                }
                for one in machines
            ],
            "groups": [
                {
                    "group": group.name,
                    "site": group.site,
                    "cameras": len(group.cameras),
                    **self._reports.get(group.name, {}),
                }
                for group in self._groups.values()
            ],
        }

    def _step(self, now: float) -> None:
        machines = self._machines(now)
        if self._config is not None:
            self._plan(self._config, machines)
        if now - self._heard_at >= LISTEN_EVERY_S:
            self._heard_at = now
            self._listen()
        self._start_missing(machines)
        is_pressing = any(machine.is_leaving for machine in machines)
        if is_pressing or now - self._moved_at >= MOVE_EVERY_S:
            self._moved_at = now
            self._move_one(machines, now)

    def _machines(self, now: float) -> list[Machine]:
        import ray

        leaving, found = board.leaving(), []
        for node in ray.nodes():
            labels, ident = node["Labels"], node["NodeID"]
            if not node["Alive"] or MACHINE not in labels:
                continue
            found.append(
                Machine(
                    ident,
                    labels[MACHINE],
                    labels.get(SITE, ""),
                    GPU in labels,
                    int(labels.get(CAMERAS, "0")),
                    self._seen.setdefault(ident, now),
                    ident in leaving,
                )
            )
        return found

    def _plan(self, config: NodeConfig, machines: Iterable[Machine]) -> None:
        self.problem = "" if config.lease_s else "the web's node has no lease: switch it on there"
        labels = {machine.site for machine in machines if machine.site}
        if not labels <= self._known_sites:
            self._known_sites |= labels
            board.keep_sites(self._known_sites)
        # Without leases two groups could watch one camera: better none.
        cameras = config.cameras if config.lease_s else ()
        sites = {one.camera_id: site_of(one.site, self._known_sites) for one in cameras}
        count: dict[str, int] = {}
        for machine in machines:
            count[machine.site] = count.get(machine.site, 0) + 1
        count[""] = sum(count.values())
        planned = regroup(
            list(self._groups.values()), sites, Sizes(self._most, count, _places(cameras))
        )
        fresh = {group.name: group for group in planned}
        for name in self._groups.keys() - fresh.keys():
            board.drop(name)
            self._end([name])
        for name, group in fresh.items():
            if self._groups.get(name) != group:
                board.keep(group)
        self._groups = fresh

    def _listen(self) -> None:
        """What each group says of itself; one that does not answer keeps its last word."""
        if not self._actors:
            return
        import ray

        asked = {actor.report.remote(): name for name, actor in self._actors.items()}
        done, _late = ray.wait(list(asked), num_returns=len(asked), timeout=ANSWER_S)
        for one in done:
            try:
                self._reports[asked[one]] = ray.get(one)
            except ray.exceptions.ActorDiedError:
                # For good: Ray does not start again what could not even begin.
                log.exception("group %s cannot be run there", asked[one])
                del self._actors[asked[one]]
            except ray.exceptions.RayError:
                pass  # it is being started anew just now

    def _where(self) -> dict[str, str]:
        return {name: report["node"] for name, report in self._reports.items()}

    def _start_missing(self, machines: list[Machine]) -> None:
        for name, group in self._groups.items():
            if name in self._actors:
                continue
            load = loads(list(self._groups.values()), self._where())
            machine = choose(group, machines, load)
            if machine is None:
                return
            self._start(group, machine)

    def _start(self, group: Group, machine: Machine) -> None:
        import ray

        # Where it is to run now, and where Ray may start it anew when that machine dies.
        elsewhere: list[dict[str, str]] = [{GPU: "yes"}, {}]
        if group.site:
            at_home = {SITE: group.site}
            elsewhere = [at_home | {GPU: "yes"}, at_home, *elsewhere]
        self._actors[group.name] = (
            ray.remote(GroupKeeper)
            .options(
                name=_actor_name(group.name),
                namespace=board.NAMESPACE,
                lifetime="detached",
                get_if_exists=True,
                num_cpus=0,
                max_restarts=-1,
                max_concurrency=4,
                scheduling_strategy="SPREAD",
                label_selector={NODE_ID: machine.node},
                fallback_strategy=[{"label_selector": {RUNS: "yes"} | one} for one in elsewhere],
            )
            .remote(group.name)
        )
        self._reports.setdefault(group.name, {"group": group.name, "node": machine.node})
        log.info("group %s starts on %s", group.name, machine.name)

    def _move_one(self, machines: list[Machine], now: float) -> None:
        found = move(list(self._groups.values()), self._where(), machines, now)
        if found is None:
            return
        group, machine = found
        log.info("group %s moves to %s", group.name, machine.name)
        self._end([group.name])
        self._start(group, machine)

    def _end(self, names: Iterable[str]) -> None:
        """Stop groups in good order, all at once; their actors are gone when this returns."""
        import ray

        actors = [(name, self._actors.pop(name)) for name in list(names) if name in self._actors]
        stopping = [actor.stop.remote() for _name, actor in actors]
        ray.wait(stopping, num_returns=len(stopping), timeout=STOP_S) if stopping else None
        for name, actor in actors:
            ray.kill(actor)
            self._reports.pop(name, None)

    def _close(self) -> None:
        self._end(list(self._actors))
        for name in self._groups:
            board.drop(name)


class Coordinator:
    """A Ray actor's class: a cluster that is followed in a thread. Settings as in a group."""

    def __init__(self, most: int) -> None:
        settings = VisionSettings.from_env(os.environ)
        set_up(settings.log_format)
        self._cluster = Cluster(settings, most)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cluster", daemon=True)
        self._thread.start()

    def status(self) -> dict[str, Any]:
        return self._cluster.status()

    def health(self) -> list[Any]:
        """Each camera's health as the groups tell it, in the contract's JSON."""
        return [to_json(one) for one in self._cluster.health()]

    def close(self) -> None:
        """All groups stopped in good order."""
        self._stop.set()
        self._thread.join(2 * STOP_S)

    def _run(self) -> None:
        supervisor: Supervisor = self._cluster
        while not self._stop.is_set():
            try:
                supervisor.run(self._stop)
            except WebRefusedError as error:
                self._cluster.problem = str(error)
                log.critical("%s; make a new token for this node in the web", error)
                self._stop.wait(REFUSED_PROBE_S)
            except Exception:
                log.exception("the coordinator fails; next try in %.0f s", MOVE_EVERY_S)
                self._stop.wait(MOVE_EVERY_S)


def _places(cameras: Iterable[Camera]) -> dict[str, str]:
    """The place that a camera shares with others, where it does."""
    found = {one.camera_id: sorted(z.shared for z in one.zones if z.shared) for one in cameras}
    return {camera_id: names[0] for camera_id, names in found.items() if names}


def _actor_name(group: str) -> str:
    return f"group:{group}"


def _answers(asked: list[Any]) -> list[Any]:
    """What has come within :data:`ANSWER_S`; an actor that dies or moves says nothing."""
    import ray

    if not asked:
        return []
    done, _late = ray.wait(asked, num_returns=len(asked), timeout=ANSWER_S)
    found = []
    for one in done:
        with suppress(ray.exceptions.RayError):
            found.append(ray.get(one))
    return found
