"""HTTP streams (FLV, MJPEG, MPEG-TS, HLS) read by ourselves: every address is checked first.

An HLS list names its pieces by address, and any server may redirect. FFmpeg would fetch them all,
wherever they lie; so it asks here for each, and gets those of hosts on the list.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast
from urllib.parse import SplitResult, unquote, urlsplit

from vision.auth import authorization
from vision.contract import StreamFault
from vision.reach import KNOCK_S, MOST_REDIRECTS, Trust, dial, left_until, redirected
from vision.streams import NO_DATA, READ_S, StreamError, check_url

OPEN_S = 15.0  # under the watchdog's limit, so that it need not end the whole process
_LIST_TYPES = frozenset(
    {"application/vnd.apple.mpegurl", "application/x-mpegurl", "audio/mpegurl", "audio/x-mpegurl"}
)


class _Source(io.RawIOBase):
    """A connection as http.client reads from it: within ``head_until``, later ``patience()``.

    A socket's own limit is for one packet: a server that drips would never meet it.
    """

    def __init__(
        self, connection: socket.socket, head_until: float, patience: Callable[[], float]
    ) -> None:
        self._connection, self._patience = connection, patience
        self.head_until: float | None = head_until

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        until = self.head_until
        self._connection.settimeout(self._patience() if until is None else left_until(until))
        return self._connection.recv_into(buffer)


class Body:
    """What a server sends, as the file that PyAV reads from."""

    def __init__(self, response: http.client.HTTPResponse, connection: socket.socket) -> None:
        self._response, self._connection = response, connection
        self.content_type = (response.getheader("Content-Type") or "").partition(";")[0].strip()

    def read(self, size: int) -> bytes:
        """What is there, up to ``size`` bytes, empty at the end; raises :class:`StreamError`."""
        try:
            return self._response.read1(size)
        except TimeoutError as error:
            raise StreamError(StreamFault.TIMEOUT, NO_DATA) from error
        except (OSError, http.client.HTTPException) as error:
            raise StreamError(StreamFault.OTHER, "the connection broke") from error

    def close(self) -> None:
        self._response.close()
        with contextlib.suppress(OSError):
            self._connection.close()


class Fetcher:
    """Opens ``url`` and what it names in turn; ``url``'s password is for its own host only."""

    def __init__(self, url: str, hosts: Sequence[str], trust: Trust) -> None:
        self._url, self._hosts, self._trust = url, hosts, trust
        self._first: Body | None = None
        self._until: float | None = time.monotonic() + OPEN_S
        self.fault: StreamError | None = None

    def format(self) -> str | None:
        """Connect; the name of the format where only the server knows it. Raises StreamError."""
        self._first = self._fetch(self._url)
        return "hls" if self._first.content_type.lower() in _LIST_TYPES else None

    def __call__(self, url: str, _flags: int, _options: Mapping[str, Any]) -> Body:
        """As PyAV's ``io_open``. What it raises is kept in ``fault``: FFmpeg may go on without."""
        first, self._first = self._first, None
        if first is not None and url == self._url:
            return first
        if self.fault is not None and self.fault.fault is StreamFault.HOST_NOT_ALLOWED:
            raise self.fault  # a list that once led elsewhere is not read any further
        try:
            return self._fetch(url)
        except StreamError as error:
            self.fault = error
            raise

    def opened(self) -> None:
        """The stream is open. What that took had to come within ``OPEN_S`` all together."""
        self._until = None

    def close(self) -> None:
        if self._first is not None:
            self._first.close()

    def _patience(self) -> float:
        return READ_S if self._until is None else left_until(self._until)

    def _fetch(self, url: str) -> Body:
        for _ in range(MOST_REDIRECTS + 1):
            check_url(url, self._hosts)
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https"):
                raise StreamError(StreamFault.HOST_NOT_ALLOWED, f"it leads to {parts.scheme}:")
            response, connection = self._ask(parts)
            if not 300 <= response.status < 400:
                _judge(response)
                return Body(response, connection)
            connection.close()
            url = redirected(url, response.getheader("Location") or "")
        raise StreamError(StreamFault.OTHER, "the stream is redirected again and again")

    def _ask(self, parts: SplitResult) -> tuple[http.client.HTTPResponse, socket.socket]:
        response, connection = self._get(parts, "")
        who = parts if parts.username else urlsplit(self._url)
        if response.status != 401 or not who.username or who.hostname != parts.hostname:
            return response, connection
        connection.close()
        challenges = response.headers.get_all("WWW-Authenticate") or []
        user, password = unquote(who.username), unquote(who.password or "")
        given = authorization(challenges, user, password, "GET", _target(parts))
        return self._get(parts, given) if given else (response, connection)

    def _get(
        self, parts: SplitResult, given: str
    ) -> tuple[http.client.HTTPResponse, socket.socket]:
        until = self._until or time.monotonic() + KNOCK_S
        connection = dial(parts, self._hosts, self._trust, until)
        place = parts.netloc.rpartition("@")[2]
        lines = [f"GET {_target(parts)} HTTP/1.1", f"Host: {place}", "User-Agent: anqi"]
        lines += ["Accept: */*", "Connection: close"]
        lines += [f"Authorization: {given}"] if given else []
        try:
            connection.settimeout(left_until(until))
            connection.sendall("\r\n".join((*lines, "", "")).encode())
            source = _Source(connection, until, self._patience)
            response = http.client.HTTPResponse(cast("socket.socket", source), method="GET")
            response.begin()
            source.head_until = None
        except TimeoutError as error:
            connection.close()
            raise StreamError(StreamFault.TIMEOUT, NO_DATA) from error
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise StreamError(
                StreamFault.OTHER, "what answers there does not speak HTTP"
            ) from error
        return response, connection


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _judge(response: http.client.HTTPResponse) -> None:
    status = f"{response.status} {response.reason}"
    if response.status in (401, 403):
        detail = f"the camera refuses user name and password ({status})"
        raise StreamError(StreamFault.AUTHENTICATION, detail)
    if response.status in (404, 410):
        raise StreamError(StreamFault.NOT_FOUND, f"the camera knows no such stream ({status})")
    if response.status >= 400:
        raise StreamError(StreamFault.OTHER, f"the camera answers {status}")
