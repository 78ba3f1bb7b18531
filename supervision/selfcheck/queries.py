"""Reads of rounds, plans, zero reports and months. Every one starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from supervision.account.roles import Role
from supervision.core import clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range, visible
from supervision.core.search import contains
from supervision.core.web.paging import capped_count, first_rows
from supervision.enterprise.models import Enterprise
from supervision.enterprise.queries import in_industry
from supervision.hazard.models import Hazard
from supervision.hazard.workflow import HazardState
from supervision.selfcheck.models import (
    CheckAnswer,
    CheckMonth,
    CheckPlan,
    CheckRound,
    CheckTemplate,
    ZeroReport,
)
from supervision.selfcheck.rules import Frequency
from supervision.selfcheck.workflow import RoundState

SOONEST = (CheckRound.due_at, CheckRound.id)
NEWEST = (CheckRound.due_at.desc(), CheckRound.id.desc())
MOST_DUE = 50
MOST_LATE = 20
MOST_PLANS = 200


@dataclass(frozen=True, slots=True)
class RoundFilter:
    """What a list of rounds is narrowed to; empty means all."""

    text: str = ""
    group: str = ""  # open, today, due, missed, late, done, excused, findings
    frequency: Frequency | None = None
    enterprise_id: int | None = None
    # The person's to walk, not only their enterprise's.
    mine: bool = False
    region: str = ""
    due_from: date | None = None
    due_to: date | None = None
    sort: str = "newest"


def list_rounds(actor: Actor, wanted: RoundFilter) -> Select[Any]:
    """The ordered statement behind the list; enterprise, plan and list loaded along."""
    stmt = (
        visible(CheckRound, actor)
        .join(Enterprise, Enterprise.id == CheckRound.enterprise_id)
        .join(CheckTemplate, CheckTemplate.id == CheckRound.template_id)
        .options(
            contains_eager(CheckRound.enterprise),
            contains_eager(CheckRound.template),
            joinedload(CheckRound.plan),
        )
    )
    for clause in _clauses(wanted):
        stmt = stmt.where(clause)
    if wanted.mine:
        stmt = stmt.where(_to_walk(actor))
    return stmt.order_by(*(SOONEST if wanted.sort == "due" else NEWEST))


def _clauses(wanted: RoundFilter) -> list[Any]:
    found: list[Any] = []
    if wanted.text:
        named = (Enterprise.name, Enterprise.short_name, Enterprise.uscc, CheckTemplate.name)
        found.append(contains(wanted.text, *named))
    if wanted.group in (groups := _groups()):
        found.append(groups[wanted.group])
    if wanted.frequency:
        found.append(CheckRound.frequency == wanted.frequency)
    if wanted.enterprise_id is not None:
        found.append(CheckRound.enterprise_id == wanted.enterprise_id)
    if wanted.region:
        found.append(region_range(Enterprise.region_code, wanted.region))
    if wanted.due_from:
        found.append(CheckRound.due_at > clock.start_of(wanted.due_from))
    if wanted.due_to:
        found.append(CheckRound.due_at <= clock.end_of(wanted.due_to))
    return found


def _groups() -> dict[str, ColumnElement[bool]]:
    is_open = CheckRound.status == RoundState.OPEN
    done = CheckRound.status == RoundState.DONE
    now = clock.now()
    return {
        "open": is_open,
        "due": and_(is_open, CheckRound.due_at >= now, CheckRound.starts_on <= clock.today()),
        "today": and_(is_open, CheckRound.due_at.between(now, clock.end_of(clock.today()))),
        "missed": and_(is_open, CheckRound.due_at < now),
        "done": done,
        "late": and_(done, CheckRound.done_at > CheckRound.due_at),
        "excused": CheckRound.status == RoundState.EXCUSED,
        "findings": CheckRound.findings > 0,
    }


def _to_walk(actor: Actor) -> ColumnElement[bool]:
    """Rounds that are ``actor``'s, or of whoever comes first."""
    return CheckRound.plan_id.in_(
        select(CheckPlan.id).where(
            CheckPlan.enterprise_id.in_(actor.enterprise_ids),
            or_(CheckPlan.account_id.is_(None), CheckPlan.account_id == actor.id),
        )
    )


def _own(actor: Actor) -> ColumnElement[bool] | None:
    """Of an enterprise's rounds those that wait for ``actor``: an employee's are theirs alone."""
    return _to_walk(actor) if has_own(actor) else None


def has_own(actor: Actor) -> bool:
    """Whether only part of an enterprise's rounds wait for ``actor``."""
    return actor.role == Role.EMPLOYEE


def open_rounds(actor: Actor, until: date, limit: int = MOST_DUE) -> Sequence[CheckRound]:
    """What ``actor`` has to walk up to a day, what is due first (and late) first.

    Of what is late the latest: years of missed rounds do not hide the one of today.
    """
    stmt = (
        visible(CheckRound, actor)
        .join(CheckPlan, CheckPlan.id == CheckRound.plan_id)
        .where(CheckRound.status == RoundState.OPEN)
        .where(CheckRound.due_at <= clock.end_of(until), CheckRound.starts_on <= clock.today())
        .options(
            contains_eager(CheckRound.plan),
            joinedload(CheckRound.template),
            joinedload(CheckRound.enterprise),
        )
    )
    if (own := _own(actor)) is not None:
        stmt = stmt.where(own)
    is_late = CheckRound.due_at < clock.now()
    late = db.session.scalars(stmt.where(is_late).order_by(*NEWEST).limit(MOST_LATE)).all()
    there = db.session.scalars(stmt.where(~is_late).order_by(*SOONEST).limit(limit)).all()
    return [*reversed(late), *there]


def done_today(actor: Actor, limit: int = MOST_DUE) -> Sequence[CheckRound]:
    """What was walked on this day already, to be shown ticked."""
    stmt = (
        visible(CheckRound, actor)
        .join(CheckPlan, CheckPlan.id == CheckRound.plan_id)
        .where(CheckRound.status == RoundState.DONE, CheckRound.due_at >= clock.now())
        .where(CheckRound.done_at >= clock.start_of(clock.today()))
        .options(
            contains_eager(CheckRound.plan),
            joinedload(CheckRound.template),
            joinedload(CheckRound.enterprise),
        )
    )
    if (own := _own(actor)) is not None:
        stmt = stmt.where(own)
    return db.session.scalars(stmt.order_by(*SOONEST).limit(limit)).all()


def rounds_of(actor: Actor, enterprise_id: int, limit: int = 20) -> Sequence[CheckRound]:
    """The newest rounds of one enterprise."""
    return first_rows(list_rounds(actor, RoundFilter(enterprise_id=enterprise_id)), limit)


def walked(
    actor: Actor, enterprise_id: int, before: datetime | None, limit: int
) -> Sequence[CheckRound]:
    """Rounds of an enterprise that were walked, the newest first."""
    stmt = (
        visible(CheckRound, actor)
        .where(CheckRound.enterprise_id == enterprise_id, CheckRound.done_at.is_not(None))
        .options(joinedload(CheckRound.template))
    )
    if before is not None:
        stmt = stmt.where(CheckRound.done_at < before)
    return db.session.scalars(stmt.order_by(CheckRound.done_at.desc()).limit(limit)).all()


def get_round(round_id: int, actor: Actor, *, for_update: bool = False) -> CheckRound:
    """One round with its list, answers and photos. Raises NotFound out of scope."""
    stmt = (
        visible(CheckRound, actor)
        .where(CheckRound.id == round_id)
        .options(
            joinedload(CheckRound.enterprise),
            joinedload(CheckRound.plan),
            joinedload(CheckRound.template).selectinload(CheckTemplate.items),
            selectinload(CheckRound.answers).joinedload(CheckAnswer.item),
            selectinload(CheckRound.answers).joinedload(CheckAnswer.hazard),
            selectinload(CheckRound.photos),
        )
    )
    if for_update:
        stmt = stmt.with_for_update(of=CheckRound).execution_options(populate_existing=True)
    found: CheckRound | None = db.session.scalars(stmt).unique().first()
    if found is None:
        raise NotFound
    return found


def own_names(actor: Actor) -> Sequence[tuple[int, str]]:
    """The enterprises to which a person belongs."""
    stmt = visible(Enterprise, actor, Enterprise.id, Enterprise.name)
    stmt = stmt.where(Enterprise.id.in_(actor.enterprise_ids)).order_by(Enterprise.name)
    return db.session.execute(stmt.limit(MOST_PLANS)).tuples().all()


def plans_of(actor: Actor, enterprise_id: int) -> Sequence[CheckPlan]:
    """What an enterprise walks, the running ones first."""
    stmt = visible(CheckPlan, actor).where(CheckPlan.enterprise_id == enterprise_id)
    order = (CheckPlan.ends_on.is_not(None), CheckPlan.template_code, CheckPlan.id)
    return db.session.scalars(stmt.order_by(*order).limit(MOST_PLANS)).all()


def get_plan(plan_id: int, actor: Actor, *, for_update: bool = False) -> CheckPlan:
    """One plan with its enterprise. Raises NotFound."""
    stmt = visible(CheckPlan, actor).where(CheckPlan.id == plan_id)
    stmt = stmt.options(joinedload(CheckPlan.enterprise))
    if for_update:
        stmt = stmt.with_for_update(of=CheckPlan).execution_options(populate_existing=True)
    found: CheckPlan | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def open_on(enterprise_id: int, day: date) -> int:
    """How many rounds that ought to be walked on ``day`` still are open: daily ones of the day."""
    stmt = visible(CheckRound, SYSTEM, CheckRound.id).where(
        CheckRound.enterprise_id == enterprise_id,
        CheckRound.status == RoundState.OPEN,
        CheckRound.ends_on == day,
    )
    return capped_count(stmt, 100)


def walked_on(enterprise_id: int, day: date) -> bool:
    """Whether any round was done on ``day``."""
    stmt = visible(CheckRound, SYSTEM, CheckRound.id).where(
        CheckRound.enterprise_id == enterprise_id, *_walked_on(day)
    )
    return db.session.scalar(stmt.limit(1)) is not None


def found_on(enterprise_id: int, day: date) -> datetime | None:
    """When the first hazard of ``day`` that stands was found; None for none."""
    stmt = visible(Hazard, SYSTEM, Hazard.found_at).where(
        Hazard.enterprise_id == enterprise_id, *_found_on(day)
    )
    found: datetime | None = db.session.scalar(stmt.order_by(Hazard.found_at).limit(1))
    return found


def zero_report(enterprise_id: int, day: date, actor: Actor) -> ZeroReport | None:
    stmt = visible(ZeroReport, actor).where(ZeroReport.enterprise_id == enterprise_id)
    return db.session.scalars(stmt.where(ZeroReport.day == day)).first()


@dataclass(frozen=True, slots=True)
class ZeroStanding:
    """Of some enterprises on a day: who said that nothing was found, walked, found something."""

    said: frozenset[int]
    walked: frozenset[int]
    found: frozenset[int]


def zero_standing(enterprise_ids: Collection[int], day: date, actor: Actor) -> ZeroStanding:
    """In three statements, however many there are."""
    said = visible(ZeroReport, actor, ZeroReport.enterprise_id).where(
        ZeroReport.enterprise_id.in_(enterprise_ids), ZeroReport.day == day
    )
    walked = visible(CheckRound, SYSTEM, CheckRound.enterprise_id).where(
        CheckRound.enterprise_id.in_(enterprise_ids), *_walked_on(day)
    )
    found = visible(Hazard, SYSTEM, Hazard.enterprise_id).where(
        Hazard.enterprise_id.in_(enterprise_ids), *_found_on(day)
    )
    stmts = (said, walked.distinct(), found.distinct())
    return ZeroStanding(*(frozenset(db.session.scalars(stmt)) for stmt in stmts))


def _walked_on(day: date) -> tuple[ColumnElement[bool], ...]:
    return (
        CheckRound.status == RoundState.DONE,
        CheckRound.done_at >= clock.start_of(day),
        CheckRound.done_at < clock.end_of(day),
    )


def _found_on(day: date) -> tuple[ColumnElement[bool], ...]:
    return (
        Hazard.status != HazardState.INVALID,
        Hazard.found_at >= clock.start_of(day),
        Hazard.found_at < clock.end_of(day),
    )


def zero_reports(actor: Actor, enterprise_id: int, limit: int = 20) -> Sequence[ZeroReport]:
    """The newest words of an enterprise that nothing was found."""
    stmt = visible(ZeroReport, actor).where(ZeroReport.enterprise_id == enterprise_id)
    return db.session.scalars(stmt.order_by(ZeroReport.day.desc()).limit(limit)).all()


@dataclass(frozen=True, slots=True)
class MonthFilter:
    """Whose figures of which month."""

    month: date
    text: str = ""
    region: str = ""
    industry: str = ""
    only_missing: bool = False
    sort: str = "missed"


MONTH_SORTS: dict[str, tuple[Any, ...]] = {
    "missed": (CheckMonth.missed.desc(), CheckMonth.enterprise_id),
    "findings": (CheckMonth.findings.desc(), CheckMonth.enterprise_id),
    "name": (Enterprise.name, CheckMonth.enterprise_id),
}


def list_months(actor: Actor, wanted: MonthFilter) -> Select[Any]:
    """Who walks and who misses in a month, enterprise loaded along."""
    stmt = (
        visible(CheckMonth, actor)
        .join(Enterprise, Enterprise.id == CheckMonth.enterprise_id)
        .where(CheckMonth.month == wanted.month)
        .options(contains_eager(CheckMonth.enterprise))
    )
    if wanted.text:
        stmt = stmt.where(
            contains(wanted.text, Enterprise.name, Enterprise.short_name, Enterprise.uscc)
        )
    if wanted.region:
        stmt = stmt.where(region_range(Enterprise.region_code, wanted.region))
    if wanted.industry:
        stmt = stmt.where(in_industry(wanted.industry))
    if wanted.only_missing:
        stmt = stmt.where(CheckMonth.missed > 0)
    return stmt.order_by(*MONTH_SORTS.get(wanted.sort, MONTH_SORTS["missed"]))


def months_of(actor: Actor, enterprise_id: int, limit: int = 12) -> Sequence[CheckMonth]:
    """An enterprise's months up to this one, the newest first; later ones are known in part."""
    stmt = visible(CheckMonth, actor).where(
        CheckMonth.enterprise_id == enterprise_id, CheckMonth.month <= clock.today()
    )
    return db.session.scalars(stmt.order_by(CheckMonth.month.desc()).limit(limit)).all()


def group_count(actor: Actor, group: str, cap: int = 100) -> int:
    """How many rounds of a group the actor sees (an employee: has to walk), up to ``cap``."""
    stmt = visible(CheckRound, actor, CheckRound.id).where(_groups()[group])
    if (own := _own(actor)) is not None:
        stmt = stmt.where(own)
    return capped_count(stmt, cap)
