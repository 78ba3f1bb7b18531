"""The processes of the demonstration: started together, ended together, no orphan left.

Each is the leader of a group of its own, so that its own children end with it. On Linux the
kernel ends it when the runner dies without having had the chance (SIGKILL).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

GRACE_SECONDS = 10.0
LOG_TAIL = 12
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Ended:
    """A child that is no longer there."""

    name: str
    status: int
    log: Path

    def tail(self) -> str:
        """The last lines that it wrote."""
        with contextlib.suppress(OSError):
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
            return "\n".join(lines[-LOG_TAIL:])
        return ""


class Children:
    """Start with :meth:`start`, look with :meth:`ended`, end with :meth:`stop`."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: Sequence[str], environ: Mapping[str, str]) -> None:
        """Start ``command``; what it writes goes to ``<name>.log``, which begins anew."""
        self.logs.mkdir(parents=True, exist_ok=True)
        runner = os.getpid()
        with self.log_of(name).open("wb") as log:
            self._running[name] = subprocess.Popen(
                list(command),
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: _die_with(runner),  # noqa: PLW1509 - no thread runs yet
            )

    def log_of(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def ended(self) -> Ended | None:
        """The first child found to have ended, or None."""
        for name, process in self._running.items():
            status = process.poll()
            if status is not None:
                return Ended(name, status, self.log_of(name))
        return None

    def stop(self) -> None:
        """Ask every group to end, the last one started first; after the grace, make it."""
        running = list(reversed(self._running.values()))
        for process in running:
            _signal(process, signal.SIGTERM)
        until = time.monotonic() + GRACE_SECONDS
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, until - time.monotonic()))
        for process in running:
            # The leader may be gone while a grandchild is not: the group has its name still.
            _signal(process, signal.SIGKILL)
            process.wait()
        self._running.clear()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    # The group's id is the leader's pid, which is ours until it is waited for and its group empty.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _die_with(runner: int) -> None:
    """In the child, before it becomes its command: SIGTERM when the runner dies."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != runner:
        os._exit(1)
