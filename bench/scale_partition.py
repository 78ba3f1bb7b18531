"""Two machines share the cameras of a node, and are cut off, frozen and woken: who publishes what.

    python -m bench.scale_partition            # about 6 minutes, as root

The real web on PostgreSQL and live RTSP cameras in one network namespace, two plain workers in two
others. In the loop of each camera somebody without a helmet stands in view for 24 s, at another
time on each, so every fault meets episodes that open, go on and end. One worker has all cameras;
it loses everything, then the next one loses the web alone while its cameras go on, then the two
lose sight of each other, then all processes of the one that has the cameras are stopped and
woken after the other took over.

``overlaps`` counts, for each camera, decisions that a worker took on a frame (by its own log, all
clocks being one) outside its lease's time or while the other took some. ``after_term`` counts told
events that were seen after the term they name. ``lost`` and ``doubled`` count passages; what was told
by both for one passage and filed as one is not doubled.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench import scale_rig
from bench.scale_networks import CAMERAS, WEB, Networks, Place, missing, networks
from bench.scale_rig import LOOP_S, PRESENT, sleep_until, until
from bench.vision_rig import ROOT
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.enterprise import queries as enterprises
from supervision.factory import throwaway_settings
from supervision.video import equipment
from tests import postgres
from tests.contract.installation import Installation, wait_until
from tests.vision.footage import make_clip, make_script
from tests.vision.rtsp import Camera, Clip
from vision.contract import Rule, RuleKind

NUMBER, LEASE_S = 6, 6
CUT_S, FROZEN_S, BLIND_S, SETTLE_S = 22.0, 22.0, 12.0, 14.0
UP_S, LATE_S = 90.0, 120.0
JUDGED = "BENCH_JUDGED"


class Web(scale_rig.Web):
    """On addresses that both machines reach; the passages of its cameras do not begin together."""

    def __init__(self, folder: Path, server: postgres.Server) -> None:
        clip = Clip(make_clip(folder / "a.mp4", seconds=LOOP_S, present=PRESENT))
        make_script(folder / "script.json")
        self.began = time.time() + 2.0
        starts = [self.began + number * LOOP_S / NUMBER for number in range(NUMBER)]
        # They play from the beginning of time; a clip that begins later is one that plays already.
        self.starts = [start - LOOP_S for start in starts]
        self.cameras = [
            Camera(clip, host=CAMERAS, started_at=start).start() for start in self.starts
        ]
        self.database = server.url.replace("+psycopg", "")
        settings = throwaway_settings(
            database_url=server.url, storage_dir=folder / "storage", stream_hosts=(CAMERAS,)
        )
        Installation.__init__(self, settings, folder)
        self.url = f"http://{WEB}:{self.port}"

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
                equipment.create_camera(plant, SYSTEM, spec, stream_hosts=(CAMERAS,))
            equipment.share(node, SYSTEM, LEASE_S)
        return token

    def start_web(self) -> subprocess.Popen[bytes]:
        environ = {
            "ANQI_SECRET_KEY": self.settings.secret_key,
            "ANQI_DATA_KEY": self.settings.data_key,
            "ANQI_DATABASE_URL": self.settings.database_url,
            "ANQI_STORAGE_DIR": str(self.settings.storage_dir),
            "ANQI_STREAM_HOSTS": CAMERAS,
            "ANQI_BIND": f"{WEB}:{self.port}",
        }
        process = self._start("web", [sys.executable, "app.py"], environ)
        wait_until(self._answers, "the web answers", 90)
        return process

    def start(
        self, name: str, words: list[str], environ: dict[str, str]
    ) -> subprocess.Popen[bytes]:
        return self._start(name, words, environ)

    def uids(self) -> list[str]:
        return [row[0] for row in self.ask("SELECT uid FROM camera ORDER BY id")]

    def owners(self) -> dict[str, str]:
        """By camera, whose lease lasts just now."""
        query = (
            "SELECT c.uid, l.holder FROM camera_lease l JOIN camera c ON c.id = l.camera_id"
            " WHERE l.until > now()"
        )
        return dict(self.ask(query))

    def terms(self) -> dict[tuple[str, int], tuple[str, float, float]]:
        """By camera and epoch: the holder, since when and until when."""
        query = (
            "SELECT c.uid, t.epoch, t.holder, t.since, coalesce(t.until, l.until)"
            " FROM camera_lease_term t JOIN camera c ON c.id = t.camera_id"
            " JOIN camera_lease l ON l.camera_id = t.camera_id"
        )
        return {
            (uid, epoch): (holder, since.timestamp(), until_.timestamp())
            for uid, epoch, holder, since, until_ in self.ask(query)
        }


@dataclass
class Machine:
    """A plain worker in a namespace of its own."""

    web: Web
    place: Place
    mark: str
    moments: dict[str, float] = field(default_factory=dict)

    def start(self) -> None:
        self.home = self.web.folder / self.mark
        self.judged_log = self.web.folder / f"{self.mark}.judged"
        environ = {
            "ANQI_WEB_URL": self.web.url,
            "ANQI_NODE_TOKEN": self.web.token,
            "ANQI_NODE": self.mark,
            "ANQI_STREAM_HOSTS": CAMERAS,
            "ANQI_BACKEND": "scripted",
            "ANQI_MODEL": str(self.web.folder / "script.json"),
            "ANQI_VISION_DIR": str(self.home),
            "ANQI_VISION_POLL_S": "1",
            "ANQI_VISION_HEARTBEAT_S": "1",
            "ANQI_VISION_RING_S": "40",
            "OMP_NUM_THREADS": "1",
            JUDGED: str(self.judged_log),
        }
        words = [sys.executable, "-m", "bench.scale_partition", "worker"]
        self.process = self.web.start(self.mark, self.place.command(*words), environ)

    @property
    def holder(self) -> str:
        return f"{self.mark}.{(self.home / 'holder').read_text().strip()}"

    def judged(self) -> list[tuple[float, str, int]]:
        """Each decision: when, on which camera, under which term."""
        if not self.judged_log.exists():
            return []
        rows = [line.split() for line in self.judged_log.read_text().splitlines()]
        return [(float(row[0]), row[1], int(row[2])) for row in rows if len(row) == 3]

    def told(self) -> list[dict[str, Any]]:
        with _box(self.home) as box:
            rows = box.execute("SELECT body FROM revision").fetchall()
        return [json.loads(row[0]) for row in rows]

    def waiting(self) -> tuple[int, int]:
        """How much is still to be delivered, and what was refused."""
        with _box(self.home) as box:
            counts = [
                box.execute(
                    "SELECT (SELECT count(*) FROM revision WHERE state = ?)"
                    " + (SELECT count(*) FROM evidence WHERE state = ?)",
                    (state, state),
                ).fetchone()[0]
                for state in ("queued", "parked")
            ]
        return int(counts[0]), int(counts[1])

    def signal(self, number: signal.Signals) -> int:
        """To every process of it; how many there were."""
        found = list(tree(self.process.pid))
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        return len(found)


def _box(home: Path) -> Any:
    import sqlite3

    return sqlite3.connect(home / "outbox.db", timeout=10)


def tree(root: int) -> set[int]:
    """A process and all below it."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            words = path.read_text().rpartition(")")[2].split()
            parents[int(path.parent.name)] = int(words[1])
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def worker() -> int:
    """``python -m vision run``, with a log of each decision on a frame."""
    from vision.__main__ import main as vision
    from vision.pipelines import Pipelines

    judge = Pipelines.judge
    log = Path(os.environ.pop(JUDGED)).open("a", buffering=1)  # noqa: SIM115 - until the end

    def logged(self: Pipelines, judged: Any, *more: Any) -> float:
        epoch = self._epoch_of(judged.camera_id)
        answer = judge(self, judged, *more)
        if epoch is not None and judged.camera_id in self._pipelines:
            log.write(f"{time.time():.3f} {judged.camera_id} {epoch}\n")
        return answer

    Pipelines.judge = logged  # type: ignore[method-assign, assignment]
    return vision(["run"])


@dataclass
class Rig:
    web: Web
    nets: Networks
    one: Machine
    two: Machine
    figures: dict[str, float] = field(default_factory=lambda: {"waiting": 0.0})

    def has_all(self, machine: Machine) -> bool:
        owners = self.web.owners()
        return len(owners) == NUMBER and set(owners.values()) == {machine.holder}

    def taken_over(self, name: str, by: Machine, since: float) -> None:
        """Wait until ``by`` decides on frames of every camera."""

        def missing_still() -> set[str]:
            seen = {camera for at, camera, _ in by.judged() if at > since}
            return set(self.web.uids()) - seen

        try:
            until(lambda: not missing_still(), 60.0, f"{name}: all cameras on the other machine")
            took = time.time() - since
        except TimeoutError as error:
            print(f"    {error}: {missing_still()}", flush=True)
            took = 999.0
        self.figures[name] = round(took, 1)
        print(f"    {name}: the other machine watches all after {took:.1f} s", flush=True)

    def cut(self, name: str, off: Machine, on: Machine, *kinds: str) -> None:
        began = time.time()
        for kind in kinds:
            off.place.set_link(kind, up=False)
        self.taken_over(name, on, began)
        sleep_until(began + CUT_S)
        for kind in kinds:
            off.place.set_link(kind, up=True)
        self.delivered(name, off)

    def delivered(self, name: str, machine: Machine) -> None:
        """Whatever it still had to tell arrives."""
        try:
            took = until(lambda: machine.waiting()[0] == 0, LATE_S, f"{name}: late messages")
            print(f"    {name}: what was late has arrived after {took:.1f} s", flush=True)
        except TimeoutError as error:
            print(f"    {error}", flush=True)
            self.figures["waiting"] += machine.waiting()[0]
        time.sleep(SETTLE_S)

    def blind(self, owner: Machine, other: Machine) -> None:
        """They cannot see each other; both see the web: nothing may change hands."""
        before = self.web.owners()
        seen = [self.sees(owner, other)]
        self.nets.forward(on=False)
        seen.append(self.sees(owner, other))
        time.sleep(BLIND_S)
        self.figures["moved_blind"] = sum(
            before.get(camera) != holder for camera, holder in self.web.owners().items()
        )
        self.nets.forward(on=True)
        self.figures["blind_was_blind"] = float(seen == [True, False])

    def sees(self, one: Machine, other: Machine) -> bool:
        words = one.place.command(
            sys.executable, "-c", PING, other.place.address, str(self.web.port)
        )
        return subprocess.run(words, capture_output=True, check=False).returncode == 0

    def frozen(self, owner: Machine, other: Machine) -> None:
        began = time.time()
        stopped = owner.signal(signal.SIGSTOP)
        self.taken_over("frozen_s", other, began)
        sleep_until(began + FROZEN_S)
        owner.signal(signal.SIGCONT)
        print(f"    frozen: {stopped} processes are woken", flush=True)
        self.delivered("frozen_s", owner)


# A refusal comes from the machine itself; silence, or "no route", does not.
PING = (
    "import socket, sys\n"
    "try: socket.create_connection((sys.argv[1], int(sys.argv[2])), 2)\n"
    "except ConnectionRefusedError: pass\n"
)


def overlaps(web: Web, machines: tuple[Machine, Machine]) -> dict[str, int]:
    """What either decided or told outside its own time."""
    terms, outside, after, crossed, decisions = web.terms(), 0, 0, 0, 0
    spans: dict[str, list[tuple[float, float, str]]] = {}
    for machine in machines:
        by_term: dict[tuple[str, int], list[float]] = {}
        for at, camera, epoch in machine.judged():
            decisions += 1
            holder, since, ends = terms.get((camera, epoch), ("", 0.0, 0.0))
            outside += not (holder == machine.holder and since <= at <= ends)
            by_term.setdefault((camera, epoch), []).append(at)
        for (camera, _), instants in by_term.items():
            spans.setdefault(camera, []).append((min(instants), max(instants), machine.mark))
        for event in machine.told():
            key = (event["camera_id"], event["lease"])
            seen = datetime.fromisoformat(event["seen_at"]).timestamp()
            after += key not in terms or seen > terms[key][2]
    for found in spans.values():
        found.sort()
        crossed += sum(b[0] <= a[1] for a, b in pairwise(found) if a[2] != b[2])
    return {"decisions": decisions, "overlaps": outside + crossed, "after_term": after}


def score(web: Web, first: float, last: float) -> dict[str, int]:
    """Passages that begin and end in [first, last], and what was told of each."""
    rows = web.ask(
        "SELECT c.uid, v.started_at, coalesce(v.ended_at, v.seen_at), v.status, v.phase, v.is_cut,"
        " (SELECT count(*) FROM violation_evidence e JOIN violation w ON w.id = e.violation_id"
        "  WHERE w.id = v.id OR w.duplicate_of_id = v.id)"
        " FROM violation v JOIN camera c ON c.id = v.camera_id"
    )
    lost = doubled = passages = 0
    for uid, start in zip(web.uids(), web.starts, strict=True):
        mine = [
            (begins.timestamp(), ends.timestamp())
            for camera, begins, ends, status, *_ in rows
            if camera == uid and status != "duplicate"
        ]
        comes = start + PRESENT[0]
        while comes <= last:
            goes = comes + PRESENT[1] - PRESENT[0]
            if comes >= first and goes <= last:
                met = [span for span in mine if span[0] < goes + 4.0 and span[1] > comes - 4.0]
                passages, lost, doubled = passages + 1, lost + (not met), doubled + (len(met) > 1)
                if len(met) != 1:
                    told = [[round(t - comes, 1) for t in span] for span in met]
                    print(f"    {uid} at {comes - web.began:.0f} s: {told}", flush=True)
            comes += LOOP_S
    counts = [row for row in rows if row[3] != "duplicate"]
    return {
        "passages": passages,
        "violations": len(counts),
        "lost": lost,
        "doubled": doubled,
        "filed": len(rows) - len(counts),
        "cut_off": sum(row[5] for row in rows),
        "unfinished": sum(row[4] != "close" and row[1].timestamp() < last for row in rows),
        "without_evidence": sum(row[6] == 0 and row[1].timestamp() < last for row in counts),
    }


def run(folder: Path, nets: Networks) -> dict[str, float]:
    server = postgres.Server()
    server.start()
    web = Web(folder, server)
    rig = Rig(web, nets, Machine(web, nets.places[0], "a"), Machine(web, nets.places[1], "b"))
    try:
        web.start_web()
        rig.one.start()
        until((rig.one.home / "holder").exists, UP_S, "the first worker")
        until(lambda: rig.has_all(rig.one), UP_S, "the first worker's leases")
        rig.two.start()
        until((rig.two.home / "holder").exists, UP_S, "the second worker")
        rig.taken_over("start_s", rig.one, time.time())
        time.sleep(SETTLE_S)
        began = time.time()
        rig.cut("cut_s", rig.one, rig.two, "web", "cam")
        rig.cut("no_web_s", rig.two, rig.one, "web")
        rig.blind(rig.one, rig.two)
        rig.frozen(rig.one, rig.two)
        ended = time.time()
        time.sleep(LOOP_S)  # what was open then has come to its end, evidence and all
        for machine in (rig.one, rig.two):
            machine.process.send_signal(signal.SIGTERM)
        for machine in (rig.one, rig.two):
            machine.process.wait(30)
        return figures_of(rig, began, ended)
    except BaseException:
        print(web.logs(), flush=True)
        raise
    finally:
        for machine in (rig.one, rig.two):
            if hasattr(machine, "process"):
                machine.signal(signal.SIGKILL)
        web.end_all()
        server.stop()


def figures_of(rig: Rig, began: float, ended: float) -> dict[str, float]:
    parked = rig.one.waiting()[1] + rig.two.waiting()[1]
    refused = rig.web.ask("SELECT count(*) FROM parked_event")[0][0]
    return {
        **rig.figures,
        **overlaps(rig.web, (rig.one, rig.two)),
        **score(rig.web, began, ended),
        "parked": parked + refused,
        "terms": len(rig.web.terms()),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("part", nargs="?", choices=("worker", "inside"))
    parser.add_argument("--keep", type=Path, help="where everything is left, for a look at it")
    parser.add_argument("--names", nargs=3)
    options = parser.parse_args()
    if options.part == "worker":
        return worker()
    if options.part == "inside":
        middle, one, two = options.names
        nets = Networks(middle, (Place(one, 1, middle), Place(two, 2, middle)))
        print(json.dumps(run(options.keep, nets)))
        return 0
    if why := missing():
        print(json.dumps({"skipped": why}))
        return 77
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, networks() as nets:
        folder = options.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "bench.scale_partition", "inside", "--keep", str(folder)]
        names = ["--names", nets.middle, *(place.name for place in nets.places)]
        inside = ["ip", "netns", "exec", nets.middle, *command, *names]
        return subprocess.run(inside, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
