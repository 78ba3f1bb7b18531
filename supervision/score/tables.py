"""The table of indicators in versions: which judges a month, how the next one is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
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
from supervision.score import params, sources
from supervision.score.models import ScoreIndicator, ScoreTable
from supervision.score.rules import Axis, Group, Thresholds, month_of

_MOST_VERSIONS = 60


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


def is_judged(month: date) -> bool:
    """Whether any version judges that month: the first one judges none before it."""
    stmt = select(ScoreTable.id).where(ScoreTable.effective_from <= month).limit(1)
    return db.session.scalar(stmt) is not None


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


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a version as it is written. ``code`` "": a new one, named after its source."""

    code: str
    group: Group
    title: str
    title_en: str
    points: Decimal
    most: Decimal
    source: str
    params: Mapping[str, Any]
    axis: Axis | None
    is_on: bool = True


_FIELDS = tuple(Line.__dataclass_fields__)


def lines_of(table: ScoreTable) -> list[Line]:
    """The lines of a version, in their order."""
    return [Line(**{name: getattr(row, name) for name in _FIELDS}) for row in table.indicators]


def save(actor: Actor, base: ScoreTable, head: Head, lines: Sequence[Line]) -> ScoreTable:
    """The next version after ``base``, which must be the newest. Never judges a past month.

    A line that is known keeps its group and its source, whatever is said: its points of other
    months would mean something else.
    """
    if versions()[0].id != base.id:
        raise Conflict
    known = {line.code: line for line in lines_of(base)}
    kept = [_line_of(line, known.get(line.code)) for line in lines]
    _check(base, head, kept)
    kept = _named(kept)
    made = _add(actor, head, [asdict(x) | {"position": n} for n, x in enumerate(kept, start=1)])
    audit.record(
        actor,
        "score.table",
        made,
        before=base.id,
        reason=head.reason,
        effective_from=head.effective_from,
        changed=[line.code for line in kept if line != known.get(line.code)],
    )
    return made


def _line_of(line: Line, before: Line | None) -> Line:
    """Checked and cleaned. Raises InvalidInput."""
    if before is not None:
        line = replace(line, group=before.group, source=before.source)
    source = sources.SOURCES.get(line.source)
    # Of a source that this installation does not know any more nothing but on and off matters.
    if source is None:
        if before is None:
            raise InvalidInput(N_("Choose where its points come from."), field="new_source")
        return line
    if line.group not in source.groups:
        raise InvalidInput(
            N_("%(title)s cannot stand in this group."), field="reason", title=line.title
        )
    if not line.title or not line.title_en:
        raise InvalidInput(N_("Every indicator needs its title."), field="reason")
    if line.group is Group.BASE and line.axis is None:
        raise InvalidInput(
            N_("%(title)s needs its ray of the chart."), field="reason", title=line.title
        )
    return replace(line, params=params.cleaned(source.params, line.params))


def _named(lines: Sequence[Line]) -> list[Line]:
    """New lines get a code that no version has had: another indicator's points are not theirs."""
    taken = set(db.session.scalars(select(ScoreIndicator.code).distinct()))
    found = []
    for line in lines:
        if not line.code:
            stem, number = line.source.upper()[:34], 2
            code = stem
            while code in taken:
                code, number = f"{stem}_{number}", number + 1
            line = replace(line, code=code)  # noqa: PLW2901
        taken.add(line.code)
        found.append(line)
    return found


def _check(base: ScoreTable, head: Head, lines: Sequence[Line]) -> None:
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
    if not any(x.points for x in lines if x.group is Group.BASE and x.is_on):
        raise InvalidInput(N_("At least one base indicator needs points."), field="reason")
    codes = [line.code for line in lines if line.code]
    if len(set(codes)) != len(codes) or not set(codes) <= {x.code for x in base.indicators}:
        raise Conflict
    if (base.thresholds, base.source) == (head.thresholds, head.source) and lines_of(base) == list(
        lines
    ):
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
