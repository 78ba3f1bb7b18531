"""HTTP of trials: all of them, the choice of cameras, one with what verdicts say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from supervision.canary import comparing, forms, labels, queries, rules, service
from supervision.canary.models import Canary
from supervision.canary.workflow import CANARY_WORKFLOW, CanaryState
from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.core.web.forms import Form, check_seen
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.core.web.state import settings
from supervision.detector import queries as detectors
from supervision.video import labels as video_labels

bp = Blueprint("canary", __name__, url_prefix="/model-trials")


@bp.get("/")
@requires(Permission.MODEL_READ)
def index() -> ResponseReturnValue:
    form = forms.FilterForm(request.args)
    form.validate()
    status = form.status.data
    stmt = queries.list_canaries(
        current_actor(), CanaryState(status) if status in set(CanaryState) else None
    )
    return render_template(
        "canary/index.html",
        form=form,
        page=paginate(stmt, number=page_number()),
        active=1 if request.args.get("status") else 0,
        candidates=len(detectors.candidates(current_actor(), 1)),
        labels=labels,
    )


@bp.get("/new")
@requires(Permission.MODEL_ADMIN)
def new() -> ResponseReturnValue:
    wanted = id_argument("model")
    form = _begin_form(formdata=None, model=str(wanted) if wanted else None)
    return _form_page(form, request.args.get("text", ""), _ticked(request.args))


def _ticked(given: MultiDict[str, str]) -> frozenset[int]:
    """The cameras that were ticked; nonsense is none."""
    found = [int(one) for one in given.getlist("cameras") if one.isdecimal() and len(one) < 10]
    return frozenset(found[: rules.MOST_CAMERAS * 2])


def _begin_form(**values: Any) -> forms.BeginForm:
    form = forms.BeginForm(**values)
    found = detectors.candidates(current_actor())
    form.model.choices = [("", _("Choose a model")), *((str(m.id), m.label) for m in found)]
    return form


def _form_page(form: forms.BeginForm, text: str, ticked: frozenset[int]) -> str:
    return render_template(
        "canary/new.html",
        form=form,
        text=text,
        ticked=ticked,
        cameras=queries.to_try(current_actor(), text, ticked),
        shown=queries.SHOWN,
        most=rules.MOST_CAMERAS,
        speaks=service.SPEAKS_OF_MODELS,
        silent=settings().node_silent_seconds,
        video_labels=video_labels,
    )


@bp.post("/new")
@requires(Permission.MODEL_ADMIN)
def create() -> ResponseReturnValue:
    actor = current_actor()
    form = _begin_form()
    text = request.form.get("text", "")
    ticked = _ticked(request.form)
    if not form.validate_on_submit():
        return _form_page(form, text, ticked), 422
    try:
        with transaction():
            detectors.lock_registry()
            model = detectors.get_model(int(form.model.data), actor, for_update=True)
            canary_id = service.begin(
                model, actor, ticked, reason=form.reason.data or "", until=form.until.data
            ).id
    except InvalidInput as error:
        form.add_error(error)
        return _form_page(form, text, ticked), 422
    except Conflict as error:
        form.form_errors.append(message_of(error))
        return _form_page(form, text, ticked), 409
    flash(_("The trial has begun. Nodes switch with their next heartbeat."), "success")
    return redirect(url_for("canary.detail", canary_id=canary_id))


@bp.get("/<int:canary_id>")
@requires(Permission.MODEL_READ)
def detail(canary_id: int) -> ResponseReturnValue:
    return _detail_page(canary_id)


_STEPS: dict[str, type[Form]] = {"promote": forms.PromoteForm, "roll_back": forms.NoteForm}


def _detail_page(canary_id: int, failed: str = "", form: Form | None = None) -> str:
    actor = current_actor()
    canary = queries.get_canary(canary_id, actor)
    offered = CANARY_WORKFLOW.names(canary, actor)
    default = detectors.active()
    seen = {"row_version": canary.row_version, "seen_active": default.id if default else ""}
    shown: dict[str, Form] = {
        name: kind(formdata=None, **seen).mark(name)
        for name, kind in _STEPS.items()
        if name in offered
    }
    if form is not None and failed in shown:
        shown[failed] = form.mark(failed)
    return render_template(
        "canary/detail.html",
        canary=canary,
        model=canary.model,
        default=default,
        told=comparing.compare(canary, clock.now()),
        cameras=queries.cameras_of(canary, actor),
        nodes=queries.nodes_of(canary.model, actor),
        offered=offered,
        forms=shown,
        needed=rules.NEEDED,
        silent=settings().node_silent_seconds,
        labels=labels,
        video_labels=video_labels,
    )


@bp.post("/<int:canary_id>/promote")
@requires(Permission.MODEL_ADMIN)
def promote(canary_id: int) -> ResponseReturnValue:
    def act(canary: Canary, form: Any) -> None:
        seen = form.seen_active.data or ""
        service.promote(
            canary,
            current_actor(),
            note=form.note.data or "",
            seen_active_id=int(seen) if seen.isdecimal() else None,
        )

    return _step(canary_id, "promote", act, _("Promoted: every camera is judged by it now."))


@bp.post("/<int:canary_id>/roll-back")
@requires(Permission.MODEL_ADMIN)
def roll_back(canary_id: int) -> ResponseReturnValue:
    return _step(
        canary_id,
        "roll_back",
        lambda canary, form: service.roll_back(canary, current_actor(), note=form.note.data or ""),
        _("Rolled back. Its cameras return with their nodes' next heartbeat."),
    )


def _step(
    canary_id: int, name: str, act: Callable[[Canary, Any], object], said: str
) -> ResponseReturnValue:
    actor = current_actor()
    queries.get_canary(canary_id, actor)
    form = _STEPS[name]()
    if not form.validate_on_submit():
        return _detail_page(canary_id, name, form), 422
    try:
        with transaction():
            # The registry first, as every verb does: two who lock in different orders wait for ever.
            detectors.lock_registry()
            canary = queries.get_canary(canary_id, actor, for_update=True)
            check_seen(form, canary.row_version)
            act(canary, form)
    except (Conflict, Forbidden) as error:
        flash(message_of(error), "danger")
        return _detail_page(canary_id), error.http_status
    flash(said, "success")
    return redirect(url_for("canary.detail", canary_id=canary_id))
