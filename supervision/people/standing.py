"""Reckons staffing and hours anew and keeps the result, for lists that an index serves.

Called by the verbs for the one enterprise that they touch, and by the daily job for all of them:
certificates end, years begin, headcounts and rules change without anybody touching a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from supervision.core import clock
from supervision.core.db import db
from supervision.core.scope import unscoped
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.people import rules, ruletables
from supervision.people.models import Person, PersonCertificate, PersonPost, holding
from supervision.people.rules import Present, Result
from supervision.people.ruletables import Tables
from supervision.people.tables import Trainee
from supervision.people.training_models import (
    EnterpriseSector,
    StaffingStanding,
    TrainingAttendance,
    TrainingBalance,
    TrainingSession,
)
from supervision.people.workflow import SessionState
from supervision.slices import traits_of

# Nobody has to be there any more.
GONE = frozenset({RollStatus.CLOSED, RollStatus.MOVED})
_WHY = "reckoned for the enterprise, whoever looks"


def _rows(stmt: Any) -> Sequence[Any]:
    return db.session.execute(unscoped(stmt, reason=_WHY)).all()


_paused: ContextVar[bool] = ContextVar("anqi_people_paused", default=False)


@contextmanager
def paused() -> Iterator[None]:
    """Many changes at once: nothing is reckoned inside, and whoever pauses reckons afterwards."""
    token = _paused.set(True)
    try:
        yield
    finally:
        _paused.reset(token)


def reckon(enterprise_ids: Collection[int], *, persons: Collection[int] | None = None) -> int:
    """Staffing of these enterprises and hours of their people; returns how many rows changed.

    ``persons`` narrows the hours to those who were touched. One set of statements for all.
    """
    db.session.flush()
    if _paused.get():
        return 0
    today = clock.today()
    known = ruletables.on(today)
    sectors = _sectors(enterprise_ids, known)
    changed = _reckon_hours(enterprise_ids, sectors, known, today, persons)
    db.session.flush()
    return changed + _reckon_staffing(enterprise_ids, sectors, known, today)


def _sectors(enterprise_ids: Collection[int], known: Tables) -> dict[int, str]:
    """What somebody settled, else what the industry code and the licences say."""
    traits = traits_of(enterprise_ids)
    codes = select(Enterprise.id, Enterprise.industry_code, EnterpriseSector.sector).outerjoin(
        EnterpriseSector, EnterpriseSector.enterprise_id == Enterprise.id
    )
    return {
        row.id: row.sector
        or rules.sector_of(row.industry_code, known.sectors, traits.get(row.id, ()))
        for row in _rows(codes.where(Enterprise.id.in_(enterprise_ids)))
    }


def sector_by_code(industry_code: str) -> str:
    """What the industry code alone says today."""
    return rules.sector_of(industry_code, ruletables.on(clock.today()).sectors)


def sector_unsettled(enterprise: Enterprise) -> str:
    """What the industry code and the licences say today, whatever an officer settled."""
    held = traits_of([enterprise.id]).get(enterprise.id, ())
    return rules.sector_of(enterprise.industry_code, ruletables.on(clock.today()).sectors, held)


# Staffing ---------------------------------------------------------------------------------------


def _reckon_staffing(
    enterprise_ids: Collection[int], sectors: Mapping[int, str], known: Tables, today: date
) -> int:
    present, employed = _present(enterprise_ids, today), _employed_counts(enterprise_ids)
    late = _late_counts(enterprise_ids, today)
    stmt = select(StaffingStanding).where(StaffingStanding.enterprise_id.in_(enterprise_ids))
    kept = {s.enterprise_id: s for s in db.session.scalars(unscoped(stmt, reason=_WHY))}
    facts = select(Enterprise.id, Enterprise.headcount, Enterprise.roll_status)
    changed = 0
    for row in _rows(facts.where(Enterprise.id.in_(enterprise_ids))):
        found = (
            []
            if row.roll_status in GONE
            else rules.staffing(
                known.staffing, sectors[row.id], row.headcount, present.get(row.id, ())
            )
        )
        values = {
            "sector": sectors[row.id],
            "headcount": row.headcount,
            "people": employed.get(row.id, 0),
            "gaps": sum(1 for one in found if one.missing),
            "late_people": late.get(row.id, 0),
            "results": [asdict(one) | {"missing": one.missing} for one in found],
        }
        changed += _keep(StaffingStanding, kept.get(row.id), values, enterprise_id=row.id)
    db.session.flush()
    return changed


def _keep(model: type[Any], row: Any, values: Mapping[str, Any], **key: Any) -> int:
    """Write what differs; a reckoning that found nothing new changes no row."""
    if row is not None and all(getattr(row, name) == value for name, value in values.items()):
        return 0
    if row is None:
        row = model(**key)
        db.session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    if model is StaffingStanding:
        row.reckoned_at = clock.now()
    return 1


def _present(enterprise_ids: Collection[int], today: date) -> dict[int, list[Present]]:
    posts = (
        select(PersonPost.enterprise_id, PersonPost.person_id, PersonPost.code)
        .join(Person, Person.id == PersonPost.person_id)
        .where(PersonPost.enterprise_id.in_(enterprise_ids), PersonPost.from_on <= today)
        .where(PersonPost.to_on.is_(None), Person.employed_to.is_(None))
    )
    held: defaultdict[int, set[str]] = defaultdict(set)
    certificates = select(PersonCertificate.person_id, PersonCertificate.group).where(
        PersonCertificate.enterprise_id.in_(enterprise_ids), holding(today)
    )
    for row in _rows(certificates):
        held[row.person_id].add(row.group)
    found: defaultdict[int, list[Present]] = defaultdict(list)
    for row in _rows(posts):
        found[row.enterprise_id].append(
            Present(row.person_id, row.code, frozenset(held[row.person_id]))
        )
    return found


def _employed_counts(enterprise_ids: Collection[int]) -> dict[int, int]:
    stmt = (
        select(Person.enterprise_id, func.count(Person.id))
        .where(Person.enterprise_id.in_(enterprise_ids), Person.employed_to.is_(None))
        .group_by(Person.enterprise_id)
    )
    return dict(tuple(row) for row in _rows(stmt))


def _late_counts(enterprise_ids: Collection[int], today: date) -> dict[int, int]:
    stmt = (
        select(TrainingBalance.enterprise_id, func.count(TrainingBalance.id))
        .join(Person, Person.id == TrainingBalance.person_id)
        .where(TrainingBalance.enterprise_id.in_(enterprise_ids), Person.employed_to.is_(None))
        .where(TrainingBalance.year == today.year, TrainingBalance.missing > 0)
        .where(TrainingBalance.due_on < today)
        .group_by(TrainingBalance.enterprise_id)
    )
    return dict(tuple(row) for row in _rows(stmt))


# Hours ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Worker:
    """Whose hours are reckoned: ``since`` is when the rule began to hold for the person."""

    id: int
    enterprise_id: int
    trainee: Trainee
    since: date


def _reckon_hours(
    enterprise_ids: Collection[int],
    sectors: Mapping[int, str],
    known: Tables,
    today: date,
    persons: Collection[int] | None,
) -> int:
    workers = _workers(enterprise_ids, known, persons)
    if not workers or not known.hours:
        return 0
    ids = [worker.id for worker in workers] if persons is not None else None
    had = _had(enterprise_ids, today.year, ids)
    kept = _kept_balances(enterprise_ids, today.year, ids)
    table = {(rule.trainee, rule.high_risk): (i, rule) for i, rule in known.hours}
    changed = 0
    for worker in workers:
        high = known.is_high_risk(sectors[worker.enterprise_id])
        if (worker.trainee, high) not in table:
            continue
        rule_id, rule = table[worker.trainee, high]
        found = rules.hours_of_year(rule, worker.since, today.year, had.get(worker.id, Decimal(0)))
        values = {
            "rule_id": rule_id,
            "is_first": found.is_first,
            "required": found.required,
            "had": found.had,
            "missing": found.missing,
            "due_on": found.due_on,
        }
        key = {
            "person_id": worker.id,
            "enterprise_id": worker.enterprise_id,
            "year": today.year,
        }
        changed += _keep(TrainingBalance, kept.get(worker.id), values, **key)
    return changed


def _workers(
    enterprise_ids: Collection[int], known: Tables, persons: Collection[int] | None
) -> list[_Worker]:
    people = select(Person.id, Person.enterprise_id, Person.employed_from).where(
        Person.enterprise_id.in_(enterprise_ids), Person.employed_to.is_(None)
    )
    posts = select(PersonPost.person_id, PersonPost.code, PersonPost.from_on).where(
        PersonPost.enterprise_id.in_(enterprise_ids), PersonPost.to_on.is_(None)
    )
    if persons is not None:
        people = people.where(Person.id.in_(persons))
        posts = posts.where(PersonPost.person_id.in_(persons))
    manages: dict[int, date] = {}
    for row in _rows(posts):
        kind = known.posts.get(row.code)
        if kind is not None and kind.trainee is Trainee.MANAGEMENT:
            manages[row.person_id] = min(row.from_on, manages.get(row.person_id, row.from_on))
    return [
        _Worker(row.id, row.enterprise_id, Trainee.MANAGEMENT, manages[row.id])
        if row.id in manages
        else _Worker(row.id, row.enterprise_id, Trainee.WORKER, row.employed_from)
        for row in _rows(people)
    ]


def _had(
    enterprise_ids: Collection[int], year: int, persons: Sequence[int] | None
) -> dict[int, Decimal]:
    """Hours of recorded trainings that were passed in ``year``, by person."""
    stmt = (
        select(TrainingAttendance.person_id, func.sum(TrainingSession.hours))
        .join(TrainingSession, TrainingSession.id == TrainingAttendance.session_id)
        .where(TrainingSession.enterprise_id.in_(enterprise_ids))
        .where(TrainingSession.status == SessionState.RECORDED)
        .where(TrainingSession.held_on.between(date(year, 1, 1), date(year, 12, 31)))
        .where(TrainingAttendance.result == Result.PASSED)
        .group_by(TrainingAttendance.person_id)
    )
    if persons is not None:
        stmt = stmt.where(TrainingAttendance.person_id.in_(persons))
    return {row[0]: Decimal(str(row[1])) for row in _rows(stmt)}


def _kept_balances(
    enterprise_ids: Collection[int], year: int, persons: Iterable[int] | None
) -> dict[int, TrainingBalance]:
    stmt = select(TrainingBalance).where(
        TrainingBalance.enterprise_id.in_(enterprise_ids), TrainingBalance.year == year
    )
    if persons is not None:
        stmt = stmt.where(TrainingBalance.person_id.in_(persons))
    return {b.person_id: b for b in db.session.scalars(unscoped(stmt, reason=_WHY))}
