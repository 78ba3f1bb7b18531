"""HTTP of parks and of agreements between enterprises on one site."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from supervision.core import attachments, clock
from supervision.core.access import current_actor, requires
from supervision.core.attachments import Attachment
from supervision.core.db import transaction
from supervision.core.errors import Forbidden, InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.core.web.forms import Form, check_seen, given
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import (
    queries,
    relation_forms,
    relation_queries,
    relations,
    request_labels,
)
from supervision.enterprise.ended import open_file
from supervision.enterprise.relation_models import EnterpriseLink, Park
from supervision.enterprise.relation_queries import LinkFilter
from supervision.enterprise.relation_rules import LinkKind
from supervision.enterprise.relations import Agreement

bp = Blueprint("relation", __name__, url_prefix="/enterprises")


@bp.get("/links/")
@requires(Permission.AUTHORITY_READ)
def links() -> ResponseReturnValue:
    """Agreements of the region, those that end first on top."""
    actor = current_actor()
    form = relation_forms.LinkFilterForm(request.args)
    form.region.choices = [("", "—"), *queries.region_choices(actor)]
    form.validate()
    region = form.region.data or ""
    wanted = LinkFilter(
        text=form.text.data or "",
        kind=form.kind.data or "",
        region=region if region.isdecimal() else "",
        state=form.state.data or "",
    )
    stmt = relation_queries.list_links(actor, wanted, clock.today())
    return render_template(
        "enterprise/relations/links.html",
        form=form,
        page=paginate(stmt, number=page_number()),
        labels=request_labels,
        active=sum(1 for name in ("kind", "state", "region") if form[name].data),
    )


@bp.get("/<int:enterprise_id>/links/new")
@requires(Permission.DOCUMENT_EDIT)
def new_link(enterprise_id: int) -> ResponseReturnValue:
    form = relation_forms.LinkForm(formdata=None, agreed_on=clock.today(), valid_from=clock.today())
    return _link_form_page(enterprise_id, form)


def _link_form_page(enterprise_id: int, form: relation_forms.LinkForm) -> str:
    enterprise = open_file(enterprise_id, current_actor())
    return render_template("enterprise/relations/link_form.html", enterprise=enterprise, form=form)


@bp.post("/<int:enterprise_id>/links/new")
@requires(Permission.DOCUMENT_EDIT)
def add_link(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = relation_forms.LinkForm()
    open_file(enterprise_id, actor)
    if not form.validate_on_submit():
        return _link_form_page(enterprise_id, form), 422
    try:
        with transaction():
            enterprise = queries.get_enterprise(enterprise_id, actor)
            row = relations.add_link(enterprise, actor, _terms(form), _scan(form))
            link_id = row.id
    except InvalidInput as error:
        form.add_error(error)
        return _link_form_page(enterprise_id, form), 422
    flash(_("The agreement is in the file."), "success")
    return redirect(url_for("relation.link", link_id=link_id))


def _terms(form: relation_forms.LinkForm) -> Agreement:
    return Agreement(
        kind=LinkKind(form.kind.data),
        counterpart_name=form.counterpart_name.data or "",
        counterpart_uscc=form.counterpart_uscc.data or "",
        subject=form.subject.data or "",
        place=form.place.data or "",
        agreement_no=form.agreement_no.data or "",
        agreed_on=given(form.agreed_on.data),
        valid_from=given(form.valid_from.data),
        valid_to=form.valid_to.data,
        coordinator=form.coordinator.data or "",
        coordination=form.coordination.data or "",
        check_months=given(form.check_months.data),
    )


def _scan(form: relation_forms.LinkForm) -> Attachment | None:
    found = form.scan.data
    if not isinstance(found, FileStorage) or not found.filename:
        return None
    return attachments.store_scan(current_actor(), found.stream, found.filename, field="scan")


@bp.get("/links/<int:link_id>")
@requires(Permission.ENTERPRISE_READ)
def link(link_id: int) -> ResponseReturnValue:
    return _link_page(link_id)


def _link_page(link_id: int, failed: str = "", form: Form | None = None) -> str:
    actor = current_actor()
    row = relation_queries.get_link(link_id, actor)
    made: dict[str, Any] = {}
    if row.ended_on is None and relations.keeps(row.enterprise_id, actor):
        seen = {"formdata": None, "row_version": row.row_version}
        made["check"] = relation_forms.CheckForm(
            **seen, done_on=clock.today(), checked_by=row.coordinator
        )
        made["end"] = relation_forms.EndForm(**seen)
    if form is not None and failed in made:
        made[failed] = form
    for name, one in made.items():
        one.mark(name)
    return render_template(
        "enterprise/relations/link.html",
        row=row,
        opens_owner=actor.is_regulator or row.enterprise_id in actor.enterprise_ids,
        opens_other=actor.is_regulator or row.counterpart_id in actor.enterprise_ids,
        forms=made,
        failed=failed,
        labels=request_labels,
    )


@bp.post("/links/<int:link_id>/check")
@requires(Permission.DOCUMENT_EDIT)
def check_link(link_id: int) -> ResponseReturnValue:
    form = relation_forms.CheckForm()

    def act(row: EnterpriseLink) -> None:
        relations.record_check(
            row,
            current_actor(),
            done_on=given(form.done_on.data),
            checked_by=form.checked_by.data or "",
            findings=form.findings.data or "",
            urged=form.urged.data or "",
        )

    return _act(link_id, "check", form, act, _("The check is recorded."))


@bp.post("/links/<int:link_id>/end")
@requires(Permission.DOCUMENT_EDIT)
def end_link(link_id: int) -> ResponseReturnValue:
    form = relation_forms.EndForm()
    return _act(
        link_id,
        "end",
        form,
        lambda row: relations.end_link(row, current_actor(), reason=form.reason.data or ""),
        _("The agreement is ended."),
    )


def _act(
    link_id: int, name: str, form: Form, act: Callable[[EnterpriseLink], Any], done: str
) -> ResponseReturnValue:
    actor = current_actor()
    row = relation_queries.get_link(link_id, actor)
    if not relations.keeps(row.enterprise_id, actor):
        raise Forbidden
    if not form.validate_on_submit():
        return _link_page(link_id, name, form), 422
    try:
        with transaction():
            row = relation_queries.get_link(link_id, actor)
            check_seen(form, row.row_version)
            act(row)
    except InvalidInput as error:
        form.add_error(error)
        return _link_page(link_id, name, form), 422
    flash(done, "success")
    return redirect(url_for("relation.link", link_id=link_id))


@bp.get("/links/<int:link_id>/scan")
@requires(Permission.ENTERPRISE_READ)
def scan(link_id: int) -> ResponseReturnValue:
    row = relation_queries.get_link(link_id, current_actor())
    if row.scan is None:
        raise NotFound
    return attachments.send_scan(row.scan)


@bp.get("/parks/")
@requires(Permission.AUTHORITY_READ)
def parks() -> ResponseReturnValue:
    actor = current_actor()
    form = relation_forms.ParkFilterForm(request.args)
    form.region.choices = [("", "—"), *queries.region_choices(actor)]
    form.validate()
    region = form.region.data or ""
    stmt = relation_queries.list_parks(
        actor, form.text.data or "", region if region.isdecimal() else ""
    )
    page = paginate(stmt, number=page_number())
    return render_template(
        "enterprise/relations/parks.html",
        form=form,
        page=page,
        counts=relation_queries.tenant_counts({p.id for p in page.items}, actor),
        regions=queries.region_path_names({p.region_code for p in page.items}),
        active=1 if form.region.data else 0,
    )


@bp.get("/parks/new")
@requires(Permission.ENTERPRISE_EDIT)
def new_park() -> ResponseReturnValue:
    return _park_form_page(relation_forms.ParkForm(formdata=None), None)


@bp.post("/parks/new")
@requires(Permission.ENTERPRISE_EDIT)
def create_park() -> ResponseReturnValue:
    form = relation_forms.ParkForm()
    return _save_park(form, None, lambda: relations.add_park(current_actor(), _park_values(form)))


@bp.get("/parks/<int:park_id>")
@requires(Permission.AUTHORITY_READ)
def park(park_id: int) -> ResponseReturnValue:
    """A park and the enterprises in it."""
    actor = current_actor()
    found = relation_queries.get_park(park_id, actor)
    return render_template(
        "enterprise/relations/park.html",
        park=found,
        region=queries.region_path_names({found.region_code})[found.region_code],
        page=paginate(relation_queries.tenants(park_id, actor), number=page_number()),
    )


@bp.get("/parks/<int:park_id>/edit")
@requires(Permission.ENTERPRISE_EDIT)
def edit_park(park_id: int) -> ResponseReturnValue:
    found = relation_queries.get_park(park_id, current_actor())
    form = relation_forms.ParkForm(formdata=None, obj=found)
    form.start_region(found.region_code)
    return _park_form_page(form, found)


@bp.post("/parks/<int:park_id>/edit")
@requires(Permission.ENTERPRISE_EDIT)
def change_park(park_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = relation_forms.ParkForm()

    def act() -> Park:
        found = relation_queries.get_park(park_id, actor)
        check_seen(form, found.row_version)
        relations.change_park(found, actor, _park_values(form))
        return found

    return _save_park(form, relation_queries.get_park(park_id, actor), act)


def _park_values(form: relation_forms.ParkForm) -> dict[str, Any]:
    names = ("name", "managing_body", "contact", "contact_phone", "note")
    return {name: form[name].data for name in names} | {"region_code": form.region_code}


def _save_park(
    form: relation_forms.ParkForm, found: Park | None, act: Callable[[], Park]
) -> ResponseReturnValue:
    form.narrow(current_actor())
    if "narrow" in request.form:
        return _park_form_page(form, found)
    if not form.validate_on_submit():
        return _park_form_page(form, found), 422
    try:
        with transaction():
            park_id = act().id
    except InvalidInput as error:
        form.add_error(error)
        return _park_form_page(form, found), 422
    flash(_("The park is saved."), "success")
    return redirect(url_for("relation.park", park_id=park_id))


def _park_form_page(form: relation_forms.ParkForm, found: Park | None) -> str:
    form.narrow(current_actor())
    return render_template("enterprise/relations/park_form.html", form=form, park=found)


@bp.post("/parks/<int:park_id>/close")
@requires(Permission.ENTERPRISE_EDIT)
def close_park(park_id: int) -> ResponseReturnValue:
    actor = current_actor()
    with transaction():
        relations.close_park(relation_queries.get_park(park_id, actor), actor)
    flash(_("The park is closed."), "success")
    return redirect(url_for("relation.park", park_id=park_id))
