"""The lists: all of them, one of them, a new one, a new version, its items."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.actor import Side
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.core.web.forms import given
from supervision.core.web.paging import page_number, paginate
from supervision.hazard.rules import Category, Factor
from supervision.selfcheck import forms, labels, queries, templates
from supervision.selfcheck.blueprint import bp
from supervision.selfcheck.models import CheckTemplate, CheckTemplateItem
from supervision.selfcheck.rules import Frequency
from supervision.selfcheck.templates import ItemFields


@bp.get("/lists")
@requires(Permission.SELFCHECK_READ)
def lists() -> ResponseReturnValue:
    actor = current_actor()
    form = forms.ListFilterForm(request.args)
    form.validate()
    stmt = templates.list_lists(actor, form.text.data or "", all_versions=form.times.data == "all")
    page = paginate(stmt, number=page_number())
    return render_template(
        "selfcheck/lists.html",
        form=form,
        page=page,
        item_counts=templates.item_counts([one.id for one in page.items]),
        may_make=_may_make(),
        may_assign=actor.may(Permission.SELFCHECK_TEMPLATE),
        labels=labels,
        today=clock.today(),
        active=1 if form.times.data else 0,
    )


def _may_make() -> bool:
    actor = current_actor()
    return actor.may(Permission.SELFCHECK_TEMPLATE) or actor.may(Permission.SELFCHECK_PLAN)


@bp.get("/lists/<int:list_id>")
@requires(Permission.SELFCHECK_READ)
def checklist(list_id: int) -> ResponseReturnValue:
    actor = current_actor()
    found = templates.get(list_id, actor)
    mine = templates.may_edit(found, actor)
    return render_template(
        "selfcheck/list.html",
        list=found,
        versions=templates.versions(found.code, actor),
        may_edit=mine,
        editable=mine and templates.is_editable(found),
        may_assign=found.enterprise_id is None and actor.may(Permission.SELFCHECK_TEMPLATE),
        labels=labels,
        today=clock.today(),
    )


@bp.get("/lists/new")
@requires(Permission.SELFCHECK_TEMPLATE, Permission.SELFCHECK_PLAN)
def new_list() -> ResponseReturnValue:
    form = forms.ListForm(formdata=None, effective_from=_tomorrow(), certainty=Certainty.MEDIUM)
    return _head_page(form, None)


@bp.post("/lists/new")
@requires(Permission.SELFCHECK_TEMPLATE, Permission.SELFCHECK_PLAN)
def create_list() -> ResponseReturnValue:
    return _save_head(None)


@bp.get("/lists/<int:list_id>/version")
@requires(Permission.SELFCHECK_TEMPLATE, Permission.SELFCHECK_PLAN)
def new_version(list_id: int) -> ResponseReturnValue:
    """The next version, filled in with the present one."""
    base = templates.get(list_id, current_actor())
    templates.check_may(base, current_actor())
    form = forms.ListForm(formdata=None, obj=base)
    form.effective_from.data = max(_tomorrow(), base.effective_from + timedelta(days=1))
    form.note.data = ""
    return _head_page(form, base)


@bp.post("/lists/<int:list_id>/version")
@requires(Permission.SELFCHECK_TEMPLATE, Permission.SELFCHECK_PLAN)
def create_version(list_id: int) -> ResponseReturnValue:
    base = templates.get(list_id, current_actor())
    templates.check_may(base, current_actor())
    return _save_head(base)


def _tomorrow() -> date:
    return clock.today() + timedelta(days=1)


def _head_page(form: forms.ListForm, base: CheckTemplate | None) -> str:
    _offer(form, base)
    return render_template("selfcheck/list_form.html", form=form, base=base)


def _offer(form: forms.ListForm, base: CheckTemplate | None) -> None:
    """An enterprise's list has no code to choose and no certainty; a version has its items."""
    actor = current_actor()
    if actor.side is Side.ENTERPRISE:
        del form.code, form.certainty, form.industry
        form.source.validators, form.source.flags.required = [], False
        names = queries.own_names(actor)
        form.enterprise.choices = [(str(ident), name) for ident, name in names]
    if actor.side is not Side.ENTERPRISE or base is not None:
        del form.enterprise
    if base is not None:
        if form.code is not None:
            del form.code
        del form.copied
    else:
        offered = templates.starting_points(actor)
        form.copied.choices = [("", _("Nothing: an empty list"))]
        form.copied.choices += [(str(one.id), one.name) for one in offered]


def _save_head(base: CheckTemplate | None) -> ResponseReturnValue:
    form = forms.ListForm()
    _offer(form, base)
    base_id = base.id if base is not None else None
    if not form.validate_on_submit():
        return render_template("selfcheck/list_form.html", form=form, base=base), 422
    try:
        with transaction():
            made_id = _make(form, base_id)
    except InvalidInput as error:
        form.add_error(error)
        base = templates.get(base_id, current_actor()) if base_id else None
        return render_template("selfcheck/list_form.html", form=form, base=base), 422
    flash(_("The version is saved; it can be edited until its first day."), "success")
    return redirect(url_for("selfcheck.checklist", list_id=made_id))


def _make(form: forms.ListForm, base_id: int | None) -> int:
    actor = current_actor()
    head = templates.Head(
        name=form.name.data or "",
        effective_from=given(form.effective_from.data),
        source=form.source.data or "",
        certainty=Certainty(form.certainty.data) if form.certainty else Certainty.MEDIUM,
        industry=(form.industry.data or "") if form.industry else "",
        post=form.post.data or "",
        note=form.note.data or "",
    )
    if base_id is not None:
        base = templates.get(base_id, actor, for_update=True)
        return templates.new_version(base, actor, head).id
    own = int(form.enterprise.data) if form.enterprise else None
    code = templates.own_code(own) if own is not None else (form.code.data or "")
    return templates.create(actor, code, head, _copied(form), enterprise_id=own).id


def _copied(form: forms.ListForm) -> Sequence[ItemFields]:
    if not form.copied.data:
        return ()
    found = templates.get(int(form.copied.data), current_actor())
    return [templates.fields_of(item) for item in found.items]


@bp.post("/lists/<int:list_id>/discard")
@requires(Permission.SELFCHECK_TEMPLATE, Permission.SELFCHECK_PLAN)
def discard_list(list_id: int) -> ResponseReturnValue:
    actor = current_actor()
    templates.get(list_id, actor)
    try:
        with transaction():
            templates.discard(templates.get(list_id, actor, for_update=True), actor)
    except Conflict as error:
        flash(message_of(error), "warning")
        return redirect(url_for("selfcheck.checklist", list_id=list_id))
    flash(_("The version is given up."), "success")
    return redirect(url_for("selfcheck.lists"))


@bp.get("/lists/<int:list_id>/items/new")
@requires(Permission.SELFCHECK_TEMPLATE, Permission.SELFCHECK_PLAN)
def new_item(list_id: int) -> ResponseReturnValue:
    found = _open(list_id)
    last = found.items[-1] if found.items else None
    form = forms.ItemForm(
        formdata=None,
        section=last.section if last else "",
        frequency=last.frequency if last else Frequency.DAILY,
        factor=Factor.OBJECT,
        category=last.category if last else Category.OTHER,
    )
    return _item_page(form, found, None)


@bp.post("/lists/<int:list_id>/items/new")
@requires(Permission.SELFCHECK_TEMPLATE, Permission.SELFCHECK_PLAN)
def create_item(list_id: int) -> ResponseReturnValue:
    return _save_item(list_id, None)


@bp.get("/lists/<int:list_id>/items/<int:item_id>")
@requires(Permission.SELFCHECK_TEMPLATE, Permission.SELFCHECK_PLAN)
def edit_item(list_id: int, item_id: int) -> ResponseReturnValue:
    found = _open(list_id)
    item = templates.item_of(found, item_id)
    return _item_page(forms.ItemForm(formdata=None, obj=item), found, item)


@bp.post("/lists/<int:list_id>/items/<int:item_id>")
@requires(Permission.SELFCHECK_TEMPLATE, Permission.SELFCHECK_PLAN)
def change_item(list_id: int, item_id: int) -> ResponseReturnValue:
    return _save_item(list_id, item_id)


def _open(list_id: int) -> CheckTemplate:
    found = templates.get(list_id, current_actor())
    templates.check_editable(found, current_actor())
    return found


def _item_page(form: forms.ItemForm, found: CheckTemplate, item: CheckTemplateItem | None) -> str:
    return render_template("selfcheck/list_item.html", form=form, list=found, item=item)


def _save_item(list_id: int, item_id: int | None) -> ResponseReturnValue:
    form = forms.ItemForm()
    found = _open(list_id)
    known = templates.item_of(found, item_id) if item_id is not None else None
    if not form.validate_on_submit():
        return _item_page(form, found, known), 422
    actor = current_actor()
    try:
        with transaction():
            found = templates.get(list_id, actor, for_update=True)
            item = templates.item_of(found, item_id) if item_id is not None else None
            templates.save_item(found, actor, _fields(form), item)
    except InvalidInput as error:
        form.add_error(error)
        found = _open(list_id)
        known = templates.item_of(found, item_id) if item_id is not None else None
        return _item_page(form, found, known), 422
    flash(_("The item is saved."), "success")
    return redirect(url_for("selfcheck.checklist", list_id=list_id))


def _fields(form: forms.ItemForm) -> ItemFields:
    return ItemFields(
        section=form.section.data or "",
        text=form.text.data or "",
        basis=form.basis.data or "",
        method=form.method.data or "",
        frequency=Frequency(form.frequency.data),
        factor=Factor(form.factor.data),
        category=Category(form.category.data),
    )


@bp.post("/lists/<int:list_id>/items/<int:item_id>/remove")
@requires(Permission.SELFCHECK_TEMPLATE, Permission.SELFCHECK_PLAN)
def remove_item(list_id: int, item_id: int) -> ResponseReturnValue:
    actor = current_actor()
    with transaction():
        found = templates.get(list_id, actor, for_update=True)
        templates.remove_item(found, actor, templates.item_of(found, item_id))
    flash(_("The item is removed."), "success")
    return redirect(url_for("selfcheck.checklist", list_id=list_id))


@bp.post("/lists/<int:list_id>/items/<int:item_id>/move-<any(up, down):way>")
@requires(Permission.SELFCHECK_TEMPLATE, Permission.SELFCHECK_PLAN)
def move_item(list_id: int, item_id: int, way: str) -> ResponseReturnValue:
    actor = current_actor()
    with transaction():
        found = templates.get(list_id, actor, for_update=True)
        templates.move_item(found, actor, templates.item_of(found, item_id), up=way == "up")
    return redirect(url_for("selfcheck.checklist", list_id=list_id))
