"""The list of tickets, its export, and the form that reports a new one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.export.lists import ListExport
from supervision.core.permissions import Permission
from supervision.core.web.exporting import answer
from supervision.core.web.forms import given
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises
from supervision.enterprise.ended import open_file
from supervision.hazard import (
    exports,
    forms,
    labels,
    queries,
    rules,
    service,
)
from supervision.hazard.blueprint import bp
from supervision.hazard.rules import Category, Factor, Grade, Source
from supervision.hazard.views_detail import photos_of
from supervision.hazard.workflow import (
    HazardState,
)


@bp.get("/")
@requires(Permission.HAZARD_READ)
def index() -> ResponseReturnValue:
    actor = current_actor()
    form, wanted = _filter()
    page = paginate(queries.list_hazards(actor, wanted), number=page_number())
    return render_template(
        "hazard/index.html",
        form=form,
        page=page,
        counts=queries.counts(actor),
        labels=labels,
        active=_active(form),
    )


def _ledger() -> Select[Any]:
    return queries.list_hazards(current_actor(), _filter()[1])


LEDGER = ListExport(
    "hazard.ledger",
    _l("Hazard ledger"),
    Permission.HAZARD_READ,
    _ledger,
    exports.ledger_table,
)


@bp.get("/export.xlsx")
@requires(Permission.HAZARD_READ)
def export() -> ResponseReturnValue:
    """The filtered ledger as Excel: same query, same columns as the screen, and the rest."""
    return answer(LEDGER)


def _filter() -> tuple[forms.FilterForm, queries.HazardFilter]:
    form = forms.FilterForm(request.args)
    form.region.choices = [("", "—"), *enterprises.region_choices(current_actor())]
    form.validate()
    status, grade, source = form.status.data, form.grade.data, form.source.data
    return form, queries.HazardFilter(
        text=form.text.data or "",
        status=HazardState(status) if status in set(HazardState) else None,
        group=form.group.data or "",
        grade=Grade(grade) if grade in set(Grade) else None,
        source=Source(source) if source in set(Source) else None,
        enterprise_id=id_argument("enterprise"),
        region=form.region.data if (form.region.data or "").isdecimal() else "",
        found_from=form.found_from.data,
        found_to=form.found_to.data,
        sort=form.sort.data or "newest",
    )


def _active(form: forms.FilterForm) -> int:
    names = ("group", "status", "grade", "source", "region", "found_from", "found_to")
    return sum(1 for name in names if form[name].data)


@bp.get("/report/<int:enterprise_id>")
@requires(Permission.HAZARD_REPORT)
def report(enterprise_id: int) -> ResponseReturnValue:
    now = clock.now().astimezone(clock.SHANGHAI).replace(tzinfo=None)
    return _report_page(enterprise_id, _report_form(found_at=now))


@bp.post("/report/<int:enterprise_id>")
@requires(Permission.HAZARD_REPORT)
def report_now(enterprise_id: int) -> ResponseReturnValue:
    form = _report_form()
    actor = current_actor()
    if not form.validate_on_submit():
        return _report_page(enterprise_id, form), 422
    try:
        with transaction():
            enterprise = open_file(enterprise_id, actor)
            finding = service.Finding(
                source=Source(form.source.data),
                found_at=_instant(given(form.found_at.data)),
                place=form.place.data or "",
                description=form.description.data or "",
                factor=Factor(form.factor.data),
                category=Category(form.category.data),
                basis=form.basis.data or "",
                photos=photos_of(form),
            )
            hazard = service.report(enterprise, actor, finding)
    except InvalidInput as error:
        form.add_error(error)
        return _report_page(enterprise_id, form), 422
    flash(_("Hazard %(number)s is reported.", number=hazard.number), "success")
    return redirect(url_for("hazard.detail", hazard_id=hazard.id))


def _report_form(**values: Any) -> forms.ReportForm:
    form = forms.ReportForm(**values)
    allowed = rules.sources_of(current_actor().side)
    # Video findings come from the review queue, not by hand.
    form.source.choices = [
        (code, label)
        for code, label in labels.SOURCE_LABELS.items()
        if code in allowed and code is not Source.VIDEO
    ]
    return form


def _report_page(enterprise_id: int, form: forms.ReportForm) -> str:
    enterprise = open_file(enterprise_id, current_actor())
    return render_template("hazard/report.html", enterprise=enterprise, form=form)


def _instant(local: datetime) -> datetime:
    return local.replace(tzinfo=clock.SHANGHAI)
