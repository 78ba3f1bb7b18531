"""HTTP of one's own wishes: which notices come by mail, and to which address."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.channel import labels, queries, wishes
from supervision.channel.forms import CodeForm, WishesForm
from supervision.channel.rules import DEFAULT_WAYS, Topic, Way
from supervision.channel.wishes import Wishes
from supervision.core.access import current_actor, signed_in
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.i18n import message_of
from supervision.core.web.state import settings

bp = Blueprint("wishes", __name__, url_prefix="/account/notices")


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    own = queries.preference(current_actor())
    form = WishesForm(formdata=None, obj=own)
    form.fill({topic: own.way_of(topic) if own else DEFAULT_WAYS[topic] for topic in Topic})
    if own is None:
        form.workdays_only.data = True
    return _page(form)


@bp.post("/")
@signed_in
def save() -> ResponseReturnValue:
    form = WishesForm()
    if not form.validate_on_submit():
        return _page(form), 422
    actor = current_actor()
    try:
        with transaction():
            own = queries.preference(actor)
            if own is not None and form.row_version.data not in {None, own.row_version}:
                raise Conflict
            is_sent = wishes.save(actor, _given(form))
    except InvalidInput as error:
        form.add_error(error)
        return _page(form), 422
    flash(_("Saved. A code is on its way to the address.") if is_sent else _("Saved."), "success")
    return redirect(url_for("wishes.index"))


def _given(form: WishesForm) -> Wishes:
    return Wishes(
        address=form.address.data or "",
        ways={topic: Way(form[topic.value].data) for topic in Topic},
        language=form.language.data or "",
        quiet_from=form.quiet_from.data,
        quiet_to=form.quiet_to.data,
        workdays_only=form.workdays_only.data,
    )


def _page(form: WishesForm, code: CodeForm | None = None) -> str:
    return render_template(
        "channel/wishes.html",
        form=form,
        code=code or CodeForm(formdata=None),
        own=queries.preference(current_actor()),
        has_mail=queries.mail_channel_id() is not None,
        hour=settings().digest_hour,
        labels=labels,
    )


@bp.post("/code")
@signed_in
def send_code() -> ResponseReturnValue:
    try:
        with transaction():
            wishes.send_code(current_actor())
    except Conflict as error:
        flash(message_of(error), "warning")
    else:
        flash(_("Another code is on its way to the address."), "success")
    return redirect(url_for("wishes.index"))


@bp.post("/confirm")
@signed_in
def confirm() -> ResponseReturnValue:
    form = CodeForm()
    is_right = False
    if form.validate_on_submit():
        try:
            with transaction():
                is_right = wishes.confirm(current_actor(), form.code.data or "")
        except Conflict as error:
            flash(message_of(error), "warning")
            return redirect(url_for("wishes.index"))
        if not is_right:
            form.code.errors = [_("This is not the code of the last letter.")]
    if not is_right:
        own = queries.preference(current_actor())
        page = WishesForm(formdata=None, obj=own)
        page.fill({topic: own.way_of(topic) if own else DEFAULT_WAYS[topic] for topic in Topic})
        return _page(page, form), 422
    flash(_("The address is confirmed. From now on notices come by mail as you chose."), "success")
    return redirect(url_for("wishes.index"))
