"""Ray on this machine: how it is started, watched and spoken to.

Every machine shares one token (``RAY_AUTH_MODE=token``): without it nobody may run anything here.
Ray encrypts nothing and listens on every address of the machine, so its ports belong behind a
firewall that lets the cluster's machines through and nobody else.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import vision
from vision.cluster import board
from vision.cluster.group import CAMERAS, GPU, KEY, MACHINE, RUNS, SITE
from vision.config import ConfigError, VisionSettings
from vision.parent import die_with_parent

OBJECT_STORE_BYTES = 80_000_000  # nothing of ours passes through it; Ray wants this much
NEEDS = 'Ray is not installed: pip install "anqi[cluster]"'
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
# A machine is given up after three unanswered calls; cameras are to be back within 15 seconds.
_HEALTH = {
    "RAY_health_check_initial_delay_ms": "3000",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "1000",
    "RAY_health_check_failure_threshold": "3",
}
_OURS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_AUTH_MODE": "token",
    # Without the head, groups run on: a day to put it right.
    "RAY_gcs_rpc_server_reconnect_timeout_s": "86400",
    # What a group may see of GPUs is the settings' business, not Ray's.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    # Groups have left already, or have nowhere to go.
    "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S": "0",
    # What groups say is in its files: for each of them so many bytes, so many times.
    "RAY_ROTATION_MAX_BYTES": "20000000",
    "RAY_ROTATION_BACKUP_COUNT": "4",
}
KEEP_LOGS_S = 7 * 86_400.0
MOST_SOCKET_PATH = 107  # bytes, of the kernel
SESSION_AND_SOCKET = 66  # what Ray adds to its folder's path


@dataclass(frozen=True, slots=True)
class Here:
    """A machine as it joins. ``address``: the head's, ``host:port``; ``ip``: its own."""

    address: str
    ip: str
    name: str
    key: str
    site: str = ""
    cameras: int = 64
    has_gpu: bool = False
    is_head: bool = False

    def labels(self) -> str:
        """As ``ray start --labels`` takes them; raises :class:`ConfigError` where it would not."""
        found = {MACHINE: self.name, SITE: self.site, CAMERAS: str(self.cameras), KEY: self.key}
        found |= {GPU: "yes" if self.has_gpu else "", RUNS: "yes" if self.cameras else ""}
        for name, value in found.items():
            if value and not _LABEL.fullmatch(value):
                raise ConfigError(f"{name}: letters, digits, dots and dashes only, not {value!r}")
        return ",".join(f"{name}={value}" for name, value in found.items() if value)


def need_ray() -> None:
    """Raises :class:`ConfigError` where Ray is not installed."""
    from importlib.util import find_spec

    if find_spec("ray") is None:
        raise ConfigError(NEEDS)


def token_file(path: Path, *, may_make: bool) -> Path:
    """The cluster's token, made where the head starts for the first time; for its owner only."""
    if not path.exists():
        if not may_make:
            raise ConfigError(f"{path}: no such file; copy the head's token there, mode 600")
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_hex(32))
    if path.stat().st_mode & 0o077:
        raise ConfigError(f"{path}: others may read it; chmod 600 {path}")
    return path.resolve()


def environment(token: Path) -> dict[str, str]:
    """What Ray must know from the first moment, in this process and in all that it starts."""
    code = str(Path(vision.__file__).resolve().parent.parent)
    paths = [code, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    told = _HEALTH | _OURS | {"RAY_AUTH_TOKEN_PATH": str(token)}
    return told | {"PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}


def start(
    here: Here, settings: VisionSettings, environ: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Ray's own processes, in the foreground below this one; it ends when they do."""
    folder = settings.directory.resolve() / "ray"
    if len(os.fsencode(folder)) > MOST_SOCKET_PATH - SESSION_AND_SOCKET:
        raise ConfigError(
            f"{folder}: too long for the sockets of Ray; choose a shorter ANQI_VISION_DIR"
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sweep(folder)
    port = here.address.rpartition(":")[2]
    where = ["--head", "--port", port] if here.is_head else ["--address", here.address]
    words = [
        *where,
        "--block",
        *("--node-ip-address", here.ip),
        *("--num-cpus", "1"),
        *("--object-store-memory", str(OBJECT_STORE_BYTES)),
        *("--temp-dir", str(folder)),
        *("--labels", here.labels()),
        *("--include-log-monitor", "false"),
        "--disable-usage-stats",
    ]
    if here.is_head:
        words += ["--include-dashboard", "false"]
    return subprocess.Popen(
        [sys.executable, "-m", "ray.scripts.scripts", "start", *words],
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        # Ended, not killed: then it takes its own processes with it.
        preexec_fn=partial(die_with_parent, signal.SIGTERM),  # noqa: PLW1509 - no thread yet
    )


def _sweep(folder: Path) -> None:
    """Ray keeps the logs of every start for ever; a week is enough."""
    for session in folder.glob("session_2*"):
        with suppress(OSError):
            if time.time() - session.stat().st_mtime > KEEP_LOGS_S:
                shutil.rmtree(session)


@contextmanager
def connected(address: str, environ: Mapping[str, str]) -> Iterator[None]:
    """Speak to the cluster; raises :class:`ConfigError` where that is not to be."""
    os.environ.update(environ)
    import ray

    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        ray.init(
            address=address,
            namespace=board.NAMESPACE,
            log_to_driver=False,
            configure_logging=False,
        )
    except Exception as error:
        raise ConfigError(f"{address}: no cluster that takes this token answers there") from error
    finally:
        _restore(handlers)  # Ray would have the process end here and now
    try:
        yield
    finally:
        ray.shutdown()
        _restore(handlers)


def _restore(handlers: Mapping[signal.Signals, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)


def node_of(here: Here) -> str:
    """Ray's name for this machine's present start; empty while it is not there. While connected."""
    import ray

    mine = (n for n in ray.nodes() if n["Alive"] and n["Labels"].get(KEY) == here.key)
    return next((str(node["NodeID"]) for node in mine), "")


def remember(settings: VisionSettings, here: Here, token: Path) -> None:
    """For ``status`` and ``stop`` on this machine."""
    told = {"address": here.address, "token": str(token)}
    path = settings.directory / "cluster" / "here.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told))


def remembered(settings: VisionSettings) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(
            (settings.directory / "cluster" / "here.json").read_text()
        )
    except (OSError, ValueError):
        raise ConfigError(f"no cluster was started or joined in {settings.directory}") from None
    return found
