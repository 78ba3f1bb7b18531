"""The table of indicators in versions: which judges a month, how the next one is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from supervision.core import audit, clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.statutory import Certainty
from supervision.core.text import N_
from supervision.score.models import ScoreIndicator, ScoreTable
from supervision.score.rules import Axis, Group, Thresholds, month_of

_MOST_VERSIONS = 60
_KEPT = ("position", "code", "group", "title", "title_en", "source", "params", "axis")


def table_on(month: date) -> ScoreTable:
    """The version that judges a month, with its lines. Raises NotFound."""
    stmt = (
        select(ScoreTable)
        .where(ScoreTable.effective_from <= month)
        .options(selectinload(ScoreTable.indicators))
        .order_by(ScoreTable.effective_from.desc(), ScoreTable.id.desc())
    )
    found = db.session.scalars(stmt.limit(1)).first()
    if found is None:
        raise NotFound(N_("No table of indicators judges %(month)s."), month=month)
    return found


def get_table(table_id: int) -> ScoreTable:
    """One version with its lines. Raises NotFound."""
    stmt = select(ScoreTable).where(ScoreTable.id == table_id)
    found = db.session.scalars(stmt.options(selectinload(ScoreTable.indicators))).first()
    if found is None:
        raise NotFound
    return found


def versions() -> Sequence[ScoreTable]:
    """Newest first."""
    stmt = select(ScoreTable).order_by(ScoreTable.effective_from.desc(), ScoreTable.id.desc())
    return db.session.scalars(stmt.limit(_MOST_VERSIONS)).all()


@dataclass(frozen=True, slots=True)
class Head:
    """What is said of a version as a whole. ``effective_from``: the first of a month."""

    effective_from: date
    thresholds: Thresholds
    source: str
    certainty: Certainty
    reason: str


# Points of a line and the most that it takes, by code.
Weights = Mapping[str, tuple[Decimal, Decimal]]


def save(actor: Actor, base: ScoreTable, head: Head, weights: Weights) -> ScoreTable:
    """The next version after ``base``, which must be the newest. Never judges a past month."""
    if versions()[0].id != base.id:
        raise Conflict
    _check(base, head, weights)
    made = _add(
        actor,
        head,
        [
            {name: getattr(line, name) for name in _KEPT}
            | dict(zip(("points", "most"), weights[line.code], strict=True))
            for line in base.indicators
        ],
    )
    audit.record(
        actor,
        "score.table",
        made,
        before=base.id,
        reason=head.reason,
        effective_from=head.effective_from,
        changed=[x.code for x in base.indicators if (x.points, x.most) != weights[x.code]],
    )
    return made


def _check(base: ScoreTable, head: Head, weights: Weights) -> None:
    if head.effective_from != month_of(head.effective_from):
        raise InvalidInput(N_("A table begins on the first of a month."), field="effective_from")
    if head.effective_from < max(month_of(clock.today()), base.effective_from):
        raise InvalidInput(
            N_("A table changes no past month, nor begins before the one it replaces."),
            field="effective_from",
        )
    if not head.thresholds.are_ordered:
        raise InvalidInput(
            N_("Green begins above yellow, yellow above orange, all within 0 and 100."),
            field="green_from",
        )
    if not any(weights[x.code][0] for x in base.indicators if x.group is Group.BASE):
        raise InvalidInput(N_("At least one base indicator needs points."), field="reason")
    same = all((x.points, x.most) == weights[x.code] for x in base.indicators)
    if same and (base.thresholds, base.source) == (head.thresholds, head.source):
        raise InvalidInput(N_("Nothing was changed."), field="reason")


def _add(actor: Actor, head: Head, lines: Sequence[Mapping[str, Any]]) -> ScoreTable:
    made = ScoreTable(
        effective_from=head.effective_from,
        green_from=head.thresholds.green,
        yellow_from=head.thresholds.yellow,
        orange_from=head.thresholds.orange,
        source=head.source,
        certainty=head.certainty,
        reason=head.reason,
        made_at=clock.now(),
        made_by=actor.name,
        indicators=[ScoreIndicator(**line) for line in lines],
    )
    db.session.add(made)
    db.session.flush()
    return made


def load_default(head: Mapping[str, str], lines: Sequence[Mapping[str, Any]]) -> int:
    """The shipped table where there is none yet; returns how many lines. Rows of strings."""
    if db.session.scalars(select(ScoreTable.id).limit(1)).first() is not None:
        return 0
    limits = (Decimal(head[f"{name}_from"]) for name in ("green", "yellow", "orange"))
    made = Head(
        date.fromisoformat(head["effective_from"]),
        Thresholds(*limits),
        head["source"],
        Certainty(head["certainty"]),
        "",
    )
    _add(SYSTEM, made, [_line(line) for line in lines])
    return len(lines)


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "position": int(row["position"]),
        "group": Group(row["group"]),
        "points": Decimal(row["points"]),
        "most": Decimal(row["most"]),
        "axis": Axis(row["axis"]) if row["axis"] else None,
    }
