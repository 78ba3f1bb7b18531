"""A round on a phone: one page, and what it sends when there is a network."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import attachments, phone
from supervision.core.access import current_actor, public, requires
from supervision.core.db import transaction
from supervision.core.errors import NotFound
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.core.web.limits import limiter
from supervision.core.web.phone import (
    SYNC_LIMIT,
    Closed,
    Result,
    body_of,
    file_of,
    in_json,
    result_of,
    send_worker,
    sent_of,
)
from supervision.hazard.labels import CATEGORY_LABELS
from supervision.selfcheck import queries, sync, sync_rules, walking
from supervision.selfcheck.blueprint import bp
from supervision.selfcheck.models import CheckTemplateItem
from supervision.selfcheck.walk_state import state_of


@bp.get("/rounds/<int:round_id>/walk")
@requires(Permission.SELFCHECK_DO)
def walk(round_id: int) -> ResponseReturnValue:
    """For whoever may walk it, while it is open; everybody else reads the round itself."""
    actor = current_actor()
    one = queries.get_round(round_id, actor)
    walking.check_walker(one, actor)
    if not walking.is_walkable(one):
        flash(_("This round is not open for walking."), "info")
        return redirect(url_for("selfcheck.detail", round_id=round_id))
    return render_template(
        "selfcheck/walk.html",
        round=one,
        state=state_of(one, actor),
        sections=_sections(walking.items_of(one)),
        categories=CATEGORY_LABELS,
    )


@bp.get("/rounds/<int:round_id>/walk/state")
@requires(Permission.SELFCHECK_DO)
def walk_state(round_id: int) -> ResponseReturnValue:
    """What the server has now, with the token of this session."""

    def answer() -> dict[str, Any]:
        actor = current_actor()
        one = queries.get_round(round_id, actor)
        if not walking.may_walk(one, actor):
            raise Closed(N_("This round is somebody else's to walk."))
        return state_of(one, actor)

    return in_json(answer)


@bp.post("/rounds/<int:round_id>/sync")
@requires(Permission.SELFCHECK_DO)
@limiter.limit(SYNC_LIMIT)
def walk_sync(round_id: int) -> ResponseReturnValue:
    """A batch of changes; each has its result, refused ones the reason in words."""

    def answer() -> dict[str, Any]:
        actor = current_actor()
        queries.get_round(round_id, actor)
        sent_at, messages, ids = sync_rules.parse_batch(body_of())
        with transaction():
            one, results = sync.apply_batch(round_id, actor, ids, messages, sent_at)
            return {"results": [result_of(r) for r in results], "state": state_of(one, actor)}

    return in_json(answer)


@bp.post("/rounds/<int:round_id>/photos")
@requires(Permission.SELFCHECK_DO)
@limiter.limit(SYNC_LIMIT)
def walk_photo(round_id: int) -> ResponseReturnValue:
    """One photo, as a form: client_id, made_at, sent_at, item (may be missing), file."""

    def answer() -> dict[str, Any]:
        actor = current_actor()
        queries.get_round(round_id, actor)
        sent, item = sent_of(), _item(request.form.get("item", ""))
        with transaction():
            one = sync.add_photo(round_id, actor, sent, item, file_of().stream)
            return {"results": [result_of(Result(sent.client_id))], "state": state_of(one, actor)}

    return in_json(answer)


@bp.get("/rounds/<int:round_id>/photos/<int:photo_id>")
@requires(Permission.SELFCHECK_READ)
def photo(round_id: int, photo_id: int) -> ResponseReturnValue:
    """A photo of a round; whoever may see the round may see it."""
    one = queries.get_round(round_id, current_actor())
    for found in one.photos:
        if found.id == photo_id:
            return attachments.send(found.attachment)
    raise NotFound


@bp.get("/site-worker.js")
@public
def walk_worker() -> ResponseReturnValue:
    """The service worker: it must lie where its pages lie. Nothing in it is anybody's."""
    return send_worker()


def _item(raw: str) -> int | str | None:
    if raw.isdecimal() and len(raw) < 10:
        return int(raw)
    return phone.client_id_of(raw) if raw else None


def _sections(items: list[CheckTemplateItem]) -> list[tuple[str, list[CheckTemplateItem]]]:
    """Items under their headings, in their order."""
    found: dict[str, list[CheckTemplateItem]] = {}
    for item in items:
        found.setdefault(item.section, []).append(item)
    return list(found.items())
