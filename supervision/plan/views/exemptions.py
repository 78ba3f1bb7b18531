"""Reasons for which an inspection does not count against the cap, in versions."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.core.web.forms import given
from supervision.core.web.paging import page_number, paginate
from supervision.plan import cap_queries, capping, forms, labels
from supervision.plan.capping import ExemptionFields
from supervision.plan.views.blueprint import bp


@bp.get("/caps/exemptions")
@requires(Permission.PLAN_READ)
def exemptions() -> ResponseReturnValue:
    all_versions = request.args.get("versions") == "all"
    stmt = cap_queries.list_exemptions(None if all_versions else clock.today())
    return render_template(
        "plan/exemptions.html",
        page=paginate(stmt, number=page_number()),
        all_versions=all_versions,
        labels=labels,
        today=clock.today(),
    )


@bp.get("/caps/exemptions/new")
@requires(Permission.PLAN_EDIT)
def new_exemption() -> ResponseReturnValue:
    """Empty, or filled in from the last version of ``?code=``."""
    last = cap_queries.last_exemption(request.args.get("code", ""))
    form = forms.ExemptionForm(formdata=None, obj=last)
    form.effective_from.data = clock.today()
    return _page(form)


def _page(form: forms.ExemptionForm) -> str:
    return render_template("plan/exemption.html", form=form)


@bp.post("/caps/exemptions/new")
@requires(Permission.PLAN_EDIT)
def add_exemption() -> ResponseReturnValue:
    form = forms.ExemptionForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        with transaction():
            capping.add_exemption(
                current_actor(),
                ExemptionFields(
                    code=form.code.data or "",
                    name=form.name.data or "",
                    effective_from=given(form.effective_from.data),
                    source=form.source.data or "",
                    certainty=Certainty(form.certainty.data),
                ),
            )
    except InvalidInput as error:
        form.add_error(error)
        return _page(form), 422
    flash(_("The exemption is saved."), "success")
    return redirect(url_for("plan.exemptions"))


@bp.post("/caps/exemptions/<int:exemption_id>/end")
@requires(Permission.PLAN_EDIT)
def end_exemption(exemption_id: int) -> ResponseReturnValue:
    with transaction():
        found = cap_queries.get_exemption(exemption_id)
        capping.end_exemption(found, current_actor(), day=max(clock.today(), found.effective_from))
    flash(_("The exemption ends today."), "success")
    return redirect(url_for("plan.exemptions", versions="all"))
