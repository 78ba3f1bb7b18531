"""HTTP of maintenance tickets: the list, a camera's own, one ticket, and what is done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.core.web.forms import check_seen
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.core.web.state import settings
from supervision.video import forms, labels, maintenance, queries, ticket_queries
from supervision.video.rules import TicketFault
from supervision.video.ticket_models import CameraTicket
from supervision.video.workflow import CAMERA_TICKET_WORKFLOW, TicketState

bp = Blueprint("camera_ticket", __name__, url_prefix="/video")


@bp.get("/tickets/")
@requires(Permission.VIDEO_READ)
def index() -> ResponseReturnValue:
    """All tickets that one may see; without any word about it, those that are not done."""
    actor = current_actor()
    form = forms.TicketFilterForm(_given())
    form.validate()
    stmt = ticket_queries.list_tickets(actor, _wanted(form))
    named = ("text", "fault", "status", "enterprise", "camera")
    return render_template(
        "video/tickets.html",
        form=form,
        page=paginate(stmt, number=page_number()),
        counts=ticket_queries.counts(actor),
        active=sum(1 for name in named if request.args.get(name)),
        labels=labels,
    )


def _given() -> Any:
    given = request.args.copy()
    given.setdefault("status", "waiting")
    return given


def _wanted(form: Any) -> ticket_queries.TicketFilter:
    status, fault = form.status.data, form.fault.data
    return ticket_queries.TicketFilter(
        is_open=status == "waiting",
        status=TicketState(status) if status in set(TicketState) else None,
        fault=TicketFault(fault) if fault in set(TicketFault) else None,
        camera_id=id_argument("camera"),
        enterprise_id=id_argument("enterprise"),
        text=form.text.data or "",
        sort=form.sort.data or "newest",
    )


@bp.get("/cameras/<int:camera_id>/tickets")
@requires(Permission.VIDEO_READ)
def of_camera(camera_id: int) -> ResponseReturnValue:
    actor = current_actor()
    camera = queries.get_camera(camera_id, actor)
    stmt = ticket_queries.list_tickets(actor, ticket_queries.TicketFilter(camera_id=camera_id))
    return render_template(
        "video/camera_tickets.html",
        camera=camera,
        live=camera.live_state(settings().node_silent_seconds),
        page=paginate(stmt, number=page_number()),
        open_tickets=ticket_queries.open_count(actor, cap=20, camera_id=camera_id),
        permits=ticket_queries.count_current_permits(camera, actor),
        labels=labels,
    )


@bp.get("/tickets/<int:ticket_id>")
@requires(Permission.VIDEO_READ)
def detail(ticket_id: int) -> ResponseReturnValue:
    return _detail_page(ticket_id)


def _detail_page(ticket_id: int, form: Any = None) -> str:
    actor = current_actor()
    ticket = ticket_queries.get_ticket(ticket_id, actor)
    return render_template(
        "video/camera_ticket.html",
        ticket=ticket,
        live=ticket.camera.live_state(settings().node_silent_seconds),
        offered=CAMERA_TICKET_WORKFLOW.names(ticket, actor),
        form=form or forms.FinishForm(formdata=None, row_version=ticket.row_version),
        may_accept_view=maintenance.may_accept_view(ticket, actor),
        labels=labels,
    )


@bp.post("/tickets/<int:ticket_id>/acknowledge")
@requires(Permission.VIDEO_REVIEW)
def acknowledge(ticket_id: int) -> ResponseReturnValue:
    return _act(ticket_id, lambda t: maintenance.acknowledge(t, current_actor()), _("Taken over."))


@bp.post("/tickets/<int:ticket_id>/finish")
@requires(Permission.VIDEO_REVIEW)
def finish(ticket_id: int) -> ResponseReturnValue:
    ticket_queries.get_ticket(
        ticket_id, current_actor()
    )  # out of scope is a 404, whatever was sent
    form = forms.FinishForm()
    if not form.validate_on_submit():
        return _detail_page(ticket_id, form), 422

    def act(ticket: CameraTicket) -> None:
        check_seen(form, ticket.row_version)
        maintenance.finish(
            ticket,
            current_actor(),
            note=form.note.data or "",
            view_is_right=bool(form.view_is_right.data),
        )

    return _act(ticket_id, act, _("Ticket closed."))


def _act(ticket_id: int, act: Callable[[CameraTicket], None], done: str) -> ResponseReturnValue:
    try:
        with transaction():
            act(ticket_queries.get_ticket(ticket_id, current_actor(), for_update=True))
    except Conflict as error:
        # Somebody else was faster, or the camera itself: show what they did.
        flash(message_of(error), "warning")
        return _detail_page(ticket_id), 409
    flash(done, "success")
    return redirect(url_for("camera_ticket.detail", ticket_id=ticket_id))
