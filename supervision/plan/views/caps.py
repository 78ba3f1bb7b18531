"""Frequency caps by year: listed, edited, copied from last year, published."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from supervision.authority import queries as authorities
from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.core.web.forms import given
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises
from supervision.inspection.models import FrequencyCap
from supervision.plan import cap_queries, capping, forms, labels
from supervision.plan.capping import CapFields
from supervision.plan.views.blueprint import bp


@bp.get("/caps")
@requires(Permission.PLAN_READ)
def caps() -> ResponseReturnValue:
    year = request.args.get("year", type=int) or clock.today().year
    return _caps_page(year if 2000 <= year <= 2100 else clock.today().year)


def _caps_page(year: int, conflicts: Sequence[FrequencyCap] = ()) -> str:
    actor, today = current_actor(), clock.today()
    page = paginate(cap_queries.list_caps(year), number=page_number())
    codes = {c.region_code for c in [*page.items, *conflicts]}
    return render_template(
        "plan/caps.html",
        year=year,
        years=sorted({*cap_queries.years(), today.year, today.year + 1, year}),
        page=page,
        conflicts=conflicts,
        regions=enterprises.region_path_names(codes),
        own={c.id for c in page.items if authorities.covers(actor, c.region_code)},
        unpublished=len(cap_queries.unpublished(year, actor)),
        may_copy=year >= today.year and bool(cap_queries.caps_of(year - 1, actor)),
        form=forms.YearForm(formdata=None),
        labels=labels,
    )


@bp.get("/caps/new")
@requires(Permission.PLAN_EDIT)
def new_cap() -> ResponseReturnValue:
    own = current_actor().regions
    form = forms.CapForm(
        formdata=None,
        year=request.args.get("year", type=int) or clock.today().year,
        region_code=own[0] if own else "",
    )
    return _form_page(form, None)


@bp.post("/caps/new")
@requires(Permission.PLAN_EDIT)
def create_cap() -> ResponseReturnValue:
    return _save(None)


@bp.get("/caps/<int:cap_id>/edit")
@requires(Permission.PLAN_EDIT)
def edit_cap(cap_id: int) -> ResponseReturnValue:
    cap = cap_queries.editable_cap(cap_id, current_actor())
    form = forms.CapForm(formdata=None, obj=cap)
    form.level.data = str(cap.level)
    return _form_page(form, cap)


@bp.post("/caps/<int:cap_id>/edit")
@requires(Permission.PLAN_EDIT)
def change_cap(cap_id: int) -> ResponseReturnValue:
    cap_queries.editable_cap(cap_id, current_actor())
    return _save(cap_id)


def _form_page(form: forms.CapForm, cap: FrequencyCap | None) -> str:
    return render_template("plan/cap.html", form=form, cap=cap)


def _again(form: forms.CapForm, cap_id: int | None) -> str:
    cap = cap_queries.editable_cap(cap_id, current_actor()) if cap_id else None
    return _form_page(form, cap)


def _save(cap_id: int | None) -> ResponseReturnValue:
    form, actor = forms.CapForm(), current_actor()
    if not form.validate_on_submit():
        return _again(form, cap_id), 422
    raw = str(form.row_version.data or "")
    try:
        with transaction():
            if cap_id is None:
                capping.create(actor, _fields(form))
            else:
                capping.change(
                    cap_queries.editable_cap(cap_id, actor),
                    actor,
                    _fields(form),
                    expected=int(raw) if raw.isdecimal() else 0,
                    reason=form.reason.data or "",
                )
    except InvalidInput as error:
        form.add_error(error)
        return _again(form, cap_id), 422
    except Conflict as error:
        form.add_error(error)
        if cap_id is not None:
            form.row_version.data = str(cap_queries.editable_cap(cap_id, actor).row_version)
        return _again(form, cap_id), 409
    flash(_("The cap is saved."), "success")
    return redirect(url_for("plan.caps", year=form.year.data))


def _fields(form: forms.CapForm) -> CapFields:
    return CapFields(
        year=given(form.year.data),
        region_code=form.region_code.data or "",
        industry=(form.industry.data or "").upper(),
        is_key=bool(form.is_key.data),
        level=int(form.level.data or 0),
        times=given(form.times.data),
        source=form.source.data or "",
        certainty=Certainty(form.certainty.data),
    )


@bp.post("/caps/<int:cap_id>/remove")
@requires(Permission.PLAN_EDIT)
def remove_cap(cap_id: int) -> ResponseReturnValue:
    with transaction():
        cap = cap_queries.editable_cap(cap_id, current_actor())
        year = cap.year
        capping.remove(cap, current_actor())
    flash(_("The cap is taken back."), "success")
    return redirect(url_for("plan.caps", year=year))


def _year() -> int:
    form = forms.YearForm()
    if not form.validate_on_submit():
        raise InvalidInput(_("Choose one of the list."), field="year")
    return given(form.year.data)


@bp.post("/caps/publish")
@requires(Permission.PLAN_APPROVE)
def publish_caps() -> ResponseReturnValue:
    year = _year()
    with transaction():
        count = capping.publish(current_actor(), year)
    flash(ngettext("One cap is published.", "%(num)s caps are published.", count), "success")
    return redirect(url_for("plan.caps", year=year))


@bp.post("/caps/copy")
@requires(Permission.PLAN_EDIT)
def copy_caps() -> ResponseReturnValue:
    """Last year's caps; classes that stand in the new year already are named row by row."""
    year = _year()
    with transaction():
        copied = capping.copy_year(current_actor(), year)
    flash(
        ngettext("One cap is copied.", "%(num)s caps are copied.", copied.count),
        "success" if copied.count else "warning",
    )
    if not copied.conflicts:
        return redirect(url_for("plan.caps", year=year))
    return _caps_page(year, copied.conflicts)
