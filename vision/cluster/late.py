"""What groups left behind that run elsewhere now: their messages and evidence are still delivered.

A machine that died in the middle of an episode comes back with an outbox. The episode is somebody
else's by now; what was told of it here carries its own lease, and the web knows which word counts.
"""

from __future__ import annotations

import fcntl
import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from vision.cluster.child import WANTED
from vision.contract import ModelRef
from vision.keeper import Identity, Keeper
from vision.outbox import Outbox
from vision.publisher import Publisher
from vision.web import WebClient

log = logging.getLogger(__name__)
LOOK_EVERY_S = 5.0
TURN_S = 20.0  # of one directory, then it is the next one's
KEEP_S = 86_400.0  # an emptied directory, in case that its group comes back to its cameras' rings
NOBODY = ModelRef("", "", "0" * 64)  # nothing is opened here


def deliver_all(directory: Path, client: Callable[[], WebClient], stop: threading.Event) -> None:
    """Until ``stop``: whatever lies in groups' directories that no group has open."""
    while not stop.wait(LOOK_EVERY_S):
        for folder in sorted(directory.glob("groups/*")):
            if (folder / "outbox.db").exists() and not stop.is_set():
                try:
                    deliver(folder, client, stop)
                except Exception:
                    log.exception("what %s holds cannot be delivered now", folder.name)


def deliver(folder: Path, client: Callable[[], WebClient], stop: threading.Event) -> None:
    """One group's; given up at once where the group starts here again."""
    with _taken(folder) as is_ours:
        if not is_ours:
            return
        outbox = Outbox(folder / "outbox.db")
        try:
            _empty(folder, outbox, client, stop)
            is_over = not outbox.queue_length() and not outbox.due_events()
        finally:
            outbox.close()
        if is_over and time.time() - (folder / "outbox.db").stat().st_mtime > KEEP_S:
            shutil.rmtree(folder)
            log.info("group %s is gone from here", folder.name)


def _empty(
    folder: Path, outbox: Outbox, client: Callable[[], WebClient], stop: threading.Event
) -> None:
    if not outbox.queue_length() and not outbox.due_events():
        return
    log.info("group %s left %d messages here", folder.name, outbox.queue_length())
    keeper, web = Keeper(outbox, folder, Identity("", NOBODY)), client()
    keeper.secure_due(time.time())
    # Nothing is added to it any more: no company comes.
    publisher, until = Publisher(outbox, web, linger_s=0.0), time.monotonic() + TURN_S
    try:
        while not (stop.is_set() or (folder / WANTED).exists() or time.monotonic() > until):
            keeper.make_due(time.time())
            wait = publisher.step()
            if not outbox.queue_length() and not outbox.due_events():
                return
            stop.wait(min(wait, 0.5))
    finally:
        keeper.finish(5.0)
        web.close()


@contextmanager
def _taken(folder: Path) -> Iterator[bool]:
    """The lock that a worker holds on its directory."""
    if (folder / WANTED).exists():
        yield False
        return
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
