"""HTTP of months: who committed in time and who did not, by enterprise."""

from __future__ import annotations

from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.commitment import exports, forms, queries
from supervision.commitment.blueprint import bp
from supervision.commitment.models import CommitmentMonth
from supervision.commitment.queries import MonthFilter
from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.actor import Actor
from supervision.core.export.lists import ListExport
from supervision.core.permissions import Permission
from supervision.core.web.exporting import answer
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises

MONTHS_OFFERED = 12


@bp.get("/months")
@requires(Permission.COMMITMENT_READ)
def months() -> ResponseReturnValue:
    """The figures of a month, whoever missed most first."""
    actor = current_actor()
    form, wanted = _filter(actor)
    page = paginate(queries.list_months(actor, wanted), number=page_number())
    return render_template(
        "commitment/months.html",
        form=form,
        page=page,
        regions=enterprises.region_path_names({m.enterprise.region_code for m in page.items}),
        active=sum(1 for on in (wanted.is_behind, wanted.region) if on),
    )


def _filter(actor: Actor) -> tuple[forms.MonthForm, MonthFilter]:
    form = forms.MonthForm(request.args)
    form.month.choices = _months()
    form.region.choices = [("", "—"), *enterprises.region_choices(actor)]
    form.validate()
    known = dict(form.month.choices)
    if form.month.data not in known:
        form.month.data = next(iter(known))
    region = form.region.data or ""
    return form, MonthFilter(
        month=date.fromisoformat(form.month.data + "-01"),
        text=form.text.data or "",
        region=region if region.isdecimal() else "",
        is_behind=form.behind.data == "1",
        sort=form.sort.data or "missed",
    )


def _months() -> list[tuple[str, str]]:
    day, found = clock.today().replace(day=1), []
    for _number in range(MONTHS_OFFERED):
        found.append((f"{day:%Y-%m}", f"{day:%Y-%m}"))
        day = (day - clock.DAY).replace(day=1)
    return found


def _listed() -> Select[CommitmentMonth]:
    actor = current_actor()
    return queries.list_months(actor, _filter(actor)[1])


MONTHS = ListExport(
    "commitment.months",
    _l("Safety commitments by month"),
    Permission.COMMITMENT_READ,
    _listed,
    exports.month_table,
)


@bp.get("/months/export.xlsx")
@requires(Permission.COMMITMENT_READ)
def export_months() -> ResponseReturnValue:
    """The filtered list as Excel."""
    return answer(MONTHS)
