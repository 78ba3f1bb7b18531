"""HTTP of a camera's permits: one tab, one form to add, a button to remove."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.core.web.forms import given
from supervision.core.web.paging import page_number, paginate
from supervision.core.web.state import settings
from supervision.video import forms, labels, permits, queries, ticket_queries
from supervision.video.models import Camera
from vision.contract import WindowEffect

bp = Blueprint("camera_permit", __name__, url_prefix="/video/cameras/<int:camera_id>/permits")


@bp.get("/")
@requires(Permission.VIDEO_READ)
def index(camera_id: int) -> ResponseReturnValue:
    camera = queries.get_camera(camera_id, current_actor())
    now = clock.now().astimezone(clock.SHANGHAI).replace(second=0, microsecond=0, tzinfo=None)
    return _page(camera, _form(camera, formdata=None, starts_at=now))


@bp.post("/")
@requires(Permission.CAMERA_EDIT)
def add(camera_id: int) -> ResponseReturnValue:
    actor = current_actor()
    camera = queries.get_camera(camera_id, actor)
    form = _form(camera)
    if not form.validate_on_submit():
        return _page(camera, form), 422
    try:
        with transaction():
            permits.add(queries.get_camera(camera_id, actor), actor, _spec(form))
    except InvalidInput as error:
        form.add_error(error)
        return _page(queries.get_camera(camera_id, actor), form), 422
    flash(_("Permit added. The node has it within seconds."), "success")
    return redirect(url_for("camera_permit.index", camera_id=camera_id))


@bp.post("/<int:permit_id>/remove")
@requires(Permission.CAMERA_EDIT)
def remove(camera_id: int, permit_id: int) -> ResponseReturnValue:
    actor = current_actor()
    with transaction():
        camera = queries.get_camera(camera_id, actor)
        permits.remove(ticket_queries.get_permit(camera, permit_id, actor), actor)
    flash(_("Permit removed."), "success")
    return redirect(url_for("camera_permit.index", camera_id=camera_id))


def _form(camera: Camera, **values: Any) -> forms.PermitForm:
    form = forms.PermitForm(**values)
    form.rule_id.choices = list(_rule_names(camera).items())
    return form


def _rule_names(camera: Camera) -> dict[str, str]:
    """The camera's rules by name, with their places."""
    return {
        rule.rule_id: f"{labels.KIND_LABELS[rule.kind]} · "
        f"{camera.place_name(rule) or _('whole picture')}"
        for rule in camera.rule_list
    }


def _spec(form: forms.PermitForm) -> permits.PermitSpec:
    return permits.PermitSpec(
        rule_id=form.rule_id.data or "",
        effect=WindowEffect(form.effect.data),
        starts_at=_instant(given(form.starts_at.data)),
        ends_at=_instant(given(form.ends_at.data)),
        reason=form.reason.data or "",
    )


def _instant(local: datetime) -> datetime:
    try:
        return local.replace(tzinfo=clock.SHANGHAI).astimezone(UTC)
    except OverflowError:
        raise InvalidInput(N_("This day is too far away."), field="ends_at") from None


def _page(camera: Camera, form: forms.PermitForm) -> str:
    actor = current_actor()
    return render_template(
        "video/permits.html",
        camera=camera,
        live=camera.live_state(settings().node_silent_seconds),
        form=form,
        page=paginate(ticket_queries.permits_of(camera, actor), number=page_number()),
        names=_rule_names(camera),
        now=clock.now(),
        open_tickets=ticket_queries.open_count(actor, cap=20, camera_id=camera.id),
        permits=ticket_queries.count_current_permits(camera, actor),
        labels=labels,
    )
