"""Dialling out: only where one may, to the very address that was checked, and never for long."""

from __future__ import annotations

import http.client
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from supervision.core import dialling

CONNECT_S = 5.0
READ_S = 10.0
# However slowly the other side drips.
TOTAL_S = 20.0
LARGEST_ANSWER = 64 * 1024


class SendError(Exception):
    """Why something was not sent: a code, with a label in the slice's ``labels.py``, and words of the other side.

    ``is_final``: trying again is of no use, and the channel itself is not to blame.
    """

    def __init__(self, code: str, detail: str = "", *, is_final: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.detail = tidy(detail)
        self.is_final = is_final

    def without(self, *secrets: str) -> SendError:
        """The same, should the other side have repeated a secret."""
        return SendError(self.code, without(self.detail, *secrets), is_final=self.is_final)


@dataclass(frozen=True, slots=True)
class Answer:
    """Of an HTTP server."""

    status: int
    body: str

    @property
    def told(self) -> str:
        return tidy(f"HTTP {self.status} {self.body}")


def tidy(words: str) -> str:
    """One short line that a page and a database can hold."""
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())[:300]


def without(words: str, *secrets: str) -> str:
    for secret in secrets:
        if secret:
            words = words.replace(secret, "***")
    return words


def connect(host: str, port: int, allowed: Sequence[str]) -> socket.socket:
    """A connection to ``host``, at an address that was checked: no second look-up can move it."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise SendError("unknown_host") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not all(
        dialling.may_dial(host, address.partition("%")[0], allowed) for address in addresses
    ):
        raise SendError("inner_address")
    problem: OSError | None = None
    for address in addresses:
        try:
            return socket.create_connection((address, port), CONNECT_S)
        except OSError as error:
            problem = error
    if isinstance(problem, TimeoutError):
        raise SendError("timeout")
    raise SendError("no_connection", (problem and problem.strerror) or "")


@contextmanager
def told() -> Iterator[None]:
    """Network errors as a SendError; their texts hold addresses and are not repeated."""
    try:
        yield
    except SendError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise SendError("certificate", error.verify_message) from None
    except ssl.SSLError as error:
        raise SendError("tls", error.reason or "") from None
    except TimeoutError:
        raise SendError("timeout") from None
    except (http.client.HTTPException, ValueError):
        raise SendError("bad_answer") from None
    except OSError as error:
        raise SendError("broken_off", error.strerror or "") from None


class _Http(http.client.HTTPConnection):
    """To a checked address; TLS where the scheme says so."""

    def __init__(self, scheme: str, host: str, port: int, allowed: Sequence[str]) -> None:
        super().__init__(host, port)
        self._scheme, self._allowed = scheme, allowed

    def connect(self) -> None:
        plain = connect(self.host, self.port, self._allowed)
        plain.settimeout(READ_S)
        self.sock = plain
        if self._scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(plain, server_hostname=self.host)


def post(url: str, body: bytes, headers: Mapping[str, str], allowed: Sequence[str]) -> Answer:
    """POST ``body``; follows no redirect, uses no proxy. Raises SendError."""
    return _call(url, body, headers, allowed, LARGEST_ANSWER)


def get(url: str, headers: Mapping[str, str], allowed: Sequence[str], largest: int) -> Answer:
    """As :func:`post`; an answer of more than ``largest`` bytes is a bad one."""
    found = _call(url, None, headers, allowed, largest + 1)
    if len(found.body.encode()) > largest:
        raise SendError("bad_answer")
    return found


def _call(
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    allowed: Sequence[str],
    most: int,
) -> Answer:
    if dialling.split_url(url) is None:
        raise SendError("bad_address")
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not dialling.is_listed(host, allowed):
        raise SendError("not_https")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    path = parts.path or "/"
    connection = _Http(parts.scheme, host, port, allowed)
    with told(), _closing(connection), limited(connection):
        query = f"?{parts.query}" if parts.query else ""
        connection.request("GET" if body is None else "POST", path + query, body, dict(headers))
        answer = connection.getresponse()
        read = answer.read(most)
        return Answer(answer.status, read.decode("utf-8", "replace"))


@contextmanager
def _closing(connection: http.client.HTTPConnection) -> Iterator[None]:
    try:
        yield
    finally:
        connection.close()


@contextmanager
def limited(holder: http.client.HTTPConnection | smtplib.SMTP) -> Iterator[None]:
    """Break the connection off when all of it takes longer than :data:`TOTAL_S`."""
    is_over = threading.Event()

    def end() -> None:
        is_over.set()
        sock = holder.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(TOTAL_S, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException, smtplib.SMTPException):
        if is_over.is_set():
            raise SendError("timeout") from None
        raise
    finally:
        timer.cancel()
    # What was cut off in its headers reads like an answer.
    if is_over.is_set():
        raise SendError("timeout")
