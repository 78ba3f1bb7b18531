"""Returns whose day has passed: told once to both sides, later to the chief of the section."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select, update

from supervision.account.in_charge import OFFICER, with_officer
from supervision.account.models import Account
from supervision.account.roles import Role
from supervision.core import notices
from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.core.deadlines import Period, due_on
from supervision.core.errors import NotFound
from supervision.core.holidays import workday_table
from supervision.core.notices import Audience
from supervision.core.scope import unscoped, visible
from supervision.core.statutory import rule_on
from supervision.enterprise.models import Enterprise
from supervision.returns.models import PeriodReturn, chased, overdue_clause
from supervision.returns.rules import ESCALATE_CODE

_LIST = "/returns/?group=overdue&sort=due"
_CHUNK = 500
_WHY = "whoever answers for a return is told, whoever runs the job"


@dataclass(frozen=True, slots=True)
class Late:
    """One overdue return."""

    id: int
    enterprise_id: int
    region_code: str
    first: date
    last: date
    expected_on: date


def officers(today: date) -> Sequence[int | None]:
    """Who is in charge of enterprises with overdue returns that nobody was told of."""
    return db.session.scalars(_untold(today, OFFICER).distinct()).all()


def tell(officer_id: int | None, now: datetime, today: date, limit: int) -> int:
    """Tell each enterprise, and the officer of all of them, in one notice; returns how many."""
    columns = (
        PeriodReturn.id,
        PeriodReturn.enterprise_id,
        Enterprise.region_code,
        PeriodReturn.first_day,
        PeriodReturn.last_day,
        PeriodReturn.expected_on,
    )
    stmt = (
        _untold(today, *columns)
        .where(OFFICER.is_not_distinct_from(officer_id))
        .order_by(PeriodReturn.enterprise_id, PeriodReturn.id)
        .limit(limit)
        # Whoever submits one this moment is waited for.
        .with_for_update(of=PeriodReturn)
    )
    found = [Late(*row) for row in db.session.execute(stmt)]
    _mark([one.id for one in found], overdue_told_at=now)
    _tell_enterprises(found)
    _tell_officers(officer_id, found)
    return len(found)


def _untold(today: date, *columns: Any) -> Select[Any]:
    joined = visible(PeriodReturn, SYSTEM, *columns).join(
        Enterprise, Enterprise.id == PeriodReturn.enterprise_id
    )
    return with_officer(joined).where(
        overdue_clause(today), chased(), PeriodReturn.overdue_told_at.is_(None)
    )


def _tell_enterprises(found: Iterable[Late]) -> None:
    by_enterprise: dict[int, list[Late]] = defaultdict(list)
    for one in found:
        by_enterprise[one.enterprise_id].append(one)
    for enterprise_id, some in by_enterprise.items():
        first = some[0]
        many = len(some) > 1
        notices.queue(
            "returns.overdue_many" if many else "returns.overdue",
            Audience.ENTERPRISE_PEOPLE,
            enterprise_id,
            link=f"{_LIST}&enterprise={enterprise_id}" if many else f"/returns/{first.id}",
            count=len(some),
            first=first.first,
            last=first.last,
            due_on=first.expected_on,
        )


def _tell_officers(officer_id: int | None, found: Sequence[Late]) -> None:
    if officer_id is not None and found:
        told = {(Audience.ACCOUNT, officer_id): found}
    else:
        # Those who supervise one enterprise of a street supervise all of it.
        streets: dict[str, list[Late]] = defaultdict(list)
        for one in found:
            streets[one.region_code].append(one)
        told = {(Audience.SUPERVISORS, some[0].enterprise_id): some for some in streets.values()}
    for (audience, ident), some in told.items():
        enterprises = len({one.enterprise_id for one in some})
        notices.queue(
            "returns.overdue_by",
            audience,
            ident,
            link=_LIST,
            count=len(some),
            enterprises=enterprises,
        )


def escalate(now: datetime, today: date, limit: int) -> int:
    """Tell the nearest chiefs of what is overdue for so long; returns how many returns.

    How long is a row of the table of rules. A return that no chief answers for waits for one.
    """
    days = _long_since(today)
    if not days:
        return 0
    chiefs = _chiefs()
    stmt = (
        _unescalated(today, PeriodReturn.id, Enterprise.region_code)
        .where(PeriodReturn.expected_on.in_(days))
        .where(Enterprise.region_code.in_(_covered(today, chiefs)))
        .order_by(PeriodReturn.id)
        .limit(limit)
        .with_for_update(of=PeriodReturn)
    )
    rows = db.session.execute(stmt).tuples().all()
    _mark([ident for ident, _region in rows], escalated_at=now)
    counted: Counter[int] = Counter()
    for _ident, region in rows:
        counted.update(nearest(chiefs, region))
    for chief, count in sorted(counted.items()):
        notices.queue("returns.escalated", Audience.ACCOUNT, chief, link=_LIST, count=count)
    return len(rows)


def _unescalated(today: date, *columns: Any) -> Select[Any]:
    return (
        visible(PeriodReturn, SYSTEM, *columns)
        .join(Enterprise, Enterprise.id == PeriodReturn.enterprise_id)
        .where(overdue_clause(today), chased(), PeriodReturn.escalated_at.is_(None))
    )


def _long_since(today: date) -> Sequence[date]:
    """The days of overdue returns from which the time of the rule has passed.

    An authority that wants no chief to be told ends the rule.
    """
    try:
        rule = rule_on(ESCALATE_CODE, today)
    except NotFound:
        return ()
    table = workday_table()
    period = Period(rule.value, rule.unit, rule.day_type, rule.direction)
    days = db.session.scalars(_unescalated(today, PeriodReturn.expected_on).distinct())
    return [day for day in days if due_on(period, day, table).day < today]


def _chiefs() -> Mapping[int, tuple[str, ...]]:
    stmt = select(Account.id, Account.region_code, Account.extra_regions).where(
        Account.role == Role.SECTION_CHIEF, Account.is_active
    )
    rows = db.session.execute(unscoped(stmt, reason=_WHY))
    return {ident: tuple(filter(None, (own, *(more or ())))) for ident, own, more in rows}


def _covered(today: date, chiefs: Mapping[int, tuple[str, ...]]) -> Sequence[str]:
    """The streets with something overdue that any chief answers for."""
    stmt = _unescalated(today, Enterprise.region_code)
    return [code for code in db.session.scalars(stmt.distinct()) if nearest(chiefs, code)]


def nearest(chiefs: Mapping[int, tuple[str, ...]], region_code: str) -> frozenset[int]:
    """Of those whose regions hold this one, those with the smallest. Pure."""
    near = {
        ident: max((len(own) for own in regions if region_code.startswith(own)), default=0)
        for ident, regions in chiefs.items()
    }
    closest = max(near.values(), default=0)
    return frozenset(ident for ident, size in near.items() if closest and size == closest)


def _mark(ids: Sequence[int], **values: datetime) -> None:
    for start in range(0, len(ids), _CHUNK):
        stmt = update(PeriodReturn).where(PeriodReturn.id.in_(ids[start : start + _CHUNK]))
        stmt = stmt.values(**values).execution_options(synchronize_session=False)
        db.session.execute(unscoped(stmt, reason=_WHY))
