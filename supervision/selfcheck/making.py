"""Rounds are made by set, a stretch of plans at a time.

A run that was killed leaves whole stretches; the next run makes what is missing and nothing twice.
Rounds of days that have passed are not made up: nobody could have walked them. Of a longer period
that was under way when the list was taken up, a round is made where half of it was left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import DateTime, Select, and_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.functions import FunctionElement

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.core.holidays import workday_table
from supervision.core.scope import unscoped, visible
from supervision.core.workdays import is_workday
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.selfcheck import months
from supervision.selfcheck.models import CheckPlan, CheckRound, CheckTemplate, CheckTemplateItem
from supervision.selfcheck.rules import Frequency, Span, latest_start, span_of

STRETCH = 5000
_WHY = "the maker makes the rounds of all"
_COLUMNS = (
    *("enterprise_id", "plan_id", "template_id", "frequency"),
    *("starts_on", "ends_on", "due_at"),
)


class _After(FunctionElement[datetime]):
    """An instant so many minutes after another: ``_After(instant, minutes)``."""

    type = DateTime()
    inherit_cache = True
    name = "after_minutes"


@compiles(_After, "sqlite")
def _after_sqlite(element: _After, compiler: Any, **options: Any) -> str:
    at, minutes = (compiler.process(c, **options) for c in element.clauses)
    # As UTCDateTime stores it, so that two of them compare as text.
    return f"(strftime('%Y-%m-%d %H:%M:%S', {at}, {minutes} || ' minutes') || '.000000')"


@compiles(_After, "postgresql")
def _after_postgres(element: _After, compiler: Any, **options: Any) -> str:
    at, minutes = (compiler.process(c, **options) for c in element.clauses)
    return f"({at} + make_interval(mins => {minutes}))"


def stretch_after(plan_id: int) -> tuple[int, int] | None:
    """The ids of the first and last plan of the stretch that follows; None at the end."""
    some = visible(CheckPlan, SYSTEM, CheckPlan.id).where(CheckPlan.id > plan_id)
    ids = some.order_by(CheckPlan.id).limit(STRETCH).subquery()
    asked = select(func.min(ids.c.id), func.max(ids.c.id))
    first, last = db.session.execute(unscoped(asked, reason=_WHY)).one()
    return None if first is None else (first, last)


def lacks(first: int, last: int, day: date) -> bool:
    """Whether a round of ``day`` of these plans is not there: asked before anything is locked."""
    stretch = _stretch(first, last, day)
    return any(
        db.session.execute(unscoped(_missing(stretch, frequency).limit(1), reason=_WHY)).first()
        for frequency in Frequency
    )


def _stretch(first: int, last: int, day: date) -> _Stretch:
    return _Stretch(first, last, day, is_workday(day, workday_table()))


def make_between(first: int, last: int, day: date) -> int:
    """The rounds of ``day`` of the plans with these ids, in the running transaction."""
    stretch = _stretch(first, last, day)
    made = {frequency: _insert(stretch, frequency) for frequency in Frequency}
    # A round counts in the month in which it ends.
    ends = {months.month_of(span_of(f, day).last) for f, count in made.items() if count}
    for month in sorted(ends):
        months.refresh_many(_walkers(stretch), month)
    return sum(made.values())


@dataclass(frozen=True, slots=True)
class _Stretch:
    first: int
    last: int
    day: date
    is_worked: bool


def _insert(stretch: _Stretch, frequency: Frequency) -> int:
    insert = postgres_insert if db.engine.dialect.name == "postgresql" else sqlite_insert
    stmt = insert(CheckRound).from_select(list(_COLUMNS), _missing(stretch, frequency))
    # Two makers at once meet here; that one of them alone meets nothing spares numbers of rows.
    stmt = stmt.on_conflict_do_nothing(index_elements=["plan_id", "frequency", "starts_on"])
    kept = stmt.execution_options(preserve_rowcount=True)
    made: int = db.session.execute(kept).rowcount  # type: ignore[attr-defined]
    return max(0, made)


def _missing(stretch: _Stretch, frequency: Frequency) -> Select[Any]:
    span = span_of(frequency, stretch.day)
    due_at = _After(literal(clock.start_of(span.last), _INSTANT), CheckPlan.due_minute)
    there = aliased(CheckRound)
    columns: list[Any] = [
        CheckPlan.enterprise_id,
        CheckPlan.id,
        CheckTemplate.id,
        literal(frequency, CheckRound.frequency.type),
        literal(span.first),
        literal(span.last),
        due_at,
    ]
    stmt = (
        select(*columns)
        .join(Enterprise, Enterprise.id == CheckPlan.enterprise_id)
        .join(CheckTemplate, CheckTemplate.id == _version(span, stretch.day))
        .where(CheckPlan.id.between(stretch.first, stretch.last))
        .where(CheckPlan.begins_on <= min(stretch.day, latest_start(span)))
        .where(CheckTemplate.effective_from <= latest_start(span))
        # Taken up on this very day, after its hour.
        .where(or_(CheckPlan.begins_on < stretch.day, due_at > CheckPlan.created_at))
        .where(or_(CheckPlan.ends_on.is_(None), CheckPlan.ends_on >= stretch.day))
        .where(Enterprise.roll_status == RollStatus.IN_PRODUCTION)
        .where(_asks(frequency))
        .where(
            ~select(there.id)
            .where(there.plan_id == CheckPlan.id, there.frequency == frequency)
            .where(there.starts_on == span.first)
            .exists()
        )
    )
    if frequency is Frequency.DAILY and not stretch.is_worked:
        stmt = stmt.where(CheckPlan.workdays_only.is_(False))
    return stmt


_INSTANT = CheckRound.due_at.type


def _version(span: Span, day: date) -> Any:
    """The version in force on the first day; of a list that began since, its first one."""
    one = aliased(CheckTemplate)
    return (
        select(one.id)
        .where(one.code == CheckPlan.template_code, one.effective_from <= day)
        .where(or_(one.effective_to.is_(None), one.effective_to >= span.first))
        .order_by(one.effective_from)
        .limit(1)
        .correlate(CheckPlan)
        .scalar_subquery()
    )


def _asks(frequency: Frequency) -> Any:
    """The version has an item that is looked at so often."""
    return (
        select(CheckTemplateItem.id)
        .where(
            and_(
                CheckTemplateItem.template_id == CheckTemplate.id,
                CheckTemplateItem.frequency == frequency,
            )
        )
        .exists()
    )


def _walkers(stretch: _Stretch) -> Select[Any]:
    stmt = select(CheckPlan.enterprise_id)
    return stmt.where(CheckPlan.id.between(stretch.first, stretch.last))
