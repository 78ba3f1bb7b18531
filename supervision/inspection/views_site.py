"""The inspection on a phone: one page, and what it sends when there is a network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import (
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import phone
from supervision.core.access import current_actor, public, requires
from supervision.core.db import transaction
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.core.web.limits import limiter
from supervision.core.web.phone import (
    SYNC_LIMIT,
    Closed,
    Result,
    Sent,
    body_of,
    file_of,
    in_json,
    result_of,
    send_worker,
    sent_of,
)
from supervision.inspection import labels, sync, sync_rules
from supervision.inspection.models import Inspection, ItemResult, Signer
from supervision.inspection.site_state import state_of
from supervision.inspection.views.blueprint import bp

MAX_NAME = 40


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
            raise Closed(N_("This is for the officers who inspect."))
        return state_of(inspection, actor)

    return in_json(answer)


@bp.post("/<int:inspection_id>/sync", endpoint="sync")
@requires(Permission.INSPECTION_MAKE)
@limiter.limit(SYNC_LIMIT)
def sync_batch(inspection_id: int) -> ResponseReturnValue:
    """A batch of changes; each has its result, refused ones the reason in words."""

    def answer() -> dict[str, Any]:
        actor = current_actor()
        sync.check_visible(inspection_id, actor)
        sent_at, messages, ids = sync_rules.parse_batch(body_of())
        with transaction():
            inspection, results = sync.apply_batch(inspection_id, actor, ids, messages, sent_at)
            return {
                "results": [result_of(r) for r in results],
                "state": state_of(inspection, actor),
            }

    return in_json(answer)


@bp.post("/<int:inspection_id>/photos")
@requires(Permission.INSPECTION_MAKE)
@limiter.limit(SYNC_LIMIT)
def site_photo(inspection_id: int) -> ResponseReturnValue:
    """One photo, as a form: client_id, made_at, sent_at, item (may be missing), file."""

    def keep(sent: Sent) -> Inspection:
        raw = request.form.get("item", "")
        item = int(raw) if raw.isdecimal() and len(raw) < 10 else raw or None
        return sync.add_photo(inspection_id, current_actor(), sent, item, file_of().stream)

    return in_json(lambda: _kept(inspection_id, keep))


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
            file_of().stream,
            signer=request.form.get("signer", ""),
            name=phone.text_of(request.form.get("name", ""), "name", MAX_NAME),
            account_id=int(account) if account.isdecimal() and len(account) < 10 else None,
        )

    return in_json(lambda: _kept(inspection_id, keep))


@bp.get("/site-worker.js")
@public
def site_worker() -> ResponseReturnValue:
    """The service worker: it must lie where its pages lie. Nothing in it is anybody's."""
    return send_worker()


def _kept(inspection_id: int, keep: Callable[[Sent], Inspection]) -> dict[str, Any]:
    sync.check_visible(inspection_id, current_actor())
    sent = sent_of()
    with transaction():
        inspection = keep(sent)
        found = state_of(inspection, current_actor())
    return {"results": [result_of(Result(sent.client_id))], "state": found}


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
