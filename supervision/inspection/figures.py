"""Inspections of a period, for those who count them: rows for a ledger, and counts made by SQL.

An inspection belongs to the day (Asia/Shanghai) on which it was recorded; before that there is
no record of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from supervision.core.actor import Actor
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.documents.models import Document
from supervision.core.scope import visible
from supervision.enterprise.models import Enterprise, narrowed
from supervision.inspection.models import Inspection, InspectionItem, InspectionOfficer, ItemResult
from supervision.inspection.workflow import InspectionKind, InspectionState

_CHUNK = 500
_BATCH = 400


@dataclass(frozen=True, slots=True)
class InspectionRow:
    """One recorded inspection. ``paper``: the number of its record, "" for a visit without one."""

    id: int
    number: str
    paper: str
    kind: InspectionKind
    enterprise_id: int
    enterprise: str
    uscc: str
    recorded_at: datetime
    counts: bool
    items: int
    failed: int
    hazards: int
    officers: tuple[str, ...]


def inspection_rows(
    actor: Actor,
    start: datetime,
    end: datetime,
    *,
    enterprise_id: int | None = None,
    region: str = "",
) -> Iterator[InspectionRow]:
    """Inspections recorded in ``[start, end)``, oldest first. Two statements a batch."""
    stmt = _inspections(
        actor,
        start,
        end,
        Inspection.id,
        Inspection.number,
        func.coalesce(Document.number, ""),
        Inspection.kind,
        Inspection.enterprise_id,
        Enterprise.name,
        Enterprise.uscc,
        Inspection.recorded_at,
        Inspection.counts,
        _items(),
        _items(InspectionItem.result == ItemResult.FAIL),
        _items(InspectionItem.hazard_id.is_not(None)),
    ).outerjoin(Document, Document.id == Inspection.document_id)
    stmt = narrowed(
        stmt, Inspection.enterprise_id, enterprise_id=enterprise_id, region=region
    ).order_by(Inspection.recorded_at, Inspection.id)
    rows = db.session.execute(stmt.execution_options(yield_per=_CHUNK))
    for batch in rows.partitions(_BATCH):
        names = _officers([row[0] for row in batch])
        for row in batch:
            values: list[Any] = [*row, tuple(names.get(row[0], ()))]
            yield InspectionRow(*values)


def inspection_counts(
    actor: Actor,
    start: datetime,
    end: datetime,
    *,
    enterprise_id: int | None = None,
    region: str = "",
) -> dict[str, int]:
    """How many were recorded in ``[start, end)``, and what they found; without the rows."""
    administrative = Inspection.kind == InspectionKind.ADMINISTRATIVE
    stmt = _inspections(
        actor,
        start,
        end,
        func.count(Inspection.id),
        count_if(administrative),
    )
    inspections, formal = db.session.execute(
        narrowed(stmt, Inspection.enterprise_id, enterprise_id=enterprise_id, region=region)
    ).one()
    failed = _inspections(actor, start, end, func.count(InspectionItem.id)).join(
        InspectionItem, InspectionItem.inspection_id == Inspection.id
    )
    failed = narrowed(
        failed, Inspection.enterprise_id, enterprise_id=enterprise_id, region=region
    ).where(InspectionItem.result == ItemResult.FAIL)
    return {
        "inspections": int(inspections),
        "administrative": int(formal),
        "items_failed": int(db.session.scalar(failed) or 0),
    }


def _items(*conditions: Any) -> Any:
    """How many items of an inspection, as a column of its row."""
    return (
        select(func.count(InspectionItem.id))
        .where(InspectionItem.inspection_id == Inspection.id, *conditions)
        .correlate(Inspection)
        .scalar_subquery()
    )


def _officers(ids: list[int]) -> dict[int, list[str]]:
    stmt = (
        select(InspectionOfficer.inspection_id, InspectionOfficer.name)
        .where(InspectionOfficer.inspection_id.in_(ids))
        .order_by(InspectionOfficer.id)
    )
    found: dict[int, list[str]] = {}
    for inspection_id, name in db.session.execute(stmt):
        found.setdefault(inspection_id, []).append(name)
    return found


def _inspections(actor: Actor, start: datetime, end: datetime, *columns: Any) -> Select[Any]:
    return (
        visible(Inspection, actor, *columns)
        .join(Enterprise, Enterprise.id == Inspection.enterprise_id)
        .where(
            Inspection.status == InspectionState.RECORDED,
            Inspection.recorded_at >= start,
            Inspection.recorded_at < end,
        )
    )
