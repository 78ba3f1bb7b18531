"""HTTP of a document's steps: one address for each."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import attachments
from supervision.core.access import current_actor, requires
from supervision.core.permissions import Permission
from supervision.core.web.forms import given
from supervision.document import forms, queries, service
from supervision.document.blueprint import bp
from supervision.document.models import EnterpriseDocument
from supervision.document.rules import Result
from supervision.document.views import act_on
from supervision.enterprise.ended import open_file


@bp.post("/<int:document_id>/publish")
@requires(Permission.DOCUMENT_EDIT)
def publish(document_id: int) -> ResponseReturnValue:
    form = forms.PublishForm()

    def act(document: EnterpriseDocument) -> None:
        service.publish(
            document,
            current_actor(),
            approver=form.approver.data or "",
            published_on=form.published_on.data,
        )

    return act_on(document_id, "publish", form, act, _("The document is in force."))


@bp.post("/<int:document_id>/withdraw")
@requires(Permission.DOCUMENT_EDIT)
def withdraw(document_id: int) -> ResponseReturnValue:
    form = forms.ReasonForm()

    def act(document: EnterpriseDocument) -> None:
        service.withdraw(document, current_actor(), reason=form.reason.data or "")

    return act_on(document_id, "withdraw", form, act, _("The document is withdrawn."))


@bp.post("/<int:document_id>/discard")
@requires(Permission.DOCUMENT_EDIT)
def discard(document_id: int) -> ResponseReturnValue:
    form = forms.PlainForm()

    def act(document: EnterpriseDocument) -> None:
        service.discard(document, current_actor())

    return act_on(document_id, "discard", form, act, _("The draft is given up."))


@bp.post("/<int:document_id>/new-version")
@requires(Permission.DOCUMENT_EDIT)
def new_version(document_id: int) -> ResponseReturnValue:
    form = forms.PlainForm()

    def act(document: EnterpriseDocument) -> EnterpriseDocument:
        open_file(document.enterprise_id, current_actor())
        return service.new_version(document, current_actor())

    done = _("A draft of the next version. This one holds until that one is in force.")
    return act_on(document_id, "new_version", form, act, done)


@bp.post("/<int:document_id>/filing/submit")
@requires(Permission.DOCUMENT_EDIT)
def submit_filing(document_id: int) -> ResponseReturnValue:
    form = forms.DayForm()

    def act(document: EnterpriseDocument) -> None:
        service.submit_filing(document, current_actor(), day=form.day.data)

    return act_on(document_id, "submit", form, act, _("Handed in for filing."))


@bp.post("/<int:document_id>/filing/accept")
@requires(Permission.DOCUMENT_DECIDE)
def accept_filing(document_id: int) -> ResponseReturnValue:
    form = forms.AcceptForm()

    def act(document: EnterpriseDocument) -> None:
        number, day = form.number.data or "", form.day.data
        service.accept_filing(document, current_actor(), number=number, day=day)

    return act_on(document_id, "accept", form, act, _("The filing is accepted."))


@bp.post("/<int:document_id>/filing/return")
@requires(Permission.DOCUMENT_DECIDE)
def return_filing(document_id: int) -> ResponseReturnValue:
    form = forms.ReasonForm()

    def act(document: EnterpriseDocument) -> None:
        service.return_filing(document, current_actor(), reason=form.reason.data or "")

    return act_on(document_id, "return", form, act, _("The filing is sent back."))


@bp.post("/<int:document_id>/reviews")
@requires(Permission.DOCUMENT_EDIT)
def review(document_id: int) -> ResponseReturnValue:
    form = forms.ReviewForm()

    def act(document: EnterpriseDocument) -> None:
        actor, upload = current_actor(), form.file.data
        stored = None
        if upload and upload.filename:
            stored = attachments.store_scan(actor, upload.stream, upload.filename, field="file")
        entered = service.Review(
            given(form.done_on.data),
            Result(form.result.data),
            form.conclusion.data or "",
            form.reviewer.data or "",
            stored,
        )
        service.record_review(document, actor, entered)

    return act_on(document_id, "review", form, act, _("The evaluation is recorded."))


@bp.post("/<int:document_id>/scans/<int:scan_id>/remove")
@requires(Permission.DOCUMENT_EDIT)
def remove_scan(document_id: int, scan_id: int) -> ResponseReturnValue:
    form = forms.PlainForm()

    def act(document: EnterpriseDocument) -> None:
        service.remove_scan(document, current_actor(), queries.get_scan(document, scan_id))

    return act_on(document_id, "remove_scan", form, act, _("The file is taken off the draft."))
