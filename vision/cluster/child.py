"""A group's worker: an ordinary one in a process and a directory of its own, led by pipe.

``python -m vision cluster group`` is started by :mod:`vision.cluster.group` only. Each line on its
standard input is an order in JSON, ``{"cameras": [...]}``; each on its standard output is the cameras'
health, once a second. It stops when the pipe ends, and dies when its parent does.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

from vision.config import ConfigError, VisionSettings
from vision.contract import Heartbeat, to_json
from vision.supervising import Supervisor
from vision.web import WebClient, WebRefusedError, WebUnavailableError
from vision.worker import Worker

log = logging.getLogger(__name__)
LOCK_S = 45.0  # whoever delivers what this directory still holds lets go within that
WANTED = "wanted"
TELL_S = 1.0


class Share:
    """Which of the node's cameras are this group's; changed by one thread, read by another."""

    def __init__(self) -> None:
        self._ids: frozenset[str] = frozenset()

    def ids(self) -> frozenset[str]:
        return self._ids

    def change(self, ids: Iterable[str]) -> None:
        self._ids = frozenset(ids)


class GroupWorker(Worker):
    """A worker that says which group it is, and where."""

    def __init__(
        self, settings: VisionSettings, *, group: str, machine: str, holder: str, share: Share
    ) -> None:
        # First: the worker's parts ask for their connection while they are made.
        self._group, self._machine = group, machine
        super().__init__(settings, holder=holder, mine=share.ids)

    def heartbeat(self) -> Heartbeat:
        return replace(super().heartbeat(), group=self._group, machine=self._machine)

    def _web(self, on_work: Callable[[], None] = lambda: None) -> WebClient:
        client = super()._web(on_work)
        client.speak_for(self._group)
        return client


def run(settings: VisionSettings, *, group: str, machine: str, holder: str) -> None:
    """Until told to stop. Raises what :class:`vision.worker.Worker` raises."""
    settings = replace(settings, directory=directory_of(settings.directory, group), metrics=None)
    share, stop = Share(), threading.Event()
    # Said on a pipe of its own: whatever else is printed must not be taken for health.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    threading.Thread(target=_heed, args=(sys.stdin, share, stop), daemon=True).start()

    def make() -> GroupWorker:
        return GroupWorker(settings, group=group, machine=machine, holder=holder, share=share)

    worker = _open(make, settings.directory, stop)
    if worker is None:
        return
    threading.Thread(target=_tell, args=(worker, out, stop), daemon=True).start()
    worker.run(stop)
    _say_goodbye(settings, worker)


def directory_of(directory: Path, group: str) -> Path:
    return directory / "groups" / group


def _open(make: Callable[[], GroupWorker], folder: Path, stop: threading.Event) -> Worker | None:
    """The worker, once nobody else has its directory; None where it was stopped before."""
    wanted, until = folder / WANTED, time.monotonic() + LOCK_S
    folder.mkdir(parents=True, exist_ok=True)
    wanted.touch()
    try:
        while not stop.is_set():
            try:
                return make()
            except ConfigError:
                if time.monotonic() > until:
                    raise
                stop.wait(0.2)
    finally:
        wanted.unlink(missing_ok=True)
    return None


def _heed(orders: IO[str], share: Share, stop: threading.Event) -> None:
    for line in orders:
        share.change(json.loads(line)["cameras"])
    stop.set()


def _tell(worker: Supervisor, out: IO[str], stop: threading.Event) -> None:
    while not stop.wait(TELL_S):
        try:
            print(json.dumps([to_json(one) for one in worker.health()]), file=out, flush=True)
        except OSError:
            return  # the orders end as well


def _say_goodbye(settings: VisionSettings, worker: Worker) -> None:
    """A last word without cameras: nobody is to miss this group."""
    client = WebClient(settings.web_url, settings.node_token, read_s=5.0)
    with suppress(WebUnavailableError, WebRefusedError):
        client.heartbeat(replace(worker.heartbeat(), cameras=()))
    client.close()
