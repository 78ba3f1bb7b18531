"""A licence's page and its steps: translate, call the service, redirect."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import attachments, clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.web.forms import Form, check_seen, given
from supervision.licence import forms, labels, needs, queries, service, steps
from supervision.licence.blueprint import bp
from supervision.licence.models import Licence
from supervision.licence.rules import Means
from supervision.licence.steps import Decision
from supervision.licence.views import scans_of
from supervision.licence.workflow import LICENCE_WORKFLOW

# The form of each step; the page shows those that the workflow offers to this actor.
STEP_FORMS: dict[str, type[Form]] = {
    "verify": forms.VerifyForm,
    "return": forms.ReasonForm,
    "apply": forms.ApplyForm,
    "refuse": forms.DecisionForm,
    "suspend": forms.DecisionForm,
    "resume": forms.DecisionForm,
    "revoke": forms.DecisionForm,
    "surrender": forms.DecisionForm,
    "discard": forms.ReasonForm,
}


@bp.get("/<int:licence_id>")
@requires(Permission.LICENCE_READ)
def detail(licence_id: int) -> ResponseReturnValue:
    return _detail_page(licence_id)


def _detail_page(licence_id: int, failed: str = "", form: Form | None = None) -> str:
    actor = current_actor()
    licence = queries.get_licence(licence_id, actor)
    names = [t.name for t in LICENCE_WORKFLOW.available(licence, actor)]
    offered = [name for name in names if name in STEP_FORMS]
    step_forms = {name: _step_form(name, licence.row_version).mark(name) for name in offered}
    if failed and form is not None:
        step_forms[failed] = form.mark(failed)
    chemicals = needs.held(actor, [licence.enterprise_id]).get(licence.enterprise_id, ())
    return render_template(
        "licence/detail.html",
        licence=licence,
        offered=offered,
        may_correct="correct" in names,
        origins=licence.origins if actor.may(Permission.LICENCE_EDIT) else (),
        forms=step_forms,
        failed=failed,
        gap=needs.gap_of(licence, chemicals),
        labels=labels,
        today=clock.today(),
    )


def _step_form(name: str, row_version: int) -> Form:
    """An empty form; the day is mostly today's. Nobody decides on words that they have not seen."""
    known = {"applied_on": clock.today()} if name == "apply" else {}
    return STEP_FORMS[name](formdata=None, row_version=row_version, **known)


@bp.get("/<int:licence_id>/files/<int:file_id>")
@requires(Permission.LICENCE_READ)
def file(licence_id: int, file_id: int) -> ResponseReturnValue:
    """A scan; whoever may see the licence may see it."""
    found = queries.get_file(licence_id, file_id, current_actor())
    return attachments.send_scan(found.attachment)


def act_on(
    licence_id: int, name: str, form: Form, act: Callable[[Licence], None], done: str
) -> ResponseReturnValue:
    """Run one step in its transaction; what the form got wrong is shown beside its field."""
    queries.get_licence(licence_id, current_actor())
    if not form.validate_on_submit():
        return _detail_page(licence_id, name, form), 422
    try:
        with transaction():
            licence = queries.get_licence(licence_id, current_actor())
            check_seen(form, licence.row_version)
            act(licence)
    except InvalidInput as error:
        form.add_error(error)
        return _detail_page(licence_id, name, form), 422
    flash(done, "success")
    return redirect(url_for("licence.detail", licence_id=licence_id))


@bp.post("/<int:licence_id>/verify")
@requires(Permission.LICENCE_DECIDE)
def verify(licence_id: int) -> ResponseReturnValue:
    form = forms.VerifyForm()

    def act(licence: Licence) -> None:
        means = Means(form.means.data)
        service.verify(licence, current_actor(), means=means, note=form.note.data or "")

    return act_on(licence_id, "verify", form, act, _("The licence is verified."))


@bp.post("/<int:licence_id>/return")
@requires(Permission.LICENCE_DECIDE)
def send_back(licence_id: int) -> ResponseReturnValue:
    form = forms.ReasonForm()

    def act(licence: Licence) -> None:
        service.send_back(licence, current_actor(), reason=form.reason.data or "")

    return act_on(licence_id, "return", form, act, _("Returned for correction."))


@bp.post("/<int:licence_id>/discard")
@requires(Permission.LICENCE_EDIT)
def discard(licence_id: int) -> ResponseReturnValue:
    form = forms.ReasonForm()

    def act(licence: Licence) -> None:
        service.discard(licence, current_actor(), reason=form.reason.data or "")

    return act_on(licence_id, "discard", form, act, _("The entry is discarded."))


@bp.post("/<int:licence_id>/apply")
@requires(Permission.LICENCE_EDIT)
def apply(licence_id: int) -> ResponseReturnValue:
    form = forms.ApplyForm()

    def act(licence: Licence) -> None:
        steps.apply(
            licence,
            current_actor(),
            applied_on=given(form.applied_on.data),
            application_number=form.application_number.data or "",
            note=form.note.data or "",
            scans=scans_of(form),
        )

    return act_on(licence_id, "apply", form, act, _("The application is recorded."))


def _decide(
    licence_id: int,
    name: str,
    verb: Callable[..., None],
    done: str,
) -> ResponseReturnValue:
    form = forms.DecisionForm()

    def act(licence: Licence) -> None:
        decision = Decision(
            decision_number=form.decision_number.data or "",
            decided_on=given(form.decided_on.data),
            reason=form.reason.data or "",
            scans=scans_of(form),
        )
        verb(licence, current_actor(), decision)

    return act_on(licence_id, name, form, act, done)


@bp.post("/<int:licence_id>/refuse")
@requires(Permission.LICENCE_DECIDE)
def refuse(licence_id: int) -> ResponseReturnValue:
    return _decide(licence_id, "refuse", steps.refuse, _("The refusal is recorded."))


@bp.post("/<int:licence_id>/suspend")
@requires(Permission.LICENCE_DECIDE)
def suspend(licence_id: int) -> ResponseReturnValue:
    return _decide(licence_id, "suspend", steps.suspend, _("The licence is suspended."))


@bp.post("/<int:licence_id>/resume")
@requires(Permission.LICENCE_DECIDE)
def resume(licence_id: int) -> ResponseReturnValue:
    return _decide(licence_id, "resume", steps.resume, _("The suspension is lifted."))


@bp.post("/<int:licence_id>/revoke")
@requires(Permission.LICENCE_DECIDE)
def revoke(licence_id: int) -> ResponseReturnValue:
    return _decide(licence_id, "revoke", steps.revoke, _("The licence is revoked."))


@bp.post("/<int:licence_id>/surrender")
@requires(Permission.LICENCE_DECIDE)
def surrender(licence_id: int) -> ResponseReturnValue:
    return _decide(licence_id, "surrender", steps.surrender, _("The licence is cancelled."))
