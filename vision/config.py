"""The worker's settings from the environment, and where its cameras come from."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from vision.contract import ContractError, NodeConfig, parse
from vision.detectors.base import BACKENDS
from vision.models import DEFAULT_MODEL
from vision.platforms import ORDERS, STREAM
from vision.reach import CA_FILE, TLS_VERIFY, Trust

PREFIX = "ANQI_VISION_"


class ConfigError(Exception):
    """A setting or a configuration file that cannot be used; the message names it."""


@dataclass(frozen=True, slots=True)
class VisionSettings:
    """Everything that the machine decides; cameras and rules come from the web or a file.

    ``ring_s``: seconds of compressed video kept on disk for each camera. ``watchdog_s``:
    silence of a capture thread after which its process is killed. ``stale_s``: frames older
    than this are not judged but counted as dropped. ``devices``: one inference process for each,
    ``cpu`` or ``cuda:0``. ``detector_watchdog_s``: time for one image after which its process is
    killed. ``metrics``: (host, port) of the Prometheus page; None for none. ``trust``: whose
    certificates streams are believed by. ``disk_mb``: what the directory may hold, 0 for no limit;
    ``free_mb``: what is to stay free on its disk.
    """

    web_url: str = ""
    node_token: str = field(default="", repr=False)
    node: str = ""
    stream_hosts: tuple[str, ...] = ()
    model: Path = DEFAULT_MODEL
    backend: str = "onnx"
    directory: Path = Path("var/vision")
    threads: int = 1
    group_size: int = 6
    poll_s: float = 5.0
    heartbeat_s: float = 10.0
    ring_s: float = 60.0
    watchdog_s: float = 20.0
    stale_s: float = 2.0
    devices: tuple[str, ...] = ("cpu",)
    detector_watchdog_s: float = 10.0
    disk_mb: int = 0
    free_mb: int = 500
    metrics: tuple[str, int] | None = None
    log_format: str = "text"
    trust: Trust = field(default_factory=Trust)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> VisionSettings:
        """Read ``ANQI_*``; raises :class:`ConfigError` naming the variable that is wrong."""
        known = {f"{PREFIX}{name}" for name in (*_NUMBERS, *_WORDS)}
        unknown = sorted(k for k in environ if k.startswith(PREFIX) and k not in known)
        if unknown:
            raise ConfigError(f"unknown setting {unknown[0]}; known: {', '.join(sorted(known))}")
        _one_of(environ, STREAM, tuple(ORDERS))  # capture processes take it from there
        numbers = {
            attribute: kind(_number(environ, f"{PREFIX}{name}", low, high))
            for name, (attribute, kind, low, high) in _NUMBERS.items()
            if environ.get(f"{PREFIX}{name}")
        }
        hosts = environ.get("ANQI_STREAM_HOSTS", "")
        return cls(
            web_url=_web_url(environ.get("ANQI_WEB_URL", "")),
            node_token=environ.get("ANQI_NODE_TOKEN", "").strip(),
            node=environ.get("ANQI_NODE", "") or _host_name(),
            stream_hosts=tuple(h.strip() for h in hosts.split(",") if h.strip()),
            model=Path(environ.get("ANQI_MODEL") or DEFAULT_MODEL),
            backend=_one_of(environ, "ANQI_BACKEND", BACKENDS),
            directory=Path(environ.get(f"{PREFIX}DIR") or "var/vision"),
            devices=_devices(environ),
            metrics=_listen_on(environ.get(f"{PREFIX}METRICS", "")),
            log_format=_one_of(environ, f"{PREFIX}LOG_FORMAT", ("text", "json")),
            trust=_trust(environ),
            **numbers,
        )


# Name after the prefix: (attribute, type, lowest, highest).
_NUMBERS: dict[str, tuple[str, type, float, float]] = {
    "THREADS": ("threads", int, 1, 64),
    "GROUP_SIZE": ("group_size", int, 1, 64),
    "POLL_S": ("poll_s", float, 0.2, 3600),
    "HEARTBEAT_S": ("heartbeat_s", float, 0.2, 3600),
    "RING_S": ("ring_s", float, 20, 3600),
    "WATCHDOG_S": ("watchdog_s", float, 3, 600),
    "STALE_S": ("stale_s", float, 0.1, 60),
    "DETECTOR_WATCHDOG_S": ("detector_watchdog_s", float, 2, 600),
    "DISK_MB": ("disk_mb", int, 0, 1_000_000_000),
    "FREE_MB": ("free_mb", int, 0, 1_000_000_000),
}
_WORDS = ("DIR", "LOG_FORMAT", "DEVICES", "METRICS", "CA_FILE", "TLS_VERIFY", "PLATFORM_STREAM")
_DEVICE = re.compile(r"cpu|cuda(:\d{1,2})?")
MOST_DEVICES = 16
LOOPBACK = "127.0.0.1"


def load_file(path: Path) -> NodeConfig:
    """A :class:`NodeConfig` from a JSON file of the contract's shape."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"{path}: is not JSON: {error}") from error
    try:
        return parse(NodeConfig, data)
    except ContractError as error:
        raise ConfigError(f"{path}: {error}") from error


def _number(environ: Mapping[str, str], name: str, low: float, high: float) -> float:
    try:
        value = float(environ[name])
    except ValueError as error:
        raise ConfigError(f"{name} must be a number, not {environ[name]!r}") from error
    if not low <= value <= high:
        raise ConfigError(f"{name} must lie between {low} and {high}")
    return value


def _one_of(environ: Mapping[str, str], name: str, known: tuple[str, ...]) -> str:
    value = environ.get(name) or known[0]
    if value not in known:
        raise ConfigError(f"{name} must be one of {', '.join(known)}, not {value!r}")
    return value


def _devices(environ: Mapping[str, str]) -> tuple[str, ...]:
    name = f"{PREFIX}DEVICES"
    devices = tuple(part.strip() for part in (environ.get(name) or "cpu").split(","))
    if not all(_DEVICE.fullmatch(device) for device in devices):
        raise ConfigError(f"{name} is a list such as cpu,cpu or cuda:0, not {environ[name]!r}")
    if len(devices) > MOST_DEVICES:
        raise ConfigError(f"{name} names more than {MOST_DEVICES} devices")
    return devices


def _listen_on(text: str) -> tuple[str, int] | None:
    """``host:port``; without a host the loopback: the page asks nobody for a password."""
    if not text:
        return None
    host, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdecimal() and 1 <= int(port) <= 65535):
        raise ConfigError(f"{PREFIX}METRICS must be host:port, such as 127.0.0.1:9464")
    return host.strip("[]") or LOOPBACK, int(port)


def _trust(environ: Mapping[str, str]) -> Trust:
    """Checked here, at the start; capture processes take it from the same environment."""
    _one_of(environ, TLS_VERIFY, ("1", "0"))
    trust = Trust.of(environ)
    try:
        trust.context()
    except OSError as error:  # ssl.SSLError is one
        problem = error.strerror or "holds no certificate in PEM"
        raise ConfigError(f"{CA_FILE}: {trust.ca_file}: {problem}") from error
    return trust


def _web_url(url: str) -> str:
    if url and urlsplit(url).scheme not in ("http", "https"):
        raise ConfigError("ANQI_WEB_URL must start with http:// or https://")
    return url.rstrip("/")


def _host_name() -> str:
    """The name of the machine as a token of the contract."""
    name = "".join(c if c.isalnum() and c.isascii() else "-" for c in socket.gethostname())
    return name.strip("-")[:64] or "node"
