"""Reads of maintenance tickets and permits. Every one starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import unscoped, visible
from supervision.core.search import contains
from supervision.enterprise.models import Enterprise
from supervision.video.models import Camera, Violation
from supervision.video.rules import TicketFault, fault_of_detail
from supervision.video.ticket_models import CameraPermit, CameraTicket
from supervision.video.workflow import TicketState
from vision.contract import WindowEffect

PERMITS_KEPT = timedelta(days=90)
# Rules of a camera times permits of a rule: more than anybody has.
MOST_PERMITS = 1000
_OPEN = CameraTicket.done_at.is_(None)


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """What the list is narrowed to; empty means all. ``is_open``: whatever is not done."""

    is_open: bool = False
    status: TicketState | None = None
    fault: TicketFault | None = None
    camera_id: int | None = None
    enterprise_id: int | None = None
    text: str = ""
    sort: str = "newest"


SORTS = {
    "newest": (CameraTicket.opened_at.desc(), CameraTicket.id.desc()),
    "oldest": (CameraTicket.opened_at, CameraTicket.id),
}


def list_tickets(actor: Actor, wanted: TicketFilter) -> Select[Any]:
    """The ordered statement behind the list, camera and enterprise loaded along."""
    stmt = (
        visible(CameraTicket, actor)
        .join(Camera, Camera.id == CameraTicket.camera_id)
        .join(Enterprise, Enterprise.id == CameraTicket.enterprise_id)
        .options(contains_eager(CameraTicket.camera), contains_eager(CameraTicket.enterprise))
    )
    if wanted.is_open:
        stmt = stmt.where(_OPEN)
    for column, value in (
        (CameraTicket.status, wanted.status),
        (CameraTicket.fault, wanted.fault),
        (CameraTicket.camera_id, wanted.camera_id),
        (CameraTicket.enterprise_id, wanted.enterprise_id),
    ):
        if value:
            stmt = stmt.where(column == value)
    if wanted.text:
        stmt = stmt.where(contains(wanted.text, Camera.name, Camera.place, Enterprise.name))
    return stmt.order_by(*SORTS.get(wanted.sort, SORTS["newest"]))


def get_ticket(ticket_id: int, actor: Actor, *, for_update: bool = False) -> CameraTicket:
    """One ticket with all that its page shows. Raises NotFound out of scope."""
    stmt = (
        visible(CameraTicket, actor)
        .where(CameraTicket.id == ticket_id)
        .options(
            joinedload(CameraTicket.enterprise),
            joinedload(CameraTicket.camera).options(
                joinedload(Camera.health), joinedload(Camera.node)
            ),
            joinedload(CameraTicket.violation).options(
                selectinload(Violation.evidence), joinedload(Violation.hazard)
            ),
        )
        .execution_options(populate_existing=True)
    )
    if for_update:
        stmt = stmt.with_for_update(of=CameraTicket)
    found: CameraTicket | None = db.session.scalars(stmt).unique().first()
    if found is None:
        raise NotFound
    return found


def ticket_of(violation: Violation, actor: Actor) -> CameraTicket | None:
    """The ticket of the fault that a violation shows: its own, or the one that was open then."""
    began = violation.started_at
    same = and_(
        CameraTicket.camera_id == violation.camera_id,
        CameraTicket.fault == fault_of_detail(violation.detail),
        CameraTicket.opened_at <= began,
        or_(_OPEN, CameraTicket.done_at >= began),
    )
    own = CameraTicket.violation_id == violation.id
    stmt = (
        visible(CameraTicket, actor)
        .where(or_(own, same))
        .order_by(case((own, 0), else_=1), CameraTicket.opened_at.desc())
        .limit(1)
    )
    found: CameraTicket | None = db.session.scalars(stmt).first()
    return found


@dataclass(frozen=True, slots=True)
class TicketCounts:
    """How many are open, acknowledged, and done within 30 days."""

    open: int
    acknowledged: int
    done: int


def counts(actor: Actor, *, enterprise_id: int | None = None) -> TicketCounts:
    """All three in one statement."""
    since = clock.now() - timedelta(days=30)
    stmt = (
        visible(CameraTicket, actor, CameraTicket.status, func.count(CameraTicket.id))
        .where(or_(_OPEN, CameraTicket.done_at >= since))
        .group_by(CameraTicket.status)
    )
    if enterprise_id is not None:
        stmt = stmt.where(CameraTicket.enterprise_id == enterprise_id)
    found = {status: int(count) for status, count in db.session.execute(stmt)}
    return TicketCounts(*(found.get(status, 0) for status in TicketState))


def open_count(actor: Actor, *, cap: int, camera_id: int | None = None) -> int:
    """How many wait for somebody, up to ``cap``: on the start page and in the menu."""
    some = visible(CameraTicket, actor, CameraTicket.id).where(_OPEN)
    if camera_id is not None:
        some = some.where(CameraTicket.camera_id == camera_id)
    some = some.limit(cap)
    stmt = select(func.count()).select_from(some.subquery())
    return db.session.scalar(stmt.execution_options(**some.get_execution_options())) or 0


def open_of_camera(camera: Camera, actor: Actor) -> Sequence[CameraTicket]:
    """What a camera needs now: at most one for each fault."""
    stmt = visible(CameraTicket, actor).where(CameraTicket.camera_id == camera.id, _OPEN)
    return db.session.scalars(stmt.order_by(CameraTicket.opened_at.desc())).all()


def tickets_of_enterprise(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[CameraTicket]:
    """Newest first, for the file's timeline."""
    wanted = TicketFilter(enterprise_id=enterprise_id)
    stmt = list_tickets(actor, wanted).limit(limit)
    if before is not None:
        stmt = stmt.where(CameraTicket.opened_at < before)
    return db.session.scalars(stmt).unique().all()


def permits_around(actor: Actor, camera_id: int, day: date) -> list[CameraPermit]:
    """A camera's permits that bend a rule on ``day``, as far as they still stand.

    Of those that alone let a rule be on, the last that ended before it as well: without it the
    rule would seem to be on all day.
    """
    begin, end = clock.start_of(day), clock.end_of(day)
    stmt = (
        visible(Camera, actor, CameraPermit)
        .join(CameraPermit, CameraPermit.camera_id == Camera.id)
        .where(Camera.id == camera_id, CameraPermit.removed_at.is_(None))
        .where(CameraPermit.starts_at < end)
        .where(or_(CameraPermit.ends_at > begin, CameraPermit.effect == WindowEffect.ONLY))
        .order_by(CameraPermit.ends_at.desc(), CameraPermit.id)
        .limit(MOST_PERMITS)
    )
    return list(db.session.scalars(stmt))


def permits_in_force(actor: Actor, camera_ids: Sequence[int]) -> dict[int, list[CameraPermit]]:
    """By camera: what may still bend a rule, for the node that runs these cameras."""
    if not camera_ids:
        return {}
    today = clock.start_of(clock.today())
    # Of those that alone let a rule be on, the last that ended is enough: asked for with each
    # heartbeat, the permits of years must not come along.
    later = aliased(CameraPermit)
    is_last = ~(
        exists()
        .where(later.camera_id == CameraPermit.camera_id, later.rule_id == CameraPermit.rule_id)
        .where(later.effect == WindowEffect.ONLY, later.removed_at.is_(None))
        .where(later.ends_at > CameraPermit.ends_at, later.ends_at <= today)
    )
    stmt = (
        visible(Camera, actor, CameraPermit)
        .join(CameraPermit, CameraPermit.camera_id == Camera.id)
        .where(Camera.id.in_(camera_ids), CameraPermit.removed_at.is_(None))
        .where(
            or_(
                CameraPermit.ends_at > today,
                and_(CameraPermit.effect == WindowEffect.ONLY, is_last),
            )
        )
        .order_by(CameraPermit.camera_id, CameraPermit.ends_at, CameraPermit.id)
    )
    found: dict[int, list[CameraPermit]] = {}
    for permit in db.session.scalars(stmt):
        found.setdefault(permit.camera_id, []).append(permit)
    return found


def count_permits(camera: Camera, rule_id: str) -> int:
    """How many of a rule's permits have not ended and were not removed."""
    stmt = (
        select(func.count(CameraPermit.id))
        .where(CameraPermit.camera_id == camera.id, CameraPermit.rule_id == rule_id)
        .where(CameraPermit.removed_at.is_(None), CameraPermit.ends_at > clock.now())
    )
    return db.session.scalar(unscoped(stmt, reason="of a camera that the caller was shown")) or 0


def permits_of(camera: Camera, actor: Actor) -> Select[Any]:
    """A camera's permits, those that count first; the removed and the long past are left out."""
    since = clock.now() - PERMITS_KEPT
    return (
        visible(CameraPermit, actor)
        .where(CameraPermit.camera_id == camera.id, CameraPermit.removed_at.is_(None))
        .where(or_(CameraPermit.ends_at >= since, CameraPermit.effect == WindowEffect.ONLY))
        .order_by(CameraPermit.ends_at.desc(), CameraPermit.id.desc())
    )


def count_current_permits(camera: Camera, actor: Actor) -> int:
    """How many permits bend a rule of this camera now or will."""
    stmt = visible(CameraPermit, actor, func.count(CameraPermit.id)).where(
        CameraPermit.camera_id == camera.id,
        CameraPermit.removed_at.is_(None),
        CameraPermit.ends_at > clock.now(),
    )
    return db.session.scalar(stmt) or 0


def get_permit(camera: Camera, permit_id: int, actor: Actor) -> CameraPermit:
    """One of this camera's. Raises NotFound."""
    stmt = visible(CameraPermit, actor).where(
        CameraPermit.camera_id == camera.id, CameraPermit.id == permit_id
    )
    found: CameraPermit | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found
