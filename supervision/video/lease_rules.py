"""Who may watch a camera, and what a machine may still tell of it afterwards. Pure.

The database does in one statement what :func:`decide` says (:mod:`supervision.video.leases`); a test
holds the two against each other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from vision.contract import MAX_LEASE_S

# Web machines whose clocks differ by less never give one camera to two holders.
GUARD = timedelta(seconds=0.5)
# A worker's frames carry its own clock's time: this much is no reason to refuse what it saw.
SLACK = timedelta(seconds=2)
# After a hand-over, how long the new holder may take to see the same subject: as after a restart.
GRACE = timedelta(seconds=30)
# Nobody is away for longer and still goes on with the same thing: leases, and a machine's death.
LONGEST = timedelta(minutes=15)
# So many seconds are offered in the form; the contract allows more.
SHORTEST_S, LONGEST_S = 3, 120


@dataclass(frozen=True, slots=True)
class Term:
    """One holder's time with one camera; ``until`` by our clock."""

    epoch: int
    holder: str
    since: datetime
    until: datetime


def decide(held: Term | None, holder: str, now: datetime, seconds: float) -> Term | None:
    """The term that ``holder`` has after it asked; None: another holds the camera.

    Nobody's time is ever made shorter by asking, and a holder that nobody has followed goes on with
    its own term, even where that had run out. An end that no lease can have is of a clock that was
    set back since: it would keep the next one out long after its holder had died.
    """
    until = now + timedelta(seconds=seconds)
    longest = now + timedelta(seconds=MAX_LEASE_S)
    if held is None:
        return Term(1, holder, now, until)
    if held.holder == holder:
        return replace(held, until=held.until if until <= held.until <= longest else until)
    if now < held.until + GUARD:
        return None
    return Term(held.epoch + 1, holder, now, until)


def release(held: Term, holder: str, now: datetime) -> Term:
    """The holder has stopped: the next one need not wait."""
    mine = held.holder == holder and now < held.until
    return replace(held, until=now) if mine else held


class Telling(StrEnum):
    """What an event may do, by the term under which it was seen."""

    PRESENT = "present"  # of the term that lasts, or of a camera that nobody shares
    LATE = "late"  # of a term that is over, seen while it lasted
    AFTER = "after"  # seen when the camera was another's already
    UNKNOWN = "unknown"  # of a term that this node never had


def telling(
    lease: int, seen_at: datetime, present: int, term: tuple[datetime, datetime | None] | None
) -> Telling:
    """``present`` is the camera's epoch, 0 where it was never shared.

    ``term``: beginning and end of the one that the event names, where this node had it. An event
    of an unshared camera (``lease`` 0) belongs to the time before the first term.
    """
    if lease == present:
        return Telling.PRESENT if lease == 0 or term is not None else Telling.UNKNOWN
    if lease > present or term is None or term[1] is None:
        return Telling.UNKNOWN
    return Telling.LATE if seen_at <= term[1] + SLACK else Telling.AFTER


def goes_on(ended: datetime, begun: datetime, taken_over: datetime) -> bool:
    """Whether what was cut off at ``ended`` may be what the next holder saw from ``begun`` on."""
    return ended - SLACK <= begun <= max(taken_over, ended) + GRACE
