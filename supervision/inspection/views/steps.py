"""The steps: translate, call the service, redirect."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.web.forms import Form, check_seen
from supervision.inspection import forms, queries, service, taking_up
from supervision.inspection.models import Inspection
from supervision.inspection.rules import NoticeForm
from supervision.inspection.views.blueprint import bp
from supervision.inspection.views.detail import detail_page


def act_on(
    inspection_id: int, name: str, form: Form, act: Callable[[Inspection], None], done: str
) -> ResponseReturnValue:
    """Run one step in its transaction; what the form got wrong is shown beside its field."""
    if not form.validate_on_submit():
        return detail_page(inspection_id, name, form), 422
    try:
        with transaction():
            found = queries.get_inspection(inspection_id, current_actor(), lock=True)
            check_seen(form, found.row_version)
            act(found)
    except InvalidInput as error:
        form.add_error(error)
        return detail_page(inspection_id, name, form), 422
    flash(done, "success")
    return redirect(url_for("inspection.detail", inspection_id=inspection_id))


@bp.post("/<int:inspection_id>/submit")
@requires(Permission.INSPECTION_MAKE)
def submit(inspection_id: int) -> ResponseReturnValue:
    return act_on(
        inspection_id,
        "submit",
        forms.SubmitForm(),
        lambda found: service.submit(found, current_actor()),
        _("The approval is asked for."),
    )


@bp.post("/<int:inspection_id>/approve")
@requires(Permission.INSPECTION_APPROVE)
def approve(inspection_id: int) -> ResponseReturnValue:
    form = forms.ApproveForm()
    return act_on(
        inspection_id,
        "approve",
        form,
        lambda found: service.approve(found, current_actor(), note=form.note.data or ""),
        _("The inspection is approved."),
    )


@bp.post("/<int:inspection_id>/reject")
@requires(Permission.INSPECTION_APPROVE)
def reject(inspection_id: int) -> ResponseReturnValue:
    form = forms.ReasonForm()
    return act_on(
        inspection_id,
        "reject",
        form,
        lambda found: service.reject(found, current_actor(), reason=form.reason.data or ""),
        _("Returned with the reason."),
    )


@bp.post("/<int:inspection_id>/notify")
@requires(Permission.INSPECTION_MAKE)
def notify(inspection_id: int) -> ResponseReturnValue:
    form = forms.NotifyForm()
    return act_on(
        inspection_id,
        "notify",
        form,
        lambda found: service.notify(found, current_actor(), form=NoticeForm(form.form.data)),
        _("The notice is on record."),
    )


@bp.post("/<int:inspection_id>/start")
@requires(Permission.INSPECTION_MAKE)
def start(inspection_id: int) -> ResponseReturnValue:
    """Both ways of beginning: the service knows which one the kind asks for."""
    return act_on(
        inspection_id,
        "start",
        forms.StartForm(),
        lambda found: service.start(found, current_actor()),
        _("The inspection has begun."),
    )


@bp.post("/<int:inspection_id>/record")
@requires(Permission.INSPECTION_MAKE)
def record(inspection_id: int) -> ResponseReturnValue:
    return act_on(
        inspection_id,
        "record",
        forms.RecordForm(),
        lambda found: service.record(found, current_actor()),
        _("The inspection is recorded."),
    )


@bp.post("/<int:inspection_id>/cancel")
@requires(Permission.INSPECTION_MAKE)
def cancel(inspection_id: int) -> ResponseReturnValue:
    form = forms.ReasonForm()
    return act_on(
        inspection_id,
        "cancel",
        form,
        lambda found: service.cancel(found, current_actor(), reason=form.reason.data or ""),
        _("The inspection is cancelled."),
    )


@bp.post("/<int:inspection_id>/take-up/<int:hazard_id>")
@requires(Permission.INSPECTION_MAKE)
def take_up(inspection_id: int, hazard_id: int) -> ResponseReturnValue:
    """An item for a ticket that a camera brought."""
    with transaction():
        found = queries.get_inspection(inspection_id, current_actor(), lock=True)
        taking_up.take_up(found, current_actor(), hazard_id)
    flash(_("Taken up: answer the item on site."), "success")
    return redirect(url_for("inspection.detail", inspection_id=inspection_id))
