"""Real receivers on loopback: HTTP that does as it is told, and a mail server."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from supervision.core import outbound
from tests.channel.helpers import Office


@dataclass
class Seen:
    path: str
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Receiver:
    """``script``: what to do with the next requests; after that 200 with ``answer``."""

    seen: list[Seen] = field(default_factory=list)
    script: list = field(default_factory=list)
    answer: bytes = b'{"errcode":0,"errmsg":"ok","code":0}'
    port: int = 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hook/secret-word?key=secret-key"


@pytest.fixture
def receiver():
    """An HTTP server. Script: a status, ``"hang"``, ``"close"``, ``"drip"`` or a body."""
    desk = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            desk.seen.append(Seen(self.path, dict(self.headers), body))
            what = desk.script.pop(0) if desk.script else 200
            if what == "hang":
                time.sleep(1.2)
                return
            if what == "close":
                self.connection.close()
                return
            if what == "drip":
                self._drip()
                return
            status, words = (200, what) if isinstance(what, bytes) else (what, desk.answer)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", f"http://127.0.0.1:{desk.port}/elsewhere")
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words)

        def _drip(self):
            try:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                for _ in range(60):
                    self.wfile.write(b"X-Slow: 1\r\n")
                    self.wfile.flush()
                    time.sleep(0.1)
            except OSError:
                return

        def log_message(self, *_args):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    desk.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield desk
    server.shutdown()
    thread.join()
    server.server_close()


class Mailbox:
    """Keeps letters; refuses the readers and letters that it is told to."""

    def __init__(self):
        self.letters = []
        self.refused = {}
        self.answers = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server, _session, envelope, address, _options
    ):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server, _session, envelope
    ):
        if self.answers:
            return self.answers.pop(0)
        self.letters.append((envelope.rcpt_tos, envelope.content))
        return "250 kept as 42"


class MailServer:
    """aiosmtpd in a thread, on a port that was free."""

    def __init__(self, box, *, ssl_context=None, **options):
        self._loop = asyncio.new_event_loop()
        made = self._loop.create_server(
            lambda: SMTP(box, loop=self._loop, **options), "127.0.0.1", 0, ssl=ssl_context
        )
        self._server = self._loop.run_until_complete(made)
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def stop(self):
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.01))
        self._loop.close()


@pytest.fixture
def mailbox():
    box = Mailbox()
    server = MailServer(
        box,
        auth_require_tls=False,
        authenticator=lambda _s, _se, _e, _m, data: AuthResult(
            success=data.login == b"anqi" and data.password == b"mail-secret", handled=False
        ),
    )
    box.port = server.port
    yield box
    server.stop()


@pytest.fixture
def office(app, cast, monkeypatch):
    """An installation that may call loopback and knows its own address."""
    mine = replace(
        app.extensions["anqi_settings"],
        channel_hosts=("127.0.0.1", "localhost"),
        public_url="https://anqi.example",
        authority_name="",
    )
    monkeypatch.setitem(app.extensions, "anqi_settings", mine)
    monkeypatch.setattr(outbound, "CONNECT_S", 1.0)
    monkeypatch.setattr(outbound, "READ_S", 0.5)
    monkeypatch.setattr(outbound, "TOTAL_S", 1.0)
    return Office(app, cast, mine)
