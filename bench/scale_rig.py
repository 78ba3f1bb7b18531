"""What the measurements of a cluster share: a web on PostgreSQL, live cameras, machines of Ray.

A machine is a directory, a Ray of its own and an environment; two of them are two machines as far as
anything of ours can see, and may be killed whole.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from bench.vision_rig import ROOT, free_port
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.enterprise import queries as enterprises
from supervision.factory import throwaway_settings
from supervision.video import equipment, queries
from tests import postgres
from tests.contract.installation import Installation
from tests.vision.footage import make_clip, make_script
from tests.vision.rtsp import Camera, Clip
from vision.contract import Rule, RuleKind

LOOP_S, PRESENT = 40.0, (4.0, 28.0)


class Web(Installation):
    """The real web on PostgreSQL with a node whose cameras are shared by leases of ``lease_s``."""

    def __init__(self, folder: Path, server: postgres.Server, cameras: int) -> None:
        clip = Clip(make_clip(folder / "a.mp4", seconds=LOOP_S, present=PRESENT))
        make_script(folder / "script.json")
        self.began = time.time() + 2.0
        self.cameras = [Camera(clip, started_at=self.began).start() for _ in range(cameras)]
        settings = throwaway_settings(
            database_url=server.url,
            storage_dir=folder / "storage",
            stream_hosts=("127.0.0.1",),
        )
        self.database = server.url.replace("+psycopg", "")
        super().__init__(settings, folder)

    def _equip(self) -> str:
        with transaction():
            node = equipment.create_node(SYSTEM, name="cluster")
            db.session.flush()
            _row, token = equipment.issue_token(node, SYSTEM, label="cluster")
            plant = enterprises.get_enterprise(self.cast.plant_id, SYSTEM)
            for number, camera in enumerate(self.cameras):
                spec = equipment.CameraSpec(
                    name=f"Camera {number}",
                    place="Yard",
                    stream_url=camera.url(),
                    node=node,
                    input_size=(320, 192),
                    analysed_fps=5.0,
                    rules=(Rule("helmet", RuleKind.HELMET_MISSING),),
                    view_check=False,
                )
                equipment.create_camera(plant, SYSTEM, spec, stream_hosts=("127.0.0.1",))
        return token

    def share(self, lease_s: int) -> None:
        """From now on several machines may share the node's cameras."""
        with self.app.app_context(), transaction():
            node = db.session.scalars(queries.list_nodes(SYSTEM)).one()
            equipment.share(node, SYSTEM, lease_s)

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database, autocommit=True) as connection:
            return connection.execute(query, values).fetchall()

    def passage(self) -> float:
        """When somebody comes into view next."""
        number = int((time.time() - self.began - PRESENT[0]) // LOOP_S) + 1
        return self.began + number * LOOP_S + PRESENT[0]

    def score(self, first: float, last: float) -> dict[str, int]:
        """Passages that begin in [first, last] and what was told of each.

        What a dead machine told late of a person whom the next one had seen by then is filed under
        that: one violation, the files of both.
        """
        rows = self.ask(
            "SELECT camera_id, started_at, coalesce(ended_at, seen_at), phase, event_id"
            " FROM violation WHERE status <> 'duplicate'"
        )
        spans: dict[int, list[tuple[float, float]]] = {}
        for camera_id, start, end, _phase, _event in rows:
            spans.setdefault(camera_id, []).append((_seconds(start), _seconds(end)))
        lost, doubled, comes, passages = [], [], first, 0
        cameras = [row[0] for row in self.ask("SELECT id FROM camera ORDER BY id")]
        while comes <= last + 0.1:
            goes = comes + PRESENT[1] - PRESENT[0]
            for camera_id in cameras:
                met = [s for s in spans.get(camera_id, ()) if s[0] < goes + 4 and s[1] > comes - 4]
                passages += 1
                lost += [(camera_id, comes)] if not met else []
                doubled += [(camera_id, comes, met)] if len(met) > 1 else []
            comes += LOOP_S
        for what, found in (("lost", lost), ("doubled", doubled)):
            for one in found:
                print(f"    {what}: {one}", flush=True)
        unfinished = [row[4] for row in rows if row[3] != "close"]
        return {
            "passages": passages,
            "violations": len(rows),
            "lost": len(lost),
            "doubled": len(doubled),
            "unfinished": len(unfinished),
            "parked": self.ask("SELECT count(*) FROM parked_event")[0][0],
        }


@dataclass
class Machine:
    """One machine of a cluster, as ``python -m vision cluster head`` or ``join`` makes it."""

    name: str
    folder: Path
    web: Web
    head: Machine | None = None
    more: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    def start(self, *words: str) -> None:
        """Again after :meth:`kill`, too."""
        home = self.folder / self.name
        (home / "cluster").mkdir(parents=True, exist_ok=True)
        command = ["head", "--port", str(self.port)]
        if self.head is not None:
            shutil.copy(self.head.folder / self.head.name / "cluster" / "token", home / "cluster")
            command = ["join", self.head.address]
        self.home = home
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "vision", "cluster", *command, "--name", self.name, *words],
                cwd=ROOT,
                env=self._environ(),
                stdout=log,
                stderr=log,
            )

    @property
    def address(self) -> str:
        told: str = json.loads((self.home / "cluster" / "here.json").read_text())["address"]
        return told

    def is_up(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError((self.folder / f"{self.name}.log").read_text()[-2000:])
        return "runs up to" in (self.folder / f"{self.name}.log").read_text()

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "vision", "cluster", *words],
            cwd=ROOT,
            env=self._environ(),
            capture_output=True,
            text=True,
            check=False,
        )

    def processes(self) -> list[int]:
        """All that runs of this machine: whatever has its directory in the environment."""
        mark, found = f"ANQI_VISION_DIR={self.home}\0".encode(), []
        for path in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if mark in (path / "environ").read_bytes() + b"\0":
                    found.append(int(path.name))
        return [pid for pid in found if pid != os.getpid() and not _is_dead(pid)]

    def kill(self) -> int:
        """As if its power was cut; how many processes there were."""
        numbers = self.processes()
        for number in numbers:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        self.process.wait()
        while late := self.processes():
            for number in late:
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            time.sleep(0.05)
        return len(numbers)

    def stop(self, seconds: float = 90.0) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
                return 99
        return self.process.returncode

    def _environ(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("ANQI_", "RAY_"))}
        return (
            clean
            | {
                "ANQI_WEB_URL": self.web.url,
                "ANQI_NODE_TOKEN": self.web.token,
                "ANQI_STREAM_HOSTS": "127.0.0.1",
                "ANQI_BACKEND": "scripted",
                "ANQI_MODEL": str(self.folder / "script.json"),
                "ANQI_VISION_DIR": str(self.home),
                "ANQI_VISION_POLL_S": "1",
                "ANQI_VISION_HEARTBEAT_S": "1",
                "ANQI_VISION_RING_S": "30",
                "OMP_NUM_THREADS": "1",
            }
            | self.more
        )


def waits(home: Path) -> int:
    """What the outboxes of a machine still have to deliver."""
    import sqlite3

    total = 0
    for path in home.glob("groups/*/outbox.db"):
        with sqlite3.connect(path, timeout=10) as box:
            query = (
                "SELECT (SELECT count(*) FROM revision WHERE state = 'queued')"
                " + (SELECT count(*) FROM evidence WHERE state = 'queued')"
            )
            total += int(box.execute(query).fetchone()[0])
    return total


def until(probe: Callable[[], Any], seconds: float, what: str, pause_s: float = 0.2) -> float:
    """Wait; returns how long it took. Raises TimeoutError."""
    began = time.monotonic()
    while not probe():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(pause_s)
    return time.monotonic() - began


def sleep_until(instant: float) -> None:
    time.sleep(max(0.0, instant - time.time()))


def _seconds(at: datetime) -> float:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _is_dead(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True
