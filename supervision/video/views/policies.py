"""HTTP of policies: what each kind of rule may do without a person, set by an administrator."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.core.web.forms import check_seen, given
from supervision.video import labels, policies, policy_forms, queries
from supervision.video.policies import Terms
from supervision.video.policy import Mode
from supervision.video.policy_forms import PolicyForm
from supervision.video.policy_models import VideoPolicy
from supervision.video.precision import Precision
from vision.contract import RuleKind

bp = Blueprint("video_policy", __name__, url_prefix="/video/policies")
CAMERAS = 500


@dataclass(frozen=True, slots=True)
class Line:
    """A policy with how right its rule has been."""

    kind: RuleKind
    row: VideoPolicy | None
    found: Precision
    is_earned: bool


@bp.get("/")
@requires(Permission.VIDEO_POLICY)
def index() -> ResponseReturnValue:
    """Every kind with its policy for all cameras, then what single cameras have of their own."""
    rows = policies.every()
    general = {row.rule_kind: row for row in rows if row.camera_id is None}
    return render_template(
        "video/policies.html",
        general=[_line(kind, general.get(kind)) for kind in RuleKind],
        own=[_line(row.rule_kind, row) for row in rows if row.camera_id is not None],
        labels=labels,
        words=policy_forms,
        default=Terms(Mode.HOLD),
    )


def _line(kind: RuleKind, row: VideoPolicy | None) -> Line:
    shown = row or _unset(kind)
    found = policies.measured(shown, clock.now())
    return Line(kind, row, found, policies.is_earned(shown, found))


def _unset(kind: RuleKind) -> VideoPolicy:
    """What holds where nobody has set anything; never added to the session."""
    terms = Terms(Mode.HOLD)
    return VideoPolicy(
        rule_kind=kind,
        camera_id=None,
        mode=terms.mode,
        least_precision=terms.least_precision,
        least_verdicts=terms.least_verdicts,
        window_days=terms.window_days,
    )


@bp.get("/<string:kind>/edit")
@requires(Permission.VIDEO_POLICY)
def edit(kind: str) -> ResponseReturnValue:
    wanted = _kind(kind)
    camera_id = _camera_id(request.args.get("camera", ""))
    row = policies.find(wanted, camera_id)
    shown = row or _unset(wanted)
    form = PolicyForm(
        formdata=None,
        camera=str(camera_id or ""),
        mode=shown.mode,
        least_precision=shown.least_precision,
        least_verdicts=shown.least_verdicts,
        window_days=shown.window_days,
        row_version=row.row_version if row else "",
    )
    return _form_page(wanted, form)


@bp.post("/<string:kind>/edit")
@requires(Permission.VIDEO_POLICY)
def change(kind: str) -> ResponseReturnValue:
    wanted, actor = _kind(kind), current_actor()
    form = PolicyForm()
    form.camera.choices = _cameras()
    if not form.validate_on_submit():
        return _form_page(wanted, form), 422
    camera_id = _camera_id(form.camera.data or "")
    try:
        with transaction():
            camera = queries.get_camera(camera_id, actor) if camera_id else None
            if row := policies.find(wanted, camera_id):
                check_seen(form, row.row_version)
            policies.set_policy(actor, wanted, camera, _terms(form))
    except InvalidInput as error:
        form.add_error(error)
        return _form_page(wanted, form), 422
    flash(_("The policy holds from now on."), "success")
    return redirect(url_for("video_policy.index"))


@bp.post("/<int:policy_id>/remove")
@requires(Permission.VIDEO_POLICY)
def remove(policy_id: int) -> ResponseReturnValue:
    with transaction():
        policies.remove(policies.get(policy_id), current_actor())
    flash(_("The policy is removed."), "success")
    return redirect(url_for("video_policy.index"))


def _kind(text: str) -> RuleKind:
    if text not in set(RuleKind):
        raise NotFound
    return RuleKind(text)


def _camera_id(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _terms(form: PolicyForm) -> Terms:
    return Terms(
        mode=Mode(form.mode.data),
        least_precision=Decimal(given(form.least_precision.data)),
        least_verdicts=given(form.least_verdicts.data),
        window_days=given(form.window_days.data),
    )


def _cameras() -> list[tuple[str, str]]:
    found = queries.camera_choices(current_actor(), CAMERAS)
    return [("", _("All cameras")), *((str(ident), name) for ident, name in found)]


def _form_page(kind: RuleKind, form: Any) -> str:
    form.camera.choices = _cameras()
    return render_template("video/policy_form.html", kind=kind, form=form, labels=labels)
