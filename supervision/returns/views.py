"""HTTP of returns: the list of both sides, its export, and reminders."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import Select

from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.export.lists import ListExport
from supervision.core.permissions import Permission
from supervision.core.web.exporting import answer
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises
from supervision.returns import exports, forms, labels, queries, service
from supervision.returns.blueprint import bp
from supervision.returns.rules import ReturnKind
from supervision.returns.workflow import ReturnState

_FILTERS = ("group", "kind", "status", "region", "ends_from", "ends_to")


@bp.get("/")
@requires(Permission.RETURN_READ)
def index() -> ResponseReturnValue:
    actor = current_actor()
    form, wanted = _filter()
    return render_template(
        "returns/index.html",
        form=form,
        page=paginate(queries.list_returns(actor, wanted), number=page_number()),
        counts=queries.counts(actor),
        remind_form=forms.RemindForm(formdata=None),
        active=sum(1 for name in _FILTERS if form[name].data),
        labels=labels,
    )


def _listed() -> Select[Any]:
    return queries.list_returns(current_actor(), _filter()[1])


LIST = ListExport(
    "returns.list",
    _l("Period returns"),
    Permission.RETURN_READ,
    _listed,
    exports.list_table,
)


@bp.get("/export.xlsx")
@requires(Permission.RETURN_READ)
def export() -> ResponseReturnValue:
    """The filtered list as Excel."""
    return answer(LIST)


@bp.post("/remind")
@requires(Permission.RETURN_DECIDE)
def remind() -> ResponseReturnValue:
    """Remind the enterprises of all that is overdue in the filtered list."""
    form = forms.RemindForm()
    if not form.validate_on_submit():
        return redirect(url_for("returns.index", group="overdue"))
    actor = current_actor()
    with transaction():
        told = service.remind(queries.overdue(actor, _filter()[1]), actor)
    if told:
        flash(
            ngettext("%(num)s enterprise was reminded.", "%(num)s were reminded.", told), "success"
        )
    else:
        flash(_("Nobody was left to be reminded today."), "info")
    back: dict[str, Any] = request.args.to_dict()
    return redirect(url_for("returns.index", **back))


def _filter() -> tuple[forms.FilterForm, queries.ReturnFilter]:
    form = forms.FilterForm(request.args)
    form.region.choices = [("", "—"), *enterprises.region_choices(current_actor())]
    form.validate()
    kind, status = form.kind.data, form.status.data
    return form, queries.ReturnFilter(
        text=form.text.data or "",
        group=form.group.data or "",
        kind=ReturnKind(kind) if kind in set(ReturnKind) else None,
        status=ReturnState(status) if status in set(ReturnState) else None,
        enterprise_id=id_argument("enterprise"),
        region=form.region.data if (form.region.data or "").isdecimal() else "",
        ends_from=form.ends_from.data,
        ends_to=form.ends_to.data,
        sort=form.sort.data or "newest",
    )
