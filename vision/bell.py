"""A bell between processes: capture rings it for a new frame, inference sleeps until it rings.

An event counter of the kernel. Nobody holds it, so a killed process leaves nothing locked; it
never fills, so ringing never waits; and whoever listens burns no cycles meanwhile.
"""

from __future__ import annotations

import os
from contextlib import suppress
from multiprocessing import reduction
from typing import Any


class Bell:
    """May be given to a process that is being started, as an argument, and to no one else."""

    def __init__(self) -> None:
        self._fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def __getstate__(self) -> Any:
        return reduction.DupFd(self._fd)

    def __setstate__(self, state: Any) -> None:
        self._fd = state.detach()

    def fileno(self) -> int:
        return self._fd

    def ring(self) -> None:
        with suppress(BlockingIOError):
            os.eventfd_write(self._fd, 1)

    def hush(self) -> None:
        """Forget all rings so far; look for what they announced after this, not before."""
        with suppress(BlockingIOError):
            os.eventfd_read(self._fd)

    def close(self) -> None:
        with suppress(OSError):
            os.close(self._fd)
