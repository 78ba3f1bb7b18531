"""HTTP of what only major hazards have: the plan in six parts, reports and notification."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import attachments
from supervision.core.access import current_actor, requires
from supervision.core.attachments import Attachment
from supervision.core.errors import NotFound
from supervision.core.permissions import Permission
from supervision.core.web.forms import given
from supervision.hazard import forms, major, queries
from supervision.hazard.blueprint import bp
from supervision.hazard.major_rules import RecordForm, RecordKind
from supervision.hazard.models import Hazard
from supervision.hazard.views_detail import act_on


@bp.post("/<int:hazard_id>/plan")
@requires(Permission.HAZARD_RECTIFY)
def file_plan(hazard_id: int) -> ResponseReturnValue:
    form = forms.PlanForm()

    def act(hazard: Hazard) -> None:
        major.file_plan(hazard, current_actor(), form.parts)

    return act_on(hazard_id, "plan", form, act, _("Plan filed."))


@bp.post("/<int:hazard_id>/records")
@requires(Permission.HAZARD_RECTIFY)
def add_record(hazard_id: int) -> ResponseReturnValue:
    form = forms.RecordForm()

    def act(hazard: Hazard) -> None:
        major.record(
            hazard,
            current_actor(),
            kind=RecordKind(form.kind.data),
            given_on=given(form.given_on.data),
            form=RecordForm(form.form.data),
            given_by=form.given_by.data or "",
            receiver=form.receiver.data or "",
            attachment=_photo(form),
        )

    return act_on(hazard_id, "record", form, act, _("Put on record."))


def _photo(form: forms.RecordForm) -> Attachment | None:
    upload = form.photo.data
    if not upload or not upload.filename:
        return None
    actor = current_actor()
    return attachments.store_photo(actor, upload.stream, upload.filename, field="photo")


@bp.get("/<int:hazard_id>/records/<int:record_id>/file")
@requires(Permission.HAZARD_READ)
def record_file(hazard_id: int, record_id: int) -> ResponseReturnValue:
    """The paper of a record; whoever may see the ticket may see it."""
    found = queries.get_record(hazard_id, record_id, current_actor())
    if found.attachment is None:
        raise NotFound
    return attachments.send(found.attachment, download="download" in request.args)
