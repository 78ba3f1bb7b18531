"""Weights for nodes, by their hash: bytes that still have it, and only those of their own work."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from supervision.core import attachments
from supervision.core.access import current_actor, requires
from supervision.core.db import db, transaction
from supervision.core.permissions import Permission
from supervision.detector import keeping
from supervision.detector import queries as detectors
from supervision.detector import service as registry
from supervision.video import weights
from supervision.video.receiving import problem
from vision import contract

bp = Blueprint("vision_models", __name__, url_prefix=f"{contract.API_PREFIX}/models")


@bp.get("/<string:sha256>")
@requires(Permission.NODE_INGEST, machine=True)
def file(sha256: str) -> ResponseReturnValue:
    """Ranges work, so that a download that was cut goes on. Unknown and not one's own look alike."""
    model = detectors.by_sha256(sha256)
    if model is None or not weights.is_asked_to_run(model, current_actor()):
        return problem(404, "sha256", "no such weights for this node")
    if not keeping.is_as_registered(model):
        with transaction():
            found = detectors.by_sha256(sha256)
            if found is not None:
                registry.tell_of_damage(found)
        return problem(503, "sha256", "the stored file has changed: nobody gets it")
    assert model.attachment is not None  # what is not built in is stored
    answer = attachments.send(model.attachment)
    # The connection goes back to the pool while a slow line takes its megabytes.
    db.session.rollback()
    return answer
