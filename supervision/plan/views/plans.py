"""The list of plans, one version with its steps, and its papers."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.authority import queries as authorities
from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.web.forms import Form, check_seen, given
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises
from supervision.plan import draw_queries, exports, figures, forms, labels, queries, service
from supervision.plan.models import AnnualPlan
from supervision.plan.service import PlanFields
from supervision.plan.views.blueprint import bp
from supervision.plan.workflow import PLAN_WORKFLOW, PlanState

NOTES: dict[str, type[Form]] = {
    "approve": forms.NoteForm,
    "reject": forms.ReasonForm,
    "withdraw": forms.ReasonForm,
    "amend": forms.ReasonForm,
}


@bp.get("/")
@requires(Permission.PLAN_READ)
def index() -> ResponseReturnValue:
    form = forms.FilterForm(request.args)
    form.validate()
    status = form.status.data
    wanted = queries.PlanFilter(
        year=form.year.data if not form.year.errors else None,
        status=PlanState(status) if status in set(PlanState) else None,
        text=form.text.data or "",
    )
    page = paginate(queries.list_plans(current_actor(), wanted), number=page_number())
    return render_template(
        "plan/index.html",
        form=form,
        page=page,
        shares=figures.shares(page.items, current_actor()),
        labels=labels,
        active=sum(1 for f in (form.year, form.status) if f.data),
    )


@bp.get("/new")
@requires(Permission.PLAN_EDIT)
def new() -> ResponseReturnValue:
    year = clock.today().year + (clock.today().month > 9)
    return _new_page(
        forms.PlanForm(
            formdata=None, year=year, title=_("Annual supervision plan %(year)s", year=year)
        )
    )


def _new_page(form: forms.PlanForm) -> str:
    own = authorities.authorities_within(current_actor())
    form.authority_id.choices = [(str(a.id), a.name) for a in own]
    return render_template("plan/new.html", form=form, own=own)


@bp.post("/new")
@requires(Permission.PLAN_EDIT)
def create() -> ResponseReturnValue:
    form, actor = forms.PlanForm(), current_actor()
    own = authorities.authorities_within(actor)
    form.authority_id.choices = [(str(a.id), a.name) for a in own]
    if not form.validate_on_submit():
        return _new_page(form), 422
    try:
        with transaction():
            authority = authorities.editable(int(form.authority_id.data), actor)
            fields = PlanFields(form.title.data or "", form.summary.data or "")
            plan = service.draft(actor, authority, given(form.year.data), fields)
    except InvalidInput as error:
        form.add_error(error)
        return _new_page(form), 422
    flash(_("The draft is made. Add its items."), "success")
    return redirect(url_for("plan.detail", plan_id=plan.id))


@bp.get("/<int:plan_id>")
@requires(Permission.PLAN_READ)
def detail(plan_id: int) -> ResponseReturnValue:
    return detail_page(plan_id)


def detail_page(plan_id: int, failed: str = "", form: Form | None = None) -> str:
    """The version with a form for each step that this actor may take now."""
    actor = current_actor()
    plan = queries.get_plan(plan_id, actor)
    own = authorities.covers(actor, plan.authority.region_code)
    offered = PLAN_WORKFLOW.names(plan, actor) if own else frozenset()
    seen = plan.row_version
    steps = {
        n: kind(formdata=None, row_version=seen).mark(n)
        for n, kind in NOTES.items()
        if n in offered
    }
    if form is not None and failed in steps:
        steps[failed] = form.mark(failed)
    return render_template(
        "plan/detail.html",
        plan=plan,
        offered=offered,
        steps=steps,
        failed=form,
        counts=queries.target_counts(plan.id),
        regions=enterprises.region_names({i.region_code for i in plan.items if i.region_code}),
        draws=draw_queries.draws_of_plan(plan.id, actor),
        figures=figures.of_plan(plan, actor),
        versions=queries.versions(plan, actor),
        labels=labels,
        own=own,
    )


@bp.get("/<int:plan_id>/edit")
@requires(Permission.PLAN_EDIT)
def edit(plan_id: int) -> ResponseReturnValue:
    plan = queries.editable_plan(plan_id, current_actor())
    PLAN_WORKFLOW.check("edit", plan, current_actor())
    return _head_page(plan, forms.HeadForm(formdata=None, obj=plan))


def _head_page(plan: AnnualPlan, form: forms.HeadForm) -> str:
    return render_template("plan/edit.html", plan=plan, form=form)


@bp.post("/<int:plan_id>/edit")
@requires(Permission.PLAN_EDIT)
def change(plan_id: int) -> ResponseReturnValue:
    form, actor = forms.HeadForm(), current_actor()
    plan = queries.editable_plan(plan_id, actor)
    if not form.validate_on_submit():
        return _head_page(plan, form), 422
    with transaction():
        fields = PlanFields(form.title.data or "", form.summary.data or "")
        plan = queries.editable_plan(plan_id, actor)
        check_seen(form, plan.row_version)
        service.edit(plan, actor, fields)
    flash(_("The plan is saved."), "success")
    return redirect(url_for("plan.detail", plan_id=plan_id))


def _step(
    plan_id: int, name: str, act: Callable[[AnnualPlan, str], Any], done: str
) -> ResponseReturnValue:
    """One step of the workflow; what does not fit is said on the plan's own page."""
    form = NOTES.get(name, forms.NoteForm)()
    actor = current_actor()
    queries.editable_plan(plan_id, actor)
    if not form.validate_on_submit():
        return detail_page(plan_id, name, form), 422
    try:
        with transaction():
            note = form["note"].data or "" if "note" in form else ""
            plan = queries.editable_plan(plan_id, actor)
            check_seen(form, plan.row_version)
            made = act(plan, note)
            goal = made.id if isinstance(made, AnnualPlan) else plan_id
    except InvalidInput as error:
        form.add_error(error)
        return detail_page(plan_id, name, form), 422
    flash(done, "success")
    return redirect(url_for("plan.detail", plan_id=goal))


@bp.post("/<int:plan_id>/submit")
@requires(Permission.PLAN_EDIT)
def submit(plan_id: int) -> ResponseReturnValue:
    return _step(
        plan_id,
        "submit",
        lambda plan, _note: service.submit(plan, current_actor()),
        _("The plan waits for another person's approval."),
    )


@bp.post("/<int:plan_id>/approve")
@requires(Permission.PLAN_APPROVE)
def approve(plan_id: int) -> ResponseReturnValue:
    return _step(
        plan_id,
        "approve",
        lambda plan, note: service.approve(plan, current_actor(), note=note),
        _("The plan is approved. It binds once it is published."),
    )


@bp.post("/<int:plan_id>/reject")
@requires(Permission.PLAN_APPROVE)
def reject(plan_id: int) -> ResponseReturnValue:
    return _step(
        plan_id,
        "reject",
        lambda plan, note: service.reject(plan, current_actor(), note=note),
        _("The plan is a draft again."),
    )


@bp.post("/<int:plan_id>/publish")
@requires(Permission.PLAN_APPROVE)
def publish(plan_id: int) -> ResponseReturnValue:
    return _step(
        plan_id,
        "publish",
        lambda plan, _note: service.publish(plan, current_actor()),
        _("The plan is published."),
    )


@bp.post("/<int:plan_id>/withdraw")
@requires(Permission.PLAN_EDIT)
def withdraw(plan_id: int) -> ResponseReturnValue:
    return _step(
        plan_id,
        "withdraw",
        lambda plan, note: service.withdraw(plan, current_actor(), note=note),
        _("This version is withdrawn."),
    )


@bp.post("/<int:plan_id>/amend")
@requires(Permission.PLAN_EDIT)
def amend(plan_id: int) -> ResponseReturnValue:
    return _step(
        plan_id,
        "amend",
        lambda plan, note: service.amend(plan, current_actor(), note=note),
        _("A draft of the next version is made; the present one stays in force until then."),
    )


@bp.get("/<int:plan_id>/plan.<any(pdf, xlsx):ending>")
@requires(Permission.PLAN_READ)
def paper(plan_id: int, ending: str) -> ResponseReturnValue:
    """The plan as a table to print, or as a workbook with its lines."""
    plan = queries.get_plan(plan_id, current_actor())
    made = (
        exports.paper(plan, current_actor())
        if ending == "pdf"
        else exports.book(plan, current_actor())
    )
    return send_file(
        BytesIO(made),
        mimetype=exports.KINDS[ending],
        as_attachment=ending == "xlsx",
        download_name=f"{plan.title}-{plan.version}.{ending}",
    )
