"""Making the exports that people asked for."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from flask import Flask, current_app, g
from flask_babel import force_locale

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db, transaction
from supervision.core.errors import DomainError, Forbidden
from supervision.core.export import jobs, lists
from supervision.core.export.jobs import ExportJob
from supervision.core.export.lists import FileKind, ListExport
from supervision.core.text import N_
from supervision.slices import slices

EXPIRE_BATCH = 100
_REPORT_SECONDS = 1.0

log = logging.getLogger("supervision.exports")


class _Stopped(Exception):
    """Cancelled, or taken over by another maker."""


def spec_of(name: str) -> ListExport | None:
    """The list of that name, of whichever slice."""
    for manifest in slices():
        for spec in manifest.exports:
            if spec.name == name:
                return spec
    return None


def make_queued(now: datetime, *, silent: timedelta = jobs.SILENT) -> int:
    """Make what waits, one file after the other; returns how many."""
    done = 0
    while True:
        with transaction():
            job = jobs.take(now, silent=silent)
            taken = None if job is None else (job.id, job.holder)
        if taken is None:
            return done
        done += _make_one(*taken)
        now = clock.now()


def expire(now: datetime) -> int:
    """Files that were kept long enough."""
    total = 0
    while True:
        with transaction():
            count = jobs.expire(now, EXPIRE_BATCH)
        total += count
        if count < EXPIRE_BATCH:
            return total


def _make_one(job_id: int, holder: str) -> int:
    try:
        with transaction():
            job = jobs.held(job_id, holder)
            if job is None:
                return 0
            spec, actor = _asked(job)
            as_asked = (job.query, job.language, job.kind)
        _make((job_id, holder), spec, actor, as_asked)
    except _Stopped:
        db.session.rollback()
        return 0
    except DomainError as error:
        _fail(job_id, holder, error.message % error.params, again=False)
        return 0
    except Exception as error:
        log.exception("export %s failed", job_id)
        _fail(job_id, holder, f"{type(error).__name__}: {error}", again=True)
        return 0
    return 1


def _asked(job: ExportJob) -> tuple[ListExport, Actor]:
    """The list and its asker, with the rights of now. Raises Forbidden where they are gone."""
    spec = spec_of(job.name)
    for manifest in slices():
        if manifest.actor_of is not None and spec is not None:
            actor = manifest.actor_of(job.asked_by_id)
            if actor is not None and actor.may(spec.permission):
                return spec, actor
    raise Forbidden(N_("The list is not open to this person any more."))


def _make(
    mine: tuple[int, str], spec: ListExport, actor: Actor, as_asked: tuple[str, str, FileKind]
) -> None:
    query, language, kind = as_asked
    with _page_of(query, actor), force_locale(language):
        total = lists.count(spec)
        kind = lists.fitting(kind, total)
        made = lists.render(spec, kind, each=_counter(*mine, total))
        name = lists.filename(spec, kind)
    db.session.rollback()
    with transaction():
        job = jobs.held(*mine)
        if job is None:
            raise _Stopped
        job.kind, job.total = kind, total
        jobs.keep(job, jobs.store(actor, made, name, lists.MEDIA_TYPES[kind]))


@contextmanager
def _page_of(query: str, actor: Actor) -> Iterator[None]:
    """As if the page itself were asked: its filters are read from the address, as the page does.

    The file then cannot differ from what its asker saw narrowed on the screen.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    # A context of its own, and with it a session of its own for the long read.
    with app.app_context(), app.test_request_context(f"/?{query}"):
        g.actor = actor
        yield


def _counter(job_id: int, holder: str, total: int) -> Callable[[], None]:
    """Called for every row; says now and then how far it is, and stops where it was cancelled."""
    done, said = 0, 0.0

    def each() -> None:
        nonlocal done, said
        done += 1
        moment = time.monotonic()
        if moment - said >= _REPORT_SECONDS:
            said = moment
            if not jobs.report(job_id, holder, done=done, total=total):
                raise _Stopped

    return each


def _fail(job_id: int, holder: str, message: str, *, again: bool) -> None:
    db.session.rollback()
    with transaction():
        job = jobs.held(job_id, holder)
        if job is not None:
            jobs.fail(job, message, again=again)
