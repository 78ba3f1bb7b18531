"""Trainings: the list, one of them, participants and results, its archive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
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
from supervision.core.text import N_
from supervision.core.web.exporting import answer
from supervision.core.web.forms import Form, SeenForm, check_seen, given
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises
from supervision.enterprise.ended import open_file
from supervision.people import (
    exports,
    forms,
    labels,
    panels,
    rules,
    training,
    training_forms,
    training_queries,
)
from supervision.people.rules import LineError, Result, TrainingKind
from supervision.people.training import SessionFields
from supervision.people.training_models import TrainingSession
from supervision.people.views import parts
from supervision.people.views.blueprint import bp
from supervision.people.workflow import TRAINING_WORKFLOW, SessionState

MOST_OFFERED = 400


@bp.get("/training", endpoint="sessions")
@requires(Permission.PEOPLE_READ)
def index() -> ResponseReturnValue:
    actor = current_actor()
    form, wanted = _filter()
    page = paginate(training_queries.list_sessions(actor, wanted), number=page_number())
    own = actor.enterprise_ids
    return render_template(
        "people/sessions.html",
        form=form,
        page=page,
        participants=training_queries.participants([s.id for s in page.items], actor),
        labels=labels,
        active=parts.active(form, "status", "kind", "held_from", "held_to", "region"),
        own_id=wanted.enterprise_id or (next(iter(own)) if len(own) == 1 else None),
    )


def _listed() -> Select[Any]:
    return training_queries.list_sessions(current_actor(), _filter()[1])


TRAININGS = ListExport(
    "people.sessions",
    _l("Trainings"),
    Permission.PEOPLE_READ,
    _listed,
    lambda stmt: exports.session_table(stmt, current_actor()),
)


@bp.get("/training/export.xlsx")
@requires(Permission.PEOPLE_READ)
def session_export() -> ResponseReturnValue:
    """The filtered list as Excel."""
    return answer(TRAININGS)


def _filter() -> tuple[training_forms.SessionFilterForm, training_queries.SessionFilter]:
    form = training_forms.SessionFilterForm(request.args)
    region = parts.region(form)
    status, kind = form.status.data, form.kind.data
    return form, training_queries.SessionFilter(
        text=form.text.data or "",
        status=SessionState(status) if status in set(SessionState) else None,
        kind=TrainingKind(kind) if kind in set(TrainingKind) else None,
        held_from=form.held_from.data,
        held_to=form.held_to.data,
        enterprise_id=parts.enterprise_argument(),
        region=region,
        sort=form.sort.data or "newest",
    )


@bp.get("/enterprises/<int:enterprise_id>/training/new")
@requires(Permission.PEOPLE_EDIT)
def new_session(enterprise_id: int) -> ResponseReturnValue:
    now = clock.now().astimezone(clock.SHANGHAI).replace(tzinfo=None, second=0, microsecond=0)
    form = training_forms.SessionForm(formdata=None, held_at=now, hours=Decimal(4))
    open_file(enterprise_id, current_actor())
    return _form_page(enterprise_id, form, None)


@bp.post("/enterprises/<int:enterprise_id>/training/new")
@requires(Permission.PEOPLE_EDIT)
def create_session(enterprise_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), training_forms.SessionForm()
    open_file(enterprise_id, actor)

    def act() -> int:
        enterprise = open_file(enterprise_id, actor)
        return training.open_session(enterprise, actor, _fields(form)).id

    return parts.save(
        form,
        act,
        lambda f: _form_page(enterprise_id, f, None),
        _("Now enter the participants and their results."),
        lambda made: url_for("people.session", session_id=made),
    )


def _form_page(enterprise_id: int, form: Any, session: TrainingSession | None) -> str:
    enterprise = enterprises.get_enterprise(enterprise_id, current_actor())
    return render_template(
        "people/session_form.html", form=form, enterprise=enterprise, session=session
    )


def _fields(form: training_forms.SessionForm) -> SessionFields:
    held_at: datetime = given(form.held_at.data)
    return SessionFields(
        title=form.title.data or "",
        kind=TrainingKind(form.kind.data),
        held_at=held_at.replace(tzinfo=clock.SHANGHAI),
        hours=given(form.hours.data),
        content=form.content.data or "",
        place=form.place.data or "",
        trainer=form.trainer.data or "",
    )


@bp.get("/training/<int:session_id>/edit")
@requires(Permission.PEOPLE_EDIT)
def edit_session(session_id: int) -> ResponseReturnValue:
    found = training_queries.get_session(session_id, current_actor())
    form = training_forms.SessionForm(formdata=None, obj=found)
    form.held_at.data = found.held_at.astimezone(clock.SHANGHAI).replace(tzinfo=None)
    return _form_page(found.enterprise_id, form, found)


@bp.post("/training/<int:session_id>/edit")
@requires(Permission.PEOPLE_EDIT)
def change_session(session_id: int) -> ResponseReturnValue:
    form = training_forms.SessionForm()

    def act(found: TrainingSession) -> None:
        training.change(found, current_actor(), _fields(form))

    def page(failed: Form) -> str:
        found = training_queries.get_session(session_id, current_actor())
        return _form_page(found.enterprise_id, failed, found)

    return _step(session_id, form, act, page, _("The training is saved."))


@bp.get("/training/<int:session_id>")
@requires(Permission.PEOPLE_READ)
def session(session_id: int) -> ResponseReturnValue:
    return _detail(session_id)


def _detail(
    session_id: int,
    failed: str = "",
    form: Form | None = None,
    wrong: list[LineError] | None = None,
) -> str:
    actor = current_actor()
    found = training_queries.get_session(session_id, actor)
    offered = TRAINING_WORKFLOW.names(found, actor)
    version = str(found.row_version)
    steps: dict[str, Form] = {}
    if "attend" in offered:
        steps["paste"] = training_forms.PasteForm(
            formdata=None, pass_mark=Decimal(60), row_version=version
        )
    if "void" in offered:
        steps["void"] = training_forms.ReasonForm(formdata=None, row_version=version)
    if actor.may(Permission.PEOPLE_EDIT) and found.status is not SessionState.VOID:
        steps["files"] = forms.FilesForm(formdata=None)
    if form is not None and failed in steps:
        steps[failed] = form
    for name, one in steps.items():
        one.mark(name)
    others = training.others(found, actor, limit=MOST_OFFERED) if "attend" in offered else []
    return render_template(
        "people/session.html",
        session=found,
        offered=offered,
        steps=steps,
        failed=failed,
        wrong=wrong or [],
        others=others,
        pending=sum(1 for a in found.attendances if a.result is Result.PENDING),
        in_full=panels.sees_names(actor),
        shown_name=rules.shown_name,
        results=labels.RESULT_LABELS,
        labels=labels,
    )


def _step(
    session_id: int,
    form: Form,
    act: Callable[[TrainingSession], Any],
    page: Callable[[Form], str],
    done: str,
) -> ResponseReturnValue:
    """One action on a training; back to its page."""
    actor = current_actor()
    training_queries.get_session(session_id, actor)

    def seen() -> None:
        found = training_queries.get_session(session_id, actor)
        check_seen(form, found.row_version)
        act(found)

    return parts.save(
        form,
        seen,
        page,
        done,
        lambda _made: url_for("people.session", session_id=session_id),
    )


def _plain(
    session_id: int, act: Callable[[TrainingSession], Any], done: str
) -> ResponseReturnValue:
    """An action whose form is made by the page itself; errors go to its top."""
    form = SeenForm()

    def page(failed: Form) -> str:
        return _detail(session_id, "page", failed)

    if not form.validate_on_submit():
        abort(400)
    try:
        with transaction():
            found = training_queries.get_session(session_id, current_actor())
            check_seen(form, found.row_version)
            act(found)
    except InvalidInput as error:
        flash(_(error.message) % error.params if error.params else _(error.message), "error")
        return page(form), 422
    flash(done, "success")
    return redirect(url_for("people.session", session_id=session_id))


@bp.post("/training/<int:session_id>/participants")
@requires(Permission.PEOPLE_EDIT)
def add_participants(session_id: int) -> ResponseReturnValue:
    """Those who were ticked."""
    ids = {n for n in request.form.getlist("people", type=int) if 0 < n < 2**31}

    def act(found: TrainingSession) -> None:
        if not ids:
            raise InvalidInput(N_("Tick those who took part."), field="people")
        training.attend(found, current_actor(), ids)

    return _plain(session_id, act, _("The participants are entered."))


@bp.post("/training/<int:session_id>/paste")
@requires(Permission.PEOPLE_EDIT)
def paste(session_id: int) -> ResponseReturnValue:
    """Names by the line: all are taken or none, and each wrong line says why."""
    actor, form = current_actor(), training_forms.PasteForm()
    training_queries.get_session(session_id, actor)
    if not form.validate_on_submit():
        return _detail(session_id, "paste", form), 422
    wrong: list[LineError] = []
    count = 0
    try:
        with transaction():
            found = training_queries.get_session(session_id, actor)
            check_seen(form, found.row_version)
            count, wrong = training.paste(
                found, actor, form.text.data or "", pass_mark=form.pass_mark.data
            )
    except InvalidInput as error:
        form.add_error(error)
        return _detail(session_id, "paste", form), 422
    if wrong:
        return _detail(session_id, "paste", form, wrong), 422
    flash(_("%(count)s lines are taken.", count=count), "success")
    return redirect(url_for("people.session", session_id=session_id))


@bp.post("/training/<int:session_id>/results")
@requires(Permission.PEOPLE_EDIT)
def results(session_id: int) -> ResponseReturnValue:
    """Result and score of each participant, as they stand in the table."""

    def act(found: TrainingSession) -> None:
        wanted = {
            a.person_id: read
            for a in found.attendances
            if (read := _result(str(a.person_id))) is not None
        }
        training.set_results(found, current_actor(), wanted)

    return _plain(session_id, act, _("The results are saved."))


def _result(person_id: str) -> tuple[Result, Decimal | None] | None:
    given_result = request.form.get(f"result-{person_id}")
    if given_result not in set(Result):
        return None
    text = request.form.get(f"score-{person_id}", "").strip()
    try:
        score = Decimal(text) if text else None
    except InvalidOperation:
        raise InvalidInput(N_("%(text)s is not a score."), text=text[:20]) from None
    if score is not None and not (score.is_finite() and 0 <= score <= rules.MOST_SCORE):
        raise InvalidInput(N_("%(text)s is not a score."), text=text[:20])
    return Result(given_result), score


@bp.post("/training/<int:session_id>/participants/<int:person_id>/remove")
@requires(Permission.PEOPLE_EDIT)
def remove_participant(session_id: int, person_id: int) -> ResponseReturnValue:
    def act(found: TrainingSession) -> None:
        training.remove(found, current_actor(), person_id)

    return _plain(session_id, act, _("The participant is taken off."))


@bp.post("/training/<int:session_id>/record")
@requires(Permission.PEOPLE_EDIT)
def record_session(session_id: int) -> ResponseReturnValue:
    def act(found: TrainingSession) -> None:
        training.record(found, current_actor())

    return _plain(session_id, act, _("The training is on record; its hours count."))


@bp.post("/training/<int:session_id>/void")
@requires(Permission.PEOPLE_EDIT)
def void_session(session_id: int) -> ResponseReturnValue:
    form = training_forms.ReasonForm()

    def act(found: TrainingSession) -> None:
        training.void(found, current_actor(), reason=form.reason.data or "")

    done = _("The training is void; its hours count no more.")
    return _step(session_id, form, act, lambda f: _detail(session_id, "void", f), done)


@bp.post("/training/<int:session_id>/files")
@requires(Permission.PEOPLE_EDIT)
def add_session_files(session_id: int) -> ResponseReturnValue:
    form = forms.FilesForm()

    def act(found: TrainingSession) -> None:
        actor = current_actor()
        training.add_files(found, actor, parts.uploads(form, actor))

    done = _("The files are on record.")
    return _step(session_id, form, act, lambda f: _detail(session_id, "files", f), done)


@bp.get("/training/<int:session_id>/files/<int:sheet_id>")
@requires(Permission.PEOPLE_PERSONAL)
def session_file(session_id: int, sheet_id: int) -> ResponseReturnValue:
    """A sign-in sheet shows names in full: for those who may open personal data, on the trail."""
    actor = current_actor()
    with transaction():
        found = training_queries.get_file(session_id, sheet_id, actor)
        subject = training_queries.get_session(session_id, actor)
        return parts.send_personal(subject, found.attachment, actor)
