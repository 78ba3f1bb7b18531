"""Pages over 100,000 enterprises and a million hazards, beside a small roll and Django's admin.

``make bench-web``. For SQLite and PostgreSQL a full and a small database are built (or taken from
``--keep FOLDER``); then, round by round, each page is asked for on the full one, on the small one
and, where there is a counterpart, of the admin over the same rows. What is measured is the whole
time in the server: from the request to the last byte of the answer, no network.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cryptography.fernet import Fernet

from bench import django_peer

ROOT = Path(__file__).resolve().parent.parent
FULL, SMALL = (100_000, 1_000_000), (1_000, 10_000)
# Sees every row there is, by its region: the widest scope that is not simply everything.
WHO = "city"
WARM_UP = 5
SECRET, KEY = "0" * 64, Fernet.generate_key().decode()
_TWO = quote("\u5316\u5de5")  # two characters of a name, found in some thousand
_NAME = quote("\u5316\u5de5 \u5de5\u4e1a\u56ed")

# Name, address, and the counterpart in the admin.
PAGES = (
    ("list", "/enterprises/", "?"),
    (
        "filtered",
        "/enterprises/?size_class=small&key=1",
        "?size_class__exact=small&is_key__exact=1",
    ),
    ("searched", f"/enterprises/?text={_TWO}", f"?q={_TWO}"),
    ("two words", f"/enterprises/?text={_NAME}", f"?q={_NAME}"),
    ("initials", "/enterprises/?text=qlhg", ""),
    ("file", "/enterprises/1", ""),
    ("timeline", "/enterprises/1/timeline", ""),
    ("older timeline", "/enterprises/1/timeline?before=2024-01-01T00%3A00%3A00%2B00%3A00", ""),
    ("Ctrl-K", f"/find.json?q={_TWO}", ""),
    ("Ctrl-K number", "/find.json?q=2025-00012", ""),
    ("map data", "/map/data.json?bbox=118.3,29.1,120.8,30.6&zoom=9", ""),
)


@dataclass(frozen=True)
class Run:
    """What is asked for how often, and the folder where the databases lie."""

    folder: Path
    samples: int
    pages: Sequence[str]


@dataclass
class Times:
    """Milliseconds of the server for one page of one application."""

    ms: list[float] = field(default_factory=list)
    size: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.ms)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.ms, n=20)[-1]


def settings_for(url: str, folder: Path) -> Any:
    from supervision.settings import Settings

    return Settings(
        secret_key=SECRET, data_key=KEY, database_url=url, storage_dir=folder / "storage"
    )


def build(url: str, folder: Path, size: tuple[int, int]) -> float:
    """Build with the command that a person would type; returns the minutes. 0: it was there."""
    from sqlalchemy import text

    from supervision.core.db import db
    from supervision.factory import create_app

    with create_app(settings_for(url, folder)).app_context():
        db.create_all()
        built = db.session.execute(text("SELECT count(*) FROM enterprise")).scalar_one()
        db.session.remove()
        db.engine.dispose()
    if built:
        keep_map(url, folder)
        return 0.0
    started = time.monotonic()
    environ = {k: v for k, v in os.environ.items() if not k.startswith("ANQI_")} | {
        "ANQI_SECRET_KEY": SECRET,
        "ANQI_DATA_KEY": KEY,
        "ANQI_DATABASE_URL": url,
        "ANQI_STORAGE_DIR": str(folder / "storage"),
    }
    command = [sys.executable, "-m", "flask", "--app", "app", "demo", "scale"]
    counts = ["--enterprises", str(size[0]), "--hazards", str(size[1])]
    subprocess.run(
        [*command, *counts], cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL
    )
    keep_map(url, folder)
    return (time.monotonic() - started) / 60


def keep_map(url: str, folder: Path) -> None:
    """Run the job that counts what the map shows, where that has not been done."""
    from supervision.atlas import jobs, refresh
    from supervision.core import clock
    from supervision.core.db import db
    from supervision.factory import create_app

    with create_app(settings_for(url, folder)).app_context():
        if not refresh.has_cells():
            db.session.remove()
            jobs.keep_points(clock.now())
        db.session.remove()
        db.engine.dispose()


def ours(url: str, folder: Path) -> Callable[[str], Any]:
    """Asks our application as :data:`WHO`."""
    from sqlalchemy import text

    from supervision.core.db import db
    from supervision.factory import create_app, to_stay

    app = to_stay(create_app(settings_for(url, folder)))
    with app.app_context():
        row = db.session.execute(
            text("SELECT id, session_epoch FROM account WHERE username = :who"), {"who": WHO}
        ).one()
        db.session.remove()
    client = app.test_client()
    with client.session_transaction() as session:
        session.update({"_user_id": f"{row[0]}:{row[1]}", "_fresh": True, "language": "zh_Hans_CN"})
    return client.get


def measured(asks: Sequence[tuple[Times, Callable[[str], Any], str]], samples: int) -> None:
    """Ask each once a round, so that whatever else the machine does falls on all alike.

    With ``BENCH_CPU`` what is measured is this process's time on a processor: on a machine that
    is shared, and for SQLite, which has no other process.
    """
    now = time.process_time if os.environ.get("BENCH_CPU") else time.perf_counter
    for number in range(WARM_UP + samples):
        for times, ask, address in asks:
            started = now()
            answer = ask(address)
            body = answer.data if hasattr(answer, "data") else answer.content
            spent = (now() - started) * 1000
            if answer.status_code != 200:
                raise RuntimeError(f"{address}: {answer.status_code}")
            if number >= WARM_UP:
                times.ms.append(spent)
                times.size = len(gzip.compress(body, 6))


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a server: that of ``BENCH_POSTGRES_URL``, else one of our own."""
    if given := os.environ.get("BENCH_POSTGRES_URL"):
        yield given
        return
    from tests.postgres import Server

    server = Server()
    server.start()
    try:
        yield server.url.rsplit("/", 1)[0]
    finally:
        server.stop()


def databases(server: str, name: str) -> str:
    """A database of the server, made where it is not there."""
    import psycopg

    with psycopg.connect(f"{server.replace('+psycopg', '')}/postgres", autocommit=True) as held:
        found = held.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        if found is None:
            held.execute(f'CREATE DATABASE "{name}"')
    return f"{server.replace('+psycopg', '')}/{name}"


def run(name: str, full: str, small: str, wanted: Run) -> dict[str, float]:
    """Build, measure and print one database's table; the figures of its worst page."""
    sizes = {"full": tuple(map(int, os.environ.get("BENCH_SIZE", "100000,1000000").split(",")))}
    folder = wanted.folder
    minutes = build(full, folder, (sizes["full"][0], sizes["full"][1]))
    build(small, folder, SMALL)
    child = [sys.executable, "-m", "bench.web_at_scale", "--measure", full, small]
    child += ["--pages", ",".join(wanted.pages)]
    done = subprocess.run(
        [*child, "--keep", str(folder), "--samples", str(wanted.samples)],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    lines = done.stdout.strip().splitlines()
    print(f"\n== {name}, built in {minutes:.1f} minutes", *lines[:-1], sep="\n", flush=True)
    return {"build_minutes": round(minutes, 2), **json.loads(lines[-1])}


def measure(full: str, small: str, wanted: Run) -> None:
    """One process for all three, so that the interpreter is the same."""
    asks: list[tuple[Times, Callable[[str], Any], str]] = []
    rows = []
    big, little = ours(full, wanted.folder), ours(small, wanted.folder)
    admin = django_peer.start(full, wanted.folder / "django.db")
    for name, address, theirs in PAGES:
        if name not in wanted.pages:
            continue
        row = (name, Times(), Times(), Times())
        asks += [(row[1], big, address), (row[2], little, address)]
        if theirs:
            asks.append((row[3], admin.get, f"/admin/roll/enterprise/{theirs.rstrip('?')}"))
        rows.append(row)
    measured(asks, wanted.samples)
    print(
        f"{'page':18}{'median':>9}{'p95':>9}{'small':>9}{'ratio':>7}{'admin':>9}{'times':>7}{'KB':>7}"
    )
    figures = {"median_ms": 0.0, "p95_ms": 0.0, "ratio": 0.0, "list_kb": 0.0, "times": 1e9}
    for name, mine, little_one, admins in rows:
        ratio = mine.median / little_one.median
        times = admins.median / mine.median if admins.ms else None
        print(
            f"{name:18}{mine.median:9.1f}{mine.p95:9.1f}{little_one.median:9.1f}{ratio:7.2f}"
            + (f"{admins.median:9.1f}{times:7.1f}" if times else " " * 16)
            + f"{mine.size / 1024:7.1f}"
        )
        figures["median_ms"] = max(figures["median_ms"], mine.median)
        figures["p95_ms"] = max(figures["p95_ms"], mine.p95)
        figures["ratio"] = max(figures["ratio"], ratio)
        if times:
            figures["times"] = min(figures["times"], times)
            figures["list_kb"] = max(figures["list_kb"], mine.size / 1024)
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.web_at_scale")
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--keep", type=Path, help="a folder whose databases are taken and left")
    parser.add_argument("--only", choices=("sqlite", "postgres"), help="one database")
    every = [page[0] for page in PAGES]
    parser.add_argument("--pages", default=",".join(every), help="some of them, by their names")
    parser.add_argument("--measure", nargs=2, metavar=("FULL", "SMALL"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    pages = chosen.pages.split(",")
    if unknown := set(pages) - set(every):
        parser.error(f"no page {sorted(unknown)}; there are {every}")
    if chosen.measure:
        full, small = chosen.measure
        measure(full, small, Run(chosen.keep, chosen.samples, pages))
        return 0
    with tempfile.TemporaryDirectory(prefix="anqi-scale-") as made:
        folder = chosen.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        figures: dict[str, float] = {}
        wanted = Run(folder, chosen.samples, pages)
        if chosen.only != "postgres":
            urls = [f"sqlite:///{folder / name}" for name in ("full.db", "small.db")]
            found = run("SQLite", urls[0], urls[1], wanted)
            figures |= {f"sqlite_{name}": value for name, value in found.items()}
        if chosen.only != "sqlite":
            with postgres() as server:
                urls = [databases(server, name) for name in ("anqi_full", "anqi_small")]
                found = run("PostgreSQL", urls[0], urls[1], wanted)
                figures |= {f"postgres_{name}": value for name, value in found.items()}
        print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
