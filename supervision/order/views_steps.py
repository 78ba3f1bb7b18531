"""HTTP of an order's steps: one form each."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.permissions import Permission
from supervision.core.web.forms import given
from supervision.order import extension, forms, queries, recheck, service, transfer
from supervision.order.models import Order
from supervision.order.rules import ServiceMethod
from supervision.order.views import act_on, bp, extend_form, offer_officers, reply_form
from supervision.order.workflow import OrderState


@bp.post("/<int:order_id>/submit")
@requires(Permission.ORDER_MAKE)
def submit(order_id: int) -> ResponseReturnValue:
    def act(order: Order) -> None:
        service.submit(order, current_actor())

    return act_on(order_id, "submit", forms.NothingForm(), act, _("Sent for approval."))


@bp.post("/<int:order_id>/approve")
@requires(Permission.ORDER_APPROVE)
def approve(order_id: int) -> ResponseReturnValue:
    form = forms.ApproveForm()

    def act(order: Order) -> None:
        service.approve(order, current_actor(), note=form.note.data or "")

    return act_on(order_id, "approve", form, act, _("Order approved."))


@bp.post("/<int:order_id>/reject")
@requires(Permission.ORDER_APPROVE)
def reject(order_id: int) -> ResponseReturnValue:
    form = forms.ReasonForm()

    def act(order: Order) -> None:
        service.reject(order, current_actor(), reason=form.reason.data or "")

    return act_on(order_id, "reject", form, act, _("Sent back to its author."))


@bp.post("/<int:order_id>/issue")
@requires(Permission.ORDER_MAKE)
def issue(order_id: int) -> ResponseReturnValue:
    def act(order: Order) -> None:
        service.issue(order, current_actor())

    return act_on(
        order_id, "issue", forms.NothingForm(), act, _("Issued. Now print it and serve it.")
    )


@bp.post("/<int:order_id>/serve")
@requires(Permission.ORDER_MAKE)
def serve(order_id: int) -> ResponseReturnValue:
    form = forms.ServeForm()

    def act(order: Order) -> None:
        delivery = service.Delivery(
            method=ServiceMethod(form.method.data),
            receiver=form.receiver.data or "",
            served_at=given(form.served_at.data).replace(tzinfo=clock.SHANGHAI),
            relation=form.relation.data or "",
            place=form.place.data or "",
            witness=form.witness.data or "",
            note=form.note.data or "",
        )
        service.serve(order, current_actor(), delivery)

    return act_on(order_id, "serve", form, act, _("Served; the enterprise sees it now."))


@bp.post("/<int:order_id>/discard")
@requires(Permission.ORDER_MAKE)
def discard(order_id: int) -> ResponseReturnValue:
    form = forms.ReasonForm()

    def act(order: Order) -> None:
        service.discard(order, current_actor(), reason=form.reason.data or "")

    return act_on(order_id, "discard", form, act, _("Draft discarded."))


@bp.post("/<int:order_id>/void")
@requires(Permission.ORDER_APPROVE)
def void(order_id: int) -> ResponseReturnValue:
    form = forms.ReasonForm()

    def act(order: Order) -> None:
        service.void(order, current_actor(), reason=form.reason.data or "")

    return act_on(order_id, "void", form, act, _("Declared void; its number stays used."))


@bp.post("/<int:order_id>/hand-over")
@requires(Permission.ORDER_MAKE)
def hand_over(order_id: int) -> ResponseReturnValue:
    form = forms.ReasonForm()

    def act(order: Order) -> None:
        service.hand_over(order, current_actor(), reason=form.reason.data or "")

    return act_on(order_id, "hand_over", form, act, _("Closed: handed over to a case."))


@bp.post("/<int:order_id>/apply")
@requires(Permission.ORDER_REQUEST)
def apply(order_id: int) -> ResponseReturnValue:
    """The enterprise asks for the re-inspection."""
    form = forms.ApplyForm()
    order = queries.get_order(order_id, current_actor())
    name = "apply_recheck" if order.status is OrderState.SERVED else "apply_again"

    def act(order: Order) -> None:
        recheck.apply(order, current_actor(), note=form.note.data or "")

    return act_on(order_id, name, form, act, _("Re-inspection applied for."))


@bp.post("/<int:order_id>/extensions")
@requires(Permission.ORDER_REQUEST)
def extend(order_id: int) -> ResponseReturnValue:
    form = extend_form(queries.get_order(order_id, current_actor()))

    def act(order: Order) -> None:
        extension.request(
            order,
            current_actor(),
            item_ids=form.items.data or [],
            wanted_on=given(form.wanted_on.data),
            reason=form.reason.data or "",
        )

    return act_on(order_id, "extend", form, act, _("Extension requested."))


@bp.post("/<int:order_id>/extensions/<int:extension_id>/reply")
@requires(Permission.ORDER_MAKE)
def reply(order_id: int, extension_id: int) -> ResponseReturnValue:
    order = queries.get_order(order_id, current_actor())
    queries.get_extension(order, extension_id)
    form = reply_form(order)

    def act(order: Order) -> None:
        asked = queries.get_extension(order, extension_id)
        extension.reply(
            asked,
            current_actor(),
            granted={
                row.id: form[f"due_{row.id}"].data for row in asked.items if f"due_{row.id}" in form
            },
            officer_ids=form.officers.data or [],
            note=form.note.data or "",
        )

    return act_on(order_id, "reply", form, act, _("Replied; the paper is below."))


@bp.post("/<int:order_id>/transfer")
@requires(Permission.ORDER_MAKE)
def hand_letter(order_id: int) -> ResponseReturnValue:
    form = forms.TransferForm()
    offer_officers(form, queries.get_order(order_id, current_actor()).authority)

    def act(order: Order) -> None:
        transfer.of_order(
            order,
            current_actor(),
            receiver=form.receiver.data or "",
            reason=form.reason.data or "",
            matter=form.matter.data or "",
            enclosures=lines(form.enclosures.data),
            officer_ids=form.officers.data or [],
        )

    return act_on(order_id, "transfer", form, act, _("The letter of transfer is issued."))


def lines(text: str | None) -> list[str]:
    """One in a line, blank lines left out."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]
