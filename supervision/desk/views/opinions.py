"""HTTP of second opinions: asked, answered, withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.desk import filters, forms, queries, service
from supervision.desk.views.single import go_on, wants_json
from supervision.desk.workflow import Advice
from supervision.video import labels
from supervision.video import queries as video
from supervision.video.rules import RejectReason

bp = Blueprint("opinion", __name__, url_prefix="/desk")


@bp.get("/<long:violation_id>/opinion")
@requires(Permission.VIDEO_REVIEW)
def new(violation_id: int) -> ResponseReturnValue:
    """The question to a colleague."""
    return _ask_page(violation_id, None)


def _ask_page(violation_id: int, form: forms.AskForm | None) -> str:
    violation = video.get_violation(violation_id, current_actor())
    return render_template(
        "desk/opinion.html",
        violation=violation,
        form=form or _ask_form(violation_id, formdata=None),
        context=filters.context(),
        labels=labels,
    )


def _ask_form(violation_id: int, **kwargs: Any) -> forms.AskForm:
    actor = current_actor()
    violation = video.get_violation(violation_id, actor)
    form = forms.AskForm(**kwargs)
    form.colleague.choices = [
        ("", _("Whoever comes first")),
        *((str(i), name) for i, name in queries.colleagues(violation, actor)),
    ]
    return form


@bp.post("/<long:violation_id>/opinion")
@requires(Permission.VIDEO_REVIEW)
def ask(violation_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), _ask_form(violation_id)
    if not form.validate_on_submit():
        return _refused(violation_id, form)
    chosen = form.colleague.data
    try:
        with transaction():
            service.ask(
                violation_id,
                actor,
                asked_of_id=int(chosen) if chosen else None,
                question=form.question.data or "",
            )
    except InvalidInput as error:
        form.add_error(error)
        return _refused(violation_id, form)
    except Conflict as error:
        return _failed(violation_id, message_of(error), 409)
    said = _("Asked. It comes back to you with the answer.")
    if wants_json():
        return jsonify(message=said)
    flash(said, "success")
    return go_on(violation_id)


def _refused(violation_id: int, form: Any) -> ResponseReturnValue:
    if wants_json():
        return jsonify(message=" ".join(text for _field, text in form.all_errors)), 422
    return _ask_page(violation_id, form), 422


def _failed(violation_id: int, message: str, status: int) -> ResponseReturnValue:
    if wants_json():
        return jsonify(message=message), status
    flash(message, "warning")
    return redirect(url_for("desk.show", violation_id=violation_id, **filters.context()))


@bp.post("/opinions/<int:opinion_id>/answer")
@requires(Permission.VIDEO_REVIEW)
def answer(opinion_id: int) -> ResponseReturnValue:
    """Advice: the verdict stays with whoever gives it."""
    form = forms.AnswerForm()
    violation_id = queries.get_opinion(opinion_id, current_actor()).violation_id
    if not form.validate_on_submit():
        said = " ".join(text for _field, text in form.all_errors)
        return _failed(violation_id, said, 422)
    reason = form.reason.data

    def act() -> None:
        service.answer(
            opinion_id,
            current_actor(),
            advice=Advice(form.advice.data),
            reason=RejectReason(reason) if reason else None,
            words=form.words.data or "",
        )

    return _act(violation_id, act, _("Thank you: your opinion stands with the violation."))


@bp.post("/opinions/<int:opinion_id>/withdraw")
@requires(Permission.VIDEO_REVIEW)
def withdraw(opinion_id: int) -> ResponseReturnValue:
    violation_id = queries.get_opinion(opinion_id, current_actor()).violation_id

    def act() -> None:
        service.withdraw(opinion_id, current_actor())

    return _act(violation_id, act, _("Withdrawn."))


def _act(violation_id: int, act: Callable[[], None], said: str) -> ResponseReturnValue:
    try:
        with transaction():
            act()
    except (InvalidInput, Conflict, Forbidden) as error:
        return _failed(violation_id, message_of(error), error.http_status)
    if wants_json():
        return jsonify(message=said)
    flash(said, "success")
    return redirect(url_for("desk.show", violation_id=violation_id, **filters.context()))
