"""What one message of a worker costs the web: CPU of its process and of the database's, by kind.

    python -m bench.scale_web_parts [--nodes 20] [--times 400] [--profile KIND]

The same messages as ``bench.scale_web`` sends, given to the application itself, one after another:
no server, no network, no other threads. ``--profile`` prints where the time of one kind goes.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import json
import pstats
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask

from bench.scale_web import cpu_seconds, furnish, settings_for
from bench.scale_web_load import API, Plan, Scene, Times, Worker
from supervision.core.db import db
from supervision.factory import create_app, to_stay
from tests.conftest import own_postgres_database
from tests.postgres import NoPostgresError, Server

KINDS = ("config", "heartbeat", "open", "evidence", "revision", "batch")


class Line:
    """One node that speaks to the application without a network."""

    def __init__(self, app: Flask, worker: Worker, token: str) -> None:
        self._app, self.worker, self._token = app, worker, token
        self.etag = ""

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> int:
        """The answer's status."""
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": f"{API}{path}",
            "SCRIPT_NAME": "",
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost",
            "HTTP_AUTHORIZATION": f"Bearer {self._token}",
            "HTTP_ANQI_CONTRACT": "4",
            "CONTENT_TYPE": kind,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "http",
        }
        if self.etag and method == "GET":
            environ["HTTP_IF_NONE_MATCH"] = f'"{self.etag}"'
        told: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Any:
            told.extend((int(status.split(" ", 1)[0]), dict(headers)))

        answer = self._app.wsgi_app(environ, start)
        for _part in answer:
            pass
        answer.close()
        if method == "GET":
            self.etag = told[1].get("ETag", "").strip('"')
        return int(told[0])


def rounds(lines: list[Line], scene: Scene, times: int) -> Iterator[tuple[str, Callable[[], int]]]:
    """Requests in the order of an episode's life, by turns of the nodes; each with its kind."""
    for count in range(times):
        line = lines[count % len(lines)]
        yield "config", lambda line=line: line.ask("GET", "/config")
        beat = line.worker.heartbeat()
        yield "heartbeat", lambda line=line, beat=beat: line.ask("POST", "/heartbeat", beat)
        for kind, path, body, media in scene.whole(line.worker):
            method = "PUT" if kind == "evidence" else "POST"
            yield kind, lambda line=line, m=method, a=(path, body, media): line.ask(m, *a)
        # As they travel: what ends one episode with what begins another.
        messages = [m for m in scene.whole(line.worker) if m[0] != "evidence"]
        body = b"\n".join(body for _kind, _path, body, _media in messages)
        to = ("/violations/batch", body, "application/x-ndjson")
        yield "batch", lambda line=line, to=to: line.ask("POST", *to)


@contextmanager
def spoken_to(nodes: int) -> Iterator[tuple[list[Line], Scene, int]]:
    """Nodes of a fresh installation on PostgreSQL; the server's process beside them."""
    server = Server(())
    server.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            url = own_postgres_database(server.url, "anqi_scale_parts")
            app = create_app(settings_for(url, Path(folder), 9))
            with app.app_context():
                db.create_all()
                told = furnish(nodes, 50)
                db.session.remove()
            plan = Plan("", 0, 1, 1, share=1.0)
            workers = [Worker(one, plan, Times()) for one in told]
            lines = [
                Line(app, worker, one["token"]) for worker, one in zip(workers, told, strict=True)
            ]
            to_stay(app)
            assert server.process is not None
            yield lines, Scene(workers, plan), server.process.pid
    finally:
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=20)
    parser.add_argument("--times", type=int, default=400)
    parser.add_argument("--profile", choices=KINDS, default="")
    parser.add_argument("--sort", default="tottime")
    chosen = parser.parse_args()
    try:
        with spoken_to(chosen.nodes) as (lines, scene, postgres):
            for _kind, act in rounds(lines, scene, chosen.nodes):
                act()
            if chosen.profile:
                profiled(lines, scene, chosen)
            else:
                print(json.dumps(measured(lines, scene, chosen.times, postgres)))
    except NoPostgresError as error:
        print(json.dumps({"skipped": str(error)}))
        sys.exit(77)


def measured(lines: list[Line], scene: Scene, times: int, postgres: int) -> dict[str, Any]:
    """Milliseconds of CPU of the web's process, and of wall time (the database's is in it)."""
    cpu: dict[str, list[float]] = {kind: [] for kind in KINDS}
    wall: dict[str, list[float]] = {kind: [] for kind in KINDS}
    before = cpu_seconds(postgres)
    for kind, act in rounds(lines, scene, times):
        begun, spent = time.perf_counter(), time.process_time()
        status = act()
        cpu[kind].append(time.process_time() - spent)
        wall[kind].append(time.perf_counter() - begun)
        assert status in {200, 201, 304}, (kind, status)
    database = cpu_seconds(postgres) - before
    found: dict[str, Any] = {"database_ms_a_round": round(database / times * 1000, 2)}
    for kind in KINDS:
        found[f"{kind}_cpu_ms"] = round(sum(cpu[kind]) / len(cpu[kind]) * 1000, 2)
        found[f"{kind}_wall_ms"] = round(sum(wall[kind]) / len(wall[kind]) * 1000, 2)
    return found


def profiled(lines: list[Line], scene: Scene, chosen: Any) -> None:
    profile = cProfile.Profile()
    for kind, act in rounds(lines, scene, chosen.times):
        if kind == chosen.profile:
            profile.enable()
        act()
        profile.disable()
    pstats.Stats(profile).sort_stats(chosen.sort).print_stats(60)


if __name__ == "__main__":
    main()
