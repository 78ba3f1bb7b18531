"""Duties of a month, for those who count them: by enterprise, and counts made by SQL.

The figures are those that the duty lists keep themselves, as they stand when they are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func

from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.dutylist.models import DutyMonth
from supervision.enterprise.models import Enterprise, narrowed

_CHUNK = 500
_FIGURES = ("due", "done", "late", "missed")


@dataclass(frozen=True, slots=True)
class DutySums:
    """An enterprise's duties whose period ends in the month."""

    enterprise_id: int
    enterprise: str
    uscc: str
    due: int
    done: int
    late: int
    missed: int


def duty_sums(
    actor: Actor, month: date, *, enterprise_id: int | None = None, region: str = ""
) -> Iterator[DutySums]:
    """One row an enterprise whose list asked for something, by name; streamed."""
    model = DutyMonth
    figures = (getattr(model, name) for name in _FIGURES)
    columns = (model.enterprise_id, Enterprise.name, Enterprise.uscc, *figures)
    stmt = _duties(actor, month, *columns).where(model.due > 0)
    stmt = narrowed(stmt, model.enterprise_id, enterprise_id=enterprise_id, region=region)
    stmt = stmt.order_by(Enterprise.name, model.enterprise_id)
    for row in db.session.execute(stmt.execution_options(yield_per=_CHUNK)):
        yield DutySums(*row)


def duty_counts(
    actor: Actor, month: date, *, enterprise_id: int | None = None, region: str = ""
) -> dict[str, int]:
    """All of it in numbers, counted without the rows."""
    sums = (func.coalesce(func.sum(getattr(DutyMonth, name)), 0) for name in _FIGURES)
    stmt = narrowed(
        _duties(actor, month, *sums),
        DutyMonth.enterprise_id,
        enterprise_id=enterprise_id,
        region=region,
    )
    row = db.session.execute(stmt).one()
    return {f"duties_{name}": int(value) for name, value in zip(_FIGURES, row, strict=True)}


def _duties(actor: Actor, month: date, *columns: Any) -> Select[Any]:
    return (
        visible(DutyMonth, actor, *columns)
        .join(Enterprise, Enterprise.id == DutyMonth.enterprise_id)
        .where(DutyMonth.month == month)
    )
