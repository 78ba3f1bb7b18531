"""Stream addresses and stream faults: what may be dialled, what went wrong, what may be shown."""

from __future__ import annotations

import fnmatch
import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from vision.contract import StreamFault

NETWORK_SCHEMES = frozenset({"rtsp", "rtsps", "http", "https"})
# What a stream may open in turn: an HLS list must not reach for files or other protocols.
_PROTOCOLS = {
    "rtsp": "rtsp,rtp,tcp,udp",
    "rtsps": "rtsps,rtsp,rtp,tcp,udp,tls",
    "http": "http,tcp,crypto",
    "https": "https,tls,tcp,crypto",
    "file": "file",
}
LONGEST_DETAIL = 300
_CONTROL = re.compile(r"[\s\x00-\x1f\x7f]")
CONNECT_S = 5.0
READ_S = 5.0
NO_DATA = "no data within the time limit"
# FFmpeg's own socket timeout, behind PyAV's: its error says "invalid data", which misleads.
_SOCKET_US = str(8_000_000)


class StreamError(Exception):
    """Why a stream cannot be read, as an operator's class; the text carries no secret.

    Parts of it are a camera's own words: kept short, and without what no line or message may hold.
    """

    def __init__(self, fault: StreamFault, detail: str) -> None:
        super().__init__("".join(c if c.isprintable() else "?" for c in detail[:LONGEST_DETAIL]))
        self.fault = fault


def mask(url: str) -> str:
    """``url`` without its user, password and query; safe to log and to show."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "(unreadable address)"
    netloc = f"[{host}]{port}" if ":" in host else f"{host}{port}"
    if parts.username or parts.password:
        netloc = f"***@{netloc}"
    return urlunsplit((parts.scheme, netloc, parts.path, "***" if parts.query else "", ""))


def check_url(url: str, hosts: Sequence[str], *, allow_files: bool = False) -> None:
    """Raise :class:`StreamError` unless the address may be dialled.

    ``hosts`` holds names, name patterns (``*.plant.example``), addresses and networks
    (``10.0.0.0/8``). An empty list allows nothing: a URL is someone else's input.
    """
    if _CONTROL.search(url):
        # Python drops some of these before it reads the host, FFmpeg does not.
        raise StreamError(StreamFault.NOT_FOUND, "the stream address cannot be read")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise StreamError(StreamFault.NOT_FOUND, "the stream address cannot be read") from error
    if parts.scheme == "file" and allow_files:
        return
    if parts.scheme not in NETWORK_SCHEMES:
        known = ", ".join(sorted(NETWORK_SCHEMES))
        detail = f"a stream address starts with one of {known}, not {parts.scheme or 'nothing'!r}"
        raise StreamError(StreamFault.HOST_NOT_ALLOWED, detail)
    if not host:
        raise StreamError(StreamFault.NOT_FOUND, "the stream address names no host")
    if not any(_matches(host, pattern) for pattern in hosts):
        detail = f"host {host!r} is not on the list of allowed stream hosts"
        raise StreamError(StreamFault.HOST_NOT_ALLOWED, detail)


def open_options(url: str) -> dict[str, str]:
    """FFmpeg options for ``url``; none of them comes from a user."""
    scheme = urlsplit(url).scheme
    options = {"protocol_whitelist": _PROTOCOLS.get(scheme, "file")}
    if scheme in ("rtsp", "rtsps"):
        # Nobody asks for the frame rate; to count it takes another two seconds.
        options |= {"rtsp_transport": "tcp", "timeout": _SOCKET_US, "fpsprobesize": "0"}
    elif scheme in ("http", "https"):
        # All is fetched by vision.http_source; what is not, is not redirected past the list.
        options |= {"max_redirects": "0", "rw_timeout": _SOCKET_US}
        # A kept connection would be FFmpeg's own, which these are not.
        options |= {"http_persistent": "0", "http_multiple": "0"}
    return options


def classify(error: BaseException) -> StreamFault:
    """The operator's class of what PyAV raised."""
    import av.error

    kinds: tuple[tuple[tuple[type[BaseException], ...], StreamFault], ...] = (
        ((av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError), StreamFault.AUTHENTICATION),
        ((PermissionError,), StreamFault.AUTHENTICATION),
        ((av.error.HTTPNotFoundError, FileNotFoundError), StreamFault.NOT_FOUND),
        ((av.error.DecoderNotFoundError, av.error.InvalidDataError), StreamFault.CODEC),
        ((av.error.ExitError, TimeoutError), StreamFault.TIMEOUT),
        ((ConnectionRefusedError,), StreamFault.REFUSED),
    )
    for types, fault in kinds:
        if isinstance(error, types):
            return fault
    text = str(error).lower()
    if "tls" in text or "certificate" in text:
        return StreamFault.TLS
    return StreamFault.OTHER


def explain(error: BaseException) -> str:
    """``error`` in words, without the address that FFmpeg appends to its messages."""
    import av.error

    if isinstance(error, av.error.ExitError):
        return NO_DATA  # PyAV's own words: "Immediate exit requested"
    text = getattr(error, "strerror", None) or type(error).__name__
    return str(text)[:200]


def _matches(host: str, pattern: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(pattern, strict=False)
    except ValueError:
        return fnmatch.fnmatchcase(host.lower(), pattern.lower())
