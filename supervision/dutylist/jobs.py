"""What is done every night: figures of months, and who is told of what is late."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select

from supervision.core import clock, notices
from supervision.core.db import db, transaction
from supervision.core.notices import Audience
from supervision.core.scope import unscoped
from supervision.dutylist import months
from supervision.dutylist.models import EnterpriseDuty, SupervisionDuty

BATCH = 500
_REASON = "the night's job looks after every list"


def watch(now: datetime) -> int:
    """Refresh figures and tell whose duty is late, once for each period. Idempotent."""
    today = clock.day_of(now)
    _count(today)
    return _tell(EnterpriseDuty, today) + _tell(SupervisionDuty, today)


def _count(today: date) -> None:
    """Yesterday's month too: its last periods have just ended."""
    days = {d.replace(day=1): d for d in (today, today - timedelta(days=1))}
    after = 0
    while True:
        with transaction():
            duty = EnterpriseDuty
            stmt = (
                select(duty.enterprise_id)
                .where(duty.enterprise_id > after, duty.ends_on.is_(None))
                .distinct()
                .order_by(duty.enterprise_id)
                .limit(BATCH)
            )
            ids = list(db.session.scalars(unscoped(stmt, reason=_REASON)))
            for day in days.values():
                if ids:
                    months.refresh_many(ids, day)
        if not ids:
            return
        after = ids[-1]


def _tell(model: Any, today: date) -> int:
    """One notice for each person, or for each enterprise's people, of a batch."""
    total = 0
    while True:
        with transaction():
            stmt = (
                select(model)
                .where(model.ends_on.is_(None), model.due_on < today)
                .where(or_(model.told_on.is_(None), model.told_on < model.due_on))
                .order_by(model.due_on, model.id)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            )
            found = db.session.scalars(unscoped(stmt, reason=_REASON)).all()
            for duty in found:
                duty.told_on = duty.due_on
            _queue(Counter(_to(duty) for duty in found))
        total += len(found)
        if len(found) < BATCH:
            return total


def _to(duty: EnterpriseDuty | SupervisionDuty) -> tuple[Audience, int, str] | None:
    if isinstance(duty, SupervisionDuty):
        link = "/duties/supervision?late=1"
        return (Audience.ACCOUNT, duty.account_id, link) if duty.account_id else None
    link = f"/duties/enterprises/{duty.enterprise_id}?late=1"
    if duty.account_id:
        return Audience.ACCOUNT, duty.account_id, link
    return Audience.ENTERPRISE_PEOPLE, duty.enterprise_id, link


def _queue(wanted: Counter[tuple[Audience, int, str] | None]) -> None:
    for to, count in wanted.items():
        if to is not None:
            audience, ident, link = to
            notices.queue("dutylist.late", audience, ident, link=link, count=count)
