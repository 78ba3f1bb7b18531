"""HTTP of changing many enterprises: choose on the list, say what, confirm, watch, undo."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Flask,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core.access import current_actor, requires
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.core.web.numbers import LARGEST_ID
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import labels, views_list
from supervision.enterprise.assigning import forms, queries, service
from supervision.enterprise.assigning.models import BulkChange, BulkState
from supervision.enterprise.views import directory, officer_names

bp = Blueprint("assigning", __name__, url_prefix="/enterprises/assignments")

SHOWN = 10
STATE_LABELS = {
    BulkState.WAITING: _l("Being changed"),
    BulkState.DONE: _l("Finished"),
    BulkState.CANCELLED: _l("Cancelled"),
    BulkState.FAILED: _l("Failed"),
}
STATE_TONES = {
    BulkState.WAITING: "active",
    BulkState.DONE: "good",
    BulkState.CANCELLED: "off",
    BulkState.FAILED: "bad",
}


@bp.post("/choose")
@requires(Permission.ENTERPRISE_ASSIGN)
def choose() -> ResponseReturnValue:
    """What shall change of the ticked rows, or of the whole filtered list. Changes nothing yet."""
    form = forms.AssignForm(formdata=None)
    form.whole.data = "1" if request.form.get("whole") else ""
    form.query.data = request.form.get("query", "")
    form.ids.data = ",".join(request.form.getlist("id"))
    return _choose_page(form)


def _choose_page(form: forms.AssignForm) -> str:
    _offer(form)
    ids = _ids(form)
    form.count.data = str(len(ids))
    return render_template(
        "enterprise/assigning/choose.html",
        form=form,
        count=len(ids),
        most=service.MOST,
        first=queries.first(ids, current_actor(), SHOWN),
    )


@bp.post("/")
@requires(Permission.ENTERPRISE_ASSIGN)
def assign() -> ResponseReturnValue:
    """Change them: a few at once, many by the scheduler."""
    actor = current_actor()
    form = forms.AssignForm()
    _offer(form)
    if not form.validate_on_submit():
        return _choose_page(form), 422
    ids = _ids(form)
    db.session.rollback()
    try:
        with transaction():
            counted = form.count.data or ""
            expected = int(counted) if counted.isdecimal() else -1
            change = service.ask(actor, ids, form.values(), expected=expected)
            if change.total <= service.AT_ONCE:
                service.step(change, actor, ids)
            bulk_id = change.id
    except InvalidInput as error:
        form.add_error(error)
        return _choose_page(form), 422
    except Conflict as error:
        form.add_error(error)
        return _choose_page(form), 409
    return redirect(url_for("assigning.detail", bulk_id=bulk_id))


def _offer(form: forms.AssignForm) -> None:
    people = directory().choices(current_actor())
    form.officer.choices = [
        ("", _l("Leave as it is")),
        (forms.NOBODY, _l("Nobody")),
        *((str(ident), name) for ident, name in people),
    ]


def _ids(form: forms.AssignForm) -> list[int]:
    """The ticked rows, or all of the list that the ticks stood on."""
    if form.whole.data:
        return _whole(form.query.data or "")
    given = {int(t) for t in (form.ids.data or "").split(",") if t.isascii() and t.isdecimal()}
    return queries.seen([i for i in given if i <= LARGEST_ID][: service.AT_ONCE], current_actor())


def _whole(query: str) -> list[int]:
    """The list of that address is read as its page reads it, so that both hold the same rows."""
    actor = current_actor()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    with app.app_context(), app.test_request_context(f"/?{query[:2000]}"):
        g.actor = actor
        return queries.ids_of(views_list.roll())


@bp.get("/<int:bulk_id>")
@requires(Permission.ENTERPRISE_ASSIGN)
def detail(bulk_id: int) -> ResponseReturnValue:
    """How far it is; then what became of which enterprise, and the way back."""
    actor = current_actor()
    change = queries.get_change(bulk_id, actor)
    page = paginate(queries.rows(change, actor), number=page_number())
    officers = {
        value for row in page.items for value in row.diff.get("officer_id", ()) if value is not None
    }
    chosen = change.values.get("officer_id")
    names = officer_names(officers | ({chosen} if chosen else set()))
    return render_template(
        "enterprise/assigning/detail.html",
        change=change,
        page=page,
        undo=queries.undo_of(change, actor),
        show=lambda name, value: shown(name, value, names),
        labels=labels,
        state_labels=STATE_LABELS,
        state_tones=STATE_TONES,
        text=progress_text(change),
    )


def shown(name: str, value: Any, officers: dict[int, str]) -> str:
    """A value as a reader knows it."""
    if name == "officer_id":
        return officers.get(value, "—") if value else str(_("Nobody"))
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    return str(value or "—")


def progress_text(change: BulkChange) -> str:
    done, total = f"{change.cursor:,}", f"{change.total:,}"
    return str(_("%(done)s of %(total)s enterprises", done=done, total=total))


@bp.get("/<int:bulk_id>/state")
@requires(Permission.ENTERPRISE_ASSIGN)
def state(bulk_id: int) -> ResponseReturnValue:
    """For the page that waits."""
    change = queries.get_change(bulk_id, current_actor())
    return {
        "state": change.status,
        "label": str(STATE_LABELS[change.status]),
        "percent": change.percent,
        "text": progress_text(change),
        "over": change.status is not BulkState.WAITING,
    }


@bp.post("/<int:bulk_id>/cancel")
@requires(Permission.ENTERPRISE_ASSIGN)
def cancel(bulk_id: int) -> ResponseReturnValue:
    actor = current_actor()
    queries.get_change(bulk_id, actor)
    try:
        with transaction():
            service.cancel(queries.get_change(bulk_id, actor), actor)
    except Conflict as error:
        flash(message_of(error), "warning")
    return redirect(url_for("assigning.detail", bulk_id=bulk_id))


@bp.post("/<int:bulk_id>/undo")
@requires(Permission.ENTERPRISE_ASSIGN)
def undo(bulk_id: int) -> ResponseReturnValue:
    """Give back what they had, where nobody has changed it since."""
    actor = current_actor()
    queries.get_change(bulk_id, actor)
    try:
        with transaction():
            back = service.undo(queries.get_change(bulk_id, actor), actor)
            if back.total <= service.AT_ONCE:
                service.step(back, actor, list(back.enterprise_ids))
            bulk_id = back.id
    except Conflict as error:
        flash(message_of(error), "warning")
    return redirect(url_for("assigning.detail", bulk_id=bulk_id))
