"""Avoidances: which officer must not inspect which enterprise, and why."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.account import queries as accounts
from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises
from supervision.enterprise.models import Enterprise
from supervision.plan import forms, people, queries
from supervision.plan.views.blueprint import bp


@bp.get("/avoidances")
@requires(Permission.PLAN_EDIT)
def avoidances() -> ResponseReturnValue:
    """For those who plan only: the reasons are private matters of officers."""
    form = forms.AvoidanceFilterForm(request.args)
    stmt = queries.list_avoidances(
        current_actor(), form.text.data or "", ended=bool(form.ended.data)
    )
    return render_template(
        "plan/avoidances.html",
        form=form,
        page=paginate(stmt, number=page_number()),
        today=clock.today(),
        active=int(bool(form.ended.data)),
    )


@bp.get("/avoidances/new")
@requires(Permission.PLAN_EDIT)
def new_avoidance() -> ResponseReturnValue:
    return _page(forms.AvoidanceForm(formdata=None))


def _page(form: forms.AvoidanceForm) -> str:
    _offer(form)
    return render_template("plan/avoidance.html", form=form)


def _offer(form: forms.AvoidanceForm) -> None:
    people_here = accounts.officers(current_actor())
    form.account_id.choices = [("", "—"), *((str(i), name) for i, name in people_here)]


@bp.post("/avoidances/new")
@requires(Permission.PLAN_EDIT)
def record_avoidance() -> ResponseReturnValue:
    form, actor = forms.AvoidanceForm(), current_actor()
    _offer(form)
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        with transaction():
            enterprise = _enterprise(form.uscc.data or "")
            officer = accounts.get_account(int(form.account_id.data), actor)
            people.record(officer, enterprise, actor, reason=form.reason.data or "")
    except InvalidInput as error:
        form.add_error(error)
        return _page(form), 422
    flash(_("The avoidance is recorded."), "success")
    return redirect(url_for("plan.avoidances"))


def _enterprise(code: str) -> Enterprise:
    for found in enterprises.by_uscc([code.upper()], current_actor()):
        return found
    raise InvalidInput(N_("No enterprise of yours has this code."), field="uscc")


@bp.post("/avoidances/<int:avoidance_id>/end")
@requires(Permission.PLAN_EDIT)
def end_avoidance(avoidance_id: int) -> ResponseReturnValue:
    with transaction():
        found = queries.get_avoidance(avoidance_id, current_actor())
        people.end(found, current_actor())
    flash(_("The avoidance ends today."), "success")
    return redirect(url_for("plan.avoidances"))
