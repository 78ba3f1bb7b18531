"""HTTP of the ledger: an enterprise's units, their chemicals, safety data sheets."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.chemical import exports, forms, labels, queries, service
from supervision.chemical.blueprint import bp
from supervision.chemical.explain import plain
from supervision.chemical.models import ChemicalItem, ChemicalUnit
from supervision.chemical.rules import Purpose, UnitKind
from supervision.chemical.standards import standard_on
from supervision.core import attachments, clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, DomainError, GoesOnElsewhere, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.web.forms import Form, SeenForm, check_seen, given
from supervision.enterprise import queries as enterprises
from supervision.enterprise.ended import open_file


@bp.get("/enterprises/<int:enterprise_id>")
@requires(Permission.CHEMICAL_READ)
def ledger(enterprise_id: int) -> ResponseReturnValue:
    """All units of an enterprise with what they may hold."""
    actor = current_actor()
    retired = request.args.get("retired") == "1"
    return render_template(
        "chemical/ledger.html",
        enterprise=enterprises.get_enterprise(enterprise_id, actor),
        units=queries.units_of(enterprise_id, actor, retired=retired),
        retired=retired,
        labels=labels,
        plain=plain,
        today=clock.today(),
    )


@bp.get("/enterprises/<int:enterprise_id>/ledger.xlsx")
@requires(Permission.CHEMICAL_READ)
def ledger_file(enterprise_id: int) -> ResponseReturnValue:
    """The ledger of one enterprise as Excel."""
    actor = current_actor()
    enterprise = enterprises.get_enterprise(enterprise_id, actor)
    name = f"{_('Chemicals')}-{enterprise.display_name}.xlsx"
    return send_file(
        exports.ledger_book(enterprise, actor),
        mimetype=exports.XLSX,
        as_attachment=True,
        download_name=name,
    )


@bp.get("/enterprises/<int:enterprise_id>/units/new")
@requires(Permission.CHEMICAL_EDIT)
def new_unit(enterprise_id: int) -> ResponseReturnValue:
    open_file(enterprise_id, current_actor())
    return _unit_page(forms.UnitForm(formdata=None, exposed_people=None), enterprise_id, None)


@bp.post("/enterprises/<int:enterprise_id>/units/new")
@requires(Permission.CHEMICAL_EDIT)
def create_unit(enterprise_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), forms.UnitForm()
    open_file(enterprise_id, actor)
    _offer_areas(form, enterprise_id)

    def act() -> str:
        enterprise = open_file(enterprise_id, actor)
        unit = service.add_unit(enterprise, actor, _unit_fields(form))
        return url_for("chemical.unit", unit_id=unit.id)

    return save(form, act, lambda: _unit_page(form, enterprise_id, None), _("The unit is entered."))


@bp.get("/units/<int:unit_id>/edit")
@requires(Permission.CHEMICAL_EDIT)
def edit_unit(unit_id: int) -> ResponseReturnValue:
    unit = queries.get_unit(unit_id, current_actor())
    form = forms.UnitForm(formdata=None, obj=unit)
    form.area_id.data = str(unit.area_id or "")
    return _unit_page(form, unit.enterprise_id, unit)


@bp.post("/units/<int:unit_id>/edit")
@requires(Permission.CHEMICAL_EDIT)
def change_unit(unit_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), forms.UnitForm()
    enterprise_id = queries.get_unit(unit_id, actor).enterprise_id
    _offer_areas(form, enterprise_id)

    def act() -> str:
        unit = queries.get_unit(unit_id, actor)
        check_seen(form, unit.row_version)
        service.change_unit(unit, actor, _unit_fields(form))
        return url_for("chemical.unit", unit_id=unit_id)

    def page() -> str:
        return _unit_page(form, enterprise_id, queries.get_unit(unit_id, actor))

    return save(form, act, page, _("The unit is saved."))


def _offer_areas(form: forms.UnitForm, enterprise_id: int) -> None:
    areas = queries.areas_of(enterprise_id, current_actor())
    form.area_id.choices = [("", "—"), *((str(i), name) for i, name in areas)]


def _unit_page(form: forms.UnitForm, enterprise_id: int, unit: ChemicalUnit | None) -> str:
    _offer_areas(form, enterprise_id)
    show_version(form, unit)
    enterprise = enterprises.get_enterprise(enterprise_id, current_actor())
    return render_template("chemical/unit_form.html", form=form, enterprise=enterprise, unit=unit)


def _unit_fields(form: forms.UnitForm) -> service.UnitFields:
    area = form.area_id.data
    return service.UnitFields(
        name=form.name.data or "",
        kind=UnitKind(form.kind.data),
        exposed_people=given(form.exposed_people.data),
        place=form.place.data or "",
        area=queries.get_area(int(area), current_actor()) if area else None,
        note=form.note.data or "",
    )


@bp.get("/units/<int:unit_id>/retire")
@requires(Permission.CHEMICAL_EDIT)
def retire_unit(unit_id: int) -> ResponseReturnValue:
    return _retire_page(forms.ReasonForm(formdata=None), unit_id)


@bp.post("/units/<int:unit_id>/retire")
@requires(Permission.CHEMICAL_EDIT)
def retire_unit_now(unit_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), forms.ReasonForm()
    queries.get_unit(unit_id, actor)

    def act() -> str:
        unit = queries.get_unit(unit_id, actor)
        check_seen(form, unit.row_version)
        service.retire_unit(unit, actor, reason=form.reason.data or "")
        return url_for("chemical.unit", unit_id=unit_id)

    return save(form, act, lambda: _retire_page(form, unit_id), _("The unit is out of use."))


def _retire_page(form: forms.ReasonForm, unit_id: int) -> str:
    unit = queries.get_unit(unit_id, current_actor())
    show_version(form, unit)
    return render_template(
        "chemical/reason.html",
        form=form,
        unit=unit,
        title=_("Take %(name)s out of use", name=unit.name),
        warning=_("The unit leaves the ledger; its history stays. It cannot be undone."),
        button=_("Take out of use"),
        back=url_for("chemical.unit", unit_id=unit_id),
    )


@bp.get("/units/<int:unit_id>/items/new")
@requires(Permission.CHEMICAL_EDIT)
def new_item(unit_id: int) -> ResponseReturnValue:
    unit = queries.get_unit(unit_id, current_actor())
    open_file(unit.enterprise_id, current_actor())
    kind = Purpose.STORAGE if unit.kind is UnitKind.STORAGE else Purpose.RAW
    return _item_page(forms.ItemForm(formdata=None, purpose=kind), unit, None)


@bp.post("/units/<int:unit_id>/items/new")
@requires(Permission.CHEMICAL_EDIT)
def create_item(unit_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), forms.ItemForm()
    open_file(queries.get_unit(unit_id, actor).enterprise_id, actor)
    _offer_tables(form)

    def act() -> str:
        unit = queries.get_unit(unit_id, actor)
        item = service.add_item(unit, actor, _item_fields(form))
        return url_for("chemical.item", item_id=item.id)

    def page() -> str:
        return _item_page(form, queries.get_unit(unit_id, actor), None)

    return save(form, act, page, _("The chemical is in the ledger. Add its safety data sheet."))


@bp.get("/items/<int:item_id>")
@requires(Permission.CHEMICAL_READ)
def item(item_id: int) -> ResponseReturnValue:
    """A line of the ledger with its safety data sheets."""
    today = clock.today()
    return _sheet_page(forms.SheetForm(formdata=None, issued_on=today), item_id)


@bp.get("/items/<int:item_id>/edit")
@requires(Permission.CHEMICAL_EDIT)
def edit_item(item_id: int) -> ResponseReturnValue:
    found = queries.get_item(item_id, current_actor())
    form = forms.ItemForm(formdata=None, obj=found)
    form.named.data = str(found.named or "")
    form.tonnes.data = Decimal(plain(found.tonnes))
    if found.stock is not None:
        form.stock.data = Decimal(plain(found.stock))
    return _item_page(form, found.unit, found)


@bp.post("/items/<int:item_id>/edit")
@requires(Permission.CHEMICAL_EDIT)
def change_item(item_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), forms.ItemForm()
    queries.get_item(item_id, actor)
    _offer_tables(form)

    def act() -> str:
        found = queries.get_item(item_id, actor)
        check_seen(form, found.row_version)
        service.change_item(found, actor, _item_fields(form))
        return url_for("chemical.item", item_id=item_id)

    def page() -> str:
        found = queries.get_item(item_id, actor)
        return _item_page(form, found.unit, found)

    return save(form, act, page, _("The chemical is saved."))


def _offer_tables(form: forms.ItemForm) -> None:
    form.offer(standard_on(clock.today()).tables())


def _item_page(form: forms.ItemForm, unit: ChemicalUnit, found: ChemicalItem | None) -> str:
    _offer_tables(form)
    show_version(form, found)
    return render_template("chemical/item_form.html", form=form, unit=unit, item=found)


def _item_fields(form: forms.ItemForm) -> service.ItemFields:
    return service.ItemFields(
        name=form.name.data or "",
        purpose=Purpose(form.purpose.data),
        tonnes=given(form.tonnes.data),
        named=int(form.named.data) if form.named.data else None,
        cas=form.cas.data or "",
        classes=tuple(form.classes.data or ()),
        stock=form.stock.data,
        stock_on=form.stock_on.data,
        supplier=form.supplier.data or "",
        note=form.note.data or "",
    )


@bp.get("/items/<int:item_id>/remove")
@requires(Permission.CHEMICAL_EDIT)
def remove_item(item_id: int) -> ResponseReturnValue:
    return _remove_page(forms.ReasonForm(formdata=None), item_id)


@bp.post("/items/<int:item_id>/remove")
@requires(Permission.CHEMICAL_EDIT)
def remove_item_now(item_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), forms.ReasonForm()
    queries.get_item(item_id, actor)

    def act() -> str:
        found = queries.get_item(item_id, actor)
        check_seen(form, found.row_version)
        service.remove_item(found, actor, reason=form.reason.data or "")
        return url_for("chemical.unit", unit_id=found.unit_id)

    return save(form, act, lambda: _remove_page(form, item_id), _("Taken out of the ledger."))


def _remove_page(form: forms.ReasonForm, item_id: int) -> str:
    found = queries.get_item(item_id, current_actor())
    show_version(form, found)
    return render_template(
        "chemical/reason.html",
        form=form,
        unit=found.unit,
        title=_("Take %(name)s out of the ledger", name=found.name),
        warning=_("The line stays in the history. The unit is to be identified anew."),
        button=_("Take out of the ledger"),
        back=url_for("chemical.item", item_id=item_id),
    )


@bp.post("/items/<int:item_id>/sheets")
@requires(Permission.CHEMICAL_EDIT)
def add_sheet(item_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), forms.SheetForm()
    queries.get_item(item_id, actor)

    def act() -> str:
        found = queries.get_item(item_id, actor)
        upload = form.sheet.data
        scan = attachments.store_scan(actor, upload.stream, upload.filename, field="sheet")
        service.add_sheet(
            found,
            actor,
            scan,
            version=form.version.data or "",
            issued_on=given(form.issued_on.data),
        )
        return url_for("chemical.item", item_id=item_id)

    done = _("The safety data sheet is kept.")
    return save(form, act, lambda: _sheet_page(form, item_id), done)


def _sheet_page(form: forms.SheetForm, item_id: int) -> str:
    found = queries.get_item(item_id, current_actor())
    return render_template("chemical/item.html", item=found, form=form, labels=labels, plain=plain)


@bp.get("/sheets/<int:sheet_id>")
@requires(Permission.CHEMICAL_READ)
def sheet(sheet_id: int) -> ResponseReturnValue:
    """The file of a safety data sheet."""
    return attachments.send_scan(queries.get_sheet(sheet_id, current_actor()).attachment)


def save(
    form: Form, act: Callable[[], str], page: Callable[[], str], done: str
) -> ResponseReturnValue:
    """Validate, act in one transaction, go where ``act`` says; else the page with its errors."""
    if not form.validate_on_submit():
        return page(), 422
    try:
        with transaction():
            url = act()
    except GoesOnElsewhere:
        raise
    except (InvalidInput, Conflict) as error:
        return _refused(form, error, page)
    flash(done, "success")
    return redirect(url)


def show_version(form: Form, row: Any) -> None:
    """Put the row's version into the form, unless it came back with the one that was read."""
    if isinstance(form, SeenForm) and row is not None and not form.row_version.data:
        form.row_version.data = str(row.row_version)


def _refused(form: Form, error: DomainError, page: Callable[[], str]) -> ResponseReturnValue:
    """What was typed stays; saved again, it is measured against what stands there now."""
    form.add_error(error)
    if isinstance(form, SeenForm):
        form.row_version.data = None
    return page(), error.http_status
