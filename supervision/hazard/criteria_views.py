"""Searching the criteria of major hazards: a page that needs no script, a list for the form."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.permissions import Permission
from supervision.core.web.paging import page_number, paginate
from supervision.hazard import criteria, forms, queries
from supervision.hazard.blueprint import bp
from supervision.hazard.models import Hazard
from supervision.hazard.workflow import HAZARD_WORKFLOW


@bp.get("/<int:hazard_id>/criteria")
@requires(Permission.HAZARD_GRADE)
def criteria_page(hazard_id: int) -> ResponseReturnValue:
    """Choose a criterion for a ticket among those in force today."""
    actor = current_actor()
    hazard = queries.get_hazard(hazard_id, actor)
    form = _form()
    stmt = criteria.search(clock.today(), form.text.data or "", _sectors(form, hazard))
    return render_template(
        "hazard/criteria.html",
        hazard=hazard,
        form=form,
        page=paginate(stmt, number=page_number()),
        may_choose="grade" in HAZARD_WORKFLOW.names(hazard, actor),
    )


@bp.get("/<int:hazard_id>/criteria/list")
@requires(Permission.HAZARD_GRADE)
def criteria_list(hazard_id: int) -> ResponseReturnValue:
    """The same search as the lines of the grading form: a fragment."""
    hazard = queries.get_hazard(hazard_id, current_actor())
    form = _form()
    found = criteria.choice(clock.today(), form.text.data or "", _sectors(form, hazard))
    return render_template("hazard/_criteria_list.html", found=found)


def _form() -> forms.CriteriaForm:
    form = forms.CriteriaForm(request.args)
    form.offer(criteria.sectors_on(clock.today()))
    form.validate()
    return form


def _sectors(form: forms.CriteriaForm, hazard: Hazard) -> frozenset[str] | None:
    return criteria.narrowed(form.sector.data, hazard.enterprise.industry_code, clock.today())
