"""Holidays: a year as a calendar, its file, and the import that drafts a change."""

from __future__ import annotations

import calendar
import io
from datetime import date
from typing import Any

from babel.dates import get_day_names, get_month_names
from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.holidays import HolidayYear, YearStatus, workday_table
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.core.web.forms import given
from supervision.core.workdays import is_workday
from supervision.statute import forms, importing, labels, queries, rules, service
from supervision.statute.rules import ChangeKind, RowError
from supervision.statute.service import Proposal
from supervision.statute.views.blueprint import bp

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIRST_YEAR, LAST_YEAR = 2000, 2100


@bp.get("/holidays")
@requires(Permission.STATUTE_READ)
def holidays() -> ResponseReturnValue:
    """A year as a calendar; without a table its weekends only."""
    year = _year()
    current = queries.current_year(year)
    known = queries.holiday_years()
    return render_template(
        "statute/holidays.html",
        year=year,
        current=current,
        versions=queries.versions_of_year(year),
        years=sorted({*known, clock.today().year, clock.today().year + 1, year}),
        months=_months(year, current),
        weekdays=_weekdays(),
        changes=queries.changes_of(ChangeKind.HOLIDAYS, str(year), current_actor()),
        labels=labels,
    )


def _year() -> int:
    """``?year=``, forgiving: nonsense is this year."""
    year = request.args.get("year", type=int) or clock.today().year
    return year if FIRST_YEAR <= year <= LAST_YEAR else clock.today().year


def _weekdays() -> list[str]:
    """Short names, Monday first, as the calendar's weeks begin."""
    names = get_day_names("narrow", locale=get_locale())
    return [names[day] for day in range(7)]


def _months(year: int, current: HolidayYear | None) -> list[dict[str, Any]]:
    """Twelve months as weeks of cells; a cell of another month is None."""
    table, today = workday_table(), clock.today()
    listed = {d.day: d for d in (current.days if current else ())}
    names = get_month_names("wide", locale=get_locale())

    def cell(day: date) -> dict[str, Any]:
        return {
            "day": day,
            "listed": listed.get(day),
            "works": is_workday(day, table),
            "today": day == today,
        }

    weeks_of = calendar.Calendar().monthdatescalendar
    return [
        {
            "name": names[month],
            "weeks": [
                [cell(day) if day.month == month else None for day in week]
                for week in weeks_of(year, month)
            ],
        }
        for month in range(1, 13)
    ]


@bp.get("/holidays/<int:year>.<any(xlsx, tsv):ending>")
@requires(Permission.STATUTE_READ)
def year_file(year: int, ending: str) -> ResponseReturnValue:
    """A year's table as the file that the import reads; an empty one is the template."""
    rows = service.rows_of_year(queries.current_year(year))
    made = importing.as_excel(rows) if ending == "xlsx" else importing.as_tabs(rows)
    kind = XLSX if ending == "xlsx" else "text/tab-separated-values"
    name = f"holidays-{year}.{ending}"
    return send_file(io.BytesIO(made), mimetype=kind, as_attachment=True, download_name=name)


@bp.get("/holidays/import")
@requires(Permission.STATUTE_PROPOSE)
def import_year() -> ResponseReturnValue:
    wanted = request.args.get("year", type=int) or clock.today().year + 1
    return _import_page(forms.HolidaysForm(formdata=None, year=wanted))


@bp.post("/holidays/import")
@requires(Permission.STATUTE_PROPOSE)
def import_year_now() -> ResponseReturnValue:
    """Read a file and draft the change; the draft's page shows what would be different."""
    form = forms.HolidaysForm()
    if not form.validate_on_submit():
        return _import_page(form), 422
    year = given(form.year.data)
    try:
        lines = importing.read_file(form.file.data.filename or "", form.file.data.read())
        rows, errors = rules.read_rows(lines, year)
        if errors:
            return _import_page(form, errors), 422
        with transaction():
            change = service.draft(current_actor(), _proposal(form, rows))
    except InvalidInput as error:
        form.add_error(error)
        return _import_page(form), 422
    flash(_("The draft is saved. Nothing changes before a second person approves it."), "success")
    return redirect(url_for("statute.change", change_id=change.id))


def _proposal(form: forms.HolidaysForm, rows: list[rules.HolidayRow]) -> Proposal:
    status = YearStatus(form.status.data)
    published = status is YearStatus.PUBLISHED
    return Proposal(
        kind=ChangeKind.HOLIDAYS,
        code=str(form.year.data),
        effective_from=clock.today(),
        values=service.holiday_values(rows, status),
        source=form.source.data or "",
        certainty=Certainty.HIGH if published else Certainty.LOW,
        reason=form.reason.data or "",
    )


def _import_page(form: forms.HolidaysForm, errors: list[RowError] | None = None) -> str:
    return render_template("statute/import.html", form=form, errors=errors or [], labels=labels)
