"""Which lists an enterprise walks."""

from __future__ import annotations

from datetime import time

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.account import queries as accounts
from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.web.forms import check_seen, given
from supervision.enterprise import queries as enterprises
from supervision.enterprise.ended import open_file
from supervision.selfcheck import forms, queries, service, templates
from supervision.selfcheck.blueprint import bp
from supervision.selfcheck.models import MINUTES_OF_DAY, CheckPlan


@bp.get("/enterprises/<int:enterprise_id>/plans")
@requires(Permission.SELFCHECK_READ)
def plans(enterprise_id: int) -> ResponseReturnValue:
    return _plans_page(enterprise_id, _plan_form(enterprise_id, begins_on=clock.today()))


def _plans_page(enterprise_id: int, form: forms.PlanForm) -> str:
    actor = current_actor()
    may_plan = actor.may(Permission.SELFCHECK_PLAN)
    found = queries.plans_of(actor, enterprise_id)
    walkers = _walkers(enterprise_id) if may_plan else []
    return render_template(
        "selfcheck/plans.html",
        enterprise=enterprises.get_enterprise(enterprise_id, actor),
        plans=found,
        names=templates.names({p.template_code for p in found}, actor),
        people=accounts.names({p.account_id for p in found if p.account_id}),
        form=form,
        change_forms={
            p.id: _change_form(p, walkers) for p in found if p.ends_on is None and may_plan
        },
        may_plan=may_plan,
        minutes_of_day=MINUTES_OF_DAY,
    )


def _plan_form(enterprise_id: int, **values: object) -> forms.PlanForm:
    """Its choices are what the enterprise may adopt, and its own people."""
    actor = current_actor()
    form = forms.PlanForm(formdata=None, **values) if values else forms.PlanForm()
    form.template_code.choices = [
        (one.code, one.name) for one in templates.offered(enterprise_id, actor)
    ]
    form.account_id.choices = _walkers(enterprise_id)
    return form


def _walkers(enterprise_id: int) -> list[tuple[str, str]]:
    people = accounts.members(enterprise_id, current_actor())
    anyone = ("", _("Anyone at work"))
    return [anyone, *((str(p.id), p.name) for p in people if p.is_active)]


def _change_form(plan: CheckPlan, walkers: list[tuple[str, str]]) -> forms.ChangePlanForm:
    """What stands now; midnight is an empty hour."""
    minutes = plan.due_minute % MINUTES_OF_DAY
    form = forms.ChangePlanForm(
        formdata=None,
        account_id=str(plan.account_id or ""),
        due_at=time(minutes // 60, minutes % 60) if minutes else None,
        workdays_only=plan.workdays_only,
        row_version=plan.row_version,
    )
    form.account_id.choices = list(walkers)
    return form.mark(f"plan-{plan.id}")


@bp.post("/enterprises/<int:enterprise_id>/plans")
@requires(Permission.SELFCHECK_PLAN)
def adopt(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    open_file(enterprise_id, actor)
    form = _plan_form(enterprise_id)
    if not form.validate_on_submit():
        return _plans_page(enterprise_id, form), 422
    try:
        with transaction():
            fields = service.PlanFields(
                template_code=form.template_code.data or "",
                begins_on=given(form.begins_on.data),
                area=form.area.data or "",
                account_id=int(form.account_id.data) if form.account_id.data else None,
                workdays_only=bool(form.workdays_only.data),
                due_minute=_minutes(form.due_at.data),
            )
            service.adopt(open_file(enterprise_id, actor), actor, fields)
    except InvalidInput as error:
        form.add_error(error)
        return _plans_page(enterprise_id, form), 422
    flash(_("The list is walked from that day on."), "success")
    return redirect(url_for("selfcheck.plans", enterprise_id=enterprise_id))


def _minutes(due: time | None) -> int:
    """After midnight; none, or midnight itself, is the end of the day."""
    return ((due.hour * 60 + due.minute) if due else 0) or MINUTES_OF_DAY


@bp.post("/plans/<int:plan_id>/change")
@requires(Permission.SELFCHECK_PLAN)
def change(plan_id: int) -> ResponseReturnValue:
    """Somebody else walks it, or by another hour."""
    actor = current_actor()
    form = forms.ChangePlanForm()
    enterprise_id = queries.get_plan(plan_id, actor).enterprise_id
    form.account_id.choices = _walkers(enterprise_id)
    back = redirect(url_for("selfcheck.plans", enterprise_id=enterprise_id))
    if not form.validate_on_submit():
        flash(" ".join(text for _field, text in form.all_errors), "danger")
        return back
    with transaction():
        plan = queries.get_plan(plan_id, actor, for_update=True)
        check_seen(form, plan.row_version)
        service.change(
            plan,
            actor,
            account_id=int(form.account_id.data) if form.account_id.data else None,
            due_minute=_minutes(form.due_at.data),
            workdays_only=bool(form.workdays_only.data),
        )
    flash(_("Saved. Rounds that are made already keep their hour."), "success")
    return back


@bp.post("/plans/<int:plan_id>/end")
@requires(Permission.SELFCHECK_PLAN)
def end(plan_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = forms.ReasonForm()
    enterprise_id = queries.get_plan(plan_id, actor).enterprise_id
    if not form.validate_on_submit():
        flash(_("Say why the list is not walked any more."), "danger")
        return redirect(url_for("selfcheck.plans", enterprise_id=enterprise_id))
    with transaction():
        plan = queries.get_plan(plan_id, actor, for_update=True)
        check_seen(form, plan.row_version)
        service.end(plan, actor, form.reason.data or "")
    flash(_("The list is not walked any more."), "success")
    return redirect(url_for("selfcheck.plans", enterprise_id=enterprise_id))
