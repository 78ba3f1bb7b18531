"""A small real HTTP server that keeps the contract's promises, and can be told to fail."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from vision.contract import API_PREFIX, ContractError, Heartbeat, ViolationEvent, parse

TOKEN = "token-of-node-1"
_EVIDENCE = re.compile(rf"{API_PREFIX}/violations/([^/]+)/evidence/([0-9a-f]{{64}})")


class FakeWeb:
    """``events`` holds the highest revision by event, ``received`` every accepted delivery."""

    def __init__(self, port: int = 0) -> None:
        self.config: dict[str, Any] = {"node": "node-1", "config_version": "0", "cameras": []}
        self.events: dict[str, ViolationEvent] = {}
        self.received: list[tuple[str, int]] = []
        self.evidence: dict[str, bytes] = {}
        self.heartbeats: list[Heartbeat] = []
        self.fail_with: int | None = None
        self.park_all = False
        self.lock = threading.Lock()
        self.port = port
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

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
        etag = f'"{self.state.config["config_version"]}"'
        if self.headers.get("If-None-Match") == etag:
            self._answer(304, None)
        else:
            self._answer(200, self.state.config, ETag=etag)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._stopped():
            return
        if self.path == f"{API_PREFIX}/heartbeat":
            self.state.heartbeats.append(parse(Heartbeat, json.loads(body)))
            self._answer(200, {"config_version": self.state.config["config_version"]})
            return
        try:
            event = parse(ViolationEvent, json.loads(body))
        except ContractError as error:
            self._answer(422, {"error": str(error)})
            return
        if self.state.park_all:
            self._answer(422, {"error": "no such camera"})
            return
        with self.state.lock:
            known = self.state.events.get(event.event_id)
            is_newer = known is None or event.revision > known.revision
            self.state.received.append((event.event_id, event.revision))
            if is_newer:
                self.state.events[event.event_id] = event
        self._answer(201 if is_newer else 200, {})

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._stopped():
            return
        match = _EVIDENCE.fullmatch(self.path)
        event = self.state.events.get(match.group(1)) if match else None
        if match is None or event is None:
            self._answer(404, {"error": "no such event"})
            return
        digest = hashlib.sha256(body).hexdigest()
        declared = {ref.sha256 for ref in event.evidence}
        if digest != match.group(2) or digest not in declared:
            self._answer(409, {"error": "not declared"})
            return
        self.state.evidence[digest] = body
        self._answer(201, {})

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
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        return
