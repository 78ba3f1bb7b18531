"""HTTP of the files that cameras' violations left: who may see what the camera saw, sees them."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from supervision.core import attachments
from supervision.core.access import current_actor, requires
from supervision.core.permissions import Permission
from supervision.video import evidence_labels, labels, media_links

bp = Blueprint("media", __name__, url_prefix="/media")


@bp.get("/<string(length=32):key>")
@requires(Permission.VIDEO_READ)
def file(key: str) -> ResponseReturnValue:
    """The file in the page, ranges supported; ``?thumb=1``: the small picture of a snapshot.

    410 with words where it was removed: its time was over, or there was no room.
    """
    evidence = media_links.get_evidence(key, current_actor())
    if evidence.removed_at is not None:
        return render_template(
            "video/removed.html", evidence=evidence, labels=labels, words=evidence_labels
        ), 410
    found = media_links.file_of(evidence, small="thumb" in request.args)
    response = attachments.send(found)
    response.headers["Content-Disposition"] = "inline"
    return response
