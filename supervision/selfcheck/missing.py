"""Rounds whose time has passed: noted once, told in one notice to each who has to know."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import Select, exists, select, update

from supervision.account.in_charge import OFFICER, with_officer
from supervision.core import audit, clock, notices
from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.core.notices import Audience
from supervision.core.scope import unscoped, visible
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.hazard.models import Hazard
from supervision.hazard.workflow import HazardState
from supervision.selfcheck import excuses, months
from supervision.selfcheck.models import CheckPlan, CheckRound, ZeroReport
from supervision.selfcheck.rules import Frequency, is_trial
from supervision.selfcheck.workflow import RoundState

MOST = 2000
# A hazard is reported with the time at which it was found, at times days later.
LOOKED_BACK = 31
_WHY = "the job notes the rounds of all"
_CHUNK = 500
OFF_THE_ROLL = {
    RollStatus.SUSPENDED: excuses.SUSPENDED,
    RollStatus.CLOSED: excuses.CLOSED,
}


@dataclass(frozen=True, slots=True)
class _Passed:
    """A round whose time has passed, and what decides whether somebody missed it."""

    # What the trail calls it.
    __tablename__: ClassVar[str] = CheckRound.__tablename__

    id: int
    enterprise_id: int
    starts_on: date
    ends_on: date
    frequency: Frequency
    started_at: datetime | None
    roll_status: RollStatus
    taken_up_at: datetime

    @property
    def excuse(self) -> str:
        """Why nobody missed it; "" where somebody did."""
        if self.roll_status is not RollStatus.IN_PRODUCTION:
            return OFF_THE_ROLL.get(self.roll_status, excuses.NOT_PRODUCING)
        taken_up_on = clock.day_of(self.taken_up_at)
        if self.started_at is None and is_trial(self.frequency, self.starts_on, taken_up_on):
            return excuses.FIRST_DAY
        return ""


def officers(now: datetime) -> Sequence[int | None]:
    """Whose enterprises have rounds to be noted; None for those whom nobody is in charge of."""
    # Their enterprises first, out of the index: SQLite would look through every round of each.
    some = _passed(now, CheckRound.enterprise_id).distinct()
    stmt = with_officer(visible(Enterprise, SYSTEM, OFFICER)).where(Enterprise.id.in_(some))
    return db.session.scalars(stmt.distinct()).all()


def note(officer_id: int | None, now: datetime) -> int:
    """Note the next rounds of an officer's enterprises that nobody walked in time; how many.

    What nobody had to walk is excused with its reason instead; nobody is told of that.
    """
    found = _batch(officer_id, now)
    missed = [one for one in found if not one.excuse]
    _mark([one.id for one in missed], missed_at=now)
    for reason, some in _by_excuse(found).items():
        _mark([one.id for one in some], status=RoundState.EXCUSED, excuse=reason)
        for one in some:
            audit.record(SYSTEM, "selfcheck.excuse", one, reason=reason)
    _count({(one.enterprise_id, one.ends_on) for one in found})
    _tell(officer_id, Counter(one.enterprise_id for one in missed))
    return len(found)


def _passed(now: datetime, *columns: Any) -> Select[Any]:
    return (
        visible(CheckRound, SYSTEM, *columns)
        .where(CheckRound.status == RoundState.OPEN, CheckRound.missed_at.is_(None))
        .where(CheckRound.due_at < now)
    )


def _batch(officer_id: int | None, now: datetime) -> list[_Passed]:
    stmt = with_officer(
        _passed(
            now,
            *(CheckRound.id, CheckRound.enterprise_id, CheckRound.starts_on, CheckRound.ends_on),
            *(CheckRound.frequency, CheckRound.started_at, Enterprise.roll_status),
            CheckPlan.created_at,
        )
        .join(Enterprise, Enterprise.id == CheckRound.enterprise_id)
        .join(CheckPlan, CheckPlan.id == CheckRound.plan_id)
    )
    stmt = (
        stmt.where(OFFICER.is_not_distinct_from(officer_id))
        .order_by(CheckRound.enterprise_id, CheckRound.id)
        .limit(MOST)
        # Whoever walks one this moment is waited for.
        .with_for_update(of=CheckRound)
    )
    return [_Passed(*row) for row in db.session.execute(stmt)]


def _by_excuse(found: Sequence[_Passed]) -> dict[str, list[_Passed]]:
    by_excuse: dict[str, list[_Passed]] = defaultdict(list)
    for one in found:
        if one.excuse:
            by_excuse[one.excuse].append(one)
    return by_excuse


def _mark(ids: Sequence[int], **values: Any) -> None:
    for start in range(0, len(ids), _CHUNK):
        stmt = update(CheckRound).where(CheckRound.id.in_(ids[start : start + _CHUNK]))
        stmt = stmt.values(**values).execution_options(synchronize_session=False)
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


def days_back(now: datetime) -> list[date]:
    """The days of which a hazard may still be reported."""
    today = clock.day_of(now)
    return [today - timedelta(days=n) for n in range(LOOKED_BACK)]


def is_overtaken(day: date) -> bool:
    """Whether a word that nothing was found on ``day`` stands against a hazard on file."""
    return db.session.scalar(_belied(day, ZeroReport.id).limit(1)) is not None


def overtake(day: date, now: datetime) -> int:
    """Note them; returns how many."""
    rows = db.session.scalars(_belied(day)).all()
    for row in rows:
        row.overtaken_at = now
    _count({(row.enterprise_id, day) for row in rows})
    return len(rows)


def _belied(day: date, *columns: Any) -> Select[Any]:
    found = exists(
        select(Hazard.id).where(
            Hazard.enterprise_id == ZeroReport.enterprise_id,
            Hazard.status != HazardState.INVALID,
            Hazard.found_at >= clock.start_of(day),
            Hazard.found_at < clock.end_of(day),
        )
    )
    standing = visible(ZeroReport, SYSTEM, *columns).where(ZeroReport.overtaken_at.is_(None))
    return standing.where(ZeroReport.day == day, found)
