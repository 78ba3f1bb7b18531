"""HTTP of cases: the index, the draft, the page of a case and its papers."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.authority import queries as authorities
from supervision.casefile import (
    decision,
    evidence,
    exports,
    forms,
    labels,
    papers,
    queries,
    service,
)
from supervision.casefile.models import Case
from supervision.casefile.rules import CaseSource, DecisionState, PaperKind
from supervision.casefile.workflow import CASE_WORKFLOW, FILED, CaseState, handles
from supervision.core import attachments, clock
from supervision.core.access import current_actor, requires
from supervision.core.actor import Actor
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.export.lists import ListExport
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.core.web.exporting import answer
from supervision.core.web.forms import Form, check_seen
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises
from supervision.enterprise.models import Enterprise
from supervision.order import queries as orders

bp = Blueprint("casefile", __name__, url_prefix="/cases")

# The form of each step of the table; two steps may share one button on the page.
STEP_FORMS: dict[str, type[Form]] = {
    "submit": forms.OpinionForm,
    "file": forms.OpinionForm,
    "return": forms.ReasonForm,
    "refuse": forms.ReasonForm,
    "withdraw": forms.ReasonForm,
    "propose": forms.ProposeForm,
    "decide": forms.NoteForm,
    "reject": forms.ReasonForm,
    "serve": forms.ServeForm,
    "execute": forms.ExecuteForm,
    "annul": forms.ReasonForm,
    "ask_close": forms.OpinionForm,
    "drop": forms.OpinionForm,
    "close": forms.OpinionForm,
    "refuse_close": forms.ReasonForm,
}
SAME_BUTTON = {
    "annul_closed": "annul",
    "close_dropped": "close",
    "refuse_drop": "refuse_close",
}


@bp.get("/")
@requires(Permission.CASE_READ)
def index() -> ResponseReturnValue:
    actor = current_actor()
    form, wanted = _filter()
    names = ("group", "status", "source", "region", "filed_from", "filed_to")
    return render_template(
        "casefile/index.html",
        form=form,
        page=paginate(queries.list_cases(actor, wanted), number=page_number()),
        counts=queries.counts(actor),
        labels=labels,
        active=sum(1 for name in names if form[name].data),
    )


def _index() -> Select[Any]:
    return queries.list_cases(current_actor(), _filter()[1])


CASES = ListExport("casefile.index", _l("Cases"), Permission.CASE_READ, _index, exports.case_table)


@bp.get("/export.xlsx")
@requires(Permission.CASE_READ)
def export() -> ResponseReturnValue:
    """The filtered index as Excel."""
    return answer(CASES)


def _filter() -> tuple[forms.FilterForm, queries.CaseFilter]:
    form = forms.FilterForm(request.args)
    form.region.choices = [("", "—"), *enterprises.region_choices(current_actor())]
    form.validate()
    status, source = form.status.data, form.source.data
    return form, queries.CaseFilter(
        text=form.text.data or "",
        group=form.group.data or "",
        status=CaseState(status) if status in set(CaseState) else None,
        source=CaseSource(source) if source in set(CaseSource) else None,
        enterprise_id=id_argument("enterprise"),
        region=form.region.data if (form.region.data or "").isdecimal() else "",
        filed_from=form.filed_from.data,
        filed_to=form.filed_to.data,
        sort=form.sort.data or "newest",
    )


@bp.get("/new/<int:enterprise_id>")
@requires(Permission.CASE_MAKE)
def new(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    enterprise = enterprises.get_enterprise(enterprise_id, actor)
    order, hazard = id_argument("order"), id_argument("hazard")
    source = CaseSource.ORDER if order else CaseSource.HAZARD
    hazards = [hazard] if hazard else []
    if order and not hazard:
        hazards = queries.not_complied(orders.get_order(order, actor))
    known = {
        "source": source.value,
        "order_id": str(order) if order else None,
        "hazard_ids": hazards,
        "officer_ids": [actor.id],
    }
    return _draft_page(_case_form(enterprise, hazards, **known), enterprise)


@bp.post("/new/<int:enterprise_id>")
@requires(Permission.CASE_MAKE)
def create(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    enterprise = enterprises.get_enterprise(enterprise_id, actor)
    form = _case_form(enterprise, [])
    if not form.validate_on_submit():
        return _draft_page(form, enterprise), 422
    try:
        with transaction():
            enterprise = enterprises.get_enterprise(enterprise_id, actor)
            made_id = service.open_case(enterprise, actor, _draft(form)).id
    except InvalidInput as error:
        form.add_error(error)
        return _draft_page(form, enterprises.get_enterprise(enterprise_id, actor)), 422
    flash(_("The case is opened as a draft."), "success")
    return redirect(url_for("casefile.detail", case_id=made_id))


@bp.get("/<int:case_id>/edit")
@requires(Permission.CASE_MAKE)
def edit(case_id: int) -> ResponseReturnValue:
    case = queries.get_case(case_id, current_actor())
    if "edit" not in CASE_WORKFLOW.names(case, current_actor()):
        flash(_("Only a draft is written anew, by the officers of the case."), "warning")
        return redirect(url_for("casefile.detail", case_id=case_id))
    hazards = [row.hazard_id for row in case.hazards]
    known = {
        "row_version": case.row_version,
        "cause": case.cause,
        "source": case.source.value,
        "source_note": case.source_note,
        "order_id": str(case.order_id) if case.order_id else None,
        "hazard_ids": hazards,
        "facts": case.facts,
        "officer_ids": [o.account_id for o in case.officers],
    }
    return _draft_page(_case_form(case.enterprise, hazards, **known), case.enterprise, case)


@bp.post("/<int:case_id>/edit")
@requires(Permission.CASE_MAKE)
def change(case_id: int) -> ResponseReturnValue:
    actor = current_actor()
    case = queries.get_case(case_id, actor)
    form = _case_form(case.enterprise, [row.hazard_id for row in case.hazards])
    if not form.validate_on_submit():
        return _draft_page(form, case.enterprise, case), 422
    try:
        with transaction():
            case = queries.get_case(case_id, actor)
            check_seen(form, case.row_version)
            service.edit(case, actor, _draft(form))
    except InvalidInput as error:
        form.add_error(error)
        case = queries.get_case(case_id, actor)
        return _draft_page(form, case.enterprise, case), 422
    flash(_("The draft is saved."), "success")
    return redirect(url_for("casefile.detail", case_id=case_id))


def _case_form(enterprise: Enterprise, hazards: list[int], **known: Any) -> forms.CaseForm:
    """The form with this enterprise's orders and hazards, and its authority's officers."""
    actor = current_actor()
    form = forms.CaseForm(**known)
    authority = authorities.authority_of(enterprise.region_code)
    held = authorities.certified_officers(authority, clock.today())
    form.offer(
        [(o.id, o.number or "—") for o in queries.order_choices(enterprise.id, actor)],
        [
            (h.id, f"{h.number} · {h.description[:40]}")
            for h in queries.hazard_choices(enterprise.id, actor, hazards)
        ],
        [(c.account_id, f"{c.account.name} · {c.number}") for c in held],
    )
    return form


def _draft(form: forms.CaseForm) -> service.Draft:
    return service.Draft(
        cause=form.cause.data or "",
        source=CaseSource(form.source.data),
        facts=form.facts.data or "",
        officer_ids=form.officer_ids.data or [],
        hazard_ids=form.hazard_ids.data or [],
        order_id=int(form.order_id.data) if form.order_id.data else None,
        source_note=form.source_note.data or "",
    )


def _draft_page(form: forms.CaseForm, enterprise: Enterprise, case: Case | None = None) -> str:
    return render_template("casefile/form.html", form=form, enterprise=enterprise, case=case)


@bp.get("/<int:case_id>")
@requires(Permission.CASE_READ)
def detail(case_id: int) -> ResponseReturnValue:
    return detail_page(case_id)


def detail_page(case_id: int, failed: str = "", form: Form | None = None) -> str:
    """The case with a form for each step that this actor may take now."""
    actor = current_actor()
    case = queries.get_case(case_id, actor)
    found = _step_forms(case, actor)
    if failed in found and form is not None:
        found[failed] = form
    elif form is not None:  # a form that stands in a row of a table
        for _field, problem in form.all_errors:
            flash(problem, "danger")
    for name, one in found.items():
        one.mark(name)
    return render_template(
        "casefile/detail.html",
        case=case,
        forms=found,
        failed=failed,
        may_edit="edit" in CASE_WORKFLOW.names(case, actor),
        may_gather=evidence.may_gather(case, actor),
        previews=_previews(case),
        counters=queries.art113(case.enterprise_id, actor, clock.today()),
        labels=labels,
    )


def _step_forms(case: Case, actor: Actor) -> dict[str, Form]:
    """Empty forms of what may be done now. ``formdata=None``: never from another form's POST."""
    names = [SAME_BUTTON.get(t.name, t.name) for t in CASE_WORKFLOW.available(case, actor)]
    held = case.decision is not None and case.decision.status is DecisionState.DECIDED
    found: dict[str, Form] = {
        name: STEP_FORMS[name](formdata=None, row_version=case.row_version, **_known(name, case))
        for name in names
        if name in STEP_FORMS and (name != "annul" or held)
    }
    mine = actor.may(Permission.CASE_MAKE) and handles(case, actor) is None
    if evidence.may_gather(case, actor):
        found["add_evidence"] = evidence_form(case, formdata=None)
    if mine and case.status in FILED and case.usable_evidence:
        found["issue_evidence_list"] = forms.EmptyForm(formdata=None)
    if decision.may_publish(case, actor):
        found["publish"] = forms.PublishForm(formdata=None, published_on=clock.today())
    if mine and case.clock("PENALTY_WITHDRAW") is not None:
        found["withdraw_publication"] = forms.EmptyForm(formdata=None)
    return found


def _known(name: str, case: Case) -> dict[str, Any]:
    now = clock.now().astimezone(clock.SHANGHAI).replace(tzinfo=None)
    listed = "; ".join(row.name for row in case.usable_evidence)
    pay = papers.in_chinese(labels.PAY_WITHIN)
    known: dict[str, dict[str, Any]] = {
        "propose": {"facts": case.facts, "evidence_text": listed, "pay_within": pay},
        "serve": {"served_at": now, "receiver": case.enterprise.principal},
        "execute": {"executed_on": clock.today()},
        "submit": {"opinion": case.handler_opinion},
    }
    return known.get(name, {})


def evidence_form(case: Case, **how: Any) -> forms.EvidenceForm:
    """The form of a piece of evidence, with the files of the case's hazards to choose from."""
    form = forms.EvidenceForm(**how)
    files = queries.file_choices(case, current_actor())
    form.hazard_file_id.choices = [
        ("", "—"),
        *((str(f.id), f"{f.hazard.number} · {f.attachment.filename}") for f in files),
    ]
    return form


def _previews(case: Case) -> list[PaperKind]:
    """Papers that the next step would issue."""
    offered = {
        CaseState.SUBMITTED: [PaperKind.CASE_FILING],
        CaseState.PROPOSED: [PaperKind.PENALTY],
        CaseState.CLOSING: [PaperKind.CASE_CLOSE],
        CaseState.DROPPING: [PaperKind.CASE_CLOSE],
    }
    return offered.get(case.status, [])


def act_on(
    case_id: int, name: str, form: Form, act: Callable[[Case], Any], done: str
) -> ResponseReturnValue:
    """Run one step in its transaction; what the form got wrong is shown beside its field."""
    if not form.validate_on_submit():
        return detail_page(case_id, name, form), 422
    try:
        with transaction():
            case = queries.get_case(case_id, current_actor())
            check_seen(form, case.row_version)
            act(case)
    except InvalidInput as error:
        form.add_error(error)
        return detail_page(case_id, name, form), 422
    flash(done, "success")
    return redirect(url_for("casefile.detail", case_id=case_id))


@bp.get("/<int:case_id>/preview.pdf")
@requires(Permission.CASE_READ)
def preview(case_id: int) -> ResponseReturnValue:
    """The paper that the next step would issue, marked as a draft."""
    case = queries.get_case(case_id, current_actor())
    kinds = _previews(case)
    if not kinds:
        raise Conflict(N_("This is not possible in the present state. Reload the page to see it."))
    data = papers.preview(case, kinds[0])
    return send_file(io.BytesIO(data), mimetype="application/pdf", download_name="draft.pdf")


@bp.get("/<int:case_id>/papers/<int:paper_id>/<any(pdf, docx):kind>")
@requires(Permission.CASE_READ)
def paper(case_id: int, paper_id: int, kind: str) -> ResponseReturnValue:
    found = queries.get_paper(queries.get_case(case_id, current_actor()), paper_id).document
    chosen = found.pdf if kind == "pdf" else found.docx
    return attachments.send(chosen, download=kind == "docx" or "download" in request.args)


@bp.get("/<int:case_id>/evidence/<int:evidence_id>/file")
@requires(Permission.CASE_READ)
def evidence_file(case_id: int, evidence_id: int) -> ResponseReturnValue:
    row = queries.get_evidence(queries.get_case(case_id, current_actor()), evidence_id)
    chosen = row.attachment or (row.hazard_file.attachment if row.hazard_file else None)
    if chosen is None:
        raise NotFound
    return attachments.send(chosen, download="download" in request.args)


@bp.get("/decisions/<int:decision_id>/paper.pdf")
@requires(Permission.ORDER_READ)
def decision_paper(decision_id: int) -> ResponseReturnValue:
    """The decision itself; the enterprise reads its own once it is served."""
    found = queries.get_decision(decision_id, current_actor()).document
    if found is None:
        raise NotFound
    return attachments.send(found.pdf, download="download" in request.args)
