"""What the scheduler does: rounds are made, those that were missed are noted.

Many short transactions: the web goes on writing between two of them.
"""

from __future__ import annotations

import logging
import time
from datetime import date, datetime

from supervision.account import service as accounts
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db, transaction
from supervision.core.errors import DomainError, Forbidden
from supervision.core.permissions import Permission
from supervision.selfcheck import assigning, making, missing, taking_back

log = logging.getLogger("supervision.selfcheck")

# SQLite lets whoever waits for its lock look again every 100 ms.
_TURN_SECONDS = 0.11


def make_rounds(now: datetime) -> int:
    """Every round whose period holds this day and that is not there; returns how many were made."""
    day, total, last = clock.day_of(now), 0, 0
    while (stretch := making.stretch_after(last)) is not None:
        last = stretch[1]
        if not making.lacks(*stretch, day):
            continue
        if total:
            _give_turn()
        with transaction():
            total += making.make_between(*stretch, day)
    return total


def _give_turn() -> None:
    """Let somebody else write; on PostgreSQL nobody waits."""
    if db.engine.dialect.name == "sqlite":
        db.session.rollback()
        time.sleep(_TURN_SECONDS)


def note_missed(now: datetime) -> int:
    """Returns how many rounds were noted and how many zero reports overtaken, together."""
    noted = sum(_note(officer_id, now) for officer_id in missing.officers(now))
    return noted + sum(_overtake(day, now) for day in missing.days_back(now))


def _note(officer_id: int | None, now: datetime) -> int:
    """An officer's enterprises in few transactions, so that one notice tells of many."""
    total = 0
    while True:
        with transaction():
            found = missing.note(officer_id, now)
        total += found
        if found < missing.MOST:
            return total
        _give_turn()


def _overtake(day: date, now: datetime) -> int:
    if not missing.is_overtaken(day):
        return 0
    with transaction():
        return missing.overtake(day, now)


def assign(_now: datetime) -> int:
    """Set the lists that somebody asked for; returns how many enterprises were dealt with."""
    total = 0
    for assignment_id, asked_by_id in assigning.waiting():
        try:
            total += _assign(assignment_id, _actor(asked_by_id))
        except DomainError as error:
            _fail(assignment_id, error.message % error.params, again=False)
        except Exception as error:
            log.exception("list %s could not be set", assignment_id)
            _fail(assignment_id, f"{type(error).__name__}: {error}", again=True)
    return total


def _assign(assignment_id: int, actor: Actor) -> int:
    done = 0
    while True:
        with transaction():
            found = assigning.held(assignment_id)
            if found is None:
                return done
            verb = assigning.step if found.undo_of_id is None else taking_back.step
            done += verb(found, actor)
        _give_turn()


def _actor(account_id: int) -> Actor:
    """As whom it acts: with the rights of now."""
    found = accounts.actor_of(account_id)
    if found is None or not found.may(Permission.SELFCHECK_TEMPLATE):
        raise Forbidden
    return found


def _fail(assignment_id: int, message: str, *, again: bool) -> None:
    db.session.rollback()
    with transaction():
        found = assigning.held(assignment_id)
        if found is not None:
            assigning.fail(found, message, again=again)
