"""The list of risk points, its export, and the notice board of an enterprise."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.export.lists import ListExport
from supervision.core.permissions import Permission
from supervision.core.web.exporting import answer
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises
from supervision.risk import exports, forms, labels, papers, queries, tables
from supervision.risk.forms import chosen
from supervision.risk.rules import Method, RiskGrade
from supervision.risk.service import standing_controls
from supervision.risk.views.blueprint import bp
from supervision.risk.workflow import RiskState

PDF = "application/pdf"


@bp.get("/")
@requires(Permission.RISK_READ)
def index() -> ResponseReturnValue:
    actor = current_actor()
    form, wanted = _filter()
    names = ("grade", "status", "method", "review", "region")
    return render_template(
        "risk/index.html",
        form=form,
        page=paginate(queries.list_points(actor, wanted), number=page_number()),
        counts=queries.counts(actor),
        labels=labels,
        active=sum(1 for name in names if form[name].data),
    )


def _listed() -> Select[Any]:
    return queries.list_points(current_actor(), _filter()[1])


POINTS = ListExport(
    "risk.index", _l("Risk points"), Permission.RISK_READ, _listed, exports.point_table
)


@bp.get("/export.xlsx")
@requires(Permission.RISK_READ)
def export() -> ResponseReturnValue:
    """The filtered list as Excel: same query as the screen, and the rest of the columns."""
    return answer(POINTS)


def _filter() -> tuple[forms.FilterForm, queries.RiskFilter]:
    form = forms.FilterForm(request.args)
    form.region.choices = [("", "—"), *enterprises.region_choices(current_actor())]
    form.validate()
    return form, queries.RiskFilter(
        text=form.text.data or "",
        grade=chosen(form.grade, RiskGrade),
        status=chosen(form.status, RiskState),
        method=chosen(form.method, Method),
        review=form.review.data or "",
        region=form.region.data if (form.region.data or "").isdecimal() else "",
        enterprise_id=id_argument("enterprise"),
        area_id=id_argument("area"),
        sort=form.sort.data or "worst",
    )


@bp.get("/board/<int:enterprise_id>")
@requires(Permission.RISK_READ)
def board(enterprise_id: int) -> ResponseReturnValue:
    """What hangs at the gate: every risk on file, the worst first."""
    actor = current_actor()
    enterprise = enterprises.get_enterprise(enterprise_id, actor)
    return render_template(
        "risk/board.html",
        enterprise=enterprise,
        points=queries.board(enterprise_id, actor),
        names=tables.accident_names(clock.today()),
        standing=standing_controls,
        labels=labels,
        most=queries.MOST_ON_BOARD,
    )


@bp.get("/board/<int:enterprise_id>/paper.pdf")
@requires(Permission.RISK_READ)
def board_paper(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    enterprise = enterprises.get_enterprise(enterprise_id, actor)
    data = papers.board_pdf(enterprise, queries.board(enterprise_id, actor))
    name = f"{_('Risk notice board')}-{enterprise.display_name}.pdf"
    return send_file(BytesIO(data), mimetype=PDF, download_name=name)


@bp.get("/<int:point_id>/card.pdf")
@requires(Permission.RISK_READ)
def card(point_id: int) -> ResponseReturnValue:
    """The notice card of a risk point, to be hung up where people work."""
    point = queries.get_point(point_id, current_actor())
    name = f"{_('Risk notice card')}-{point.number}.pdf"
    return send_file(BytesIO(papers.card_pdf(point)), mimetype=PDF, download_name=name)
