"""Checklists: the list of them, one of them, a new version, its items."""

from __future__ import annotations

import io
from datetime import date, timedelta

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.core.text import N_
from supervision.core.web.forms import given
from supervision.core.web.paging import page_number, paginate
from supervision.hazard.rules import Category, Factor
from supervision.inspection import checklists, forms, importing, labels, queries
from supervision.inspection.checklist_rules import ItemFields, RowError, read_rows
from supervision.inspection.models import Checklist, ChecklistItem
from supervision.inspection.views.blueprint import bp

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/checklists")
@requires(Permission.INSPECTION_READ)
def lists() -> ResponseReturnValue:
    form = forms.ChecklistFilterForm(request.args)
    form.validate()
    stmt = checklists.list_checklists(
        form.text.data or "", day=clock.today(), all_versions=form.times.data == "all"
    )
    page = paginate(stmt, number=page_number())
    return render_template(
        "inspection/checklists.html",
        form=form,
        page=page,
        item_counts=checklists.item_counts([c.id for c in page.items]),
        labels=labels,
        today=clock.today(),
        active=1 if form.times.data else 0,
    )


@bp.get("/checklists/<int:checklist_id>")
@requires(Permission.INSPECTION_READ)
def checklist(checklist_id: int) -> ResponseReturnValue:
    found = checklists.get(checklist_id)
    return render_template(
        "inspection/checklist.html",
        checklist=found,
        versions=checklists.versions(found.code),
        editable=checklists.is_editable(found) and current_actor().may(Permission.CHECKLIST_EDIT),
        form=forms.BareForm(formdata=None),
        labels=labels,
        today=clock.today(),
    )


@bp.get("/checklists/<int:checklist_id>/items.<any(xlsx, tsv):ending>")
@requires(Permission.INSPECTION_READ)
def checklist_file(checklist_id: int, ending: str) -> ResponseReturnValue:
    """A list as the file that the import reads."""
    found = checklists.get(checklist_id)
    rows = [checklists.fields_of(item) for item in found.items]
    made = importing.as_excel(rows) if ending == "xlsx" else importing.as_tabs(rows)
    kind = XLSX if ending == "xlsx" else "text/tab-separated-values"
    name = f"{found.code}-{found.effective_from.isoformat()}.{ending}"
    return send_file(io.BytesIO(made), mimetype=kind, as_attachment=True, download_name=name)


@bp.get("/checklists/new")
@requires(Permission.CHECKLIST_EDIT)
def new_checklist() -> ResponseReturnValue:
    form = forms.ChecklistForm(
        formdata=None, effective_from=_tomorrow(), certainty=Certainty.MEDIUM
    )
    return _head_page(form, None)


@bp.post("/checklists/new")
@requires(Permission.CHECKLIST_EDIT)
def create_checklist() -> ResponseReturnValue:
    return _save_head(forms.ChecklistForm(), None)


@bp.get("/checklists/<int:checklist_id>/version")
@requires(Permission.CHECKLIST_EDIT)
def new_version(checklist_id: int) -> ResponseReturnValue:
    """The next version, filled in with the present one."""
    base = checklists.get(checklist_id)
    form = forms.ChecklistForm(formdata=None, obj=base)
    form.effective_from.data = max(_tomorrow(), base.effective_from + timedelta(days=1))
    form.note.data = ""
    return _head_page(form, base)


@bp.post("/checklists/<int:checklist_id>/version")
@requires(Permission.CHECKLIST_EDIT)
def create_version(checklist_id: int) -> ResponseReturnValue:
    return _save_head(forms.ChecklistForm(), checklists.get(checklist_id))


def _tomorrow() -> date:
    return clock.today() + timedelta(days=1)


def _head_page(
    form: forms.ChecklistForm,
    base: Checklist | None,
    errors: list[RowError] | None = None,
    fine: int | None = None,
) -> str:
    return render_template(
        "inspection/checklist_form.html",
        form=form,
        base=base,
        errors=errors or [],
        fine=fine,
        labels=labels,
    )


def _save_head(form: forms.ChecklistForm, base: Checklist | None) -> ResponseReturnValue:
    """A new list or version; wrong lines of the file are shown one by one, and nothing is saved."""
    base_id = base.id if base is not None else None
    if not form.validate_on_submit():
        return _head_page(form, base), 422
    try:
        items, errors = _items_of(form)
        if errors:
            return _head_page(form, base, errors), 422
        if form.only_check.data:
            return _checked_page(form, base, items)
        with transaction():
            made = _make(form, base_id, items)
    except InvalidInput as error:
        form.add_error(error)
        return _head_page(form, checklists.get(base_id) if base_id else None), 422
    flash(_("The version is saved; it can be edited until its first day."), "success")
    return redirect(url_for("inspection.checklist", checklist_id=made.id))


def _checked_page(
    form: forms.ChecklistForm, base: Checklist | None, items: list[ItemFields] | None
) -> ResponseReturnValue:
    if items is None:
        raise InvalidInput(N_("Choose the file to be checked."), field="file")
    return _head_page(form, base, fine=len(items))


def _make(
    form: forms.ChecklistForm, base_id: int | None, items: list[ItemFields] | None
) -> Checklist:
    head = checklists.Head(
        name=form.name.data or "",
        industry=form.industry.data or "",
        effective_from=given(form.effective_from.data),
        source=form.source.data or "",
        certainty=Certainty(form.certainty.data),
        note=form.note.data or "",
    )
    if base_id is None:
        return checklists.create(current_actor(), form.code.data or "", head, items or ())
    return checklists.new_version(checklists.get(base_id), current_actor(), head, items)


def _items_of(form: forms.ChecklistForm) -> tuple[list[ItemFields] | None, list[RowError]]:
    """The items of the uploaded file; None where there is none."""
    upload = form.file.data
    if not upload or not upload.filename:
        return None, []
    lines = importing.read_file(upload.filename, upload.read())
    return read_rows(lines, queries.criterion_codes(clock.today()))


@bp.post("/checklists/<int:checklist_id>/discard")
@requires(Permission.CHECKLIST_EDIT)
def discard_checklist(checklist_id: int) -> ResponseReturnValue:
    with transaction():
        checklists.discard(checklists.get(checklist_id), current_actor())
    flash(_("The version is given up."), "success")
    return redirect(url_for("inspection.lists"))


@bp.get("/checklists/<int:checklist_id>/items/new")
@requires(Permission.CHECKLIST_EDIT)
def new_item(checklist_id: int) -> ResponseReturnValue:
    found = _open(checklist_id)
    last = found.items[-1] if found.items else None
    form = forms.ChecklistItemForm(
        formdata=None,
        section=last.section if last else "",
        factor=Factor.OBJECT,
        category=last.category if last else Category.OTHER,
    )
    return _item_page(form, found, None)


@bp.post("/checklists/<int:checklist_id>/items/new")
@requires(Permission.CHECKLIST_EDIT)
def create_item(checklist_id: int) -> ResponseReturnValue:
    return _save_item(checklist_id, None)


@bp.get("/checklists/<int:checklist_id>/items/<int:item_id>")
@requires(Permission.CHECKLIST_EDIT)
def edit_item(checklist_id: int, item_id: int) -> ResponseReturnValue:
    found = _open(checklist_id)
    item = _item(found, item_id)
    return _item_page(forms.ChecklistItemForm(formdata=None, obj=item), found, item)


@bp.post("/checklists/<int:checklist_id>/items/<int:item_id>")
@requires(Permission.CHECKLIST_EDIT)
def change_item(checklist_id: int, item_id: int) -> ResponseReturnValue:
    return _save_item(checklist_id, item_id)


def _open(checklist_id: int) -> Checklist:
    found = checklists.get(checklist_id)
    if not checklists.is_editable(found):
        raise Conflict(N_("This version is in force: make a new one to change it."))
    return found


def _item(found: Checklist, item_id: int) -> ChecklistItem:
    for item in found.items:
        if item.id == item_id:
            return item
    raise NotFound


def _item_page(form: forms.ChecklistItemForm, found: Checklist, item: ChecklistItem | None) -> str:
    return render_template(
        "inspection/checklist_item.html", form=form, checklist=found, item=item, labels=labels
    )


def _save_item(checklist_id: int, item_id: int | None) -> ResponseReturnValue:
    form = forms.ChecklistItemForm()
    found = _open(checklist_id)
    known = _item(found, item_id) if item_id is not None else None
    if not form.validate_on_submit():
        return _item_page(form, found, known), 422
    try:
        with transaction():
            found = checklists.get(checklist_id)
            item = _item(found, item_id) if item_id is not None else None
            checklists.save_item(found, current_actor(), _fields(form), item)
    except InvalidInput as error:
        form.add_error(error)
        return _item_page(form, _open(checklist_id), known), 422
    flash(_("The item is saved."), "success")
    return redirect(url_for("inspection.checklist", checklist_id=checklist_id))


def _fields(form: forms.ChecklistItemForm) -> ItemFields:
    code = form.criterion_code.data or ""
    if code:
        queries.criterion_on(code, clock.today())
    return ItemFields(
        section=form.section.data or "",
        text=form.text.data or "",
        basis=form.basis.data or "",
        method=form.method.data or "",
        factor=Factor(form.factor.data),
        category=Category(form.category.data),
        criterion_code=code,
    )


@bp.post("/checklists/<int:checklist_id>/items/<int:item_id>/remove")
@requires(Permission.CHECKLIST_EDIT)
def remove_item(checklist_id: int, item_id: int) -> ResponseReturnValue:
    with transaction():
        found = checklists.get(checklist_id)
        checklists.remove_item(found, current_actor(), _item(found, item_id))
    flash(_("The item is removed."), "success")
    return redirect(url_for("inspection.checklist", checklist_id=checklist_id))


@bp.post("/checklists/<int:checklist_id>/items/<int:item_id>/move-<any(up, down):way>")
@requires(Permission.CHECKLIST_EDIT)
def move_item(checklist_id: int, item_id: int, way: str) -> ResponseReturnValue:
    with transaction():
        found = checklists.get(checklist_id)
        checklists.move_item(found, current_actor(), _item(found, item_id), up=way == "up")
    return redirect(url_for("inspection.checklist", checklist_id=checklist_id))
