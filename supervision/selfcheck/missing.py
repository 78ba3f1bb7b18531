"""Rounds whose time has passed: noted once, told in one notice to each who has to know."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import exists, select, update

from supervision.core import clock, notices
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.notices import Audience
from supervision.core.scope import unscoped, visible
from supervision.enterprise.models import Enterprise
from supervision.hazard.models import Hazard
from supervision.hazard.workflow import HazardState
from supervision.selfcheck import months
from supervision.selfcheck.models import CheckRound, ZeroReport
from supervision.selfcheck.workflow import RoundState

MOST = 2000
# A hazard is reported with the time at which it was found, at times days later.
LOOKED_BACK = 31
_WHY = "the job notes the rounds of all"
_CHUNK = 500


def note(now: datetime) -> int:
    """Note every round that nobody walked in time; returns how many. Idempotent.

    Each officer's enterprises in a transaction of their own, so that one notice tells of them all.
    """
    return sum(_of_officer(officer_id, now) for officer_id in _officers(now))


def _officers(now: datetime) -> Sequence[int | None]:
    stmt = (
        visible(CheckRound, SYSTEM, Enterprise.officer_id)
        .join(Enterprise, Enterprise.id == CheckRound.enterprise_id)
        .where(CheckRound.status == RoundState.OPEN, CheckRound.missed_at.is_(None))
        .where(CheckRound.due_at < now)
    )
    return db.session.scalars(stmt.distinct()).all()


def _of_officer(officer_id: int | None, now: datetime) -> int:
    total = 0
    while True:
        with transaction():
            found = _batch(officer_id, now)
            _mark([row[0] for row in found], now)
            _count({(row[1], row[2]) for row in found})
            _tell(officer_id, Counter(row[1] for row in found))
        total += len(found)
        if len(found) < MOST:
            return total


def _batch(officer_id: int | None, now: datetime) -> Sequence[tuple[int, int, date]]:
    stmt = (
        visible(CheckRound, SYSTEM, CheckRound.id, CheckRound.enterprise_id, CheckRound.ends_on)
        .join(Enterprise, Enterprise.id == CheckRound.enterprise_id)
        .where(CheckRound.status == RoundState.OPEN, CheckRound.missed_at.is_(None))
        .where(CheckRound.due_at < now)
        .where(Enterprise.officer_id.is_not_distinct_from(officer_id))
        .order_by(CheckRound.enterprise_id, CheckRound.id)
        .limit(MOST)
        # Whoever walks one this moment is waited for.
        .with_for_update(of=CheckRound)
    )
    return [(row[0], row[1], row[2]) for row in db.session.execute(stmt)]


def _mark(ids: Sequence[int], now: datetime) -> None:
    for start in range(0, len(ids), _CHUNK):
        stmt = update(CheckRound).where(CheckRound.id.in_(ids[start : start + _CHUNK]))
        stmt = stmt.values(missed_at=now).execution_options(synchronize_session=False)
        db.session.execute(unscoped(stmt, reason=_WHY))


def _count(of: Iterable[tuple[int, date]]) -> None:
    by_month: dict[date, set[int]] = defaultdict(set)
    for enterprise_id, day in of:
        by_month[months.month_of(day)].add(enterprise_id)
    for month, enterprises in by_month.items():
        ids = sorted(enterprises)
        for start in range(0, len(ids), _CHUNK):
            months.refresh_many(ids[start : start + _CHUNK], month)


def _tell(officer_id: int | None, by_enterprise: Counter[int]) -> None:
    for enterprise_id, count in by_enterprise.items():
        link = f"/self-checks/?enterprise={enterprise_id}&group=missed"
        people = Audience.ENTERPRISE_PEOPLE
        notices.queue("selfcheck.missed", people, enterprise_id, link=link, count=count)
        if officer_id is None:
            officers = Audience.SUPERVISORS
            notices.queue("selfcheck.missed", officers, enterprise_id, link=link, count=count)
    if officer_id is not None and by_enterprise:
        notices.queue(
            "selfcheck.missed_by",
            Audience.ACCOUNT,
            officer_id,
            link="/self-checks/?group=missed",
            count=by_enterprise.total(),
            enterprises=len(by_enterprise),
        )


def overtake(now: datetime) -> int:
    """Words that nothing was found, of days of which a hazard is on file now; returns how many."""
    today = clock.day_of(now)
    return sum(_overtaken(today - timedelta(days=n), now) for n in range(LOOKED_BACK))


def _overtaken(day: date, now: datetime) -> int:
    found = exists(
        select(Hazard.id).where(
            Hazard.enterprise_id == ZeroReport.enterprise_id,
            Hazard.status != HazardState.INVALID,
            Hazard.found_at >= clock.start_of(day),
            Hazard.found_at < clock.end_of(day),
        )
    )
    standing = visible(ZeroReport, SYSTEM).where(ZeroReport.day == day, found)
    with transaction():
        rows = db.session.scalars(standing.where(ZeroReport.overtaken_at.is_(None))).all()
        for row in rows:
            row.overtaken_at = now
        _count({(row.enterprise_id, day) for row in rows})
    return len(rows)
