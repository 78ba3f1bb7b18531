"""Verbs of maintenance tickets: opened by what nodes report, closed by people or by a camera's return.

A fault of the view is a hazard of its own besides: its violation waits in the review.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, update

from supervision.core import audit, clock, notices
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.core.errors import InvalidInput
from supervision.core.notices import Audience
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped, visible
from supervision.core.text import N_
from supervision.video import rules
from supervision.video.models import Camera, Violation
from supervision.video.rules import TicketFault
from supervision.video.ticket_models import NOT_DONE, CameraTicket
from supervision.video.upsert import among, insert
from supervision.video.workflow import CAMERA_TICKET_WORKFLOW, TicketState

MAX_NOTE = 2000
_SEEN = "the node that reports has this camera"


def open_ticket(
    camera: Camera,
    fault: TicketFault,
    *,
    since: datetime,
    detail: str = "",
    violation: Violation | None = None,
) -> bool:
    """Open a ticket unless one is open, or somebody has just mended it; False then.

    An open ticket without a picture gets the violation's.
    """
    now = clock.now()
    if _is_mended(camera.id, fault, now):
        return False
    is_news = not _was_told(camera.id, fault, now)
    stmt = (
        insert(CameraTicket)
        .values(
            enterprise_id=camera.enterprise_id,
            camera_id=camera.id,
            fault=fault,
            status=TicketState.OPEN,
            opened_at=min(since, now),
            told_at=now,
            detail=detail[:200],
            violation_id=violation.id if violation else None,
            acknowledged_by="",
            done_by="",
            note="",
            row_version=1,
        )
        .on_conflict_do_nothing(index_elements=["camera_id", "fault"], index_where=NOT_DONE)
    )
    ident = db.session.execute(stmt.returning(CameraTicket.id)).scalar_one_or_none()
    if ident is None:
        if violation is not None:
            _show(camera.id, fault, violation)
        return False
    ticket = db.session.scalars(visible(CameraTicket, SYSTEM).where(CameraTicket.id == ident)).one()
    audit.record(SYSTEM, "video.ticket_open", ticket, fault=fault, camera_id=camera.id)
    if is_news:
        _tell(ticket, camera)
    return True


def _is_mended(camera_id: int, fault: TicketFault, now: datetime) -> bool:
    return _is_there(
        CameraTicket.camera_id == camera_id,
        CameraTicket.fault == fault,
        CameraTicket.done_at > now - rules.MENDED_GRACE,
    )


def _was_told(camera_id: int, fault: TicketFault, now: datetime) -> bool:
    return _is_there(
        CameraTicket.camera_id == camera_id,
        CameraTicket.fault == fault,
        CameraTicket.told_at > now - rules.TOLD_GRACE,
    )


def _is_there(*conditions: object) -> bool:
    stmt = select(exists(select(CameraTicket.id).where(*conditions)))  # type: ignore[arg-type]
    return bool(db.session.scalar(unscoped(stmt, reason=_SEEN)))


def _show(camera_id: int, fault: TicketFault, violation: Violation) -> None:
    stmt = (
        update(CameraTicket)
        .where(CameraTicket.camera_id == camera_id, CameraTicket.fault == fault)
        .where(CameraTicket.done_at.is_(None), CameraTicket.violation_id.is_(None))
        .values(violation_id=violation.id)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(unscoped(stmt, reason=_SEEN))


def _tell(ticket: CameraTicket, camera: Camera) -> None:
    kind = "video.view_fault" if ticket.fault in rules.VIEW_FAULTS else "video.stream_fault"
    for audience in (Audience.ENTERPRISE_PEOPLE, Audience.SUPERVISORS):
        notices.queue(
            kind,
            audience,
            ticket.enterprise_id,
            link=f"/video/tickets/{ticket.id}",
            camera=camera.name,
            place=camera.place,
        )


def take_view_fault(camera: Camera, violation: Violation) -> None:
    """The ticket beside the violation: somebody has to go there, whatever the verdict will be."""
    fault = rules.fault_of_detail(violation.detail)
    open_ticket(camera, fault, since=violation.started_at, violation=violation)


def follow(
    faults: Mapping[int, Mapping[TicketFault, datetime]],
    well: Mapping[int, Collection[TicketFault]],
    now: datetime,
) -> None:
    """What a heartbeat tells of cameras, by their ids: open for the unwell, close for the well."""
    known = _open_tickets({*faults, *well})
    for ticket in known:
        is_well = ticket.fault in well.get(ticket.camera_id, ())
        if is_well and now - ticket.told_at >= rules.WELL_AFTER:
            _close(ticket, SYSTEM, now)
            audit.record(SYSTEM, "video.ticket_well", ticket, fault=ticket.fault)
    there = {(ticket.camera_id, ticket.fault) for ticket in known}
    missing = {
        camera_id: {
            fault: since for fault, since in found.items() if (camera_id, fault) not in there
        }
        for camera_id, found in faults.items()
    }
    missing = {camera_id: found for camera_id, found in missing.items() if found}
    for camera in _cameras(missing):
        for fault, since in missing[camera.id].items():
            open_ticket(camera, fault, since=since)


def _open_tickets(camera_ids: Collection[int]) -> list[CameraTicket]:
    """Those that nobody works on at this moment: they are looked at again with the next heartbeat."""
    if not camera_ids:
        return []
    stmt = _open_tickets_of(db.engine.dialect.name)
    found = db.session.scalars(stmt, {"camera_ids": list(camera_ids)}).all()
    if not found:
        return []
    stmt = select(CameraTicket).where(CameraTicket.id.in_(found)).order_by(CameraTicket.id)
    stmt = stmt.execution_options(populate_existing=True)
    return list(db.session.scalars(unscoped(stmt, reason=_SEEN)))


@functools.cache
def _open_tickets_of(_dialect: str) -> Any:
    """Asked with every heartbeat; there are hardly ever any."""
    stmt = (
        select(CameraTicket.id)
        .where(among(CameraTicket.camera_id, "camera_ids"), CameraTicket.done_at.is_(None))
        .order_by(CameraTicket.id)
        .with_for_update(of=CameraTicket, skip_locked=True)
    )
    return unscoped(stmt, reason=_SEEN)


def _cameras(camera_ids: Collection[int]) -> list[Camera]:
    if not camera_ids:
        return []
    stmt = select(Camera).where(Camera.id.in_(camera_ids)).order_by(Camera.id)
    return list(db.session.scalars(unscoped(stmt, reason=_SEEN)))


def acknowledge(ticket: CameraTicket, actor: Actor) -> None:
    """Somebody takes care of it."""
    step = CAMERA_TICKET_WORKFLOW.check("acknowledge", ticket, actor)
    ticket.status, ticket.acknowledged_at = step.target, clock.now()
    ticket.acknowledged_by_id, ticket.acknowledged_by = actor.id, actor.name
    audit.record(actor, "video.ticket_acknowledge", ticket)


def may_accept_view(ticket: CameraTicket, actor: Actor) -> bool:
    """Whether ``actor`` may say that a turned camera looks where it should: who edits cameras."""
    return ticket.fault is TicketFault.MOVED and actor.may(Permission.CAMERA_EDIT)


def finish(ticket: CameraTicket, actor: Actor, *, note: str, view_is_right: bool = False) -> None:
    """It is mended; ``note`` says what was done. A fault that is still there opens a new one later.

    ``view_is_right``: what the worker has learnt of the view is void, it learns the present one.
    Needs the ticket's ``camera`` loaded.
    """
    if len(note) > MAX_NOTE:
        raise InvalidInput(N_("At most %(count)s characters."), field="note", count=MAX_NOTE)
    CAMERA_TICKET_WORKFLOW.check("finish", ticket, actor, {"note": note})
    if view_is_right and not may_accept_view(ticket, actor):
        raise InvalidInput(
            N_("Only who sets up cameras may say that a view is right."), field="view_is_right"
        )
    now = clock.now()
    ticket.note = note
    if view_is_right:
        ticket.camera.view_from = now
        audit.record(actor, "video.view_accepted", ticket.camera, ticket_id=ticket.id)
    _close(ticket, actor, now)
    audit.record(actor, "video.ticket_finish", ticket, note=note)


def _close(ticket: CameraTicket, actor: Actor, now: datetime) -> None:
    ticket.status, ticket.done_at = TicketState.DONE, now
    if actor is not SYSTEM:
        ticket.done_by_id, ticket.done_by = actor.id, actor.name
    db.session.flush()
