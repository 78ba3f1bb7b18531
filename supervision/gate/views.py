"""HTTP of records: all cameras, a camera's tab, one record with its steps and scans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import attachments, clock
from supervision.core.access import current_actor, requires
from supervision.core.attachments import Attachment
from supervision.core.db import transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.core.web.forms import Form, check_seen
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.core.web.state import settings
from supervision.gate import forms, labels, queries, rules, service
from supervision.gate.models import CameraGate
from supervision.gate.queries import CameraFilter, Group
from supervision.gate.rules import Part
from supervision.gate.workflow import GATE_WORKFLOW, UNDECIDED
from supervision.video import labels as video_labels
from supervision.video import queries as video
from supervision.video import ticket_queries

bp = Blueprint("gate", __name__, url_prefix="/gates")


@bp.get("/")
@requires(Permission.GATE_READ)
def index() -> ResponseReturnValue:
    """Every camera that one may see, with or without a record."""
    actor = current_actor()
    form = forms.FilterForm(request.args)
    form.validate()
    group = form.group.data
    wanted = CameraFilter(
        text=form.text.data or "",
        group=Group(group) if group in set(Group) else None,
        enterprise_id=id_argument("enterprise"),
    )
    page = paginate(queries.list_cameras(actor, wanted), number=page_number())
    return render_template(
        "gate/index.html",
        form=form,
        page=page,
        gates=queries.by_camera([camera.id for camera in page.items], actor),
        counts={g: queries.group_count(actor, g) for g in Group},
        active=sum(1 for name in ("text", "group", "enterprise") if request.args.get(name)),
        today=clock.today(),
        soon=clock.today() + queries.SOON,
        labels=labels,
    )


@bp.get("/cameras/<int:camera_id>")
@requires(Permission.GATE_READ)
def of_camera(camera_id: int) -> ResponseReturnValue:
    """The camera's tab: what covers it today, and every record that it ever had."""
    actor = current_actor()
    camera = video.get_camera(camera_id, actor)
    gates = queries.of_camera(camera_id, actor)
    now = clock.now()
    covering, lacks = rules.best(gates, queries.stand_of(camera, now), now)
    return render_template(
        "gate/camera.html",
        camera=camera,
        gates=gates,
        covering=covering,
        lacks=lacks,
        may_draft=_may_draft(gates),
        labels=labels,
        **_frame(camera),
    )


def _frame(camera: Any) -> dict[str, Any]:
    """What the head of a camera's pages shows."""
    actor = current_actor()
    return {
        "live": camera.live_state(settings().node_silent_seconds),
        "open_tickets": ticket_queries.open_count(actor, cap=20, camera_id=camera.id),
        "permits": ticket_queries.count_current_permits(camera, actor),
        "video_labels": video_labels,
    }


def _may_draft(gates: Any) -> bool:
    actor = current_actor()
    has_draft = any(gate.status in UNDECIDED for gate in gates)
    return actor.may(Permission.GATE_EDIT) and actor.is_regulator and not has_draft


@bp.get("/cameras/<int:camera_id>/new")
@requires(Permission.GATE_EDIT)
def new(camera_id: int) -> ResponseReturnValue:
    camera = video.get_camera(camera_id, current_actor())
    form = forms.ReviewForm(formdata=None, **forms.proposed(clock.today()))
    return _form_page(camera, form)


@bp.post("/cameras/<int:camera_id>/new")
@requires(Permission.GATE_EDIT)
def create(camera_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = forms.ReviewForm()
    camera = video.get_camera(camera_id, actor)
    if not form.validate_on_submit():
        return _form_page(camera, form), 422
    try:
        with transaction():
            gate = service.draft(video.get_camera(camera_id, actor), actor, _review(form))
    except InvalidInput as error:
        form.add_error(error)
        return _form_page(video.get_camera(camera_id, actor), form), 422
    flash(_("The record is kept as a draft."), "success")
    return redirect(url_for("gate.detail", gate_id=gate.id))


@bp.get("/<int:gate_id>")
@requires(Permission.GATE_READ)
def detail(gate_id: int) -> ResponseReturnValue:
    return _detail_page(gate_id)


@bp.get("/<int:gate_id>/edit")
@requires(Permission.GATE_EDIT)
def edit(gate_id: int) -> ResponseReturnValue:
    gate = queries.get_gate(gate_id, current_actor())
    GATE_WORKFLOW.check("edit", gate, current_actor())
    return _form_page(gate.camera, forms.ReviewForm(formdata=None, obj=_Shown(gate)), gate)


class _Shown:
    """A record as its form shows it: scans are never sent back."""

    def __init__(self, gate: CameraGate) -> None:
        for name in (*service.MAX_TEXT, *_DAYS, "row_version"):
            setattr(self, name, getattr(gate, name))


_DAYS = (
    "legal_on",
    "technical_on",
    "certificate_until",
    "published_on",
    "valid_from",
    "valid_until",
)


@bp.post("/<int:gate_id>/edit")
@requires(Permission.GATE_EDIT)
def change(gate_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = forms.ReviewForm()
    gate = queries.get_gate(gate_id, actor)
    if not form.validate_on_submit():
        return _form_page(gate.camera, form, gate), 422
    try:
        with transaction():
            gate = queries.get_gate(gate_id, actor, for_update=True)
            check_seen(form, gate.row_version)
            service.edit(gate, actor, _review(form))
    except InvalidInput as error:
        form.add_error(error)
        gate = queries.get_gate(gate_id, actor)
        return _form_page(gate.camera, form, gate), 422
    flash(_("The record is kept."), "success")
    return redirect(url_for("gate.detail", gate_id=gate_id))


def _review(form: forms.ReviewForm) -> service.Review:
    """What was typed in, its scans checked and stored; inside the transaction."""
    values: dict[str, Any] = {name: form[name].data or "" for name in service.MAX_TEXT}
    values |= {name: form[name].data for name in _DAYS}
    values |= {f"{part}_scan": _scan(form, f"{part}_scan") for part in Part}
    return service.Review(**values)


def _scan(form: forms.ReviewForm, name: str) -> Attachment | None:
    upload = form[name].data
    if not upload or not getattr(upload, "filename", ""):
        return None
    return attachments.store_scan(current_actor(), upload.stream, upload.filename, field=name)


def _form_page(camera: Any, form: forms.ReviewForm, gate: CameraGate | None = None) -> str:
    return render_template(
        "gate/form.html",
        camera=camera,
        form=form,
        gate=gate,
        parts=Part,
        labels=labels,
        action=url_for("gate.change", gate_id=gate.id)
        if gate
        else url_for("gate.create", camera_id=camera.id),
        back=url_for("gate.detail", gate_id=gate.id)
        if gate
        else url_for("gate.of_camera", camera_id=camera.id),
    )


def _detail_page(gate_id: int, failed: str = "", form: Form | None = None) -> str:
    actor = current_actor()
    gate = queries.get_gate(gate_id, actor)
    offered = GATE_WORKFLOW.names(gate, actor)
    shown: dict[str, Form] = {
        name: kind(formdata=None, row_version=gate.row_version).mark(name)
        for name, kind in _STEPS.items()
        if name in offered
    }
    if form is not None and failed in shown:
        shown[failed] = form.mark(failed)
    now = clock.now()
    return render_template(
        "gate/detail.html",
        gate=gate,
        camera=gate.camera,
        offered=offered,
        forms=shown,
        failed=failed,
        missing=rules.missing(gate) if "submit" in offered else [],
        lacks=rules.lacks(gate, queries.stand_of(gate.camera, now), now),
        marks=len(queries.standing_on(gate.id)) if actor.is_regulator else 0,
        parts=Part,
        labels=labels,
        **_frame(gate.camera),
    )


_STEPS: dict[str, type[Form]] = {
    "submit": forms.StepForm,
    "return": forms.ReasonForm,
    "approve": forms.StepForm,
    "discard": forms.ReasonForm,
    "withdraw": forms.ReasonForm,
}


@bp.post("/<int:gate_id>/submit")
@requires(Permission.GATE_EDIT)
def submit(gate_id: int) -> ResponseReturnValue:
    return _step(gate_id, "submit", lambda g, _f: service.submit(g, current_actor()))


@bp.post("/<int:gate_id>/return")
@requires(Permission.GATE_APPROVE)
def give_back(gate_id: int) -> ResponseReturnValue:
    return _step(
        gate_id, "return", lambda g, f: service.give_back(g, current_actor(), reason=f.reason.data)
    )


@bp.post("/<int:gate_id>/approve")
@requires(Permission.GATE_APPROVE)
def approve(gate_id: int) -> ResponseReturnValue:
    return _step(
        gate_id,
        "approve",
        lambda g, f: service.approve(g, current_actor(), note=f.note.data or ""),
    )


@bp.post("/<int:gate_id>/discard")
@requires(Permission.GATE_EDIT)
def discard(gate_id: int) -> ResponseReturnValue:
    return _step(
        gate_id, "discard", lambda g, f: service.discard(g, current_actor(), reason=f.reason.data)
    )


@bp.post("/<int:gate_id>/withdraw")
@requires(Permission.GATE_APPROVE)
def withdraw(gate_id: int) -> ResponseReturnValue:
    return _step(
        gate_id,
        "withdraw",
        lambda g, f: service.withdraw(g, current_actor(), reason=f.reason.data),
    )


def _step(gate_id: int, name: str, act: Callable[[CameraGate, Any], object]) -> ResponseReturnValue:
    actor = current_actor()
    queries.get_gate(gate_id, actor)  # out of scope is a 404, whatever was sent
    form = _STEPS[name]()
    if not form.validate_on_submit():
        return _detail_page(gate_id, name, form), 422
    try:
        with transaction():
            # The camera first, as marks do: two who lock in different orders wait for ever.
            queries.lock_camera(queries.get_gate(gate_id, actor).camera_id)
            gate = queries.get_gate(gate_id, actor, for_update=True)
            check_seen(form, gate.row_version)
            act(gate, form)
    except InvalidInput as error:
        form.add_error(error)
        return _detail_page(gate_id, name, form), 422
    except (Conflict, Forbidden) as error:
        flash(message_of(error), "warning")
        return _detail_page(gate_id), error.http_status
    flash(labels.EVENT_LABELS[name], "success")
    return redirect(url_for("gate.detail", gate_id=gate_id))


@bp.get("/<int:gate_id>/scans/<any(legal, technical, published):part>")
@requires(Permission.GATE_READ)
def scan(gate_id: int, part: str) -> ResponseReturnValue:
    found = queries.get_gate(gate_id, current_actor()).scan(Part(part))
    if found is None:
        raise NotFound
    return attachments.send_scan(found)
