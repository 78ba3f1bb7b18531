"""A small installation as it really runs: database, web, RTSP server and worker, each a process."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from flask import Flask

from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.enterprise import queries as enterprises
from supervision.factory import create_app
from supervision.settings import Settings
from supervision.video import equipment
from tests.cast import Cast, assemble
from tests.vision.footage import make_clip, make_script
from vision.contract import Rule, RuleKind

ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(probe: Callable[[], T], what: str, seconds: float = 60) -> T:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := probe():
            return answer
        time.sleep(0.2)
    raise AssertionError(f"{what}: not within {seconds} s")


class Installation:
    """One camera on a looped clip in which somebody without a helmet comes and goes."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.folder = folder
        self.port, self.rtsp_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = settings
        self._processes: list[subprocess.Popen[bytes]] = []
        self.app: Flask = create_app(settings, TESTING=True, WTF_CSRF_ENABLED=False)
        with self.app.app_context():
            db.create_all()
            self.cast: Cast = assemble()
            self.token = self._equip()
            db.session.remove()

    def _equip(self) -> str:
        media = self.folder / "media"
        media.mkdir()
        make_clip(media / "gate.mp4", seconds=9, present=(2, 6))
        with transaction():
            node = equipment.create_node(SYSTEM, name="node")
            db.session.flush()
            _row, token = equipment.issue_token(node, SYSTEM, label="node")
            spec = equipment.CameraSpec(
                name="Gate",
                place="Gate",
                stream_url=f"rtsp://127.0.0.1:{self.rtsp_port}/gate.mp4?play_count=0",
                node=node,
                input_size=(320, 192),
                analysed_fps=5.0,
                is_enabled=True,
                zones=(),
                rules=(Rule("helmet", RuleKind.HELMET_MISSING),),
            )
            plant = enterprises.get_enterprise(self.cast.plant_id, SYSTEM)
            equipment.create_camera(plant, SYSTEM, spec, stream_hosts=("127.0.0.1",))
        return token

    def start_web(self) -> subprocess.Popen[bytes]:
        environ = {
            "ANQI_SECRET_KEY": self.settings.secret_key,
            "ANQI_DATA_KEY": self.settings.data_key,
            "ANQI_DATABASE_URL": self.settings.database_url,
            "ANQI_STORAGE_DIR": str(self.settings.storage_dir),
            "ANQI_STREAM_HOSTS": "127.0.0.1",
            "ANQI_BIND": f"127.0.0.1:{self.port}",
        }
        process = self._start("web", [sys.executable, "app.py"], environ)
        wait_until(self._answers, "the web answers", 90)
        return process

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=1) as answer:  # noqa: S310 - our own loopback address
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def start_streams(self) -> subprocess.Popen[bytes]:
        script = ROOT / "tests" / "vision" / "rtsp_server.py"
        command = [sys.executable, str(script), str(self.folder / "media"), str(self.rtsp_port)]
        return self._start("rtsp", command, {})

    def start_worker(self, **more: str) -> subprocess.Popen[bytes]:
        """``more`` are settings that differ from a test's usual ones."""
        environ = {
            "ANQI_WEB_URL": self.url,
            "ANQI_NODE_TOKEN": self.token,
            "ANQI_STREAM_HOSTS": "127.0.0.1",
            "ANQI_BACKEND": "scripted",
            "ANQI_MODEL": str(make_script(self.folder / "script.json")),
            "ANQI_VISION_DIR": str(self.folder / "vision"),
            "ANQI_VISION_POLL_S": "0.5",
            "ANQI_VISION_HEARTBEAT_S": "0.5",
        }
        return self._start("worker", [sys.executable, "-m", "vision", "run"], environ | more)

    def _start(
        self, name: str, command: list[str], environ: dict[str, str]
    ) -> subprocess.Popen[bytes]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("ANQI_")}
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env={**clean, **environ}, stdout=log, stderr=log
            )
        self._processes.append(process)
        return process

    def told(self) -> dict[str, int]:
        """What the worker has ever said: the highest revision of each event."""
        with sqlite3.connect(self.folder / "vision" / "outbox.db", timeout=10) as box:
            rows = box.execute("SELECT event_id, max(revision) FROM revision GROUP BY event_id")
            return {str(event_id): int(revision) for event_id, revision in rows}

    def waiting(self) -> int:
        """How much the worker still has to deliver."""
        with sqlite3.connect(self.folder / "vision" / "outbox.db", timeout=10) as box:
            query = (
                "SELECT (SELECT count(*) FROM revision WHERE state <> 'sent')"
                " + (SELECT count(*) FROM evidence WHERE state <> 'sent')"
            )
            return int(box.execute(query).fetchone()[0])

    def end(self, process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> None:
        if process.poll() is None:
            process.send_signal(how)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def end_all(self) -> None:
        for process in reversed(self._processes):
            self.end(process)
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def logs(self) -> str:
        return "\n".join(
            f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}"
            for path in sorted(self.folder.glob("*.log"))
        )
