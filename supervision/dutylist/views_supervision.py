"""The authority's list: item, class, frequency, unit, person; done for each period."""

from __future__ import annotations

from collections.abc import Callable
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
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.export.lists import FileKind, ListExport
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.core.spans import Frequency
from supervision.core.web.exporting import answer
from supervision.core.web.forms import Form, check_seen, given
from supervision.core.web.paging import page_number, paginate
from supervision.dutylist import exports, forms, labels, queries, rules, supervising
from supervision.dutylist.blueprint import bp
from supervision.dutylist.models import SupervisionDuty
from supervision.dutylist.rules import Grade


def _of_authority() -> None:
    """Enterprises have a list of their own; this one is not there for them."""
    if not current_actor().is_regulator:
        raise NotFound


def _filter() -> tuple[forms.SupervisionFilterForm, queries.SupervisionFilter]:
    form = forms.SupervisionFilterForm(request.args)
    form.validate()
    grade = form.grade.data
    return form, queries.SupervisionFilter(
        text=form.text.data or "",
        grade=Grade(grade) if grade in set(Grade) else None,
        is_late=form.late.data == "1",
        is_mine=form.mine.data == "1",
    )


def _listed() -> Select[Any]:
    return queries.list_supervision(current_actor(), _filter()[1])


SUPERVISION = ListExport(
    "dutylist.supervision",
    _l("Supervision duty list"),
    Permission.DUTYLIST_READ,
    _listed,
    exports.supervision_table,
    (FileKind.XLSX, FileKind.PDF),
)


@bp.get("/supervision")
@requires(Permission.DUTYLIST_READ)
def supervision() -> ResponseReturnValue:
    _of_authority()
    form, wanted = _filter()
    page = paginate(queries.list_supervision(current_actor(), wanted), number=page_number())
    return render_template(
        "dutylist/supervision.html",
        form=form,
        page=page,
        names=accounts.names({d.account_id for d in page.items if d.account_id}),
        labels=labels,
        active=sum(1 for name in ("grade", "late", "mine") if form[name].data),
    )


@bp.get("/supervision/export.<any(xlsx, pdf):kind>")
@requires(Permission.DUTYLIST_READ)
def supervision_export(kind: str) -> ResponseReturnValue:
    _of_authority()
    return answer(SUPERVISION, FileKind(kind))


@bp.get("/supervision/new")
@requires(Permission.DUTYLIST_EDIT)
def supervision_new() -> ResponseReturnValue:
    _of_authority()
    return _new_page(_offer(forms.NewLineForm(formdata=None)))


def _new_page(form: Form) -> str:
    return render_template("dutylist/supervision_new.html", form=form)


@bp.post("/supervision/new")
@requires(Permission.DUTYLIST_EDIT)
def supervision_create() -> ResponseReturnValue:
    _of_authority()
    form = _offer(forms.NewLineForm())
    if not form.validate_on_submit():
        return _new_page(form), 422
    try:
        with transaction():
            made = supervising.add(int(form.authority_id.data), current_actor(), _line(form))
            ident = made.id
    except InvalidInput as error:
        form.add_error(error)
        return _new_page(form), 422
    flash(_("The line is added."), "success")
    return redirect(url_for("dutylist.supervision_item", task_id=ident))


def _offer(form: Any) -> Any:
    actor = current_actor()
    people = accounts.officers(actor)
    form.account_id.choices = [("", "—"), *((str(i), name) for i, name in people)]
    if "authority_id" in form:
        own = authorities.authorities_within(actor)
        form.authority_id.choices = [(str(a.id), a.name) for a in own]
    return form


def _line(form: forms.LineForm) -> supervising.Line:
    return supervising.Line(
        what=form.what.data or "",
        basis=form.basis.data or "",
        grade=Grade(form.grade.data),
        frequency=Frequency(form.frequency.data),
        unit=form.unit.data or "",
        industry=form.industry.data or "",
        account_id=int(form.account_id.data) if form.account_id.data else None,
        person=form.person.data or "",
    )


@bp.get("/supervision/<int:task_id>")
@requires(Permission.DUTYLIST_READ)
def supervision_item(task_id: int) -> ResponseReturnValue:
    return _page(task_id)


def _page(task_id: int, failed: str = "", form: Form | None = None) -> str:
    actor = current_actor()
    duty = queries.get_supervision(task_id, actor)
    done = queries.supervision_done(duty.line, actor)
    known = _values(duty)
    shown: dict[str, Form] = {
        "done": _with_periods(forms.DoneForm(formdata=None), duty),
        "change": _offer(forms.ChangeLineForm(formdata=None, **known)),
        "end": forms.EndForm(formdata=None, row_version=duty.row_version),
    }
    if form is not None:
        shown[failed] = form
    versions = queries.versions(duty.line, actor)
    ids = {d.account_id for d in (duty, *versions) if d.account_id}
    return render_template(
        "dutylist/supervision_item.html",
        duty=duty,
        done=done,
        versions=versions,
        names=accounts.names(ids),
        forms={name: found.mark(name) for name, found in shown.items()},
        failed=failed,
        labels=labels,
    )


def _values(duty: SupervisionDuty) -> dict[str, Any]:
    names = ("what", "basis", "grade", "frequency", "unit", "industry", "person", "row_version")
    values = {name: getattr(duty, name) for name in names}
    return values | {"account_id": str(duty.account_id or "")}


def _with_periods(form: Any, duty: SupervisionDuty) -> Any:
    known = [d.starts_on for d in queries.supervision_done(duty.line, current_actor())]
    spans = rules.open_spans(duty.frequency, duty.begins_on, clock.today(), known)
    form.period.choices = [(s.first.isoformat(), f"{s.first} – {s.last}") for s in spans]
    return form


@bp.post("/supervision/<int:task_id>/complete")
@requires(Permission.DUTYLIST_DO)
def supervision_complete(task_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = _with_periods(forms.DoneForm(), queries.get_supervision(task_id, actor))

    def act(duty: SupervisionDuty) -> SupervisionDuty:
        starts_on = date.fromisoformat(given(form.period.data))
        note, link = form.note.data or "", form.link.data or ""
        supervising.complete(duty, actor, starts_on=starts_on, note=note, link=link)
        return duty

    return _step(task_id, "done", form, act, _("It is done for this period."))


@bp.post("/supervision/<int:task_id>/change")
@requires(Permission.DUTYLIST_EDIT)
def supervision_change(task_id: int) -> ResponseReturnValue:
    queries.get_supervision(task_id, current_actor())
    form = _offer(forms.ChangeLineForm())

    def act(duty: SupervisionDuty) -> SupervisionDuty:
        reason = form.reason.data or ""
        return supervising.change(duty, current_actor(), _line(form), reason=reason)

    return _step(task_id, "change", form, act, _("The new version is saved."))


@bp.post("/supervision/<int:task_id>/end")
@requires(Permission.DUTYLIST_EDIT)
def supervision_end(task_id: int) -> ResponseReturnValue:
    queries.get_supervision(task_id, current_actor())
    form = forms.EndForm()

    def act(duty: SupervisionDuty) -> SupervisionDuty:
        supervising.end(duty, current_actor(), reason=form.reason.data or "")
        return duty

    return _step(task_id, "end", form, act, _("The line has ended."))


def _step(
    task_id: int,
    name: str,
    form: Form,
    act: Callable[[SupervisionDuty], SupervisionDuty],
    said: str,
) -> ResponseReturnValue:
    if not form.validate_on_submit():
        return _page(task_id, name, form), 422
    try:
        with transaction():
            duty = queries.get_supervision(task_id, current_actor(), for_update=True)
            check_seen(form, duty.row_version)
            task_id = act(duty).id
    except InvalidInput as error:
        form.add_error(error)
        return _page(task_id, name, form), 422
    except Conflict as error:
        flash(message_of(error), "warning")
        return _page(task_id), 409
    flash(said, "success")
    return redirect(url_for("dutylist.supervision_item", task_id=task_id))
