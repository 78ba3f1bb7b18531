"""The nodes' endpoints for jobs and live pictures, as ``vision/contract`` lists them."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from PIL import Image, UnidentifiedImageError

from supervision.core import attachments, clock
from supervision.core.access import current_actor, requires
from supervision.core.db import db, transaction
from supervision.core.errors import NotFound
from supervision.core.permissions import Permission
from supervision.core.scope import visible
from supervision.video import messages, node_jobs, queries, searching
from supervision.video.models import Camera, VisionNode
from supervision.video.receiving import problem, receive
from supervision.video.surroundings import has_heard
from vision import contract
from vision.contract import ContractError, JobResult

bp = Blueprint("vision_jobs", __name__, url_prefix=contract.API_PREFIX)

MAX_RESULT_BYTES = 4 * 1024 * 1024  # a network of recorders has many streams
LONGEST_SKEW = 86400.0  # seconds


@bp.get("/jobs")
@requires(Permission.NODE_INGEST, machine=True)
def work() -> ResponseReturnValue:
    """Jobs, leased to this node from now on, and the cameras somebody looks at."""
    actor = current_actor()
    with transaction():
        node = queries.get_node(actor.node_id or 0, actor)
        group = request.headers.get(contract.GROUP_HEADER, "")
        told = node_jobs.work_of(node, clock.now(), group)
    response = jsonify(contract.to_json(told))
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/jobs/<string:uid>/source")
@requires(Permission.NODE_INGEST, machine=True)
def source(uid: str) -> ResponseReturnValue:
    job = node_jobs.find_job(uid, current_actor())
    return attachments.send(node_jobs.source_of(job))


@bp.put("/jobs/<string:uid>/file/<string:sha256>")
@requires(Permission.NODE_INGEST, machine=True)
def file(uid: str, sha256: str) -> ResponseReturnValue:
    """Checked whole before anything is stored; no transaction waits for the network."""
    actor = current_actor()
    node_jobs.find_job(uid, actor)
    media_type = request.mimetype
    if media_type not in {"image/jpeg", "video/mp4"}:
        return problem(422, "media_type", "must be image/jpeg or video/mp4")
    db.session.rollback()
    request.max_content_length = contract.MAX_EVIDENCE_BYTES
    try:
        with receive(request, sha256, media_type) as part, transaction():
            node_jobs.store_file(actor, uid, part, media_type, limit=contract.MAX_EVIDENCE_BYTES)
    except ContractError as error:
        return problem(422, error.field, error.problem)
    return jsonify(sha256=sha256), 201


@bp.post("/jobs/<string:uid>/result")
@requires(Permission.NODE_INGEST, machine=True)
def result(uid: str) -> ResponseReturnValue:
    request.max_content_length = MAX_RESULT_BYTES
    try:
        told = messages.read_message(JobResult, request.get_data(cache=False))
    except ContractError as error:
        return problem(422, error.field, error.problem)
    if told.job_id != uid:
        return problem(422, "job_id", "is not that of the address")
    with transaction():
        if not searching.take_result(current_actor(), told):
            node_jobs.take_result(current_actor(), told)
    return jsonify(job_id=uid)


@bp.put("/live/<string:camera_uid>")
@requires(Permission.NODE_INGEST, machine=True)
def live(camera_uid: str) -> ResponseReturnValue:
    """A JPEG of now; 204 kept, 410 where nobody looks any more, or a mask is news to the node."""
    actor = current_actor()
    request.max_content_length = contract.MAX_LIVE_BYTES
    data = request.get_data(cache=False)
    try:
        taken_at = _taken_at(request.headers.get(contract.TAKEN_HEADER, ""))
        size = _jpeg_size(data)
    except ContractError as error:
        return problem(422, error.field, error.problem)
    with transaction():
        camera = db.session.scalars(visible(Camera, actor).where(Camera.uid == camera_uid)).first()
        if camera is None:
            raise NotFound
        node = queries.get_node(actor.node_id or 0, actor)
        if camera.masks and not has_heard(actor, node):
            # It may not know the newest mask yet; it asks again, and does by then.
            return Response(status=410)
        kept = node_jobs.take_live(camera, data, _by_our_clock(taken_at, node), size)
    return Response(status=204 if kept else 410)


def _taken_at(text: str) -> datetime:
    try:
        taken = datetime.fromisoformat(text)
    except ValueError:
        raise ContractError(contract.TAKEN_HEADER, "must be an ISO 8601 instant") from None
    if taken.tzinfo is None:
        raise ContractError(contract.TAKEN_HEADER, "must carry a time zone")
    return taken


def _by_our_clock(taken: datetime, node: VisionNode) -> datetime:
    """A node's clock may be wrong, as its heartbeats have told; no picture is of the future."""
    now = clock.now()
    skew = max(-LONGEST_SKEW, min(LONGEST_SKEW, node.skew_s))
    near = min(max(taken, now - clock.DAY), now + clock.DAY)
    return min(near - timedelta(seconds=skew), now)


def _jpeg_size(data: bytes) -> tuple[int, int]:
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise ContractError("body", "is no JPEG") from None
