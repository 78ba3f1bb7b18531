"""HTTP of the months of tables that grow for ever."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound as MissingFile
from werkzeug.wrappers import Response

from supervision.audit import labels, months
from supervision.core import attachments, clock, month_drop, partitions
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.i18n import message_of
from supervision.core.partitions import Month
from supervision.core.permissions import Permission
from supervision.core.web.forms import Form

bp = Blueprint("month", __name__, url_prefix="/audit/months")


@bp.get("/")
@requires(Permission.AUDIT_READ)
def index() -> ResponseReturnValue:
    """The parts of each table, which of them may go, and what went."""
    return render_template(
        "audit/months.html",
        standings=months.standings(),
        net=partitions.in_the_net(),
        drops=months.drops(),
        rules=months.rules(),
        this=Month.of(clock.now()),
        words=labels,
        size_of=size_of,
        form=Form(formdata=None),
    )


def size_of(size: int) -> str:
    """A number of bytes for people."""
    return f"{size / 2**30:.1f} GB" if size >= 2**30 else f"{size / 2**20:.1f} MB"


@bp.get("/<string:table>/<string:name>")
@requires(Permission.MONTH_DROP)
def detail(table: str, name: str) -> ResponseReturnValue:
    """What would go and what would stay, counted now."""
    return _page(table, name)


def _page(table: str, name: str) -> str:
    rule, part = months.get(table, name)
    is_due = rule.is_due(part, Month.of(clock.now()))
    return render_template(
        "audit/month.html",
        rule=rule,
        part=part,
        is_due=is_due,
        preview=month_drop.preview(rule, part),
        words=labels,
        size_of=size_of,
        form=Form(formdata=None),
    )


@bp.post("/<string:table>/<string:name>")
@requires(Permission.MONTH_DROP)
def ask(table: str, name: str) -> ResponseReturnValue:
    try:
        with transaction():
            months.ask(current_actor(), table, name)
    except InvalidInput as error:
        flash(message_of(error), "warning")
        return _page(table, name), 422
    except Conflict as error:
        flash(message_of(error), "warning")
        return _to_index()
    flash(_("Asked for: it is dropped within minutes. Until then you can take it back."), "success")
    return _to_index()


@bp.post("/drops/<int:drop_id>/withdraw")
@requires(Permission.MONTH_DROP)
def withdraw(drop_id: int) -> ResponseReturnValue:
    try:
        with transaction():
            months.withdraw(current_actor(), months.get_drop(drop_id, for_update=True))
    except Conflict as error:
        flash(message_of(error), "warning")
        return _to_index()
    flash(_("Taken back: the month stays."), "success")
    return _to_index()


@bp.get("/drops/<int:drop_id>/archive")
@requires(Permission.AUDIT_READ)
def archive(drop_id: int) -> Response:
    """The file of a month of the trail that was dropped."""
    found = months.get_drop(drop_id).archive
    if found is None:
        raise MissingFile
    return attachments.send(found, download=True)


def _to_index() -> Response:
    return redirect(url_for("month.index"))
