"""Reads of records, of how cameras stand, and of marks. Every one starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from supervision.core import clock, crypto
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import unscoped, visible
from supervision.core.search import contains
from supervision.core.web.paging import capped_count
from supervision.enterprise.models import Enterprise
from supervision.gate import rules
from supervision.gate.models import CameraGate, PenaltyMark
from supervision.gate.rules import Lack, Stand
from supervision.gate.workflow import STANDING, UNDECIDED, GateState
from supervision.hazard.models import Hazard
from supervision.hazard.workflow import HazardState
from supervision.video.models import Camera, Violation
from supervision.video.rules import TicketFault
from supervision.video.ticket_models import CameraTicket

SOON = timedelta(days=60)
HISTORY = 50
_OWN = "records of a camera that the actor may see"


class Group(StrEnum):
    """How cameras stand, as the list is narrowed to it."""

    IN_FORCE = "in_force"
    ENDING = "ending"
    WAITING = "waiting"
    WITHOUT = "without"


@dataclass(frozen=True, slots=True)
class CameraFilter:
    text: str = ""
    group: Group | None = None
    enterprise_id: int | None = None


def list_cameras(actor: Actor, wanted: CameraFilter) -> Select[Any]:
    """Cameras with their enterprises; how they stand is read for a page: :func:`by_camera`."""
    stmt = (
        visible(Camera, actor)
        .join(Enterprise, Enterprise.id == Camera.enterprise_id)
        .options(contains_eager(Camera.enterprise))
    )
    if wanted.text:
        stmt = stmt.where(contains(wanted.text, Camera.name, Camera.place, Enterprise.name))
    if wanted.enterprise_id is not None:
        stmt = stmt.where(Camera.enterprise_id == wanted.enterprise_id)
    if wanted.group is not None:
        stmt = stmt.where(_clause(wanted.group, actor, clock.today()))
    return stmt.order_by(Enterprise.name, Camera.name, Camera.id)


def _clause(group: Group, actor: Actor, today: date) -> ColumnElement[bool]:
    in_force = and_(
        CameraGate.status == GateState.APPROVED,
        CameraGate.valid_from <= today,
        CameraGate.valid_until >= today,
    )
    if group is Group.IN_FORCE:
        return _has(actor, in_force)
    if group is Group.WITHOUT:
        return ~_has(actor, in_force)
    if group is Group.ENDING:
        bound = today + SOON
        ends = or_(CameraGate.valid_until <= bound, CameraGate.certificate_until <= bound)
        return _has(actor, and_(CameraGate.status == GateState.APPROVED, ends))
    return _has(actor, CameraGate.status == GateState.SUBMITTED)


def _has(actor: Actor, clause: ColumnElement[bool]) -> ColumnElement[bool]:
    of_camera = CameraGate.camera_id == Camera.id
    return exists(select(CameraGate.id).where(of_camera, clause, CameraGate.visible_to(actor)))


def group_count(actor: Actor, group: Group, cap: int = 100) -> int:
    return capped_count(list_cameras(actor, CameraFilter(group=group)), cap)


def by_camera(camera_ids: Collection[int], actor: Actor) -> Mapping[int, Sequence[CameraGate]]:
    """The record in force and the one that is drawn up, of each camera."""
    stmt = (
        visible(CameraGate, actor)
        .where(CameraGate.camera_id.in_(camera_ids))
        .where(CameraGate.status.in_({GateState.APPROVED, *UNDECIDED}))
        .order_by(CameraGate.id.desc())
    )
    found: dict[int, list[CameraGate]] = {}
    for gate in db.session.scalars(stmt):
        found.setdefault(gate.camera_id, []).append(gate)
    return found


def of_camera(camera_id: int, actor: Actor) -> Sequence[CameraGate]:
    """Every record of a camera, the newest first; the last fifty."""
    stmt = visible(CameraGate, actor).where(CameraGate.camera_id == camera_id)
    stmt = stmt.order_by(CameraGate.id.desc()).limit(HISTORY)
    return db.session.scalars(stmt).all()


def get_gate(gate_id: int, actor: Actor, *, for_update: bool = False) -> CameraGate:
    """A record with its camera and history. Raises NotFound."""
    stmt = (
        visible(CameraGate, actor)
        .where(CameraGate.id == gate_id)
        .options(
            joinedload(CameraGate.camera).joinedload(Camera.node),
            joinedload(CameraGate.camera).joinedload(Camera.health),
            joinedload(CameraGate.camera).joinedload(Camera.enterprise),
            selectinload(CameraGate.events),
        )
    )
    if for_update:
        stmt = stmt.with_for_update(of=CameraGate).execution_options(populate_existing=True)
    found: CameraGate | None = db.session.scalars(stmt).unique().first()
    if found is None:
        raise NotFound
    return found


def lock_camera(camera_id: int) -> None:
    """Records, marks and verdicts of one camera stand in line."""
    lock = select(Camera.id).where(Camera.id == camera_id)
    lock = lock.with_for_update(key_share=True, of=Camera)
    db.session.execute(unscoped(lock, reason="a camera whose record the actor may see"))


def stand_of(camera: Camera, at: datetime) -> Stand:
    """How a camera stands now, and whether its view had moved at ``at``."""
    moved = select(CameraTicket.id).where(
        CameraTicket.camera_id == camera.id,
        CameraTicket.fault == TicketFault.MOVED,
        CameraTicket.opened_at <= at,
        or_(CameraTicket.done_at.is_(None), CameraTicket.done_at > at),
    )
    found = db.session.scalar(unscoped(moved.limit(1), reason=_OWN))
    return Stand(
        stream_print=rules.stream_print(crypto.decrypt(camera.stream_url)),
        place=camera.place,
        view_from=camera.view_from,
        was_moved=found is not None,
    )


def judge(
    camera: Camera, at: datetime, *, for_update: bool = False
) -> tuple[CameraGate | None, tuple[Lack, ...]]:
    """Which record covers what this camera saw at ``at``, and what it lacks; all records count."""
    stmt = (
        visible(CameraGate, SYSTEM)
        .where(CameraGate.camera_id == camera.id)
        .order_by(CameraGate.id.desc())
        .limit(HISTORY)
    )
    if for_update:
        stmt = stmt.with_for_update(of=CameraGate).execution_options(populate_existing=True)
    return rules.best(db.session.scalars(stmt).all(), stand_of(camera, at), at)


def mark_of(violation_id: int, actor: Actor) -> PenaltyMark | None:
    """The mark that stands, with its record."""
    stmt = (
        visible(PenaltyMark, actor)
        .where(PenaltyMark.violation_id == violation_id, PenaltyMark.withdrawn_at.is_(None))
        .options(joinedload(PenaltyMark.gate))
    )
    found: PenaltyMark | None = db.session.scalars(stmt).first()
    return found


def marks_of(violation_id: int, actor: Actor) -> Sequence[PenaltyMark]:
    """Every mark that it ever had, the newest first."""
    stmt = (
        visible(PenaltyMark, actor)
        .where(PenaltyMark.violation_id == violation_id)
        .options(joinedload(PenaltyMark.gate))
        .order_by(PenaltyMark.id.desc())
        .limit(HISTORY)
    )
    return db.session.scalars(stmt).all()


def get_mark(mark_id: int, actor: Actor) -> PenaltyMark:
    stmt = (
        visible(PenaltyMark, actor)
        .where(PenaltyMark.id == mark_id)
        .options(joinedload(PenaltyMark.violation))
    )
    found: PenaltyMark | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def standing_on(gate_id: int) -> Sequence[PenaltyMark]:
    """The marks that stand on a record."""
    stmt = select(PenaltyMark).where(
        PenaltyMark.gate_id == gate_id, PenaltyMark.withdrawn_at.is_(None)
    )
    stmt = stmt.options(joinedload(PenaltyMark.violation))
    return db.session.scalars(unscoped(stmt, reason="they fall with their record")).all()


def standing_of_hazards(hazard_ids: Collection[int]) -> Sequence[PenaltyMark]:
    """Marks of what these tickets rest on, oldest sighting first, with record and camera."""
    stmt = (
        select(PenaltyMark)
        .join(Violation, Violation.id == PenaltyMark.violation_id)
        .join(CameraGate, CameraGate.id == PenaltyMark.gate_id)
        .where(Violation.hazard_id.in_(hazard_ids), PenaltyMark.withdrawn_at.is_(None))
        .where(CameraGate.status.in_(STANDING))
        # A wrong confirmation is put right on the ticket; what is marked of it proves nothing.
        .join(Hazard, Hazard.id == Violation.hazard_id)
        .where(Hazard.status != HazardState.INVALID)
        .options(
            contains_eager(PenaltyMark.violation).options(
                joinedload(Violation.camera), selectinload(Violation.evidence)
            ),
            joinedload(PenaltyMark.gate),
        )
        .order_by(Violation.started_at, Violation.id)
    )
    return db.session.scalars(
        unscoped(stmt, reason="an order of these hazards, which its author may see")
    ).all()


def violations_of(hazard_id: int, actor: Actor, limit: int) -> Sequence[Violation]:
    """What a ticket rests on, the newest first, with cameras."""
    stmt = (
        visible(Violation, actor)
        .where(Violation.hazard_id == hazard_id)
        .options(joinedload(Violation.camera), joinedload(Violation.hazard))
        .order_by(Violation.started_at.desc(), Violation.id.desc())
        .limit(limit)
    )
    return db.session.scalars(stmt).all()


def due(bound: date, after: int, limit: int) -> Sequence[CameraGate]:
    """Records in force that end by ``bound``, or whose device's certificate does."""
    ends = or_(CameraGate.valid_until <= bound, CameraGate.certificate_until <= bound)
    stmt = (
        visible(CameraGate, SYSTEM)
        .where(CameraGate.status == GateState.APPROVED, ends, CameraGate.id > after)
        .options(joinedload(CameraGate.camera).joinedload(Camera.enterprise))
        .order_by(CameraGate.id)
        .limit(limit)
    )
    return db.session.scalars(stmt).all()
