"""Room on the worker's disk: what was sent goes first, then recording stops; what waits never goes.

Judging and telling go on without a recording, and events are told without a clip. Capture
processes see a file in the folder of their rings (:data:`vision.ring.FULL`) at their next segment.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vision.contract import StorageHealth
from vision.leftovers import RING
from vision.outbox import Outbox
from vision.ring import FULL

log = logging.getLogger(__name__)
MB = 1 << 20
# Every file is asked for its size: seldom while there is room for long.
LOOK_S, CALM_LOOK_S = 5.0, 20.0
CALM_USED, CALM_FREE = 0.5, 2.0
# Shares of the quota at which recording stops, and under which it goes on.
NEAR, EASED = 0.9, 0.8
EASED_FREE = 1.25  # of the space that is to stay free, before recording goes on
# What was sent is kept for so long, as far as there is room.
SHORTER_S = (86_400.0, 0.0)


@dataclass(frozen=True, slots=True)
class Limits:
    """In bytes: what the directory may hold (0: anything), and what is to stay free on its disk."""

    most: int = 0
    free: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """In bytes: all that lies in the directory, its rings alone, evidence not sent; the disk's rest."""

    used: int
    ring: int
    waiting: int
    free: int


def is_enough(taken: Taken, limits: Limits, *, records: bool, again: int = 0) -> bool:
    """Whether there is room to record. Pure.

    ``records``: it is recorded just now; else more is asked for, so that it does not flap.
    ``again``: bytes of the rings that have gone since and would come back.
    """
    share, free = (NEAR, 1.0) if records else (EASED, EASED_FREE)
    if limits.most and taken.used + again > share * limits.most:
        return False
    return taken.free - again >= free * limits.free


class Room:
    """Looks by itself in a thread of its own (:meth:`run`); :meth:`health` may be read from others."""

    def __init__(
        self,
        directory: Path,
        outbox: Outbox,
        limits: Limits,
        *,
        free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free,
    ) -> None:
        self._directory, self._outbox, self._limits, self._free = directory, outbox, limits, free
        self._flag = directory / RING / FULL
        self._records = not self._flag.exists()
        self._ring = 0
        self._taken = Taken(0, 0, 0, 0)

    @property
    def taken(self) -> Taken:
        """As it was when it was last looked at."""
        return self._taken

    @property
    def records(self) -> bool:
        return self._records

    def health(self) -> StorageHealth:
        taken = self._taken
        return StorageHealth(
            taken.free // MB, taken.used // MB, taken.waiting // MB, recording=self._records
        )

    def run(self, stop: threading.Event) -> None:
        while not stop.wait(self._pace_s()):
            self.look()

    def _pace_s(self) -> float:
        taken, limits = self._taken, self._limits
        calm = not limits.most or taken.used < CALM_USED * limits.most
        return CALM_LOOK_S if calm and taken.free > CALM_FREE * limits.free else LOOK_S

    def look(self, now: float | None = None) -> None:
        """Measure, make room, and let recording stop or go on. ``now``: UTC seconds."""
        try:
            self._look(time.time() if now is None else now)
        except (OSError, sqlite3.Error):
            log.exception("the disk could not be looked at")

    def _look(self, now: float) -> None:
        self._taken = self._measure()
        if not self._is_enough():
            self._forget(now)
        enough = self._is_enough()
        if enough != self._records:
            self._tell(enough)
        self._records = enough
        if enough:
            self._ring = self._taken.ring
            self._flag.unlink(missing_ok=True)
        else:
            with suppress(OSError):  # a disk that takes no new name takes no segment either
                self._flag.parent.mkdir(parents=True, exist_ok=True)
                self._flag.touch()

    def _is_enough(self) -> bool:
        again = 0 if self._records else max(0, self._ring - self._taken.ring)
        return is_enough(self._taken, self._limits, records=self._records, again=again)

    def _forget(self, now: float) -> None:
        """Drop what the web has, the oldest first."""
        for keep_s in SHORTER_S:
            with suppress(sqlite3.OperationalError):  # a disk that is full already
                paths = self._outbox.forget_sent(now, keep_s)
                for path in paths:
                    path.unlink(missing_ok=True)
                if paths:
                    self._taken = self._measure()
            if self._is_enough():
                return

    def _tell(self, enough: bool) -> None:
        taken = self._taken
        figures = (
            taken.used // MB,
            taken.ring // MB,
            taken.waiting // MB,
            taken.free // MB,
        )
        if enough:
            log.warning("recording goes on: %d MB used (video %d, not sent %d), %d free", *figures)
        else:
            log.error(
                "recording stops, the disk has no room: %d MB used (video %d, not sent %d), %d free;"
                " events are told without pictures",
                *figures,
            )

    def _measure(self) -> Taken:
        used = ring = waiting = 0
        rings = f"{self._directory / RING}{os.sep}"
        unsent = self._outbox.unsent_files()
        seen: set[int] = set()  # a segment that was put aside is there under two names
        for entry, status in _files(self._directory):
            if status.st_nlink > 1:
                if status.st_ino in seen:
                    continue
                seen.add(status.st_ino)
            elif entry.path.startswith(rings):
                ring += status.st_size
            used += status.st_size
            if entry.name in unsent:
                waiting += status.st_size
        return Taken(used, ring, waiting, self._free(self._directory))


def _files(folder: Path | str) -> Iterator[tuple[os.DirEntry[str], os.stat_result]]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return  # a folder that has just gone
    for entry in entries:
        with suppress(OSError):
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path)
            elif entry.is_file(follow_symlinks=False):
                yield entry, entry.stat(follow_symlinks=False)
