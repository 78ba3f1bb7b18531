"""HTTP of safety codes: the list and its export, an enterprise's page, what was written down."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.core import attachments, clock
from supervision.core.access import current_actor, requires
from supervision.core.attachments import Attachment
from supervision.core.db import transaction
from supervision.core.errors import DomainError, NotFound
from supervision.core.export.lists import ListExport
from supervision.core.permissions import Permission
from supervision.core.web.exporting import answer
from supervision.core.web.forms import check_seen, given
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises
from supervision.enterprise.ended import open_file
from supervision.enterprise.models import Enterprise
from supervision.score import exports, forms, labels, queries, service, showing
from supervision.score.blueprint import bp
from supervision.score.models import ScoreFact
from supervision.score.rules import Colour, FactKind, month_of
from supervision.score.service import FactFields


@bp.get("/")
@requires(Permission.SCORE_READ)
def index() -> ResponseReturnValue:
    actor = current_actor()
    form, wanted = _filter()
    page = paginate(queries.list_scores(actor, wanted), number=page_number())
    known = queries.titles({score.table_id for score in page.items})
    return render_template(
        "score/index.html",
        form=form,
        wanted=wanted,
        page=page,
        titles={code: labels.title_of(line, code) for code, line in known.items()},
        counts=queries.counts(actor, wanted.month),
        labels=labels,
        colours=list(reversed(Colour)),
        active=sum(1 for n in ("month", "colour", "moved", "sector", "region") if form[n].data),
    )


def _filter() -> tuple[forms.FilterForm, queries.ScoreFilter]:
    actor = current_actor()
    form = forms.FilterForm(request.args)
    form.region.choices = [("", "—"), *enterprises.region_choices(actor)]
    form.validate()
    month = form.month.data or queries.last_month(actor) or month_of(clock.today())
    colour, region = form.colour.data, form.region.data or ""
    return form, queries.ScoreFilter(
        month=month,
        colour=Colour(colour) if colour in set(Colour) else None,
        text=form.text.data or "",
        region=region if region.isdecimal() else "",
        sector=form.sector.data or "",
        moved=form.moved.data or "",
        sort=form.sort.data or "worst",
    )


def _listed() -> Select[Any]:
    return queries.list_scores(current_actor(), _filter()[1])


CODES = ListExport("score.index", _l("Safety codes"), Permission.SCORE_READ, _listed, exports.table)


@bp.get("/export.xlsx")
@requires(Permission.SCORE_READ)
def export() -> ResponseReturnValue:
    """The filtered list as Excel: same query as the screen."""
    return answer(CODES)


@bp.get("/enterprises/<int:enterprise_id>")
@requires(Permission.SCORE_READ)
def of_enterprise(enterprise_id: int) -> ResponseReturnValue:
    """One enterprise's code of a month: every point, what changed, the chart, twelve months."""
    actor = current_actor()
    enterprise = enterprises.get_enterprise(enterprise_id, actor)
    month = _month_argument()
    score = queries.score_of(enterprise_id, actor, month)
    if score is None and month is not None:
        raise NotFound
    return render_template(
        "score/detail.html",
        enterprise=enterprise,
        score=score,
        shown=showing.shown(score, actor) if score is not None else None,
        facts=queries.facts_of(enterprise_id, actor),
        labels=labels,
    )


def _month_argument() -> date | None:
    """``?month=2026-11``; nonsense is the newest."""
    try:
        return date.fromisoformat(f"{request.args['month']}-01")
    except (KeyError, ValueError):
        return None


@bp.get("/enterprises/<int:enterprise_id>/facts/new")
@requires(Permission.SCORE_RECORD)
def new_fact(enterprise_id: int) -> ResponseReturnValue:
    enterprise = open_file(enterprise_id, current_actor())
    return _fact_form(enterprise, forms.FactForm(formdata=None))


@bp.post("/enterprises/<int:enterprise_id>/facts/new")
@requires(Permission.SCORE_RECORD)
def create_fact(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    enterprise = open_file(enterprise_id, actor)
    form = forms.FactForm()
    if not form.validate_on_submit():
        return _fact_form(enterprise, form), 422
    try:
        with transaction():
            enterprise = open_file(enterprise_id, actor)
            fields = FactFields(
                FactKind(given(form.kind.data)),
                given(form.happened_on.data),
                form.paper_number.data or "",
                given(form.reason.data),
            )
            made = service.record_fact(enterprise, actor, fields, _scan(form)).id
    except DomainError as error:
        form.add_error(error)
        return _fact_form(enterprises.get_enterprise(enterprise_id, actor), form), 422
    flash(_("The fact is recorded. It counts from the next night's reckoning."))
    return redirect(url_for("score.fact", fact_id=made))


def _scan(form: forms.FactForm) -> Attachment | None:
    upload = form.scan.data
    if not upload or not upload.filename:
        return None
    return attachments.store_scan(current_actor(), upload.stream, upload.filename, field="scan")


def _fact_form(enterprise: Enterprise, form: forms.FactForm) -> str:
    return render_template("score/fact_form.html", enterprise=enterprise, form=form)


@bp.get("/facts/<int:fact_id>")
@requires(Permission.SCORE_READ)
def fact(fact_id: int) -> ResponseReturnValue:
    found = queries.get_fact(fact_id, current_actor())
    form = forms.VoidForm(formdata=None, data={"row_version": str(found.row_version)})
    return _fact_page(found, form)


def _fact_page(found: ScoreFact, form: forms.VoidForm) -> str:
    return render_template("score/fact.html", fact=found, form=form, labels=labels)


@bp.post("/facts/<int:fact_id>/void")
@requires(Permission.SCORE_RECORD)
def void_fact(fact_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = forms.VoidForm()
    found = queries.get_fact(fact_id, actor)
    if not form.validate_on_submit():
        return _fact_page(found, form), 422
    with transaction():
        found = queries.get_fact(fact_id, actor)
        check_seen(form, found.row_version)
        service.void_fact(found, actor, reason=given(form.reason.data))
    flash(_("The fact is void. It counts no more; frozen months stay as they were."))
    return redirect(url_for("score.fact", fact_id=fact_id))


@bp.get("/facts/<int:fact_id>/file")
@requires(Permission.SCORE_READ)
def fact_file(fact_id: int) -> ResponseReturnValue:
    found = queries.get_fact(fact_id, current_actor())
    if found.attachment is None:
        raise NotFound
    return attachments.send_scan(found.attachment)
