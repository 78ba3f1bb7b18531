"""Violations of a period, for those who count them: rows for a ledger, and counts made by SQL.

A violation belongs to the day on which its episode began (Asia/Shanghai).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func

from supervision.core import partitions
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.enterprise.models import Enterprise, narrowed
from supervision.video.models import Camera, Violation
from supervision.video.workflow import ReviewState

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class ViolationRow:
    """One violation as a ledger shows it."""

    id: int
    enterprise_id: int
    enterprise: str
    camera: str
    rule_kind: str
    started_at: datetime
    status: ReviewState


def violation_rows(
    actor: Actor,
    start: datetime,
    end: datetime,
    *,
    enterprise_id: int | None = None,
    region: str = "",
) -> Iterator[ViolationRow]:
    """Violations that began in ``[start, end)``, oldest first; one statement, streamed."""
    stmt = _violations(
        actor,
        start,
        end,
        Violation.id,
        Violation.enterprise_id,
        Enterprise.name,
        Camera.name,
        Violation.rule_kind,
        Violation.started_at,
        Violation.status,
    ).join(Camera, Camera.id == Violation.camera_id)
    stmt = narrowed(
        stmt, Violation.enterprise_id, enterprise_id=enterprise_id, region=region
    ).order_by(Violation.started_at, Violation.id)
    for row in db.session.execute(stmt.execution_options(yield_per=_CHUNK)):
        yield ViolationRow(*row)


def violation_counts(
    actor: Actor,
    start: datetime,
    end: datetime,
    *,
    enterprise_id: int | None = None,
    region: str = "",
) -> dict[str, int]:
    """How many began in ``[start, end)``, by verdict; ``flagged`` is all of them."""
    stmt = _violations(actor, start, end, Violation.status, func.count(Violation.id))
    stmt = narrowed(
        stmt, Violation.enterprise_id, enterprise_id=enterprise_id, region=region
    ).group_by(Violation.status)
    counts = {str(status): int(count) for status, count in db.session.execute(stmt)}
    return {**counts, "flagged": sum(counts.values())}


def _violations(actor: Actor, start: datetime, end: datetime, *columns: Any) -> Select[Any]:
    return (
        visible(Violation, actor, *columns)
        .join(Enterprise, Enterprise.id == Violation.enterprise_id)
        .where(Violation.started_at >= start, Violation.started_at < end)
        .where(partitions.within(Violation.id, start, end))
    )
