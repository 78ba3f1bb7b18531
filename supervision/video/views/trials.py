"""HTTP of trials: what stored clips raise under changed rules, before anybody saves them."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core.access import current_actor, requires
from supervision.core.actor import Actor
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.i18n import format_instant, message_of
from supervision.core.permissions import Permission
from supervision.core.web.state import settings
from supervision.video import labels, queries, replays
from supervision.video.comparing import Change
from supervision.video.models import Camera
from supervision.video.replays import Trial
from supervision.video.rules import NodeState
from supervision.video.workflow import ReviewState

bp = Blueprint("camera_trial", __name__, url_prefix="/video/cameras")


@bp.get("/<int:camera_id>/trials/<int:job_id>")
@requires(Permission.CAMERA_EDIT)
def detail(camera_id: int, job_id: int) -> ResponseReturnValue:
    return _page(camera_id, job_id)


@bp.get("/<int:camera_id>/trials/<int:job_id>/state")
@requires(Permission.CAMERA_EDIT)
def state(camera_id: int, job_id: int) -> ResponseReturnValue:
    """How far it is, for the page that waits."""
    actor = current_actor()
    trial = replays.get_trial(queries.get_camera(camera_id, actor), job_id, actor)
    label, text = _progress(trial, actor)
    response = jsonify(
        over=trial.is_over, label=label, text=text, percent=100 * trial.over // len(trial.clips)
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/<int:camera_id>/trials/<int:job_id>/save")
@requires(Permission.CAMERA_EDIT)
def save(camera_id: int, job_id: int) -> ResponseReturnValue:
    """What was tried becomes the camera's own. 409 where somebody changed the camera since."""
    actor = current_actor()
    try:
        with transaction():
            camera = queries.get_camera(camera_id, actor)
            trial = replays.get_trial(camera, job_id, actor)
            replays.save(camera, actor, trial, stream_hosts=settings().stream_hosts)
    except (InvalidInput, Conflict) as error:
        flash(message_of(error), "error")
        return _page(camera_id, job_id), error.http_status
    flash(_("The rules that were tried are saved."), "success")
    return redirect(url_for("camera.detail", camera_id=camera_id))


def _page(camera_id: int, job_id: int) -> str:
    actor = current_actor()
    camera = queries.get_camera(camera_id, actor)
    trial = replays.get_trial(camera, job_id, actor)
    label, text = _progress(trial, actor)
    return render_template(
        "video/trial.html",
        camera=camera,
        trial=trial,
        label=label,
        text=text,
        is_stale=camera.row_version != trial.version,
        back="camera.edit" if trial.on_form else "camera_editor.edit",
        place_of=_place_names(camera, trial),
        Change=Change,
        ReviewState=ReviewState,
        labels=labels,
    )


def _progress(trial: Trial, actor: Actor) -> tuple[str, str]:
    """A headline, and how far it is or what it waits for."""
    node = queries.get_node(trial.first.node_id, actor)
    count = _("%(over)s of %(all)s clips judged", over=trial.over, all=len(trial.clips))
    if not trial.is_over and node.state(settings().node_silent_seconds) is not NodeState.ONLINE:
        since = format_instant(node.last_seen_at) or "—"
        return _("Waiting for the vision node"), _(
            "%(count)s. Node %(name)s has been silent since %(since)s; it goes on when the node is"
            " back.",
            count=count,
            name=node.name,
            since=since,
        )
    return _("The node judges the clips again"), count


def _place_names(camera: Camera, trial: Trial) -> dict[str, str]:
    """Names of zones by id, as they would be, else as they are; a rule's line by the rule's id."""
    told = trial.first.note["spec"]
    lines = {line.line_id: line.name for line in camera.line_list}
    lines |= {line["line_id"]: line["name"] for line in told["lines"]}
    names = {zone.zone_id: zone.name for zone in camera.zone_list}
    names |= {zone["zone_id"]: zone["name"] for zone in told["zones"]}
    crossing = [(rule.rule_id, rule.line_id) for rule in camera.rule_list]
    crossing += [(rule["rule_id"], rule["line_id"]) for rule in told["rules"]]
    return names | {rule: lines.get(line, line) for rule, line in crossing if line is not None}
