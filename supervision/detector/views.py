"""HTTP of the registry: the list, one model, its registration and its steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.account.auth import load_actor
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.core.web.forms import Form, check_seen
from supervision.core.web.paging import page_number, paginate
from supervision.detector import comparing, forms, labels, queries, registration, service
from supervision.detector.models import DetectorModel
from supervision.detector.queries import ModelFilter
from supervision.detector.workflow import DETECTOR_WORKFLOW, DetectorState
from supervision.slices import slices
from vision.contract import MAX_MODEL_BYTES

bp = Blueprint("detector", __name__, url_prefix="/models")

# Beside the two files there is next to nothing in the form.
ROOM_FOR_FORM = 4 * 1024 * 1024


@bp.url_value_preprocessor
def _room_for_weights(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Weights are larger than any photo. The body is read before a view is, to check the form.

    Whoever may not register them gets no more room than on every other page.
    """
    if endpoint != "detector.create":
        return
    load_actor()
    if g.actor is not None and g.actor.may(Permission.MODEL_ADMIN):
        request.max_content_length = MAX_MODEL_BYTES + ROOM_FOR_FORM


@bp.get("/")
@requires(Permission.MODEL_READ)
def index() -> ResponseReturnValue:
    actor = current_actor()
    form = forms.FilterForm(request.args)
    form.validate()
    status = form.status.data
    wanted = ModelFilter(
        text=form.text.data or "",
        status=DetectorState(status) if status in set(DetectorState) else None,
        sort=form.sort.data or "newest",
    )
    page = paginate(queries.list_models(actor, wanted), number=page_number())
    default = queries.active()
    return render_template(
        "detector/index.html",
        form=form,
        page=page,
        gains=_gains(page.items, default),
        active=sum(1 for name in ("text", "status") if request.args.get(name)),
        default=default,
        labels=labels,
    )


def _gains(
    models: Sequence[DetectorModel], default: DetectorModel | None
) -> dict[int, float | None]:
    """By id: how each does on the test sets that the default was tested on too."""
    beside = default.model_card if default else None
    others = [model for model in models if default is None or model.id != default.id]
    return {model.id: comparing.gain(model.model_card, beside) for model in others}


@bp.get("/new")
@requires(Permission.MODEL_ADMIN)
def new() -> ResponseReturnValue:
    return _form_page(forms.RegisterForm(formdata=None))


@bp.post("/")
@requires(Permission.MODEL_ADMIN)
def create() -> ResponseReturnValue:
    form = forms.RegisterForm()
    if not form.validate_on_submit():
        return _form_page(form), 422
    try:
        card = registration.read_card(form.card.data.stream)
        with transaction():
            model = registration.register(current_actor(), card, form.weights.data.stream)
            model_id, name = model.id, model.label
    except InvalidInput as error:
        form.add_error(error)
        return _form_page(form), 422
    flash(_("%(name)s is registered. Try it on some cameras next.", name=name), "success")
    return redirect(url_for("detector.detail", model_id=model_id))


def _form_page(form: forms.RegisterForm) -> str:
    return render_template("detector/new.html", form=form, most_mb=MAX_MODEL_BYTES // 1024**2)


@bp.get("/<int:model_id>")
@requires(Permission.MODEL_READ)
def detail(model_id: int) -> ResponseReturnValue:
    return _detail_page(model_id)


_STEPS: dict[str, type[Form]] = {
    "withdraw": forms.ReasonForm,
    "roll_back": forms.NoteForm,
    "reconsider": forms.StepForm,
}


def _detail_page(model_id: int, failed: str = "", form: Form | None = None) -> str:
    actor = current_actor()
    model = queries.get_model(model_id, actor)
    offered = _offered(model)
    shown: dict[str, Form] = {
        name: kind(formdata=None, row_version=model.row_version).mark(name)
        for name, kind in _STEPS.items()
        if name in offered
    }
    if form is not None and failed in shown:
        shown[failed] = form.mark(failed)
    default = queries.active()
    beside = default if default is not None and default.id != model.id else model.previous
    return render_template(
        "detector/detail.html",
        model=model,
        card=model.model_card,
        default=default,
        beside=beside,
        sets=comparing.compared(model.model_card, beside.model_card if beside else None),
        parent=queries.by_sha256(model.parent) if model.parent else None,
        steps=queries.steps_of(model),
        offered=offered,
        forms=shown,
        failed=failed,
        parts=[
            part.render(model.id, actor)
            for part in sorted(
                (p for s in slices() for p in s.model_parts), key=lambda part: part.order
            )
            if actor.may(part.permission)
        ],
        labels=labels,
    )


def _offered(model: DetectorModel) -> frozenset[str]:
    """The names of what the page offers; a roll back needs something to go back to."""
    actor = current_actor()
    names = DETECTOR_WORKFLOW.names(model, actor)
    before = model.previous
    if "retire" in names and before and "restore" in DETECTOR_WORKFLOW.names(before, actor):
        names |= {"roll_back"}
    if "reconsider" in names and queries.leads_back_to(model):
        names -= {"reconsider"}
    return names


@bp.post("/<int:model_id>/roll-back")
@requires(Permission.MODEL_ADMIN)
def roll_back(model_id: int) -> ResponseReturnValue:
    return _step(
        model_id,
        "roll_back",
        lambda model, form: service.roll_back(model, current_actor(), note=form.note.data or ""),
        _("Rolled back. Nodes switch with their next heartbeat."),
    )


@bp.post("/<int:model_id>/withdraw")
@requires(Permission.MODEL_ADMIN)
def withdraw(model_id: int) -> ResponseReturnValue:
    return _step(
        model_id,
        "withdraw",
        lambda model, form: service.withdraw(model, current_actor(), reason=form.reason.data),
        _("The model is withdrawn."),
    )


@bp.post("/<int:model_id>/reconsider")
@requires(Permission.MODEL_ADMIN)
def reconsider(model_id: int) -> ResponseReturnValue:
    return _step(
        model_id,
        "reconsider",
        lambda model, _form: service.reconsider(model, current_actor()),
        _("The model is a candidate again."),
    )


def _step(
    model_id: int, name: str, act: Callable[[DetectorModel, Any], object], said: str
) -> ResponseReturnValue:
    actor = current_actor()
    queries.get_model(model_id, actor)
    form = _STEPS[name]()
    if not form.validate_on_submit():
        return _detail_page(model_id, name, form), 422
    try:
        with transaction():
            queries.lock_registry()
            model = queries.get_model(model_id, actor, for_update=True)
            check_seen(form, model.row_version)
            act(model, form)
    except InvalidInput as error:
        form.add_error(error)
        return _detail_page(model_id, name, form), 422
    except (Conflict, Forbidden) as error:
        flash(message_of(error), "danger")
        return _detail_page(model_id), error.http_status
    flash(said, "success")
    return redirect(url_for("detector.detail", model_id=model_id))
