"""Leases of cameras: one of several machines watches each, and stops before another may begin.

A lease is counted from the moment the question was *sent*, on a clock that nobody sets and that
goes on while the machine sleeps. It ends a little early here: the web counts from when it answered.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vision.contract import MAX_LEASES, LeaseAsk, LeaseGrant, OpenEpisode
from vision.web import WebClient, WebRefusedError, WebUnavailableError

log = logging.getLogger(__name__)
ASKS_IN_A_LEASE = 3
RETRY_S = 1.0  # what another has, or could not be asked for, is asked for so often
REFUSED_PROBE_S = 30.0
EARLY_SHARE, EARLY_S = 0.1, 0.3  # of a lease, and at least: we stop so long before it is over


def running_time() -> float:
    """Seconds that also pass while the machine sleeps, where the system counts them."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)


def holder_of(directory: Path, host: str) -> str:
    """The name under which the worker of ``directory`` holds leases, the same after each start.

    Only one worker runs in a directory, so after a crash it need not wait for its own lease to end.
    """
    path = directory / "holder"
    try:
        mark = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        mark = ""
    if not (mark.isascii() and mark.isalnum() and len(mark) <= 20):
        mark = secrets.token_hex(4)
        path.write_text(mark, "ascii")
    return f"{host[:40]}.{mark}"


@dataclass(frozen=True, slots=True)
class Held:
    """``until`` by :func:`running_time`."""

    epoch: int
    until: float


class LeaseKeeper:
    """Asks for leases in a thread of its own; what it knows may be read from any.

    Where ``lease_s`` is 0 the cameras are this worker's alone: each has the epoch 0, for ever.
    """

    def __init__(
        self, web: WebClient, holder: str, *, now: Callable[[], float] = running_time
    ) -> None:
        self._web, self.holder, self._now = web, holder, now
        self._lock = threading.Lock()
        self._node, self._lease_s = "", 0.0
        self._wanted: frozenset[str] = frozenset()
        self._release: set[str] = set()
        self._held: dict[str, Held] = {}
        self._handed: list[OpenEpisode] = []
        self._wake = threading.Event()
        self._is_refused = False

    def follow(self, node: str, wanted: Collection[str], lease_s: float) -> None:
        """Try for just these cameras; those that were held and are not wanted are given back.

        They must have been stopped before.
        """
        with self._lock:
            before = (self._node, self._wanted, self._lease_s)
            self._node, self._lease_s = node, lease_s
            self._wanted = frozenset(wanted) if lease_s else frozenset()
            for camera_id in self._held.keys() - self._wanted:
                del self._held[camera_id]
                self._release.add(camera_id)
            self._release -= self._wanted
            if not lease_s:
                self._release.clear()  # the web knows of no leases here any more
            changed = before != (node, self._wanted, lease_s)
        if changed:
            self._wake.set()

    def epoch(self, camera_id: str) -> int | None:
        """Under which term the camera is ours at this moment; None: it is not, say nothing of it."""
        with self._lock:
            if not self._lease_s:
                return 0
            held = self._held.get(camera_id)
            return held.epoch if held is not None and self._now() < held.until else None

    def news(self) -> tuple[dict[str, int], list[OpenEpisode]]:
        """The epochs of all cameras that are ours at this moment; and what is open of them, once."""
        with self._lock:
            handed, self._handed = self._handed, []
            return self._running(), handed

    def _running(self) -> dict[str, int]:
        now = self._now()
        return {c: held.epoch for c, held in self._held.items() if now < held.until}

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                wait = self.step()
            except Exception:
                # Whatever it was: without an owner nobody watches.
                log.exception("asking for leases failed")
                wait = RETRY_S
            self._wake.wait(wait)
            self._wake.clear()

    def wake(self) -> None:
        """So that :meth:`run` sees at once that it is to stop."""
        self._wake.set()

    def step(self) -> float:
        """Ask once; returns how many seconds to wait before the next time."""
        with self._lock:
            node, lease_s = self._node, self._lease_s
            wanted, release = sorted(self._wanted), sorted(self._release)
        if not wanted and not release:
            return RETRY_S
        refused = False
        try:
            for cameras, given_back in _portions(wanted, release):
                refused |= self._ask(node, cameras, given_back, lease_s)
        except WebRefusedError as error:
            if not self._is_refused:
                log.critical("no leases: %s", error)
            self._is_refused = True
            return REFUSED_PROBE_S
        except WebUnavailableError as error:
            log.warning("no leases: %s", error)
            return min(RETRY_S, lease_s / ASKS_IN_A_LEASE / 2) if lease_s else RETRY_S
        self._is_refused = False
        pace = lease_s / ASKS_IN_A_LEASE if lease_s else RETRY_S
        return min(RETRY_S, pace) if refused else pace

    def give_all_back(self, timeout_s: float = 2.0) -> None:
        """At the end, after everything has been stopped; what does not get through lapses."""
        self.follow(self._node, (), self._lease_s)
        with self._lock:
            release, node = sorted(self._release), self._node
        with suppress(WebRefusedError, WebUnavailableError):
            for _, given_back in _portions([], release):
                ask = LeaseAsk(node, self.holder, release=tuple(given_back))
                self._web.ask_leases(ask, timeout_s)

    def _ask(
        self, node: str, cameras: Sequence[str], given_back: Sequence[str], lease_s: float
    ) -> bool:
        """Whether another has any of ``cameras``."""
        with self._lock:
            held = self._running()
        sent = self._now()
        fresh = tuple(camera_id for camera_id in cameras if camera_id not in held)
        ask = LeaseAsk(node, self.holder, tuple(cameras), tuple(given_back), fresh)
        timeout_s = max(1.0, lease_s / ASKS_IN_A_LEASE) if lease_s else 5.0
        grant = self._web.ask_leases(ask, timeout_s)
        self._take(grant, given_back, sent)
        return bool(grant.refused)

    def _take(self, grant: LeaseGrant, given_back: Sequence[str], sent: float) -> None:
        with self._lock:
            self._release -= set(given_back)
            for camera_id in grant.refused:
                if self._held.pop(camera_id, None) is not None:
                    log.warning("camera %s is another machine's now", camera_id)
            for lease in grant.leases:
                early_s = max(EARLY_S, EARLY_SHARE * lease.seconds)
                if lease.camera_id in self._wanted:
                    held = Held(lease.epoch, sent + lease.seconds - early_s)
                    self._held[lease.camera_id] = held
                else:
                    self._release.add(lease.camera_id)
            ours = self._held.keys()
            self._handed += [one for one in grant.episodes if one.camera_id in ours]


def _portions(
    wanted: Sequence[str], release: Sequence[str]
) -> list[tuple[Sequence[str], Sequence[str]]]:
    """As many questions as the contract's limit makes of them."""
    starts = range(0, max(len(wanted), len(release)), MAX_LEASES)
    return [(wanted[at : at + MAX_LEASES], release[at : at + MAX_LEASES]) for at in starts]
