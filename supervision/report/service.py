"""Verbs of packages: ask for one, take the next request, keep what was made, say that it failed.

Services flush; the edge commits. Making itself reads and renders outside any write lock.
"""

from __future__ import annotations

import io
from dataclasses import asdict
from datetime import datetime, timedelta

from supervision.core import attachments, audit, clock, notices
from supervision.core.actor import SYSTEM, Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import InvalidInput
from supervision.core.notices import Audience
from supervision.core.text import N_
from supervision.report import queries
from supervision.report.bundle import MEDIA_TYPES, FileKind, MadeFile
from supervision.report.contents import Contents, Subject, SubjectKind, canonical
from supervision.report.models import MonthlyPackage, PackageRequest, Problem, RequestState
from supervision.report.rules import Period

FIRST_YEAR = 2015
# A maker that says nothing for so long has died; the request goes back into the queue.
SILENT = timedelta(minutes=15)
MOST_ATTEMPTS = 3
_LARGEST_FILE = 512 * 1024 * 1024


def check_month(year: int, month: int) -> None:
    """A month that has begun; raises InvalidInput naming the field ``month``."""
    today = clock.today()
    if not 1 <= month <= 12 or year < FIRST_YEAR:
        raise InvalidInput(N_("There is no such month."), field="month")
    if (year, month) > (today.year, today.month):
        raise InvalidInput(N_("This month has not begun yet."), field="month")


def ask(actor: Actor, subject: Subject, year: int, month: int) -> PackageRequest:
    """Put a package into the queue; an open request for the same one is returned instead.

    ``subject`` comes from :func:`queries.get_subject`, which checked the scope.
    """
    check_month(year, month)
    waiting = queries.open_request(subject, year, month)
    if waiting is not None:
        return waiting
    request = PackageRequest(
        kind=subject.kind,
        enterprise_id=subject.enterprise_id,
        region_code=subject.region_code,
        subject_key=subject.key,
        subject_name=subject.name,
        year=year,
        month=month,
        status=RequestState.QUEUED,
        requested_at=clock.now(),
        requested_by_id=actor.id,
        requested_by=actor.name,
    )
    db.session.add(request)
    audit.record(actor, "report.ask", request, of=subject.key, month=f"{year}-{month:02d}")
    return request


def take(now: datetime) -> PackageRequest | None:
    """The next request, marked as being made; what people asked for goes first."""
    for lost in queries.silent_requests(now - SILENT):
        lost.status = RequestState.QUEUED
    db.session.flush()
    request = queries.next_request()
    if request is None:
        return None
    request.status, request.started_at = RequestState.MAKING, now
    request.attempts += 1
    db.session.flush()
    return request


def keep(
    request: PackageRequest, contents: Contents, made_at: datetime, files: dict[FileKind, MadeFile]
) -> MonthlyPackage:
    """Store the files and the row, and tell who asked. A frozen package is never overwritten."""
    period = contents.figures.period
    stored = {f"{kind}_id": _store(file).id for kind, file in files.items()}
    package = queries.provisional_of(contents.subject, period.year, period.month)
    if package is None:
        package = _blank(request)
        db.session.add(package)
    package.version = version_for(contents.subject, period)
    package.is_provisional = period.is_provisional
    package.as_of = period.as_of
    package.audit_entry_id, package.content_sha256 = contents.audit_id, contents.digest
    package.figures = {
        **canonical(contents.figures),
        "enforcement": asdict(contents.enforcement.figures),
        "holdings": asdict(contents.holdings.figures),
        "selfwork": asdict(contents.selfwork.figures),
    }
    package.by_day = [{**asdict(day), "day": day.day.isoformat()} for day in contents.by_day]
    package.made_at = made_at
    package.made_by_id, package.made_by = request.requested_by_id, request.requested_by
    for column, attachment_id in stored.items():
        setattr(package, column, attachment_id)
    audit.record(
        SYSTEM,
        "report.make",
        package,
        of=contents.subject.key,
        month=f"{period.year}-{period.month:02d}",
        version=package.version,
        data_version=contents.data_version,
        files={kind: file.sha256 for kind, file in files.items()},
    )
    request.status, request.package_id = RequestState.READY, package.id
    request.finished_at, request.problem, request.message = made_at, None, ""
    _tell_ready(request, package)
    return package


def version_for(subject: Subject, period: Period) -> int:
    """0 while the month runs; afterwards the number after the last frozen one."""
    if period.is_provisional:
        return 0
    return queries.last_version(subject, period.year, period.month) + 1


def fail(request: PackageRequest, problem: Problem, message: str) -> None:
    """Note why it was not made. What the machine got wrong is tried again, the data are not."""
    request.problem, request.message = problem, message[:2000] or problem
    if problem is Problem.ERROR and request.attempts < MOST_ATTEMPTS:
        request.status = RequestState.QUEUED
        return
    request.status, request.finished_at = RequestState.FAILED, clock.now()
    audit.record(SYSTEM, "report.fail", request, of=request.subject_key, message=message)
    if request.requested_by_id:
        _tell(request, "report.failed", Audience.ACCOUNT, request.requested_by_id)
    else:
        _tell(request, "report.failed", Audience.ADMINISTRATORS, None)


def _blank(request: PackageRequest) -> MonthlyPackage:
    return MonthlyPackage(
        kind=request.kind,
        enterprise_id=request.enterprise_id,
        region_code=request.region_code,
        subject_key=request.subject_key,
        subject_name=request.subject_name,
        year=request.year,
        month=request.month,
    )


def _store(file: MadeFile) -> Attachment:
    return attachments.store_file(
        SYSTEM, io.BytesIO(file.data), file.name, MEDIA_TYPES[file.kind], limit=_LARGEST_FILE
    )


def _tell_ready(request: PackageRequest, package: MonthlyPackage) -> None:
    """Whoever asked; on the first of the month the enterprise's people."""
    if request.requested_by_id:
        _tell(request, "report.ready", Audience.ACCOUNT, request.requested_by_id)
    elif package.kind is SubjectKind.ENTERPRISE:
        _tell(request, "report.ready", Audience.ENTERPRISE_PEOPLE, package.enterprise_id)


def _tell(request: PackageRequest, kind: str, audience: Audience, audience_id: int | None) -> None:
    notices.queue(
        kind,
        audience,
        audience_id,
        link=f"/reports/requests/{request.id}",
        subject=request.subject_name,
        month=f"{request.year}-{request.month:02d}",
    )
