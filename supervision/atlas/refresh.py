"""Keeps the map's points: reads what colours an enterprise, writes only what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Select,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    update,
)

from supervision.atlas.grid import CELL_LEVELS, WIDE_LEVEL, to_grid
from supervision.atlas.models import AREAS, DISTRICT, LEVELS, MapCell, MapPoint
from supervision.chemical.models import ChemicalSource
from supervision.chemical.rules import Grade
from supervision.chemical.workflow import OPEN
from supervision.core import clock
from supervision.core.db import db
from supervision.core.scope import unscoped
from supervision.core.validity import STEPS, Standing
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.hazard.models import Hazard, overdue_clause
from supervision.licence.models import Licence
from supervision.licence.queries import standing_clause, within
from supervision.risk.models import RiskPoint
from supervision.risk.workflow import COUNTED

BATCH = 2000
GONE = frozenset({RollStatus.CLOSED, RollStatus.MOVED})
REASON = "the job that keeps the map looks at every enterprise"
Values = dict[str, Any]
_TALLIES = tuple(f"{name}_{at}" for name, top in LEVELS.items() for at in range(1, top + 1))
FIELDS = ("region_code", "x", "y", "risk", "overdue", "licence", "source")


@dataclass(frozen=True, slots=True)
class _Cells:
    """What is to be added up: rows of ``model`` by an area's digits and by a cell's place."""

    level: int
    area: int
    region: Any
    shift: int
    model: Any
    enterprise: Any
    values: Mapping[str, Any]
    where: tuple[Any, ...] = ()


def next_batch(after: int) -> tuple[int, int] | None:
    """First and last id of the next enterprises after ``after``; None at the end."""
    ids = select(Enterprise.id).where(Enterprise.id > after).order_by(Enterprise.id)
    some = ids.limit(BATCH).subquery()
    stmt = select(func.min(some.c.id), func.max(some.c.id))
    first, last = db.session.execute(unscoped(stmt, reason=REASON)).one()
    return None if first is None else (first, last)


def keep(first: int, last: int, now: datetime) -> int:
    """Bring the points of enterprises ``first`` to ``last`` up to date; returns how many changed."""
    wanted = _wanted(first, last)
    there = _there(first, last)
    new = [{**v, "enterprise_id": i} for i, v in wanted.items() if i not in there]
    changed = [
        {**values, "id": there[i][0], "updated_at": now}
        for i, values in wanted.items()
        if i in there and there[i][1] != tuple(values[name] for name in FIELDS)
    ]
    gone = [row for i, (row, _values) in there.items() if i not in wanted]
    if new:
        db.session.execute(insert(MapPoint), [{**v, "updated_at": now} for v in new])
    if changed:
        db.session.execute(unscoped(update(MapPoint), reason=REASON), changed)
    if gone:
        stmt = delete(MapPoint).where(MapPoint.id.in_(gone))
        db.session.execute(unscoped(stmt, reason=REASON))
    return len(new) + len(changed) + len(gone)


def count_cells() -> None:
    """Count the points anew: the smallest cells from them, the larger from those of districts."""
    db.session.execute(unscoped(delete(MapCell), reason=REASON))
    smallest, *larger = reversed(CELL_LEVELS)
    _count(_placed(smallest))
    for level in larger:
        _count(_gathered(smallest, level, DISTRICT))
        smallest = level
    for level in CELL_LEVELS:
        if level >= WIDE_LEVEL:
            for area in AREAS[:-1]:
                _count(_gathered(level, level, area))


def _placed(level: int) -> _Cells:
    """The points, each with its district and its cell of ``level``."""
    tallies = {
        f"{name}_{at}": case((_at(getattr(MapPoint, name), name, at), 1), else_=0)
        for name, top in LEVELS.items()
        for at in range(1, top + 1)
    }
    values = {
        "count": literal_column("1"),
        "sum_x": cast(MapPoint.x, BigInteger),
        "sum_y": cast(MapPoint.y, BigInteger),
        **tallies,
    }
    return _Cells(
        level, DISTRICT, MapPoint.region_code, level, MapPoint, MapPoint.enterprise_id, values
    )


def _gathered(source: int, level: int, area: int) -> _Cells:
    """The districts' cells of ``source``, each with its area and its cell of ``level``."""
    names = ("count", "sum_x", "sum_y", *_TALLIES)
    values = {name: getattr(MapCell, name) for name in names}
    return _Cells(
        level,
        area,
        MapCell.region_code,
        level - source,
        MapCell,
        MapCell.enterprise_id,
        values,
        (MapCell.level == source, func.length(MapCell.region_code) == DISTRICT),
    )


def _count(cells: _Cells) -> None:
    """Add up what lies in one cell of one area, and keep it: one statement."""
    shift: Any = literal_column(str(cells.shift))
    # Named, since PostgreSQL does not know two bound prefixes for the same.
    named = (
        select(
            func.substr(cells.region, 1, cells.area).label("region_code"),
            cells.model.x.bitwise_rshift(shift).label("x"),
            cells.model.y.bitwise_rshift(shift).label("y"),
            cells.enterprise.label("enterprise_id"),
            *(value.label(name) for name, value in cells.values.items()),
        )
        .where(*cells.where)
        .subquery()
    )
    place = (named.c.region_code, named.c.x, named.c.y)
    columns = {
        "level": literal(cells.level),
        "region_code": place[0],
        "x": place[1],
        "y": place[2],
        "enterprise_id": func.min(named.c.enterprise_id),
        **{name: func.sum(named.c[name]) for name in cells.values},
    }
    counted = select(*columns.values()).group_by(*place)
    stmt = insert(MapCell).from_select(list(columns), counted)
    db.session.execute(unscoped(stmt, reason=REASON))


def _at(column: Any, name: str, level: int) -> Any:
    return column >= level if level == LEVELS[name] else column == level


def has_cells() -> bool:
    """Whether all levels are there: those of an older version were fewer."""
    stmt = select(MapCell.id).where(MapCell.level == CELL_LEVELS[0]).limit(1)
    return db.session.scalar(unscoped(stmt, reason=REASON)) is not None


def _there(first: int, last: int) -> dict[int, tuple[int, tuple[Any, ...]]]:
    columns = [getattr(MapPoint, name) for name in FIELDS]
    stmt = select(MapPoint.enterprise_id, MapPoint.id, *columns)
    stmt = stmt.where(MapPoint.enterprise_id.between(first, last))
    rows = db.session.execute(unscoped(stmt, reason=REASON))
    return {enterprise: (row, tuple(values)) for enterprise, row, *values in rows}


def _wanted(first: int, last: int) -> dict[int, Values]:
    stmt = select(
        Enterprise.id, Enterprise.region_code, Enterprise.longitude, Enterprise.latitude
    ).where(
        Enterprise.id.between(first, last),
        Enterprise.longitude.is_not(None),
        Enterprise.latitude.is_not(None),
        Enterprise.roll_status.not_in(GONE),
    )
    measures = _measures(first, last)
    wanted: dict[int, Values] = {}
    rows: Any = db.session.execute(unscoped(stmt, reason=REASON))
    for i, region, longitude, latitude in rows:
        x, y = to_grid(float(longitude), float(latitude))
        known = {name: found.get(i, 0) for name, found in measures.items()}
        wanted[i] = {"region_code": region, "x": x, "y": y, **known}
    return wanted


def _measures(first: int, last: int) -> Mapping[str, Mapping[int, int]]:
    """What colours enterprises, by measure: one statement each for the whole batch."""
    today = clock.today()
    risk = select(RiskPoint.enterprise_id, func.max(RiskPoint.rank)).where(
        RiskPoint.status.in_(COUNTED)
    )
    overdue = select(Hazard.enterprise_id, func.count()).where(overdue_clause(today))
    source = select(ChemicalSource.enterprise_id, func.max(_source_rank())).where(
        ChemicalSource.status.in_(OPEN)
    )
    late = or_(
        standing_clause(Standing.LATE_TO_APPLY, today),
        standing_clause(Standing.EXPIRED, today),
    )
    soon = within(today, timedelta(days=STEPS[0]))
    rank = case((late, 2), (soon, 1), else_=0)
    licence = select(Licence.enterprise_id, func.max(rank)).where(Licence.renewed_on.is_(None))
    return {
        "risk": _of_batch(risk, RiskPoint.enterprise_id, first, last),
        "overdue": _of_batch(overdue, Hazard.enterprise_id, first, last),
        "licence": _of_batch(licence, Licence.enterprise_id, first, last),
        "source": _of_batch(source, ChemicalSource.enterprise_id, first, last),
    }


def _source_rank() -> Any:
    ranks = {grade.value: 4 - place for place, grade in enumerate(Grade)}
    return case(ranks, value=ChemicalSource.grade, else_=0)


def _of_batch(stmt: Select[int, Any], owner: Any, first: int, last: int) -> dict[int, int]:
    found = stmt.where(owner.between(first, last)).group_by(owner)
    return {i: int(value or 0) for i, value in db.session.execute(unscoped(found, reason=REASON))}
