"""Rounds on both sides: the list, one round, who misses in a month, and what is said of a day."""

from __future__ import annotations

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
from supervision.core.web.forms import check_seen, given
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises
from supervision.enterprise.ended import open_file
from supervision.hazard import labels as hazard_labels
from supervision.selfcheck import exports, forms, labels, months, panels, queries, service
from supervision.selfcheck.blueprint import bp
from supervision.selfcheck.queries import MonthFilter, RoundFilter
from supervision.selfcheck.rules import Frequency

_NARROWING = ("group", "frequency", "whose", "region", "due_from", "due_to")


@bp.get("/")
@requires(Permission.SELFCHECK_READ)
def index() -> ResponseReturnValue:
    return _index_page()


def _index_page(zero_form: forms.ZeroForm | None = None) -> str:
    """For an enterprise's people what waits for them stands above the list."""
    actor = current_actor()
    form, wanted = _filter()
    own = next(iter(actor.enterprise_ids), None) if len(actor.enterprise_ids) == 1 else None
    return render_template(
        "selfcheck/index.html",
        form=form,
        page=paginate(queries.list_rounds(actor, wanted), number=page_number()),
        counts={g: queries.group_count(actor, g) for g in ("today", "missed", "findings")},
        waiting=queries.open_rounds(actor, clock.today()) if own else (),
        own=own,
        plan_count=service.plan_count(own, actor) if own else 0,
        said=queries.zero_report(own, clock.today(), actor) if own else None,
        zero_form=zero_form or forms.ZeroForm(formdata=None, day=clock.today()),
        labels=labels,
        walk_url=panels.walk_url,
        now=clock.now(),
        active=sum(1 for n in _NARROWING if form[n].data),
        mine={"whose": "mine"} if queries.has_own(actor) else {},
    )


def _filter() -> tuple[forms.RoundFilterForm, RoundFilter]:
    form = forms.RoundFilterForm(request.args)
    form.region.choices = [("", "—"), *enterprises.region_choices(current_actor())]
    form.validate()
    frequency = form.frequency.data
    return form, RoundFilter(
        text=form.text.data or "",
        group=form.group.data or "",
        frequency=Frequency(frequency) if frequency in set(Frequency) else None,
        enterprise_id=id_argument("enterprise"),
        mine=form.whose.data == "mine",
        region=_digits(form.region.data),
        due_from=form.due_from.data,
        due_to=form.due_to.data,
        sort=form.sort.data or "newest",
    )


def _digits(text: str | None) -> str:
    return text if text and text.isdecimal() else ""


def _rounds() -> Select[Any]:
    return queries.list_rounds(current_actor(), _filter()[1])


ROUNDS = ListExport(
    "selfcheck.rounds",
    _l("Rounds of self-checks"),
    Permission.SELFCHECK_READ,
    _rounds,
    exports.rounds_table,
)


@bp.get("/export.xlsx")
@requires(Permission.SELFCHECK_READ)
def export() -> ResponseReturnValue:
    """The filtered list as Excel."""
    return answer(ROUNDS)


@bp.get("/rounds/<int:round_id>")
@requires(Permission.SELFCHECK_READ)
def detail(round_id: int) -> ResponseReturnValue:
    return _detail_page(round_id)


def _detail_page(round_id: int, form: forms.ReasonForm | None = None) -> str:
    actor = current_actor()
    found = queries.get_round(round_id, actor)
    photos: dict[str, list[Any]] = {}
    for photo in found.photos:
        photos.setdefault(photo.answer_client_id, []).append(
            {"url": url_for("selfcheck.photo", round_id=found.id, photo_id=photo.id)}
        )
    return render_template(
        "selfcheck/detail.html",
        round=found,
        answers={answer.item_id: answer for answer in found.answers if answer.item_id},
        besides=[answer for answer in found.answers if not answer.item_id],
        photos=photos,
        walk_url=panels.walk_url(found) if actor.may(Permission.SELFCHECK_DO) else "",
        can_excuse=service.is_excusable(found) and actor.may(Permission.SELFCHECK_PLAN),
        form=form or forms.ReasonForm(formdata=None, row_version=found.row_version),
        labels=labels,
        hazard_labels=hazard_labels,
        now=clock.now(),
    )


@bp.post("/rounds/<int:round_id>/excuse")
@requires(Permission.SELFCHECK_PLAN)
def excuse(round_id: int) -> ResponseReturnValue:
    form = forms.ReasonForm()
    actor = current_actor()
    if not form.validate_on_submit():
        return _detail_page(round_id, form), 422
    with transaction():
        found = queries.get_round(round_id, actor, for_update=True)
        check_seen(form, found.row_version)
        service.excuse(found, actor, form.reason.data or "")
    flash(_("The round is excused; the authority reads why."), "success")
    return redirect(url_for("selfcheck.detail", round_id=round_id))


@bp.post("/enterprises/<int:enterprise_id>/zero")
@requires(Permission.SELFCHECK_DO)
def zero(enterprise_id: int) -> ResponseReturnValue:
    """The zero report of a day."""
    form = forms.ZeroForm()
    actor = current_actor()
    if not form.validate_on_submit():
        open_file(enterprise_id, actor)
        return _index_page(form), 422
    try:
        with transaction():
            enterprise = open_file(enterprise_id, actor)
            service.say_zero(enterprise, actor, given(form.day.data), form.note.data or "")
    except InvalidInput as error:
        form.add_error(error)
        return _index_page(form), 422
    flash(_("The zero report is made."), "success")
    return redirect(url_for("selfcheck.index"))


@bp.get("/months")
@requires(Permission.SELFCHECK_READ)
def months_list() -> ResponseReturnValue:
    """Who walks and who misses."""
    form, wanted = _month_filter()
    return render_template(
        "selfcheck/months.html",
        form=form,
        page=paginate(queries.list_months(current_actor(), wanted), number=page_number()),
        wanted=wanted,
        active=sum(1 for n in ("region", "industry", "only") if form[n].data),
    )


def _month_filter() -> tuple[forms.MonthFilterForm, MonthFilter]:
    form = forms.MonthFilterForm(request.args)
    form.region.choices = [("", "—"), *enterprises.region_choices(current_actor())]
    form.validate()
    if form.month.data is None:
        form.month.data = months.month_of(clock.today())
    return form, MonthFilter(
        month=months.month_of(form.month.data),
        text=form.text.data or "",
        region=_digits(form.region.data),
        industry=form.industry.data or "",
        only_missing=form.only.data == "missed",
        sort=form.sort.data or "missed",
    )


def _months() -> Select[Any]:
    return queries.list_months(current_actor(), _month_filter()[1])


MONTHS = ListExport(
    "selfcheck.months",
    _l("Self-checks by month"),
    Permission.SELFCHECK_READ,
    _months,
    exports.months_table,
)


@bp.get("/months/export.xlsx")
@requires(Permission.SELFCHECK_READ)
def export_months() -> ResponseReturnValue:
    """The filtered month as Excel."""
    return answer(MONTHS)
