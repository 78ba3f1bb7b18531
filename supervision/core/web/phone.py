"""Answers to a page that keeps its changes on the phone and sends them when it can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app, jsonify, request, send_from_directory
from flask.typing import ResponseReturnValue

from supervision.core import phone
from supervision.core.access import current_actor
from supervision.core.errors import Conflict, DomainError, InvalidInput
from supervision.core.i18n import message_of
from supervision.core.text import N_

# A batch of a hundred answers with long findings is far below this; photos come one at a time.
MAX_BATCH_BYTES = 1024 * 1024
# An address may be a whole bureau's; a phone sends a batch at a time.
SYNC_LIMIT = "600 per minute"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one message; ``refusal`` None where it is applied, now or earlier."""

    client_id: str
    refusal: DomainError | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What came with a file: its id and times as the phone made them."""

    client_id: str
    made_at: datetime
    sent_at: datetime | None


class Closed(Conflict):
    """The page of somebody whose work on it is over: it stops sending, and says why."""


class OtherAccount(Conflict):
    """A page that somebody else left open: what it holds is not this person's to send."""


def check_account(given: object) -> None:
    """Raise OtherAccount where the page is not of whoever is signed in."""
    if str(given) != str(current_actor().id):
        raise OtherAccount(
            N_("Somebody else is signed in now. Sign in as the officer who made these changes.")
        )


def body_of() -> Any:
    """The batch as it came, of this account. Raises InvalidInput, OtherAccount."""
    if (request.content_length or 0) > MAX_BATCH_BYTES:
        raise InvalidInput(N_("The batch is too large."), field="messages")
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # brackets within brackets, deeper than any of ours
        body = None
    check_account(body.get("account") if isinstance(body, dict) else None)
    return body


def sent_of() -> Sent:
    """Id and times of a file that comes as a form, of this account."""
    form = request.form
    check_account(form.get("account"))
    made_at = phone.instant_of(form.get("made_at"), "made_at")
    assert made_at is not None
    sent_at = phone.instant_of(form.get("sent_at"), "sent_at", optional=True)
    return Sent(phone.client_id_of(form.get("client_id")), made_at, sent_at)


def file_of() -> Any:
    """The uploaded file; raises InvalidInput where there is none."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidInput(N_("The file is missing."), field="file")
    return file


def result_of(result: Result) -> dict[str, Any]:
    """A result as the page reads it, a refusal in words."""
    if result.refusal is None:
        return {"client_id": result.client_id, "status": "done"}
    return {
        "client_id": result.client_id,
        "status": "refused",
        "code": result.refusal.http_status,
        "field": result.refusal.field,
        "message": message_of(result.refusal),
    }


def in_json(answer: Callable[[], dict[str, Any]]) -> ResponseReturnValue:
    """The answer, or why there is none, for a program to read."""
    try:
        return jsonify(answer())
    except DomainError as error:
        # The page stops sending for these two, and says why.
        kinds: dict[type, str] = {OtherAccount: "other_account", Closed: "closed"}
        kind = kinds.get(type(error), str(error.http_status))
        body = {"error": kind, "field": error.field, "message": message_of(error)}
        return jsonify(body), error.http_status


def send_worker() -> ResponseReturnValue:
    """The service worker: it must lie where its pages lie. Nothing in it is anybody's."""
    folder = str(current_app.static_folder)
    response = send_from_directory(folder, "js/site-worker.js", mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response
