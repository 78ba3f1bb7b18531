"""The registry's work by night: duplicates, and agreements that end or want their check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select

from supervision.core import alarms, clock
from supervision.core.alarms import EXPIRED_STEP, Subject
from supervision.core.db import db, transaction
from supervision.core.notices import Audience
from supervision.core.scope import unscoped
from supervision.enterprise import duplicates
from supervision.enterprise.relation_models import EnterpriseLink

BATCH = 300


def find_duplicates(_now: datetime) -> int:
    """Compare the files that changed since they were compared last."""
    handled, after = 0, 0
    while True:
        with transaction():
            count, after = duplicates.look(after)
        handled += count
        if not count:
            return handled


def tell_of_links(_now: datetime) -> int:
    """Alarms before an agreement ends and before a check of the other side is due."""
    last = alarms.last_day_to_ask(clock.today())
    told = 0
    for kind, column in (
        ("link.valid_to", EnterpriseLink.valid_to),
        ("link.check", EnterpriseLink.next_check_on),
    ):
        for rows in _batches(column <= last):
            with transaction():
                subjects = [_subject(row, kind) for row in rows]
                told += alarms.raise_due(subjects, notice=_notice)
    return told


def _batches(condition: ColumnElement[bool]) -> Iterator[Sequence[EnterpriseLink]]:
    after = 0
    while True:
        stmt = (
            select(EnterpriseLink)
            .where(EnterpriseLink.ended_on.is_(None), condition, EnterpriseLink.id > after)
            .order_by(EnterpriseLink.id)
            .limit(BATCH)
        )
        rows = db.session.scalars(unscoped(stmt, reason="the alarms of every region")).all()
        if not rows:
            db.session.rollback()
            return
        after = rows[-1].id
        db.session.expunge_all()
        yield rows


def _subject(row: EnterpriseLink, kind: str) -> Subject:
    day = row.valid_to if kind == "link.valid_to" else row.next_check_on
    if day is None:
        raise ValueError("the query asks for links with this day")
    return Subject(
        kind=kind,
        id=row.id,
        due_on=day,
        link=f"/enterprises/links/{row.id}",
        tell=((Audience.ENTERPRISE_PEOPLE, row.enterprise_id),),
        params={"other": row.counterpart_name},
    )


def _notice(subject: Subject, step: int) -> str:
    is_over = step == EXPIRED_STEP
    if subject.kind == "link.valid_to":
        return "link.expired" if is_over else "link.ends"
    return "link.check_late" if is_over else "link.check_due"
