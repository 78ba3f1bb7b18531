"""HTTP of live pictures: "I look at these", and each camera's newest JPEG."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.core.web.numbers import LARGEST_ID
from supervision.video import live
from vision import contract

bp = Blueprint("live_picture", __name__, url_prefix="/live")

# A node asks for work every few seconds; its first picture comes soon after.
RETRY_S = 2
PACES = (1, 60)


@bp.post("/look")
@requires(Permission.VIDEO_LIVE)
def look() -> ResponseReturnValue:
    """``camera=`` (each), ``width=``, ``every=``: pictures come from now on, for a minute.

    Answers with the age in seconds of those that are there, by camera.
    """
    wanted = request.form.getlist("camera", type=int)
    if len(wanted) != len(request.form.getlist("camera")) or any(
        not 0 < one <= LARGEST_ID for one in wanted
    ):
        raise InvalidInput(N_("This is no camera."), field="camera")
    width = request.form.get("width", live.WIDTHS[0], type=int)
    every = request.form.get("every", 5, type=int)
    actor = current_actor()
    with transaction():
        live.look(actor, wanted, width=_fitting(width), every_s=min(max(every, PACES[0]), PACES[1]))
    now = clock.now()
    ages = {
        one.camera_id: round((now - one.taken_at).total_seconds(), 1)
        for one in live.dates(actor, wanted).values()
    }
    response = jsonify(ages=ages, renew_s=live.RENEW_S)
    response.headers["Cache-Control"] = "no-store"
    return response


def _fitting(width: int) -> int:
    return next((w for w in live.WIDTHS if w >= width), live.WIDTHS[-1])


@bp.get("/<int:camera_id>.jpg")
@requires(Permission.VIDEO_LIVE)
def picture(camera_id: int) -> ResponseReturnValue:
    """The newest picture; 204 with ``Retry-After`` while there is none, 304 for one that is known."""
    actor = current_actor()
    dated = live.dates(actor, [camera_id]).get(camera_id)
    if dated is not None and request.if_none_match.contains(dated.etag):
        return _headers(Response(status=304), dated)
    found = live.picture(actor, camera_id)
    if found is None:
        headers = {"Retry-After": str(RETRY_S), "Cache-Control": "no-store"}
        return Response(status=204, mimetype="image/jpeg", headers=headers)
    if not live.is_noted(actor, camera_id):
        with transaction():
            live.note(actor, camera_id)
    return _headers(Response(found.data, mimetype="image/jpeg"), found)


def _headers(response: Response, found: live.Picture) -> Response:
    response.set_etag(found.etag)
    response.headers[contract.TAKEN_HEADER] = found.taken_at.isoformat()
    # Asked for anew each time, and kept by nobody on the way.
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    age = max(0.0, (clock.now() - found.taken_at).total_seconds())
    response.headers["Anqi-Age"] = f"{age:.1f}"
    return response
