"""Changes of rules: draft, propose, decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.documents import DocumentTemplate
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.core.web.forms import given
from supervision.core.web.paging import page_number, paginate
from supervision.statute import forms, impact, labels, papers, queries, rules, service
from supervision.statute.models import RuleChange
from supervision.statute.rules import ChangeKind
from supervision.statute.service import Proposal
from supervision.statute.views.blueprint import bp
from supervision.statute.workflow import CHANGE_WORKFLOW, ChangeState

ProposalForm = forms.RuleForm | forms.CriterionForm
FORMS: dict[ChangeKind, type[ProposalForm]] = {
    ChangeKind.RULE: forms.RuleForm,
    ChangeKind.CRITERION: forms.CriterionForm,
}


@bp.get("/changes")
@requires(Permission.STATUTE_READ)
def changes() -> ResponseReturnValue:
    form = forms.ChangesForm(request.args)
    form.validate()
    wanted = form.status.data
    status = ChangeState(wanted) if wanted in set(ChangeState) else None
    return render_template(
        "statute/changes.html",
        form=form,
        page=paginate(queries.list_changes(current_actor(), status), number=page_number()),
        labels=labels,
        active=1 if status else 0,
    )


@bp.get("/new/<any(rule, criterion):kind>")
@requires(Permission.STATUTE_PROPOSE)
def new(kind: str) -> ResponseReturnValue:
    """A rule that has no version yet."""
    of = ChangeKind(kind)
    return _form_page(of, FORMS[of](formdata=None, effective_from=clock.today()))


@bp.post("/new/<any(rule, criterion):kind>")
@requires(Permission.STATUTE_PROPOSE)
def new_now(kind: str) -> ResponseReturnValue:
    return _save(ChangeKind(kind), None)


@bp.get("/<any(rule, criterion):kind>/<string:code>/change")
@requires(Permission.STATUTE_PROPOSE)
def draft(kind: str, code: str) -> ResponseReturnValue:
    """A new version of a rule, filled in with the present one."""
    of = ChangeKind(kind)
    last = queries.versions(of, code)[0]
    form = FORMS[of](formdata=None, obj=last, effective_from=clock.today(), note="", reason="")
    # obj outweighs what is given beside it.
    form.effective_from.data = max(clock.today(), last.effective_from)
    return _form_page(of, form, code=code)


@bp.post("/<any(rule, criterion):kind>/<string:code>/change")
@requires(Permission.STATUTE_PROPOSE)
def draft_now(kind: str, code: str) -> ResponseReturnValue:
    queries.versions(ChangeKind(kind), code)
    return _save(ChangeKind(kind), code)


@bp.get("/changes/<int:change_id>/edit")
@requires(Permission.STATUTE_PROPOSE)
def edit(change_id: int) -> ResponseReturnValue:
    change = queries.get_change(change_id, current_actor())
    CHANGE_WORKFLOW.check("revise", change, current_actor())
    if change.kind is ChangeKind.HOLIDAYS:
        return redirect(url_for("statute.import_year", year=change.code))
    if change.kind is ChangeKind.TEMPLATE:
        return redirect(url_for("statute.edit_paper", change_id=change_id))
    last = queries.latest(change.kind, change.code)
    known: dict[str, Any] = {
        name: getattr(last, name, None) for name in FORMS[change.kind].COLUMNS
    } | change.values
    form = FORMS[change.kind](
        formdata=None,
        **known,
        code=change.code,
        effective_from=change.effective_from,
        source=change.source,
        certainty=change.certainty,
        note=change.note,
        reason=change.reason,
        repeal=change.repeal,
    )
    return _form_page(change.kind, form, code=change.code, change=change)


@bp.post("/changes/<int:change_id>/edit")
@requires(Permission.STATUTE_PROPOSE)
def edit_now(change_id: int) -> ResponseReturnValue:
    change = queries.get_change(change_id, current_actor())
    if change.kind is ChangeKind.HOLIDAYS:
        return redirect(url_for("statute.import_year", year=change.code))
    if change.kind is ChangeKind.TEMPLATE:
        return redirect(url_for("statute.edit_paper", change_id=change_id))
    return _save(change.kind, change.code, change)


def _form_page(
    kind: ChangeKind, form: ProposalForm, *, code: str = "", change: RuleChange | None = None
) -> str:
    return render_template(
        "statute/form.html", kind=kind, form=form, code=code, change=change, labels=labels
    )


def _save(
    kind: ChangeKind, code: str | None, change: RuleChange | None = None
) -> ResponseReturnValue:
    """Write a draft, or write it anew; wrong input is shown beside its field."""
    form = FORMS[kind]()
    change_id = change.id if change is not None else None
    if code is not None:
        form.code.data = code
    if not form.validate_on_submit():
        return _form_page(kind, form, code=code or "", change=change), 422
    try:
        with transaction():
            wanted = _proposal(kind, form)
            if change_id is None:
                saved = service.draft(current_actor(), wanted, is_new=code is None)
            else:
                saved = queries.get_change(change_id, current_actor())
                service.revise(saved, current_actor(), wanted)
    except InvalidInput as error:
        form.add_error(error)
        return _form_page(kind, form, code=code or "", change=change), 422
    flash(_("The draft is saved. Nothing changes before a second person approves it."), "success")
    return redirect(url_for("statute.change", change_id=saved.id))


def _proposal(kind: ChangeKind, form: ProposalForm) -> Proposal:
    return Proposal(
        kind=kind,
        code=form.code.data or "",
        effective_from=given(form.effective_from.data),
        values={name: form[name].data for name in form.COLUMNS},
        source=form.source.data or "",
        certainty=Certainty(form.certainty.data),
        reason=form.reason.data or "",
        note=form.note.data or "",
        repeal=bool(form.repeal.data),
    )


@bp.get("/changes/<int:change_id>")
@requires(Permission.STATUTE_READ)
def change(change_id: int) -> ResponseReturnValue:
    return _change_page(change_id)


def _change_page(change_id: int, failed: forms.DecisionForm | None = None) -> str:
    actor = current_actor()
    change = queries.get_change(change_id, actor)
    is_open = change.status in {ChangeState.DRAFT, ChangeState.PROPOSED}
    base = queries.version(change.kind, change.base_id)
    return render_template(
        "statute/change.html",
        change=change,
        offered=CHANGE_WORKFLOW.names(change, actor),
        form=failed or forms.DecisionForm(formdata=None),
        rows=_comparison(change, base),
        days=_days(change, base),
        lost=_lost(change, base),
        impact=impact.impact_of(change.kind, change.code, clock.today(), actor)
        if is_open
        else None,
        labels=labels,
    )


def _comparison(change: RuleChange, base: Any) -> list[dict[str, Any]]:
    if change.kind is ChangeKind.HOLIDAYS or change.repeal:
        return []
    if isinstance(base, DocumentTemplate):
        return papers.comparison(base, change)
    old = labels.of_version(change.kind, base) if base is not None else None
    return labels.comparison(old, labels.of_change(change))


def _lost(change: RuleChange, base: Any) -> list[str]:
    """Fields that the proposed paper no longer prints."""
    if not isinstance(base, DocumentTemplate) or change.repeal:
        return []
    return papers.no_longer_printed(base, change.values["body"])


def _days(change: RuleChange, base: Any) -> list[rules.Difference]:
    if change.kind is not ChangeKind.HOLIDAYS:
        return []
    return rules.differences(service.rows_of_year(base), service.rows_of_values(change.values))


def _act(
    change_id: int, act: Callable[[RuleChange], None], done: str, form: forms.DecisionForm | None
) -> ResponseReturnValue:
    if form is not None and not form.validate_on_submit():
        return _change_page(change_id, form), 422
    try:
        with transaction():
            act(queries.get_change(change_id, current_actor()))
    except InvalidInput as error:
        shown = form or forms.DecisionForm(formdata=None)
        shown.add_error(error)
        return _change_page(change_id, shown), 422
    flash(done, "success")
    return redirect(url_for("statute.change", change_id=change_id))


@bp.post("/changes/<int:change_id>/propose")
@requires(Permission.STATUTE_PROPOSE)
def propose(change_id: int) -> ResponseReturnValue:
    return _act(
        change_id,
        lambda change: service.propose(change, current_actor()),
        _("The change waits for a second person."),
        None,
    )


@bp.post("/changes/<int:change_id>/withdraw")
@requires(Permission.STATUTE_PROPOSE)
def withdraw(change_id: int) -> ResponseReturnValue:
    return _act(
        change_id,
        lambda change: service.withdraw(change, current_actor()),
        _("The change is withdrawn."),
        None,
    )


@bp.post("/changes/<int:change_id>/approve")
@requires(Permission.STATUTE_APPROVE)
def approve(change_id: int) -> ResponseReturnValue:
    form = forms.DecisionForm()
    return _act(
        change_id,
        lambda change: service.approve(change, current_actor(), note=form.note.data or ""),
        _("The change is approved."),
        form,
    )


@bp.post("/changes/<int:change_id>/reject")
@requires(Permission.STATUTE_APPROVE)
def reject(change_id: int) -> ResponseReturnValue:
    form = forms.DecisionForm()
    return _act(
        change_id,
        lambda change: service.reject(change, current_actor(), note=form.note.data or ""),
        _("The change is not approved."),
        form,
    )
