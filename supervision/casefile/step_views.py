"""HTTP of a case's steps: one address for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import HiddenField

from supervision.casefile import closing, decision, evidence, forms, queries, service
from supervision.casefile.models import Case
from supervision.casefile.rules import EvidenceKind, PenaltyKind
from supervision.casefile.views import act_on, bp, evidence_form
from supervision.core import attachments, clock
from supervision.core.access import current_actor, requires
from supervision.core.permissions import Permission
from supervision.core.web.forms import Form, given
from supervision.order.rules import ServiceMethod


def _plain(
    case_id: int, name: str, form: Form, verb: Callable[..., Any], done: str
) -> ResponseReturnValue:
    """A step whose form's fields are the verb's arguments."""
    fields = {f.short_name: f.data or "" for f in form if not isinstance(f, HiddenField)}
    return act_on(case_id, name, form, lambda case: verb(case, current_actor(), **fields), done)


@bp.post("/<int:case_id>/submit")
@requires(Permission.CASE_MAKE)
def submit(case_id: int) -> ResponseReturnValue:
    done = _("Submitted for the approval of the filing.")
    return _plain(case_id, "submit", forms.OpinionForm(), service.submit, done)


@bp.post("/<int:case_id>/file")
@requires(Permission.CASE_APPROVE)
def file_case(case_id: int) -> ResponseReturnValue:
    done = _("The case is filed.")
    return _plain(case_id, "file", forms.OpinionForm(), service.approve_filing, done)


@bp.post("/<int:case_id>/return")
@requires(Permission.CASE_APPROVE)
def send_back(case_id: int) -> ResponseReturnValue:
    done = _("Returned to the handler.")
    return _plain(case_id, "return", forms.ReasonForm(), service.send_back, done)


@bp.post("/<int:case_id>/refuse")
@requires(Permission.CASE_APPROVE)
def refuse(case_id: int) -> ResponseReturnValue:
    done = _("The filing is refused.")
    return _plain(case_id, "refuse", forms.ReasonForm(), service.refuse, done)


@bp.post("/<int:case_id>/withdraw")
@requires(Permission.CASE_MAKE)
def withdraw(case_id: int) -> ResponseReturnValue:
    done = _("The case is withdrawn.")
    return _plain(case_id, "withdraw", forms.ReasonForm(), service.withdraw, done)


@bp.post("/<int:case_id>/evidence")
@requires(Permission.CASE_MAKE)
def add_evidence(case_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = evidence_form(queries.get_case(case_id, actor))

    def act(case: Case) -> None:
        wanted = int(form.hazard_file_id.data) if form.hazard_file_id.data else None
        files = {f.id: f for f in queries.file_choices(case, actor)}
        upload = form.photo.data
        photo = None
        if upload and upload.filename:
            photo = attachments.store_photo(actor, upload.stream, upload.filename, field="photo")
        exhibit = evidence.Exhibit(
            name=form.name.data or "",
            kind=EvidenceKind(form.kind.data),
            source=form.source.data or "",
            copies=given(form.copies.data),
            pages=given(form.pages.data),
            note=form.note.data or "",
            attachment=photo,
            hazard_file=files.get(wanted) if wanted else None,
            is_monitoring=bool(form.is_monitoring.data),
            review_reference=form.review_reference.data or "",
        )
        evidence.add(case, actor, exhibit)

    return act_on(case_id, "add_evidence", form, act, _("Added to the list of evidence."))


@bp.post("/<int:case_id>/evidence/<int:evidence_id>/remove")
@requires(Permission.CASE_MAKE)
def remove_evidence(case_id: int, evidence_id: int) -> ResponseReturnValue:
    form = forms.ReasonForm()

    def act(case: Case) -> None:
        row = queries.get_evidence(case, evidence_id)
        evidence.remove(case, current_actor(), row, reason=form.reason.data or "")

    return act_on(case_id, "remove_evidence", form, act, _("Taken off the list."))


@bp.post("/<int:case_id>/evidence-list")
@requires(Permission.CASE_MAKE)
def issue_evidence_list(case_id: int) -> ResponseReturnValue:
    done = _("The list of evidence is issued.")
    return _plain(case_id, "issue_evidence_list", forms.EmptyForm(), evidence.issue_list, done)


@bp.post("/<int:case_id>/propose")
@requires(Permission.CASE_MAKE)
def propose(case_id: int) -> ResponseReturnValue:
    form = forms.ProposeForm()

    def act(case: Case) -> None:
        wanted = decision.Proposal(
            penalties=[PenaltyKind(code) for code in form.penalties.data or []],
            facts=form.facts.data or "",
            evidence_text=form.evidence_text.data or "",
            basis=form.basis.data or "",
            decision_text=form.decision_text.data or "",
            fine_yuan=form.fine_yuan.data,
            discretion=form.discretion.data or "",
            pay_within=form.pay_within.data or "",
            needs_review=bool(form.needs_review.data),
            legal_reviewer=form.legal_reviewer.data or "",
            legal_review_on=form.legal_review_on.data,
            legal_opinion=form.legal_opinion.data or "",
        )
        decision.propose(case, current_actor(), wanted)

    return act_on(case_id, "propose", form, act, _("The decision is proposed."))


@bp.post("/<int:case_id>/decide")
@requires(Permission.CASE_APPROVE)
def decide(case_id: int) -> ResponseReturnValue:
    done = _("The penalty is decided.")
    return _plain(case_id, "decide", forms.NoteForm(), decision.decide, done)


@bp.post("/<int:case_id>/reject")
@requires(Permission.CASE_APPROVE)
def reject(case_id: int) -> ResponseReturnValue:
    done = _("Returned to the handler.")
    return _plain(case_id, "reject", forms.ReasonForm(), decision.reject, done)


@bp.post("/<int:case_id>/serve")
@requires(Permission.CASE_MAKE)
def serve(case_id: int) -> ResponseReturnValue:
    form = forms.ServeForm()

    def act(case: Case) -> None:
        served = decision.Service(
            method=ServiceMethod(form.method.data),
            receiver=form.receiver.data or "",
            served_at=given(form.served_at.data).replace(tzinfo=clock.SHANGHAI),
            relation=form.relation.data or "",
            place=form.place.data or "",
            witness=form.witness.data or "",
        )
        decision.serve(case, current_actor(), served)

    return act_on(case_id, "serve", form, act, _("The service is on record."))


@bp.post("/<int:case_id>/publish")
@requires(Permission.CASE_MAKE)
def publish(case_id: int) -> ResponseReturnValue:
    form = forms.PublishForm()
    done = _("The publication is on record.")
    return _plain(case_id, "publish", form, decision.publish, done)


@bp.post("/<int:case_id>/withdraw-publication")
@requires(Permission.CASE_MAKE)
def withdraw_publication(case_id: int) -> ResponseReturnValue:
    done = _("The publication is withdrawn.")
    verb = decision.withdraw_publication
    return _plain(case_id, "withdraw_publication", forms.EmptyForm(), verb, done)


@bp.post("/<int:case_id>/annul")
@requires(Permission.CASE_APPROVE)
def annul(case_id: int) -> ResponseReturnValue:
    done = _("The decision is annulled.")
    return _plain(case_id, "annul", forms.ReasonForm(), decision.annul, done)


@bp.post("/<int:case_id>/execute")
@requires(Permission.CASE_MAKE)
def execute(case_id: int) -> ResponseReturnValue:
    done = _("The execution is on record.")
    return _plain(case_id, "execute", forms.ExecuteForm(), closing.execute, done)


@bp.post("/<int:case_id>/ask-close")
@requires(Permission.CASE_MAKE)
def ask_close(case_id: int) -> ResponseReturnValue:
    done = _("The closure is asked for.")
    return _plain(case_id, "ask_close", forms.OpinionForm(), closing.ask_close, done)


@bp.post("/<int:case_id>/drop")
@requires(Permission.CASE_MAKE)
def drop(case_id: int) -> ResponseReturnValue:
    done = _("The closure is asked for.")
    return _plain(case_id, "drop", forms.OpinionForm(), closing.drop, done)


@bp.post("/<int:case_id>/close")
@requires(Permission.CASE_APPROVE)
def close(case_id: int) -> ResponseReturnValue:
    return _plain(case_id, "close", forms.OpinionForm(), closing.close, _("The case is closed."))


@bp.post("/<int:case_id>/refuse-close")
@requires(Permission.CASE_APPROVE)
def refuse_close(case_id: int) -> ResponseReturnValue:
    done = _("Returned to the handler.")
    return _plain(case_id, "refuse_close", forms.ReasonForm(), closing.refuse_close, done)
