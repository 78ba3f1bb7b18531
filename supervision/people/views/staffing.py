"""Hours of people against the rule, and staff of enterprises: lists, and why it is so."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.export.lists import ListExport
from supervision.core.permissions import Permission
from supervision.core.web.exporting import answer
from supervision.core.web.forms import Form
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises
from supervision.people import (
    exports,
    labels,
    panels,
    rules,
    ruletables,
    service,
    standing,
    tables,
    training_forms,
    training_queries,
)
from supervision.people.tables import RuleTable
from supervision.people.views import parts
from supervision.people.views.blueprint import bp


@bp.get("/hours")
@requires(Permission.PEOPLE_READ)
def hours() -> ResponseReturnValue:
    """Who is short of training hours in a year, and by how much."""
    actor = current_actor()
    form, wanted = _hours_filter()
    page = paginate(training_queries.list_hours(actor, wanted), number=page_number())
    return render_template(
        "people/hours.html",
        form=form,
        page=page,
        counts=training_queries.hours_counts(actor, enterprise_id=wanted.enterprise_id),
        labels=labels,
        in_full=panels.sees_names(actor),
        shown_name=rules.shown_name,
        today=clock.today(),
        active=parts.active(form, "region", "year")
        + (1 if form.state.data not in {"", None, "short"} else 0),
    )


def _hours_listed() -> Select[Any]:
    return training_queries.list_hours(current_actor(), _hours_filter()[1])


HOURS = ListExport(
    "people.hours",
    _l("Training hours"),
    Permission.PEOPLE_READ,
    _hours_listed,
    exports.hours_table,
)


@bp.get("/hours/export.xlsx")
@requires(Permission.PEOPLE_READ)
def hours_export() -> ResponseReturnValue:
    """The filtered list as Excel, masked."""
    return answer(HOURS)


def _hours_filter() -> tuple[training_forms.HoursFilterForm, training_queries.HoursFilter]:
    form = training_forms.HoursFilterForm(request.args)
    region = parts.region(form)
    year = form.year.data
    return form, training_queries.HoursFilter(
        text=form.text.data or "",
        state=parts.code(form.state.data, (*labels.HOURS_STATE_LABELS, "all"), "short"),
        year=year if year is not None and 2000 <= year <= 2100 else 0,
        enterprise_id=parts.enterprise_argument(),
        region=region,
        sort=form.sort.data or "missing",
    )


@bp.get("/staffing", endpoint="staffing")
@requires(Permission.PEOPLE_READ)
def index() -> ResponseReturnValue:
    """Required and present, enterprise by enterprise."""
    actor = current_actor()
    form, wanted = _filter()
    page = paginate(training_queries.list_staffing(actor, wanted), number=page_number())
    known = panels.rules_of(page.items)
    return render_template(
        "people/staffing.html",
        form=form,
        page=page,
        counts=training_queries.staffing_counts(actor),
        labels=labels,
        sectors=panels.sector_names(),
        gap_text=lambda row: panels.gap_text(row, known),
        active=parts.active(form, "sector", "region")
        + (1 if form.state.data not in {"", None, "gaps"} else 0),
    )


def _listed() -> Select[Any]:
    return training_queries.list_staffing(current_actor(), _filter()[1])


def _table(stmt: Select[Any]) -> Any:
    known = {row.id: row for row in ruletables.on(clock.today()).of(RuleTable.STAFFING)}
    names = panels.sector_names()
    return exports.staffing_table(stmt, names, lambda row: panels.gap_text(row, known))


STAFFING = ListExport("people.staffing", _l("Staffing"), Permission.PEOPLE_READ, _listed, _table)


@bp.get("/staffing/export.xlsx")
@requires(Permission.PEOPLE_READ)
def staffing_export() -> ResponseReturnValue:
    """The filtered list as Excel."""
    return answer(STAFFING)


def _filter() -> tuple[training_forms.StaffingFilterForm, training_queries.StaffingFilter]:
    form = training_forms.StaffingFilterForm(request.args)
    names = panels.sector_names()
    form.sector.choices = [("", "—"), *names.items()]
    region = parts.region(form)
    return form, training_queries.StaffingFilter(
        text=form.text.data or "",
        state=parts.code(form.state.data, (*labels.STAFFING_STATE_LABELS, "all"), "gaps"),
        sector=parts.code(form.sector.data, names),
        region=region,
        sort=form.sort.data or "gaps",
    )


@bp.get("/enterprises/<int:enterprise_id>/staffing")
@requires(Permission.PEOPLE_READ)
def explain(enterprise_id: int) -> ResponseReturnValue:
    """Which rules hold for this enterprise, and why."""
    form = training_forms.SectorForm(formdata=None)
    return _explain_page(enterprise_id, form)


@bp.post("/enterprises/<int:enterprise_id>/staffing")
@requires(Permission.PEOPLE_EDIT)
def settle_sector(enterprise_id: int) -> ResponseReturnValue:
    """An officer says which sector it is."""
    actor, form = current_actor(), training_forms.SectorForm()
    enterprises.get_enterprise(enterprise_id, actor)
    _offer(form)

    def act() -> None:
        enterprise = enterprises.get_enterprise(enterprise_id, actor)
        sector = form.sector.data or ""
        service.settle_sector(enterprise, actor, sector, reason=form.reason.data or "")

    return parts.save(
        form,
        act,
        lambda f: _explain_page(enterprise_id, f),
        _("The sector is settled; staffing and hours are reckoned anew."),
        lambda _made: url_for("people.explain", enterprise_id=enterprise_id),
    )


def _offer(form: Any) -> None:
    names = panels.sector_names()
    form.sector.choices = [("", _("By the industry code and the licences")), *names.items()]


def _explain_page(enterprise_id: int, form: Form) -> str:
    actor = current_actor()
    enterprise = enterprises.get_enterprise(enterprise_id, actor)
    found = training_queries.standing_of(enterprise_id, actor)
    _offer(form)
    return render_template(
        "people/explain.html",
        enterprise=enterprise,
        standing=found,
        requirements=panels.requirements(found),
        others=_others(found),
        settled=training_queries.settled_sector(enterprise_id, actor),
        by_code=standing.sector_by_code(enterprise.industry_code),
        unsettled=standing.sector_unsettled(enterprise),
        sectors=panels.sector_names(),
        posts=dict(parts.choices(RuleTable.POST)),
        as_staffing=tables.as_staffing,
        form=form,
        may_settle=actor.is_regulator and actor.may(Permission.PEOPLE_EDIT),
        labels=labels,
    )


def _others(found: Any) -> list[Any]:
    """The rules that do not hold for it, so that one sees that nothing was forgotten."""
    here = {row["rule_id"] for row in found.results} if found is not None else set()
    rows = ruletables.in_force(RuleTable.STAFFING, clock.today())
    return [row for row in rows if row.id not in here]
