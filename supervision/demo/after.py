"""What the jobs would have done meanwhile: notices delivered, trail sealed, months reported."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func

from supervision.account import service as accounts
from supervision.account.models import Account
from supervision.atlas import jobs as atlas_jobs
from supervision.audit import jobs as audit_jobs
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.notices import Notice
from supervision.core.scope import visible
from supervision.demo import people
from supervision.enterprise.models import Enterprise
from supervision.inbox import jobs as inbox_jobs
from supervision.inbox import service as inbox
from supervision.inbox.models import InboxItem
from supervision.report import jobs as report_jobs
from supervision.report import queries as reports
from supervision.report import service as report_service

UNREAD = timedelta(days=2)
MONTHS = 5
REGIONS = (people.CITY, people.DISTRICT, people.OTHER_DISTRICT)


def finish(now: datetime) -> Iterator[str]:
    """Run the jobs; each is idempotent, so a second run tells of nothing."""
    if delivered := inbox_jobs.deliver(now):
        _read_older(now - UNREAD)
        yield f"{delivered} notices delivered"
    if made := _report_months(now):
        inbox_jobs.deliver(now)
        yield f"{made} monthly packages made"
    if placed := atlas_jobs.keep_points(now):
        yield f"{placed} places on the map"
    if sealed := audit_jobs.seal(now):
        yield f"{sealed} entries of the audit trail sealed"


def _read_older(before: datetime) -> None:
    """Everybody has read what is older than two days."""
    stmt = db.select(func.max(Notice.id)).where(Notice.created_at < before)
    last = db.session.scalar(stmt)
    if last is None:
        return
    db.session.rollback()
    with transaction():
        for account in db.session.scalars(visible(Account, SYSTEM)).all():
            actor = accounts.to_actor(account)
            item = visible(InboxItem, actor, func.max(InboxItem.id))
            reached = db.session.scalar(item.where(InboxItem.notice_id <= last))
            if reached is not None:
                inbox.mark_all_read(actor, reached)


def _report_months(now: datetime) -> int:
    """The finished months' packages that are missing: five for each region, one for each plant."""
    first = clock.day_of(now).replace(day=1)
    for back in range(1, MONTHS + 1):
        last_day = first - timedelta(days=1)
        first = last_day.replace(day=1)
        with transaction():
            subjects = [reports.get_subject(SYSTEM, region=code) for code in REGIONS]
            if back == 1:
                enterprises = db.session.scalars(visible(Enterprise, SYSTEM)).all()
                subjects += [reports.of_enterprise(enterprise) for enterprise in enterprises]
            keys = [subject.key for subject in subjects]
            there = reports.frozen_keys(keys, first.year, first.month)
            for subject in subjects:
                if subject.key not in there:
                    report_service.ask(SYSTEM, subject, first.year, first.month)
    return report_jobs.make_queued(now, limit=200)
