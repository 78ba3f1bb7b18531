"""HTTP of the desk: one violation after the other, and the verdict on each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core.access import current_actor, requires
from supervision.core.actor import Actor
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.i18n import format_instant, message_of
from supervision.core.permissions import Permission
from supervision.core.web.numbers import LARGEST_LONG_ID
from supervision.desk import filters, queries, queue, service
from supervision.desk import forms as desk_forms
from supervision.desk import labels as desk_labels
from supervision.desk.queries import Card
from supervision.desk.workflow import OPINION_WORKFLOW, OpinionState
from supervision.slices import slices
from supervision.video import forms, labels
from supervision.video import queries as video
from supervision.video.findings import meaning_of
from supervision.video.models import Violation
from supervision.video.views.verdicts import confirming, duplicating, rejecting
from supervision.video.workflow import REVIEW_WORKFLOW, ReviewState

bp = Blueprint("desk", __name__, url_prefix="/desk")

# Cards that a browser keeps ready, and ids that it has in hand.
MOST_AHEAD = 3
MOST_KNOWN = 300


@bp.get("/")
@requires(Permission.VIDEO_REVIEW)
def index() -> ResponseReturnValue:
    """The first of the queue that nobody else looks at."""
    actor = current_actor()
    _form, wanted = filters.read(actor)
    ids = queue.ahead(actor, wanted, after=None, without=(), limit=1)
    return _page(queries.cards(actor, ids))


@bp.get("/<long:violation_id>")
@requires(Permission.VIDEO_REVIEW)
def show(violation_id: int) -> ResponseReturnValue:
    """The desk with this violation on it, decided or not."""
    return _page([queries.get_card(violation_id, current_actor())])


def _page(cards: Sequence[Card], failed: str = "", form: Any = None) -> str:
    actor = current_actor()
    _form, wanted = filters.read(actor)
    context = filters.context()
    return render_template(
        "desk/single.html",
        cards=[_shown(card, actor, failed, form) for card in cards],
        counts=queue.counts(actor, wanted),
        last_seen=queue.last_seen(actor),
        context=context,
        active=len(context),
        labels=labels,
        desk_labels=desk_labels,
        said=_said(),
    )


def _shown(card: Card, actor: Actor, failed: str = "", form: Any = None) -> dict[str, Any]:
    """What the card's template needs. Ids are the card's own: a page holds several."""
    violation = card.violation
    prefix = f"v{violation.id}"
    shown: dict[str, Any] = {
        "confirm": forms.ConfirmForm(formdata=None, prefix="confirm-"),
        "reject": forms.RejectForm(formdata=None),
        "answer": desk_forms.AnswerForm(formdata=None),
    }
    if form is not None:
        shown[failed] = form
    for name, one in shown.items():
        one.mark(f"{prefix}-{name}")
    pending = violation.status is ReviewState.PENDING
    current = next((o for o in card.opinions if o.status is OpinionState.OPEN), None)
    return {
        "card": card,
        "violation": violation,
        "offered": REVIEW_WORKFLOW.names(violation, actor),
        "opinion": current,
        "opinion_steps": OPINION_WORKFLOW.names(current, actor) if current and pending else (),
        "meaning": meaning_of(violation.rule_kind),
        "forms": shown,
        "failed": failed,
        "parts": [] if pending else _parts(violation.id, actor),
    }


def _parts(violation_id: int, actor: Actor) -> list[str]:
    """What upper slices show of a violation that is decided."""
    others = [m for m in slices() if m.name != "desk"]
    mine = [p for m in others for p in m.violation_parts if actor.may(p.permission)]
    rendered = (p.render(violation_id, actor) for p in sorted(mine, key=lambda p: p.order))
    return [part for part in rendered if part]


def _said() -> dict[str, str]:
    """What the script says; filled in by name."""
    return {
        "saved": _("Saved"),
        "sending": _("%(count)s on the way"),
        "failed": _("Not saved: %(why)s"),
        "offline": _("The server cannot be reached. Nothing is lost: press the key again."),
        "gone": _("You are signed out, or may not do this any more. Reload the page."),
        "viewing": _("%(names)s is looking at it"),
        "decided": _("Decided meanwhile: %(what)s"),
        "leave": _("A verdict is still on its way."),
        "open": _("Show it"),
        "words": _("Say in words why, then Ctrl+Enter."),
    }


@bp.get("/ahead")
@requires(Permission.VIDEO_REVIEW)
def ahead() -> ResponseReturnValue:
    """Cards to keep ready: ``?after=`` a violation, ``without=`` those in hand; or ``?only=`` one."""
    actor = current_actor()
    only = request.args.get("only", type=int)
    ids = _ids_ahead(actor) if only is None else [only] if 0 < only <= LARGEST_LONG_ID else []
    cards = [_shown(card, actor) for card in queries.cards(actor, ids)]
    page = render_template(
        "desk/cards.html",
        cards=cards,
        context=filters.context(),
        labels=labels,
        desk_labels=desk_labels,
    )
    return page, {"Cache-Control": "no-store"}


def _ids_ahead(actor: Actor) -> Sequence[int]:
    _form, wanted = filters.read(actor)
    after = request.args.get("after", 0, type=int) or 0
    place = queue.place_of(after, actor) if 0 < after <= LARGEST_LONG_ID else None
    limit = request.args.get("count", MOST_AHEAD, type=int) or MOST_AHEAD
    return queue.ahead(
        actor,
        wanted,
        after=place,
        without=_numbers(request.args.get("without", "")),
        limit=min(max(limit, 1), MOST_AHEAD),
    )


def _numbers(text: str) -> list[int]:
    found = [int(part) for part in text.split(",") if part.isdecimal() and len(part) < 16]
    return found[:MOST_KNOWN]


@bp.post("/<long:violation_id>/viewing")
@requires(Permission.VIDEO_REVIEW)
def viewing(violation_id: int) -> ResponseReturnValue:
    """It is on the screen now. Answers who else looks at it, and what it came to meanwhile."""
    actor = current_actor()
    left = request.form.get("left", type=int)
    with transaction():
        violation = video.get_violation(violation_id, actor)
        service.look(
            violation, actor, left_id=left if left and 0 < left <= LARGEST_LONG_ID else None
        )
        others = queries.viewers(actor, [violation_id]).get(violation_id, [])
        decided = _verdict_line(violation)
    return jsonify(others=others, decided=decided)


def _verdict_line(violation: Violation) -> str:
    """Verdict and who gave it; "" while it waits."""
    if violation.status is ReviewState.PENDING:
        return ""
    who = _("the system") if violation.is_filed_by_system else violation.verdict_by
    return f"{labels.STATUS_LABELS[violation.status]} · {who}"


@bp.post("/<long:violation_id>/confirm")
@requires(Permission.VIDEO_REVIEW)
def confirm(violation_id: int) -> ResponseReturnValue:
    return _act(violation_id, *confirming(violation_id))


@bp.post("/<long:violation_id>/reject")
@requires(Permission.VIDEO_REVIEW)
def reject(violation_id: int) -> ResponseReturnValue:
    return _act(violation_id, *rejecting(violation_id))


@bp.get("/<long:violation_id>/originals")
@requires(Permission.VIDEO_REVIEW)
def originals(violation_id: int) -> ResponseReturnValue:
    """What this one may be a duplicate of, to choose by a digit."""
    return _originals_page(violation_id, None)


def _originals_page(violation_id: int, form: forms.DuplicateForm | None) -> str:
    actor = current_actor()
    violation = video.get_violation(violation_id, actor)
    found = video.originals(violation, actor)[:9]
    return render_template(
        "desk/originals.html",
        violation=violation,
        tiles=queries.tiles(actor, [other.id for other in found]),
        form=form or forms.DuplicateForm(formdata=None),
        context=filters.context(),
        labels=labels,
    )


@bp.post("/<long:violation_id>/duplicate")
@requires(Permission.VIDEO_REVIEW)
def duplicate(violation_id: int) -> ResponseReturnValue:
    video.get_violation(violation_id, current_actor())
    return _act(violation_id, *duplicating(violation_id, forms.DuplicateForm()))


def _act(
    violation_id: int,
    name: str,
    form: Any,
    act: Callable[[], Violation],
    done: Callable[[Violation], str],
) -> ResponseReturnValue:
    """Take the verdict. A script gets JSON and has gone on long since; a plain form goes on."""
    if not form.validate_on_submit():
        return _refused(violation_id, name, form)
    try:
        with transaction():
            violation = act()
    except InvalidInput as error:
        form.add_error(error)
        return _refused(violation_id, name, form)
    except Conflict as error:
        return _too_late(violation_id, message_of(error))
    said = done(violation)
    if wants_json():
        return jsonify(message=said)
    flash(said, "success")
    return go_on(violation_id)


def go_on(violation_id: int) -> ResponseReturnValue:
    """To what follows in the queue; to the empty desk where nothing does."""
    actor = current_actor()
    _form, wanted = filters.read(actor)
    place = queue.place_of(violation_id, actor)
    ids = queue.ahead(actor, wanted, after=place, without=(), limit=1)
    if not ids:
        return redirect(url_for("desk.index", **filters.context()))
    return redirect(url_for("desk.show", violation_id=ids[0], **filters.context()))


def _refused(violation_id: int, name: str, form: Any) -> ResponseReturnValue:
    """What was sent does not do: why, with everything as it was typed."""
    card = queries.get_card(violation_id, current_actor())
    if wants_json():
        return jsonify(message=" ".join(text for _field, text in form.all_errors)), 422
    if name == "duplicate":
        return _originals_page(violation_id, form), 422
    return _page([card], name, form), 422


def _too_late(violation_id: int, message: str) -> ResponseReturnValue:
    """Somebody else was faster: their verdict instead of a dead end."""
    card = queries.get_card(violation_id, current_actor())
    if wants_json():
        line = _verdict_line(card.violation)
        at = card.violation.verdict_at
        return jsonify(message=f"{line} · {format_instant(at)}" if line else message), 409
    flash(message, "warning")
    return _page([card]), 409


def wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"
