"""Verbs: compute and freeze a month of some enterprises, write down and void facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert

from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.score import queries, sources
from supervision.score.lines import line_of
from supervision.score.models import Score, ScoreChange, ScoreFact, ScoreTable
from supervision.score.rules import (
    RANKS,
    FactKind,
    Reading,
    Result,
    is_worse,
    judge,
    month_before,
)
from supervision.score.source_view import View

_NO_RANK = 9


def compute(table: ScoreTable, view: View, now: datetime) -> int:
    """Write the scores of ``view.ids`` for its month; frozen ones stay. Returns how many changed.

    The same facts give the same rows: run again, it changes nothing.
    """
    kept = {row.enterprise_id: row for row in queries.of_month(view.ids, view.month)}
    open_ids = [i for i in view.ids if i not in kept or kept[i].frozen_at is None]
    if not open_ids:
        return 0
    view = View(open_ids, view.month, view.today)
    before = {
        row.enterprise_id: row for row in queries.of_month(open_ids, month_before(view.month))
    }
    indicators = [row.value for row in table.indicators if row.is_on]
    readings = _readings(table, view)
    new = _New()
    changed = 0
    for one in open_ids:
        mine = {code: found.get(one, Reading()) for code, found in readings.items()}
        result = judge(indicators, mine, table.thresholds)
        case = _Case(one, view.month, table, result, now)
        changed += _write(case, kept.get(one), before.get(one), new)
    new.insert()
    return changed


@dataclass(slots=True)
class _New:
    """Rows of a batch, inserted in one statement a table."""

    scores: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)

    def insert(self) -> None:
        db.session.flush()
        for model, rows in ((Score, self.scores), (ScoreChange, self.changes)):
            if rows:
                # Else rows that lack a value would each be a statement of their own.
                db.session.execute(insert(model).execution_options(render_nulls=True), rows)


def _readings(table: ScoreTable, view: View) -> dict[str, dict[int, Reading]]:
    found = {}
    for line in (one for one in table.indicators if one.is_on):
        read = sources.read(line.source, view, line.params or {})
        if read is not None:
            found[line.code] = dict(read)
    return found


@dataclass(frozen=True, slots=True)
class _Case:
    """What came out for one enterprise."""

    enterprise_id: int
    month: date
    table: ScoreTable
    result: Result
    now: datetime


def _write(case: _Case, row: Score | None, before: Score | None, new: _New) -> bool:
    """Whether anything changed."""
    result = case.result
    values = {
        "table_id": case.table.id,
        "total": result.total,
        "colour": result.colour,
        "rank": _NO_RANK if result.colour is None else RANKS[result.colour],
        "is_vetoed": result.is_vetoed,
        "change": _change(result.total, before.total if before else None),
        "lines": [line_of(point) for point in result.points],
    }
    whose = {"enterprise_id": case.enterprise_id, "month": case.month}
    was = row.colour if row is not None else before.colour if before is not None else None
    if row is None:
        new.scores.append(whose | values | {"computed_at": case.now})
    elif all(getattr(row, name) == value for name, value in values.items()):
        return False
    else:
        for name, value in values.items():
            setattr(row, name, value)
        row.computed_at = case.now
    if was is not result.colour:
        change = {"from_colour": was, "to_colour": result.colour, "total": result.total}
        # The same job tells of what got worse, all together.
        told = None if is_worse(was, result.colour) else case.now
        new.changes.append(whose | change | {"at": case.now, "told_at": told})
    return True


def _change(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    return None if now is None or before is None else now - before


def freeze(ids: Sequence[int], month: date, now: datetime) -> int:
    """The scores of these enterprises for a month that has ended are what they are for ever."""
    rows = [row for row in queries.of_month(ids, month) if row.frozen_at is None]
    for row in rows:
        row.frozen_at = now
    db.session.flush()
    return len(rows)


@dataclass(frozen=True, slots=True)
class FactFields:
    """What an officer writes down."""

    kind: FactKind
    happened_on: date
    paper_number: str
    reason: str


def record_fact(
    enterprise: Enterprise, actor: Actor, fields: FactFields, scan: Attachment | None
) -> ScoreFact:
    """Write a fact down; the running month hears of it in the same night."""
    if fields.happened_on > clock.today():
        raise InvalidInput(N_("The day lies in the future."), field="happened_on")
    if not fields.paper_number and scan is None:
        raise InvalidInput(
            N_("A fact needs its paper: a number, or the file."), field="paper_number"
        )
    fact = ScoreFact(
        enterprise_id=enterprise.id,
        kind=fields.kind,
        happened_on=fields.happened_on,
        paper_number=fields.paper_number,
        reason=fields.reason,
        attachment=scan,
        recorded_at=clock.now(),
        recorded_by_id=actor.id,
        recorded_by=actor.name,
    )
    db.session.add(fact)
    audit.record(actor, "score.fact", fact, kind=fields.kind, day=fields.happened_on)
    return fact


def void_fact(fact: ScoreFact, actor: Actor, *, reason: str) -> None:
    """It counts no more from now on; months that are frozen stay. Raises Conflict the second time."""
    if fact.voided_at is not None:
        raise Conflict
    fact.voided_at, fact.voided_by, fact.void_reason = clock.now(), actor.name, reason
    audit.record(actor, "score.fact_void", fact, reason=reason)
