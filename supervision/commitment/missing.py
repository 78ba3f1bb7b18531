"""The hour passed without a commitment: noted once, told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Exists, exists, select

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


def tell(now: datetime, limit: int) -> int:
    """One notice an officer and period for all that were missed; returns how many rows were told.

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
    rows = _untold(*first, limit)
    for missed, _officer, _region in rows:
        missed.told_at = now
    period, day = first
    link = f"/commitments/?period={period}&day={day.isoformat()}&standing=missed"
    officers = Counter(officer for _missed, officer, _region in rows if officer is not None)
    for officer, many in sorted(officers.items()):
        notices.queue(
            "commitment.missed_many", Audience.ACCOUNT, officer, link=link, count=many, day=day
        )
    loose = [(region, missed.enterprise_id) for missed, officer, region in rows if officer is None]
    many_in = Counter(region for region, _enterprise in loose)
    # Those who supervise one enterprise of a street supervise all of it.
    for region, enterprise_id in dict(loose).items():
        notices.queue(
            "commitment.missed_many",
            Audience.SUPERVISORS,
            enterprise_id,
            link=link,
            count=many_in[region],
            day=day,
        )
    db.session.flush()
    return len(rows)


def _untold(
    period: Period, day: date, limit: int
) -> Sequence[tuple[CommitmentMissed, int | None, str]]:
    """All of one officer together, as far as a transaction should reach."""
    stmt = (
        select(CommitmentMissed, Enterprise.officer_id, Enterprise.region_code)
        .join(Enterprise, Enterprise.id == CommitmentMissed.enterprise_id)
        .where(
            CommitmentMissed.told_at.is_(None),
            CommitmentMissed.period == period,
            CommitmentMissed.day == day,
        )
        .order_by(Enterprise.officer_id, CommitmentMissed.id)
        .limit(limit * 20)
    )
    return db.session.execute(unscoped(stmt, reason=_EVERYONE)).tuples().all()
