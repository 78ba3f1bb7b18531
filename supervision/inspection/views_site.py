"""The inspection on a phone: one page, and what it sends when there is a network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import (
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core.access import current_actor, public, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, DomainError, InvalidInput
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.core.web.limits import limiter
from supervision.inspection import labels, sync, sync_rules
from supervision.inspection.models import Inspection, ItemResult, Signer
from supervision.inspection.site_state import state_of
from supervision.inspection.sync import Result, Sent
from supervision.inspection.views.blueprint import bp

# A batch of a hundred answers with long findings is far below this; photos come one at a time.
MAX_BATCH_BYTES = 1024 * 1024
MAX_NAME = 40
# An address may be a whole bureau's; a phone sends a batch at a time.
SYNC_LIMIT = "600 per minute"


@bp.get("/<int:inspection_id>/site")
@requires(Permission.INSPECTION_MAKE)
def site(inspection_id: int) -> ResponseReturnValue:
    """For its officers while it may start or goes on; everybody else reads the inspection itself."""
    actor = current_actor()
    inspection = sync.load(inspection_id, actor)
    if not sync.can_work(inspection, actor):
        flash(_("Only its officers work on site, from the notice to the record."), "info")
        return redirect(url_for("inspection.detail", inspection_id=inspection_id))
    return render_template(
        "inspection/site.html",
        inspection=inspection,
        state=state_of(inspection, actor),
        sections=_sections(inspection),
        signers=_signers(inspection),
        results=ItemResult,
        labels=labels,
    )


@bp.get("/<int:inspection_id>/site/state")
@requires(Permission.INSPECTION_MAKE)
def site_state(inspection_id: int) -> ResponseReturnValue:
    """What the server has now, with the token of this session, for its officers only."""

    def answer() -> dict[str, Any]:
        actor = current_actor()
        inspection = sync.load(inspection_id, actor)
        if actor.id not in inspection.officer_ids:
            raise NotOnSite(N_("This is for the officers who inspect."))
        return state_of(inspection, actor)

    return _in_json(answer)


@bp.post("/<int:inspection_id>/sync", endpoint="sync")
@requires(Permission.INSPECTION_MAKE)
@limiter.limit(SYNC_LIMIT)
def sync_batch(inspection_id: int) -> ResponseReturnValue:
    """A batch of changes; each has its result, refused ones the reason in words."""

    def answer() -> dict[str, Any]:
        actor = current_actor()
        sync.check_visible(inspection_id, actor)
        body = _body()
        _check_account(body.get("account") if isinstance(body, dict) else None)
        sent_at, messages, ids = sync_rules.parse_batch(body)
        with transaction():
            inspection, results = sync.apply_batch(inspection_id, actor, ids, messages, sent_at)
            return {"results": [_result(r) for r in results], "state": state_of(inspection, actor)}

    return _in_json(answer)


@bp.post("/<int:inspection_id>/photos")
@requires(Permission.INSPECTION_MAKE)
@limiter.limit(SYNC_LIMIT)
def site_photo(inspection_id: int) -> ResponseReturnValue:
    """One photo, as a form: client_id, made_at, sent_at, item (may be missing), file."""

    def keep(sent: Sent) -> Inspection:
        raw = request.form.get("item", "")
        item = int(raw) if raw.isdecimal() and len(raw) < 10 else raw or None
        return sync.add_photo(inspection_id, current_actor(), sent, item, _file().stream)

    return _in_json(lambda: _kept(inspection_id, keep))


@bp.post("/<int:inspection_id>/signatures")
@requires(Permission.INSPECTION_MAKE)
@limiter.limit(SYNC_LIMIT)
def site_signature(inspection_id: int) -> ResponseReturnValue:
    """One signature, as a form: client_id, made_at, sent_at, signer, name, signed_for, file."""

    def keep(sent: Sent) -> Inspection:
        account = request.form.get("signed_for", "")
        return sync.add_signature(
            inspection_id,
            current_actor(),
            sent,
            _file().stream,
            signer=request.form.get("signer", ""),
            name=sync_rules.text_of(request.form.get("name", ""), "name", MAX_NAME),
            account_id=int(account) if account.isdecimal() and len(account) < 10 else None,
        )

    return _in_json(lambda: _kept(inspection_id, keep))


@bp.get("/site-worker.js")
@public
def site_worker() -> ResponseReturnValue:
    """The service worker: it must lie where its pages lie. Nothing in it is anybody's."""
    folder = str(current_app.static_folder)
    response = send_from_directory(folder, "js/site-worker.js", mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _kept(inspection_id: int, keep: Callable[[Sent], Inspection]) -> dict[str, Any]:
    sync.check_visible(inspection_id, current_actor())
    form = request.form
    _check_account(form.get("account"))
    made_at = sync_rules.instant_of(form.get("made_at"), "made_at")
    assert made_at is not None
    sent_at = sync_rules.instant_of(form.get("sent_at"), "sent_at", optional=True)
    sent = Sent(sync_rules.client_id_of(form.get("client_id")), made_at, sent_at)
    with transaction():
        inspection = keep(sent)
        found = state_of(inspection, current_actor())
    return {"results": [_result(Result(sent.client_id))], "state": found}


def _file() -> Any:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidInput(N_("The file is missing."), field="file")
    return file


def _body() -> object:
    if (request.content_length or 0) > MAX_BATCH_BYTES:
        raise InvalidInput(N_("The batch is too large."), field="messages")
    return request.get_json(silent=True)


class NotOnSite(Conflict):
    """The page of somebody who is no officer of the inspection any more."""


class OtherAccount(Conflict):
    """A page that somebody else left open: what it holds is not this person's to send."""


def _check_account(given: object) -> None:
    if str(given) != str(current_actor().id):
        raise OtherAccount(
            N_("Somebody else is signed in now. Sign in as the officer who made these changes.")
        )


def _result(result: Result) -> dict[str, Any]:
    if result.refusal is None:
        return {"client_id": result.client_id, "status": "done"}
    return {
        "client_id": result.client_id,
        "status": "refused",
        "code": result.refusal.http_status,
        "field": result.refusal.field,
        "message": message_of(result.refusal),
    }


def _in_json(answer: Callable[[], dict[str, Any]]) -> ResponseReturnValue:
    """The answer, or why there is none, for a program to read."""
    try:
        return jsonify(answer())
    except DomainError as error:
        # The page stops sending for these two, and says why.
        kinds: dict[type, str] = {OtherAccount: "other_account", NotOnSite: "closed"}
        kind = kinds.get(type(error), str(error.http_status))
        body = {"error": kind, "field": error.field, "message": message_of(error)}
        return jsonify(body), error.http_status


def _sections(inspection: Inspection) -> list[tuple[str, list[Any]]]:
    """Items under their headings, in their order; one heading may have items added later."""
    found: dict[str, list[Any]] = {}
    for item in inspection.items:
        found.setdefault(item.section, []).append(item)
    return list(found.items())


def _signers(inspection: Inspection) -> list[tuple[Signer, int | None, str]]:
    """Who signs on the screen: the party first, then each officer."""
    officers = [(Signer.OFFICER, o.account_id, o.name) for o in inspection.officers]
    return [(Signer.PARTY, None, inspection.party_name), *officers]
