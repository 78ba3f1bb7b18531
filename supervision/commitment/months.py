"""An enterprise's commitments of a month, counted anew from the rows themselves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, insert, select

from supervision.commitment.models import Commitment, CommitmentMissed, CommitmentMonth
from supervision.commitment.workflow import CommitmentState
from supervision.core import clock
from supervision.core.db import db
from supervision.core.scope import unscoped

_COUNTS = "the figures of a month are counted for every enterprise alike"
_DECEMBER = 12


def month_of(due_at: datetime) -> date:
    """The first day of the month in which ``due_at`` lies."""
    return clock.day_of(due_at).replace(day=1)


def refresh(enterprise_ids: Collection[int], month: date) -> None:
    """Count the month of these enterprises anew; as often as one likes."""
    if not enterprise_ids:
        return
    published, missed = _published(enterprise_ids, month), _missed(enterprise_ids, month)
    stmt = select(CommitmentMonth).where(
        CommitmentMonth.enterprise_id.in_(enterprise_ids), CommitmentMonth.month == month
    )
    known = {row.enterprise_id: row for row in db.session.scalars(unscoped(stmt, reason=_COUNTS))}
    new: list[dict[str, Any]] = []
    for enterprise_id in enterprise_ids:
        kept, late = published.get(enterprise_id, (0, 0))
        lost = missed.get(enterprise_id, 0)
        figures = {"due": kept + late + lost, "kept": kept, "late": late, "missed": lost}
        row = known.get(enterprise_id)
        if row is None:
            new.append({"enterprise_id": enterprise_id, "month": month, **figures})
            continue
        for name, value in figures.items():
            setattr(row, name, value)
    if new:
        db.session.execute(insert(CommitmentMonth), new)
    db.session.flush()


def _bounds(month: date) -> tuple[datetime, datetime]:
    following = (
        month.replace(year=month.year + 1, month=1)
        if month.month == _DECEMBER
        else month.replace(month=month.month + 1)
    )
    return clock.start_of(month), clock.start_of(following)


def _published(ids: Collection[int], month: date) -> dict[int, tuple[int, int]]:
    start, end = _bounds(month)
    is_late = case((Commitment.first_published_at > Commitment.due_at, 1), else_=0)
    stmt = (
        select(Commitment.enterprise_id, func.count(), func.sum(is_late))
        .where(
            Commitment.enterprise_id.in_(ids),
            Commitment.status == CommitmentState.PUBLISHED,
            Commitment.due_at >= start,
            Commitment.due_at < end,
        )
        .group_by(Commitment.enterprise_id)
    )
    rows = db.session.execute(unscoped(stmt, reason=_COUNTS)).tuples()
    return {enterprise: (total - late, late) for enterprise, total, late in rows}


def _missed(ids: Collection[int], month: date) -> dict[int, int]:
    start, end = _bounds(month)
    stmt = (
        select(CommitmentMissed.enterprise_id, func.count())
        .where(
            CommitmentMissed.enterprise_id.in_(ids),
            CommitmentMissed.made_up_at.is_(None),
            CommitmentMissed.due_at >= start,
            CommitmentMissed.due_at < end,
        )
        .group_by(CommitmentMissed.enterprise_id)
    )
    return dict(db.session.execute(unscoped(stmt, reason=_COUNTS)).tuples().all())
