"""HTTP of extending a deadline: ask, grant, refuse."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core.access import current_actor, requires
from supervision.core.permissions import Permission
from supervision.core.web.forms import given
from supervision.hazard import forms, queries, service
from supervision.hazard.blueprint import bp
from supervision.hazard.models import Hazard
from supervision.hazard.views_detail import act_on


@bp.post("/<int:hazard_id>/extensions")
@requires(Permission.HAZARD_EXTENSION_REQUEST)
def request_extension(hazard_id: int) -> ResponseReturnValue:
    form = forms.ExtensionForm()

    def act(hazard: Hazard) -> None:
        service.request_extension(
            hazard,
            current_actor(),
            requested_due_on=given(form.requested_due_on.data),
            reason=form.reason.data or "",
        )

    return act_on(hazard_id, "extension-request", form, act, _("Extension requested."))


@bp.post("/<int:hazard_id>/extensions/<int:extension_id>/grant")
@requires(Permission.HAZARD_EXTENSION_DECIDE)
def grant_extension(hazard_id: int, extension_id: int) -> ResponseReturnValue:
    form = forms.GrantForm()

    def act(_hazard: Hazard) -> None:
        extension = queries.get_extension(hazard_id, extension_id, current_actor())
        service.grant_extension(
            extension,
            current_actor(),
            granted_due_on=given(form.granted_due_on.data),
            note=form.note.data or "",
        )

    return act_on(hazard_id, "extension-grant", form, act, _("Extension granted."))


@bp.post("/<int:hazard_id>/extensions/<int:extension_id>/refuse")
@requires(Permission.HAZARD_EXTENSION_DECIDE)
def refuse_extension(hazard_id: int, extension_id: int) -> ResponseReturnValue:
    form = forms.RefuseForm()

    def act(_hazard: Hazard) -> None:
        extension = queries.get_extension(hazard_id, extension_id, current_actor())
        service.refuse_extension(extension, current_actor(), note=form.note.data or "")

    return act_on(hazard_id, "extension-refuse", form, act, _("Extension refused."))
