"""The authority sets a list for many: choose for whom, see how many, confirm, watch."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.core.web.forms import given
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises
from supervision.enterprise.rules import industry_sections
from supervision.selfcheck import assigning, forms, labels, taking_back, templates
from supervision.selfcheck.blueprint import bp
from supervision.selfcheck.models import MINUTES_OF_DAY, AssignmentState, CheckAssignment


@bp.get("/assignments")
@requires(Permission.SELFCHECK_TEMPLATE)
def assignments() -> ResponseReturnValue:
    """What was set for many, the newest first."""
    actor = current_actor()
    page = paginate(assigning.latest(actor), number=page_number())
    names = templates.names({one.template_code for one in page.items}, actor)
    return render_template(
        "selfcheck/assignments.html", page=page, names=names, labels=labels, text=_text
    )


@bp.get("/assignments/new")
@requires(Permission.SELFCHECK_TEMPLATE)
def new_assignment() -> ResponseReturnValue:
    """For whom; with ``count`` in the address how many they are, to be confirmed."""
    form = forms.AssignForm(request.args, meta={"csrf": False})
    _offer(form)
    asked = "count" in request.args
    if not asked:
        form.begins_on.data = clock.today() + timedelta(days=1)
    return _form_page(form, asked=asked and form.validate())


def _form_page(form: forms.AssignForm, *, asked: bool) -> str:
    total = had = 0
    if asked:
        total, had = assigning.count(current_actor(), _wanted(form))
        form.count.data = str(total)
    return render_template(
        "selfcheck/assign.html", form=form, asked=asked, total=total, had=had, token=_token()
    )


def _token() -> forms.BareForm:
    return forms.BareForm(formdata=None)


def _offer(form: forms.AssignForm) -> None:
    """Its choices: the authority's lists, the regions that one sees, the sections of industry."""
    actor = current_actor()
    form.template_code.choices = [(t.code, t.name) for t in templates.shared(actor)]
    form.region.choices = [("", _("All that I see")), *enterprises.region_choices(actor)]
    sections = [(s.section, f"{s.section} {s.name}") for s in industry_sections()]
    form.industry.choices = [("", _("Every sector")), *sections]


def _wanted(form: forms.AssignForm) -> assigning.Wanted:
    due = form.due_at.data
    minutes = (due.hour * 60 + due.minute) if due else 0
    return assigning.Wanted(
        template_code=form.template_code.data or "",
        begins_on=given(form.begins_on.data),
        region=form.region.data or "",
        industry=form.industry.data or "",
        workdays_only=bool(form.workdays_only.data),
        due_minute=minutes or MINUTES_OF_DAY,
    )


@bp.post("/assignments")
@requires(Permission.SELFCHECK_TEMPLATE)
def assign() -> ResponseReturnValue:
    """Set it for those that were counted; the scheduler does it."""
    form = forms.AssignForm()
    _offer(form)
    if not form.validate_on_submit():
        return _form_page(form, asked=False), 422
    counted = form.count.data or ""
    try:
        with transaction():
            expected = int(counted) if counted.isdecimal() else -1
            made_id = assigning.ask(current_actor(), _wanted(form), expected=expected).id
    except InvalidInput as error:
        form.add_error(error)
        return _form_page(form, asked=False), 422
    except Conflict as error:
        form.add_error(error)
        return _form_page(form, asked=True), 409
    return redirect(url_for("selfcheck.assignment", assignment_id=made_id))


@bp.get("/assignments/<int:assignment_id>")
@requires(Permission.SELFCHECK_TEMPLATE)
def assignment(assignment_id: int) -> ResponseReturnValue:
    """How far it is, and what came of it."""
    actor = current_actor()
    found = assigning.get(assignment_id, actor)
    return render_template(
        "selfcheck/assignment.html",
        found=found,
        name=templates.names({found.template_code}, actor).get(found.template_code, ""),
        whom=_whom(found),
        back=taking_back.of(found, actor),
        running=0 if found.undo_of_id else taking_back.count(found, actor),
        text=_text(found),
        labels=labels,
        token=_token(),
        minutes_of_day=MINUTES_OF_DAY,
    )


def _whom(found: CheckAssignment) -> str:
    """In words: region and sector."""
    regions = dict(enterprises.region_choices(current_actor()))
    sections = {s.section: s.name for s in industry_sections()}
    region = regions.get(found.region, found.region) if found.region else _("All that I see")
    industry = sections.get(found.industry, found.industry)
    return f"{region} · {industry or _('Every sector')}"


def _text(found: CheckAssignment) -> str:
    done, total = f"{found.done:,}", f"{found.total:,}"
    return str(_("%(done)s of %(total)s enterprises", done=done, total=total))


@bp.get("/assignments/<int:assignment_id>/state")
@requires(Permission.SELFCHECK_TEMPLATE)
def assignment_state(assignment_id: int) -> ResponseReturnValue:
    """For the page that waits."""
    found = assigning.get(assignment_id, current_actor())
    return {
        "state": found.status,
        "label": str(labels.ASSIGNMENT_LABELS[found.status]),
        "percent": found.percent,
        "text": _text(found),
        "over": found.status is not AssignmentState.WAITING,
    }


@bp.post("/assignments/<int:assignment_id>/cancel")
@requires(Permission.SELFCHECK_TEMPLATE)
def cancel_assignment(assignment_id: int) -> ResponseReturnValue:
    actor = current_actor()
    assigning.get(assignment_id, actor)
    try:
        with transaction():
            assigning.cancel(assigning.get(assignment_id, actor), actor)
    except Conflict as error:
        flash(message_of(error), "warning")
    return redirect(url_for("selfcheck.assignment", assignment_id=assignment_id))


@bp.post("/assignments/<int:assignment_id>/take-back")
@requires(Permission.SELFCHECK_TEMPLATE)
def take_back(assignment_id: int) -> ResponseReturnValue:
    """End it for all that took it up; the scheduler does it."""
    actor = current_actor()
    assigning.get(assignment_id, actor)
    try:
        with transaction():
            back_id = taking_back.ask(assigning.get(assignment_id, actor), actor).id
    except Conflict as error:
        flash(message_of(error), "warning")
        return redirect(url_for("selfcheck.assignment", assignment_id=assignment_id))
    return redirect(url_for("selfcheck.assignment", assignment_id=back_id))
