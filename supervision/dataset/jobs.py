"""Making the data sets that were asked for, and throwing away those whose time is over."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import IO, Any

from flask import Flask, current_app

from supervision.core import clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.attachments import storage
from supervision.core.db import db, transaction
from supervision.core.errors import DomainError, Forbidden
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.core.web.state import settings
from supervision.dataset import archive, queries, service
from supervision.dataset.models import TrainingSet
from supervision.slices import slices

BATCH = 20
_REPORT_SECONDS = 1.0

log = logging.getLogger("supervision.dataset")


class _Stopped(Exception):
    """Cancelled, or taken over by another maker."""


def make_queued(now: datetime, *, silent: timedelta = service.SILENT) -> int:
    """Make what waits, one after the other; returns how many."""
    done = 0
    while True:
        with transaction():
            row = service.take(now, silent=silent)
            taken = None if row is None else (row.id, row.holder)
        if taken is None:
            return done
        done += _make_one(*taken)
        now = clock.now()


def expire(now: datetime) -> int:
    """Archives that were kept long enough; returns how many were thrown away."""
    total = 0
    while True:
        with transaction():
            found = queries.over(now, BATCH)
            for row in found:
                service.discard(row, SYSTEM)
            count = len(found)
        total += count
        if count < BATCH:
            return total


class _Told:
    """A file to be read, of whose reading somebody hears."""

    def __init__(self, source: IO[bytes], tell: Callable[[], None]) -> None:
        self._source, self._tell = source, tell

    def read(self, size: int = -1) -> bytes:
        self._tell()
        return self._source.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)


def _make_one(set_id: int, holder: str) -> int:
    try:
        _make(set_id, holder)
    except _Stopped:
        db.session.rollback()
        return 0
    except archive.NothingToLearnError as error:
        text = N_("None of the verdicts leaves a picture to learn from. Choose others.")
        _fail(set_id, holder, text, again=False, made=error.made)
        return 0
    except DomainError as error:
        _fail(set_id, holder, error.message % error.params, again=False)
        return 0
    except Exception as error:
        log.exception("data set %s failed", set_id)
        _fail(set_id, holder, f"{type(error).__name__}: {error}", again=True)
        return 0
    return 1


def _make(set_id: int, holder: str) -> None:
    with transaction():
        row = service.held(set_id, holder)
        if row is None:
            raise _Stopped
        actor, order = _asker(row), service.order_of(row)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    with tempfile.TemporaryFile() as out:
        # A context of its own, and with it a session of its own for the long read.
        say = _teller(set_id, holder)
        with app.app_context():
            made = archive.write(out, order, actor, say)
        out.seek(0)
        # Gigabytes: whoever writes to the database meanwhile does not wait for them.
        total = made.counts["pictures"]
        told: Any = _Told(out, lambda: say(total, total))
        stored = storage().put(told, limit=service.LARGEST)
        with transaction():
            row = service.held(set_id, holder)
            if row is None:
                storage().remove(stored.sha256)  # nobody else has these bytes: a secret is in them
                raise _Stopped
            service.keep(row, out, made, settings().dataset_days, stored)


def _asker(row: TrainingSet) -> Actor:
    """Who asked, with the rights of now. Raises Forbidden where they are gone."""
    for manifest in slices():
        if manifest.actor_of is not None:
            actor = manifest.actor_of(row.asked_by_id)
            if actor is not None and actor.everything and actor.may(Permission.MODEL_ADMIN):
                return actor
    raise Forbidden(N_("Whoever asked for it may not do so any more."))


def _teller(set_id: int, holder: str) -> Callable[[int, int], None]:
    """Says now and then how far it is, and stops where it was cancelled."""
    said = 0.0

    def say(done: int, total: int) -> None:
        nonlocal said
        moment = time.monotonic()
        if moment - said >= _REPORT_SECONDS:
            said = moment
            if not service.report(set_id, holder, done=done, total=total):
                raise _Stopped

    return say


def _fail(
    set_id: int, holder: str, message: str, *, again: bool, made: service.Made | None = None
) -> None:
    db.session.rollback()
    with transaction():
        row = service.held(set_id, holder)
        if row is not None:
            service.fail(row, message, again=again, made=made)
