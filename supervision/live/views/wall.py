"""HTTP of the wall: pictures of now side by side, and one large."""

from __future__ import annotations

from typing import Any

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core.access import current_actor, requires
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.permissions import Permission
from supervision.core.web.paging import page_number, paginate
from supervision.core.web.state import settings
from supervision.live import board, forms, labels
from supervision.live.rules import SHOWING, Standing
from supervision.live.rules import standing_of as stands
from supervision.live.views.blueprint import (
    active,
    bp,
    clock_now,
    offer_places,
    region_of,
    row_id,
    standing_of,
)
from supervision.video import labels as video_labels
from supervision.video import live, queries
from supervision.video.models import Camera

# Of how many tiles: seconds between two pictures of one, and how wide they are.
PACES = {"4": (2, 960), "9": (3, 480), "16": (5, 480)}
LARGE = (1, 1920)


@bp.get("/wall")
@requires(Permission.VIDEO_LIVE)
def wall() -> ResponseReturnValue:
    actor = current_actor()
    form, wanted = _filter(actor)
    tiles = form.tiles.data if form.tiles.data in PACES else "9"
    at = clock_now()
    page = paginate(board.cameras(actor, wanted, at), number=page_number(), per_page=int(tiles))
    every, width = PACES[tiles]
    return render_template(
        "live/wall.html",
        form=form,
        page=page,
        tiles=tiles,
        every=every,
        width=width,
        now=_states(page.items, actor),
        context=context(),
        labels=labels,
        active=active(form, "text", "enterprise", "region", "standing"),
        renew_s=live.RENEW_S,
    )


@bp.get("/wall/<int:camera_id>")
@requires(Permission.VIDEO_LIVE)
def single(camera_id: int) -> ResponseReturnValue:
    """One camera large; before and after it, what the wall's filter finds."""
    actor = current_actor()
    camera = queries.get_camera(camera_id, actor)
    _form, wanted = _filter(actor)
    before, after = board.beside(actor, wanted, clock_now(), camera_id)
    every, width = LARGE
    return render_template(
        "live/single.html",
        camera=camera,
        before=before,
        after=after,
        every=every,
        width=width,
        now=_states([camera], actor),
        context=context(),
        labels=labels,
        video_labels=video_labels,
        renew_s=live.RENEW_S,
    )


@bp.get("/states.json")
@requires(Permission.VIDEO_LIVE)
def states() -> ResponseReturnValue:
    """``?camera=`` (each): how they stand and what waits; those of others are left out."""
    actor = current_actor()
    ids = [one for one in map(row_id, request.args.getlist("camera")) if one is not None]
    stmt = board.cameras(actor, board.CameraFilter(sort="name"), clock_now())
    found = db.session.scalars(stmt.where(Camera.id.in_(ids[: live.MOST_AT_ONCE]))).unique().all()
    response = jsonify(cameras=_states(found, actor))
    response.headers["Cache-Control"] = "no-store"
    return response


def _states(cameras: Any, actor: Actor) -> dict[int, dict[str, Any]]:
    """By camera: its state in words, the tone of it, what stands for a picture, what waits."""
    silent = settings().node_silent_seconds
    waiting = board.waiting(actor, [camera.id for camera in cameras])
    found = {}
    for camera in cameras:
        state, health = camera.live_state(silent), camera.fresh_health
        standing = stands(state, health.view if health else None)
        label, tone = str(video_labels.LIVE_LABELS[state]), video_labels.LIVE_TONES[state]
        if standing is Standing.BLIND and health is not None:
            label, tone = str(video_labels.VIEW_LABELS[health.view]), "bad"
        found[camera.id] = {
            "label": label,
            "tone": tone,
            "said": _("Waiting for a picture") if standing in SHOWING else label,
            "off": standing is Standing.OFF,
            "waiting": waiting.get(camera.id, 0),
        }
    return found


def _filter(actor: Actor) -> tuple[forms.WallForm, board.CameraFilter]:
    form = forms.WallForm(request.args)
    offer_places(form, actor)
    form.validate()
    return form, board.CameraFilter(
        text=form.text.data or "",
        enterprise_id=row_id(form.enterprise.data),
        region=region_of(form),
        standing=standing_of(form),
        sort=form.sort.data or "name",
    )


def context() -> dict[str, str]:
    """The wall's filter, for the addresses of single pictures."""
    kept = ("text", "enterprise", "region", "standing", "sort", "tiles")
    return {name: request.args[name] for name in kept if request.args.get(name)}
