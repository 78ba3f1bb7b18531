"""The list of licences, its export, who lacks one, and the form that enters a paper."""

from __future__ import annotations

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
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.export.lists import ListExport
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.core.validity import Standing
from supervision.core.web.exporting import answer
from supervision.core.web.forms import check_seen, given
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises
from supervision.enterprise.ended import open_file
from supervision.licence import exports, forms, labels, needs, queries, rules, service, types
from supervision.licence.blueprint import bp
from supervision.licence.journal import MOST_FILES
from supervision.licence.models import Licence
from supervision.licence.rules import Origin
from supervision.licence.service import Paper, Succession
from supervision.licence.workflow import LICENCE_WORKFLOW, LicenceState


@bp.get("/")
@requires(Permission.LICENCE_READ)
def index() -> ResponseReturnValue:
    actor = current_actor()
    form, wanted = _filter()
    page = paginate(queries.list_licences(actor, wanted), number=page_number())
    return render_template(
        "licence/index.html",
        form=form,
        page=page,
        counts=queries.counts(actor),
        labels=labels,
        active=_active(form),
    )


def _listed() -> Select[Any]:
    return queries.list_licences(current_actor(), _filter()[1])


LICENCES = ListExport(
    "licence.index", _l("Licences"), Permission.LICENCE_READ, _listed, exports.licence_table
)


@bp.get("/export.xlsx")
@requires(Permission.LICENCE_READ)
def export() -> ResponseReturnValue:
    """The filtered list as Excel."""
    return answer(LICENCES)


def _filter() -> tuple[forms.FilterForm, queries.LicenceFilter]:
    form = forms.FilterForm(request.args)
    form.type.choices = [("", "—"), *types.names().items()]
    form.region.choices = [("", "—"), *enterprises.region_choices(current_actor())]
    form.validate()
    standing, status, days = form.standing.data, form.status.data, form.days.data
    return form, queries.LicenceFilter(
        text=form.text.data or "",
        type_code=form.type.data or "",
        standing=Standing(standing) if standing in set(Standing) else None,
        status=LicenceState(status) if status in set(LicenceState) else None,
        enterprise_id=id_argument("enterprise"),
        region=form.region.data if (form.region.data or "").isdecimal() else "",
        days=int(days) if days in labels.DAYS_LABELS else None,
        gap=form.gap.data == "1",
        sort=form.sort.data or "deadline",
    )


def _active(form: forms.FilterForm) -> int:
    names = ("type", "standing", "status", "days", "gap", "region")
    return sum(1 for name in names if form[name].data)


@bp.get("/missing")
@requires(Permission.LICENCE_READ)
def missing() -> ResponseReturnValue:
    """Enterprises whose trade or chemicals need a licence that they do not hold."""
    actor = current_actor()
    form = forms.MissingFilterForm(request.args)
    form.type.choices = [
        ("", "—"),
        *((t.code, t.name) for t in types.types_on(clock.today()) if t.is_needed_by_somebody),
    ]
    form.region.choices = [("", "—"), *enterprises.region_choices(actor)]
    form.validate()
    wanted = needs.MissingFilter(
        text=form.text.data or "",
        type_code=form.type.data or "",
        region=form.region.data if (form.region.data or "").isdecimal() else "",
    )
    page = paginate(needs.list_missing(actor, wanted), number=page_number())
    return render_template(
        "licence/missing.html",
        form=form,
        page=page,
        missing=needs.missing_types(actor, page.items),
        labels=labels,
        active=sum(1 for name in ("type", "region") if form[name].data),
    )


@bp.get("/new/<int:enterprise_id>")
@requires(Permission.LICENCE_EDIT)
def new(enterprise_id: int) -> ResponseReturnValue:
    chemicals = needs.held(current_actor(), [enterprise_id]).get(enterprise_id, ())
    items = {c.cas: rules.Item(c.cas, c.name) for c in chemicals if c.cas}
    wanted = request.args.get("type", "")
    form = _offer(
        forms.PaperForm(formdata=None, type_code=wanted, items=rules.written_scope(items.values()))
    )
    return _new_page(enterprise_id, form)


@bp.post("/new/<int:enterprise_id>")
@requires(Permission.LICENCE_EDIT)
def create(enterprise_id: int) -> ResponseReturnValue:
    form = _offer(forms.PaperForm())
    actor = current_actor()
    if not form.validate_on_submit():
        return _new_page(enterprise_id, form), 422
    try:
        with transaction():
            enterprise = open_file(enterprise_id, actor)
            licence = service.record(enterprise, actor, paper_of(form))
    except InvalidInput as error:
        form.add_error(error)
        return _new_page(enterprise_id, form), 422
    flash(_("The licence is entered; an officer verifies it."), "success")
    return redirect(url_for("licence.detail", licence_id=licence.id))


def _offer(form: forms.PaperForm) -> forms.PaperForm:
    form.type_code.choices = [
        ("", _("Choose one")),
        *((t.code, t.name) for t in types.types_on(clock.today())),
    ]
    return form


def _new_page(enterprise_id: int, form: forms.PaperForm) -> str:
    enterprise = open_file(enterprise_id, current_actor())
    return render_template(
        "licence/form.html",
        form=form,
        enterprise=enterprise,
        licence=None,
        origin=None,
        action=url_for("licence.create", enterprise_id=enterprise_id),
        back=url_for("enterprise.tab", enterprise_id=enterprise_id, key="licences"),
        kinds=types.types_on(clock.today()),
        labels=labels,
    )


def paper_of(form: forms.PaperForm) -> Paper:
    """What was typed in, its scans checked and stored; inside the transaction."""
    storage = form.with_storage.data
    return Paper(
        type_code=form.type_code.data or "",
        number=form.number.data or "",
        issuing_authority=form.issuing_authority.data or "",
        issued_on=given(form.issued_on.data),
        valid_from=given(form.valid_from.data),
        valid_to=form.valid_to.data,
        scope_text=form.scope_text.data or "",
        with_storage=None if storage is None else storage == "1",
        items=rules.read_scope(form.items.data or ""),
        scans=scans_of(form),
    )


def scans_of(form: Any) -> list[Attachment]:
    """Check and store the uploads of a form's ``scans``; inside the transaction."""
    uploads = [u for u in form.scans.data or [] if u and u.filename]
    if len(uploads) > MOST_FILES:
        raise InvalidInput(N_("At most %(count)s files."), field="scans", count=MOST_FILES)
    actor = current_actor()
    return [attachments.store_scan(actor, u.stream, u.filename, field="scans") for u in uploads]


@bp.get("/<int:licence_id>/edit")
@requires(Permission.LICENCE_EDIT)
def edit(licence_id: int) -> ResponseReturnValue:
    licence = queries.get_licence(licence_id, current_actor())
    LICENCE_WORKFLOW.check("correct", licence, current_actor())
    form = forms.PaperForm(formdata=None, **_known(licence), row_version=licence.row_version)
    return _edit_page(licence, _offer(form))


def _known(licence: Licence) -> dict[str, Any]:
    storage = licence.with_storage
    return {
        "type_code": licence.type_code,
        "number": licence.number,
        "issuing_authority": licence.issuing_authority,
        "issued_on": licence.issued_on,
        "valid_from": licence.valid_from,
        "valid_to": licence.valid_to,
        "scope_text": licence.scope_text,
        "items": rules.written_scope(licence.scope),
        "with_storage": None if storage is None else str(int(storage)),
    }


@bp.post("/<int:licence_id>/edit")
@requires(Permission.LICENCE_EDIT)
def change(licence_id: int) -> ResponseReturnValue:
    form = _offer(forms.PaperForm())
    actor = current_actor()
    licence = queries.get_licence(licence_id, actor)
    _keep_type(form, licence)
    if not form.validate_on_submit():
        return _edit_page(licence, form), 422
    try:
        with transaction():
            licence = queries.get_licence(licence_id, actor)
            check_seen(form, licence.row_version)
            service.correct(licence, actor, paper_of(form))
    except InvalidInput as error:
        form.add_error(error)
        return _edit_page(queries.get_licence(licence_id, actor), form), 422
    flash(_("The entry is corrected."), "success")
    return redirect(url_for("licence.detail", licence_id=licence_id))


def _keep_type(form: forms.PaperForm, licence: Licence) -> None:
    """A type that has ended stays with the papers that have it."""
    known: list[Any] = list(form.type_code.choices or ())
    if licence.type_code not in {choice[0] for choice in known}:
        form.type_code.choices = [*known, (licence.type_code, licence.type.name)]


def _edit_page(licence: Licence, form: forms.PaperForm) -> str:
    _keep_type(form, licence)
    return render_template(
        "licence/form.html",
        form=form,
        enterprise=licence.enterprise,
        licence=licence,
        origin=None,
        action=url_for("licence.change", licence_id=licence.id),
        back=url_for("licence.detail", licence_id=licence.id),
        kinds=types.types_on(clock.today()),
        labels=labels,
    )


@bp.get("/<int:licence_id>/<any(renewal, change, extension):origin>")
@requires(Permission.LICENCE_EDIT)
def successor(licence_id: int, origin: str) -> ResponseReturnValue:
    """The form for the paper that follows this one, with what mostly stays."""
    licence = queries.get_licence(licence_id, current_actor())
    open_file(licence.enterprise_id, current_actor())
    how = Origin(origin)
    if how not in licence.origins:
        raise Conflict(N_("This is not possible in the present state. Reload the page to see it."))
    known = _known(licence)
    if how is not Origin.CHANGE:
        known |= {"issued_on": None, "valid_from": None, "valid_to": None}
    form = forms.SuccessorForm(formdata=None, **known, row_version=licence.row_version)
    return _successor_page(licence, how, form)


@bp.post("/<int:licence_id>/<any(renewal, change, extension):origin>")
@requires(Permission.LICENCE_EDIT)
def succeed(licence_id: int, origin: str) -> ResponseReturnValue:
    form, how, actor = forms.SuccessorForm(), Origin(origin), current_actor()
    licence = queries.get_licence(licence_id, actor)
    form.type_code.choices = [(licence.type_code, licence.type.name)]
    if not form.validate_on_submit():
        return _successor_page(licence, how, form), 422
    try:
        with transaction():
            licence = queries.get_licence(licence_id, actor)
            check_seen(form, licence.row_version)
            open_file(licence.enterprise_id, actor)
            succession = Succession(how, licence, is_clean=bool(form.is_clean.data))
            made = service.succeed(succession, actor, paper_of(form))
    except InvalidInput as error:
        form.add_error(error)
        return _successor_page(queries.get_licence(licence_id, actor), how, form), 422
    flash(_("The licence is entered; an officer verifies it."), "success")
    return redirect(url_for("licence.detail", licence_id=made.id))


def _successor_page(licence: Licence, origin: Origin, form: forms.SuccessorForm) -> str:
    form.type_code.choices = [(licence.type_code, licence.type.name)]
    if origin is not Origin.EXTENSION and "is_clean" in form:
        del form.is_clean
    return render_template(
        "licence/form.html",
        form=form,
        enterprise=licence.enterprise,
        licence=licence,
        origin=origin,
        action=url_for("licence.succeed", licence_id=licence.id, origin=origin.value),
        back=url_for("licence.detail", licence_id=licence.id),
        kinds=[licence.type],
        labels=labels,
    )
