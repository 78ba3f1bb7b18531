"""The hour passed without a commitment: noted once, told once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Exists, case, exists, func, select, update

from supervision.commitment import months, rules
from supervision.commitment.models import (
    Commitment,
    CommitmentCutoff,
    CommitmentMissed,
    CommitmentSetting,
    CommitmentStandard,
)
from supervision.commitment.rules import Period
from supervision.core import audit, clock, notices
from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.core.notices import Audience
from supervision.core.scope import unscoped
from supervision.enterprise.models import Enterprise, RollStatus

_EVERYONE = "the hour passes for every enterprise alike"


def is_looked_at(code: str, period: Period, day: date) -> bool:
    stmt = select(CommitmentCutoff.id).where(
        CommitmentCutoff.standard_code == code,
        CommitmentCutoff.period == period,
        CommitmentCutoff.day == day,
    )
    return db.session.scalar(stmt) is not None


def note(
    standard: CommitmentStandard, day: date, now: datetime, after: int, limit: int
) -> tuple[int, int]:
    """Note the next settings without a commitment; the id to go on from (0: all), how many."""
    due = rules.due_at(standard, day)
    stmt = (
        select(CommitmentSetting.id, CommitmentSetting.enterprise_id)
        .join(Enterprise, Enterprise.id == CommitmentSetting.enterprise_id)
        .where(
            CommitmentSetting.id > after,
            CommitmentSetting.standard_code == standard.code,
            # Whoever came under it on the day itself begins with the next one.
            CommitmentSetting.since < clock.day_of(due),
            Enterprise.roll_status == RollStatus.IN_PRODUCTION,
            ~_has(Commitment, standard.period, day).where(Commitment.published_at.is_not(None)),
            ~_has(CommitmentMissed, standard.period, day),
        )
        .order_by(CommitmentSetting.id)
        .limit(limit)
    )
    found = db.session.execute(unscoped(stmt, reason=_EVERYONE)).tuples().all()
    if not found:
        return 0, 0
    for _ident, enterprise_id in found:
        _miss(enterprise_id, standard.period, day, due, now)
    db.session.flush()
    months.refresh([enterprise_id for _ident, enterprise_id in found], months.month_of(due))
    return (found[-1][0] if len(found) == limit else 0), len(found)


def _has(model: type[Commitment | CommitmentMissed], period: Period, day: date) -> Exists:
    return exists().where(
        model.enterprise_id == CommitmentSetting.enterprise_id,
        model.period == period,
        model.day == day,
    )


def _miss(enterprise_id: int, period: Period, day: date, due: datetime, now: datetime) -> None:
    db.session.add(
        CommitmentMissed(
            enterprise_id=enterprise_id, period=period, day=day, due_at=due, noted_at=now
        )
    )
    notices.queue(
        "commitment.missed",
        Audience.ENTERPRISE_PEOPLE,
        enterprise_id,
        link=f"/commitments/enterprises/{enterprise_id}",
        day=day,
        due=due.astimezone(clock.SHANGHAI).strftime("%m-%d %H:%M"),
    )


def close(standard: CommitmentStandard, day: date, now: datetime, missed: int) -> None:
    """Everybody was looked at."""
    row = CommitmentCutoff(
        standard_code=standard.code,
        period=standard.period,
        day=day,
        looked_at=now,
        missed=missed,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(SYSTEM, "commitment.cutoff", row, day=day, missed=missed)


def tell(now: datetime) -> int:
    """One notice an officer for all that were missed of a period; returns how many rows were told.

    An enterprise without an officer is told of to whoever supervises its region.
    """
    stmt = (
        select(CommitmentMissed.period, CommitmentMissed.day)
        .where(CommitmentMissed.told_at.is_(None))
        .order_by(CommitmentMissed.id)
        .limit(1)
    )
    first = db.session.execute(unscoped(stmt, reason=_EVERYONE)).tuples().first()
    if first is None:
        return 0
    period, day = first
    link = f"/commitments/?period={period}&day={day.isoformat()}&standing=missed"
    for officer, enterprise_id, count in _whose(period, day):
        # Those who supervise one enterprise of a street supervise all of it.
        is_loose = officer is None
        notices.queue(
            "commitment.missed_many",
            Audience.SUPERVISORS if is_loose else Audience.ACCOUNT,
            enterprise_id if is_loose else officer,
            link=link,
            count=count,
            day=day,
        )
    told = update(CommitmentMissed).where(*_untold(period, day)).values(told_at=now)
    told = told.execution_options(synchronize_session=False)
    result = db.session.execute(unscoped(told, reason=_EVERYONE))
    return int(result.rowcount)  # type: ignore[attr-defined]


def _untold(period: Period, day: date) -> tuple[ColumnElement[bool], ...]:
    return (
        CommitmentMissed.told_at.is_(None),
        CommitmentMissed.period == period,
        CommitmentMissed.day == day,
    )


def _whose(period: Period, day: date) -> Sequence[tuple[int | None, int, int]]:
    """Officer, one of the enterprises, how many; without an officer, one line for each street."""
    street = case((Enterprise.officer_id.is_(None), Enterprise.region_code))
    stmt = (
        select(Enterprise.officer_id, func.min(Enterprise.id), func.count())
        .join(CommitmentMissed, CommitmentMissed.enterprise_id == Enterprise.id)
        .where(*_untold(period, day))
        .group_by(Enterprise.officer_id, street)
        .order_by(Enterprise.officer_id, func.min(Enterprise.id))
    )
    return db.session.execute(unscoped(stmt, reason=_EVERYONE)).tuples().all()
