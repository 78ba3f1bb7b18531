"""The list of rules in their versions, and the history of one."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.core.web.paging import page_number, paginate
from supervision.statute import forms, labels, queries
from supervision.statute.rules import ChangeKind
from supervision.statute.views.blueprint import bp


@bp.get("/")
@requires(Permission.STATUTE_READ)
def index() -> ResponseReturnValue:
    """Statutory time limits."""
    return _list(ChangeKind.RULE)


@bp.get("/criteria")
@requires(Permission.STATUTE_READ)
def criteria() -> ResponseReturnValue:
    """Criteria of major hazards."""
    return _list(ChangeKind.CRITERION)


def _list(kind: ChangeKind) -> str:
    form = forms.FilterForm(request.args)
    form.validate()
    if form.day.data is None:
        form.day.data = clock.today()
    certainty = form.certainty.data
    wanted = queries.RuleFilter(
        kind=kind,
        text=form.text.data or "",
        certainty=Certainty(certainty) if certainty in set(Certainty) else None,
        day=None if form.times.data == "all" else form.day.data,
    )
    return render_template(
        "statute/index.html",
        kind=kind,
        form=form,
        page=paginate(queries.list_versions(wanted), number=page_number()),
        waiting=queries.waiting_count(current_actor(), cap=100),
        labels=labels,
        today=clock.today(),
        active=sum(1 for name in ("text", "certainty", "times", "day") if request.args.get(name)),
    )


@bp.get("/<any(rule, criterion):kind>/<string:code>")
@requires(Permission.STATUTE_READ)
def history(kind: str, code: str) -> ResponseReturnValue:
    """Every version of one rule, with the changes that made them."""
    of = ChangeKind(kind)
    return render_template(
        "statute/history.html",
        kind=of,
        code=code,
        versions=queries.versions(of, code),
        changes=queries.changes_of(of, code, current_actor()),
        labels=labels,
        today=clock.today(),
    )
