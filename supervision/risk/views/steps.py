"""The steps of a risk point: translate, call the service, redirect. Nothing else."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core.access import current_actor, requires
from supervision.core.errors import NotFound
from supervision.core.permissions import Permission
from supervision.core.web.forms import given
from supervision.risk import forms, service
from supervision.risk.models import RiskPoint
from supervision.risk.rules import ControlKind, ReviewCause
from supervision.risk.views.blueprint import bp
from supervision.risk.views.points import act_on


@bp.post("/<int:point_id>/controls")
@requires(Permission.RISK_EDIT)
def add_control(point_id: int) -> ResponseReturnValue:
    form = forms.ControlForm()

    def act(point: RiskPoint) -> None:
        service.add_control(
            point,
            current_actor(),
            kind=ControlKind(form.kind.data),
            text=form.text.data or "",
            responsible_post=form.responsible_post.data or "",
        )

    return act_on(point_id, "control", form, act, _("The control is added."))


@bp.post("/<int:point_id>/controls/<int:control_id>/remove")
@requires(Permission.RISK_EDIT)
def remove_control(point_id: int, control_id: int) -> ResponseReturnValue:
    def act(point: RiskPoint) -> None:
        control = next((c for c in point.controls if c.id == control_id), None)
        if control is None:
            raise NotFound
        service.remove_control(point, current_actor(), control)

    # The error has no field of its own; the form of controls is where it is read.
    return act_on(point_id, "control", forms.EmptyForm(), act, _("The control is removed."))


@bp.post("/<int:point_id>/file")
@requires(Permission.RISK_EDIT)
def file(point_id: int) -> ResponseReturnValue:
    form = forms.EmptyForm()
    return act_on(
        point_id,
        "file",
        form,
        lambda point: service.file(point, current_actor()),
        _("The risk point is on file."),
    )


@bp.post("/<int:point_id>/confirm")
@requires(Permission.RISK_DECIDE)
def confirm(point_id: int) -> ResponseReturnValue:
    form = forms.NoteForm()
    return act_on(
        point_id,
        "confirm",
        form,
        lambda point: service.confirm(point, current_actor(), note=form.note.data or ""),
        _("The major risk is confirmed."),
    )


@bp.post("/<int:point_id>/return")
@requires(Permission.RISK_DECIDE)
def send_back(point_id: int) -> ResponseReturnValue:
    form = forms.ReasonForm()
    return act_on(
        point_id,
        "return",
        form,
        lambda point: service.send_back(point, current_actor(), reason=form.reason.data or ""),
        _("The risk point is returned to the enterprise."),
    )


@bp.post("/<int:point_id>/comment")
@requires(Permission.RISK_EDIT)
def comment(point_id: int) -> ResponseReturnValue:
    form = forms.CommentForm()
    return act_on(
        point_id,
        "comment",
        form,
        lambda point: service.comment(point, current_actor(), text=form.text.data or ""),
        _("The comment is kept, and the other side is told."),
    )


@bp.post("/<int:point_id>/retire")
@requires(Permission.RISK_EDIT)
def retire(point_id: int) -> ResponseReturnValue:
    form = forms.ReasonForm()
    return act_on(
        point_id,
        "retire",
        form,
        lambda point: service.retire(point, current_actor(), reason=form.reason.data or ""),
        _("The risk point is retired."),
    )


@bp.post("/<int:point_id>/restore")
@requires(Permission.RISK_EDIT)
def restore(point_id: int) -> ResponseReturnValue:
    form = forms.EmptyForm()
    return act_on(
        point_id,
        "restore",
        form,
        lambda point: service.restore(point, current_actor()),
        _("The risk point is a draft again."),
    )


@bp.post("/<int:point_id>/review")
@requires(Permission.RISK_EDIT)
def ask_review(point_id: int) -> ResponseReturnValue:
    form = forms.ReviewForm()

    def act(point: RiskPoint) -> None:
        service.ask_review(
            point,
            current_actor(),
            cause=ReviewCause(form.cause.data),
            due_on=given(form.due_on.data),
            note=form.note.data or "",
        )

    return act_on(point_id, "review", form, act, _("A new assessment is asked for."))
