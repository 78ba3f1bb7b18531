"""The list of statutory clocks, and the log of what the ladder sent."""

from __future__ import annotations

from flask import render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.permissions import Permission
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises
from supervision.escalation import clock_list, exports, forms, labels, queries
from supervision.escalation.forms import chosen
from supervision.escalation.rules import Audience, EventState, Ladder
from supervision.escalation.views.blueprint import bp
from supervision.hazard.clock_parts import OUTCOME_LABELS, OUTCOME_TONES


@bp.get("/")
@requires(Permission.ESCALATION_READ)
def index() -> ResponseReturnValue:
    """Running and overdue clocks of everything that the reader may see."""
    actor = current_actor()
    form, wanted = _clock_filter()
    return render_template(
        "escalation/index.html",
        form=form,
        page=clock_list.page(actor, wanted, number=page_number()),
        counts=clock_list.counts(actor),
        url_of=clock_list.url_of,
        labels=labels,
        outcomes=OUTCOME_LABELS,
        tones=OUTCOME_TONES,
        today=clock.today(),
        active=sum(1 for n in ("code", "region", "due_from", "due_to") if form[n].data),
    )


@bp.get("/export.xlsx")
@requires(Permission.ESCALATION_READ)
def export() -> ResponseReturnValue:
    """The filtered list as Excel."""
    _form, wanted = _clock_filter()
    name = f"{_('Statutory time limits')}-{clock.today().isoformat()}.xlsx"
    book = exports.clocks_book(current_actor(), wanted)
    return send_file(book, mimetype=exports.XLSX, as_attachment=True, download_name=name)


def _clock_filter() -> tuple[forms.ClocksForm, clock_list.ClockFilter]:
    form = forms.ClocksForm(request.args)
    form.region.choices = [("", "—"), *enterprises.region_choices(current_actor())]
    form.validate()
    group = form.group.data
    return form, clock_list.ClockFilter(
        text=form.text.data or "",
        group=group if group in labels.GROUP_LABELS else "running",
        code=form.code.data if form.code.data in labels.CODE_LABELS else "",
        region=form.region.data if (form.region.data or "").isdecimal() else "",
        due_from=form.due_from.data,
        due_to=form.due_to.data,
        enterprise_id=id_argument("enterprise"),
    )


@bp.get("/log")
@requires(Permission.ESCALATION_READ)
def log() -> ResponseReturnValue:
    """What was sent, when, to whom."""
    actor = current_actor()
    form, wanted = _log_filter()
    names = ("ladder", "audience", "state", "grade", "day_from", "day_to")
    return render_template(
        "escalation/log.html",
        form=form,
        page=paginate(queries.list_events(actor, wanted), number=page_number()),
        nobody=queries.nobody_count(actor),
        labels=labels,
        active=sum(1 for name in names if form[name].data),
    )


@bp.get("/log/export.xlsx")
@requires(Permission.ESCALATION_READ)
def export_log() -> ResponseReturnValue:
    _form, wanted = _log_filter()
    name = f"{_('Log of the ladder')}-{clock.today().isoformat()}.xlsx"
    book = exports.log_book(current_actor(), wanted)
    return send_file(book, mimetype=exports.XLSX, as_attachment=True, download_name=name)


def _log_filter() -> tuple[forms.LogForm, queries.EventFilter]:
    form = forms.LogForm(request.args)
    form.validate()
    return form, queries.EventFilter(
        text=form.text.data or "",
        ladder=chosen(form.ladder, Ladder),
        audience=chosen(form.audience, Audience),
        state=chosen(form.state, EventState),
        major=form.grade.data == "major",
        day_from=form.day_from.data,
        day_to=form.day_to.data,
    )
