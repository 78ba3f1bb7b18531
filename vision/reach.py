"""Whether and where a stream may be reached, found out by ourselves before FFmpeg dials.

FFmpeg follows an RTSP server wherever it redirects, and tells a bad certificate from a broken
cable by nothing. So each connection starts with a knock: the name is resolved and its addresses
are held against the list, the certificate is verified, and what the server answers to ``OPTIONS``
and ``DESCRIBE`` is read, password included. FFmpeg dials the address where that ended.

What stays open: a server on the list that answers the knock and FFmpeg differently, a moment later.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from vision.auth import authorization
from vision.contract import StreamFault
from vision.streams import CONNECT_S, NO_DATA, StreamError, check_url, mask

MOST_REDIRECTS = 3
# From the first dialling to the end of the answer, over all redirects: a server that drips must
# not hold up its thread until the watchdog ends the whole process.
KNOCK_S = 12.0
MOST_BYTES = 65_536
CA_FILE, TLS_VERIFY = "ANQI_VISION_CA_FILE", "ANQI_VISION_TLS_VERIFY"
_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
# Where clouds answer questions about the machine; the link-local one is caught by its kind.
_METADATA = ("100.100.100.200/32", "192.0.0.192/32", "fd00:ec2::254/128")
_CODEC = re.compile(
    rb"^m=video [^\r\n]*\r?\n(?:(?!m=).*\r?\n)*?a=rtpmap:\d+ ([\w.-]+)/", re.MULTILINE
)
_STATUS, _LENGTH = re.compile(r"[0-9]{3}"), re.compile(r"[0-9]{1,9}")
_ENDLESS = "the answer has no end"
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose certificates are believed; the machine's to say, never a user's.

    ``ca_file``: certificates in PEM, instead of the system's. ``verify`` False believes anybody.
    """

    ca_file: str = ""
    verify: bool = True

    @classmethod
    def of(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """As :class:`vision.config.VisionSettings` has checked it."""
        return cls(environ.get(CA_FILE, ""), environ.get(TLS_VERIFY, "1") != "0")

    @property
    def authorities(self) -> str:
        """A PEM file."""
        return self.ca_file or ssl.get_default_verify_paths().cafile or DEFAULT_CA_BUNDLE_PATH

    def context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.authorities)
        # Nearly all cameras make their own certificate, without what newer rules ask of one.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        if not self.verify:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a stream is after all redirects. ``codec``: its name in the server's description."""

    url: str
    codec: str = ""


def addresses(host: str, port: int, hosts: Sequence[str]) -> list[str]:
    """The addresses of ``host`` that may be dialled.

    Raises :class:`StreamError` where there is none, or where one is of the machine itself, of the
    link or of a cloud's metadata and is not on the list as an address: a name that somebody else
    resolves must not lead there.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        detail = f"the name {host!r} cannot be resolved"
        raise StreamError(StreamFault.NOT_FOUND, detail) from error
    known = list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
    for text in known:
        address = ipaddress.ip_address(text)
        address = getattr(address, "ipv4_mapped", None) or address
        if _is_inner(address) and not _is_listed(address, host, hosts):
            detail = f"host {host!r} leads to {address}, which is not on the list of stream hosts"
            raise StreamError(StreamFault.HOST_NOT_ALLOWED, detail)
    return known


def left_until(until: float) -> float:
    """Seconds to wait at most for one step; raises TimeoutError past ``until`` (monotonic)."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return min(left, CONNECT_S)


def dial(parts: SplitResult, hosts: Sequence[str], trust: Trust, until: float) -> socket.socket:
    """A connection to the host of ``parts`` before ``until``, encrypted where its scheme says so.

    Raises :class:`StreamError`.
    """
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    connection = connect(addresses(host, port, hosts), port, until)
    if parts.scheme not in ("rtsps", "https"):
        return connection
    try:
        return trust.context().wrap_socket(connection, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        connection.close()
        detail = f"the certificate is not believed: {error.verify_message}"
        raise StreamError(StreamFault.TLS, detail) from error
    except ssl.SSLError as error:
        connection.close()
        detail = f"no encrypted connection: {error.reason or type(error).__name__}"
        raise StreamError(StreamFault.TLS, detail) from error
    except OSError as error:
        connection.close()
        raise _broken(error) from error


def connect(known: Sequence[str], port: int, until: float) -> socket.socket:
    """A connection to the first address that answers; raises :class:`StreamError`."""
    last: OSError = OSError()
    for address in known:
        try:
            return socket.create_connection((address, port), left_until(until))
        except OSError as error:
            last = error
    raise _broken(last) from last


def knock(url: str, hosts: Sequence[str], trust: Trust) -> Reached:
    """Ask an RTSP server for ``url``; raises :class:`StreamError` where that ends badly.

    A redirect is followed to hosts that are on the list, and to no other.
    """
    until = time.monotonic() + KNOCK_S
    for _ in range(MOST_REDIRECTS + 1):
        check_url(url, hosts)
        answer = _Knock(url, hosts, trust, until).ask()
        if not 300 <= answer.status < 400:
            _judge(answer)
            found = _CODEC.search(answer.body)
            return Reached(url, found.group(1).decode() if found else "")
        url = redirected(url, answer.headers.get("location", [""])[0])
    raise StreamError(StreamFault.OTHER, "the stream is redirected again and again")


def redirected(url: str, location: str) -> str:
    """Where a server at ``url`` sends its callers; the password goes along to the same host only."""
    try:
        target = urljoin(url, location)
        before, after = urlsplit(url), urlsplit(target)
    except ValueError:
        raise StreamError(StreamFault.NOT_FOUND, "the stream has moved to nowhere") from None
    if not location or after.scheme not in (before.scheme, f"{before.scheme}s"):
        raise StreamError(StreamFault.NOT_FOUND, f"the stream has moved to {mask(target)}")
    if "@" in before.netloc and "@" not in after.netloc and before.hostname == after.hostname:
        who = before.netloc.rpartition("@")[0]
        target = after._replace(netloc=f"{who}@{after.netloc}").geturl()
    return target


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    reason: str
    headers: dict[str, list[str]]
    body: bytes = b""


class _Knock:
    """One connection: OPTIONS, DESCRIBE, and DESCRIBE again with the password if need be."""

    def __init__(self, url: str, hosts: Sequence[str], trust: Trust, until: float) -> None:
        self._parts = urlsplit(url)
        place = self._parts.netloc.rpartition("@")[2]
        self._uri = self._parts._replace(netloc=place, fragment="").geturl()
        self._connection = dial(self._parts, hosts, trust, until)
        self._number = 0
        self._until = until
        self._heard = b""

    def ask(self) -> _Answer:
        try:
            with self._connection:
                answer = self._say("OPTIONS")
                if 300 <= answer.status < 400:
                    return answer
                answer = self._say("DESCRIBE")
                user = unquote(self._parts.username or "")
                if answer.status == 401 and user:
                    password = unquote(self._parts.password or "")
                    asked = answer.headers.get("www-authenticate", [])
                    given = authorization(asked, user, password, "DESCRIBE", self._uri)
                    answer = self._say("DESCRIBE", given) if given else _Answer(0, "", {})
                return answer
        except OSError as error:
            raise _broken(error) from error

    def _say(self, method: str, given: str = "") -> _Answer:
        self._number += 1
        lines = [f"{method} {self._uri} RTSP/1.0", f"CSeq: {self._number}", "User-Agent: anqi"]
        lines += ["Accept: application/sdp"] if method == "DESCRIBE" else []
        lines += [f"Authorization: {given}"] if given else []
        self._connection.sendall("\r\n".join((*lines, "", "")).encode())
        return self._read()

    def _read(self) -> _Answer:
        version, _, rest = self._line().partition(" ")
        status, _, reason = rest.partition(" ")
        if not version.startswith("RTSP/") or not _STATUS.fullmatch(status):
            raise StreamError(StreamFault.OTHER, "what answers there does not speak RTSP")
        headers: dict[str, list[str]] = {}
        while line := self._line():
            name, _, value = line.partition(":")
            headers.setdefault(name.strip().lower(), []).append(value.strip())
            if len(headers) > 100:
                raise StreamError(StreamFault.OTHER, _ENDLESS)
        length = headers.get("content-length", ["0"])[0]
        size = min(int(length), MOST_BYTES) if _LENGTH.fullmatch(length) else 0
        while len(self._heard) < size and self._hear():
            pass
        body, self._heard = self._heard[:size], self._heard[size:]
        return _Answer(int(status), reason, headers, body)

    def _line(self) -> str:
        while b"\n" not in self._heard:
            if len(self._heard) > MOST_BYTES:
                raise StreamError(StreamFault.OTHER, _ENDLESS)
            if not self._hear():
                raise ConnectionResetError
        line, _, self._heard = self._heard.partition(b"\n")
        return line.decode("latin-1").strip()

    def _hear(self) -> bool:
        """Wait for more of the answer; False at its end."""
        self._connection.settimeout(left_until(self._until))
        more = self._connection.recv(MOST_BYTES)
        self._heard += more
        return bool(more)


def _judge(answer: _Answer) -> None:
    """A status of 0 is a challenge that only FFmpeg may know; it is left to it."""
    if answer.status in (401, 403):
        detail = f"the camera refuses user name and password ({answer.status} {answer.reason})"
        raise StreamError(StreamFault.AUTHENTICATION, detail)
    if answer.status in (404, 410):
        detail = f"the camera knows no such stream ({answer.status} {answer.reason})"
        raise StreamError(StreamFault.NOT_FOUND, detail)
    if answer.status >= 400:
        raise StreamError(StreamFault.OTHER, f"the camera answers {answer.status} {answer.reason}")
    if answer.body and b"m=video" not in answer.body:
        raise StreamError(StreamFault.NO_VIDEO, "the stream carries no video")


def _broken(error: OSError) -> StreamError:
    if isinstance(error, TimeoutError):
        return StreamError(StreamFault.TIMEOUT, NO_DATA)
    if isinstance(error, ConnectionRefusedError):
        return StreamError(StreamFault.REFUSED, "the connection was refused")
    if isinstance(error, ssl.SSLError):
        return StreamError(StreamFault.TLS, f"the encrypted connection broke: {error.reason}")
    if isinstance(error, ConnectionError):
        return StreamError(StreamFault.REFUSED, "the connection was closed without an answer")
    return StreamError(StreamFault.TIMEOUT, error.strerror or "the host cannot be reached")


def _is_inner(address: Address) -> bool:
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or any(address in ipaddress.ip_network(network) for network in _METADATA)
    )


def _is_listed(address: Address, host: str, hosts: Sequence[str]) -> bool:
    if address.is_loopback and host.lower() == "localhost":
        return any(pattern.lower() == "localhost" for pattern in hosts)
    for pattern in hosts:
        try:
            if address in ipaddress.ip_network(pattern, strict=False):
                return True
        except ValueError:
            continue
    return False
