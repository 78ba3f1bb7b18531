"""HTTP of the re-inspection: a page of its own, with what is still open and nothing else."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import attachments, clock
from supervision.core.access import current_actor, requires
from supervision.core.attachments import Attachment
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.core.web.drawn import signature
from supervision.order import forms, labels, queries, recheck
from supervision.order.models import Order
from supervision.order.recheck import Seen, Visit
from supervision.order.rules import ItemResult
from supervision.order.views import bp, check_version, offer_officers
from supervision.order.workflow import ORDER_WORKFLOW


@bp.get("/<int:order_id>/recheck")
@requires(Permission.ORDER_MAKE)
def recheck_page(order_id: int) -> ResponseReturnValue:
    order = queries.get_order(order_id, current_actor())
    if "recheck" not in ORDER_WORKFLOW.names(order, current_actor()):
        raise Conflict(N_("Only an order that was served and is open is re-inspected."))
    form = forms.recheck_form(
        order.open_items,
        clock.today(),
        formdata=None,
        row_version=order.row_version,
        officers=list(order.officer_ids),
        party_name=order.enterprise.principal,
    )
    return _page(order, form)


@bp.post("/<int:order_id>/recheck")
@requires(Permission.ORDER_MAKE)
def recheck_now(order_id: int) -> ResponseReturnValue:
    actor = current_actor()
    order = queries.get_order(order_id, actor)
    form = forms.recheck_form(order.open_items, clock.today())
    offer_officers(form, order.authority)
    if not form.validate_on_submit():
        return _page(order, form), 422
    try:
        with transaction():
            found = queries.get_order(order_id, actor, lock=True)
            check_version(found, form.row_version.data)
            recheck.record(found, actor, _visit(found, form))
    except InvalidInput as error:
        form.add_error(error)
        return _page(queries.get_order(order_id, actor), form), 422
    flash(_("The opinion of the re-inspection is issued."), "success")
    return redirect(url_for("order.detail", order_id=order_id))


def _page(order: Order, form: Any) -> str:
    offer_officers(form, order.authority)
    return render_template(
        "order/recheck.html", order=order, form=form, labels=labels, today=clock.today()
    )


def _visit(order: Order, form: Any) -> Visit:
    seen = {
        item.id: Seen(
            ItemResult(form[f"result_{item.id}"].data),
            note=form[f"note_{item.id}"].data or "",
            photos=_photos(form[f"photos_{item.id}"]),
        )
        for item in order.open_items
        if f"result_{item.id}" in form
    }
    refused = bool(form.refused.data)
    return Visit(
        seen=seen,
        opinion=form.opinion.data or "",
        next_step=form.next_step.data or "",
        officer_ids=form.officers.data or [],
        party_name=form.party_name.data or "",
        refused=refused,
        refusal_reason=form.refusal_reason.data or "" if refused else "",
        witness=form.witness.data or "" if refused else "",
        signature=None if refused else signature(current_actor(), form.signature.data or ""),
    )


def _photos(field: Any) -> list[Attachment]:
    given = [upload for upload in field.data or [] if upload and upload.filename]
    if len(given) > recheck.MAX_PHOTOS:
        raise InvalidInput(
            N_("At most %(count)s photos."), field=field.name, count=recheck.MAX_PHOTOS
        )
    return [
        attachments.store_photo(current_actor(), upload.stream, upload.filename, field=field.name)
        for upload in given
    ]
