"""Commitments of a period, for those who count them: by enterprise, one by one, counts by SQL.

A commitment belongs to the month in which it falls due. It counts as it stood at the window's end:
made up for later, it stays missed in what was reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_

from supervision.commitment.models import Commitment, CommitmentMissed
from supervision.commitment.rules import Period
from supervision.commitment.workflow import CommitmentState
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.enterprise.models import Enterprise, narrowed
from supervision.hazard.figures import Window


@dataclass(frozen=True, slots=True)
class CommitmentSums:
    """An enterprise's commitments that were due."""

    enterprise_id: int
    enterprise: str
    uscc: str
    on_time: int = 0
    late: int = 0
    missed: int = 0

    @property
    def due(self) -> int:
        return self.on_time + self.late + self.missed


@dataclass(frozen=True, slots=True)
class CommitmentRow:
    """What was due for a day or year; ``published_at`` None: missed."""

    period: Period
    day: date
    due_at: datetime
    published_at: datetime | None


def commitment_sums(
    actor: Actor, window: Window, *, enterprise_id: int | None = None, region: str = ""
) -> Sequence[CommitmentSums]:
    """One row an enterprise that owed one, by name."""
    late = count_if(Commitment.first_published_at > Commitment.due_at)
    own = (Commitment.enterprise_id, Enterprise.name, Enterprise.uscc)
    kept = _published(actor, window, *own, func.count(Commitment.id), late).group_by(*own)
    kept = narrowed(kept, own[0], enterprise_id=enterprise_id, region=region)
    found = {
        row[0]: CommitmentSums(row[0], row[1], row[2], on_time=row[3] - row[4], late=row[4])
        for row in db.session.execute(kept)
    }
    lost = (CommitmentMissed.enterprise_id, Enterprise.name, Enterprise.uscc)
    stmt = _missed(actor, window, *lost, func.count(CommitmentMissed.id)).group_by(*lost)
    stmt = narrowed(stmt, lost[0], enterprise_id=enterprise_id, region=region)
    for row in db.session.execute(stmt):
        known = found.get(row[0]) or CommitmentSums(*row[:3])
        found[row[0]] = replace(known, missed=row[3])
    return sorted(found.values(), key=lambda one: (one.enterprise, one.enterprise_id))


def commitment_rows(actor: Actor, window: Window, *, enterprise_id: int) -> Sequence[CommitmentRow]:
    """An enterprise's, in the order in which they fell due."""
    model, lost = Commitment, CommitmentMissed
    kept = _published(
        actor, window, model.period, model.day, model.due_at, model.first_published_at
    ).where(model.enterprise_id == enterprise_id)
    missed = _missed(actor, window, lost.period, lost.day, lost.due_at).where(
        lost.enterprise_id == enterprise_id
    )
    rows = [CommitmentRow(*row) for row in db.session.execute(kept)]
    rows += [
        CommitmentRow(period, day, due_at, None)
        for period, day, due_at in db.session.execute(missed)
    ]
    return sorted(rows, key=lambda row: (row.due_at, row.period, row.day))


def commitment_counts(
    actor: Actor, window: Window, *, enterprise_id: int | None = None, region: str = ""
) -> dict[str, int]:
    """All of it in numbers, counted without the rows."""
    model = Commitment
    parts = (
        count_if(model.first_published_at <= model.due_at),
        count_if(model.first_published_at > model.due_at),
    )
    kept = narrowed(
        _published(actor, window, *parts),
        model.enterprise_id,
        enterprise_id=enterprise_id,
        region=region,
    )
    lost = narrowed(
        _missed(actor, window, func.count(CommitmentMissed.id)),
        CommitmentMissed.enterprise_id,
        enterprise_id=enterprise_id,
        region=region,
    )
    on_time, late = (int(n) for n in db.session.execute(kept).one())
    missed = int(db.session.scalar(lost) or 0)
    return {
        "commitments_due": on_time + late + missed,
        "commitments_on_time": on_time,
        "commitments_late": late,
        "commitments_missed": missed,
    }


def _published(actor: Actor, window: Window, *columns: Any) -> Select[Any]:
    model = Commitment
    return (
        visible(model, actor, *columns)
        .join(Enterprise, Enterprise.id == model.enterprise_id)
        .where(model.status == CommitmentState.PUBLISHED)
        .where(model.due_at >= window.start, model.due_at < clock.end_of(window.due_through))
        .where(model.first_published_at < window.end)
    )


def _missed(actor: Actor, window: Window, *columns: Any) -> Select[Any]:
    model = CommitmentMissed
    return (
        visible(model, actor, *columns)
        .join(Enterprise, Enterprise.id == model.enterprise_id)
        .where(model.due_at >= window.start, model.due_at < clock.end_of(window.due_through))
        .where(or_(model.made_up_at.is_(None), model.made_up_at >= window.end))
    )
