"""HTTP of cameras: what they truly do, and what a person decides about them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core.access import current_actor, requires
from supervision.core.db import db, transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.core.web.state import settings
from supervision.enterprise.ended import open_file
from supervision.video import equipment, forms, labels, queries, rules
from supervision.video.models import Camera

bp = Blueprint("camera", __name__, url_prefix="/video/cameras")

NEW = {"input_size": "640x384", "analysed_fps": 4.0, "is_enabled": True, "node_id": 0}
LATEST = 10


@bp.get("/")
@requires(Permission.VIDEO_READ)
def index() -> ResponseReturnValue:
    actor = current_actor()
    form = forms.CameraSearchForm(request.args)
    stmt = queries.list_cameras(
        actor, text=form.text.data or "", enterprise_id=id_argument("enterprise")
    )
    return render_template(
        "video/cameras.html",
        form=form,
        page=paginate(stmt, number=page_number()),
        silent=settings().node_silent_seconds,
        labels=labels,
    )


@bp.get("/<int:camera_id>")
@requires(Permission.VIDEO_READ)
def detail(camera_id: int) -> ResponseReturnValue:
    actor = current_actor()
    camera = queries.get_camera(camera_id, actor)
    wanted = queries.ViolationFilter(camera_id=camera_id)
    violations = db.session.scalars(queries.list_violations(actor, wanted).limit(LATEST))
    return render_template(
        "video/camera.html",
        camera=camera,
        live=camera.live_state(settings().node_silent_seconds),
        violations=violations.unique().all(),
        labels=labels,
    )


@bp.get("/new/<int:enterprise_id>")
@requires(Permission.CAMERA_EDIT)
def new(enterprise_id: int) -> ResponseReturnValue:
    return _new_page(enterprise_id, _form(**NEW, **forms.rule_values(())))


@bp.post("/new/<int:enterprise_id>")
@requires(Permission.CAMERA_EDIT)
def create(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = _form()
    if not form.validate_on_submit():
        return _new_page(enterprise_id, form), 422
    try:
        with transaction():
            enterprise = open_file(enterprise_id, actor)
            camera = equipment.create_camera(
                enterprise, actor, _spec(form), stream_hosts=settings().stream_hosts
            )
    except InvalidInput as error:
        form.add_error(error)
        return _new_page(enterprise_id, form), 422
    flash(_("Camera added."), "success")
    return redirect(url_for("camera.detail", camera_id=camera.id))


@bp.get("/<int:camera_id>/edit")
@requires(Permission.CAMERA_EDIT)
def edit(camera_id: int) -> ResponseReturnValue:
    camera = queries.get_camera(camera_id, current_actor())
    form = _form(
        name=camera.name,
        place=camera.place,
        node_id=camera.node_id or 0,
        input_size="x".join(str(side) for side in camera.input_size),
        analysed_fps=camera.analysed_fps,
        is_enabled=camera.is_enabled,
        zones=rules.format_zones(camera.zone_list),
        **forms.rule_values(camera.rule_list),
    )
    return _edit_page(camera, form)


@bp.post("/<int:camera_id>/edit")
@requires(Permission.CAMERA_EDIT)
def change(camera_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = _form()
    if not form.validate_on_submit():
        return _edit_page(queries.get_camera(camera_id, actor), form), 422
    try:
        with transaction():
            camera = queries.get_camera(camera_id, actor)
            equipment.change_camera(
                camera, actor, _spec(form), stream_hosts=settings().stream_hosts
            )
    except InvalidInput as error:
        form.add_error(error)
        return _edit_page(queries.get_camera(camera_id, actor), form), 422
    flash(_("Camera changed."), "success")
    return redirect(url_for("camera.detail", camera_id=camera_id))


def _form(**values: Any) -> forms.CameraForm:
    form = forms.CameraForm(**values)
    nodes = db.session.scalars(queries.list_nodes(current_actor()).limit(500)).all()
    form.node_id.choices = [(0, _("None yet")), *((node.id, node.name) for node in nodes)]
    return form


def _spec(form: forms.CameraForm) -> equipment.CameraSpec:
    """What the form says; raises InvalidInput. Inside the transaction, which the node is read in."""
    zones = form.zone_list()
    node_id = form.node_id.data
    return equipment.CameraSpec(
        name=form.name.data or "",
        place=form.place.data or "",
        stream_url=form.stream_url.data or "",
        node=queries.get_node(node_id, current_actor()) if node_id else None,
        input_size=rules.parse_size(form.input_size.data or ""),
        analysed_fps=form.analysed_fps.data or 0.0,
        is_enabled=form.is_enabled.data,
        zones=zones,
        rules=form.rule_list(zones),
    )


def _new_page(enterprise_id: int, form: forms.CameraForm) -> str:
    enterprise = open_file(enterprise_id, current_actor())
    return _form_page(form, enterprise=enterprise, camera=None)


def _edit_page(camera: Camera, form: forms.CameraForm) -> str:
    return _form_page(form, enterprise=camera.enterprise, camera=camera)


def _form_page(form: forms.CameraForm, **names: Any) -> str:
    # An address that was just typed is not sent back to the page either: it holds a password.
    form.stream_url.data = ""
    return render_template(
        "video/camera_form.html",
        form=form,
        kinds=list(rules.DEFAULT_RULES),
        labels=labels,
        hosts=settings().stream_hosts,
        **names,
    )
