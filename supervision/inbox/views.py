"""HTTP of the inbox. Everybody who is signed in has one, and sees no other."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core.access import current_actor, signed_in
from supervision.core.db import transaction
from supervision.core.web.forms import given
from supervision.core.web.paging import page_number, paginate
from supervision.inbox import forms, labels, queries, rules, service

bp = Blueprint("inbox", __name__, url_prefix="/inbox")


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    actor = current_actor()
    unread = request.args.get("show") == "unread"
    form = forms.ReadAllForm(formdata=None, up_to=queries.newest_id(actor))
    return render_template(
        "inbox/index.html",
        page=paginate(queries.list_items(actor, unread=unread), number=page_number()),
        unread=unread,
        unread_count=queries.unread_count(actor),
        count_cap=queries.COUNT_CAP,
        text_of=labels.text_of,
        icon_of=labels.icon_of,
        form=form,
    )


@bp.post("/<int:item_id>/open")
@signed_in
def open_item(item_id: int) -> ResponseReturnValue:
    """Mark it as read and go to what it tells of."""
    with transaction():
        item = queries.get_item(item_id, current_actor())
        service.mark_read(item)
        link = item.notice.link
    return redirect(link if rules.is_site_path(link) else url_for("inbox.index"))


@bp.post("/<int:item_id>/read")
@signed_in
def read(item_id: int) -> ResponseReturnValue:
    """Mark it as read and stay."""
    with transaction():
        service.mark_read(queries.get_item(item_id, current_actor()))
    return redirect(url_for("inbox.index", show=request.args.get("show")))


@bp.post("/read-all")
@signed_in
def read_all() -> ResponseReturnValue:
    form = forms.ReadAllForm()
    if form.validate_on_submit():
        with transaction():
            service.mark_all_read(current_actor(), given(form.up_to.data))
        flash(_("All notices are marked as read."), "success")
    return redirect(url_for("inbox.index"))
