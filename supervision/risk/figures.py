"""Risk points at the end of a period, for those who count them: rows, and counts made by SQL.

A point counts from the day it was first put on file until it is retired, with the grade of its
last assessment before ``end``: what was reported of a month does not change with the next one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.enterprise.models import Enterprise, narrowed
from supervision.risk.models import RiskAssessment, RiskPoint
from supervision.risk.rules import ControlLevel, Method, RiskGrade
from supervision.risk.workflow import RiskState

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class RiskRow:
    """One point as it stood at the end of the window."""

    id: int
    number: str
    name: str
    place: str
    enterprise_id: int
    enterprise: str
    uscc: str
    grade: RiskGrade
    method: Method
    control_level: ControlLevel
    responsible_person: str
    assessed_on: date
    next_review_on: date


def risk_rows(
    actor: Actor, end: datetime, *, enterprise_id: int | None = None, region: str = ""
) -> Iterator[RiskRow]:
    """Points on file at ``end``, worst first; one statement, streamed."""
    stmt = _points(
        actor,
        end,
        RiskPoint.id,
        RiskPoint.number,
        RiskPoint.name,
        RiskPoint.place,
        RiskPoint.enterprise_id,
        Enterprise.name,
        Enterprise.uscc,
        RiskAssessment.standing,
        RiskAssessment.method,
        RiskAssessment.control_level,
        RiskPoint.responsible_person,
        RiskAssessment.assessed_on,
        RiskAssessment.next_review_on,
    )
    stmt = narrowed(stmt, RiskPoint.enterprise_id, enterprise_id=enterprise_id, region=region)
    stmt = stmt.order_by(_rank().desc(), Enterprise.name, RiskPoint.number, RiskPoint.id)
    for row in db.session.execute(stmt.execution_options(yield_per=_CHUNK)):
        yield RiskRow(*row)


def risk_counts(
    actor: Actor,
    start: datetime,
    end: datetime,
    *,
    enterprise_id: int | None = None,
    region: str = "",
) -> dict[str, int]:
    """``risks_red`` and so on at ``end``, and what happened in ``[start, end)``."""
    parts: dict[str, ColumnElement[bool]] = {
        f"risks_{grade.value}": RiskAssessment.standing == grade for grade in RiskGrade
    }
    parts["risks_filed"] = RiskPoint.filed_at >= start
    parts["risks_late"] = RiskAssessment.next_review_on < clock.day_of(end)
    columns = [count_if(part) for part in parts.values()]
    stmt = narrowed(
        _points(actor, end, *columns),
        RiskPoint.enterprise_id,
        enterprise_id=enterprise_id,
        region=region,
    )
    row = db.session.execute(stmt).one()
    return {name: int(value) for name, value in zip(parts, row, strict=True)}


def _points(actor: Actor, end: datetime, *columns: Any) -> Select[Any]:
    last = (
        select(func.max(RiskAssessment.id))
        .where(RiskAssessment.point_id == RiskPoint.id, RiskAssessment.at < end)
        .correlate(RiskPoint)
        .scalar_subquery()
    )
    return (
        visible(RiskPoint, actor, *columns)
        .join(Enterprise, Enterprise.id == RiskPoint.enterprise_id)
        .join(RiskAssessment, RiskAssessment.id == last)
        .where(
            RiskPoint.filed_at < end,
            RiskPoint.status != RiskState.DRAFT,
            or_(RiskPoint.retired_at.is_(None), RiskPoint.retired_at >= end),
        )
    )


def _rank() -> Any:
    order = {grade: place for place, grade in enumerate(reversed(RiskGrade))}
    return case(order, value=RiskAssessment.standing, else_=0)
