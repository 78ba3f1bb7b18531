"""The list, and the form of a draft."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.account import queries as accounts
from supervision.authority import queries as authorities
from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.export.lists import ListExport
from supervision.core.permissions import Permission
from supervision.core.web.exporting import answer
from supervision.core.web.forms import given
from supervision.core.web.numbers import LARGEST_ID, id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises
from supervision.enterprise.ended import open_file
from supervision.enterprise.models import Enterprise
from supervision.inspection import (
    assigning,
    caps,
    checklists,
    exports,
    forms,
    labels,
    queries,
    service,
)
from supervision.inspection.models import Checklist, Inspection
from supervision.inspection.service import Task
from supervision.inspection.views.blueprint import bp
from supervision.inspection.workflow import INSPECTION_WORKFLOW, InspectionKind, InspectionState


@bp.get("/")
@requires(Permission.INSPECTION_READ)
def index() -> ResponseReturnValue:
    actor = current_actor()
    form = _filter_form()
    page = paginate(queries.list_inspections(actor, _wanted(form)), number=page_number())
    return render_template(
        "inspection/index.html",
        form=form,
        page=page,
        counts=queries.counts(actor),
        waiting=queries.waiting(actor, cap=100) if _may_approve() else 0,
        labels=labels,
        today=clock.today(),
        active=_active(form),
    )


def _list() -> Select[Any]:
    return queries.list_inspections(current_actor(), _wanted(_filter_form()))


INSPECTIONS = ListExport(
    "inspection.list",
    _l("Inspections"),
    Permission.INSPECTION_READ,
    _list,
    exports.inspections_table,
)


@bp.get("/export.xlsx")
@requires(Permission.INSPECTION_READ)
def export() -> ResponseReturnValue:
    """The filtered list as Excel: same query as the screen."""
    return answer(INSPECTIONS)


def _filter_form() -> forms.FilterForm:
    actor = current_actor()
    form = forms.FilterForm(request.args)
    form.region.choices = [("", "—"), *enterprises.region_choices(actor)]
    people = accounts.officers(actor) if actor.is_regulator else []
    form.officer.choices = [("", "—"), *((str(i), name) for i, name in people)]
    form.validate()
    return form


def _may_approve() -> bool:
    return current_actor().may(Permission.INSPECTION_APPROVE)


def _wanted(form: forms.FilterForm) -> queries.InspectionFilter:
    status, kind, officer = form.status.data, form.kind.data, form.officer.data or ""
    return queries.InspectionFilter(
        text=form.text.data or "",
        group=form.group.data or "",
        status=InspectionState(status) if status in set(InspectionState) else None,
        kind=InspectionKind(kind) if kind in set(InspectionKind) else None,
        officer_id=int(officer) if _is_id(officer) else None,
        enterprise_id=id_argument("enterprise"),
        region=form.region.data if (form.region.data or "").isdecimal() else "",
        planned_from=form.planned_from.data,
        planned_to=form.planned_to.data,
        sort=form.sort.data or "newest",
    )


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < int(text) <= LARGEST_ID


def _active(form: forms.FilterForm) -> int:
    names = ("group", "status", "kind", "officer", "region", "planned_from", "planned_to")
    return sum(1 for name in names if form[name].data)


@bp.get("/new/<int:enterprise_id>")
@requires(Permission.INSPECTION_MAKE)
def new(enterprise_id: int) -> ResponseReturnValue:
    """A draft; an officer names themselves first."""
    enterprise = open_file(enterprise_id, current_actor())
    asked = request.args.get("kind")  # from the code at the gate: a visit
    formal = asked not in set(InspectionKind) or asked == InspectionKind.ADMINISTRATIVE
    offer = assigning.offer(enterprise, clock.today(), current_actor())
    form = forms.TaskForm(
        formdata=None,
        kind=InspectionKind.ADMINISTRATIVE if formal else asked,
        planned_on=clock.today(),
        officers=offer.chosen if formal else [current_actor().id],
    )
    form = _filled(form, enterprise)
    fitting, _others = checklists.offered(enterprise.industry_code, clock.today())
    form.checklist.data = str(fitting[0].id) if fitting else None
    return _form_page(enterprise, form, reasons=offer.reasons if formal else ())


@bp.post("/new/<int:enterprise_id>")
@requires(Permission.INSPECTION_MAKE)
def create(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    enterprise = open_file(enterprise_id, actor)
    form = _filled(forms.TaskForm(), enterprise)
    if not form.validate_on_submit():
        return _form_page(enterprise, form), 422
    try:
        with transaction():
            enterprise = open_file(enterprise_id, actor)
            inspection = service.create(enterprise, actor, _task(form))
    except InvalidInput as error:
        form.add_error(_at_field(error))
        return _form_page(enterprises.get_enterprise(enterprise_id, actor), form), 422
    flash(_("Inspection %(number)s is drafted.", number=inspection.number), "success")
    return redirect(url_for("inspection.detail", inspection_id=inspection.id))


@bp.get("/<int:inspection_id>/edit")
@requires(Permission.INSPECTION_MAKE)
def edit(inspection_id: int) -> ResponseReturnValue:
    inspection = queries.get_inspection(inspection_id, current_actor())
    INSPECTION_WORKFLOW.check("edit", inspection, current_actor())
    form = forms.TaskForm(
        formdata=None,
        row_version=inspection.row_version,
        kind=inspection.kind,
        subject=inspection.subject,
        planned_on=inspection.planned_on,
        place=inspection.place,
        basis=inspection.basis,
        checklist=str(inspection.checklist_id or ""),
        officers=[o.account_id for o in inspection.officers],
        exemption=inspection.exemption,
        over_cap_reason=inspection.over_cap_reason,
    )
    return _form_page(inspection.enterprise, _filled(form, inspection.enterprise, inspection))


@bp.post("/<int:inspection_id>/edit")
@requires(Permission.INSPECTION_MAKE)
def change(inspection_id: int) -> ResponseReturnValue:
    actor = current_actor()
    inspection = queries.get_inspection(inspection_id, actor)
    form = _filled(forms.TaskForm(), inspection.enterprise, inspection)
    if not form.validate_on_submit():
        return _form_page(inspection.enterprise, form, inspection), 422
    try:
        with transaction():
            found = queries.get_inspection(inspection_id, actor, lock=True)
            if str(found.row_version) != str(form.row_version.data):
                raise Conflict
            service.edit(found, actor, _task(form, found))
    except InvalidInput as error:
        form.add_error(_at_field(error))
        found = queries.get_inspection(inspection_id, actor)
        return _form_page(found.enterprise, form, found), 422
    flash(_("The draft is saved."), "success")
    return redirect(url_for("inspection.detail", inspection_id=inspection_id))


def _at_field(error: InvalidInput) -> InvalidInput:
    """The service names columns; the form's fields have names of their own."""
    error.field = {"officer_ids": "officers"}.get(error.field or "", error.field)
    return error


def _task(form: forms.TaskForm, known: Inspection | None = None) -> Task:
    chosen = form.checklist.data
    same = known is not None and chosen == str(known.checklist_id or "")
    return Task(
        kind=InspectionKind(form.kind.data),
        subject=form.subject.data or "",
        planned_on=given(form.planned_on.data),
        officer_ids=form.officers.data or [],
        basis=form.basis.data or "",
        place=form.place.data or "",
        checklist=_checklist(chosen, known if same else None, given(form.planned_on.data)),
        exemption=form.exemption.data or "",
        over_cap_reason=form.over_cap_reason.data or "",
    )


def _checklist(chosen: str | None, known: Inspection | None, day: date) -> Any:
    """The list that was chosen; one that the draft has already may have ended since."""
    if not chosen:
        return None
    return known.checklist if known is not None else checklists.in_force(int(chosen), day)


def _filled(
    form: forms.TaskForm, enterprise: Enterprise, inspection: Inspection | None = None
) -> forms.TaskForm:
    """What can be chosen on the day that the form names."""
    day = form.planned_on.data or clock.today()
    form.checklist.choices = [
        ("", _("Without a list")),
        *_lists(enterprise, day, inspection.checklist if inspection else None),
    ]
    form.officers.choices = _officers(day)
    exemptions = [(row.code, row.name) for row in caps.exemptions_on(day)]
    form.exemption.choices = [("", _("It counts")), *exemptions]
    return form


def _lists(enterprise: Enterprise, day: date, own: Checklist | None) -> list[tuple[str, str]]:
    """What fits the enterprise, then the rest; the draft's own list stays a choice."""
    fitting, others = checklists.offered(enterprise.industry_code, day)
    named = [(str(c.id), c.name) for c in fitting]
    named += [(str(c.id), _("%(name)s (another sector)", name=c.name)) for c in others]
    if own is not None and str(own.id) not in dict(named):
        named.append((str(own.id), own.name))
    return named


def _officers(day: date) -> list[tuple[int, str]]:
    """Everybody whom one may send; those who may inspect on that day first."""
    people = accounts.officers(current_actor())
    held = authorities.certificates_on(day, [account_id for account_id, _name in people])
    certified = [
        (i, _("%(name)s, certificate %(number)s", name=name, number=held[i].number))
        for i, name in people
        if i in held
    ]
    others = [
        (i, _("%(name)s, no certificate on that day", name=name))
        for i, name in people
        if i not in held
    ]
    return certified + others


def _form_page(
    enterprise: Enterprise,
    form: forms.TaskForm,
    inspection: Inspection | None = None,
    *,
    reasons: Sequence[tuple[str, str]] = (),
) -> str:
    day = form.planned_on.data or clock.today()
    return render_template(
        "inspection/form.html",
        enterprise=enterprise,
        inspection=inspection,
        form=form,
        reasons=reasons,
        usage=caps.usage(enterprise, day.year, besides=inspection.id if inspection else None),
        cap=caps.cap_of(enterprise, day.year),
        labels=labels,
    )
