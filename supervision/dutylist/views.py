"""Which enterprises are behind, and an enterprise's own list with the line's verbs."""

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
from supervision.core import attachments, clock
from supervision.core.access import current_actor, requires
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.export.lists import FileKind, ListExport
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.core.spans import Frequency, Span
from supervision.core.text import N_
from supervision.core.web.exporting import answer
from supervision.core.web.forms import Form, check_seen, given
from supervision.core.web.paging import page_number, paginate
from supervision.dutylist import exports, forms, labels, queries, rules, service
from supervision.dutylist.blueprint import bp
from supervision.dutylist.models import EnterpriseDuty
from supervision.enterprise import queries as enterprises
from supervision.enterprise.ended import open_file

MONTHS_OFFERED = 12
MOST_FILES = 10


@bp.get("/")
@requires(Permission.DUTYLIST_READ)
def index() -> ResponseReturnValue:
    """Of a month: who did how much; whoever has one enterprise goes to its list."""
    actor = current_actor()
    if not actor.is_regulator and len(actor.enterprise_ids) == 1:
        (own,) = actor.enterprise_ids
        return redirect(url_for("dutylist.items", enterprise_id=own))
    form, wanted = _month_filter(actor)
    page = paginate(queries.list_months(actor, wanted), number=page_number())
    return render_template(
        "dutylist/index.html",
        form=form,
        page=page,
        regions=enterprises.region_path_names({m.enterprise.region_code for m in page.items}),
        active=sum(1 for on in (wanted.is_behind, wanted.region) if on),
    )


def _month_filter(actor: Actor) -> tuple[forms.MonthForm, queries.MonthFilter]:
    form = forms.MonthForm(request.args)
    form.month.choices = _months()
    form.region.choices = [("", "—"), *enterprises.region_choices(actor)]
    form.validate()
    chosen = form.month.data if form.month.data in dict(form.month.choices) else None
    form.month.data = chosen or form.month.choices[0][0]
    region = form.region.data or ""
    return form, queries.MonthFilter(
        month=date.fromisoformat(form.month.data + "-01"),
        text=form.text.data or "",
        region=region if region.isdecimal() else "",
        is_behind=form.behind.data == "1",
        sort=form.sort.data or "missed",
    )


def _of_month() -> Select[Any]:
    actor = current_actor()
    return queries.list_months(actor, _month_filter(actor)[1])


MONTHS = ListExport(
    "dutylist.months",
    _l("Duty lists of enterprises"),
    Permission.DUTYLIST_READ,
    _of_month,
    exports.month_table,
)


@bp.get("/export.xlsx")
@requires(Permission.DUTYLIST_READ)
def export_months() -> ResponseReturnValue:
    """The filtered list of enterprises as Excel."""
    return answer(MONTHS)


def _months() -> list[tuple[str, str]]:
    day, found = clock.today().replace(day=1), []
    for _number in range(MONTHS_OFFERED):
        found.append((f"{day:%Y-%m}", f"{day:%Y-%m}"))
        day = rules.month_of(date.fromordinal(day.toordinal() - 1)).first
    return found


@bp.get("/enterprises/<int:enterprise_id>")
@requires(Permission.DUTYLIST_READ)
def items(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    enterprise = enterprises.get_enterprise(enterprise_id, actor)
    form, wanted = _filter(enterprise_id)
    page = paginate(queries.list_duties(enterprise_id, actor, wanted), number=page_number())
    return render_template(
        "dutylist/items.html",
        enterprise=enterprise,
        form=form,
        page=page,
        month=queries.month_of(enterprise_id, actor, clock.today().replace(day=1)),
        names=accounts.names({d.account_id for d in page.items if d.account_id}),
        missing=_missing(enterprise_id),
        labels=labels,
        is_own=not actor.is_regulator,
        active=sum(1 for name in ("person", "late") if form[name].data),
    )


def _missing(enterprise_id: int) -> int:
    """How many duties of the law the list lacks, or has in an older version."""
    held = {d.template_id for d in queries.live(enterprise_id, current_actor())}
    return sum(1 for t in queries.templates_on(clock.today()) if t.id not in held)


def _filter(enterprise_id: int) -> tuple[forms.FilterForm, queries.DutyFilter]:
    form = forms.FilterForm(request.args)
    people = _people(enterprise_id)
    form.person.choices = [("", "—"), *people, ("0", _("Nobody by name"))]
    form.validate()
    known = {choice[0] for choice in form.person.choices}
    person = form.person.data if form.person.data in known else None
    return form, queries.DutyFilter(
        text=form.text.data or "",
        account_id=int(person) if person else None,
        is_late=form.late.data == "1",
    )


def _people(enterprise_id: int) -> list[tuple[str, str]]:
    people = service.assignable(enterprise_id, current_actor())
    return [(str(a.id), a.name) for a in people]


def _listed() -> Select[Any]:
    # A long list is made later, from the query alone.
    here = (request.view_args or {}).get("enterprise_id")
    enterprise_id = here or request.args.get("enterprise", 0, int)
    return queries.list_duties(enterprise_id, current_actor(), _filter(enterprise_id)[1])


DUTIES = ListExport(
    "dutylist.items",
    _l("Duty list"),
    Permission.DUTYLIST_READ,
    _listed,
    exports.duty_table,
    (FileKind.XLSX, FileKind.PDF),
)


@bp.get("/enterprises/<int:enterprise_id>/export.<any(xlsx, pdf):kind>")
@requires(Permission.DUTYLIST_READ)
def export(enterprise_id: int, kind: str) -> ResponseReturnValue:
    enterprises.get_enterprise(enterprise_id, current_actor())
    return answer(DUTIES, FileKind(kind))


@bp.post("/enterprises/<int:enterprise_id>/adopt")
@requires(Permission.DUTYLIST_EDIT)
def adopt(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    open_file(enterprise_id, actor)
    try:
        with transaction():
            count = service.adopt(open_file(enterprise_id, actor), actor)
    except Conflict as error:
        flash(message_of(error), "warning")
    else:
        flash(_("Duties taken over: %(count)s.", count=count), "success")
    return redirect(url_for("dutylist.items", enterprise_id=enterprise_id))


@bp.get("/enterprises/<int:enterprise_id>/new")
@requires(Permission.DUTYLIST_EDIT)
def new(enterprise_id: int) -> ResponseReturnValue:
    if current_actor().is_regulator:
        raise NotFound  # the list is the enterprise's own
    open_file(enterprise_id, current_actor())
    return _new_page(enterprise_id, _offer(forms.DutyForm(formdata=None), enterprise_id))


@bp.post("/enterprises/<int:enterprise_id>/new")
@requires(Permission.DUTYLIST_EDIT)
def create(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    open_file(enterprise_id, actor)
    form = _offer(forms.DutyForm(), enterprise_id)
    if not form.validate_on_submit():
        return _new_page(enterprise_id, form), 422
    try:
        with transaction():
            plant = open_file(enterprise_id, actor)
            made = service.add(plant, actor, _fields(form))
            ident = made.id
    except InvalidInput as error:
        form.add_error(error)
        return _new_page(enterprise_id, form), 422
    flash(_("The line is added."), "success")
    return redirect(url_for("dutylist.item", duty_id=ident))


def _new_page(enterprise_id: int, form: Form) -> str:
    enterprise = enterprises.get_enterprise(enterprise_id, current_actor())
    return render_template("dutylist/new.html", enterprise=enterprise, form=form)


def _offer(form: Any, enterprise_id: int) -> Any:
    form.account_id.choices = [("", "—"), *_people(enterprise_id)]
    return form


def _fields(form: forms.DutyForm) -> service.Fields:
    return service.Fields(
        what=form.what.data or "",
        frequency=Frequency(form.frequency.data),
        how=form.how.data or "",
        clause=form.clause.data or "",
        account_id=_id(form.account_id.data),
        person=form.person.data or "",
    )


def _id(value: str | None) -> int | None:
    return int(value) if value else None


@bp.get("/items/<int:duty_id>")
@requires(Permission.DUTYLIST_READ)
def item(duty_id: int) -> ResponseReturnValue:
    return _page(duty_id)


def _page(duty_id: int, failed: str = "", form: Form | None = None) -> str:
    actor = current_actor()
    duty = queries.get_duty(duty_id, actor)
    done = queries.done_of(duty_id, actor)
    known = {d.starts_on for d in done}
    spans = rules.open_spans(duty.frequency, duty.begins_on, clock.today(), known)
    shown = {
        "done": _with_periods(forms.DoneFilesForm(formdata=None), spans),
        "assign": _offer(
            forms.AssignForm(
                formdata=None,
                account_id=str(duty.account_id or ""),
                person=duty.person,
                row_version=duty.row_version,
            ),
            duty.enterprise_id,
        ),
        "end": forms.EndForm(formdata=None, row_version=duty.row_version),
    }
    if form is not None:
        shown[failed] = form
    return render_template(
        "dutylist/item.html",
        duty=duty,
        done=done,
        spans=spans,
        forms={name: found.mark(name) for name, found in shown.items()},
        failed=failed,
        who=accounts.names({duty.account_id}).get(duty.account_id or 0) if duty.account_id else "",
        is_own=not actor.is_regulator,
        may_end=not (duty.template and service.is_in_force(duty.template)),
        labels=labels,
    )


def _with_periods(form: Any, spans: list[Span]) -> Any:
    form.period.choices = [
        (s.first.isoformat(), s.first.isoformat() if s.first == s.last else f"{s.first} – {s.last}")
        for s in spans
    ]
    return form


def _spans(duty: EnterpriseDuty) -> list[Span]:
    known = [d.starts_on for d in queries.done_of(duty.id, current_actor())]
    return rules.open_spans(duty.frequency, duty.begins_on, clock.today(), known)


@bp.post("/items/<int:duty_id>/complete")
@requires(Permission.DUTYLIST_DO)
def complete(duty_id: int) -> ResponseReturnValue:
    actor = current_actor()
    duty = queries.get_duty(duty_id, actor)
    form = _with_periods(forms.DoneFilesForm(), _spans(duty))

    def act(found: EnterpriseDuty) -> None:
        service.complete(
            found,
            actor,
            starts_on=date.fromisoformat(given(form.period.data)),
            given=service.Evidence(form.note.data or "", form.link.data or "", _files(form)),
        )

    return _step(duty_id, "done", form, act, _("It is done for this period."))


def _files(form: Any) -> list[Attachment]:
    found = [f for f in form.files.data or () if f and f.filename]
    if len(found) > MOST_FILES:
        raise InvalidInput(N_("At most %(count)s files."), field="files", count=MOST_FILES)
    actor = current_actor()
    return [attachments.store_scan(actor, f.stream, f.filename, field="files") for f in found]


@bp.post("/items/<int:duty_id>/assign")
@requires(Permission.DUTYLIST_EDIT)
def assign(duty_id: int) -> ResponseReturnValue:
    actor = current_actor()
    duty = queries.get_duty(duty_id, actor)
    form = _offer(forms.AssignForm(), duty.enterprise_id)

    def act(found: EnterpriseDuty) -> None:
        service.assign(
            found, actor, account_id=_id(form.account_id.data), person=form.person.data or ""
        )

    return _step(duty_id, "assign", form, act, _("The duty is assigned."))


@bp.post("/items/<int:duty_id>/end")
@requires(Permission.DUTYLIST_EDIT)
def end(duty_id: int) -> ResponseReturnValue:
    actor = current_actor()
    queries.get_duty(duty_id, actor)
    form = forms.EndForm()

    def act(found: EnterpriseDuty) -> None:
        service.end(found, actor, reason=form.reason.data or "")

    return _step(duty_id, "end", form, act, _("The line has ended."))


def _step(
    duty_id: int, name: str, form: Form, act: Callable[[EnterpriseDuty], None], said: str
) -> ResponseReturnValue:
    if not form.validate_on_submit():
        return _page(duty_id, name, form), 422
    try:
        with transaction():
            duty = queries.get_duty(duty_id, current_actor(), for_update=True)
            check_seen(form, duty.row_version)
            act(duty)
    except InvalidInput as error:
        form.add_error(error)
        return _page(duty_id, name, form), 422
    except Conflict as error:
        flash(message_of(error), "warning")
        return _page(duty_id), 409
    flash(said, "success")
    return redirect(url_for("dutylist.item", duty_id=duty_id))


@bp.get("/items/<int:duty_id>/files/<int:file_id>")
@requires(Permission.DUTYLIST_READ)
def file(duty_id: int, file_id: int) -> ResponseReturnValue:
    return attachments.send_scan(queries.get_file(duty_id, file_id, current_actor()).attachment)
