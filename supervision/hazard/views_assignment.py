"""HTTP of the table of assignment: its lines, a box to try it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.account import queries as accounts
from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import db, transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises
from supervision.hazard import assignment, assignment_labels
from supervision.hazard.assignment_forms import RuleForm, TryForm
from supervision.hazard.assignment_models import AssignmentRule
from supervision.hazard.assignment_rules import Duty
from supervision.hazard.blueprint import bp

SHOWN = 10


@bp.get("/assignment-rules")
@requires(Permission.ASSIGNMENT_EDIT)
def assignment_rules() -> ResponseReturnValue:
    actor = current_actor()
    page = paginate(assignment.list_rules(actor), number=page_number())
    people = accounts.names({i for rule in page.items for i in rule.officer_ids})
    form = TryForm(request.args)
    form.validate()
    return render_template(
        "hazard/assignment_rules.html",
        page=page,
        people=people,
        form=form,
        tried=_try(form),
        labels=assignment_labels,
        today=clock.today(),
    )


def _try(form: TryForm) -> dict[str, Any] | None:
    """The proposal for the first enterprise that the words find."""
    text = form.enterprise.data or ""
    if not text:
        return None
    actor = current_actor()
    wanted = enterprises.EnterpriseFilter(text=text)
    stmt = enterprises.list_enterprises(actor, wanted).limit(1)
    enterprise = db.session.scalars(stmt).unique().first()
    if enterprise is None:
        return {"enterprise": None, "proposals": []}
    duty = Duty(form.duty.data) if form.duty.data in set(Duty) else Duty.HAZARD
    found = assignment.propose_officers(enterprise, duty, clock.today(), actor)
    return {
        "enterprise": enterprise,
        "proposals": found[:SHOWN],
        "reason": assignment_labels.reason,
    }


@bp.get("/assignment-rules/new")
@requires(Permission.ASSIGNMENT_EDIT)
def new_assignment_rule() -> ResponseReturnValue:
    regions = current_actor().regions
    form = RuleForm(
        formdata=None,
        effective_from=clock.today(),
        region_code=regions[0] if regions else "",
        is_enabled=True,
    )
    return _page(form)


@bp.post("/assignment-rules/new")
@requires(Permission.ASSIGNMENT_EDIT)
def add_assignment_rule() -> ResponseReturnValue:
    return _save(_offer(RuleForm()), None)


@bp.get("/assignment-rules/<int:rule_id>")
@requires(Permission.ASSIGNMENT_EDIT)
def assignment_rule(rule_id: int) -> ResponseReturnValue:
    rule = assignment.get_rule(rule_id, current_actor())
    form = RuleForm(formdata=None, obj=rule)
    return _page(form, rule)


@bp.post("/assignment-rules/<int:rule_id>")
@requires(Permission.ASSIGNMENT_EDIT)
def change_assignment_rule(rule_id: int) -> ResponseReturnValue:
    rule = assignment.get_rule(rule_id, current_actor())
    return _save(_offer(RuleForm(), rule), rule_id)


def _offer(form: RuleForm, rule: AssignmentRule | None = None) -> RuleForm:
    """The officers who may be chosen; one who was chosen before stays."""
    known = dict(accounts.officers(current_actor()))
    if rule is not None:
        known |= accounts.names(set(rule.officer_ids))
    form.officer_ids.choices = list(known.items())
    return form


def _page(form: RuleForm, rule: AssignmentRule | None = None) -> str:
    if not form.officer_ids.choices:
        _offer(form, rule)
    return render_template(
        "hazard/assignment_rule.html", form=form, rule=rule, labels=assignment_labels
    )


def _save(form: RuleForm, rule_id: int | None) -> ResponseReturnValue:
    actor = current_actor()
    if form.validate_on_submit():
        try:
            with transaction():
                if rule_id is None:
                    assignment.add_rule(actor, form.values)
                else:
                    rule = assignment.get_rule(rule_id, actor)
                    assignment.change_rule(rule, actor, form.values, row_version=form.version)
        except InvalidInput as error:
            form.add_error(error)
        else:
            flash(_("The rule is saved."), "success")
            return redirect(url_for("hazard.assignment_rules"))
    shown = assignment.get_rule(rule_id, actor) if rule_id else None
    return _page(form, shown), 422
