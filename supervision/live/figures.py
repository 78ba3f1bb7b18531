"""The board of figures: what was told, how right it was, how soon somebody said so.

Counted by the database in a fixed number of statements; the definitions are those of
:mod:`supervision.video.precision`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Float, Select, case, cast, func, select
from sqlalchemy.orm import contains_eager

from supervision.core import clock, partitions
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.core.search import contains
from supervision.core.web.paging import COUNT_CAP, PER_PAGE, Page
from supervision.enterprise.models import Enterprise, narrowed
from supervision.live.spans import Days
from supervision.video import precision
from supervision.video.models import Camera, CameraDay, Violation
from supervision.video.precision import Precision, Tally, Times


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the board is narrowed to; empty means all."""

    days: Days
    enterprise_id: int | None = None
    region: str = ""
    text: str = ""
    rule_kind: StrEnum | None = None
    sort: str = "worst"


@dataclass(frozen=True, slots=True)
class Line:
    """One row: of a kind of rule, of a camera, or of both. ``running_s``: of the cameras of it."""

    tally: Tally
    running_s: float
    times: Times | None
    rule_kind: StrEnum | None = None
    camera: Camera | None = None

    @property
    def false_per_hour(self) -> float | None:
        return self.tally.per_hour(self.running_s)

    @property
    def hours(self) -> float | None:
        """None where nobody knows."""
        return self.running_s / precision.HOUR_S if self.running_s else None


@dataclass(frozen=True, slots=True)
class Week:
    days: Days
    precision: Precision


@dataclass(frozen=True, slots=True)
class Overview:
    """All together; each kind of rule that was told, most false alarms first; week by week."""

    total: Line
    kinds: list[Line]
    weeks: list[Week]


def overview(actor: Actor, wanted: Wanted) -> Overview:
    """Three statements, each over the span once."""
    running_s = _running(actor, wanted)
    kinds, weeks = _counted(actor, wanted)
    taken = precision.times(_violations(actor, wanted, Violation.id), Violation.rule_kind)
    lines = [Line(tally, running_s, taken.get(kind), kind) for kind, tally in kinds.items()]
    lines.sort(key=lambda line: (-line.tally.false, -line.tally.told, str(line.rule_kind)))
    total = sum(kinds.values(), Tally())
    return Overview(Line(total, running_s, taken.get(())), lines, weeks)


def _counted(actor: Actor, wanted: Wanted) -> tuple[dict[StrEnum, Tally], list[Week]]:
    """By kind and by week out of one statement, which gives some rows for each of both."""
    spans = list(wanted.days.weeks())
    ends = [(Violation.started_at < clock.end_of(span.last), n) for n, span in enumerate(spans)]
    ways = (Violation.status, Violation.reject_reason, Violation.is_automatic)
    stmt = _violations(
        actor, wanted, Violation.rule_kind, case(*ends).label("week"), *ways, func.count()
    ).group_by(Violation.rule_kind, "week", *ways)
    kinds: dict[StrEnum, Tally] = {}
    weeks = [Tally() for _span in spans]
    for kind, week, status, reason, automatic, count in db.session.execute(stmt).tuples():
        tally = precision.tally_of_one(status, reason, automatic=automatic, count=count)
        kinds[kind] = kinds.get(kind, Tally()) + tally
        weeks[week] += tally
    return kinds, [Week(span, tally.precision) for span, tally in zip(spans, weeks, strict=True)]


def by_camera(actor: Actor, wanted: Wanted, number: int) -> Page[Line]:
    """A page of the cameras that told something or ran in the span."""
    stmt = cameras(actor, wanted).add_columns(func.count().over().label("total"))
    rows = db.session.execute(stmt.limit(PER_PAGE).offset((number - 1) * PER_PAGE)).unique().all()
    if not rows and number > 1:
        return by_camera(actor, wanted, 1)
    total = rows[0].total if rows else 0
    found = lines_of(actor, wanted, rows)
    return Page(found, number, PER_PAGE, min(total, COUNT_CAP), total > COUNT_CAP)


def lines_of(
    actor: Actor, wanted: Wanted, rows: Sequence[Any], *, with_kind: bool = False
) -> list[Line]:
    """Rows of :func:`cameras` with their times to a verdict, in one more statement."""
    ids = {row.Camera.id for row in rows}
    keys = (Violation.camera_id, Violation.rule_kind) if with_kind else (Violation.camera_id,)
    stmt = _violations(actor, wanted, Violation.id).where(Violation.camera_id.in_(ids))
    taken = precision.times(stmt, *keys) if rows else {}
    found = []
    for row in rows:
        values: Mapping[str, Any] = row._mapping  # noqa: SLF001 - SQLAlchemy's public name
        kind = values["rule_kind"] if with_kind else None
        key = (row.Camera.id, kind) if with_kind else row.Camera.id
        tally = precision.tally_of(values)
        found.append(Line(tally, row.running_s or 0.0, taken.get(key), kind, row.Camera))
    return found


def cameras(actor: Actor, wanted: Wanted, *, with_kind: bool = False) -> Select[Any]:
    """``(Camera, counts..., running_s)``, the enterprise loaded along, in the asked order.

    ``with_kind``: a row for each kind that a camera told of, with ``rule_kind``.
    """
    keys = (Violation.camera_id, *((Violation.rule_kind,) if with_kind else ()))
    told = _violations(actor, wanted, *keys, *precision.tally_columns()).group_by(*keys).subquery()
    ran = (
        select(CameraDay.camera_id, func.sum(CameraDay.running_s).label("running_s"))
        .where(CameraDay.day.between(wanted.days.first, wanted.days.last))
        .group_by(CameraDay.camera_id)
        .subquery()
    )
    counts = [column for column in told.c if column.key != "camera_id"]
    stmt = (
        visible(Camera, actor, Camera, *counts, ran.c.running_s)
        .join(Enterprise, Enterprise.id == Camera.enterprise_id)
        .join(told, told.c.camera_id == Camera.id, isouter=not with_kind)
        .outerjoin(ran, ran.c.camera_id == Camera.id)
        .where((told.c.told > 0) | (ran.c.running_s > 0))
        .options(contains_eager(Camera.enterprise))
    )
    stmt = _narrowed(stmt, wanted)
    return stmt.order_by(*_order(wanted.sort, told, ran), Enterprise.name, Camera.name, Camera.id)


def _order(sort: str, told: Any, ran: Any) -> tuple[Any, ...]:
    false = precision.false_of(told)
    judged = func.nullif(told.c.confirmed + false, 0)
    orders = {
        "worst": (cast(false, Float) / func.nullif(ran.c.running_s, 0), false, told.c.told),
        "precision": (-cast(told.c.confirmed, Float) / judged, false),
        "false": (false,),
        "told": (told.c.told,),
        "waiting": (told.c.waiting,),
        "name": (),
    }
    return tuple(one.desc().nulls_last() for one in orders.get(sort, orders["worst"]))


def _running(actor: Actor, wanted: Wanted) -> float:
    """Seconds in which the chosen cameras ran and could be judged."""
    stmt = (
        visible(Camera, actor, func.sum(CameraDay.running_s))
        .join(CameraDay, CameraDay.camera_id == Camera.id)
        .join(Enterprise, Enterprise.id == Camera.enterprise_id)
        .where(CameraDay.day.between(wanted.days.first, wanted.days.last))
    )
    return float(db.session.scalar(_narrowed(stmt, wanted)) or 0.0)


def _violations(actor: Actor, wanted: Wanted, *columns: Any) -> Select[Any]:
    stmt = (
        visible(Violation, actor, *columns)
        .join(Camera, Camera.id == Violation.camera_id)
        .join(Enterprise, Enterprise.id == Camera.enterprise_id)
        .where(Violation.started_at >= clock.start_of(wanted.days.first))
        .where(Violation.started_at < clock.end_of(wanted.days.last))
        .where(
            partitions.within(
                Violation.id, clock.start_of(wanted.days.first), clock.end_of(wanted.days.last)
            )
        )
    )
    if wanted.rule_kind is not None:
        stmt = stmt.where(Violation.rule_kind == wanted.rule_kind)
    return _narrowed(stmt, wanted)


def _narrowed(stmt: Select[Any], wanted: Wanted) -> Select[Any]:
    stmt = narrowed(
        stmt, Camera.enterprise_id, enterprise_id=wanted.enterprise_id, region=wanted.region
    )
    if wanted.text:
        stmt = stmt.where(contains(wanted.text, Camera.name, Camera.place, Enterprise.name))
    return stmt
