"""The watch over nodes, what policies decide; live pictures and old trials go."""

from __future__ import annotations

import logging
from datetime import datetime

from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict
from supervision.core.web.state import settings
from supervision.video import equipment, live, policies, queries, replays
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
            return total


def forget_live(now: datetime) -> int:
    """Live pictures are for the moment: none is kept for longer than it is shown."""
    with transaction():
        return live.forget_old(now)


def forget_trials(now: datetime) -> int:
    """What was tried on stored clips is of no use to anybody after a month."""
    total = 0
    while True:
        with transaction():
            gone = replays.forget_old(now)
        total += gone
        if gone < replays.BATCH:
            return total


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
