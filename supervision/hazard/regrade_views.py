"""HTTP of changing a grade: ask, approve, refuse."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.permissions import Permission
from supervision.hazard import forms, queries, regrade
from supervision.hazard.blueprint import bp
from supervision.hazard.models import Hazard
from supervision.hazard.rules import Grade
from supervision.hazard.views_detail import act_on


@bp.post("/<int:hazard_id>/regrades")
@requires(Permission.HAZARD_GRADE)
def request_regrade(hazard_id: int) -> ResponseReturnValue:
    form = forms.RegradeForm()

    def act(hazard: Hazard) -> None:
        wanted = form.criterion_id.data
        regrade.request(
            hazard,
            current_actor(),
            grade=Grade(form.grade.data),
            reason=form.reason.data or "",
            criterion=queries.get_criterion(wanted, clock.today()) if wanted else None,
        )

    return act_on(hazard_id, "regrade-request", form, act, _("Another grade is asked for."))


@bp.post("/<int:hazard_id>/regrades/<int:regrade_id>/approve")
@requires(Permission.HAZARD_REGRADE_APPROVE)
def approve_regrade(hazard_id: int, regrade_id: int) -> ResponseReturnValue:
    return _decide(hazard_id, regrade_id, "approve", _("Grade approved."))


@bp.post("/<int:hazard_id>/regrades/<int:regrade_id>/refuse")
@requires(Permission.HAZARD_REGRADE_APPROVE)
def refuse_regrade(hazard_id: int, regrade_id: int) -> ResponseReturnValue:
    return _decide(hazard_id, regrade_id, "refuse", _("Change of the grade refused."))


def _decide(hazard_id: int, regrade_id: int, name: str, done: str) -> ResponseReturnValue:
    form = forms.RefuseForm() if name == "refuse" else forms.ApproveForm()

    def act(_hazard: Hazard) -> None:
        found = queries.get_regrade(hazard_id, regrade_id, current_actor())
        regrade.decide(found, current_actor(), name=name, note=form.note.data or "")

    return act_on(hazard_id, f"regrade-{name}", form, act, done)
