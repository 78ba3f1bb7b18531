"""Fixtures of the vision tests: a web to report to, and workers run as processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.vision.fakeweb import TOKEN, FakeWeb
from tests.vision.footage import make_script

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
CLIPS = ROOT.parent / "shared" / "data" / "clips"


@pytest.fixture
def web() -> Iterator[FakeWeb]:
    server = FakeWeb().start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def clips() -> Path:
    if not CLIPS.is_dir():
        pytest.skip(
            f"the real clips are not at hand (looked for ../{CLIPS.relative_to(ROOT.parent)})"
        )
    return CLIPS


class Workers:
    """Starts ``python -m vision run`` with the scripted detector, and ends what it started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.directory = folder / "vision"
        self._script = make_script(folder / "script.json")
        self._running: list[subprocess.Popen[bytes]] = []
        self.log = folder / "worker.log"

    def start(self, *arguments: str, **environ: str) -> subprocess.Popen[bytes]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("ANQI_")}
        settings = {
            "ANQI_VISION_DIR": str(self.directory),
            "ANQI_BACKEND": "scripted",
            "ANQI_MODEL": str(self._script),
            "ANQI_STREAM_HOSTS": "127.0.0.1",
            "ANQI_VISION_POLL_S": "0.3",
            "ANQI_VISION_HEARTBEAT_S": "0.3",
            "ANQI_NODE_TOKEN": TOKEN,
        }
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "vision", "run", *arguments],
                cwd=ROOT,
                env={**clean, **settings, **environ},
                stdout=log,
                stderr=log,
            )
        self._running.append(process)
        return process

    def config_file(self, config: dict[str, Any]) -> str:
        path = self.folder / "node.json"
        path.write_text(json.dumps(config))
        return str(path)

    def end(self) -> None:
        for process in self._running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self._running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    started = Workers(tmp_path)
    yield started
    started.end()


def wait_until(probe: Callable[[], T], seconds: float = 60.0) -> T:
    """The first true answer of ``probe``; fails loudly when there is none in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        answer = probe()
        if answer:
            return answer
        time.sleep(0.05)
    pytest.fail(f"nothing happened within {seconds} s")
