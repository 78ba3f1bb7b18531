"""The nodes' endpoints, as ``vision/contract.py`` lists them. JSON; bearer tokens only."""

from __future__ import annotations

from flask import Blueprint, Request, Response, jsonify, request
from flask.typing import ResponseReturnValue

from supervision.core import attachments
from supervision.core.access import current_actor, requires
from supervision.core.db import db, transaction
from supervision.core.permissions import Permission
from supervision.video import (
    configuration,
    health,
    ingest,
    intake,
    leases,
    messages,
    queries,
    room,
    stamps,
)
from supervision.video.models import VisionNode
from supervision.video.receiving import problem, receive
from supervision.video.surroundings import surroundings
from vision import contract
from vision.contract import ContractError, Heartbeat, LeaseAsk

bp = Blueprint("vision_api", __name__, url_prefix=contract.API_PREFIX)

MAX_MESSAGE_BYTES = 4 * 1024 * 1024


@bp.get("/config")
@requires(Permission.NODE_INGEST, machine=True)
def config() -> ResponseReturnValue:
    """What this node runs. The only answer that holds stream addresses."""
    actor = current_actor()
    node = _node(in_short=True)
    version, has_work = stamps.now_of(actor, node, _group())
    if request.if_none_match.contains(version):
        response = jsonify()
        response.status_code, response.data = 304, b""
    else:
        cameras = queries.cameras_of_node(actor)
        told = configuration.node_config(node, cameras, surroundings(actor, cameras))
        if told.config_version != version:
            stamps.forget(node)
        version = told.config_version
        response = jsonify(contract.config_for(_version_of(request), told))
    response.set_etag(version)
    response.headers["Cache-Control"] = "no-store"
    _tell_of_work(response, has_work=has_work)
    return response


def _group() -> str:
    """The group of a cluster that asks; none of a node that is one worker."""
    return request.headers.get(contract.GROUP_HEADER, "")


def _tell_of_work(response: Response, *, has_work: bool) -> None:
    """A worker that knows jobs asks for them when it is told to: no idle question."""
    if has_work:
        response.headers[contract.WORK_HEADER] = "1"


def _version_of(asked: Request) -> int:
    """The contract's version that the worker speaks; the first one did not say so."""
    given = asked.headers.get(contract.HEADER, "")
    return int(given) if given.isdecimal() and len(given) < 4 else 1


@bp.post("/heartbeat")
@requires(Permission.NODE_INGEST, machine=True)
def heartbeat() -> ResponseReturnValue:
    body = _body()
    try:
        beat = messages.read_message(Heartbeat, body)
        with transaction():
            node = _node()
            messages.check_node(beat, node.uid)
            health.take_heartbeat(node, beat)
            version, has_work = stamps.now_of(current_actor(), node, _group())
    except ContractError as error:
        return _park("heartbeat", error, body)
    response = jsonify(config_version=version)
    _tell_of_work(response, has_work=has_work)
    return response


@bp.post("/violations")
@requires(Permission.NODE_INGEST, machine=True)
def violations() -> ResponseReturnValue:
    taken = ingest.take(current_actor(), _body())
    if taken.event is None or taken.problem:
        return problem(taken.status, taken.field, taken.problem)
    told = jsonify(event_id=taken.event.event_id, revision=taken.event.revision)
    return told, taken.status


@bp.post("/violations/batch")
@requires(Permission.NODE_INGEST, machine=True)
def several_violations() -> ResponseReturnValue:
    """One message a line, each answered by itself: a request costs more than what a message says."""
    bodies = [line for line in _body().split(b"\n") if line.strip()]
    if not 0 < len(bodies) <= contract.MAX_EVENTS:
        return problem(400, "body", f"holds {len(bodies)} messages, not 1 to {contract.MAX_EVENTS}")
    taken = ingest.take_several(current_actor(), bodies)
    answers = [
        {"status": one.status, "field": one.field, "problem": one.problem}
        if one.problem
        else {"status": one.status}
        for one in taken
    ]
    return jsonify(answers=answers)


@bp.post("/leases")
@requires(Permission.NODE_INGEST, machine=True)
def lease() -> ResponseReturnValue:
    """Who watches which camera: nothing else is asked so often by so many, and it must be quick."""
    body = _body()
    try:
        ask = messages.read_message(LeaseAsk, body)
        with transaction():
            node = _node()
            messages.check_node(ask, node.uid)
            grant = leases.answer(node, ask)
    except ContractError as error:
        return _park("leases", error, body)
    return jsonify(contract.to_json(grant))


@bp.put("/violations/<string:event_id>/evidence/<string:sha256>")
@requires(Permission.NODE_INGEST, machine=True)
def evidence(event_id: str, sha256: str) -> ResponseReturnValue:
    """Checked whole before anything is stored; a database transaction never waits for a network."""
    actor = current_actor()
    try:
        declared = intake.find_evidence(actor, event_id, sha256)
    except LookupError:
        return problem(404, "event_id", "this event has not arrived")
    if declared is None:
        return problem(409, "sha256", "the event does not declare this file")
    if declared.attachment_id is not None or declared.removed_at is not None:
        return jsonify(sha256=sha256)
    if not room.has_room(declared.size):
        # The node keeps it and asks again; it stops recording before its own disk is full.
        return problem(507, "room", "there is no room for evidence now: keep the file")
    # The connection goes back to the pool while a slow line delivers its megabytes.
    db.session.rollback()
    request.max_content_length = contract.MAX_EVIDENCE_BYTES
    try:
        with receive(request, sha256, declared.media_type, declared.size) as part:
            attachments.send_ahead(part)
            with transaction():
                is_new = intake.store_evidence(actor, event_id, sha256, part)
    except ContractError as error:
        note = f"{sha256}: {request.content_length} bytes of {request.mimetype}"
        return _park("evidence", error, note.encode(), event_id=event_id)
    return jsonify(sha256=sha256), 201 if is_new else 200


def _node(*, in_short: bool = False) -> VisionNode:
    return queries.speaker(current_actor(), in_short=in_short)


def _body() -> bytes:
    request.max_content_length = MAX_MESSAGE_BYTES
    return request.get_data(cache=False)


def _park(
    endpoint: str, error: ContractError, body: bytes, *, event_id: str | None = None
) -> ResponseReturnValue:
    ingest.park(current_actor(), endpoint, error, body, event_id=event_id)
    return problem(422, error.field, error.problem)
