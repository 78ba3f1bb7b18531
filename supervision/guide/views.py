"""HTTP of the guide: its steps for one enterprise, and what a person says of them."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.permissions import Permission
from supervision.enterprise import queries as enterprises
from supervision.enterprise.ended import open_file
from supervision.enterprise.models import Enterprise
from supervision.guide import coming, labels, queries, service
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
        first=queries.first_open_round(enterprise_id, actor),
        coming=coming.next_dates(actor, enterprise),
        today=clock.today(),
    )


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


def _own(enterprise_id: int) -> Enterprise:
    return enterprises.get_enterprise(enterprise_id, current_actor())


def _on(enterprise_id: int, *, hidden: bool) -> ResponseReturnValue:
    if hidden:
        return redirect(url_for("home.start"))
    return redirect(url_for("guide.steps", enterprise_id=enterprise_id))
