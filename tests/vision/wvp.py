"""A GB/T 28181 platform to test against: wvp's API on top of RTSP cameras of this machine.

A real HTTP server that plays, hangs up and forgets as such platforms do. A channel is rung at the first
question and served at a port of its own, which is gone when the session is: an address of yesterday
is good for nothing. A session that nobody reads is closed. Two questions at once about one channel ring
its device twice, and the session that was overwritten never ends (``orphans``).

``python -m tests.vision.wvp CLIP PORT CHANNELS`` runs one as a process.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.vision.rtsp import Camera, Clip

KEY = "key-of-the-platform"
DEVICE = "32058500001110000001"
_PLAY = re.compile(r"/api/play/(start|stop)/(\w+)/(\w+)")
_DEVICE = re.compile(r"/api/device/query/devices/(\w+)(/channels)?")


def channel_code(number: int) -> str:
    return f"3205850000132{number:07d}"


@contextmanager
def odd_server(body: bytes) -> Iterator[str]:
    """The address of a server that answers everything with ``body``."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Session:
    """An INVITE that the device answered."""

    camera: Camera
    unread_since: float

    def looked_at(self, now: float) -> None:
        if self.camera._viewers:
            self.unread_since = now


@dataclass
class Wvp:
    """Its attributes may be changed while it runs.

    ``first_late``: so many first plays of each channel end in a time-out of ``late_s``; ``ring_s``:
    how long a device takes to answer; ``idle_s``: how long a session lives that nobody reads.
    ``doubled`` counts questions about a channel that was being rung, ``closed`` sessions unread,
    ``late`` plays that timed out.
    ``offline`` devices or channels play nothing. ``slow_s`` is added to each answer. ``old``: the
    field names of older releases; ``pageless``: all rows whatever page is asked for.
    """

    clip: Clip
    channels: list[str] = field(default_factory=list)
    devices: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    key: str = KEY
    first_late: int = 0
    late_s: float = 3.0
    ring_s: float = 0.3
    idle_s: float = 5.0
    slow_s: float = 0.0
    offline: set[str] = field(default_factory=set)
    old: bool = False
    stream_host: str = "127.0.0.1"
    deny_status: int = 200
    page_fails: int = 0
    pageless: bool = False

    def start(self, port: int = 0) -> Wvp:
        self.sessions: dict[str, Session] = {}
        self.orphans: list[Session] = []
        self.started: list[tuple[str, float]] = []
        self.stopped: list[str] = []
        self.asked: list[str] = []
        self.doubled = self.denied = self.closed = self.late = 0
        self._late: dict[str, int] = {}
        self._ringing: set[str] = set()
        self._lock = threading.Lock()
        self._over = threading.Event()
        if self.channels:
            rows = [{"code": code, "name": f"Camera {i}"} for i, code in enumerate(self.channels)]
            self.devices.setdefault(DEVICE, rows)
        handler = type("Handler", (_Handler,), {"state": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        threading.Thread(target=self._tend, daemon=True).start()
        return self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def live(self) -> int:
        """Devices that send, orphans included."""
        with self._lock:
            return len(self.sessions) + len(self.orphans)

    def stop(self) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        with self._lock:
            for session in (*self.sessions.values(), *self.orphans):
                session.camera.stop()
            self.sessions, self.orphans = {}, []

    def cut(self, channel: str) -> None:
        """The device is restarted: its session ends, and its address with it."""
        with self._lock:
            session = self.sessions.pop(channel, None)
        if session is not None:
            session.camera.stop()

    def drop(self, channel: str) -> None:
        """The network cuts off the readers; the session waits for others, for ``idle_s``."""
        with self._lock:
            session = self.sessions.get(channel)
        if session is not None:
            session.camera.drop()

    def play(self, device: str, channel: str) -> tuple[int, str, dict[str, Any] | None]:
        """Code, words and StreamContent."""
        if channel not in {row["code"] for row in self.devices.get(device, ())}:
            return 100, "no such channel", None
        with self._lock:
            self.started.append((channel, time.monotonic()))
            session = self.sessions.get(channel)
            if session is not None:
                return 0, "success", self._content(session, channel)
            self.doubled += channel in self._ringing
            self._ringing.add(channel)
            self._late[channel] = late = self._late.get(channel, 0) + 1
        try:
            if {device, channel} & self.offline or late <= self.first_late:
                self.late += 1
                self._over.wait(self.late_s)
                return -2, "no stream in time", None
            self._over.wait(self.ring_s)
            return 0, "success", self._ring(channel)
        finally:
            with self._lock:
                self._ringing.discard(channel)

    def hang_up(self, device: str, channel: str) -> tuple[int, str]:
        with self._lock:
            self.stopped.append(channel)
            session = self.sessions.pop(channel, None)
        if session is None:
            return 100, "is not played"
        session.camera.stop()
        return 0, "success"

    def _ring(self, channel: str) -> dict[str, Any]:
        session = Session(Camera(self.clip).start(), time.monotonic())
        with self._lock:
            before = self.sessions.get(channel)
            if before is not None:
                self.orphans.append(before)  # it is forgotten, and sends on
            self.sessions[channel] = session
            return self._content(session, channel)

    def _content(self, session: Session, channel: str) -> dict[str, Any]:
        at = f"{self.stream_host}:{session.camera.port}"
        name = f"{DEVICE}_{channel}"
        return {
            "app": "rtp",
            "stream": name,
            "rtsp": f"rtsp://{at}/rtp/{name}?sign=41db35390d",
            "flv": f"http://{at}/rtp/{name}.live.flv",
            "mediaServerId": "media-1",
        }

    def _tend(self) -> None:
        while not self._over.wait(0.2):
            now = time.monotonic()
            with self._lock:
                for session in self.sessions.values():
                    session.looked_at(now)
                over = [c for c, s in self.sessions.items() if now - s.unread_since > self.idle_s]
                ended = [self.sessions.pop(channel) for channel in over]
                self.closed += len(ended)
            for session in ended:
                session.camera.stop()

    def device_row(self, device: str) -> dict[str, Any]:
        on = device not in self.offline
        state = {"online": int(on)} if self.old else {"onLine": on}
        return {"deviceId": device, "name": f"Recorder {device[-3:]}", **state}

    def channel_row(self, device: str, row: dict[str, Any]) -> dict[str, Any]:
        on = row["code"] not in self.offline and row.get("on", True)
        plain = {"name": row["name"], "civilCode": row.get("civil", row["code"][:6])}
        plain["parentId"] = row.get("parent", device)
        if self.old:
            codes = {"deviceId": device, "channelId": row["code"], "status": on, "PTZType": 1}
            return {**plain, **codes}
        codes = {"deviceId": row["code"], "parentDeviceId": device, "ptzType": row.get("ptz", 3)}
        return {**plain, **codes, "status": "ON" if on else "OFF"}


class _Handler(BaseHTTPRequestHandler):
    state: Wvp

    def do_GET(self) -> None:
        wvp, parts = self.state, urlsplit(self.path)
        wvp.asked.append(self.path)
        wvp._over.wait(wvp.slow_s)
        if wvp.key not in (self.headers.get("access-token"), self.headers.get("api-key")):
            wvp.denied += 1
            self._say({"code": 401, "msg": "sign in first"}, wvp.deny_status)
            return
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        play, device = _PLAY.fullmatch(parts.path), _DEVICE.fullmatch(parts.path)
        if play and play[1] == "start":
            code, msg, data = wvp.play(play[2], play[3])
            self._say({"code": code, "msg": msg, "data": data})
        elif play:
            code, msg = wvp.hang_up(play[2], play[3])
            self._say({"code": code, "msg": msg})
        elif parts.path == "/api/device/query/devices":
            self._page([wvp.device_row(one) for one in wvp.devices], asked)
        elif device and device[2]:
            rows = [wvp.channel_row(device[1], row) for row in wvp.devices.get(device[1], ())]
            wanted = asked.get("query", "")
            self._page([row for row in rows if wanted in json.dumps(row)], asked)
        elif device:
            known = device[1] in wvp.devices
            self._say({"code": 0, "msg": "", "data": wvp.device_row(device[1]) if known else None})
        else:
            self._say({"code": 404, "msg": "not found"}, 404)

    def _page(self, rows: list[dict[str, Any]], asked: dict[str, str]) -> None:
        wvp = self.state
        if wvp.page_fails:
            wvp.page_fails -= 1
            self._say({"code": 500, "msg": "system error"}, 500)
            return
        page, count = int(asked["page"]), int(asked["count"])
        shown = rows if wvp.pageless else rows[(page - 1) * count : page * count]
        data = {"total": len(rows), "list": shown, "pageNum": page, "pageSize": count}
        self._say(data if wvp.old else {"code": 0, "msg": "success", "data": data})

    def _say(self, answer: dict[str, Any], status: int = 200) -> None:
        data = json.dumps(answer).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except OSError:
            pass

    def log_message(self, *args: object) -> None:
        return


if __name__ == "__main__":
    codes = [channel_code(number) for number in range(1, int(sys.argv[3]) + 1)]
    Wvp(Clip(Path(sys.argv[1])), codes).start(int(sys.argv[2]))
    threading.Event().wait()
