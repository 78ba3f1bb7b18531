"""Reads of commitments, of who owes one, and of months. Every one starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Exists, Select, and_, exists, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from supervision.commitment import rules, standards
from supervision.commitment.models import (
    Commitment,
    CommitmentMissed,
    CommitmentMonth,
    CommitmentSetting,
    CommitmentStandard,
)
from supervision.commitment.rules import Period, Standing
from supervision.commitment.workflow import CommitmentState
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import unscoped, visible
from supervision.core.search import contains
from supervision.core.web.paging import capped_count
from supervision.enterprise.coverage import LIVING
from supervision.enterprise.models import Enterprise, RollStatus, narrowed

S = CommitmentState


@dataclass(frozen=True, slots=True)
class DayFilter:
    """The list of one period; ``standing`` is judged at ``now``."""

    period: Period
    day: date
    now: datetime
    text: str = ""
    standing: Standing | None = None
    region: str = ""
    enterprise_id: int | None = None


def list_of(actor: Actor, wanted: DayFilter) -> Select[Any]:
    """Whoever owes a commitment for the period: the settings, their enterprises loaded."""
    stmt = _owing(visible(CommitmentSetting, actor), wanted)
    stmt = stmt.options(contains_eager(CommitmentSetting.enterprise))
    if wanted.standing is not None:
        stmt = stmt.where(_standing(wanted, wanted.standing))
    return stmt.order_by(Enterprise.name, CommitmentSetting.id)


def _owing(stmt: Select[Any], wanted: DayFilter) -> Select[Any]:
    table = standards.in_force(wanted.day)
    codes = [code for code, row in table.items() if row.period is wanted.period]
    stmt = stmt.join(Enterprise, Enterprise.id == CommitmentSetting.enterprise_id)
    stmt = stmt.where(
        CommitmentSetting.standard_code.in_(codes),
        Enterprise.roll_status == RollStatus.IN_PRODUCTION,
    )
    if wanted.period is Period.DAILY:
        stmt = stmt.where(CommitmentSetting.since <= wanted.day)
    if wanted.text:
        stmt = stmt.where(
            contains(wanted.text, Enterprise.name, Enterprise.short_name, Enterprise.uscc)
        )
    return narrowed(
        stmt,
        CommitmentSetting.enterprise_id,
        enterprise_id=wanted.enterprise_id,
        region=wanted.region,
    )


def _is_there(wanted: DayFilter) -> Exists:
    return exists().where(
        Commitment.enterprise_id == CommitmentSetting.enterprise_id,
        Commitment.period == wanted.period,
        Commitment.day == wanted.day,
        Commitment.status == S.PUBLISHED,
    )


def _is_noted(wanted: DayFilter) -> ColumnElement[bool]:
    """The few that were noted are looked up first, and not a whole city for one of them each."""
    noted = select(CommitmentMissed.enterprise_id).where(
        CommitmentMissed.period == wanted.period, CommitmentMissed.day == wanted.day
    )
    return CommitmentSetting.enterprise_id.in_(noted)


def _standing(wanted: DayFilter, standing: Standing) -> ColumnElement[bool]:
    there = _is_there(wanted)
    late: ColumnElement[bool] = there.where(Commitment.first_published_at > Commitment.due_at)
    if standing is Standing.LATE:
        return late
    if standing is Standing.KEPT:
        return and_(there, ~late)
    noted = _is_noted(wanted)
    return and_(~there, noted if standing is Standing.MISSED else ~noted)


def standing_count(actor: Actor, wanted: DayFilter, standing: Standing) -> int:
    """How many of the list stand so, as far as anybody counts."""
    stmt = _owing(visible(CommitmentSetting, actor, CommitmentSetting.id), wanted)
    return capped_count(stmt.where(_standing(wanted, standing)))


def published_of(
    enterprise_ids: Collection[int], period: Period, day: date, actor: Actor
) -> Mapping[int, Commitment]:
    """Enterprise -> what it published for the period."""
    stmt = visible(Commitment, actor).where(
        Commitment.enterprise_id.in_(enterprise_ids),
        Commitment.period == period,
        Commitment.day == day,
        Commitment.status == S.PUBLISHED,
    )
    return {row.enterprise_id: row for row in db.session.scalars(stmt)}


def missed_of(
    enterprise_ids: Collection[int], period: Period, day: date, actor: Actor
) -> Mapping[int, CommitmentMissed]:
    stmt = visible(CommitmentMissed, actor).where(
        CommitmentMissed.enterprise_id.in_(enterprise_ids),
        CommitmentMissed.period == period,
        CommitmentMissed.day == day,
    )
    return {row.enterprise_id: row for row in db.session.scalars(stmt)}


def get_commitment(commitment_id: int, actor: Actor, *, for_update: bool = False) -> Commitment:
    """With its enterprise and standard. Raises NotFound out of scope."""
    stmt = visible(Commitment, actor).where(Commitment.id == commitment_id)
    stmt = stmt.options(
        joinedload(Commitment.enterprise),
        joinedload(Commitment.standard),
        selectinload(Commitment.signatures),
    )
    if for_update:
        stmt = stmt.with_for_update(of=Commitment)
    found: Commitment | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def setting_of(
    enterprise_id: int, actor: Actor, *, for_update: bool = False
) -> CommitmentSetting | None:
    """The setting of an enterprise that one sees; None where the sector asks nothing yet."""
    stmt = visible(CommitmentSetting, actor).where(CommitmentSetting.enterprise_id == enterprise_id)
    stmt = stmt.options(joinedload(CommitmentSetting.enterprise))
    if for_update:
        stmt = stmt.with_for_update(of=CommitmentSetting)
    found: CommitmentSetting | None = db.session.scalars(stmt).first()
    return found


def settings_of(enterprise_ids: Collection[int], actor: Actor) -> Sequence[CommitmentSetting]:
    """Of a person's own enterprises, those that owe a commitment."""
    stmt = (
        visible(CommitmentSetting, actor)
        .join(Enterprise, Enterprise.id == CommitmentSetting.enterprise_id)
        .where(
            CommitmentSetting.enterprise_id.in_(enterprise_ids),
            CommitmentSetting.standard_code != "",
            Enterprise.roll_status == RollStatus.IN_PRODUCTION,
        )
        .options(
            contains_eager(CommitmentSetting.enterprise), selectinload(CommitmentSetting.signers)
        )
        .order_by(CommitmentSetting.id)
        .limit(50)
    )
    return db.session.scalars(stmt).all()


def of_period(
    enterprise_id: int, period: Period, day: date, actor: Actor
) -> dict[CommitmentState, Commitment]:
    """What there is for a period: a draft, what is published, the last that was replaced."""
    stmt = (
        visible(Commitment, actor)
        .where(
            Commitment.enterprise_id == enterprise_id,
            Commitment.period == period,
            Commitment.day == day,
        )
        .options(selectinload(Commitment.signatures))
        .order_by(Commitment.revision)
    )
    return {row.status: row for row in db.session.scalars(stmt)}


def of_today(
    enterprise_ids: Collection[int], actor: Actor
) -> dict[tuple[int, Period], dict[CommitmentState, Commitment]]:
    """The same of the periods that run today, of many enterprises in one statement."""
    today = clock.today()
    runs = or_(*(_is_of(period, rules.first_day(period, today)) for period in Period))
    stmt = visible(Commitment, actor).where(Commitment.enterprise_id.in_(enterprise_ids), runs)
    found: dict[tuple[int, Period], dict[CommitmentState, Commitment]] = {}
    for row in db.session.scalars(stmt.order_by(Commitment.revision)):
        found.setdefault((row.enterprise_id, row.period), {})[row.status] = row
    return found


def _is_of(period: Period, day: date) -> ColumnElement[bool]:
    return and_(Commitment.period == period, Commitment.day == day)


def revisions(commitment: Commitment, actor: Actor) -> Sequence[Commitment]:
    """All revisions for the same period, newest first."""
    stmt = (
        visible(Commitment, actor)
        .where(
            Commitment.enterprise_id == commitment.enterprise_id,
            Commitment.period == commitment.period,
            Commitment.day == commitment.day,
        )
        .order_by(Commitment.revision.desc())
        .limit(100)
    )
    return db.session.scalars(stmt).all()


def history(enterprise_id: int, actor: Actor) -> Select[Any]:
    """What an enterprise has committed to and is about to, newest first."""
    return (
        visible(Commitment, actor)
        .where(Commitment.enterprise_id == enterprise_id, Commitment.status != S.REPLACED)
        .order_by(Commitment.due_at.desc(), Commitment.id.desc())
    )


@dataclass(frozen=True, slots=True)
class MonthFilter:
    """Whose figures of which month; ``is_behind``: only those that missed a period."""

    month: date
    text: str = ""
    region: str = ""
    is_behind: bool = False
    sort: str = "missed"


MONTH_SORTS: dict[str, tuple[Any, ...]] = {
    "missed": (CommitmentMonth.missed.desc(), CommitmentMonth.enterprise_id.desc()),
    "late": (CommitmentMonth.late.desc(), CommitmentMonth.enterprise_id.desc()),
    "name": (Enterprise.name, CommitmentMonth.enterprise_id),
}


def list_months(actor: Actor, wanted: MonthFilter) -> Select[Any]:
    """Figures of a month by enterprise. Whoever has left the roll is behind with nothing."""
    stmt = (
        visible(CommitmentMonth, actor)
        .join(Enterprise, Enterprise.id == CommitmentMonth.enterprise_id)
        .where(CommitmentMonth.month == wanted.month, Enterprise.roll_status.in_(LIVING))
        .options(contains_eager(CommitmentMonth.enterprise))
    )
    if wanted.is_behind:
        stmt = stmt.where(CommitmentMonth.missed > 0)
    if wanted.text:
        stmt = stmt.where(
            contains(wanted.text, Enterprise.name, Enterprise.short_name, Enterprise.uscc)
        )
    stmt = narrowed(stmt, CommitmentMonth.enterprise_id, region=wanted.region)
    return stmt.order_by(*MONTH_SORTS.get(wanted.sort, MONTH_SORTS["missed"]))


def months(enterprise_id: int, actor: Actor, limit: int = 12) -> Sequence[CommitmentMonth]:
    """The newest months first."""
    stmt = (
        visible(CommitmentMonth, actor)
        .where(CommitmentMonth.enterprise_id == enterprise_id)
        .order_by(CommitmentMonth.month.desc())
        .limit(limit)
    )
    return db.session.scalars(stmt).all()


def month_of(enterprise_id: int, month: date, actor: Actor) -> CommitmentMonth | None:
    stmt = visible(CommitmentMonth, actor).where(
        CommitmentMonth.enterprise_id == enterprise_id, CommitmentMonth.month == month
    )
    found: CommitmentMonth | None = db.session.scalars(stmt).first()
    return found


def latest(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[Commitment]:
    """Published ones for the timeline, newest first."""
    stmt = visible(Commitment, actor).where(
        Commitment.enterprise_id == enterprise_id, Commitment.published_at.is_not(None)
    )
    if before is not None:
        stmt = stmt.where(Commitment.published_at < before)
    stmt = stmt.order_by(Commitment.published_at.desc(), Commitment.id.desc()).limit(limit)
    return db.session.scalars(stmt).all()


def missed_latest(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[CommitmentMissed]:
    """For the timeline, newest first."""
    stmt = missed(enterprise_id, actor)
    if before is not None:
        stmt = stmt.where(CommitmentMissed.due_at < before)
    return db.session.scalars(stmt.limit(limit)).all()


def missed(enterprise_id: int, actor: Actor) -> Select[Any]:
    """Periods that passed without a commitment, also those made up for later; newest first."""
    return (
        visible(CommitmentMissed, actor)
        .where(CommitmentMissed.enterprise_id == enterprise_id)
        .order_by(CommitmentMissed.due_at.desc(), CommitmentMissed.id.desc())
    )


def shown(key: str) -> CommitmentSetting:
    """The setting behind a public address, for whoever holds it. Raises NotFound."""
    stmt = (
        select(CommitmentSetting)
        .where(CommitmentSetting.public_key == key, CommitmentSetting.standard_code != "")
        .options(joinedload(CommitmentSetting.enterprise))
    )
    reason = "whoever stands at the gate reads what hangs there"
    found = db.session.scalars(unscoped(stmt, reason=reason)).first()
    if found is None:
        raise NotFound
    return found


def standard_of(setting: CommitmentSetting, day: date) -> CommitmentStandard | None:
    return standards.in_force(day).get(setting.standard_code)
