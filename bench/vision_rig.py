"""A worker, its cameras and its web on this machine, and what they cost: the rig of the measurements.

Server, worker and web are processes and sockets as in the field. CPU seconds are those of the
worker's process tree, read from ``/proc``; the server's and the web's are not in it.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.vision.fakeweb import TOKEN, FakeWeb
from vision.contract import ViolationEvent

ROOT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
# Threads that libraries would start for each core: nowhere in what is measured or measures.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"), "1"
)
_LOOP = re.compile(r"^([\d.]+) .*stream loop start .*source=(\S+)\.mp4", re.MULTILINE)
_SAMPLE = re.compile(r"^anqi_vision_(\w+?)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(probe: Callable[[], Any], seconds: float, what: str) -> None:
    until = time.monotonic() + seconds
    while not probe():
        if time.monotonic() > until:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.1)


class Server:
    """The RTSP server of one folder, a process of its own; its log says when each loop begins."""

    def __init__(self, folder: Path, log: Path) -> None:
        self.port, self._log = free_port(), log
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bench.vision_loops", "serve", folder, str(self.port)],
                cwd=ROOT,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        wait_for(self._answers, 20, "the RTSP server")

    def url(self, name: str) -> str:
        return f"rtsp://127.0.0.1:{self.port}/{name}.mp4?play_count=0"

    def begun(self) -> dict[str, list[float]]:
        """By file, the instants (UTC seconds) at which it was begun."""
        begun: dict[str, list[float]] = {}
        for instant, name in _LOOP.findall(self._log.read_text("utf-8", "replace")):
            begun.setdefault(name, []).append(float(instant))
        return begun

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(10)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@dataclass(frozen=True, slots=True)
class Page:
    """One scrape of the worker's metrics, with the instant and the CPU seconds used until then."""

    at: float
    cpu_s: float
    samples: dict[tuple[str, tuple[tuple[str, str], ...]], float]

    def sum(self, name: str, **labels: str) -> float:
        wanted = set(labels.items())
        return sum(v for (n, found), v in self.samples.items() if n == name and wanted <= {*found})

    def by(self, name: str, label: str) -> Counter[str]:
        """Sums of ``name`` by the values of one label."""
        found: Counter[str] = Counter()
        for (sample, labels), value in self.samples.items():
            if sample == name:
                found[dict(labels)[label]] += value  # type: ignore[assignment]
        return found


@dataclass(slots=True)
class Worker:
    """``python -m vision run`` on the given cameras, with a web that takes what it sends."""

    folder: Path
    cameras: Sequence[dict[str, Any]]
    environ: dict[str, str] = field(default_factory=dict)
    program: tuple[str, ...] = ("-m", "vision")
    web: FakeWeb = field(default_factory=FakeWeb)
    process: subprocess.Popen[bytes] | None = None
    metrics_port: int = field(default_factory=free_port)

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.web.start()
        config = self.folder / "node.json"
        config.write_text(
            json.dumps({"node": "bench", "config_version": "1", "cameras": list(self.cameras)})
        )
        clean = {k: v for k, v in os.environ.items() if not k.startswith("ANQI_")}
        ours = {
            "ANQI_VISION_DIR": str(self.folder / "vision"),
            "ANQI_VISION_METRICS": f"127.0.0.1:{self.metrics_port}",
            "ANQI_STREAM_HOSTS": "127.0.0.1",
            "ANQI_WEB_URL": self.web.url,
            "ANQI_NODE_TOKEN": TOKEN,
        }
        with (self.folder / "worker.log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.program, "run", "--config", str(config)],
                cwd=ROOT,
                env={**clean, **ours, **self.environ},
                stdout=log,
                stderr=log,
            )

    def await_all(self, seconds: float = 60.0) -> None:
        """Until every camera runs."""
        wait_for(self._is_up, seconds, f"all cameras of {self.folder.name}")

    def page(self) -> Page:
        url = f"http://127.0.0.1:{self.metrics_port}/metrics"
        with urllib.request.urlopen(url, timeout=10) as answer:
            text = answer.read().decode()
        assert self.process is not None
        samples = {
            (name, tuple(sorted(_LABEL.findall(labels or "")))): float(value)
            for name, labels, value in _SAMPLE.findall(text)
        }
        return Page(time.time(), tree_cpu_s(self.process.pid), samples)

    def events(self) -> list[ViolationEvent]:
        """What the web has of each event by now."""
        with self.web.lock:
            return list(self.web.events.values())

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.web.stop()

    def _is_up(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise RuntimeError((self.folder / "worker.log").read_text("utf-8", "replace")[-2000:])
        try:
            return self.page().sum("camera_up") == len(self.cameras)
        except OSError:
            return False


@contextmanager
def running(worker: Worker) -> Iterator[Worker]:
    worker.start()
    try:
        yield worker
    finally:
        worker.close()


def tree_cpu_s(root: int) -> float:
    """CPU seconds used by a process and all below it, those that have ended included."""
    parents, used = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(path.parent.name)
        parents[pid] = int(words[1])
        # Its own user and system time, and that of its children that were waited for.
        used[pid] = sum(map(int, words[11:15])) / TICKS
    return sum(seconds for pid, seconds in used.items() if _is_under(pid, root, parents))


def _is_under(pid: int, root: int, parents: dict[int, int]) -> bool:
    while pid > 1 and pid != root:
        pid = parents.get(pid, 0)
    return pid == root
