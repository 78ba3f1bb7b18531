"""The tables in versions: which is in force, what a change would do, how it is made.

A version that was in force is never changed: an assessment keeps the id of the one it was made
by, and its grade. What a change does to present points is counted before it is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from supervision.core import audit, clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.scope import unscoped
from supervision.core.statutory import Certainty
from supervision.core.text import N_
from supervision.risk import rules
from supervision.risk.models import (
    RiskAssessment,
    RiskPoint,
    RiskTable,
    RiskTableLine,
    table_in_force,
)
from supervision.risk.rules import Band, Method, RiskGrade
from supervision.risk.table_rules import (
    SCALES,
    TABLE_OF,
    Line,
    Part,
    TableCode,
    bands_of,
    check_lines,
)
from supervision.risk.workflow import COUNTED

_MOST_VERSIONS = 50
# From sure to unsure: a table is as sure as its weakest line.
_BY_DOUBT = (Certainty.HIGH, Certainty.MEDIUM, Certainty.LOW)


def table_on(code: TableCode, day: date) -> RiskTable:
    """The version in force, with its lines. Raises NotFound."""
    stmt = (
        select(RiskTable)
        .where(RiskTable.code == code, table_in_force(day))
        .options(selectinload(RiskTable.lines))
        .order_by(RiskTable.id.desc())
    )
    found = db.session.scalars(stmt.limit(1)).first()
    if found is None:
        raise NotFound(
            N_("No version of rule %(code)s is in force on %(day)s."), code=code, day=day
        )
    return found


def tables_on(day: date) -> dict[TableCode, RiskTable]:
    """Every table in force, with its lines, in two statements."""
    stmt = select(RiskTable).where(table_in_force(day)).options(selectinload(RiskTable.lines))
    return {table.code: table for table in db.session.scalars(stmt.order_by(RiskTable.id))}


def versions(code: TableCode) -> Sequence[RiskTable]:
    """Newest first."""
    stmt = select(RiskTable).where(RiskTable.code == code).options(selectinload(RiskTable.lines))
    return db.session.scalars(stmt.order_by(RiskTable.id.desc()).limit(_MOST_VERSIONS)).all()


def accident_names(day: date) -> dict[str, str]:
    """Types of accident by code; also of those that an earlier version had."""
    stmt = (
        select(RiskTableLine.code, RiskTableLine.text)
        .join(RiskTable, RiskTable.id == RiskTableLine.table_id)
        .where(RiskTable.code == TableCode.ACCIDENTS, RiskTable.effective_from <= day)
        .order_by(RiskTable.id, RiskTableLine.position)
    )
    return dict(db.session.execute(stmt).tuples().all())


@dataclass(frozen=True, slots=True)
class Head:
    """What is said of a version as a whole."""

    source: str
    certainty: Certainty
    reason: str


def save(actor: Actor, base: RiskTable, head: Head, lines: Sequence[Line]) -> RiskTable:
    """The next version, in force from today. ``base`` must be the one that is in force."""
    if base.effective_to is not None:
        raise Conflict
    check_lines(base.code, lines)
    if list(lines) == base.values and head.source == base.source:
        raise InvalidInput(N_("Nothing was changed."), field="reason")
    found = impact(base.code, lines)
    base.effective_to = clock.today() - timedelta(days=1)
    made = _version(actor, base.code, head, lines, clock.today())
    audit.record(
        actor,
        "risk.table",
        made,
        code=base.code,
        reason=head.reason,
        before=base.id,
        would_change=found.changed,
    )
    return made


def _version(
    actor: Actor, code: TableCode, head: Head, lines: Sequence[Line], effective_from: date
) -> RiskTable:
    table = RiskTable(
        code=code,
        effective_from=effective_from,
        source=head.source,
        certainty=head.certainty,
        reason=head.reason,
        changed_at=clock.now(),
        changed_by=actor.name,
        lines=[
            RiskTableLine(
                position=number,
                part=line.part,
                code=line.code,
                score=line.score,
                grade=line.grade,
                level=line.level,
                months=line.months,
                text=line.text,
            )
            for number, line in enumerate(lines, start=1)
        ],
    )
    db.session.add(table)
    db.session.flush()
    return table


def load_defaults(rows: Iterable[Mapping[str, str]]) -> int:
    """The shipped tables that nobody has yet; what somebody changed is theirs. Counts lines."""
    by_code: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        by_code.setdefault(row["table"], []).append(row)
    known = {str(code) for code in db.session.scalars(select(RiskTable.code).distinct())}
    added = 0
    for code, own in by_code.items():
        if code in known:
            continue
        lines = [_shipped_line(row) for row in own]
        certainty = max((Certainty(row["certainty"]) for row in own), key=_BY_DOUBT.index)
        head = Head(own[0]["source"], certainty, "")
        check_lines(TableCode(code), lines)
        _version(SYSTEM, TableCode(code), head, lines, date.fromisoformat(own[0]["effective_from"]))
        added += len(lines)
    return added


def _shipped_line(row: Mapping[str, str]) -> Line:
    return Line(
        part=Part(row["part"]),
        code=row["code"],
        score=Decimal(row["score"]) if row["score"] else None,
        grade=RiskGrade(row["grade"]) if row["grade"] else None,
        level=rules.ControlLevel(row["level"]) if row["level"] else None,
        months=int(row["months"]) if row["months"] else None,
        text=row["text"],
    )


# --- what a change would do ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Move:
    """So many present points would have another colour at their next assessment."""

    before: RiskGrade
    after: RiskGrade
    count: int


@dataclass(frozen=True, slots=True)
class Impact:
    """``unscored``: points whose scores the new table does not offer any more."""

    moves: Sequence[Move]
    unscored: int
    points: int

    @property
    def changed(self) -> int:
        return sum(move.count for move in self.moves)


def impact(code: TableCode, lines: Sequence[Line]) -> Impact:
    """What ``lines`` would say of the points that count now, by their last assessment.

    One statement groups by scores, of which there are a few hundred, whatever the number of
    points. Direct grades, levels and types have no arithmetic: nothing moves.
    """
    methods = [m for m, table in TABLE_OF.items() if table is code and m is not Method.DIRECT]
    if not methods:
        return Impact((), 0, _points_graded_by(code))
    moves: dict[tuple[RiskGrade, RiskGrade], int] = {}
    unscored = total = 0
    bands = bands_of(lines)
    offered = {part: {x.score for x in lines if x.part is part} for part in SCALES}
    for row in _present_scores(methods[0]):
        total += row.count
        if not _is_offered(row, offered):
            unscored += row.count
        after = _graded(row, bands)
        if after is not row.standing:
            key = (row.standing, after)
            moves[key] = moves.get(key, 0) + row.count
    ordered = sorted(moves.items(), key=lambda m: (-rules.rank(m[0][0]), -rules.rank(m[0][1])))
    return Impact([Move(*pair, count) for pair, count in ordered], unscored, total)


@dataclass(frozen=True, slots=True)
class _Scores:
    likelihood: Decimal
    exposure: Decimal | None
    severity: Decimal
    value: Decimal
    direct_code: str
    standing: RiskGrade
    count: int


def _graded(row: _Scores, bands: Iterable[Band]) -> RiskGrade:
    """A rule holds whatever the scores say."""
    return row.standing if row.direct_code else rules.grade_of(row.value, bands)


def _is_offered(row: _Scores, offered: Mapping[Part, set[Decimal | None]]) -> bool:
    scores = ((Part.LIKELIHOOD, row.likelihood), (Part.EXPOSURE, row.exposure))
    pairs = (*scores, (Part.SEVERITY, row.severity))
    return all(score is None or score in offered[part] for part, score in pairs)


def _present_scores(method: Method) -> Iterable[_Scores]:
    """The last assessments of the points that count, grouped by what they say."""
    a = RiskAssessment
    last = (
        select(func.max(a.id))
        .where(a.point_id == RiskPoint.id)
        .correlate(RiskPoint)
        .scalar_subquery()
    )
    said = (a.likelihood, a.exposure, a.severity, a.value, a.direct_code, a.standing)
    stmt = (
        select(*said, func.count())
        .select_from(RiskPoint)
        .join(a, a.id == last)
        .where(RiskPoint.status.in_(COUNTED), RiskPoint.method == method, a.method == method)
        .group_by(*said)
    )
    found: Any = db.session.execute(unscoped(stmt, reason="counts of an installation's points"))
    for row in found:
        yield _Scores(*row)


def _points_graded_by(code: TableCode) -> int:
    """How many points that count were graded by a table without arithmetic."""
    stmt = select(func.count(RiskPoint.id)).where(RiskPoint.status.in_(COUNTED))
    if code is TableCode.DIRECT:
        stmt = stmt.where(RiskPoint.method == Method.DIRECT)
    return db.session.scalar(unscoped(stmt, reason="counts of an installation's points")) or 0
