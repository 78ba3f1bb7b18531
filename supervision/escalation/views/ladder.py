"""The ladder: its steps by what runs out, a preview for a day, changes."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import db, transaction
from supervision.core.errors import InvalidInput
from supervision.core.holidays import workday_table
from supervision.core.permissions import Permission
from supervision.core.web.forms import Form
from supervision.escalation import forms, labels, queries, rules, service
from supervision.escalation.forms import chosen
from supervision.escalation.models import EscalationHours, EscalationStep
from supervision.escalation.rules import Ladder
from supervision.escalation.views.blueprint import bp


@bp.get("/ladder")
@requires(Permission.ESCALATION_READ)
def ladder() -> ResponseReturnValue:
    return _ladder_page()


def _ladder_page(hours: forms.HoursForm | None = None) -> str:
    row = db.session.get(EscalationHours, 1)
    now = queries.hours()
    known = forms.HoursForm(
        formdata=None,
        morning=now.morning,
        night=now.night,
        row_version=str(row.row_version if row else 0),
    )
    return render_template(
        "escalation/ladder.html",
        steps=queries.steps_on(clock.today()),
        hours=now,
        hours_row=row,
        hours_form=hours or known,
        labels=labels,
        ladders=Ladder,
    )


@bp.post("/ladder/hours")
@requires(Permission.ESCALATION_EDIT)
def set_hours() -> ResponseReturnValue:
    form = forms.HoursForm()
    if form.validate_on_submit():
        try:
            with transaction():
                service.set_hours(current_actor(), form.hours, row_version=form.version)
        except InvalidInput as error:
            form.add_error(error)
        else:
            flash(_("The hours are changed."), "success")
            return redirect(url_for("escalation.ladder"))
    return _ladder_page(form), 422


@bp.get("/ladder/preview")
@requires(Permission.ESCALATION_READ)
def preview() -> ResponseReturnValue:
    """What the ladder would do for a deadline, by the steps and holidays of today."""
    form = forms.PreviewForm(request.args)
    form.validate()
    of = chosen(form.ladder, Ladder) or Ladder.HAZARD_DUE
    day = form.due_on.data or clock.today() + rules.SHOWN_AHEAD
    if form.due_on.data is None:
        form.due_on.data = day
    steps = queries.steps_on(clock.today()).get(of, [])
    planned = rules.plan(
        steps, day, workday_table(), is_major=form.grade.data == "major", is_own=False
    )
    return render_template(
        "escalation/preview.html",
        form=form,
        planned=planned,
        spoken_for=rules.spoken_for(planned),
        due_on=day,
        hours=queries.hours(),
        labels=labels,
        today=clock.today(),
    )


@bp.get("/ladder/new")
@requires(Permission.ESCALATION_EDIT)
def new() -> ResponseReturnValue:
    of = request.args.get("ladder")
    form = forms.StepForm(formdata=None, ladder=of if of in set(Ladder) else Ladder.HAZARD_DUE)
    return _step_page(form)


@bp.post("/ladder/new")
@requires(Permission.ESCALATION_EDIT)
def new_now() -> ResponseReturnValue:
    form = forms.StepForm()

    def act() -> None:
        service.add_step(current_actor(), form.values, reason=form.reason.data or "")

    return _save(form, act, _("The step is added."))


@bp.get("/ladder/<int:step_id>")
@requires(Permission.ESCALATION_READ)
def step(step_id: int) -> ResponseReturnValue:
    """A step with its versions, and the form for another one."""
    found = queries.get_step(step_id, clock.today())
    form = forms.ChangeForm(formdata=None, obj=found, reason="")
    return _step_page(form, found)


@bp.post("/ladder/<int:step_id>")
@requires(Permission.ESCALATION_EDIT)
def change(step_id: int) -> ResponseReturnValue:
    form = forms.ChangeForm()

    def act() -> None:
        found = queries.get_step(step_id, clock.today())
        service.change_step(found, current_actor(), form.values, reason=form.reason.data or "")

    return _save(form, act, _("The step is changed from today on."), step_id)


@bp.post("/ladder/<int:step_id>/end")
@requires(Permission.ESCALATION_EDIT)
def end(step_id: int) -> ResponseReturnValue:
    form = forms.EndForm()

    def act() -> None:
        found = queries.get_step(step_id, clock.today())
        service.end_step(found, current_actor(), reason=form.reason.data or "")

    return _save(form, act, _("The step has ended."), step_id)


def _step_page(
    form: forms.StepForm, found: EscalationStep | None = None, failed: Form | None = None
) -> str:
    return render_template(
        "escalation/step.html",
        form=form,
        step=found,
        history=queries.line_history(found.line_id) if found else (),
        end_form=(failed or forms.EndForm(formdata=None)).mark("end") if found else None,
        labels=labels,
    )


def _save(
    form: Form, act: Callable[[], None], done: str, step_id: int | None = None
) -> ResponseReturnValue:
    """Run a change in its transaction; what the form got wrong is shown beside its field."""
    if form.validate_on_submit():
        try:
            with transaction():
                act()
        except InvalidInput as error:
            form.add_error(error)
        else:
            flash(done, "success")
            return redirect(url_for("escalation.ladder"))
    found = queries.get_step(step_id, clock.today()) if step_id else None
    if isinstance(form, forms.StepForm):
        return _step_page(form, found), 422
    again = forms.ChangeForm(formdata=None, obj=found, reason="")
    return _step_page(again, found, form), 422
