"""A ticket's page: what it shows, which forms it offers, and what a refused one says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from supervision.core import attachments, clock
from supervision.core.access import current_actor, requires
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import transaction
from supervision.core.errors import Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.core.web.forms import Form
from supervision.core.web.numbers import id_argument
from supervision.hazard import (
    assignment_parts,
    at_once,
    clock_parts,
    criteria,
    forms,
    labels,
    listing_panels,
    major,
    queries,
    regrade,
    rules,
    service,
)
from supervision.hazard.blueprint import bp
from supervision.hazard.models import Hazard, HazardExtension
from supervision.hazard.rules import Grade
from supervision.hazard.workflow import (
    EXTENSION_WORKFLOW,
    HAZARD_WORKFLOW,
    REGRADE_WORKFLOW,
    WITH_ENTERPRISE,
    HazardState,
)
from supervision.slices import slices

# The form of each step; the page shows those that the workflow offers to this actor.
STEP_FORMS: dict[str, type[Form]] = {
    "grade": forms.GradeForm,
    "assign": forms.AssignForm,
    "start": forms.StartForm,
    "at-once": forms.SubmitForm,
    "submit": forms.SubmitForm,
    "verify": forms.VerifyForm,
    "return": forms.ReturnForm,
    "transfer": forms.TransferForm,
    "invalidate": forms.InvalidateForm,
}


@bp.get("/<int:hazard_id>")
@requires(Permission.HAZARD_READ)
def detail(hazard_id: int) -> ResponseReturnValue:
    return _detail_page(hazard_id)


def _detail_page(hazard_id: int, failed: str = "", form: Form | None = None) -> str:
    """The ticket with a form for each step that this actor may take now."""
    actor = current_actor()
    hazard = queries.get_hazard(hazard_id, actor)
    offered = [t.name for t in HAZARD_WORKFLOW.available(hazard, actor)]
    if at_once.is_offered(hazard, actor):
        offered.insert(0, "at-once")
    step_forms = {name: _step_form(name, hazard) for name in offered}
    if failed and form is not None:
        step_forms[failed] = form.mark(failed)
    return render_template(
        "hazard/detail.html",
        hazard=hazard,
        offered=offered,
        forms=step_forms,
        failed=failed,
        criteria=_criteria_part(hazard, step_forms["grade"]) if "grade" in offered else {},
        labels=labels,
        extension=_extension_part(hazard, failed, form),
        clocks=clock_parts.parts(hazard),
        assignment=assignment_parts.part(hazard, actor),
        clock_parts=clock_parts,
        today=clock.today(),
        parts=_parts(hazard_id, actor),
        major=_major_part(hazard, failed, form),
        regrade=_regrade_part(hazard, failed, form),
        listing=listing_panels.part(hazard, actor, failed, form),
    )


def _criteria_part(hazard: Hazard, form: Any) -> dict[str, Any]:
    """What of the lists fits this enterprise, and the search for the rest."""
    today = clock.today()
    search = forms.CriteriaForm(formdata=None).mark("criteria")
    search.offer(criteria.sectors_on(today))
    sectors = criteria.sectors_of_industry(hazard.enterprise.industry_code)
    return {
        "search": search,
        "found": criteria.choice(today, "", sectors, form.criterion_id.data),
    }


def _parts(hazard_id: int, actor: Actor) -> list[Markup | str]:
    """What other slices know of this ticket, in their order."""
    mine = [p for m in slices() for p in m.ticket_parts if actor.may(p.permission)]
    shown = [part.render(hazard_id, actor) for part in sorted(mine, key=lambda p: p.order)]
    return [html for html in shown if html]


def _step_form(name: str, hazard: Hazard) -> Form:
    """An empty form, with what is already known filled in. ``formdata=None``: never from a POST."""
    picked = id_argument("criterion")  # from the page that searches the criteria
    known: dict[str, dict[str, Any]] = {
        "grade": {
            "grade": Grade.MAJOR if picked else hazard.grade or Grade.GENERAL,
            "criterion_id": picked or hazard.criterion_id,
        },
        "start": {"measures": hazard.measures, "plan": hazard.plan},
    }
    if name == "assign":
        return assignment_parts.empty_form(hazard, current_actor()).mark(name)
    if hazard.grade is Grade.MAJOR and name == "start":
        return forms.MajorStartForm(formdata=None, obj=hazard.current_plan).mark(name)
    return STEP_FORMS[name](formdata=None, **known.get(name, {})).mark(name)


def _major_part(hazard: Hazard, failed: str, form: Form | None) -> dict[str, Form]:
    """The forms of a major hazard's papers; the plan's stands in its first step until that."""
    actor = current_actor()
    part: dict[str, Form] = {}
    if major.may_document(hazard, actor):
        part["record"] = forms.RecordForm(
            formdata=None, given_on=clock.today(), given_by=actor.name
        ).mark("record")
        if hazard.status not in {HazardState.GRADED, HazardState.ASSIGNED}:
            part["plan"] = forms.PlanForm(formdata=None, obj=hazard.current_plan).mark("plan")
    if failed in part and form is not None:
        part[failed] = form.mark(failed)
    return part


def _regrade_part(hazard: Hazard, failed: str, form: Form | None) -> dict[str, Any]:
    """The forms for another grade, and for the decision on it."""
    actor = current_actor()
    found: dict[str, Form] = {}
    pending = hazard.pending_regrade
    if regrade.may_request(hazard, actor):
        wanted = regrade.other_grade(hazard)
        found["request"] = forms.RegradeForm(formdata=None, grade=wanted)
    if pending and hazard.raised_side is actor.side and actor.id != pending.requested_by_id:
        names = REGRADE_WORKFLOW.names(pending, actor)
        kinds = {"approve": forms.ApproveForm, "refuse": forms.RefuseForm}
        found |= {name: kind(formdata=None) for name, kind in kinds.items() if name in names}
    name = failed.removeprefix("regrade-")
    if failed.startswith("regrade-") and name in found and form is not None:
        found[name] = form
    for key, one in found.items():
        one.mark(f"regrade-{key}")
    raises = "request" in found and hazard.grade is Grade.GENERAL
    criteria_part = _criteria_part(hazard, found["request"]) if raises else {}
    return {"forms": found, "pending": pending, "criteria": criteria_part}


def _extension_part(hazard: Hazard, failed: str, form: Form | None) -> dict[str, Any]:
    actor = current_actor()
    pending = hazard.pending_extension
    part: dict[str, Any] = {"pending": pending, "forms": {}}
    if actor.may(Permission.HAZARD_EXTENSION_REQUEST) and hazard.due_on and not pending:
        with_us = not (actor.is_regulator or hazard.under_order) and "request" not in failed
        if with_us and hazard.status in WITH_ENTERPRISE and clock.today() <= hazard.due_on:
            part["forms"]["request"] = forms.ExtensionForm(formdata=None).mark("request")
    if pending and _may_decide(hazard, pending):
        for step in EXTENSION_WORKFLOW.available(pending, actor):
            part["forms"][step.name] = _decision_form(step.name, pending).mark(step.name)
    if failed.startswith("extension-") and form is not None:
        part["forms"][failed.removeprefix("extension-")] = form.mark(failed)
    part["window"] = clock_parts.window(hazard) if "request" in part["forms"] else None
    return part


def _decision_form(name: str, pending: HazardExtension) -> Form:
    if name == "grant":
        return forms.GrantForm(formdata=None, granted_due_on=pending.requested_due_on)
    return forms.RefuseForm(formdata=None)


def _may_decide(hazard: Hazard, extension: Any) -> bool:
    try:
        rules.check_decider(hazard.raised_side, current_actor(), extension.requested_by_id)
    except Forbidden:
        return False
    return True


def act_on(
    hazard_id: int, name: str, form: Form, act: Callable[[Hazard], None], done: str
) -> ResponseReturnValue:
    """Run one step in its transaction; what the form got wrong is shown beside its field."""
    if not form.validate_on_submit():
        return _detail_page(hazard_id, name, form), 422
    try:
        with transaction():
            act(queries.get_hazard(hazard_id, current_actor()))
    except InvalidInput as error:
        form.add_error(error)
        return _detail_page(hazard_id, name, form), 422
    flash(done, "success")
    return redirect(url_for("hazard.detail", hazard_id=hazard_id))


@bp.get("/<int:hazard_id>/files/<int:file_id>")
@requires(Permission.HAZARD_READ)
def file(hazard_id: int, file_id: int) -> ResponseReturnValue:
    """A photo or clip; whoever may see the ticket may see its files."""
    found = queries.get_file(hazard_id, file_id, current_actor())
    return attachments.send(found.attachment, download="download" in request.args)


def photos_of(form: Any) -> list[Attachment]:
    """Check and store the uploads of a form's ``photos``; inside the transaction."""
    given = [upload for upload in form.photos.data or [] if upload and upload.filename]
    if len(given) > service.MAX_PHOTOS:
        raise InvalidInput(
            N_("At most %(count)s photos."), field="photos", count=service.MAX_PHOTOS
        )
    actor = current_actor()
    return [
        attachments.store_photo(actor, upload.stream, upload.filename, field="photos")
        for upload in given
    ]
