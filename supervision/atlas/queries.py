"""Reads of the map: clusters and single points of a window, and the list beside it."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from supervision.atlas.grid import WIDE_LEVEL, Window
from supervision.atlas.models import AREAS, LEVELS, MapCell, MapPoint
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range, unscoped, visible
from supervision.core.search import contains
from supervision.enterprise.models import Enterprise
from supervision.enterprise.site_models import SitePlan
from supervision.risk.models import RiskPoint
from supervision.risk.workflow import COUNTED
from supervision.video.models import Camera

# So many are drawn one by one, with their names; beyond that they are gathered.
MOST_SINGLE = 200
MOST_CLUSTERS = 3000
MOST_CAMERAS = 500


class Measure(StrEnum):
    """What colours the map."""

    RISK = "risk"
    OVERDUE = "overdue"
    LICENCE = "licence"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class MapFilter:
    """``level``: at least so much of ``measure``; 0 means all."""

    measure: Measure = Measure.RISK
    level: int = 0
    region: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Enterprises of a cell: where their middle is, how many, the worst of the measure.

    ``enterprise_id`` and ``name`` are there for one that stands alone.
    """

    x: float
    y: float
    count: int
    worst: int
    enterprise_id: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    total: int
    clusters: Sequence[Cluster]


def gather(actor: Actor, wanted: MapFilter, window: Window) -> Answer:
    """What lies in the window: single enterprises while they are few, else one mark a cell.

    A name is read through the enterprise's own scope, a count through the point's.
    """
    clauses = _clauses(wanted, window)
    counted = window.level is not None and MapCell.serves(actor) and not wanted.text
    if counted and len(wanted.region) in AREAS:
        cells = _counted(actor, wanted, window)
    else:
        cells = _cells(actor, wanted, window.shift, clauses)
    total = sum(c.count for c in cells)
    if total <= MOST_SINGLE:
        return Answer(total, _singles(actor, wanted, clauses))
    names = _names(actor, [c.enterprise_id for c in cells if c.enterprise_id][:MOST_SINGLE])
    named = [
        Cluster(c.x, c.y, c.count, c.worst, c.enterprise_id, names[c.enterprise_id])
        if c.enterprise_id in names
        else c
        for c in cells
    ]
    return Answer(total, named)


def _column(measure: Measure) -> Any:
    return getattr(MapPoint, measure.value)


def _clauses(wanted: MapFilter, window: Window) -> list[ColumnElement[bool]]:
    return [
        MapPoint.x.between(window.west, window.east),
        MapPoint.y.between(window.north, window.south),
        *_narrowed(wanted),
    ]


def _narrowed(wanted: MapFilter) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if wanted.level:
        clauses.append(_column(wanted.measure) >= wanted.level)
    if wanted.region:
        clauses.append(region_range(MapPoint.region_code, wanted.region))
    return clauses


def _counted(actor: Actor, wanted: MapFilter, window: Window) -> list[Cluster]:
    """From the cells that were counted beforehand; their borders round the window's."""
    level = window.level or 0
    name, top = wanted.measure.value, LEVELS[wanted.measure.value]
    tally = {at: getattr(MapCell, f"{name}_{at}") for at in range(1, top + 1)}
    number: Any = MapCell.count
    if wanted.level:
        number = functools.reduce(operator.add, (tally[at] for at in range(wanted.level, top + 1)))
    worst = case(*((tally[at] > 0, at) for at in range(top, 0, -1)), else_=0)
    total = func.sum(number)
    stmt = visible(
        MapCell,
        actor,
        func.sum(MapCell.sum_x),
        func.sum(MapCell.sum_y),
        func.sum(MapCell.count),
        total,
        func.max(worst),
        func.min(MapCell.enterprise_id),
    ).where(
        MapCell.level == level,
        MapCell.x.between(window.west >> level, window.east >> level),
        MapCell.y.between(window.north >> level, window.south >> level),
        _of_areas(actor, wanted.region, level),
    )
    more = window.shift - level
    stmt = stmt.group_by(MapCell.x.bitwise_rshift(more), MapCell.y.bitwise_rshift(more))
    stmt = stmt.having(total > 0).limit(MOST_CLUSTERS)
    return [
        Cluster(
            float(x / n), float(y / n), int(found), int(high), enterprise if n == found == 1 else 0
        )
        for x, y, n, found, high, enterprise in db.session.execute(stmt)
    ]


def _of_areas(actor: Actor, region: str, level: int) -> ColumnElement[bool]:
    """One row a cell, of the widest areas that lie in both the actor's regions and ``region``."""
    if level < WIDE_LEVEL:
        return region_range(MapCell.region_code, region) if region else true()
    own = {""} if actor.everything else set(actor.regions)
    both = {max(one, region, key=len) for one in own if _one_in_the_other(one, region)}
    widest = {a for a in both if not any(a != b and a.startswith(b) for b in both)}
    return MapCell.region_code.in_(sorted(widest))


def _one_in_the_other(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _cells(
    actor: Actor, wanted: MapFilter, shift: int, clauses: Sequence[ColumnElement[bool]]
) -> list[Cluster]:
    """One index's reading, whatever lies in the window."""
    stmt = visible(
        MapPoint,
        actor,
        func.avg(MapPoint.x),
        func.avg(MapPoint.y),
        func.count(),
        func.max(_column(wanted.measure)),
        func.min(MapPoint.enterprise_id),
    ).where(*clauses)
    if wanted.text:
        stmt = stmt.join(Enterprise, Enterprise.id == MapPoint.enterprise_id)
        stmt = stmt.where(contains(wanted.text, Enterprise.name, Enterprise.short_name))
    stmt = stmt.group_by(MapPoint.x.bitwise_rshift(shift), MapPoint.y.bitwise_rshift(shift)).limit(
        MOST_CLUSTERS
    )
    return [
        Cluster(float(x), float(y), count, int(worst), enterprise_id if count == 1 else 0)
        for x, y, count, worst, enterprise_id in db.session.execute(stmt)
    ]


def _singles(
    actor: Actor, wanted: MapFilter, clauses: Sequence[ColumnElement[bool]]
) -> list[Cluster]:
    columns = (MapPoint.x, MapPoint.y, _column(wanted.measure), Enterprise.id, Enterprise.name)
    stmt = visible(Enterprise, actor, *columns).join(
        MapPoint, MapPoint.enterprise_id == Enterprise.id
    )
    stmt = stmt.where(MapPoint.visible_to(actor), *clauses)
    if wanted.text:
        stmt = stmt.where(contains(wanted.text, Enterprise.name, Enterprise.short_name))
    rows = db.session.execute(stmt.order_by(Enterprise.id).limit(MOST_SINGLE))
    return [Cluster(x, y, 1, int(worst), i, name) for x, y, worst, i, name in rows]


def _names(actor: Actor, ids: Sequence[int]) -> dict[int, str]:
    stmt = visible(Enterprise, actor, Enterprise.id, Enterprise.name).where(Enterprise.id.in_(ids))
    return dict(db.session.execute(stmt).tuples().all())


def list_points(actor: Actor, wanted: MapFilter, window: Window | None) -> Select[Any]:
    """The ordered statement of the list beside the map: the worst first."""
    stmt = (
        visible(MapPoint, actor)
        .join(Enterprise, Enterprise.id == MapPoint.enterprise_id)
        .where(Enterprise.visible_to(actor), *_narrowed(wanted))
        .options(contains_eager(MapPoint.enterprise))
    )
    if window is not None:
        stmt = stmt.where(*_clauses(wanted, window))
    if wanted.text:
        stmt = stmt.where(contains(wanted.text, Enterprise.name, Enterprise.short_name))
    # Both downwards, as an index reads them.
    return stmt.order_by(_column(wanted.measure).desc(), MapPoint.enterprise_id.desc())


def extent(actor: Actor) -> tuple[int, int, int, int] | None:
    """West, north, east and south of all that the actor sees, in steps."""
    level = WIDE_LEVEL
    model: Any = MapCell if MapCell.serves(actor) else MapPoint
    edges = (func.min(model.x), func.min(model.y), func.max(model.x), func.max(model.y))
    stmt = visible(model, actor, *edges)
    if model is MapCell:
        stmt = stmt.where(MapCell.level == level, _of_areas(actor, "", level))
    west, north, east, south = db.session.execute(stmt).one()
    if west is None:
        return None
    if model is MapPoint:
        return west, north, east, south
    return west << level, north << level, (east + 1) << level, (south + 1) << level


def kept_at() -> datetime | None:
    """When the map's points were last changed."""
    stmt = select(MapPoint.updated_at).order_by(MapPoint.id.desc()).limit(1)
    return db.session.scalar(unscoped(stmt, reason="a time tells nothing of an enterprise"))


def plans_of(enterprise_id: int, actor: Actor) -> Sequence[tuple[SitePlan, int]]:
    """An enterprise's plans that hold now, each with how many cameras hang on it."""
    hung = (
        select(func.count(Camera.id))
        .where(Camera.site_plan_id == SitePlan.id)
        .correlate(SitePlan)
        .scalar_subquery()
    )
    stmt = visible(SitePlan, actor, SitePlan, hung).where(
        SitePlan.enterprise_id == enterprise_id, SitePlan.retired_at.is_(None)
    )
    rows = db.session.execute(stmt.order_by(SitePlan.name, SitePlan.id).limit(MOST_CAMERAS))
    return [(plan, count) for plan, count in rows]


def get_plan(plan_id: int, actor: Actor) -> SitePlan:
    """A plan with its picture, areas and enterprise. Raises NotFound out of scope."""
    stmt = (
        visible(SitePlan, actor)
        .where(SitePlan.id == plan_id)
        .options(
            joinedload(SitePlan.picture),
            joinedload(SitePlan.enterprise),
            selectinload(SitePlan.areas),
        )
    )
    plan: SitePlan | None = db.session.scalars(stmt).first()
    if plan is None:
        raise NotFound
    return plan


def cameras_of(enterprise_id: int, actor: Actor) -> Sequence[Camera]:
    """An enterprise's cameras, placed or not, by name."""
    stmt = visible(Camera, actor).where(Camera.enterprise_id == enterprise_id)
    return db.session.scalars(stmt.order_by(Camera.name, Camera.id).limit(MOST_CAMERAS)).all()


def risks_on(plan_id: int, actor: Actor) -> Sequence[RiskPoint]:
    """The risk points that stand on a plan, the worst first."""
    stmt = visible(RiskPoint, actor).where(
        RiskPoint.plan_id == plan_id, RiskPoint.x.is_not(None), RiskPoint.status.in_(COUNTED)
    )
    return db.session.scalars(
        stmt.order_by(RiskPoint.rank.desc(), RiskPoint.id).limit(MOST_CAMERAS)
    ).all()
