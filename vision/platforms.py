"""GB/T 28181 platforms with a wvp-compatible API: a stream is asked for, and given back.

Behind ``gb28181://<platform>/<device>/<channel>`` stands no server but a lease. The platform rings
the device (SIP INVITE) when it is asked to play, answers with an address that is good while somebody
reads, and hangs up when nobody does. What must hold, because platforms do not see to it: a channel is
played by one question at a time (two at once leave a device that sends for ever), and each connection
asks anew. :mod:`vision.plays` keeps that order between processes; here is what is said.
"""

from __future__ import annotations

import http.client
import io
import json
import os
import re
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self, cast
from urllib.parse import SplitResult, quote, urlsplit

from vision.contract import PLATFORM_SCHEME, Platform, StreamFault
from vision.reach import Trust, dial
from vision.streams import NO_DATA, StreamError, check_url

# A platform gives up on a device after 10 to 20 s of its own; then it says so.
ANSWER_S = 25.0
ASIDE_S = 5.0  # for a question about a device, or for hanging up
MOST_BYTES = 1_000_000
STREAM = "ANQI_VISION_PLATFORM_STREAM"
# The addresses in an answer to take, best first. Where only the web port is open: FLV.
ORDERS = {
    "rtsp": ("rtsp", "rtsps", "flv", "https_flv"),
    "flv": ("flv", "https_flv", "rtsp", "rtsps"),
}
_SLICE_S = 0.5
# The codes of an answer: of its own HTTP, of an INVITE without an answer, of one without a stream.
_REFUSED = frozenset({401, 403})
_LATE = frozenset({-2, -1, 100, 408, 486})
_CODE = r"([0-9]{20})"
_ADDRESS = re.compile(rf"{PLATFORM_SCHEME}://([A-Za-z0-9][A-Za-z0-9._:-]{{0,63}})/{_CODE}/{_CODE}")


@dataclass(frozen=True, slots=True)
class Channel:
    """A camera as its platform knows it, by the 20-digit codes of device and channel."""

    platform_id: str
    device_id: str
    channel_id: str

    @classmethod
    def of(cls, url: str) -> Self:
        """Raises :class:`StreamError` where ``url`` names no channel."""
        found = _ADDRESS.fullmatch(url)
        if found is None:
            detail = (
                "a platform's channel is written gb28181://platform/device/channel, 20 digits each"
            )
            raise StreamError(StreamFault.NOT_FOUND, detail)
        return cls(*found.groups())

    @property
    def path(self) -> str:
        return f"{self.device_id}/{self.channel_id}"


class UnansweredError(StreamError):
    """The platform was asked to play and has not answered: it may still do what it was asked to."""


@dataclass(frozen=True, slots=True)
class Caller:
    """How whoever waits for an answer shows that it lives, and hears that it is over."""

    beat: Callable[[], None] = lambda: None
    stopped: Callable[[], bool] = lambda: False


class Client:
    """One platform, asked over a connection for each question."""

    def __init__(
        self,
        platform: Platform,
        hosts: Sequence[str],
        trust: Trust | None = None,
        caller: Caller | None = None,
    ) -> None:
        """``hosts``: those that may be dialled; the platform's own has to be among them."""
        self._platform, self._hosts = platform, hosts
        self._trust, self._caller = trust or Trust.of(), caller or Caller()
        self._base = urlsplit(platform.base_url.rstrip("/"))
        self._name = self._base.hostname or ""

    def start(self, channel: Channel, order: Sequence[str] = ORDERS["rtsp"]) -> str:
        """The address of a stream that plays now. A secret: it may hold a password of its own.

        Raises :class:`UnansweredError` where nobody knows whether it plays, :class:`StreamError`
        where it does not.
        """
        answer = self._ask(f"/api/play/start/{channel.path}", ANSWER_S)
        code, data = answer.get("code"), answer.get("data")
        if code == 0 and isinstance(data, dict):
            for name in order:
                if isinstance(url := data.get(name), str) and url:
                    return url
            raise StreamError(StreamFault.NOT_FOUND, f"{self._says} no address that is read here")
        raise self._why(channel) or StreamError(
            StreamFault.TIMEOUT if code in _LATE else StreamFault.OTHER,
            f"{self._says} that the channel does not play: {code} {self._told(answer)}",
        )

    def stop(self, channel: Channel, within_s: float = ASIDE_S) -> None:
        """Hang up. That there was nothing to hang up is no error; raises :class:`StreamError`."""
        self._ask(f"/api/play/stop/{channel.path}", within_s)

    def _told(self, answer: Mapping[str, Any]) -> str:
        text, key = str(answer.get("msg", "")), self._platform.api_key
        return text.replace(key, "***") if key else text

    @property
    def _says(self) -> str:
        return f"the platform {self._name} says"

    def _why(self, channel: Channel) -> StreamError | None:
        """What the platform knows of a channel that does not play, as an operator's class."""
        base = f"/api/device/query/devices/{channel.device_id}"
        try:
            device = self._ask(base, ASIDE_S).get("data")
            if not isinstance(device, dict):
                return StreamError(
                    StreamFault.NOT_FOUND, f"{self._says} that it has no device {channel.device_id}"
                )
            if not is_on(device.get("onLine", device.get("online", True))):
                return StreamError(
                    StreamFault.TIMEOUT, f"{self._says} that device {channel.device_id} is offline"
                )
            asked = f"{base}/channels?page=1&count=10&query={quote(channel.channel_id)}"
            found = self._ask(asked, ASIDE_S).get("data")
        except StreamError:
            return None
        rows = found.get("list") if isinstance(found, dict) else None
        if not isinstance(rows, list):
            return None
        mine = [row for row in rows if code_of(row) == channel.channel_id]
        if not mine:
            detail = f"{self._says} that the device has no channel {channel.channel_id}"
            return StreamError(StreamFault.NOT_FOUND, detail)
        if not is_on(mine[0].get("status", True)):
            detail = f"{self._says} that channel {channel.channel_id} is offline"
            return StreamError(StreamFault.TIMEOUT, detail)
        return None

    def _ask(self, path: str, within_s: float) -> dict[str, Any]:
        """The JSON of an answer; what holds no ``code`` is taken for its ``data``."""
        until = time.monotonic() + within_s
        try:
            check_url(self._platform.base_url, self._hosts)
            connection = dial(self._base, self._hosts, self._trust, min(until, _soon()))
        except StreamError as error:
            raise StreamError(error.fault, f"the platform {self._name}: {error}") from error
        with connection:
            status, body = self._exchange(connection, path, until)
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            answer = None
        if isinstance(answer, dict) and not isinstance(answer.get("code", 0), int | str | None):
            answer = None
        code = answer.get("code") if isinstance(answer, dict) else None
        if status in _REFUSED or code in _REFUSED:
            detail = f"the platform {self._name} refuses its API key ({code or status})"
            raise StreamError(StreamFault.AUTHENTICATION, detail)
        if not isinstance(answer, dict):
            detail = f"what answers at {self._name} is no such platform (HTTP {status})"
            raise StreamError(StreamFault.NOT_FOUND if status < 500 else StreamFault.OTHER, detail)
        return answer if "code" in answer else {"code": 0, "data": answer}

    def _exchange(self, connection: socket.socket, path: str, until: float) -> tuple[int, bytes]:
        try:
            connection.settimeout(_SLICE_S)
            connection.sendall(self._request(self._base, path))
            source = _Waiting(connection, until, self._caller)
            response = http.client.HTTPResponse(cast("socket.socket", source), method="GET")
            response.begin()
            return response.status, response.read(MOST_BYTES)
        except TimeoutError as error:
            raise UnansweredError(
                StreamFault.TIMEOUT, f"the platform {self._name}: {NO_DATA}"
            ) from error
        except (OSError, http.client.HTTPException) as error:
            detail = f"the platform {self._name} broke off its answer"
            raise UnansweredError(StreamFault.OTHER, detail) from error

    def _request(self, base: SplitResult, path: str) -> bytes:
        lines = [f"GET {base.path}{path} HTTP/1.1", f"Host: {base.netloc}", "User-Agent: anqi"]
        lines += ["Accept: application/json", "Connection: close"]
        if self._platform.api_key:
            # A token of a person who signed in is read from the one, a key for programs from both.
            lines += [f"{name}: {self._platform.api_key}" for name in ("access-token", "api-key")]
        return "\r\n".join((*lines, "", "")).encode()


class _Waiting(io.RawIOBase):
    """A connection as http.client reads from it, for long, while the watchdog sees us live."""

    def __init__(self, connection: socket.socket, until: float, caller: Caller) -> None:
        self._connection, self._until, self._caller = connection, until, caller

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while time.monotonic() < self._until and not self._caller.stopped():
            self._caller.beat()
            with suppress(TimeoutError):
                return self._connection.recv_into(buffer)
        raise TimeoutError


def order_of(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """As :class:`vision.config.VisionSettings` has checked it."""
    return ORDERS.get(environ.get(STREAM, ""), ORDERS["rtsp"])


def code_of(row: Any) -> str:
    """A channel's code: newer platforms call it ``deviceId``, as which older ones give its device's."""
    return str(row.get("channelId") or row.get("deviceId") or "") if isinstance(row, dict) else ""


def is_on(told: object) -> bool:
    """A state as platforms of several years write it: true, 1, ``ON``."""
    return str(told).strip().lower() in {"true", "1", "on", "online"}


def _soon() -> float:
    return time.monotonic() + ASIDE_S
