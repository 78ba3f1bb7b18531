"""HTTP of packages: list, ask, wait, read, download."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from supervision.core import attachments, clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises
from supervision.report import forms, labels, panels, queries, service, tables
from supervision.report.bundle import FileKind
from supervision.report.contents import Subject, SubjectKind
from supervision.report.models import RequestState

bp = Blueprint("report", __name__, url_prefix="/reports")

MONTHS_OFFERED = 36


@bp.get("/")
@requires(Permission.REPORT_READ)
def index() -> ResponseReturnValue:
    actor = current_actor()
    form, wanted = _filter()
    return render_template(
        "report/index.html",
        form=form,
        page=paginate(queries.list_packages(actor, wanted), number=page_number()),
        waiting=queries.own_requests(actor),
        labels=labels,
        active=sum(1 for name in ("month", "kind", "region") if form[name].data),
    )


def _filter() -> tuple[forms.FilterForm, queries.PackageFilter]:
    form = forms.FilterForm(request.args)
    form.month.choices = [("", "—"), *_months()]
    form.region.choices = [("", "—"), *queries.region_choices(current_actor())]
    form.validate()
    year, month = _split(form.month.data)
    kind = form.kind.data
    return form, queries.PackageFilter(
        year=year,
        month=month,
        kind=SubjectKind(kind) if kind in set(SubjectKind) else None,
        region=form.region.data if (form.region.data or "").isdecimal() else "",
        enterprise_id=id_argument("enterprise"),
        text=form.text.data or "",
    )


def _months() -> list[tuple[str, str]]:
    """The running month and those before it."""
    day, months = clock.today(), []
    for _number in range(MONTHS_OFFERED):
        months.append((f"{day.year}-{day.month:02d}", labels.month(day.year, day.month)))
        day = date(day.year, day.month, 1) - timedelta(days=1)
    return months


def _split(text: str | None) -> tuple[int | None, int | None]:
    """``2026-03`` as numbers; nonsense is no month."""
    year, _dash, month = (text or "").partition("-")
    if not (year.isascii() and year.isdigit() and month.isascii() and month.isdigit()):
        return None, None
    return int(year[:4]), int(month[:2])


@bp.get("/make")
@requires(Permission.REPORT_MAKE)
def make() -> ResponseReturnValue:
    last = clock.today().replace(day=1) - timedelta(days=1)
    return _make_page(_ask_form(month=f"{last.year}-{last.month:02d}"))


@bp.post("/make")
@requires(Permission.REPORT_MAKE)
def make_now() -> ResponseReturnValue:
    form = _ask_form()
    actor = current_actor()
    if not form.validate_on_submit():
        return _make_page(form), 422
    year, month = _split(form.month.data)
    try:
        with transaction():
            asked = service.ask(actor, _subject(form), year or 0, month or 0)
    except InvalidInput as error:
        form.add_error(error)
        return _make_page(form), 422
    return redirect(url_for("report.progress", request_id=asked.id))


def _ask_form(**values: str) -> forms.AskForm:
    actor = current_actor()
    form = forms.AskForm(**values)
    form.month.choices = _months()
    form.region.choices = [("", "—"), *queries.region_choices(actor)]
    if not form.is_submitted() and (enterprise_id := _own_enterprise()):
        form.enterprise.data = enterprises.get_enterprise(enterprise_id, actor).uscc
    return form


def _own_enterprise() -> int | None:
    """The enterprise of the address, else the only one that a person has."""
    asked = id_argument("enterprise")
    own = current_actor().enterprise_ids
    return asked or (next(iter(own)) if len(own) == 1 else None)


def _subject(form: forms.AskForm) -> Subject:
    actor = current_actor()
    region, enterprise = form.region.data, form.enterprise.data
    if bool(region) == bool(enterprise):
        raise InvalidInput(N_("Choose a region or name an enterprise."), field="enterprise")
    if enterprise:
        return queries.find_enterprise(actor, enterprise)
    return queries.get_subject(actor, region=region or "")


def _make_page(form: forms.AskForm) -> str:
    return render_template("report/make.html", form=form)


@bp.get("/requests/<int:request_id>")
@requires(Permission.REPORT_READ)
def progress(request_id: int) -> ResponseReturnValue:
    asked = queries.get_request(request_id, current_actor())
    if asked.status is RequestState.READY:
        return redirect(url_for("report.detail", package_id=asked.package_id))
    return render_template("report/progress.html", asked=asked, labels=labels)


@bp.get("/requests/<int:request_id>/state")
@requires(Permission.REPORT_READ)
def state(request_id: int) -> ResponseReturnValue:
    """For the page that waits: the state, and whether anything is still to come."""
    asked = queries.get_request(request_id, current_actor())
    return {"state": asked.status, "label": str(labels.STATE_LABELS[asked.status])}


@bp.get("/<int:package_id>")
@requires(Permission.REPORT_READ)
def detail(package_id: int) -> ResponseReturnValue:
    actor = current_actor()
    package = queries.get_package(package_id, actor)
    figures = package.monthly
    return render_template(
        "report/detail.html",
        package=package,
        figures=figures,
        versions=queries.siblings(package, actor),
        kinds=FileKind,
        labels=labels,
        tables=tables,
        breakdowns=panels.breakdowns(figures),
        selfwork=panels.selfwork(package),
        charts=panels.charts(package),
    )


@bp.get("/<int:package_id>/files/<any(xlsx, pdf, manifest, bundle):kind>")
@requires(Permission.REPORT_READ)
def file(package_id: int, kind: str) -> ResponseReturnValue:
    """Whoever may see the package may have its files; each under its own hash."""
    package = queries.get_package(package_id, current_actor())
    response = attachments.send(package.file(FileKind(kind)), download=True)
    if package.is_provisional:
        # The next making puts another file under this address.
        response.headers["Cache-Control"] = "private, no-cache"
    return response
