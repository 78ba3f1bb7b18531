"""Ten thousand simulated cameras through the web: configuration, heartbeats, violations.

    python -m bench.scale_web [--minutes 10] [--rate 100] [--nodes 200] [--cameras 50] [--told 3] [--ramp]

PostgreSQL (its own durable settings), the web as it is shipped (``python app.py``: gunicorn) and the
cameras share this machine. Every episode opens, tells of its evidence and closes: three messages;
with ``--told 1`` it has ended before it is told, in one.
At the end the database is asked whether each episode is there once, at its last revision. ``--ramp``
raises the rate until the 95th percentile passes 200 ms or something is refused, and says at which
rate that was.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import func, insert, select

from bench.scale_web_load import Plan, Seen, drive
from supervision import seeds
from supervision.account.models import ServiceToken
from supervision.account.service import token_hash
from supervision.core import clock, crypto
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.scope import unscoped
from supervision.enterprise import service as enterprises
from supervision.enterprise.models import Region
from supervision.factory import create_app
from supervision.settings import Settings
from supervision.video.kinds import DEFAULT_RULES
from supervision.video.models import (
    Camera,
    CameraAssignment,
    CameraHealth,
    Violation,
    ViolationEvidence,
    VisionNode,
)
from tests.cast import REGIONS, enterprise_values
from tests.conftest import own_postgres_database
from tests.postgres import NoPostgresError, Server
from vision import contract

ROOT = Path(__file__).resolve().parent.parent
LIMIT_MS = 200.0
WARM_S = 20.0
ENTERPRISES = 100
RAMP = (30, 40, 50, 60, 80, 100, 125, 150, 200, 300, 400)
_ALL = "a measurement counts all"


def settings_for(url: str, folder: Path, port: int) -> Settings:
    return Settings(
        secret_key=secrets.token_hex(32),
        data_key=Fernet.generate_key().decode(),
        database_url=url,
        storage_dir=folder / "storage",
        stream_hosts=("cameras.example",),
        bind=f"127.0.0.1:{port}",
        evidence_free_mb=0,
    )


def furnish(nodes: int, cameras: int) -> list[dict[str, Any]]:
    """Nodes with their tokens and cameras; what the generator needs to know of them."""
    now = clock.now()
    with transaction():
        db.session.add_all(
            [Region(code=c, name=n, level=v, parent_code=p) for c, n, v, p in REGIONS]
        )
        db.session.flush()
        seeds.load_holidays()
        owners = [
            enterprises.register(SYSTEM, enterprise_values(number)).id
            for number in range(1, ENTERPRISES + 1)
        ]
    with transaction():
        told = [_node(now, number) for number in range(nodes)]
        for number, node in enumerate(told):
            node["cameras"] = _cameras(now, node["id"], cameras, owners, number)
    return told


def _node(now: Any, number: int) -> dict[str, Any]:
    node = VisionNode(uid=f"node-{number:04d}", name=f"House {number}", created_at=now)
    db.session.add(node)
    db.session.flush()
    token = secrets.token_urlsafe(32)
    db.session.add(
        ServiceToken(
            node_id=node.id,
            label=node.name,
            token_hash=token_hash(token),
            created_at=now,
            created_by="bench",
        )
    )
    return {"id": node.id, "uid": node.uid, "token": token}


def _cameras(now: Any, node_id: int, count: int, owners: list[int], number: int) -> list[str]:
    url = crypto.encrypt("rtsp://viewer:secret-word@cameras.example:554/line-2")
    zone = contract.Zone("press", "Press", ((0.1, 0.1), (0.9, 0.1), (0.5, 0.9)))
    rules = (
        DEFAULT_RULES[contract.RuleKind.HELMET_MISSING],
        contract.Rule("intrusion:press", contract.RuleKind.INTRUSION, "press"),
    )
    rows = [
        {
            "uid": f"cam-{number:04d}-{index:02d}",
            "name": f"Camera {number}-{index}",
            "place": "Press shop",
            "enterprise_id": owners[number % len(owners)],
            "node_id": node_id,
            "stream_url": url,
            "stream_hint": "rtsp://cameras.example",
            "zones": [contract.to_json(zone)],
            "rules": [contract.to_json(rule) for rule in rules],
            "created_at": now,
            "row_version": 1,
        }
        for index in range(count)
    ]
    ids = db.session.scalars(insert(Camera).returning(Camera.id), rows).all()
    since = [{"camera_id": ident, "node_id": node_id, "since": now} for ident in ids]
    db.session.execute(insert(CameraAssignment), since)
    return [str(row["uid"]) for row in rows]


@contextmanager
def web(settings: Settings, folder: Path) -> Iterator[int]:
    """The shipped server in processes of its own; gives the first one's id."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("ANQI_")} | {
        "ANQI_SECRET_KEY": settings.secret_key,
        "ANQI_DATA_KEY": settings.data_key,
        "ANQI_DATABASE_URL": settings.database_url,
        "ANQI_STORAGE_DIR": str(settings.storage_dir),
        "ANQI_STREAM_HOSTS": ",".join(settings.stream_hosts),
        "ANQI_BIND": settings.bind,
        "ANQI_EVIDENCE_FREE_MB": "0",
    }
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=environ, stdout=log, stderr=log
        )
        try:
            _wait(f"http://{settings.bind}/healthz")
            yield process.pid
        finally:
            process.terminate()
            process.wait(20)
            tail = (folder / "web.log").read_text(errors="replace")[-2000:]
            if tail.strip():
                print(tail)


def _wait(url: str) -> None:
    for _try in range(150):
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 - our own
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the web did not start")


def cpu_seconds(pid: int) -> float:
    """Of a process and of all that it started, by the system's own count."""
    ticks, families = os.sysconf("SC_CLK_TCK"), {pid}
    found = 0.0
    stats = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            stats.append((int(entry.name), int(words[1]), words))
    for _round in range(4):
        families |= {ident for ident, parent, _words in stats if parent in families}
    for ident, _parent, words in stats:
        if ident in families:
            found += (int(words[11]) + int(words[12])) / ticks
    return found


def missing(seen: list[Seen]) -> dict[str, int]:
    """How many of the episodes the database does not hold as they should be."""
    rows = db.session.execute(
        unscoped(
            select(Violation.event_id, Violation.revision, Violation.phase, func.count())
            .group_by(Violation.event_id, Violation.revision, Violation.phase),
            reason=_ALL,
        )
    ).all()  # fmt: skip
    held: dict[str, list[tuple[int, str]]] = {}
    for event_id, revision, phase, count in rows:
        held.setdefault(event_id, []).extend([(revision, str(phase))] * count)
    db.session.rollback()
    wrong = [one for one in seen if held.get(one.event_id, []) != [(one.revision, "close")]]
    stored = db.session.scalar(
        unscoped(
            select(func.count()).where(ViolationEvidence.attachment_id.is_not(None)), reason=_ALL
        )
    )
    db.session.rollback()
    return {
        "lost": len(wrong),
        "doubled": sum(len(found) > 1 for found in held.values()),
        "rows": sum(map(len, held.values())),
        "files": int(stored or 0),
    }


def percentile(values: list[float], share: float) -> float:
    if len(values) < 2:
        return values[0] if values else 0.0
    return statistics.quantiles(values, n=1000, method="inclusive")[round(share * 1000) - 1]


def told(found: dict[str, Any], cpu: dict[str, float], plan: Plan) -> dict[str, Any]:
    """The figures of one run, as a line of JSON has them."""
    times, wall = found["times"], found["wall_s"]
    ingest = times.ms.get("open", []) + times.ms.get("revision", [])
    figures: dict[str, Any] = {
        "violations": len(found["seen"]),
        "messages": len(ingest),
        "errors": sum(times.errors.values()),
        "p50_ms": round(percentile(ingest, 0.5), 1),
        "p95_ms": round(percentile(ingest, 0.95), 1),
        "p99_ms": round(percentile(ingest, 0.99), 1),
        "backlog": found["backlog"],
        "drained": int(found["drained"]),
        "rate": round(len(found["seen"]) / plan.seconds, 1),
        "generator_cores": round(found["own_cpu_s"] / wall, 2),
    }
    for kind, values in sorted(times.ms.items()):
        figures[f"{kind}_count"] = len(values)
        figures[f"{kind}_p95_ms"] = round(percentile(values, 0.95), 1)
    for name, seconds in cpu.items():
        figures[f"{name}_cores"] = round(seconds / wall, 2)
    if times.errors:
        print(dict(times.errors.most_common(8)))
    return figures


def one_run(nodes: list[dict[str, Any]], plan: Plan, pids: dict[str, int], number: int) -> Any:
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    found = asyncio.run(drive(nodes, plan, number))
    cpu = {name: cpu_seconds(pid) - before[name] for name, pid in pids.items()}
    figures = told(found, cpu, plan)
    return figures, found["seen"]


def ramp(nodes: list[dict[str, Any]], chosen: Any, pids: dict[str, int], port: int) -> Any:
    """Rates upwards until one is too much."""
    figures: dict[str, Any] = {}
    for number, rate in enumerate(RAMP):
        plan = Plan("127.0.0.1", port, rate, chosen.minutes * 60, chosen.share, told=chosen.told)
        found, seen = one_run(nodes, plan, pids, number + 1)
        found |= missing(seen)
        print(json.dumps(found), flush=True)
        if found["p95_ms"] > LIMIT_MS or found["errors"] or found["lost"]:
            return {**figures, "too_much": rate, "too_much_p95_ms": found["p95_ms"]}
        figures = {"kept_up": rate, "kept_up_p95_ms": found["p95_ms"]}
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--rate", type=float, default=100.0, help="episodes a second")
    parser.add_argument("--nodes", type=int, default=200)
    parser.add_argument("--cameras", type=int, default=50, help="of each node")
    parser.add_argument(
        "--share", type=float, default=0.1, help="of episodes with a picture's file"
    )
    parser.add_argument("--told", type=int, choices=(1, 3), default=3, help="messages of each")
    parser.add_argument("--ramp", action="store_true")
    chosen = parser.parse_args()
    server = Server(())
    try:
        server.start()
    except NoPostgresError as error:
        print(json.dumps({"skipped": str(error)}))
        sys.exit(77)
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(measured(chosen, server, Path(folder))))
    finally:
        server.stop()


def measured(chosen: Any, server: Server, folder: Path) -> dict[str, Any]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = settings_for(own_postgres_database(server.url, "anqi_scale_web"), folder, port)
    app = create_app(settings)
    with app.app_context():
        db.create_all()
        nodes = furnish(chosen.nodes, chosen.cameras)
        assert server.process is not None
        with web(settings, folder) as pid:
            pids = {"web": pid, "database": server.process.pid}
            # After a start every node is told its whole configuration once: that is over by then.
            warm = Plan("127.0.0.1", port, 5, WARM_S, chosen.share)
            one_run(nodes, warm, pids, 0)
            if chosen.ramp:
                figures = ramp(nodes, chosen, pids, port)
            else:
                plan = Plan(
                    "127.0.0.1",
                    port,
                    chosen.rate,
                    chosen.minutes * 60,
                    chosen.share,
                    told=chosen.told,
                )
                figures, seen = one_run(nodes, plan, pids, 1)
                figures |= missing(seen)
        cameras = db.session.scalar(
            unscoped(select(func.count(CameraHealth.camera_id)), reason=_ALL)
        )
    return {"cameras": int(cameras or 0), "minutes": chosen.minutes, **figures}


if __name__ == "__main__":
    main()
