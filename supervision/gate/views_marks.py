"""HTTP of marks: one sighting with what covers it, marked or taken back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.gate import forms, labels, marks, queries
from supervision.gate.panels import standing
from supervision.video import labels as video_labels
from supervision.video import queries as video

bp = Blueprint("penalty_mark", __name__, url_prefix="/gates")


@bp.get("/violations/<long:violation_id>")
@requires(Permission.GATE_READ)
def detail(violation_id: int) -> ResponseReturnValue:
    return _page(violation_id)


def _page(violation_id: int, *, mark_form: Any = None, back_form: Any = None) -> str:
    actor = current_actor()
    violation = video.get_violation(violation_id, actor)
    shown = standing(violation, actor)
    gate_id = shown.gate.id if shown.gate else ""
    return render_template(
        "gate/violation.html",
        violation=violation,
        standing=shown,
        history=[m for m in queries.marks_of(violation_id, actor) if m.withdrawn_at],
        mark_form=mark_form or forms.MarkForm(formdata=None, gate_id=gate_id).mark("mark"),
        back_form=back_form or forms.TakeBackForm(formdata=None).mark("back"),
        labels=labels,
        video_labels=video_labels,
    )


@bp.post("/violations/<long:violation_id>/mark")
@requires(Permission.GATE_EDIT)
def mark(violation_id: int) -> ResponseReturnValue:
    actor = current_actor()
    video.get_violation(violation_id, actor)  # out of scope is a 404, whatever was sent
    form = forms.MarkForm().mark("mark")
    given = form.gate_id.data or ""
    if not form.validate_on_submit() or not (given == "" or _is_number(given)):
        return _page(violation_id, mark_form=form), 422
    try:
        with transaction():
            marks.mark(
                violation_id,
                actor,
                gate_id=int(given) if given else None,
                note=form.note.data or "",
            )
    except Conflict as error:
        flash(message_of(error), "warning")
        return _page(violation_id), 409
    flash(_("Marked as penalty evidence."), "success")
    return redirect(url_for("penalty_mark.detail", violation_id=violation_id))


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < 11


@bp.post("/marks/<int:mark_id>/withdraw")
@requires(Permission.GATE_EDIT)
def withdraw(mark_id: int) -> ResponseReturnValue:
    actor = current_actor()
    violation_id = queries.get_mark(mark_id, actor).violation_id
    form = forms.TakeBackForm().mark("back")
    if not form.validate_on_submit():
        return _page(violation_id, back_form=form), 422
    try:
        with transaction():
            marks.withdraw(queries.get_mark(mark_id, actor), actor, reason=form.reason.data or "")
    except Conflict as error:
        flash(message_of(error), "warning")
        return _page(violation_id), 409
    flash(_("Taken back."), "success")
    return redirect(url_for("penalty_mark.detail", violation_id=violation_id))
