"""Sixteen cameras, each of them cut off once a minute, for as long as one likes.

    python -m bench.vision_soak               # 15 minutes
    SOAK=60 python -m bench.vision_soak       # an hour

A real worker reads them through proxies that reset a connection every few seconds, in turn. After
three minutes of warming up, the memory of the worker and all its processes (their own and what they
share of it, which counts once; not the files of libraries, whose share depends on who else runs),
their file handles and threads are noted every five seconds. A line is fitted to
the medians of each minute; its slope is given with a 95 % interval from the spread around it.
"""

from __future__ import annotations

import json
import math
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.vision.chaos import Chaos
from tests.vision.fakeweb import TOKEN, FakeWeb
from tests.vision.footage import camera, make_clip, make_script, node
from tests.vision.rtsp import Camera, Clip
from vision.contract import CameraState

ROOT = Path(__file__).resolve().parent.parent
CAMERAS, EVERY_S = 16, 60.0
WARM_S, SAMPLE_S, LOOP_S = 180.0, 5.0, 40.0
SETTLE_S = 20.0  # the last one cut comes back, and a heartbeat, one in ten seconds, tells of it
# Two-sided 95 %, by degrees of freedom; beyond these 2.0 is near enough.
_STUDENT = {1: 12.71, 2: 4.30, 3: 3.18, 4: 2.78, 5: 2.57, 6: 2.45, 8: 2.31, 10: 2.23, 15: 2.13}


@dataclass(frozen=True)
class Sample:
    """``t`` in seconds; ``mb`` of the whole tree, ``each`` of its processes, in order of start."""

    t: float
    mb: float
    handles: int
    threads: int
    each: tuple[float, ...]


def sample(pid: int, began: float) -> Sample:
    tree = _tree(pid)
    each = tuple(_memory_kb(one) / 1024 for one in tree)
    return Sample(
        time.monotonic() - began,
        sum(each),
        sum(_count(f"/proc/{one}/fd") for one in tree),
        sum(_count(f"/proc/{one}/task") for one in tree),
        each,
    )


def _tree(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                found += [int(word) for word in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def _memory_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    words = (line.split() for line in lines)
    return sum(int(word[1]) for word in words if word[0] in ("Pss_Anon:", "Pss_Shmem:"))


def _count(folder: str) -> int:
    try:
        return sum(1 for _ in Path(folder).iterdir())
    except OSError:
        return 0


def slope(samples: list[Sample]) -> tuple[float, float]:
    """MB an hour, and half the width of its 95 % interval, from the medians of each minute."""
    minutes: dict[int, list[float]] = {}
    for one in samples:
        minutes.setdefault(int(one.t // 60), []).append(one.mb)
    points = [(minute / 60, statistics.median(values)) for minute, values in minutes.items()]
    if len(points) < 3:
        return math.nan, math.nan
    fit = statistics.linear_regression([x for x, _ in points], [y for _, y in points])
    free = len(points) - 2
    rest = sum((y - fit.slope * x - fit.intercept) ** 2 for x, y in points)
    middle = statistics.fmean(x for x, _ in points)
    spread = sum((x - middle) ** 2 for x, _ in points)
    student = next((value for known, value in _STUDENT.items() if known >= free), 2.0)
    return fit.slope, student * math.sqrt(rest / free / spread)


def start_worker(folder: Path, web: FakeWeb) -> subprocess.Popen[bytes]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("ANQI_")}
    settings = {
        "ANQI_VISION_DIR": str(folder / "vision"),
        "ANQI_BACKEND": "scripted",
        "ANQI_MODEL": str(make_script(folder / "script.json")),
        "ANQI_STREAM_HOSTS": "127.0.0.1",
        "ANQI_NODE_TOKEN": TOKEN,
        "ANQI_WEB_URL": web.url,
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "vision", "run"]
    with (folder / "worker.log").open("ab") as log:
        return subprocess.Popen(command, cwd=ROOT, env=clean | settings, stdout=log, stderr=log)


def soak(folder: Path, seconds: float, warm_s: float) -> dict[str, Any]:
    clip = Clip(make_clip(folder / "a.mp4", seconds=LOOP_S, present=(4.0, 12.0)))
    web = FakeWeb().start()
    now = time.time()
    sources = [
        Camera(clip, started_at=now - number * LOOP_S / CAMERAS).start()
        for number in range(CAMERAS)
    ]
    proxies = [Chaos(source.port) for source in sources]
    web.config = node(
        *(
            camera(f"rtsp://127.0.0.1:{proxy.port}/live", f"cam{number:02}", analysed_fps=2.0)
            for number, proxy in enumerate(proxies)
        )
    )
    worker = start_worker(folder, web)
    began, cuts, samples = time.monotonic(), 0, list[Sample]()
    sample_at = began + warm_s
    try:
        while time.monotonic() < began + warm_s + seconds:
            if worker.poll() is not None:
                raise SystemExit(f"the worker ended with {worker.returncode}")
            now = time.monotonic()
            if now - began > 20 + cuts * EVERY_S / CAMERAS:
                proxies[cuts % CAMERAS].cut()
                cuts += 1
            if now >= sample_at:
                samples.append(sample(worker.pid, began))
                sample_at += SAMPLE_S
            del web.heartbeats[:-2]
            time.sleep(0.1)
        time.sleep(SETTLE_S)
        states = [c.state for beat in web.heartbeats[-1:] for c in beat.cameras]
        reconnects = sum(c.reconnects for beat in web.heartbeats[-1:] for c in beat.cameras)
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(30)
        web.stop()
    return figures(samples) | {
        "cuts": cuts,
        "reconnects": reconnects,
        "running": sum(state is CameraState.RUNNING for state in states),
        "events": len(web.events),
        "minutes": round(seconds / 60, 1),
    }


def figures(samples: list[Sample]) -> dict[str, Any]:
    """Slopes for each camera; handles and threads as the last third's median over the first's."""
    rate, margin = slope(samples)
    for one in samples[:: max(1, len(samples) // 20)]:
        print(f"{one.t:6.0f} s {one.mb:7.1f} MB  ", *(f"{mb:6.1f}" for mb in one.each), flush=True)
    third = max(1, len(samples) // 3)

    def grown(values: list[int]) -> float:
        return statistics.median(values[-third:]) - statistics.median(values[:third])

    return {
        "mb_per_hour_camera": round(rate / CAMERAS, 3),
        "margin_mb_per_hour_camera": round(margin / CAMERAS, 3),
        "mb_first": round(samples[0].mb, 1),
        "mb_last": round(samples[-1].mb, 1),
        "handles_grown": grown([one.handles for one in samples]),
        "threads_grown": grown([one.threads for one in samples]),
        "handles": samples[-1].handles,
        "threads": samples[-1].threads,
        "processes": len(samples[-1].each),
    }


def main() -> int:
    if not Path("/proc/self/smaps_rollup").exists():
        print("memory is measured by /proc/*/smaps_rollup", file=sys.stderr)
        return 77
    minutes = float(os.environ.get("SOAK") or 15)
    warm_s = float(os.environ.get("SOAK_WARM_S") or WARM_S)
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps(soak(Path(name), max(1.0, minutes) * 60 - warm_s, warm_s)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
