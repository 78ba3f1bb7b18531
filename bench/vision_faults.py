"""Every fault that cameras, disks, networks and machines know, against a worker that runs.

    python -m bench.vision_faults            # about 8 minutes
    python -m bench.vision_faults --web-down 600

A real worker with its own processes; cameras that speak RTSP live and go on while nobody looks; a
proxy between them that harms what passes; a web that counts. In every loop of the footage somebody
without a helmet stands in view for 24 s, and each fault strikes while an episode is open. What is
promised: each of these passages is told exactly once, and every fault is recovered from.

``recovery_s`` counts from the end of the fault (of a kill: from the kill) to the first picture.
A disk that is full is a small tmpfs, mounted by root or in a namespace of the bench's own; a clock that
is set is one in front of Python's, in the worker's processes only.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.vision.chaos import Chaos, Mode
from tests.vision.fakeweb import TOKEN, FakeWeb
from tests.vision.footage import camera, make_clip, make_script, node
from tests.vision.rtsp import Camera, Clip
from vision.contract import CameraHealth, CameraState, Phase, StreamFault

ROOT = Path(__file__).resolve().parent.parent
LOOP_S, PRESENT = 40.0, (4.0, 28.0)
STRIKE_S = 6.0  # after somebody has come: an episode is open
HELD_S = 12.0  # how long a fault of the network lasts
START_S, LIMIT_S = 60.0, 90.0
STEP_S = 3600.0
DISK = "64m"
# The worker's clock, in each of its processes: Python's, and what the file says beside it.
CLOCK = """
import os, time
_real, _path = time.time, os.environ["BENCH_CLOCK"]
_read = [0.0, 0.0]
def _stepped():
    now = time.monotonic()
    if now - _read[0] > 0.05:
        _read[:] = [now, float(open(_path).read() or 0)]
    return _real() + _read[1]
time.time = _stepped
"""
PROXIED = ("cut", "stall", "corrupt", "throttle", "delay", "refuse")
NAMES = (*PROXIED, "password", "sigstop", "resolution", "pts")


class Worker:
    """``python -m vision run`` as a service manager would keep it: started again when it ends."""

    def __init__(self, folder: Path, web: FakeWeb, home: Path) -> None:
        self.folder, self.home, self.log = folder, home, folder / "worker.log"
        (folder / "clock").mkdir()
        (folder / "clock" / "sitecustomize.py").write_text(CLOCK)
        self.clock = folder / "offset"
        self.clock.write_text("0")
        clean = {k: v for k, v in os.environ.items() if not k.startswith("ANQI_")}
        self._environ = clean | {
            "PYTHONPATH": str(folder / "clock"),
            "BENCH_CLOCK": str(self.clock),
            "ANQI_VISION_DIR": str(home / "vision"),
            "ANQI_BACKEND": "scripted",
            "ANQI_MODEL": str(make_script(folder / "script.json")),
            "ANQI_STREAM_HOSTS": "127.0.0.1",
            "ANQI_VISION_POLL_S": "0.5",
            "ANQI_VISION_HEARTBEAT_S": "0.5",
            "ANQI_VISION_LOG_FORMAT": "json",
            "ANQI_VISION_RING_S": "30",
            "ANQI_VISION_FREE_MB": "0",  # the small disk is to be filled to its end
            "ANQI_NODE_TOKEN": TOKEN,
            "ANQI_WEB_URL": web.url,
            "OMP_NUM_THREADS": "1",
        }
        self.starts = 0
        self.start()

    def start(self) -> None:
        self.starts += 1
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "vision", "run"],
                cwd=ROOT,
                env=self._environ,
                stdout=log,
                stderr=log,
            )

    def mind(self) -> None:
        if self.process.poll() is not None:
            self.start()

    def children(self, kind: str) -> list[int]:
        """The living processes of a kind, as the worker's log names them."""
        found = []
        for line in self.log.read_text(errors="replace").splitlines():
            with suppress(ValueError):
                said = json.loads(line)
                if said.get("kind") == kind and Path(f"/proc/{said['pid']}").exists():
                    found.append(int(said["pid"]))
        return found

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        self.process.kill()


@dataclass
class Rig:
    """Everything that plays; ``figures`` fills as faults pass."""

    folder: Path
    web: FakeWeb
    home: Path
    is_small_disk: bool
    clip: Path
    larger: Path
    figures: dict[str, float] = field(default_factory=dict)
    told: dict[str, set[str]] = field(default_factory=dict)
    cameras: dict[str, Camera] = field(default_factory=dict)
    proxies: dict[str, Chaos] = field(default_factory=dict)

    def start(self) -> None:
        self.began = time.time() + 2.0
        shared = Clip(self.clip)
        for name in NAMES:
            if name != "sigstop":
                self.cameras[name] = Camera(shared, started_at=self.began).start()
        self.cameras["password"].accepts = ("anqi", "first")
        for name in PROXIED:
            self.proxies[name] = Chaos(self.cameras[name].port)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        words = [str(self.clip), str(self.port), str(self.began)]
        self.stoppable = subprocess.Popen(
            [sys.executable, "-m", "tests.vision.rtsp", *words], cwd=ROOT
        )
        self.configure("first")
        self.worker = Worker(self.folder, self.web, self.home)

    def configure(self, password: str) -> None:
        ports = {name: one.port for name, one in self.cameras.items()}
        ports |= {name: one.port for name, one in self.proxies.items()} | {"sigstop": self.port}
        streams: list[dict[str, Any]] = []
        for name in NAMES:
            who = f"anqi:{password}@" if name == "password" else ""
            streams.append(camera(f"rtsp://{who}127.0.0.1:{ports[name]}/live", name))
        self.web.config = node(*streams, version=password)

    def close(self) -> None:
        self.stoppable.kill()
        self.worker.end()
        self.web.stop()

    def health(self) -> dict[str, CameraHealth]:
        return {c.camera_id: c for b in self.web.heartbeats[-1:] for c in b.cameras}

    def note(self) -> None:
        """Remember every fault that a camera was said to have."""
        for name, told in self.health().items():
            if told.fault is not None:
                self.told.setdefault(name, set()).add(str(told.fault))

    def passage(self) -> float:
        """When somebody comes into view next."""
        number = int((time.time() - self.began - PRESENT[0]) // LOOP_S) + 1
        return self.began + number * LOOP_S + PRESENT[0]

    def until(self, instant: float, each: Callable[[], None] = lambda: None) -> None:
        while time.time() < instant:
            self.worker.mind()
            each()
            time.sleep(0.1)

    def recovered(self, since: dict[str, tuple[str, float]]) -> None:
        """Wait for a young picture of each camera; ``since``: its fault's name and end."""
        missing = dict(since)
        latest = max(end for _, end in since.values())
        while missing and time.time() < latest + LIMIT_S + 30:
            self.worker.mind()
            self.note()
            for name, told in self.health().items():
                if name in missing and is_running(told, missing[name][1]):
                    fault, end = missing.pop(name)
                    took = round(time.time() - end, 1)
                    self.figures[f"{fault}_s"] = max(took, self.figures.get(f"{fault}_s", 0.0))
            time.sleep(0.1)
        for fault, _ in missing.values():
            self.figures[f"{fault}_s"] = 999.0
        for fault in dict.fromkeys(fault for fault, _ in since.values()):
            print(f"    {fault}: {self.figures[f'{fault}_s']} s", flush=True)

    def all_recovered(self, fault: str, since: float) -> None:
        self.recovered(dict.fromkeys(NAMES, (fault, since)))


def is_running(told: CameraHealth, since: float) -> bool:
    """Whether a picture after ``since`` is there, by the worker's clock, which may be set on."""
    if told.state is not CameraState.RUNNING or told.last_frame_at is None:
        return False
    taken = told.last_frame_at.timestamp()
    return since < taken < since + STEP_S / 2 or since + STEP_S < taken


def streams(rig: Rig) -> None:
    """All faults of streams at once, each on a camera of its own."""
    rig.until(rig.passage() + STRIKE_S)
    struck = time.time()
    rig.proxies["cut"].cut()
    for name, mode, value in (
        ("stall", Mode.STALL, 0.0),
        ("corrupt", Mode.CORRUPT, 0.3),
        ("throttle", Mode.THROTTLE, 1500.0),
        ("delay", Mode.DELAY, 1.0),
        ("refuse", Mode.REFUSE, 0.0),
    ):
        rig.proxies[name].set(mode, value)
    locked = rig.cameras["password"]
    locked.accepts = ("anqi", "second")
    locked.requests.clear()
    locked.drop()
    rig.stoppable.send_signal(signal.SIGSTOP)
    rig.cameras["resolution"].clip = Clip(rig.larger)
    rig.cameras["resolution"].drop()
    rig.cameras["pts"].jump_s = STEP_S
    rig.told.clear()
    rig.recovered({name: (name, struck) for name in ("cut", "resolution", "pts")})
    rig.until(struck + HELD_S, rig.note)
    rig.figures["password_tries"] = sum(bool(given) for _, given in locked.requests)
    for proxy in rig.proxies.values():
        proxy.set(Mode.CLEAN)
    rig.stoppable.send_signal(signal.SIGCONT)
    rig.configure("second")
    ended = time.time()
    rig.recovered({name: (name, ended) for name in (*PROXIED[1:], "password", "sigstop")})
    locked_out = str(StreamFault.AUTHENTICATION) in rig.told.get("password", set())
    rig.figures["password_told"] = float(locked_out)
    print("    told:", {name: ", ".join(sorted(found)) for name, found in rig.told.items()})
    rig.figures["corrupt_frames"] = rig.health()["corrupt"].corrupt
    width, height = rig.health()["resolution"].frame_size or (0, 0)
    rig.figures["resolution_taken"] = float((width, height) == (480, 288))


def kills(rig: Rig) -> None:
    """kill -9 of each kind of process, in the middle of everybody's episode."""
    for kind in ("capture", "inference", "worker"):
        rig.until(rig.passage() + STRIKE_S)
        judged = {name: told.judged for name, told in rig.health().items()}
        struck = time.time()
        numbers = [rig.worker.process.pid] if kind == "worker" else rig.worker.children(kind)
        for number in numbers:
            os.kill(number, signal.SIGKILL)
        if kind == "worker":
            rig.worker.process.wait()
        elif kind == "inference":
            await_judging(rig, judged)
        rig.all_recovered(f"kill_{kind}", struck)


def await_judging(rig: Rig, before: dict[str, int]) -> None:
    """Until every camera is judged again, by the counts that the worker reports."""
    until = time.time() + LIMIT_S
    while time.time() < until:
        now = rig.health()
        if all(now[name].judged > before[name] + 2 for name in now):
            return
        time.sleep(0.1)


def disk(rig: Rig) -> None:
    """Nothing can be written from before an episode opens until the middle of it."""
    if not rig.is_small_disk:
        rig.figures["disk_full_skipped"] = 1.0
        return
    comes = rig.passage()
    rig.until(comes - 2.0)
    filler = rig.home / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as stream:
        while True:
            stream.write(bytes(65_536))

    def fill() -> None:
        # Whatever room pruning makes is taken at once.
        with suppress(OSError), filler.open("ab", buffering=0) as stream:
            while True:
                stream.write(bytes(4096))

    rig.until(comes + 12.0, fill)
    filler.unlink()
    rig.all_recovered("disk_full", time.time())


def web_down(rig: Rig, seconds: float) -> None:
    """Nobody to tell, for so long; afterwards everything is told."""
    rig.until(rig.passage() + STRIKE_S)
    rig.web.stop()
    rig.until(time.time() + seconds)
    back = time.time()
    rig.web.start()
    while time.time() < back + LIMIT_S + 30:
        beats = [b for b in rig.web.heartbeats[-1:] if b.at.timestamp() > back]
        if beats and beats[0].queue_length == 0:
            break
        time.sleep(0.1)
    rig.figures["web_down_s"] = round(time.time() - back, 1)
    print(f"    web_down: {rig.figures['web_down_s']} s", flush=True)


def clock(rig: Rig) -> None:
    """The machine's clock is set an hour on, and an hour back again a while later."""
    for offset in (STEP_S, 0.0):
        rig.until(rig.passage() + STRIKE_S)
        struck = time.time()
        rig.worker.clock.write_text(str(offset))
        rig.all_recovered("clock_on" if offset else "clock_back", struck)
        rig.until(struck + LOOP_S)


def score(rig: Rig, first: float, last: float) -> dict[str, Any]:
    """Each passage from ``first`` to ``last`` on each camera against the events at the web."""
    lost, doubled, passages = [], [], 0
    events = list(rig.web.events.values())
    for name in NAMES:
        spans = [
            (e.started_at.timestamp(), (e.ended_at or datetime.now(UTC)).timestamp())
            for e in events
            if e.camera_id == name
        ]
        comes = first
        while comes <= last:
            passages += 1
            goes = comes + PRESENT[1] - PRESENT[0]
            mine = [s for s in spans if any(_meets(s, comes + o, goes + o) for o in (0, STEP_S))]
            if not mine:
                lost.append((name, round(comes - rig.began)))
            doubled += [(name, round(comes - rig.began))] * (len(mine) - 1 if mine else 0)
            if len(mine) > 1:
                print("twice", name, [[round(t - comes, 1) for t in span] for span in mine])
            comes += LOOP_S
    unfinished = [e.event_id for e in events if e.phase is not Phase.CLOSE]
    without = [e for e in events if len(e.evidence) < 2]
    apart = sum(ref.sha256 not in rig.web.evidence for e in events for ref in e.evidence)
    lasted = [(e.ended_at - e.started_at).total_seconds() for e in events if e.ended_at]
    too_long = sum(seconds > PRESENT[1] - PRESENT[0] + 4.0 for seconds in lasted)
    told_twice = len(rig.web.received) - len(set(rig.web.received))
    print("lost", lost, "doubled", doubled, "unfinished", len(unfinished))
    return {
        "passages": passages,
        "events": len(events),
        "lost": len(lost),
        "doubled": len(doubled),
        "told_twice": told_twice,
        "unfinished": len(unfinished),
        "too_long": too_long,
        "without_evidence": len(without),
        "evidence_missing": apart,
    }


def _meets(span: tuple[float, float], comes: float, goes: float) -> bool:
    return span[0] < goes + 4.0 and span[1] > comes - 4.0


def small_disk(folder: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def enter_namespace() -> None:
    """Start anew where a mount is allowed, if there is such a place and this is not it."""
    inside = ["unshare", "--map-root-user", "--mount"]
    if os.geteuid() == 0 or shutil.which(inside[0]) is None:
        return
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode == 0:
        again = [*inside, sys.executable, "-m", "bench.vision_faults", *sys.argv[1:]]
        os.execvp(inside[0], again)  # noqa: S606


def run(folder: Path, web_down_s: float, only: str) -> dict[str, Any]:
    home = folder / "home"
    home.mkdir()
    clip = make_clip(folder / "a.mp4", seconds=LOOP_S, present=PRESENT)
    larger = make_clip(folder / "b.mp4", seconds=LOOP_S, present=PRESENT, size=(480, 288))
    web = FakeWeb().start()
    rig = Rig(folder, web, home, small_disk(home), clip, larger)
    rig.start()
    try:
        rig.all_recovered("start", time.time())
        first = rig.passage()
        for name, part in (
            ("streams", streams),
            ("kills", kills),
            ("disk", disk),
            ("web", lambda one: web_down(one, web_down_s)),
            ("clock", clock),
        ):
            if name in only.split(",") or not only:
                print(name, flush=True)
                part(rig)
        last = rig.passage() - LOOP_S
        rig.until(last + LOOP_S - 2.0)  # the next one has not begun
        found = score(rig, first, last)
    finally:
        rig.close()
        if rig.is_small_disk:
            subprocess.run(["umount", "-l", str(home)], check=False)
    recovered = {k: v for k, v in rig.figures.items() if k.endswith("_s") and k != "start_s"}
    worst = max(recovered.values(), default=999.0)
    return {**rig.figures, **found, "worst_recovery_s": worst, "faults": len(recovered)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--web-down", type=float, default=60.0, help="seconds")
    parser.add_argument("--only", default="", help="streams,kills,disk,web,clock")
    parser.add_argument("--log", type=Path, help="where the worker's log is left")
    options = parser.parse_args()
    if sys.platform != "linux":
        print("the processes are found by /proc", file=sys.stderr)
        return 77
    enter_namespace()
    with tempfile.TemporaryDirectory() as name:
        figures = run(Path(name), options.web_down, options.only)
        if options.log:
            options.log.write_bytes((Path(name) / "worker.log").read_bytes())
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
