"""Keeps the map's points: reads what colours an enterprise, writes only what differs."""

from __future__ import annotations

from collections.abc import Mapping
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

from supervision.atlas.grid import CELL_LEVELS, to_grid
from supervision.atlas.models import DISTRICT, LEVELS, MapCell, MapPoint
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
FIELDS = ("region_code", "x", "y", "risk", "overdue", "licence", "source")


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
    """Count the points anew, cell by cell, in one statement a level."""
    db.session.execute(unscoped(delete(MapCell), reason=REASON))
    for level in CELL_LEVELS:
        cell = (
            func.substr(MapPoint.region_code, 1, DISTRICT),
            MapPoint.x.bitwise_rshift(literal_column(str(level))),
            MapPoint.y.bitwise_rshift(literal_column(str(level))),
        )
        # Named, since PostgreSQL does not know two bound prefixes for the same.
        named = select(
            cell[0].label("region_code"),
            cell[1].label("cell_x"),
            cell[2].label("cell_y"),
            *(getattr(MapPoint, name) for name in ("enterprise_id", "x", "y", *LEVELS)),
        ).subquery()
        tallies = {
            f"{name}_{at}": func.sum(case((_at(named.c[name], name, at), 1), else_=0))
            for name, top in LEVELS.items()
            for at in range(1, top + 1)
        }
        columns = {
            "level": literal(level),
            "region_code": named.c.region_code,
            "x": named.c.cell_x,
            "y": named.c.cell_y,
            "count": func.count(),
            "sum_x": func.sum(cast(named.c.x, BigInteger)),
            "sum_y": func.sum(cast(named.c.y, BigInteger)),
            "enterprise_id": func.min(named.c.enterprise_id),
            **tallies,
        }
        counted = select(*columns.values()).group_by(
            named.c.region_code, named.c.cell_x, named.c.cell_y
        )
        stmt = insert(MapCell).from_select(list(columns), counted)
        db.session.execute(unscoped(stmt, reason=REASON))


def _at(column: Any, name: str, level: int) -> Any:
    return column >= level if level == LEVELS[name] else column == level


def has_cells() -> bool:
    stmt = select(MapCell.id).limit(1)
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
