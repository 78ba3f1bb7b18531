"""HTTP of what becomes of evidence: how long it is kept, who holds it, and copies of it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.core.web.forms import Form
from supervision.core.web.paging import page_number, paginate
from supervision.video import (
    copies,
    evidence_forms,
    evidence_labels,
    holds,
    labels,
    queries,
    retention,
    room,
)

bp = Blueprint("evidence", __name__, url_prefix="/video")


@bp.get("/<long:violation_id>/evidence")
@requires(Permission.VIDEO_READ)
def detail(violation_id: int) -> ResponseReturnValue:
    return page(violation_id)


def page(violation_id: int, failed: Form | None = None) -> str:
    """The files of a violation with all that may be done with them; ``failed``: a form sent back."""
    actor = current_actor()
    violation = queries.get_violation(violation_id, actor)
    found = holds.of_violation(violation, actor)
    return render_template(
        "video/evidence.html",
        violation=violation,
        holds=found,
        keeping=retention.keeping(violation),
        copies=copies.of_violation(violation.id, actor) if actor.may(Permission.VIDEO_COPY) else [],
        failed=failed,
        hold_form=_shown(evidence_forms.HoldForm, "hold-", failed),
        releases={
            one.id: _shown(evidence_forms.ReleaseForm, evidence_forms.release_of(one.id), failed)
            for one in found
        },
        originals={
            one.id: _shown(evidence_forms.OriginalForm, evidence_forms.take_of(one.id), failed)
            for one in violation.evidence
        },
        labels=labels,
        words=evidence_labels,
    )


def _shown(kind: type[Form], prefix: str, failed: Form | None) -> Form:
    """An empty form, or the very one that was sent back."""
    fresh = kind(formdata=None, prefix=prefix)
    if isinstance(failed, kind) and failed.reason.name == fresh.reason.name:
        return failed
    return fresh


@bp.post("/<long:violation_id>/holds")
@requires(Permission.VIDEO_HOLD)
def hold(violation_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), evidence_forms.HoldForm(prefix="hold-")
    queries.get_violation(violation_id, actor)
    if not form.validate_on_submit():
        return page(violation_id, form), 422
    try:
        with transaction():
            holds.place(queries.get_violation(violation_id, actor), actor, form.reason.data or "")
    except InvalidInput as error:
        form.add_error(error)
        return page(violation_id, form), 422
    flash(_("Held: no file of it is removed until the hold is released."), "success")
    return redirect(url_for("evidence.detail", violation_id=violation_id))


@bp.post("/<long:violation_id>/holds/<int:hold_id>/release")
@requires(Permission.VIDEO_HOLD)
def release(violation_id: int, hold_id: int) -> ResponseReturnValue:
    actor, form = (
        current_actor(),
        evidence_forms.ReleaseForm(prefix=evidence_forms.release_of(hold_id)),
    )
    holds.get_hold(queries.get_violation(violation_id, actor), hold_id, actor)
    if not form.validate_on_submit():
        return page(violation_id, form), 422
    try:
        with transaction():
            violation = queries.get_violation(violation_id, actor)
            holds.release(holds.get_hold(violation, hold_id, actor), actor, form.reason.data or "")
    except Conflict as error:
        flash(message_of(error), "warning")
        return page(violation_id), 409
    except InvalidInput as error:
        form.add_error(error)
        return page(violation_id, form), 422
    flash(_("The hold is released."), "success")
    return redirect(url_for("evidence.detail", violation_id=violation_id))


@bp.get("/holds/")
@requires(Permission.VIDEO_READ)
def holds_index() -> ResponseReturnValue:
    """Every hold that one may know of; for administrators the room that there is."""
    actor = current_actor()
    form = evidence_forms.HoldFilterForm(request.args)
    form.validate()
    stmt = holds.list_holds(actor, text=form.q.data or "", standing=form.state.data != "all")
    administers = actor.may(Permission.NODE_ADMIN)
    return render_template(
        "video/holds.html",
        form=form,
        page=paginate(stmt, number=page_number()),
        room=room.room_now() if administers else None,
        state=room.state() if administers else None,
        labels=labels,
        words=evidence_labels,
    )
