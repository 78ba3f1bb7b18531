"""Chemicals and major hazard sources of a period, for those who count them: rows, and SQL counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from supervision.chemical.models import (
    ChemicalIdentification,
    ChemicalItem,
    ChemicalSource,
    ChemicalUnit,
)
from supervision.chemical.rules import Grade
from supervision.core.actor import Actor
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.enterprise.models import Enterprise, narrowed

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class ChemicalRow:
    """A line of a ledger at the end of the period."""

    id: int
    enterprise_id: int
    enterprise: str
    uscc: str
    unit: str
    name: str
    cas: str
    classes: list[str]
    tonnes: Decimal


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A unit whose last identification before the end found a major hazard source.

    ``filing_number`` and ``filed_on`` are those of the day on which the row is read.
    """

    unit_id: int
    enterprise_id: int
    enterprise: str
    uscc: str
    unit: str
    grade: Grade
    r: Decimal
    done_on: date
    due_on: date | None
    filing_number: str
    filed_on: date | None


def chemical_rows(
    actor: Actor, end: datetime, *, enterprise_id: int | None = None, region: str = ""
) -> Iterator[ChemicalRow]:
    """What stood in the ledgers at ``end``, by enterprise and unit; one statement, streamed."""
    stmt = _items(
        actor,
        end,
        ChemicalItem.id,
        ChemicalItem.enterprise_id,
        Enterprise.name,
        Enterprise.uscc,
        ChemicalUnit.name,
        ChemicalItem.name,
        ChemicalItem.cas,
        ChemicalItem.classes,
        ChemicalItem.tonnes,
    )
    stmt = narrowed(stmt, ChemicalItem.enterprise_id, enterprise_id=enterprise_id, region=region)
    stmt = stmt.order_by(Enterprise.name, ChemicalUnit.name, ChemicalItem.id)
    for row in db.session.execute(stmt.execution_options(yield_per=_CHUNK)):
        yield ChemicalRow(*row)


def source_rows(
    actor: Actor, end: datetime, *, enterprise_id: int | None = None, region: str = ""
) -> Iterator[SourceRow]:
    """The major hazard sources at ``end``, the highest grade first."""
    stmt = _sources(
        actor,
        end,
        ChemicalIdentification.unit_id,
        ChemicalIdentification.enterprise_id,
        Enterprise.name,
        Enterprise.uscc,
        ChemicalIdentification.unit_name,
        ChemicalIdentification.grade,
        ChemicalIdentification.r,
        ChemicalIdentification.done_on,
        ChemicalIdentification.due_on,
        func.coalesce(ChemicalSource.filing_number, ""),
        ChemicalSource.filed_on,
    ).outerjoin(ChemicalSource, ChemicalSource.unit_id == ChemicalIdentification.unit_id)
    owner = ChemicalIdentification.enterprise_id
    stmt = narrowed(stmt, owner, enterprise_id=enterprise_id, region=region)
    ranks = {grade.value: place for place, grade in enumerate(Grade)}
    rank = case(ranks, value=ChemicalIdentification.grade)
    stmt = stmt.order_by(rank, Enterprise.name, ChemicalIdentification.unit_id)
    for row in db.session.execute(stmt.execution_options(yield_per=_CHUNK)):
        yield SourceRow(*row)


def chemical_counts(
    actor: Actor, end: datetime, *, enterprise_id: int | None = None, region: str = ""
) -> dict[str, int]:
    """``chemicals``, ``sources`` and ``sources_first`` to ``sources_fourth``, by the database."""
    items = _items(actor, end, func.count(ChemicalItem.id))
    owner: Any = ChemicalItem.enterprise_id
    held = db.session.scalar(narrowed(items, owner, enterprise_id=enterprise_id, region=region))
    grade = ChemicalIdentification.grade
    columns = [count_if(grade == g) for g in Grade]
    found = _sources(actor, end, func.count(), *columns)
    owner = ChemicalIdentification.enterprise_id
    stmt = narrowed(found, owner, enterprise_id=enterprise_id, region=region)
    total, *grades = db.session.execute(stmt).one()
    counts = {"chemicals": held or 0, "sources": total}
    return counts | {f"sources_{g}": int(n) for g, n in zip(Grade, grades, strict=True)}


def _items(actor: Actor, end: datetime, *columns: Any) -> Select[Any]:
    return (
        visible(ChemicalItem, actor, *columns)
        .join(Enterprise, Enterprise.id == ChemicalItem.enterprise_id)
        .join(ChemicalUnit, ChemicalUnit.id == ChemicalItem.unit_id)
        .where(ChemicalItem.created_at < end, _still(ChemicalItem.removed_at, end))
    )


def _sources(actor: Actor, end: datetime, *columns: Any) -> Select[Any]:
    """Units in use whose newest identification before ``end`` found a major hazard source."""
    made = ChemicalIdentification
    newest = (
        select(func.max(made.id).label("id"))
        .where(made.made_at < end)
        .group_by(made.unit_id)
        .subquery()
    )
    return (
        visible(made, actor, *columns)
        .join(newest, newest.c.id == made.id)
        .join(Enterprise, Enterprise.id == made.enterprise_id)
        .join(ChemicalUnit, ChemicalUnit.id == made.unit_id)
        .where(made.is_major, _still(ChemicalUnit.retired_at, end))
    )


def _still(ended: Any, end: datetime) -> ColumnElement[bool]:
    return or_(ended.is_(None), and_(ended.is_not(None), ended >= end))
