"""The hour passed without a commitment: noted once, told once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, func, insert, select, update

from supervision.account.in_charge import OFFICER, with_officer
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
    page = _asked(standard, due, after, limit)
    if not page:
        return 0, 0
    asked = [enterprise_id for _ident, enterprise_id in page]
    settled = _settled(Commitment, asked, standard.period, day)
    settled |= _settled(CommitmentMissed, asked, standard.period, day)
    found = [enterprise_id for enterprise_id in asked if enterprise_id not in settled]
    if found:
        _miss(found, standard.period, day, due, now)
    months.refresh(found, months.month_of(due))
    # A short page is not the last one: a row that changed while it was waited for is left out.
    return page[-1][0], len(found)


def _asked(
    standard: CommitmentStandard, due: datetime, after: int, limit: int
) -> Sequence[tuple[int, int]]:
    """The next settings under the standard, each with its enterprise.

    Whether there is a commitment is asked apart, by the enterprises' ids: in one statement a
    planner without statistics (the first hour of a new month) goes through all of them each time.
    """
    stmt = (
        select(CommitmentSetting.id, CommitmentSetting.enterprise_id)
        .join(Enterprise, Enterprise.id == CommitmentSetting.enterprise_id)
        .where(
            CommitmentSetting.id > after,
            CommitmentSetting.standard_code == standard.code,
            # Whoever came under it on the day itself begins with the next one.
            CommitmentSetting.since < clock.day_of(due),
            Enterprise.roll_status == RollStatus.IN_PRODUCTION,
        )
        .order_by(CommitmentSetting.id)
        .limit(limit)
        # Whoever signs this moment is waited for, and what was signed is seen below.
        .with_for_update(of=CommitmentSetting)
    )
    return db.session.execute(unscoped(stmt, reason=_EVERYONE)).tuples().all()


def _settled(
    model: type[Commitment | CommitmentMissed],
    enterprise_ids: Collection[int],
    period: Period,
    day: date,
) -> set[int]:
    """Of these the ones that have published, or whose missing is noted already."""
    stmt = select(model.enterprise_id).where(
        model.enterprise_id.in_(enterprise_ids), model.period == period, model.day == day
    )
    if model is Commitment:
        stmt = stmt.where(Commitment.published_at.is_not(None))
    return set(db.session.scalars(unscoped(stmt, reason=_EVERYONE)))


def _miss(ids: Collection[int], period: Period, day: date, due: datetime, now: datetime) -> None:
    """Noted in one statement, for a hundred thousand may miss the same hour; each is told."""
    same = {"period": period, "day": day, "due_at": due, "noted_at": now}
    db.session.execute(insert(CommitmentMissed), [{"enterprise_id": one, **same} for one in ids])
    hour = due.astimezone(clock.SHANGHAI).strftime("%m-%d %H:%M")
    for enterprise_id in ids:
        link = f"/commitments/enterprises/{enterprise_id}"
        notices.queue(
            "commitment.missed",
            Audience.ENTERPRISE_PEOPLE,
            enterprise_id,
            link=link,
            day=day,
            due=hour,
        )
    db.session.flush()


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
    street = case((OFFICER.is_(None), Enterprise.region_code))
    stmt = (
        with_officer(select(OFFICER, func.min(Enterprise.id), func.count()).select_from(Enterprise))
        .join(CommitmentMissed, CommitmentMissed.enterprise_id == Enterprise.id)
        .where(*_untold(period, day))
        .group_by(OFFICER, street)
        .order_by(OFFICER, func.min(Enterprise.id))
    )
    return db.session.execute(unscoped(stmt, reason=_EVERYONE)).tuples().all()
