"""HTTP of documents: the list, what is missing, drafting and the page of a version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.core import attachments, clock
from supervision.core.access import current_actor, requires
from supervision.core.attachments import Attachment
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput, NotFound
from supervision.core.export.lists import ListExport
from supervision.core.permissions import Permission
from supervision.core.web.exporting import answer
from supervision.core.web.forms import Form, check_seen
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.document import exports, forms, kinds, labels, queries, service
from supervision.document.blueprint import bp
from supervision.document.models import EnterpriseDocument
from supervision.document.queries import DocumentFilter, GapFilter
from supervision.document.rules import GapReason
from supervision.document.workflow import DOCUMENT_WORKFLOW, FILING_WORKFLOW
from supervision.enterprise import queries as enterprises
from supervision.enterprise.ended import open_file

MOST_PICKED = 50


@bp.get("/")
@requires(Permission.DOCUMENT_READ)
def index() -> ResponseReturnValue:
    actor = current_actor()
    form, wanted = _filter()
    return render_template(
        "document/index.html",
        form=form,
        page=paginate(queries.list_documents(actor, wanted), number=page_number()),
        counts=queries.counts(actor),
        labels=labels,
        active=sum(1 for name in ("kind", "region") if form[name].data)
        + (form.group.data != "in_force"),
    )


def _listed() -> Select[Any]:
    return queries.list_documents(current_actor(), _filter()[1])


DOCUMENTS = ListExport(
    "document.index",
    _l("Documents"),
    Permission.DOCUMENT_READ,
    _listed,
    exports.document_table,
)


@bp.get("/export.xlsx")
@requires(Permission.DOCUMENT_READ)
def export() -> ResponseReturnValue:
    """The filtered list as Excel."""
    return answer(DOCUMENTS)


def _filter() -> tuple[forms.FilterForm, DocumentFilter]:
    form = forms.FilterForm(request.args)
    form.kind.choices = [("", "—"), *_kind_choices()]
    form.region.choices = [("", "—"), *enterprises.region_choices(current_actor())]
    form.validate()
    return form, DocumentFilter(
        text=form.text.data or "",
        kind=form.kind.data or "",
        group=form.group.data or "",
        region=form.region.data if (form.region.data or "").isdecimal() else "",
        enterprise_id=id_argument("enterprise"),
        sort=form.sort.data or "newest",
    )


def _kind_choices() -> list[tuple[str, str]]:
    return [(k.code, labels.kind_name(k)) for k in kinds.kinds_on(clock.today())]


@bp.get("/missing")
@requires(Permission.DOCUMENT_READ)
def missing() -> ResponseReturnValue:
    """Which enterprises lack a document that they must have, as of last night."""
    form, wanted = _gap_filter()
    page = paginate(queries.list_gaps(current_actor(), wanted), number=page_number())
    return render_template(
        "document/missing.html",
        form=form,
        page=page,
        kinds=kinds.by_codes({gap.kind_code for gap in page.items}),
        labels=labels,
        active=sum(1 for name in ("kind", "reason", "region") if form[name].data),
    )


def _gaps_listed() -> Select[Any]:
    return queries.list_gaps(current_actor(), _gap_filter()[1])


MISSING = ListExport(
    "document.missing",
    _l("Missing documents"),
    Permission.DOCUMENT_READ,
    _gaps_listed,
    exports.gap_table,
)


@bp.get("/missing.xlsx")
@requires(Permission.DOCUMENT_READ)
def export_missing() -> ResponseReturnValue:
    return answer(MISSING)


def _gap_filter() -> tuple[forms.GapForm, GapFilter]:
    form = forms.GapForm(request.args)
    form.kind.choices = [("", "—"), *_kind_choices()]
    form.region.choices = [("", "—"), *enterprises.region_choices(current_actor())]
    form.validate()
    reason = form.reason.data
    return form, GapFilter(
        text=form.text.data or "",
        kind=form.kind.data or "",
        reason=GapReason(reason) if reason in set(GapReason) else None,
        region=form.region.data if (form.region.data or "").isdecimal() else "",
    )


@bp.get("/new/<int:enterprise_id>")
@requires(Permission.DOCUMENT_EDIT)
def new(enterprise_id: int) -> ResponseReturnValue:
    form = forms.DocumentForm(formdata=None, kind=request.args.get("kind", ""))
    open_file(enterprise_id, current_actor())
    return _form_page(form, enterprise_id)


@bp.post("/new/<int:enterprise_id>")
@requires(Permission.DOCUMENT_EDIT)
def create(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = forms.DocumentForm()
    form.offer(kinds.kinds_on(clock.today()))
    open_file(enterprise_id, actor)  # out of scope is a 404, whatever was sent
    if not form.validate_on_submit():
        return _form_page(form, enterprise_id), 422
    try:
        with transaction():
            owner = open_file(enterprise_id, actor)
            made = service.draft(owner, actor, form.kind.data or "", form.contents(), _scans(form))
            made_id = made.id
    except InvalidInput as error:
        form.add_error(error)
        return _form_page(form, enterprise_id), 422
    flash(_("The draft is saved. Put it into force when it is approved."), "success")
    return redirect(url_for("document.detail", document_id=made_id))


def _form_page(
    form: forms.DocumentForm, enterprise_id: int, document: EnterpriseDocument | None = None
) -> str:
    offered = kinds.kinds_on(clock.today())
    form.offer(offered)
    return render_template(
        "document/form.html",
        form=form,
        enterprise=enterprises.get_enterprise(enterprise_id, current_actor()),
        document=document,
        kinds=offered,
        labels=labels,
    )


def _scans(form: forms.DocumentForm) -> list[Attachment]:
    """The files that came with the form, stored; a file field without a file is none."""
    actor = current_actor()
    return [
        attachments.store_scan(actor, upload.stream, upload.filename, field="scans")
        for upload in form.scans.data or ()
        if getattr(upload, "filename", "")
    ]


@bp.get("/<int:document_id>/edit")
@requires(Permission.DOCUMENT_EDIT)
def edit(document_id: int) -> ResponseReturnValue:
    document = queries.get_document(document_id, current_actor())
    form = forms.DocumentForm(formdata=None, obj=document, kind=document.kind_code)
    form.kind.data, form.scans.data = document.kind_code, None
    form.level.data = str(document.level) if document.level else None
    return _form_page(form, document.enterprise_id, document)


@bp.post("/<int:document_id>/edit")
@requires(Permission.DOCUMENT_EDIT)
def change(document_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = forms.DocumentForm()
    form.offer(kinds.kinds_on(clock.today()))
    document = queries.get_document(document_id, actor)
    form.kind.data = document.kind_code
    if not form.validate_on_submit():
        return _form_page(form, document.enterprise_id, document), 422
    try:
        with transaction():
            found = queries.get_document(document_id, actor)
            check_seen(form, found.row_version)
            service.edit(found, actor, form.contents(), _scans(form))
    except InvalidInput as error:
        form.add_error(error)
        document = queries.get_document(document_id, actor)
        return _form_page(form, document.enterprise_id, document), 422
    flash(_("The draft is saved."), "success")
    return redirect(url_for("document.detail", document_id=document_id))


STEP_FORMS: dict[str, type[Form]] = {
    "publish": forms.PublishForm,
    "withdraw": forms.ReasonForm,
    "discard": forms.PlainForm,
    "submit": forms.DayForm,
    "accept": forms.AcceptForm,
    "return": forms.ReasonForm,
}


@bp.get("/<int:document_id>")
@requires(Permission.DOCUMENT_READ)
def detail(document_id: int) -> ResponseReturnValue:
    return detail_page(document_id)


def detail_page(document_id: int, failed: str = "", form: Form | None = None) -> str:
    """The version with a form for each step that this actor may take now."""
    actor = current_actor()
    document = queries.get_document(document_id, actor)
    offered = [t.name for t in DOCUMENT_WORKFLOW.available(document, actor)]
    if document.filing != "not_needed":
        offered += [t.name for t in FILING_WORKFLOW.available(document, actor)]
    steps = {name: _step_form(name, document) for name in offered if name in STEP_FORMS}
    if document.is_in_force and document.review_due_on and actor.may(Permission.DOCUMENT_EDIT):
        steps["review"] = forms.ReviewForm(formdata=None, done_on=clock.today())
    if failed in steps and form is not None:
        steps[failed] = form
    for name, one in steps.items():
        one.mark(name)
    return render_template(
        "document/detail.html",
        document=document,
        versions=queries.versions(document.series, actor),
        forms=steps,
        failed=failed,
        may_edit=actor.may(Permission.DOCUMENT_EDIT),
        labels=labels,
    )


def _step_form(name: str, document: EnterpriseDocument) -> Form:
    """An empty form with what is likely filled in. ``formdata=None``: never from a POST."""
    known: dict[str, dict[str, Any]] = {
        "publish": {"published_on": clock.today()},
        "submit": {"day": clock.today()},
        "accept": {"day": clock.today()},
    }
    values = {"row_version": str(document.row_version)} | known.get(name, {})
    return STEP_FORMS[name](formdata=None, **values)


def act_on(
    document_id: int, name: str, form: Form, act: Callable[[EnterpriseDocument], Any], done: str
) -> ResponseReturnValue:
    """Run one step in its transaction; what the form got wrong is shown beside its field."""
    if not form.validate_on_submit():
        return detail_page(document_id, name, form), 422
    try:
        with transaction():
            document = queries.get_document(document_id, current_actor())
            check_seen(form, document.row_version)
            made = act(document)
            made_id = made.id if isinstance(made, EnterpriseDocument) else document_id
    except InvalidInput as error:
        form.add_error(error)
        return detail_page(document_id, name, form), 422
    flash(done, "success")
    return redirect(url_for("document.detail", document_id=made_id))


@bp.get("/<int:document_id>/scans/<int:scan_id>")
@requires(Permission.DOCUMENT_READ)
def scan(document_id: int, scan_id: int) -> ResponseReturnValue:
    document = queries.get_document(document_id, current_actor())
    return attachments.send_scan(queries.get_scan(document, scan_id).attachment)


@bp.get("/<int:document_id>/reviews/<int:review_id>/file")
@requires(Permission.DOCUMENT_READ)
def review_file(document_id: int, review_id: int) -> ResponseReturnValue:
    document = queries.get_document(document_id, current_actor())
    found = queries.get_review(document, review_id).attachment
    if found is None:
        raise NotFound
    return attachments.send_scan(found)
