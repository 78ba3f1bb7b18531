"""HTTP of the grid: many violations at once, and one verdict on those that are ticked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from supervision.core.access import current_actor, requires
from supervision.core.actor import Actor
from supervision.core.db import transaction
from supervision.core.errors import DomainError
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.core.web.numbers import LARGEST_LONG_ID
from supervision.desk import filters, forms, queries, queue
from supervision.desk import labels as desk_labels
from supervision.desk.queries import Tile
from supervision.video import labels
from supervision.video import service as verdicts
from supervision.video.forms import seen_revision
from supervision.video.models import Violation
from supervision.video.rules import RejectReason

bp = Blueprint("desk_grid", __name__, url_prefix="/desk")

PER_PAGE = 48
MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Failure:
    """One of a bulk that was not decided, and why."""

    violation_id: int
    why: str


@bp.get("/grid")
@requires(Permission.VIDEO_REVIEW)
def grid() -> ResponseReturnValue:
    """A page of the queue: ``?after=`` or ``?before=`` a violation."""
    return _page(forms.BulkForm(formdata=None))


def _page(bulk: forms.BulkForm, **shown: Any) -> str:
    actor = current_actor()
    form, wanted = filters.read(actor, with_choices=True)
    ids, before, after = _window(actor, wanted)
    context = filters.context()
    return render_template(
        "desk/grid.html",
        form=form,
        bulk=bulk.mark("bulk"),
        tiles=queries.tiles(actor, ids),
        before=before,
        after=after,
        counts=queue.counts(actor, wanted),
        last_seen=queue.last_seen(actor) if not ids else None,
        context=context,
        active=len(context),
        labels=labels,
        desk_labels=desk_labels,
        said=_said(),
        **{"failures": [], "message": "", "tone": "success", "ticked": set(), **shown},
    )


def _said() -> dict[str, str]:
    """What the script says; filled in by name."""
    return {
        "confirm": _(
            "Confirm %(count)s violations? Each opens a hazard or joins the open one."
            " A verdict is final."
        ),
        "reject": _("Reject %(count)s violations for this reason? A verdict is final."),
        "duplicate": _(
            "Mark %(count)s violations as duplicates of the first one that is selected?"
            " A verdict is final."
        ),
        "selected": _("%(count)s selected"),
        "all": _("Select all"),
    }


def _window(actor: Actor, wanted: queue.DeskFilter) -> tuple[Sequence[int], int, int]:
    """Ids of the page, and where the pages before and after it begin; 0: there is none."""
    after, before = _place("after", actor), _place("before", actor)
    ids = queue.walk(actor, wanted, limit=PER_PAGE + 1, after=after, before=before)
    more, whole = len(ids) > PER_PAGE, list(ids)
    if before is not None:
        whole = whole[-PER_PAGE:]
        return whole, whole[0] if more and whole else 0, whole[-1] if whole else 0
    whole = whole[:PER_PAGE]
    return (
        whole,
        whole[0] if after is not None and whole else 0,
        whole[-1] if more else 0,
    )


def _place(name: str, actor: Actor) -> queue.Place | None:
    number = request.args.get(name, 0, type=int) or 0
    return queue.place_of(number, actor) if 0 < number <= LARGEST_LONG_ID else None


@bp.post("/bulk")
@requires(Permission.VIDEO_REVIEW)
def bulk() -> ResponseReturnValue:
    """Decide all that are ticked, each in a transaction of its own: one that fails stops none."""
    form, ids = forms.BulkForm(), _ticked()
    if problem := _problem(form, ids):
        return _page(form, message=problem, tone="danger", ticked=set(ids)), 422
    actor, failures = current_actor(), []
    act = _verdict(form, actor, ids[0])
    for violation_id in ids[1:] if form.verdict.data == "duplicate" else ids:
        try:
            with transaction():
                act(violation_id)
        except DomainError as error:
            failures.append(Failure(violation_id, message_of(error)))
    done = len(ids) - len(failures) - (form.verdict.data == "duplicate")
    said = ngettext("%(num)s decided.", "%(num)s decided.", done)
    return _page(
        forms.BulkForm(formdata=None),
        message=said,
        tone="warning" if failures else "success",
        failures=_named(actor, failures),
        ticked={failure.violation_id for failure in failures},
    )


def _ticked() -> list[int]:
    """In the order of the queue, which is the page's; each once."""
    found = [int(t) for t in request.form.getlist("id") if t.isdecimal() and len(t) < 16]
    return list(dict.fromkeys(i for i in found if i > 0))


def _problem(form: forms.BulkForm, ids: list[int]) -> str:
    if not form.validate_on_submit():
        return " ".join(text for _field, text in form.all_errors)
    if not ids:
        return str(_("Nothing is selected."))
    if len(ids) > MOST_AT_ONCE:
        return str(_("At most %(count)s at once.", count=MOST_AT_ONCE))
    if form.verdict.data == "duplicate" and len(ids) < 2:
        return str(_("Select the original first, then its duplicates."))
    if form.verdict.data == "reject" and not form.reason.data:
        return str(_("Choose a reason."))
    if form.reason.data == RejectReason.OTHER and not form.note.data:
        return str(_("Say in words why."))
    return ""


def _verdict(form: forms.BulkForm, actor: Actor, first: int) -> Callable[[int], Violation]:
    note = form.note.data or ""
    if form.verdict.data == "confirm":
        return lambda i: verdicts.confirm(i, actor, note=note, seen=seen_revision(i))
    if form.verdict.data == "duplicate":
        return lambda i: verdicts.mark_duplicate(i, actor, original_id=first, seen=seen_revision(i))
    reason = RejectReason(form.reason.data)
    return lambda i: verdicts.reject(i, actor, reason=reason, note=note, seen=seen_revision(i))


def _named(actor: Actor, failures: list[Failure]) -> list[tuple[Failure, Tile | None]]:
    """With what they are; None for what one may not see."""
    tiles = {t.violation.id: t for t in queries.tiles(actor, [f.violation_id for f in failures])}
    return [(failure, tiles.get(failure.violation_id)) for failure in failures]
