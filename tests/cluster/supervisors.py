"""One contract for whatever keeps a node's cameras running: a worker alone, and a cluster.

Run by ``make prove`` (group ``scale``): a cluster takes longer to start than ``make test`` may wait.

    pytest tests/cluster/supervisors.py
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.vision.conftest import ROOT
from tests.vision.fakeweb import TOKEN, FakeWeb
from tests.vision.footage import camera, make_clip, make_script, node
from tests.vision.rtsp import Camera, Clip

LEASE_S = 4.0


class Alone:
    """``python -m vision run``."""

    command: tuple[str, ...] = ("run",)

    def __init__(self, folder: Path, web: FakeWeb) -> None:
        self.folder, self.web = folder, web

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "vision", *self.command],
                cwd=ROOT,
                env=self.environ(),
                stdout=log,
                stderr=log,
            )

    def environ(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("ANQI_", "RAY_"))}
        return clean | {
            "ANQI_WEB_URL": self.web.url,
            "ANQI_NODE_TOKEN": TOKEN,
            "ANQI_STREAM_HOSTS": "127.0.0.1",
            "ANQI_BACKEND": "scripted",
            "ANQI_MODEL": str(make_script(self.folder / "script.json")),
            "ANQI_VISION_DIR": str(self.folder / "v"),
            "ANQI_VISION_POLL_S": "0.5",
            "ANQI_VISION_HEARTBEAT_S": "0.5",
            "OMP_NUM_THREADS": "1",
        }


class Cluster(Alone):
    """``python -m vision cluster head``: two groups on one machine."""

    command = ("cluster", "head", "--port", "26399", "--group-cameras", "2")

    def ask(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "vision", "cluster", *words],
            cwd=ROOT,
            env=self.environ(),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout


def until(probe: Callable[[], Any], what: str, seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    while not probe():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.1)


def heard(web: FakeWeb, since: float) -> dict[str, str]:
    """The state of each camera by the heartbeats since then, the latest of each."""
    found: dict[str, str] = {}
    for beat in list(web.heartbeats):
        if beat.at.timestamp() >= since:
            found |= {line.camera_id: str(line.state) for line in beat.cameras}
    return found


def of_now(web: FakeWeb) -> dict[str, str]:
    return heard(web, time.time() - 1.5)


@pytest.fixture(scope="module", params=[Alone, Cluster], ids=["worker", "cluster"])
def rig(
    request: pytest.FixtureRequest,
) -> Iterator[tuple[FakeWeb, Alone, list[dict[str, Any]]]]:
    if request.param is Cluster:
        pytest.importorskip("ray", reason="the extra cluster is not installed")
    # Ray's sockets need a short path.
    folder = Path(tempfile.mkdtemp(prefix="anqi-"))
    clip = Clip(make_clip(folder / "a.mp4", seconds=20, present=(5, 12)))
    streams = [camera(Camera(clip).start().url(), f"cam-{number}") for number in range(4)]
    web = FakeWeb().start()
    told: dict[str, Any] = {"lease_s": LEASE_S} if request.param is Cluster else {}
    web.config = node(*streams[:3], **told)
    supervised = request.param(folder, web)
    supervised.start()
    yield web, supervised, streams
    if supervised.process.poll() is None:
        supervised.process.kill()
    web.stop()
    shutil.rmtree(folder, ignore_errors=True)


def test_it_runs_the_cameras_that_the_web_names(rig):
    web, _supervised, _streams = rig
    wanted = dict.fromkeys(("cam-0", "cam-1", "cam-2"), "running")
    until(lambda: of_now(web) == wanted, "three cameras run")


def test_it_follows_the_web_and_leaves_the_others_alone(rig):
    web, _supervised, streams = rig
    began = time.time()
    web.config = {**web.config, "cameras": streams[1:], "config_version": "2"}
    wanted = dict.fromkeys(("cam-1", "cam-2", "cam-3"), "running")
    until(lambda: of_now(web) == wanted, "one camera less and another one more")
    reconnects = {
        line.camera_id: line.reconnects
        for beat in web.heartbeats
        if beat.at.timestamp() > began
        for line in beat.cameras
    }
    assert (reconnects["cam-1"], reconnects["cam-2"]) == (0, 0)


def test_each_passage_is_one_event(rig):
    web, _supervised, _streams = rig
    until(lambda: {e.camera_id for e in web.events.values()} >= {"cam-1", "cam-2"}, "events")
    spans: dict[str, list[float]] = {}
    for event in list(web.events.values()):
        spans.setdefault(event.camera_id, []).append(event.started_at.timestamp())
    for starts in spans.values():
        starts.sort()
        assert all(b - a > 8 for a, b in pairwise(starts)), starts


def test_a_cluster_tells_on_the_machine_itself_what_runs(rig):
    _web, supervised, _streams = rig
    if not isinstance(supervised, Cluster):
        return  # a worker alone has its page for Prometheus
    wanted = dict.fromkeys(("cam-1", "cam-2", "cam-3"), "running")
    told: dict[str, Any] = {}

    def tells() -> bool:
        # Groups write what they know every few seconds; the web may have heard it before.
        told.update(json.loads(supervised.ask("status", "--json")))
        running = sum(group["running"] for group in told["groups"])
        health = {one["camera_id"]: one["state"] for one in told["health"]}
        return (health, running) == (wanted, 3)

    until(tells, "the machine itself tells what runs", 30)
    assert told["problem"] == ""


def test_nothing_runs_any_more_when_it_has_ended(rig):
    web, supervised, _streams = rig
    supervised.process.send_signal(signal.SIGTERM)
    assert supervised.process.wait(60) == 0, (supervised.folder / "log").read_text()[-2000:]
    mark = f"ANQI_VISION_DIR={supervised.folder / 'v'}".encode()

    def left() -> list[str]:
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (path / "environ").read_bytes().split(b"\0"):
                    found.append((path / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
        return [one for one in found if one]

    until(lambda: not left(), f"nothing left of it: {json.dumps(left())}", 10)
    until(lambda: not of_now(web), "nobody speaks")
