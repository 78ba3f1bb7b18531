"""HTTP of the guide: its steps for one enterprise, and what a person says of them."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.enterprise import queries as enterprises
from supervision.enterprise.ended import open_file
from supervision.enterprise.models import Enterprise
from supervision.guide import coming, labels, lists, queries, service
from supervision.guide.models import MarkKind

bp = Blueprint("guide", __name__)

# How each word is said in an address.
WORDS = "facts,colleagues,next,hidden"


@bp.get("/guide")
@requires(Permission.SELFCHECK_PLAN)
def index() -> ResponseReturnValue:
    """To one's enterprise; whoever has several chooses."""
    actor = current_actor()
    own = enterprises.own_enterprises(actor)
    if len(own) == 1:
        return redirect(url_for("guide.steps", enterprise_id=own[0].id))
    progress = {one.id: queries.progress(one, actor) for one in own[: queries.MOST_SHOWN]}
    return render_template("guide/choose.html", own=own, progress=progress)


@bp.get("/enterprises/<int:enterprise_id>/guide")
@requires(Permission.SELFCHECK_PLAN)
def steps(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    enterprise = open_file(enterprise_id, actor)
    return render_template(
        "guide/steps.html",
        enterprise=enterprise,
        progress=queries.progress(enterprise, actor),
        labels=labels,
        facts=labels.facts(enterprise),
        offered=lists.offered(enterprise, actor),
        walk_url=_walk_url(enterprise_id),
        coming=coming.next_dates(actor, enterprise),
        today=clock.today(),
    )


@bp.post("/enterprises/<int:enterprise_id>/guide/lists")
@requires(Permission.SELFCHECK_PLAN)
def take_lists(enterprise_id: int) -> ResponseReturnValue:
    """Walk the ticked lists from today on; their first rounds are there at once."""
    actor = current_actor()
    try:
        with transaction():
            enterprise = open_file(enterprise_id, actor)
            new = lists.take(enterprise, actor, request.form.getlist("code"))
    except InvalidInput as error:
        flash(message_of(error), "error")
    else:
        said = ngettext(
            "%(num)s list is walked from today on.", "%(num)s lists are walked from today on.", new
        )
        flash(said, "success")
    return _on(enterprise_id, hidden=False)


@bp.post(f"/enterprises/<int:enterprise_id>/guide/<any({WORDS}):word>")
@requires(Permission.SELFCHECK_PLAN)
def mark(enterprise_id: int, word: str) -> ResponseReturnValue:
    """Done, left out, or no more of it on the start page."""
    actor = current_actor()
    with transaction():
        service.mark(open_file(enterprise_id, actor), actor, MarkKind(word))
    return _on(enterprise_id, hidden=word == MarkKind.HIDDEN)


@bp.post("/enterprises/<int:enterprise_id>/guide/shown")
@requires(Permission.SELFCHECK_PLAN)
def show_again(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    with transaction():
        service.show_again(_own(enterprise_id), actor)
    return _on(enterprise_id, hidden=False)


def _walk_url(enterprise_id: int) -> str:
    """Where the first round is walked, "" where there is none to walk."""
    first = queries.first_open_round(enterprise_id, current_actor())
    if first is None or "selfcheck.walk" not in current_app.view_functions:
        return ""
    return url_for("selfcheck.walk", round_id=first.id)


def _own(enterprise_id: int) -> Enterprise:
    return enterprises.get_enterprise(enterprise_id, current_actor())


def _on(enterprise_id: int, *, hidden: bool) -> ResponseReturnValue:
    if hidden:
        return redirect(url_for("home.start"))
    return redirect(url_for("guide.steps", enterprise_id=enterprise_id))
