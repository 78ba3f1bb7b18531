"""Progress: figures and chart, the list of lines, one line, cap usage, inspections in bulk."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from supervision.authority import queries as authorities
from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.web.forms import Form
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.plan import capacity, figures, forms, labels, queries, rules, targets
from supervision.plan.models import AnnualPlan
from supervision.plan.views.blueprint import bp
from supervision.plan.workflow import PlanState


@bp.get("/<int:plan_id>/progress")
@requires(Permission.PLAN_READ)
def progress(plan_id: int) -> ResponseReturnValue:
    return _progress_page(plan_id)


def _progress_page(plan_id: int, form: forms.MakeForm | None = None) -> str:
    actor, today = current_actor(), clock.today()
    plan = queries.get_plan(plan_id, actor)
    found = figures.of_plan(plan, actor)
    own = authorities.covers(actor, plan.authority.region_code)
    if form is None:
        form = forms.MakeForm(formdata=None, month=str(today.month))
        form.month.choices = _months()
    return render_template(
        "plan/progress.html",
        plan=plan,
        figures=found,
        chart=figures.chart(found),
        form=form,
        labels=labels,
        may_make=own
        and plan.status is PlanState.PUBLISHED
        and actor.may(Permission.PLAN_EDIT)
        and actor.may(Permission.INSPECTION_MAKE),
        may_name=own
        and plan.status in {PlanState.DRAFT, PlanState.PUBLISHED}
        and actor.may(Permission.PLAN_EDIT),
    )


def _months() -> list[tuple[str, str]]:
    return [(str(m), labels.month_name(m)) for m in forms.MONTHS]


@bp.get("/<int:plan_id>/lines")
@requires(Permission.PLAN_READ)
def lines(plan_id: int) -> ResponseReturnValue:
    actor = current_actor()
    plan = queries.get_plan(plan_id, actor)
    form = forms.LineFilterForm(request.args)
    form.item.choices = [
        ("", "—"),
        *((str(i.id), f"{i.position} {i.matter}") for i in plan.items),
    ]
    form.month.choices = [("", "—"), *_months()]
    form.officer.choices = [("", "—"), *_officers(plan)]
    form.validate()
    state = form.state.data or ""
    wanted = queries.TargetFilter(
        text=form.text.data or "",
        item_id=id_argument("item"),
        month=id_argument("month"),
        state=state if state in labels.LINE_LABELS else "",
        officer_id=id_argument("officer"),
    )
    return render_template(
        "plan/lines.html",
        plan=plan,
        form=form,
        page=paginate(queries.list_targets(plan, actor, wanted), number=page_number()),
        state_of=figures.state_of,
        is_over=lambda month: rules.month_is_over(plan.year, month, clock.today()),
        labels=labels,
        own=authorities.covers(actor, plan.authority.region_code),
        active=sum(1 for f in (form.item, form.month, form.state, form.officer) if f.data),
    )


def _officers(plan: AnnualPlan) -> list[tuple[str, str]]:
    held = authorities.certified_officers(plan.authority, clock.today())
    return [(str(c.account_id), f"{c.account.name} {c.number}") for c in held]


@bp.get("/<int:plan_id>/cap-usage")
@requires(Permission.PLAN_READ)
def cap_usage(plan_id: int) -> ResponseReturnValue:
    """What the plan and other inspections take of each enterprise's cap."""
    actor = current_actor()
    plan = queries.get_plan(plan_id, actor)
    page = paginate(queries.planned_enterprises(plan, actor), number=page_number())
    rooms = capacity.rooms(plan, page.items)
    return render_template("plan/usage.html", plan=plan, page=page, rooms=rooms)


@bp.post("/<int:plan_id>/officers")
@requires(Permission.PLAN_EDIT)
def name_officers(plan_id: int) -> ResponseReturnValue:
    with transaction():
        plan = queries.editable_plan(plan_id, current_actor())
        named = targets.name_officers(plan, current_actor())
    flash(
        ngettext(
            "Two officers are named for one line.",
            "Two officers are named for %(num)s lines.",
            named,
        ),
        "success" if named else "warning",
    )
    return redirect(url_for("plan.progress", plan_id=plan_id))


@bp.post("/<int:plan_id>/inspections")
@requires(Permission.PLAN_EDIT)
def make_inspections(plan_id: int) -> ResponseReturnValue:
    """Draft inspections of one month; what could not be made is named."""
    form = forms.MakeForm()
    form.month.choices = _months()
    plan = queries.editable_plan(plan_id, current_actor())
    if not form.validate_on_submit():
        return _progress_page(plan_id, form), 422
    try:
        with transaction():
            plan = queries.editable_plan(plan_id, current_actor())
            made = targets.make_inspections(plan, current_actor(), int(form.month.data))
    except InvalidInput as error:
        form.add_error(error)
        return _progress_page(plan_id, form), 422
    flash(
        ngettext("One inspection is drafted.", "%(num)s inspections are drafted.", made.count),
        "success" if made.count else "warning",
    )
    if made.left:
        flash(_("More lines of this month wait: press once more."), "warning")
    for name, why in made.problems[:10]:
        flash(f"{name}: {_(why)}", "warning")
    return redirect(url_for("plan.progress", plan_id=plan_id))


@bp.get("/<int:plan_id>/lines/<int:target_id>")
@requires(Permission.PLAN_EDIT)
def line(plan_id: int, target_id: int) -> ResponseReturnValue:
    return _line_page(plan_id, target_id)


def _line_form(plan: AnnualPlan, form: forms.LineForm) -> forms.LineForm:
    people = [("", "—"), *_officers(plan)]
    form.month.choices = _months()
    form.first.choices = form.second.choices = people
    return form


def _line_page(plan_id: int, target_id: int, failed: str = "", form: Form | None = None) -> str:
    plan = queries.editable_plan(plan_id, current_actor())
    target = queries.get_target(plan, target_id, current_actor())
    change = _line_form(
        plan,
        forms.LineForm(
            formdata=None,
            month=str(target.month),
            first=str(target.first_officer_id or ""),
            second=str(target.second_officer_id or ""),
        ),
    ).mark("change")
    drop = forms.ReasonForm(formdata=None).mark("drop")
    if form is not None:
        change, drop = (form.mark("change"), drop) if failed == "change" else (
            change, form.mark("drop"),
        )  # fmt: skip
    return render_template(
        "plan/line.html",
        plan=plan,
        target=target,
        change=change,
        drop=drop,
        failed=form,
        state=figures.state_of(target),
        labels=labels,
    )


@bp.post("/<int:plan_id>/lines/<int:target_id>")
@requires(Permission.PLAN_EDIT)
def change_line(plan_id: int, target_id: int) -> ResponseReturnValue:
    actor = current_actor()
    plan = queries.editable_plan(plan_id, actor)
    queries.get_target(plan, target_id, actor)
    form = _line_form(plan, forms.LineForm())
    if not form.validate_on_submit():
        return _line_page(plan_id, target_id, "change", form), 422
    first, second = (int(f.data) if f.data else None for f in (form.first, form.second))
    try:
        with transaction():
            target = queries.get_target(queries.editable_plan(plan_id, actor), target_id, actor)
            targets.change(target, actor, month=int(form.month.data), first=first, second=second)
    except InvalidInput as error:
        form.add_error(error)
        return _line_page(plan_id, target_id, "change", form), 422
    flash(_("The line is saved."), "success")
    return redirect(url_for("plan.lines", plan_id=plan_id))


@bp.post("/<int:plan_id>/lines/<int:target_id>/drop")
@requires(Permission.PLAN_EDIT)
def drop_line(plan_id: int, target_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), forms.ReasonForm()
    queries.get_target(queries.editable_plan(plan_id, actor), target_id, actor)
    if not form.validate_on_submit():
        return _line_page(plan_id, target_id, "drop", form), 422
    with transaction():
        target = queries.get_target(queries.editable_plan(plan_id, actor), target_id, actor)
        targets.drop(target, actor, reason=form.note.data or "")
    flash(_("The enterprise is taken out of the plan."), "success")
    return redirect(url_for("plan.lines", plan_id=plan_id))
