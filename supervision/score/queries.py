"""Reads of scores and facts. Every one starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from supervision.account.in_charge import OFFICER, with_officer
from supervision.core import clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range, visible
from supervision.core.search import contains
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.enterprise.queries import in_industry
from supervision.score.models import Score, ScoreChange, ScoreFact, ScoreIndicator
from supervision.score.rules import Colour, month_after, month_before

# Whom the code is reckoned for: somebody still answers there.
LIVING = (RollStatus.IN_PRODUCTION, RollStatus.SUSPENDED)
MONTHS_SHOWN = 12
MOST_FACTS = 100

SORTS = {
    "worst": (Score.rank, Score.total, Score.enterprise_id),
    "best": (Score.rank.desc(), Score.total.desc(), Score.enterprise_id.desc()),
    "fallen": (Score.change.is_(None), Score.change, Score.enterprise_id),
    "risen": (Score.change.is_(None), Score.change.desc(), Score.enterprise_id),
    "name": (Enterprise.name, Score.id),
}


@dataclass(frozen=True, slots=True)
class ScoreFilter:
    """What the list is narrowed to; empty means all. ``sector``: a GB/T 4754 code or section."""

    month: date
    colour: Colour | None = None
    text: str = ""
    region: str = ""
    sector: str = ""
    moved: str = ""  # down, up
    sort: str = "worst"


def list_scores(actor: Actor, wanted: ScoreFilter) -> Select[Any]:
    """The ordered statement behind the list and its export."""
    stmt = (
        visible(Score, actor)
        .join(Enterprise, Enterprise.id == Score.enterprise_id)
        .options(contains_eager(Score.enterprise))
        .where(Score.month == wanted.month)
    )
    if wanted.colour is not None:
        stmt = stmt.where(Score.colour == wanted.colour)
    if wanted.text:
        stmt = stmt.where(
            contains(wanted.text, Enterprise.name, Enterprise.short_name, Enterprise.uscc)
        )
    if wanted.region:
        stmt = stmt.where(region_range(Enterprise.region_code, wanted.region))
    if wanted.sector:
        stmt = stmt.where(in_industry(wanted.sector))
    if wanted.moved == "down":
        stmt = stmt.where(Score.change < 0)
    elif wanted.moved == "up":
        stmt = stmt.where(Score.change > 0)
    return stmt.order_by(*SORTS.get(wanted.sort, SORTS["worst"]))


def counts(actor: Actor, month: date) -> Mapping[Colour, int]:
    """How many enterprises have each colour."""
    stmt = (
        visible(Score, actor, Score.rank, Score.colour, func.count(Score.id))
        .where(Score.month == month, Score.colour.is_not(None))
        .group_by(Score.rank, Score.colour)
    )
    return {row[1]: row[2] for row in db.session.execute(stmt)}


def last_month(actor: Actor) -> date | None:
    """The newest month that has scores."""
    stmt = visible(Score, actor, func.max(Score.month))
    found: date | None = db.session.scalar(stmt)
    return found


def score_of(enterprise_id: int, actor: Actor, month: date | None = None) -> Score | None:
    """The score of a month, or the newest."""
    stmt = visible(Score, actor).where(Score.enterprise_id == enterprise_id)
    if month is not None:
        stmt = stmt.where(Score.month == month)
    stmt = stmt.options(joinedload(Score.table)).order_by(Score.month.desc()).limit(1)
    found: Score | None = db.session.scalars(stmt).first()
    return found


def before(score: Score, actor: Actor) -> Score | None:
    """The score of the month before."""
    return score_of(score.enterprise_id, actor, month_before(score.month))


def history(enterprise_id: int, actor: Actor, until: date) -> Sequence[Score]:
    """The last twelve months up to one, oldest first."""
    stmt = (
        visible(Score, actor)
        .where(Score.enterprise_id == enterprise_id, Score.month <= until)
        .order_by(Score.month.desc())
        .limit(MONTHS_SHOWN)
    )
    return list(reversed(db.session.scalars(stmt).all()))


def titles(table_ids: Collection[int]) -> Mapping[str, ScoreIndicator]:
    """The lines of these versions by code; the newest version's where both have one."""
    stmt = select(ScoreIndicator).where(ScoreIndicator.table_id.in_(table_ids))
    return {x.code: x for x in db.session.scalars(stmt.order_by(ScoreIndicator.table_id))}


def of_month(ids: Collection[int], month: date) -> Sequence[Score]:
    stmt = visible(Score, SYSTEM).where(Score.enterprise_id.in_(ids), Score.month == month)
    return db.session.scalars(stmt).all()


def enterprises_after(last: int, month: date, limit: int) -> Sequence[int]:
    """The next ids of the roll that are judged in a month: on it before the month had ended."""
    stmt = visible(Enterprise, SYSTEM, Enterprise.id).where(
        Enterprise.id > last,
        Enterprise.roll_status.in_(LIVING),
        Enterprise.created_at < clock.start_of(month_after(month)),
    )
    return db.session.scalars(stmt.order_by(Enterprise.id).limit(limit)).all()


def unfrozen_after(last: int, before_month: date, limit: int) -> Sequence[tuple[int, int, date]]:
    """Id, enterprise and month of past scores that are not frozen yet."""
    stmt = (
        visible(Score, SYSTEM, Score.id, Score.enterprise_id, Score.month)
        .where(Score.frozen_at.is_(None), Score.month < before_month, Score.id > last)
        .order_by(Score.id)
        .limit(limit)
    )
    return [tuple(row) for row in db.session.execute(stmt)]


def untold(limit: int) -> Sequence[tuple[ScoreChange, Enterprise, int | None]]:
    """Codes that got worse and that nobody was told of, those of one officer together."""
    joined = visible(ScoreChange, SYSTEM, ScoreChange, Enterprise, OFFICER).join(
        Enterprise, Enterprise.id == ScoreChange.enterprise_id
    )
    stmt = (
        with_officer(joined)
        .where(ScoreChange.told_at.is_(None))
        .order_by(OFFICER, Enterprise.region_code, ScoreChange.id)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in db.session.execute(stmt)]


def changes_of(
    enterprise_id: int, actor: Actor, until: datetime | None, limit: int
) -> Sequence[ScoreChange]:
    """When its colour became another, newest first."""
    stmt = visible(ScoreChange, actor).where(ScoreChange.enterprise_id == enterprise_id)
    if until is not None:
        stmt = stmt.where(ScoreChange.at < until)
    stmt = stmt.order_by(ScoreChange.at.desc(), ScoreChange.id.desc())
    return db.session.scalars(stmt.limit(limit)).all()


def facts_of(enterprise_id: int, actor: Actor) -> Sequence[ScoreFact]:
    """What was written down, newest first, voided ones too."""
    stmt = visible(ScoreFact, actor).where(ScoreFact.enterprise_id == enterprise_id)
    stmt = stmt.order_by(ScoreFact.happened_on.desc(), ScoreFact.id.desc())
    return db.session.scalars(stmt.limit(MOST_FACTS)).all()


def get_fact(fact_id: int, actor: Actor) -> ScoreFact:
    """Raises NotFound out of scope."""
    stmt = visible(ScoreFact, actor).where(ScoreFact.id == fact_id)
    found: ScoreFact | None = db.session.scalars(
        stmt.options(joinedload(ScoreFact.enterprise))
    ).first()
    if found is None:
        raise NotFound
    return found
