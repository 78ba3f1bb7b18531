"""Cameras by how they stand: the list behind the wall and the board. Starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, func, select, type_coerce
from sqlalchemy.orm import contains_eager

from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.core.search import contains
from supervision.enterprise.models import Enterprise, narrowed
from supervision.live.rules import OF_STATE, WORST_FIRST, Standing
from supervision.video.models import Camera, CameraHealth, Violation, VisionNode
from supervision.video.rules import VIEW_FAULTS, LiveState
from supervision.video.ticket_models import CameraTicket
from supervision.video.workflow import ReviewState


@dataclass(frozen=True, slots=True)
class CameraFilter:
    """What a list of cameras is narrowed to; empty means all."""

    text: str = ""
    enterprise_id: int | None = None
    region: str = ""
    node_id: int | None = None
    standing: Standing | None = None
    sort: str = "worst"


@dataclass(frozen=True, slots=True)
class Clock:
    """Since when a node that said nothing is silent."""

    now: datetime
    silent_seconds: int

    @property
    def silent_since(self) -> datetime:
        return self.now - timedelta(seconds=self.silent_seconds)


def cameras(actor: Actor, wanted: CameraFilter, at: Clock) -> Select[Any]:
    """Cameras in the asked order, with enterprise, node and health loaded."""
    stmt = _joined(visible(Camera, actor), wanted)
    if wanted.standing is not None:
        stmt = stmt.where(standing(at) == WORST_FIRST[wanted.standing])
    return stmt.options(
        contains_eager(Camera.enterprise),
        contains_eager(Camera.node),
        contains_eager(Camera.health),
    ).order_by(*_order(wanted.sort, at))


def _order(sort: str, at: Clock) -> tuple[Any, ...]:
    by_name = (Enterprise.name, Camera.name, Camera.id)
    return by_name if sort == "name" else (standing(at), *by_name)


def counts(actor: Actor, wanted: CameraFilter, at: Clock) -> dict[Standing, int]:
    """How many stand how, whatever standing the list is narrowed to."""
    place = standing(at).label("standing")
    stmt = _joined(visible(Camera, actor, place, func.count(Camera.id)), wanted)
    rows = db.session.execute(stmt.group_by("standing")).tuples()
    found = {int(place): int(count) for place, count in rows}
    return {one: found.get(place, 0) for one, place in WORST_FIRST.items()}


def beside(
    actor: Actor, wanted: CameraFilter, at: Clock, camera_id: int
) -> tuple[int | None, int | None]:
    """The cameras before and after one in the list; None at its ends, or where it is not in it."""
    stmt = cameras(actor, wanted, at)
    order = _order(wanted.sort, at)
    before = func.lag(Camera.id).over(order_by=order).label("before")
    after = func.lead(Camera.id).over(order_by=order).label("after")
    plain = stmt.with_only_columns(Camera.id, before, after, maintain_column_froms=True)
    some = plain.order_by(None).subquery()
    chosen = select(some.c.before, some.c.after).where(some.c.id == camera_id)
    row = db.session.execute(chosen.execution_options(**stmt.get_execution_options())).first()
    return (row.before, row.after) if row else (None, None)


def _joined(stmt: Select[Any], wanted: CameraFilter) -> Select[Any]:
    stmt = (
        stmt.join(Enterprise, Enterprise.id == Camera.enterprise_id)
        .outerjoin(VisionNode, VisionNode.id == Camera.node_id)
        .outerjoin(CameraHealth, CameraHealth.camera_id == Camera.id)
    )
    stmt = narrowed(
        stmt, Camera.enterprise_id, enterprise_id=wanted.enterprise_id, region=wanted.region
    )
    if wanted.text:
        stmt = stmt.where(contains(wanted.text, Camera.name, Camera.place, Enterprise.name))
    if wanted.node_id is not None:
        stmt = stmt.where(Camera.node_id == wanted.node_id)
    return stmt


def state(at: Clock) -> ColumnElement[str]:
    """``video.rules.live_state`` as the database says it, in a statement that joins all three."""
    heard = VisionNode.last_seen_at >= at.silent_since
    fresh = and_(
        CameraHealth.node_id == Camera.node_id, CameraHealth.reported_at >= at.silent_since
    )
    return case(
        (~Camera.is_enabled, LiveState.DISABLED.value),
        (Camera.node_id.is_(None), LiveState.UNASSIGNED.value),
        (func.coalesce(heard, False).is_(False), LiveState.NODE_OFFLINE.value),
        (fresh, type_coerce(CameraHealth.state, String)),
        else_=LiveState.WAITING.value,
    )


def standing(at: Clock) -> ColumnElement[int]:
    """Its place from the worst, as ``live.rules.standing_of`` says."""
    known = state(at)
    blind = and_(known == LiveState.RUNNING.value, CameraHealth.view.in_(VIEW_FAULTS))
    places = {one.value: WORST_FIRST[stands] for one, stands in OF_STATE.items()}
    return case((blind, WORST_FIRST[Standing.BLIND]), else_=case(places, value=known))


def open_tickets(actor: Actor, camera_ids: Sequence[int]) -> dict[int, int]:
    """How many tickets of some cameras nobody has done yet."""
    return _counted(visible(CameraTicket, actor, CameraTicket.camera_id), CameraTicket, camera_ids,
                    CameraTicket.done_at.is_(None))  # fmt: skip


def waiting(actor: Actor, camera_ids: Sequence[int]) -> dict[int, int]:
    """How many violations of some cameras wait for a verdict."""
    return _counted(visible(Violation, actor, Violation.camera_id), Violation, camera_ids,
                    Violation.status == ReviewState.PENDING)  # fmt: skip


def _counted(
    stmt: Select[Any], model: Any, camera_ids: Sequence[int], which: Any
) -> dict[int, int]:
    stmt = stmt.add_columns(func.count(model.id)).where(model.camera_id.in_(camera_ids), which)
    return dict(db.session.execute(stmt.group_by(model.camera_id)).tuples().all())


def node_choices(actor: Actor, limit: int = 200) -> list[tuple[str, str]]:
    """The nodes that the actor's cameras have, by name, for a filter."""
    stmt = (
        visible(Camera, actor, VisionNode.id, VisionNode.name)
        .join(VisionNode, VisionNode.id == Camera.node_id)
        .distinct()
        .order_by(VisionNode.name, VisionNode.id)
        .limit(limit)
    )
    return [(str(ident), name) for ident, name in db.session.execute(stmt).tuples()]


def enterprise_choices(actor: Actor, limit: int = 200) -> list[tuple[str, str]]:
    """The enterprises that have cameras, by name, for a filter."""
    stmt = (
        visible(Camera, actor, Enterprise.id, Enterprise.name)
        .join(Enterprise, Enterprise.id == Camera.enterprise_id)
        .distinct()
        .order_by(Enterprise.name, Enterprise.id)
        .limit(limit)
    )
    return [(str(ident), name) for ident, name in db.session.execute(stmt).tuples()]
