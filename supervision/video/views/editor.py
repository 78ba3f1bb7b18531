"""HTTP of the editor: zones, lines and masks drawn on the camera's picture of now."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, DomainError, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.core.web.forms import check_seen
from supervision.core.web.numbers import id_argument
from supervision.core.web.state import settings
from supervision.video import (
    drawing,
    equipment,
    labels,
    masking,
    picture_queries,
    places,
    queries,
    replays,
)
from supervision.video.drawing import Drawing
from supervision.video.drawing_forms import DrawingForm
from supervision.video.equipment import CameraSpec
from supervision.video.models import Camera
from supervision.video.rules import LiveState
from vision.contract import Rule

bp = Blueprint("camera_editor", __name__, url_prefix="/video/cameras")

# While the worker is in one of these, no picture of now will come.
NO_PICTURE = frozenset({LiveState.NODE_OFFLINE, LiveState.UNASSIGNED, LiveState.DISABLED})


@bp.get("/<int:camera_id>/editor")
@requires(Permission.CAMERA_EDIT)
def edit(camera_id: int) -> ResponseReturnValue:
    """With ``?trial=`` as it was tried there, not as it is."""
    actor = current_actor()
    camera = queries.get_camera(camera_id, actor)
    spec, version = equipment.spec_of(camera), camera.row_version
    if number := id_argument("trial"):
        trial = replays.get_trial(camera, number, actor)
        spec, version = trial.spec(actor), trial.version
    form = DrawingForm(drawing=drawing.write(_drawn(spec)), row_version=version)
    return _page(camera, form)


@bp.post("/<int:camera_id>/editor")
@requires(Permission.CAMERA_EDIT)
def save(camera_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = DrawingForm()
    if not form.validate_on_submit():
        return _page(queries.get_camera(camera_id, actor), form), 422
    try:
        with transaction():
            camera = queries.get_camera(camera_id, actor)
            check_seen(form, camera.row_version)
            hosts = settings().stream_hosts
            equipment.change_camera(camera, actor, _spec(form, camera), stream_hosts=hosts)
    except (InvalidInput, Conflict) as error:
        return _refused(camera_id, form, error)
    flash(_("Zones, lines and masks saved."), "success")
    return redirect(url_for("camera_editor.edit", camera_id=camera_id))


@bp.post("/<int:camera_id>/editor/try")
@requires(Permission.CAMERA_EDIT)
def try_out(camera_id: int) -> ResponseReturnValue:
    """The drawing as it is, tried on stored clips; nothing of the camera changes."""
    actor = current_actor()
    form = DrawingForm()
    if not form.validate_on_submit():
        return _page(queries.get_camera(camera_id, actor), form), 422
    try:
        with transaction():
            camera = queries.get_camera(camera_id, actor)
            check_seen(form, camera.row_version)
            trial = replays.start(camera, actor, _spec(form, camera), form.clips.data or ())
    except (InvalidInput, Conflict) as error:
        return _refused(camera_id, form, error)
    return redirect(url_for("camera_trial.detail", camera_id=camera_id, job_id=trial.id))


def _refused(camera_id: int, form: DrawingForm, error: DomainError) -> ResponseReturnValue:
    """The page again with what was drawn: a drawing is not lost over a second writer."""
    form.add_error(error)
    return _page(queries.get_camera(camera_id, current_actor()), form), error.http_status


def _spec(form: DrawingForm, camera: Camera) -> CameraSpec:
    """The camera as it would be; raises InvalidInput. Rules go only with a person's yes."""
    drawn = drawing.read(form.drawing.data or "")
    lost = drawing.lost_rules(camera.rule_list, drawn)
    if lost and not form.drop_rules.data:
        raise InvalidInput(
            N_("Without their zone or line these rules go too: %(rules)s. Tick that they may."),
            field="drop_rules",
            rules=", ".join(_rule_text(camera, rule) for rule in lost),
        )
    return replace(
        equipment.spec_of(camera),
        zones=drawn.zones,
        lines=drawn.lines,
        masks=drawn.masks,
        rules=tuple(rule for rule in camera.rule_list if rule not in lost),
    )


def _drawn(spec: CameraSpec) -> Drawing:
    return Drawing(spec.zones, spec.lines, spec.masks)


def _rule_text(camera: Camera, rule: Rule) -> str:
    kind = str(labels.KIND_LABELS[rule.kind])
    place = camera.place_name(rule)
    return f"{kind} ({place})" if place else kind


def _page(camera: Camera, form: DrawingForm) -> str:
    actor = current_actor()
    live = camera.live_state(settings().node_silent_seconds)
    return render_template(
        "video/editor.html",
        camera=camera,
        form=form,
        saved=drawing.plain(_drawn(equipment.spec_of(camera))),
        rules=_rules_by_place(camera),
        limits={
            "each": {name: most for name, (_kind, _key, most) in drawing.KINDS.items()},
            "points": places.MAX_POINTS,
            "area": places.SMALLEST_AREA,
            "name": drawing.LONGEST_NAME,
        },
        picture=picture_queries.last_picture(camera, actor),
        clips=replays.clips_of(camera, actor),
        live=live,
        held_back=masking.is_held_back(camera),
        awaits_picture=actor.may(Permission.VIDEO_LIVE) and live not in NO_PICTURE,
        labels=labels,
    )


def _rules_by_place(camera: Camera) -> dict[str, dict[str, list[str]]]:
    """The names of the rules that hang on each zone and each line."""
    found: dict[str, dict[str, list[str]]] = {"zones": {}, "lines": {}}
    for rule in camera.rule_list:
        name = str(labels.KIND_LABELS[rule.kind])
        if rule.line_id is not None:
            found["lines"].setdefault(rule.line_id, []).append(name)
        elif rule.zone_id is not None:
            found["zones"].setdefault(rule.zone_id, []).append(name)
    return found
