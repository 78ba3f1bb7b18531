"""Making packages: the month's round that fills the queue, and the maker that empties it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import NotFound
from supervision.core.export.checks import UnreconciledError
from supervision.core.web.state import settings
from supervision.report import queries, service, sources
from supervision.report.bundle import make_files
from supervision.report.contents import Subject, compose
from supervision.report.heading import Imprint
from supervision.report.models import Problem
from supervision.report.rules import Period, ReconciliationError, month_bounds

BATCH = 200
# One run of the maker; the next one follows in seconds, so that a stop is not kept waiting.
MOST_AT_ONCE = 20

log = logging.getLogger("supervision.report")


def queue_month(now: datetime) -> int:
    """Ask for last month's package of every region and enterprise that has none yet.

    Batch by batch, each its own transaction. Running it again asks for nothing twice; it runs
    on the first three days of a month, so that a day without a scheduler is made up for.
    """
    last = clock.day_of(now).replace(day=1) - timedelta(days=1)
    total = _queue(
        [queries.of_region(region) for region in queries.regions_with_enterprises()], last
    )
    last_id = 0
    _start, end = month_bounds(last.year, last.month)
    while batch := queries.enterprises_after(last_id, end, BATCH):
        last_id = batch[-1].id
        total += _queue([queries.of_enterprise(enterprise) for enterprise in batch], last)
    return total


def _queue(subjects: Sequence[Subject], day: date) -> int:
    total = 0
    for start in range(0, len(subjects), BATCH):
        batch = subjects[start : start + BATCH]
        with transaction():
            there = queries.frozen_keys([s.key for s in batch], day.year, day.month)
            wanted = [s for s in batch if s.key not in there]
            for subject in wanted:
                service.ask(SYSTEM, subject, day.year, day.month)
        total += len(wanted)
    return total


def make_queued(now: datetime, limit: int = MOST_AT_ONCE) -> int:
    """Make what is in the queue; one that fails says why and stops nothing."""
    done = 0
    while done < limit:
        with transaction():
            request = service.take(now)
            taken = None if request is None else (request.id, request.subject, request.requested_by)
            month = (0, 0) if request is None else (request.year, request.month)
        if taken is None:
            break
        _make_one(taken[0], taken[1], *month, made_by=taken[2])
        done += 1
    return done


def _make_one(request_id: int, subject: Subject, year: int, month: int, *, made_by: str) -> None:
    try:
        _make(request_id, subject, year, month, made_by)
    except NotFound:
        db.session.rollback()
        log.warning("request %s was finished by somebody else", request_id)
    except (ReconciliationError, UnreconciledError) as error:
        # The data contradict themselves: trying again would not help, a person must look.
        log.exception("package request %s does not reconcile", request_id)
        _fail(request_id, Problem.UNRECONCILED, str(error))
    except Exception as error:
        log.exception("package request %s failed", request_id)
        _fail(request_id, Problem.ERROR, f"{type(error).__name__}: {error}")


def _make(request_id: int, subject: Subject, year: int, month: int, made_by: str) -> None:
    now = clock.now()
    period = Period(year, month, clock.day_of(now))
    contents = compose(subject, period, sources.collect(subject, period))
    imprint = Imprint(
        issuer=settings().authority_name or _("Anqi"),
        made_at=now,
        made_by=_("the system") if made_by == SYSTEM.name else made_by,
        version=service.version_for(subject, period),
    )
    files = make_files(contents, imprint)
    with transaction():
        request = queries.request_being_made(request_id)
        if service.version_for(subject, period) != imprint.version:
            # Another maker was faster; the number printed in the files would be a lie.
            raise RuntimeError("the version was taken meanwhile")
        service.keep(request, contents, now, files)


def _fail(request_id: int, problem: Problem, message: str) -> None:
    db.session.rollback()
    try:
        with transaction():
            service.fail(queries.request_being_made(request_id), problem, message)
    except NotFound:
        log.warning("request %s was finished by somebody else", request_id)
