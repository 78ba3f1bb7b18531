"""HTTP of cameras: what they truly do, and what a person decides about them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core.access import current_actor, requires
from supervision.core.db import db, transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.web.forms import check_seen
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.core.web.state import settings
from supervision.detector import queries as detectors
from supervision.enterprise.ended import open_file
from supervision.video import (
    camera_forms,
    equipment,
    forms,
    labels,
    masking,
    picture_queries,
    places,
    platform_links,
    queries,
    replays,
    rules,
    ticket_queries,
)
from supervision.video.kinds import EQUIPMENT, SHAPES, WHOLE
from supervision.video.models import Camera

bp = Blueprint("camera", __name__, url_prefix="/video/cameras")

NEW = {
    "input_size": "640x384",
    "analysed_fps": 4.0,
    "is_enabled": True,
    "node_id": 0,
    "adaptive": True,
    "gate": True,
    "scan_s": 10.0,
    "view_check": True,
}
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
        held_back=masking.is_held_back(camera),
        unknown_platform=platform_links.is_held_back(camera),
        picture=picture_queries.last_picture(camera, actor),
        tickets=ticket_queries.open_of_camera(camera, actor),
        permits=ticket_queries.count_current_permits(camera, actor),
        model=detectors.by_id(camera.model_id) if camera.model_id else None,
        labels=labels,
    )


@bp.get("/new/<int:enterprise_id>")
@requires(Permission.CAMERA_EDIT)
def new(enterprise_id: int) -> ResponseReturnValue:
    return _new_page(enterprise_id, _form(**NEW, **camera_forms.rule_values(())))


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
    """With ``?trial=`` as it was tried there, not as it is."""
    actor = current_actor()
    camera = queries.get_camera(camera_id, actor)
    spec, version = equipment.spec_of(camera), camera.row_version
    if number := id_argument("trial"):
        trial = replays.get_trial(camera, number, actor)
        spec, version = trial.spec(actor), trial.version
    return _edit_page(camera, _form(**_values(spec), row_version=version))


def _values(spec: equipment.CameraSpec) -> dict[str, Any]:
    """What the form's fields show of it."""
    return {
        "name": spec.name,
        "place": spec.place,
        "node_id": spec.node.id if spec.node else 0,
        "input_size": "x".join(str(side) for side in spec.input_size),
        "analysed_fps": spec.analysed_fps,
        "is_enabled": spec.is_enabled,
        "adaptive": spec.adaptive,
        "gate": spec.gate,
        "scan_s": spec.scan_s,
        "view_check": spec.view_check,
        "zones": places.format_zones(spec.zones),
        "lines": places.format_lines(spec.lines),
        "masks": places.format_masks(spec.masks),
        **camera_forms.rule_values(spec.rules),
    }


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
            check_seen(form, camera.row_version)
            equipment.change_camera(
                camera, actor, _spec(form), stream_hosts=settings().stream_hosts
            )
    except InvalidInput as error:
        form.add_error(error)
        return _edit_page(queries.get_camera(camera_id, actor), form), 422
    flash(_("Camera changed."), "success")
    return redirect(url_for("camera.detail", camera_id=camera_id))


@bp.post("/<int:camera_id>/edit/try")
@requires(Permission.CAMERA_EDIT)
def try_out(camera_id: int) -> ResponseReturnValue:
    """The form as it is written, tried on stored clips; nothing of the camera changes."""
    actor = current_actor()
    form = _form()
    if not form.validate_on_submit():
        return _edit_page(queries.get_camera(camera_id, actor), form), 422
    try:
        with transaction():
            camera = queries.get_camera(camera_id, actor)
            check_seen(form, camera.row_version)
            clips = form.clips.data or ()
            trial = replays.start(camera, actor, _spec(form), clips, on_form=True)
    except InvalidInput as error:
        form.add_error(error)
        return _edit_page(queries.get_camera(camera_id, actor), form), 422
    if form.stream_url.data or form.sub_url.data or form.drop_sub.data:
        flash(
            _("A trial keeps no stream address: enter it again before you save the form."),
            "warning",
        )
    return redirect(url_for("camera_trial.detail", camera_id=camera_id, job_id=trial.id))


def _form(**values: Any) -> camera_forms.CameraForm:
    form = camera_forms.CameraForm(**values)
    nodes = db.session.scalars(queries.list_nodes(current_actor()).limit(500)).all()
    form.node_id.choices = [(0, _("None yet")), *((node.id, node.name) for node in nodes)]
    return form


def _spec(form: camera_forms.CameraForm) -> equipment.CameraSpec:
    """What the form says; raises InvalidInput. Inside the transaction, which the node is read in."""
    zones, lines, masks = form.zone_list(), form.line_list(), form.mask_list()
    node_id = form.node_id.data
    return equipment.CameraSpec(
        name=form.name.data or "",
        place=form.place.data or "",
        stream_url=form.stream_url.data or "",
        sub_url=form.sub_url.data or "",
        drop_sub=form.drop_sub.data,
        node=queries.get_node(node_id, current_actor()) if node_id else None,
        input_size=rules.parse_size(form.input_size.data or ""),
        analysed_fps=form.analysed_fps.data or 0.0,
        is_enabled=form.is_enabled.data,
        adaptive=form.adaptive.data,
        gate=form.gate.data,
        scan_s=form.scan_s.data or 0.0,
        view_check=form.view_check.data,
        zones=zones,
        lines=lines,
        masks=masks,
        rules=form.rule_list(zones, lines),
    )


def _new_page(enterprise_id: int, form: camera_forms.CameraForm) -> str:
    enterprise = open_file(enterprise_id, current_actor())
    return _form_page(form, camera=None, enterprise=enterprise)


def _edit_page(camera: Camera, form: camera_forms.CameraForm) -> str:
    return _form_page(form, camera=camera, enterprise=camera.enterprise)


def _form_page(form: camera_forms.CameraForm, *, camera: Camera | None, **names: Any) -> str:
    # An address that was just typed is not sent back to the page either: it holds a password.
    form.stream_url.data = form.sub_url.data = ""
    actor = current_actor()
    return render_template(
        "video/camera_form.html",
        form=form,
        camera=camera,
        held_back=camera is not None and masking.is_held_back(camera),
        zones=_readable(form.zone_list),
        lines=_readable(form.line_list),
        masks=_readable(form.mask_list),
        picture=picture_queries.last_picture(camera, actor) if camera else None,
        clips=replays.clips_of(camera, actor) if camera else (),
        kinds=[kind for kind in SHAPES if kind not in EQUIPMENT],
        equipment=EQUIPMENT,
        shapes=SHAPES,
        whole=WHOLE,
        labels=labels,
        hosts=settings().stream_hosts,
        **names,
    )


def _readable(read: Callable[[], tuple[Any, ...]]) -> tuple[Any, ...]:
    """What is drawn and can be ticked; nothing while the text has a fault, which is told beside it."""
    try:
        return read()
    except InvalidInput:
        return ()
