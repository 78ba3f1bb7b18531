"""The scheduler's part of changes of many enterprises."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db, transaction
from supervision.core.errors import DomainError, Forbidden
from supervision.core.permissions import Permission
from supervision.enterprise.assigning import service
from supervision.slices import slices

log = logging.getLogger("supervision.enterprise.assigning")


def work(now: datetime, *, silent: timedelta = service.SILENT) -> int:
    """Do what waits, batch by batch; returns how many enterprises were dealt with."""
    total = 0
    while True:
        with transaction():
            change = service.take(now, silent=silent)
            taken = None
            if change is not None:
                taken = change.id, change.holder, change.asked_by_id, list(change.enterprise_ids)
        if taken is None:
            return total
        bulk_id, holder, asked_by_id, ids = taken
        try:
            total += _all(bulk_id, holder, _actor(asked_by_id), ids)
        except DomainError as error:
            _fail(bulk_id, holder, error.message % error.params, again=False)
        except Exception as error:
            log.exception("bulk change %s failed", bulk_id)
            _fail(bulk_id, holder, f"{type(error).__name__}: {error}", again=True)
        now = clock.now()


def _all(bulk_id: int, holder: str, actor: Actor, ids: list[int]) -> int:
    done = 0
    while True:
        with transaction():
            change = service.held(bulk_id, holder)
            if change is None:
                return done
            before = change.cursor
            service.step(change, actor, ids)
            done += change.cursor - before


def _actor(account_id: int) -> Actor:
    """Whom it acts as: with the rights of now."""
    for manifest in slices():
        if manifest.actor_of is not None:
            found = manifest.actor_of(account_id)
            if found is not None and found.may(Permission.ENTERPRISE_ASSIGN):
                return found
    raise Forbidden


def _fail(bulk_id: int, holder: str, message: str, *, again: bool) -> None:
    db.session.rollback()
    with transaction():
        change = service.held(bulk_id, holder)
        if change is not None:
            service.fail(change, message, again=again)
