"""The watch over nodes, one notice for each silence; live pictures and old trials go."""

from __future__ import annotations

from datetime import datetime

from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.core.web.state import settings
from supervision.video import equipment, live, queries, replays

BATCH = 100


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
