"""The watch over nodes, what policies decide, what is no longer kept."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial

from supervision.core import attachments
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict
from supervision.core.outbound import SendError
from supervision.core.web.state import settings
from supervision.video import (
    clips,
    copies,
    equipment,
    groups,
    leases,
    live,
    platform_import,
    policies,
    queries,
    removal,
    replays,
    retention,
    room,
    searching,
    thumbnails,
)
from supervision.video.policy import Mode

BATCH = 100

log = logging.getLogger(__name__)


def watch_nodes(now: datetime) -> int:
    """Tell the administrators of nodes that fell silent; returns how many were told of."""
    total = 0
    while True:
        with transaction():
            nodes = queries.newly_silent(now, settings().node_silent_seconds, BATCH)
            for node in nodes:
                equipment.tell_of_silence(node, SYSTEM)
        total += len(nodes)
        if len(nodes) < BATCH:
            return total + _watch_groups(now)


def _watch_groups(now: datetime) -> int:
    """The same of a cluster's groups; those that nothing is left of are dropped."""
    total, silent = 0, settings().node_silent_seconds
    while True:
        with transaction():
            silent_groups = groups.newly_silent(now, silent, BATCH)
            for group in silent_groups:
                groups.tell_of_silence(group, SYSTEM)
            if len(silent_groups) < BATCH:
                groups.forget_gone(now, silent)
        total += len(silent_groups)
        if len(silent_groups) < BATCH:
            return total


def ask_platforms(now: datetime) -> int:
    """Do what platforms of GB/T 28181 are asked for; returns how many tasks came to an end.

    Broken off, or out of time, the next run goes on where it stood.
    """
    until, ended = time.monotonic() + platform_import.LONGEST_S, 0
    for platform_id in platform_import.waiting(now):
        with transaction():
            task = platform_import.begin(platform_id)
        ended += _asked(task, until) if task is not None else 0
    return ended


def _asked(task: platform_import.Task, until: float) -> int:
    try:
        for keep in platform_import.steps(task, until):
            with transaction():
                keep()
    except platform_import.StoppedError:
        return 0
    except SendError as error:
        problem = error
    except Exception:
        log.exception("platform %s could not be asked", task.platform_id)
        problem = SendError("broken_off")
    else:
        return 1
    with transaction():
        return platform_import.failed(task, problem)


def forget_live(now: datetime) -> int:
    """Live pictures are for the moment: none is kept for longer than it is shown."""
    with transaction():
        return live.forget_old(now)


def forget_trials(now: datetime) -> int:
    """What was tried on stored clips is of no use to anybody after a month."""
    return _all(replays.forget_old, replays.BATCH, now)


def forget_terms(now: datetime) -> int:
    """Which machine had a camera when is asked for while late messages may still come."""
    return _all(leases.forget_old_terms, leases.FORGOTTEN_AT_ONCE, now)


def forget_searches(now: datetime) -> int:
    """Searches for cameras: passwords of a day ago, and all of them after a month."""
    return _all(searching.forget_old, searching.BATCH, now)


def decide_waiting(now: datetime) -> int:
    """What policies decide; returns how many violations were.

    Asked again it finds nothing: what was decided waits no more. A violation that fails is passed
    over and stays for a person.
    """
    with transaction():
        modes = policies.modes_now(now)
    after, total = 0, 0
    while modes and (found := policies.waiting(modes, now, after)):
        db.session.rollback()
        for violation_id, mode in found:
            total += mode is not Mode.HOLD and _decided(violation_id, mode)
        after = found[-1][0]
    return total


def _decided(violation_id: int, mode: Mode) -> bool:
    try:
        with transaction():
            return policies.confirm_by_system(violation_id, mode) is not None
    except Conflict:
        return False  # a person was faster
    except Exception:
        log.exception("violation %s could not be decided by its policy", violation_id)
        return False


def watch_storage(now: datetime) -> int:
    """Write something small where files lie; returns 1 when somebody was told of a change."""
    why = ""
    try:
        attachments.storage().check()
    except OSError as error:
        why = str(error) or type(error).__name__
    with transaction():
        return int(room.follow_storage(why, now))


def make_room(now: datetime) -> int:
    """Count, remove evidence that may go where room is tight, and tell; returns files removed."""
    _each(removal.sweep)  # of a run that was killed
    with transaction():
        left = room.count(now)
    files = 0
    for status, why in room.ORDER if left.is_tight else ():
        after: room.After = None
        while not left.is_easy:
            with transaction():
                done = room.evict(left, status, why, after)
            _each(removal.sweep)
            left, after = room.looked_at_again(done.room), done.last
            files += done.files
            if after is None:
                break
    with transaction():
        if files:
            room.count(now)
        room.follow(left, now)
    return files


def expire(now: datetime) -> int:
    """Remove evidence whose time is over; killed and begun again, it goes on."""
    files = sum(_each(partial(retention.remove_ended, kind)) for kind in retention.ended(now))
    _each(removal.sweep)
    return files


def make_thumbnails(_now: datetime) -> int:
    """Small pictures for snapshots that have none yet."""
    return _each(thumbnails.make_missing)


def _each(work: Callable[[int], tuple[int, int | None]]) -> int:
    """Go on from where each batch ended, a transaction for each; returns the sum."""
    total, after = 0, 0
    while True:
        with transaction():
            count, last = work(after)
        total += count
        if last is None:
            return total
        after = last


def forget_copies(now: datetime) -> int:
    """Copies of evidence are kept for a week, clips that a slice asked for and let go for a month."""
    return _all(copies.forget_old, copies.BATCH, now) + _all(clips.forget_old, clips.BATCH, now)


def _all(work: Callable[[datetime], int], most: int, now: datetime) -> int:
    """Until less than ``most`` are found, a transaction for each batch; returns the sum."""
    total = 0
    while True:
        with transaction():
            gone = work(now)
        total += gone
        if gone < most:
            return total
