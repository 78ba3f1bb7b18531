"""HTTP of the log: what went out, what did not and why."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.channel import labels, queries, service, text
from supervision.channel.forms import DeliveryFilterForm
from supervision.channel.rules import DeliveryState
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.permissions import Permission
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate

bp = Blueprint("delivery", __name__, url_prefix="/channels/deliveries")

_FIELDS = ("channel", "state", "day_from", "day_to")


@bp.get("/")
@requires(Permission.CHANNEL_ADMIN)
def index() -> ResponseReturnValue:
    form = _form()
    page = paginate(queries.list_deliveries(current_actor(), _filter(form)), number=page_number())
    return render_template(
        "channel/deliveries.html",
        form=form,
        page=page,
        active=sum(1 for name in _FIELDS if form[name].data),
        text_of=text.sentence,
        labels=labels,
    )


def _form() -> DeliveryFilterForm:
    form = DeliveryFilterForm(request.args)
    names = queries.choices(current_actor())
    form.channel.choices = [("", "—"), *((str(ident), name) for ident, name in names)]
    form.validate()
    return form


def _filter(form: DeliveryFilterForm) -> queries.DeliveryFilter:
    state = form.state.data
    return queries.DeliveryFilter(
        text=form.text.data or "",
        channel_id=id_argument("channel"),
        state=DeliveryState(state) if state in set(DeliveryState) else None,
        day_from=form.day_from.data,
        day_to=form.day_to.data,
        sort=form.sort.data or "newest",
    )


@bp.post("/<int:delivery_id>/retry")
@requires(Permission.CHANNEL_ADMIN)
def retry(delivery_id: int) -> ResponseReturnValue:
    actor = current_actor()
    with transaction():
        service.retry(queries.get_delivery(delivery_id, actor), actor)
    flash(_("It is sent again within a minute."), "success")
    kept: dict[str, Any] = request.args.to_dict()
    return redirect(url_for("delivery.index", **kept))
