"""Items of a draft: added, changed, moved, removed."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.web.forms import check_seen
from supervision.enterprise import queries as enterprises
from supervision.plan import forms, items, labels, queries, rules
from supervision.plan.items import ItemFields
from supervision.plan.models import AnnualPlan, PlanItem
from supervision.plan.rules import Method, Selection
from supervision.plan.views.blueprint import bp
from supervision.plan.workflow import PLAN_WORKFLOW


@bp.get("/<int:plan_id>/items/new")
@requires(Permission.PLAN_EDIT)
def new_item(plan_id: int) -> ResponseReturnValue:
    plan = _draft(plan_id)
    form = forms.ItemForm(
        formdata=None,
        months=list(forms.MONTHS),
        organizer=plan.authority.name,
        selection=Selection.DRAWN,
    )
    return _page(plan, None, form)


@bp.post("/<int:plan_id>/items/new")
@requires(Permission.PLAN_EDIT)
def add_item(plan_id: int) -> ResponseReturnValue:
    return _save(plan_id, None)


@bp.get("/<int:plan_id>/items/<int:item_id>/edit")
@requires(Permission.PLAN_EDIT)
def edit_item(plan_id: int, item_id: int) -> ResponseReturnValue:
    plan = _draft(plan_id)
    item = queries.get_item(plan, item_id)
    known: dict[str, Any] = {
        "is_key": None if item.is_key is None else ("yes" if item.is_key else "no"),
        "listed": "\n".join(item.listed),
        "checklist_id": str(item.checklist_id or ""),
    }
    form = forms.ItemForm(formdata=None, obj=_Shown(item, known))
    return _page(plan, item, form)


class _Shown:
    """An item as its form shows it: ``known`` outweighs the columns."""

    def __init__(self, item: PlanItem, known: dict[str, Any]) -> None:
        self._item, self._known = item, known

    def __getattr__(self, name: str) -> Any:
        if name in self._known:
            return self._known[name]
        return getattr(self._item, name)


@bp.post("/<int:plan_id>/items/<int:item_id>/edit")
@requires(Permission.PLAN_EDIT)
def change_item(plan_id: int, item_id: int) -> ResponseReturnValue:
    return _save(plan_id, item_id)


@bp.post("/<int:plan_id>/items/<int:item_id>/remove")
@requires(Permission.PLAN_EDIT)
def remove_item(plan_id: int, item_id: int) -> ResponseReturnValue:
    with transaction():
        plan = queries.editable_plan(plan_id, current_actor())
        items.remove(queries.get_item(plan, item_id), current_actor())
    flash(_("The item is taken out."), "success")
    return redirect(url_for("plan.detail", plan_id=plan_id))


@bp.post("/<int:plan_id>/items/<int:item_id>/move/<any(up, down):way>")
@requires(Permission.PLAN_EDIT)
def move_item(plan_id: int, item_id: int, way: str) -> ResponseReturnValue:
    with transaction():
        plan = queries.editable_plan(plan_id, current_actor())
        items.move(queries.get_item(plan, item_id), current_actor(), up=way == "up")
    return redirect(url_for("plan.detail", plan_id=plan_id, _anchor=f"item-{item_id}"))


def _draft(plan_id: int) -> AnnualPlan:
    plan = queries.editable_plan(plan_id, current_actor())
    PLAN_WORKFLOW.check("edit", plan, current_actor())
    return plan


def _offer(form: forms.ItemForm, plan: AnnualPlan) -> None:
    region = plan.authority.region_code
    inside = enterprises.region_children(current_actor(), region)
    form.region_code.choices = [("", _("The whole division")), *inside]
    form.months.choices = [(m, labels.month_name(m)) for m in forms.MONTHS]
    lists = queries.checklists_on(clock.today())
    form.checklist_id.choices = [("", "—"), *((str(c.id), c.name) for c in lists)]


def _page(plan: AnnualPlan, item: PlanItem | None, form: forms.ItemForm) -> str:
    _offer(form, plan)
    return render_template("plan/item.html", plan=plan, item=item, form=form)


def _save(plan_id: int, item_id: int | None) -> ResponseReturnValue:
    actor, form = current_actor(), forms.ItemForm()
    plan = queries.editable_plan(plan_id, actor)
    if item_id is not None:
        queries.get_item(plan, item_id)
    _offer(form, plan)
    if not form.validate_on_submit():
        return _again(plan_id, item_id, form), 422
    try:
        with transaction():
            plan = queries.editable_plan(plan_id, actor)
            if item_id is None:
                item_id_now = items.add(plan, actor, _fields(form)).id
            else:
                item = queries.get_item(plan, item_id)
                check_seen(form, item.row_version)
                items.change(item, actor, _fields(form))
                item_id_now = item_id
    except InvalidInput as error:
        form.add_error(error)
        return _again(plan_id, item_id, form), 422
    flash(_("The item is saved."), "success")
    return redirect(url_for("plan.detail", plan_id=plan_id, _anchor=f"item-{item_id_now}"))


def _again(plan_id: int, item_id: int | None, form: forms.ItemForm) -> str:
    plan = queries.editable_plan(plan_id, current_actor())
    return _page(plan, queries.get_item(plan, item_id) if item_id else None, form)


def _fields(form: forms.ItemForm) -> ItemFields:
    key = form.is_key.data
    return ItemFields(
        matter=form.matter.data or "",
        basis=form.basis.data or "",
        content=form.content.data or "",
        method=Method(form.method.data),
        months=tuple(form.months.data or ()),
        selection=Selection(form.selection.data),
        frequency=form.frequency.data or "",
        organizer=form.organizer.data or "",
        is_joint=bool(form.is_joint.data),
        note=form.note.data or "",
        industry=(form.industry.data or "").upper(),
        region_code=form.region_code.data or "",
        is_key=None if key is None else key == "yes",
        listed=tuple(rules.read_codes(form.listed.data or "")),
        quantity=form.quantity.data,
        ratio=form.ratio.data,
        key_weight=form.key_weight.data or 1,
        checklist_id=int(form.checklist_id.data) if form.checklist_id.data else None,
    )
