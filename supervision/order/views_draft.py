"""HTTP of writing an order: from an inspection's record, or after a failed re-inspection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.core.web.numbers import id_argument
from supervision.hazard.labels import GRADE_LABELS
from supervision.hazard.models import Hazard
from supervision.inspection.models import Inspection
from supervision.order import forms, labels, queries, rules, service
from supervision.order.models import Order
from supervision.order.rules import hold_of
from supervision.order.views import bp, check_version, offer_officers
from supervision.order.workflow import ORDER_WORKFLOW, OrderKind

WORDS = ("interim_measures", "consequence", "decision_text", "basis")


def _kind() -> OrderKind:
    text = request.args.get("kind", "")
    return OrderKind(text) if text in set(OrderKind) else OrderKind.RECTIFY


def _before() -> Order | None:
    """The order that this one follows, from ``?after=``."""
    ident = id_argument("after")
    return queries.get_order(ident, current_actor()) if ident else None


@bp.get("/new/<int:inspection_id>")
@requires(Permission.ORDER_MAKE)
def new(inspection_id: int) -> ResponseReturnValue:
    inspection = queries.get_inspection(inspection_id, current_actor())
    rules.check_inspection(inspection.kind, inspection.status)
    kind, before = _kind(), _before()
    hazards = _hazards(inspection, before)
    known: dict[str, Any] = {
        "officers": [o.account_id for o in inspection.officers],
        "interim_measures": before.interim_measures if before else "",
        "consequence": before.consequence if before else "",
    }
    taken = _taken(kind, hazards, before)
    for hazard in hazards:
        known[f"pick_{hazard.id}"] = hazard.id not in taken
        known[f"basis_{hazard.id}"] = hazard.basis
    form = forms.order_form(kind, hazards, formdata=None, **known)
    return _page(inspection, kind, hazards, form, before=before)


@bp.post("/new/<int:inspection_id>")
@requires(Permission.ORDER_MAKE)
def create(inspection_id: int) -> ResponseReturnValue:
    actor, kind, before = current_actor(), _kind(), _before()
    inspection = queries.get_inspection(inspection_id, actor)
    hazards = _hazards(inspection, before)
    form = forms.order_form(kind, hazards)
    offer_officers(form, inspection.authority)
    before_id = before.id if before else None

    def act() -> int:
        found = queries.get_inspection(inspection_id, actor)
        first = queries.get_order(before_id, actor, lock=True) if before_id else None
        said = _wording(form, [h.id for h in hazards])
        return service.draft(found, actor, kind, said, supersedes=first).id

    def again() -> str:
        shown = queries.get_inspection(inspection_id, actor)
        return _page(shown, kind, _hazards(shown, _before()), form, before=_before())

    return _save(form, act, again, _("Draft saved."))


@bp.get("/<int:order_id>/edit")
@requires(Permission.ORDER_MAKE)
def edit(order_id: int) -> ResponseReturnValue:
    order = _editable(order_id)
    hazards = _hazards_of(order)
    known: dict[str, Any] = {
        "row_version": order.row_version,
        "officers": list(order.officer_ids),
        "measures": [str(code) for code in order.measures],
    }
    items = {item.hazard_id: item for item in order.items}
    for hazard in hazards:
        item = items.get(hazard.id)
        known[f"pick_{hazard.id}"] = item is not None
        known[f"due_{hazard.id}"] = item.due_on if item else None
        known[f"basis_{hazard.id}"] = item.basis if item else hazard.basis
    # Not ``obj=order``: its officers are rows, and a form's value by name is the row's before ours.
    known |= {name: getattr(order, name) for name in WORDS}
    form = forms.order_form(order.kind, hazards, formdata=None, **known)
    return _page(order.inspection, order.kind, hazards, form, order=order, before=order.supersedes)


@bp.post("/<int:order_id>/edit")
@requires(Permission.ORDER_MAKE)
def change(order_id: int) -> ResponseReturnValue:
    order = queries.get_order(order_id, current_actor())
    hazards = _hazards_of(order)
    form = forms.order_form(order.kind, hazards)
    offer_officers(form, order.authority)

    def act() -> int:
        found = queries.get_order(order_id, current_actor(), lock=True)
        check_version(found, form.row_version.data)
        service.edit(found, current_actor(), _wording(form, [h.id for h in hazards]))
        return found.id

    def again() -> str:
        shown = queries.get_order(order_id, current_actor())
        found = _hazards_of(shown)
        return _page(
            shown.inspection, shown.kind, found, form, order=shown, before=shown.supersedes
        )

    return _save(form, act, again, _("Draft saved."))


def _editable(order_id: int) -> Order:
    order = queries.get_order(order_id, current_actor())
    if "edit" not in ORDER_WORKFLOW.names(order, current_actor()):
        raise Conflict(N_("Only a draft can be changed."))
    return order


def _save(
    form: Any, act: Callable[[], int], again: Callable[[], str], done: str
) -> ResponseReturnValue:
    if not form.validate_on_submit():
        return again(), 422
    try:
        with transaction():
            order_id = act()
    except InvalidInput as error:
        form.add_error(error)
        return again(), 422
    flash(done, "success")
    return redirect(url_for("order.detail", order_id=order_id))


def _hazards(inspection: Inspection, before: Order | None) -> Sequence[Hazard]:
    return queries.hazards_for(inspection, current_actor(), before)


def _hazards_of(order: Order) -> Sequence[Hazard]:
    return _hazards(order.inspection, order.supersedes)


def _taken(kind: OrderKind, hazards: Sequence[Hazard], before: Order | None) -> set[int]:
    """Hazards that stand under another open order."""
    by_hold = {hold_of(kind, h.id): h.id for h in hazards}
    held = queries.holders(by_hold, but_not=before.id if before else None)
    return {by_hold[hold] for hold, _number in held}


def _wording(form: Any, hazard_ids: Sequence[int]) -> service.Wording:
    picked = [h for h in hazard_ids if form[f"pick_{h}"].data]
    said: dict[str, Any] = {
        name: form[name].data or ([] if name == "measures" else "")
        for name in ("interim_measures", "consequence", "measures", "decision_text", "basis")
        if name in form
    }
    return service.Wording(
        days={h: form[f"due_{h}"].data if f"due_{h}" in form else None for h in picked},
        bases={h: form[f"basis_{h}"].data or "" for h in picked},
        officer_ids=form.officers.data or [],
        **said,
    )


def _page(
    inspection: Inspection,
    kind: OrderKind,
    hazards: Sequence[Hazard],
    form: Any,
    *,
    order: Order | None = None,
    before: Order | None = None,
) -> str:
    offer_officers(form, inspection.authority)
    known = order or before
    return render_template(
        "order/form.html",
        inspection=inspection,
        kind=kind,
        hazards=hazards,
        form=form,
        order=order,
        before=before,
        taken=set() if order else _taken(kind, hazards, known),
        labels=labels,
        grades=GRADE_LABELS,
    )
