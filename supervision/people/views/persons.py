"""People: the list, a person's file, posts, leaving; personal data in full with a reason."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.account import queries as accounts
from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.export.lists import ListExport
from supervision.core.permissions import Permission
from supervision.core.web.exporting import answer
from supervision.core.web.forms import Form, check_seen, given
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise.ended import open_file
from supervision.people import (
    exports,
    forms,
    labels,
    panels,
    queries,
    rules,
    service,
    training_queries,
)
from supervision.people.models import Person
from supervision.people.rules import IdKind
from supervision.people.service import InFull, PersonFields, PostFields
from supervision.people.tables import RuleTable
from supervision.people.views import parts
from supervision.people.views.blueprint import bp


@bp.get("/")
@requires(Permission.PEOPLE_READ)
def index() -> ResponseReturnValue:
    actor = current_actor()
    form, wanted = _filter()
    page = paginate(queries.list_people(actor, wanted), number=page_number())
    return render_template(
        "people/index.html",
        form=form,
        page=page,
        labels=labels,
        in_full=panels.sees_names(actor),
        shown_name=rules.shown_name,
        active=parts.active(form, "post", "without", "region")
        + (1 if form.state.data not in {"", None, "employed"} else 0),
        own_id=_own_enterprise(wanted.enterprise_id),
    )


def _own_enterprise(chosen: int | None) -> int | None:
    """Where a new person would go: the enterprise that the list shows, or the reader's only one."""
    own = current_actor().enterprise_ids
    return chosen or (next(iter(own)) if len(own) == 1 else None)


def _filter() -> tuple[forms.PersonFilterForm, queries.PersonFilter]:
    form = forms.PersonFilterForm(request.args)
    parts.offer(form.post, RuleTable.POST, optional=True)
    region = parts.region(form)
    return form, queries.PersonFilter(
        text=form.text.data or "",
        post=parts.code(form.post.data, dict(parts.choices(RuleTable.POST))),
        state=parts.code(form.state.data, (*labels.PERSON_STATE_LABELS, "all"), "employed"),
        without=parts.code(form.without.data, labels.LACKING_LABELS),
        enterprise_id=parts.enterprise_argument(),
        region=region,
        sort=form.sort.data or "newest",
    )


def _listed() -> Select[Any]:
    return queries.list_people(current_actor(), _filter()[1])


PEOPLE = ListExport(
    "people.index",
    _l("People of enterprises"),
    Permission.PEOPLE_READ,
    _listed,
    exports.people_table,
)


@bp.get("/export.xlsx")
@requires(Permission.PEOPLE_READ)
def export() -> ResponseReturnValue:
    """The filtered list as Excel, masked."""
    return answer(PEOPLE)


@bp.get("/export-in-full")
@requires(Permission.PEOPLE_PERSONAL)
def full_export() -> ResponseReturnValue:
    """Asks why, before personal data leave the house."""
    return _full_page(forms.RevealForm(formdata=None))


@bp.post("/export-in-full")
@requires(Permission.PEOPLE_PERSONAL)
def full_export_now() -> ResponseReturnValue:
    actor, form = current_actor(), forms.RevealForm()
    if not form.validate_on_submit():
        return _full_page(form), 422
    _form, wanted = _filter()
    try:
        with transaction():
            rows = exports.people_rows(actor, wanted)
            service.record_full_export(actor, rows, reason=form.reason.data or "")
            book = exports.people_in_full(rows)
    except InvalidInput as error:
        form.add_error(error)
        return _full_page(form), 422
    sent = make_response(parts.workbook(book, _("People in full")))
    sent.headers["Cache-Control"] = "no-store"
    return sent


def _full_page(form: Form) -> str:
    _form, wanted = _filter()
    page = paginate(queries.list_people(current_actor(), wanted), number=1)
    return render_template(
        "people/full_export.html", form=form, total=page.total_text, limit=exports.FULL_LIMIT
    )


@bp.get("/enterprises/<int:enterprise_id>/new")
@requires(Permission.PEOPLE_EDIT)
def new(enterprise_id: int) -> ResponseReturnValue:
    form = forms.NewPersonForm(formdata=None, id_kind=IdKind.RESIDENT)
    return _new_page(enterprise_id, form)


@bp.post("/enterprises/<int:enterprise_id>/new")
@requires(Permission.PEOPLE_EDIT)
def create(enterprise_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), forms.NewPersonForm()
    open_file(enterprise_id, actor)
    _offer(form, enterprise_id)

    def act() -> int:
        enterprise = open_file(enterprise_id, actor)
        post = None
        if form.code.data:
            since = form.from_on.data or given(form.employed_from.data)
            post = PostFields(form.code.data, form.title.data or "", since)
        return service.enter(enterprise, actor, _fields(form), post).id

    return parts.save(
        form,
        act,
        lambda f: _new_page(enterprise_id, f),
        _("The person is on file."),
        lambda made: url_for("people.detail", person_id=made),
    )


def _offer(form: Any, enterprise_id: int) -> None:
    members = accounts.members(enterprise_id, current_actor())
    form.account_id.choices = [("", "—"), *((str(m.id), m.name) for m in members)]
    if "code" in form:
        parts.offer(form.code, RuleTable.POST, optional=True)


def _new_page(enterprise_id: int, form: Any) -> str:
    enterprise = open_file(enterprise_id, current_actor())
    _offer(form, enterprise_id)
    return render_template("people/form.html", form=form, enterprise=enterprise, person=None)


def _fields(form: forms.PersonForm) -> PersonFields:
    account = str(form.account_id.data or "")
    return PersonFields(
        name=form.name.data or "",
        id_kind=IdKind(form.id_kind.data),
        id_number=form.id_number.data or "",
        phone=form.phone.data or "",
        department=form.department.data or "",
        employed_from=given(form.employed_from.data),
        account_id=int(account) if account.isdecimal() else None,
        forget_phone=bool(form.forget_phone.data),
    )


@bp.get("/<int:person_id>/edit")
@requires(Permission.PEOPLE_EDIT)
def edit(person_id: int) -> ResponseReturnValue:
    person = queries.get_person(person_id, current_actor())
    form = forms.PersonForm(formdata=None, obj=person)
    form.account_id.data = str(person.account_id or "")
    return _edit_page(person_id, form)


@bp.post("/<int:person_id>/edit")
@requires(Permission.PEOPLE_EDIT)
def change(person_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), forms.PersonForm()
    _offer(form, queries.get_person(person_id, actor).enterprise_id)

    def act() -> None:
        person = queries.get_person(person_id, actor)
        check_seen(form, person.row_version)
        service.change(person, actor, _fields(form))

    return parts.save(
        form,
        act,
        lambda f: _edit_page(person_id, f),
        _("The person's file is saved."),
        lambda _made: url_for("people.detail", person_id=person_id),
    )


def _edit_page(person_id: int, form: Any) -> str:
    person = queries.get_person(person_id, current_actor())
    _offer(form, person.enterprise_id)
    form.keep(person.id_masked, person.phone_masked)
    if not panels.sees_names(current_actor()):
        form.name.data = person.name
    return render_template(
        "people/form.html", form=form, enterprise=person.enterprise, person=person
    )


@bp.get("/<int:person_id>")
@requires(Permission.PEOPLE_READ)
def detail(person_id: int) -> ResponseReturnValue:
    return _detail(person_id)


def _detail(
    person_id: int, failed: str = "", form: Form | None = None, revealed: InFull | None = None
) -> str:
    """The person's page with the forms of what this actor may do now."""
    actor = current_actor()
    person = queries.get_person(person_id, actor)
    steps = _step_forms(person)
    if form is not None and failed in steps:
        steps[failed] = form
    for name, one in steps.items():
        one.mark(name)
    return render_template(
        "people/detail.html",
        person=person,
        steps=steps,
        failed=failed,
        revealed=revealed,
        in_full=panels.sees_names(actor),
        shown_name=rules.shown_name,
        attended=training_queries.attended(person, actor)[:20],
        years=training_queries.balances(person, actor),
        events=queries.events_of(person, actor),
        labels=labels,
        today=clock.today(),
    )


def _step_forms(person: Person) -> dict[str, Form]:
    actor, today = current_actor(), clock.today()
    found: dict[str, Form] = {}
    if actor.may(Permission.PEOPLE_EDIT):
        if person.is_employed:
            hold = forms.PostForm(formdata=None, from_on=today)
            parts.offer(hold.code, RuleTable.POST)
            found |= {
                "hold": hold,
                "end": forms.DayForm(formdata=None, day=today),
                "leave": forms.LeaveForm(formdata=None, day=today),
            }
        else:
            found["back"] = forms.BackForm(formdata=None, day=today)
    if actor.may(Permission.PEOPLE_PERSONAL):
        found["reveal"] = forms.RevealForm(formdata=None)
    return found


@bp.post("/<int:person_id>/reveal")
@requires(Permission.PEOPLE_PERSONAL)
def reveal(person_id: int) -> ResponseReturnValue:
    """Personal data in full, for one look: the answer is kept nowhere."""
    actor, form = current_actor(), forms.RevealForm()
    queries.get_person(person_id, actor)
    if not form.validate_on_submit():
        return _detail(person_id, "reveal", form), 422
    with transaction():
        person = queries.get_person(person_id, actor)
        shown = service.reveal(person, actor, reason=form.reason.data or "")
    sent: Response = make_response(_detail(person_id, revealed=shown))
    sent.headers["Cache-Control"] = "no-store, private, max-age=0"
    return sent


def _step(person_id: int, name: str, form: Form, act: Any, done: str) -> ResponseReturnValue:
    """A small form of the person's page."""
    queries.get_person(person_id, current_actor())
    return parts.save(
        form,
        lambda: act(queries.get_person(person_id, current_actor())),
        lambda f: _detail(person_id, name, f),
        done,
        lambda _made: url_for("people.detail", person_id=person_id),
    )


@bp.post("/<int:person_id>/posts")
@requires(Permission.PEOPLE_EDIT)
def add_post(person_id: int) -> ResponseReturnValue:
    form = forms.PostForm()
    parts.offer(form.code, RuleTable.POST)

    def act(person: Person) -> None:
        wanted = PostFields(form.code.data or "", form.title.data or "", given(form.from_on.data))
        service.hold(person, current_actor(), wanted)

    return _step(person_id, "hold", form, act, _("The post is given."))


@bp.post("/<int:person_id>/posts/<int:post_id>/end")
@requires(Permission.PEOPLE_EDIT)
def end_post(person_id: int, post_id: int) -> ResponseReturnValue:
    form = forms.DayForm()
    queries.get_post(queries.get_person(person_id, current_actor()), post_id)

    def act(person: Person) -> None:
        post = queries.get_post(person, post_id)
        service.end_post(person, current_actor(), post, day=given(form.day.data))

    return _step(person_id, "end", form, act, _("The post is ended."))


@bp.post("/<int:person_id>/leave")
@requires(Permission.PEOPLE_EDIT)
def leave(person_id: int) -> ResponseReturnValue:
    form = forms.LeaveForm()

    def act(person: Person) -> None:
        reason = form.reason.data or ""
        service.leave(person, current_actor(), day=given(form.day.data), reason=reason)

    return _step(person_id, "leave", form, act, _("The person has left; the file stays."))


@bp.post("/<int:person_id>/back")
@requires(Permission.PEOPLE_EDIT)
def back(person_id: int) -> ResponseReturnValue:
    form = forms.BackForm()

    def act(person: Person) -> None:
        service.take_back(person, current_actor(), day=given(form.day.data))

    return _step(person_id, "back", form, act, _("The person is back."))
