"""HTTP of the files that cameras' violations left: who may see what the camera saw, sees them.

They play in the page. Nothing offers to save them but two ways that stand in the trail: a copy to
hand out, with others' heads blurred, and the original, for a reason.
"""

from __future__ import annotations

from flask import (
    Blueprint,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import attachments
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.core.web.state import settings
from supervision.video import (
    copies,
    evidence_forms,
    evidence_labels,
    labels,
    media_links,
    originals,
)
from supervision.video.job_models import NodeJob
from supervision.video.rules import NodeState
from supervision.video.views import evidence as evidence_views

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
    try:
        response = attachments.send(found)
    except FileNotFoundError:
        current_app.logger.exception("evidence is missing: %s", found.sha256)
        raise NotFound from None
    response.headers["Content-Disposition"] = "inline"
    return response


@bp.post("/<string(length=32):key>/copy")
@requires(Permission.VIDEO_COPY)
def copy(key: str) -> ResponseReturnValue:
    """Ask the camera's node for a copy to hand out."""
    actor = current_actor()
    with transaction():
        job = copies.ask(media_links.get_evidence(key, actor), actor)
        uid = job.uid
    return redirect(url_for("media.copy_page", uid=uid))


@bp.get("/copies/<string(length=32):uid>")
@requires(Permission.VIDEO_COPY)
def copy_page(uid: str) -> ResponseReturnValue:
    job = copies.get_copy(uid, current_actor())
    return render_template(
        "video/copy.html",
        job=job,
        told=_told(job),
        until=copies.until(job),
        words=evidence_labels,
    )


@bp.get("/copies/<string(length=32):uid>/state")
@requires(Permission.VIDEO_COPY)
def copy_state(uid: str) -> ResponseReturnValue:
    job = copies.get_copy(uid, current_actor())
    response = jsonify(_told(job))
    response.headers["Cache-Control"] = "no-store"
    return response


def _told(job: NodeJob) -> dict[str, object]:
    """How far it is, in words: for the page, and for its script."""
    node = job.camera.node
    is_away = node is None or node.state(settings().node_silent_seconds) is not NodeState.ONLINE
    text = _("The vision node makes it: faces of others are blurred, picture by picture.")
    if is_away and not job.is_over:
        text = _("The vision node is offline: it makes the copy as soon as it is back.")
    return {
        "over": job.is_over,
        "label": str(evidence_labels.COPY_LABELS[job.status]),
        "text": text,
        "percent": evidence_labels.COPY_PERCENT[job.status],
    }


@bp.get("/copies/<string(length=32):uid>/file")
@requires(Permission.VIDEO_COPY)
def copy_file(uid: str) -> ResponseReturnValue:
    """The copy, for who asked for it; each time stands in the trail."""
    actor = current_actor()
    with transaction():
        attachment = copies.take(copies.get_copy(uid, actor), actor)
    response = attachments.send(attachment, download=True)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/<string(length=32):key>/original")
@requires(Permission.VIDEO_ORIGINAL)
def original(key: str) -> ResponseReturnValue:
    """The file as it was received, with its hash and its story, in an archive."""
    actor = current_actor()
    asked = media_links.get_evidence(key, actor)
    violation_id = asked.violation_id
    form = evidence_forms.OriginalForm(prefix=evidence_forms.take_of(asked.id))
    if not form.validate_on_submit():
        return evidence_views.page(violation_id, form), 422
    reason = form.reason.data or ""
    try:
        with transaction():
            originals.take(media_links.get_evidence(key, actor), actor, reason)
    except InvalidInput as error:
        form.add_error(error)
        return evidence_views.page(violation_id, form), 422
    evidence = media_links.get_evidence(key, actor)
    response = send_file(
        originals.archive(evidence, actor, reason),
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"violation-{violation_id}-{evidence.kind}.zip",
    )
    response.headers["Cache-Control"] = "no-store"
    return response
