"""HTTP of change requests: what an enterprise asks for, what the officer decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import attachments
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Forbidden, InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.core.web.forms import Form, check_seen
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import (
    change_requests,
    labels,
    queries,
    relation_queries,
    request_forms,
    request_labels,
    request_queries,
    rules,
)
from supervision.enterprise.contacts import as_shown
from supervision.enterprise.file_values import restored, stored
from supervision.enterprise.models import Enterprise
from supervision.enterprise.registration import APPLICANT
from supervision.enterprise.request_models import ChangeRequest
from supervision.enterprise.views_registration import request_filter, scans_of
from supervision.enterprise.workflow import CHANGE_WORKFLOW

bp = Blueprint("change_request", __name__, url_prefix="/enterprises")


@dataclass(frozen=True, slots=True)
class Line:
    """A field of a request: what stood there, what stands there now, what is asked for.

    ``is_stale``: somebody changed the field after the request was made.
    """

    name: str
    label: Any
    base: str
    now: str
    wanted: str
    is_stale: bool
    is_applied: bool


@bp.get("/changes/")
@requires(Permission.ENTERPRISE_READ)
def index() -> ResponseReturnValue:
    """Requests as far as one sees them, those that wait on top."""
    form, wanted = request_filter(request_labels.CHANGE_LABELS)
    stmt = request_queries.list_changes(current_actor(), wanted)
    page = paginate(stmt, number=page_number())
    return render_template(
        "enterprise/changes/index.html",
        form=form,
        page=page,
        labels=request_labels,
        file_labels=labels,
        active=sum(1 for name in ("region", "status") if form[name].data),
    )


@bp.get("/<int:enterprise_id>/changes/new")
@requires(Permission.ENTERPRISE_REQUEST)
def new(enterprise_id: int) -> ResponseReturnValue:
    enterprise = _own(enterprise_id)
    form = request_forms.ChangeForm(formdata=None, obj=enterprise)
    form.start_region(enterprise.region_code)
    return _form_page(form, enterprise)


@bp.post("/<int:enterprise_id>/changes/new")
@requires(Permission.ENTERPRISE_REQUEST)
def create(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    enterprise = _own(enterprise_id)
    form = request_forms.ChangeForm()
    page = _form_page(form, enterprise)
    if "narrow" in request.form:
        return page
    if not form.validate_on_submit():
        return _form_page(form, enterprise), 422
    version = str(form.row_version.data or "")
    try:
        with transaction():
            changed, row = change_requests.propose(
                _own(enterprise_id),
                actor,
                form.values(),
                reason=form.reason.data or "",
                scans=scans_of(form, actor),
                expected_version=int(version) if version.isdecimal() else -1,
            )
            request_id = row.id if row is not None else None
    except InvalidInput as error:
        form.add_error(error)
        return _form_page(form, _own(enterprise_id)), 422
    if changed:
        flash(_("What you may change yourselves is in the file."), "success")
    if request_id is None:
        if not changed:
            flash(_("Nothing differs from the file."))
        return redirect(url_for("enterprise.file", enterprise_id=enterprise_id))
    flash(_("Your request is with the authority."), "success")
    return redirect(url_for("change_request.detail", request_id=request_id))


def _own(enterprise_id: int) -> Enterprise:
    return queries.get_enterprise(enterprise_id, current_actor())


def _form_page(form: request_forms.ChangeForm, enterprise: Enterprise) -> str:
    form.narrow(APPLICANT)
    kept = enterprise.park_id
    form.park_id.choices = [("", "—"), *relation_queries.park_choices(current_actor(), kept)]
    return render_template(
        "enterprise/changes/form.html",
        form=form,
        enterprise=enterprise,
        own=rules.SELF_CHANGED,
        divisions=rules.industry_divisions(),
    )


@bp.get("/changes/<int:request_id>")
@requires(Permission.ENTERPRISE_READ)
def detail(request_id: int) -> ResponseReturnValue:
    return _detail_page(request_id)


def _detail_page(request_id: int, failed: str = "", form: Form | None = None) -> str:
    actor = current_actor()
    row = request_queries.get_change(request_id, actor)
    steps = CHANGE_WORKFLOW.names(row, actor)
    seen = {"formdata": None, "row_version": row.row_version}
    made: dict[str, Any] = {}
    if "approve" in steps:
        made["approve"] = request_forms.ApproveChangeForm(
            **seen, file_version=row.enterprise.row_version, fields=list(row.wanted)
        )
        made["refuse"] = request_forms.NoteForm(**seen)
    if "withdraw" in steps:
        made["withdraw"] = request_forms.EmptyForm(**seen)
    if form is not None and failed in made:
        made[failed] = form
    for name, one in made.items():
        one.mark(name)
    return render_template(
        "enterprise/changes/detail.html",
        row=row,
        lines=_lines(row),
        forms=made,
        failed=failed,
        labels=request_labels,
    )


def _lines(row: ChangeRequest) -> list[Line]:
    present = stored({name: getattr(row.enterprise, name) for name in row.wanted})
    return [
        Line(
            name,
            labels.FIELD_LABELS[name],
            shown(name, row.base.get(name)),
            shown(name, present[name]),
            shown(name, wanted),
            is_stale=row.status == "pending" and present[name] != row.base.get(name),
            is_applied=name in row.applied,
        )
        for name, wanted in row.wanted.items()
    ]


def shown(name: str, value: Any) -> str:
    """A stored value of a field as a reader wants it."""
    if value in {None, ""}:
        return "—"
    if name == "region_code":
        return queries.region_path_names({value})[value] or str(value)
    if name == "size_class":
        return str(labels.SIZE_LABELS[restored({name: value})[name]])
    if name == "park_id":
        return relation_queries.park_names({value}).get(value, "—")
    return str(as_shown(name, value))


@bp.post("/changes/<int:request_id>/approve")
@requires(Permission.ENTERPRISE_DECIDE)
def approve(request_id: int) -> ResponseReturnValue:
    form = request_forms.ApproveChangeForm()
    version = str(form.file_version.data or "")
    return _decide(
        request_id,
        "approve",
        form,
        lambda row: change_requests.approve(
            row,
            row.enterprise,
            current_actor(),
            fields=form.fields.data or (),
            note=form.note.data or "",
            expected_version=int(version) if version.isdecimal() else -1,
        ),
    )


@bp.post("/changes/<int:request_id>/refuse")
@requires(Permission.ENTERPRISE_DECIDE)
def refuse(request_id: int) -> ResponseReturnValue:
    form = request_forms.NoteForm()
    return _decide(
        request_id,
        "refuse",
        form,
        lambda row: change_requests.refuse(
            row, row.enterprise, current_actor(), note=form.note.data or ""
        ),
    )


@bp.post("/changes/<int:request_id>/withdraw")
@requires(Permission.ENTERPRISE_REQUEST)
def withdraw(request_id: int) -> ResponseReturnValue:
    form = request_forms.EmptyForm()
    return _decide(
        request_id, "withdraw", form, lambda row: change_requests.withdraw(row, current_actor())
    )


def _decide(request_id: int, name: str, form: Form, act: Any) -> ResponseReturnValue:
    actor = current_actor()
    row = request_queries.get_change(request_id, actor)
    if name == "withdraw" and row.enterprise_id not in actor.enterprise_ids:
        raise Forbidden
    if not form.validate_on_submit():
        return _detail_page(request_id, name, form), 422
    try:
        with transaction():
            row = request_queries.get_change(request_id, actor)
            check_seen(form, row.row_version)
            act(row)
    except InvalidInput as error:
        if error.field not in form:
            error.field = None
        form.add_error(error)
        return _detail_page(request_id, name, form), 422
    flash(_("Done."), "success")
    return redirect(url_for("change_request.detail", request_id=request_id))


@bp.get("/changes/<int:request_id>/files/<int:file_id>")
@requires(Permission.ENTERPRISE_READ)
def file(request_id: int, file_id: int) -> ResponseReturnValue:
    row = request_queries.get_change(request_id, current_actor())
    for found in row.files:
        if found.id == file_id:
            return attachments.send_scan(found.attachment)
    raise NotFound
