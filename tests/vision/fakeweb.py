"""A small real HTTP server that keeps the contract's promises, and can be told to fail."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from vision.contract import (
    API_PREFIX,
    TAKEN_HEADER,
    WORK_HEADER,
    CameraLease,
    ContractError,
    Heartbeat,
    JobResult,
    LeaseAsk,
    LeaseGrant,
    LiveWant,
    NodeJob,
    NodeWork,
    ViolationEvent,
    parse,
    to_json,
)

TOKEN = "token-of-node-1"
_EVIDENCE = re.compile(rf"{API_PREFIX}/violations/([^/]+)/evidence/([0-9a-f]{{64}})")
_SOURCE = re.compile(rf"{API_PREFIX}/jobs/([^/]+)/source")
_FILE = re.compile(rf"{API_PREFIX}/jobs/([^/]+)/file/([0-9a-f]{{64}})")
_RESULT = re.compile(rf"{API_PREFIX}/jobs/([^/]+)/result")
_MODEL = re.compile(rf"{API_PREFIX}/models/([0-9a-f]{{64}})")
_LIVE = re.compile(rf"{API_PREFIX}/live/([^/]+)")


class FakeWeb:
    """``events`` holds the highest revision by event, ``received`` every accepted delivery.

    ``jobs`` wait to be handed out; ``taken`` were, and stay until their result has come. ``wants``
    are looked at; ``lives`` holds what came of them, as (camera, taken at, JPEG). ``models`` holds
    weights by the hash they are asked for by; ``cut_at`` bytes the next answer with some ends, and
    ``ranges`` are those that were asked for.
    """

    def __init__(self, port: int = 0) -> None:
        self.config: dict[str, Any] = {"node": "node-1", "config_version": "0", "cameras": []}
        self.events: dict[str, ViolationEvent] = {}
        self.received: list[tuple[str, int]] = []
        self.evidence: dict[str, bytes] = {}
        self.heartbeats: list[Heartbeat] = []
        self.jobs: list[NodeJob] = []
        self.taken: dict[str, NodeJob] = {}
        self.sources: dict[str, bytes] = {}
        self.files: dict[str, bytes] = {}
        self.results: dict[str, JobResult] = {}
        self.wants: list[LiveWant] = []
        self.lives: list[tuple[str, str, bytes]] = []
        self.models: dict[str, bytes] = {}
        self.cut_at: int | None = None
        self.ranges: list[str] = []
        self.asked = 0
        self.fail_with: int | None = None
        self.park_all = False
        # How many events each request brought; a web that is older takes no batches.
        self.posts: list[int] = []
        self.takes_batches = True
        self.fail_batches_with: int | None = None
        self.park: set[str] = set()
        self.is_full = False
        self.leases: dict[str, tuple[str, int, float]] = {}  # holder, epoch, until when
        self.lock = threading.Lock()
        self.port = port
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def grant(self, ask: LeaseAsk) -> LeaseGrant:
        """To whoever comes first, until it is released or over; nothing open is passed on."""
        lease_s, now = float(self.config["lease_s"]), time.monotonic()
        given, refused = [], []
        with self.lock:
            for camera_id in ask.release:
                holder, epoch, _until = self.leases.get(camera_id, ("", 0, 0.0))
                if holder == ask.holder:
                    self.leases[camera_id] = ("", epoch, 0.0)
            for camera_id in ask.cameras:
                holder, epoch, until = self.leases.get(camera_id, ("", 0, 0.0))
                if holder not in {"", ask.holder} and until > now:
                    refused.append(camera_id)
                    continue
                epoch += holder != ask.holder
                self.leases[camera_id] = (ask.holder, epoch, now + lease_s)
                given.append(CameraLease(camera_id, epoch, lease_s))
        return LeaseGrant(ask.node, ask.holder, lease_s, tuple(given), tuple(refused))

    def start(self) -> FakeWeb:
        web = self

        class Handler(_Handler):
            state = web

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Handler(BaseHTTPRequestHandler):
    state: FakeWeb

    def do_GET(self) -> None:
        if self._stopped():
            return
        if self.path == f"{API_PREFIX}/jobs":
            self._hand_out()
            return
        source = _SOURCE.fullmatch(self.path)
        if source:
            self._send_source(source.group(1))
            return
        model = _MODEL.fullmatch(self.path)
        if model:
            self._send_model(model.group(1))
            return
        etag = f'"{self.state.config["config_version"]}"'
        if self.headers.get("If-None-Match") == etag:
            self._answer(304, None)
        else:
            self._answer(200, self.state.config, ETag=etag)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._stopped():
            return
        result = _RESULT.fullmatch(self.path)
        if result:
            self._take_result(result.group(1), body)
            return
        if self.path == f"{API_PREFIX}/heartbeat":
            self.state.heartbeats.append(parse(Heartbeat, json.loads(body)))
            self._answer(200, {"config_version": self.state.config["config_version"]})
            return
        if self.path == f"{API_PREFIX}/leases":
            grant = self.state.grant(parse(LeaseAsk, json.loads(body)))
            self._answer(200, to_json(grant))
            return
        if self.path == f"{API_PREFIX}/violations/batch":
            self._take_batch(body)
            return
        self.state.posts.append(1)
        status, problem = self._take_event(body)
        self._answer(status, {"error": problem} if problem else {})

    def _take_batch(self, body: bytes) -> None:
        if not self.state.takes_batches:
            self._answer(404, {"error": "no such page"})
            return
        if self.state.fail_batches_with is not None:
            self._answer(self.state.fail_batches_with, {"error": "told to fail"})
            return
        lines = body.split(b"\n")
        self.state.posts.append(len(lines))
        taken = [self._take_event(line) for line in lines]
        answers = [{"status": status, "problem": problem} for status, problem in taken]
        self._answer(200, {"answers": answers})

    def _take_event(self, body: bytes) -> tuple[int, str]:
        """The status, and what is wrong."""
        try:
            event = parse(ViolationEvent, json.loads(body))
        except ContractError as error:
            return 422, str(error)
        if self.state.park_all or event.event_id in self.state.park:
            return 422, "no such camera"
        with self.state.lock:
            known = self.state.events.get(event.event_id)
            is_newer = known is None or event.revision > known.revision
            self.state.received.append((event.event_id, event.revision))
            if is_newer:
                self.state.events[event.event_id] = event
        return (201 if is_newer else 200), ""

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._stopped():
            return
        live, file = _LIVE.fullmatch(self.path), _FILE.fullmatch(self.path)
        if live:
            self._take_live(live.group(1), body)
            return
        if file:
            self._take_file(file.group(1), file.group(2), body)
            return
        match = _EVIDENCE.fullmatch(self.path)
        event = self.state.events.get(match.group(1)) if match else None
        if match is None or event is None:
            self._answer(404, {"error": "no such event"})
            return
        if self.state.is_full:
            self._answer(507, {"error": "no room"})
            return
        digest = hashlib.sha256(body).hexdigest()
        declared = {ref.sha256 for ref in event.evidence}
        if digest != match.group(2) or digest not in declared:
            self._answer(409, {"error": "not declared"})
            return
        self.state.evidence[digest] = body
        self._answer(201, {})

    def _hand_out(self) -> None:
        with self.state.lock:
            self.state.asked += 1
            given, self.state.jobs = tuple(self.state.jobs), []
            self.state.taken |= {job.job_id: job for job in given}
        self._answer(200, to_json(NodeWork("node-1", given, tuple(self.state.wants))))

    def _send_source(self, job_id: str) -> None:
        data = self.state.sources.get(job_id) if job_id in self.state.taken else None
        if data is None:
            self._answer(404, {"error": "no such job"})
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _send_model(self, sha256: str) -> None:
        data, asked = self.state.models.get(sha256), self.headers.get("Range", "")
        self.state.ranges.append(asked)
        if data is None:
            self._answer(404, {"error": "no such model"})
            return
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        self.send_response(206 if asked else 200)
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        end, self.state.cut_at = self.state.cut_at, None
        self.wfile.write(data[start:end])
        self.close_connection = True

    def _take_file(self, job_id: str, sha256: str, body: bytes) -> None:
        if job_id not in self.state.taken:
            self._answer(404, {"error": "no such job"})
        elif hashlib.sha256(body).hexdigest() != sha256:
            self._answer(422, {"error": "another hash"})
        else:
            self.state.files[job_id] = body
            self._answer(201, {})

    def _take_result(self, job_id: str, body: bytes) -> None:
        if self.state.taken.pop(job_id, None) is None:
            self._answer(404, {"error": "no such job"})
            return
        self.state.results[job_id] = parse(JobResult, json.loads(body))
        self._answer(200, {})

    def _take_live(self, camera_id: str, body: bytes) -> None:
        if camera_id not in {want.camera_id for want in self.state.wants}:
            self._answer(410, {"error": "nobody looks"})
            return
        self.state.lives.append((camera_id, self.headers[TAKEN_HEADER], body))
        self._answer(204, None)

    def _stopped(self) -> bool:
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._answer(401, {"error": "token expired"})
            return True
        if self.state.fail_with is not None:
            self._answer(self.state.fail_with, {"error": "told to fail"})
            return True
        return False

    def _answer(self, status: int, body: object, **headers: str) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if (self.state.jobs or self.state.wants) and not self.path.endswith("/jobs"):
            self.send_header(WORK_HEADER, "1")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        return
