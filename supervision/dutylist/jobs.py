"""What is done every night: figures of months, and who is told of what is late."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update

from supervision.core import clock, notices
from supervision.core.db import db, transaction
from supervision.core.notices import Audience
from supervision.core.scope import unscoped
from supervision.dutylist import months
from supervision.dutylist.models import EnterpriseDuty, SupervisionDuty
from supervision.enterprise.coverage import LIVING
from supervision.enterprise.models import Enterprise

BATCH = 500
_REASON = "the night's job looks after every list"


def watch(now: datetime) -> int:
    """Refresh figures and tell whose duty is late, once for each period. Idempotent.

    Returns how many late duties were told of.
    """
    today = clock.day_of(now)
    # Yesterday's month too: its last periods have just ended.
    days = {d.replace(day=1): d for d in (today, today - timedelta(days=1))}
    with transaction():
        total = _tell_authorities(today)
        living = _living(0)
    while living:
        with transaction():
            ids = _with_lists(living)
            for day in days.values():
                months.refresh_many(ids, day)
            total += _tell_enterprises(ids, today)
            living = _living(living[-1])
    return total


def _living(after: int) -> Sequence[int]:
    """The next enterprises on the roll."""
    stmt = (
        select(Enterprise.id)
        .where(Enterprise.id > after, Enterprise.roll_status.in_(LIVING))
        .order_by(Enterprise.id)
        .limit(BATCH)
    )
    return db.session.scalars(unscoped(stmt, reason=_REASON)).all()


def _with_lists(enterprise_ids: Collection[int]) -> Sequence[int]:
    """Those of them that have a list; asked apart, so that no planner walks all lists for it."""
    duty = EnterpriseDuty
    stmt = select(duty.enterprise_id).where(
        duty.enterprise_id.in_(enterprise_ids), duty.ends_on.is_(None)
    )
    return sorted(db.session.scalars(unscoped(stmt.distinct(), reason=_REASON)))


def _late(model: Any, today: date) -> tuple[ColumnElement[bool], ...]:
    return (
        model.ends_on.is_(None),
        model.due_on < today,
        or_(model.told_on.is_(None), model.told_on < model.due_on),
    )


def _told(model: Any, wanted: Collection[ColumnElement[bool]]) -> None:
    """Marked past the ORM: whoever has the line open in a form has not become stale by this."""
    stmt = update(model).where(*wanted).values(told_on=model.due_on)
    stmt = stmt.execution_options(synchronize_session=False)
    db.session.execute(unscoped(stmt, reason=_REASON))


def _tell_enterprises(ids: Collection[int], today: date) -> int:
    """One notice for each person, or for each enterprise's people."""
    duty = EnterpriseDuty
    wanted = (duty.enterprise_id.in_(ids), *_late(duty, today))
    whose = duty.enterprise_id, duty.account_id
    stmt = select(*whose, func.count()).where(*wanted).group_by(*whose).order_by(*whose)
    found = db.session.execute(unscoped(stmt, reason=_REASON)).tuples().all()
    for enterprise_id, account_id, count in found:
        link = f"/duties/enterprises/{enterprise_id}?late=1"
        if account_id is None:
            _queue(Audience.ENTERPRISE_PEOPLE, enterprise_id, link, count)
        else:
            _queue(Audience.ACCOUNT, account_id, link, count)
    if found:
        _told(duty, wanted)
    return sum(count for _enterprise, _account, count in found)


def _tell_authorities(today: date) -> int:
    """One notice for each officer; a line that names a post alone is told to nobody."""
    duty = SupervisionDuty
    wanted = _late(duty, today)
    stmt = select(duty.account_id, func.count()).where(*wanted).group_by(duty.account_id)
    found = db.session.execute(unscoped(stmt, reason=_REASON)).tuples().all()
    for account_id, count in found:
        if account_id is not None:
            _queue(Audience.ACCOUNT, account_id, "/duties/supervision?late=1", count)
    _told(duty, wanted)
    return sum(count for _account, count in found)


def _queue(audience: Audience, ident: int, link: str, count: int) -> None:
    notices.queue("dutylist.late", audience, ident, link=link, count=count)
