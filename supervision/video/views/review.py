"""HTTP of the review: the queue, one violation with its evidence, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from supervision.core.access import current_actor, requires
from supervision.core.actor import Actor
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.i18n import format_instant, message_of
from supervision.core.permissions import Permission
from supervision.core.web.forms import Form
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises
from supervision.slices import slices
from supervision.video import forms, labels, picture_queries, queries, service, ticket_queries
from supervision.video.findings import meaning_of
from supervision.video.models import Violation
from supervision.video.rules import Severity
from supervision.video.ticket_models import CameraTicket
from supervision.video.views.verdicts import confirming, duplicating, rejecting
from supervision.video.workflow import REVIEW_WORKFLOW, ReviewState
from vision.contract import RuleKind

bp = Blueprint("video", __name__, url_prefix="/video")

ALSO_SEEN = 5
FILTERS = (
    "status",
    "severity",
    "rule",
    "camera",
    "enterprise",
    "region",
    "seen_from",
    "seen_to",
    "sort",
)


@bp.get("/")
@requires(Permission.VIDEO_READ)
def index() -> ResponseReturnValue:
    actor = current_actor()
    form, wanted = _filter(actor)
    page = paginate(queries.list_violations(actor, wanted), number=page_number())
    return render_template(
        "video/index.html",
        form=form,
        page=page,
        counts=queries.counts(actor),
        labels=labels,
        context=_context(),
        active=sum(1 for name in FILTERS if name != "sort" and request.args.get(name)),
    )


def _context() -> dict[str, Any]:
    """The filters in force, to be carried from page to page."""
    return {name: request.args[name] for name in FILTERS if name in request.args}


def _filter(actor: Actor, *, with_choices: bool = True) -> tuple[Any, queries.ViolationFilter]:
    """What to show; without any word about it, what waits for a verdict."""
    given = MultiDict(request.args)
    given.setdefault("status", ReviewState.PENDING.value)
    form = forms.FilterForm(given)
    form.camera.choices = [("", "—")]
    form.region.choices = [("", "—")]
    if with_choices:
        form.camera.choices += [(str(i), name) for i, name in queries.camera_choices(actor)]
        form.region.choices += enterprises.region_choices(actor)
    form.validate()
    status, kind, region = form.status.data, form.rule.data, form.region.data or ""
    severity = (form.severity.data or "").upper()
    return form, queries.ViolationFilter(
        status=ReviewState(status) if status in set(ReviewState) else None,
        severity=Severity[severity] if severity in Severity.__members__ else None,
        rule_kind=RuleKind(kind) if kind in set(RuleKind) else None,
        camera_id=id_argument("camera"),
        enterprise_id=id_argument("enterprise"),
        region=region if region.isdecimal() else "",
        seen_from=form.seen_from.data,
        seen_to=form.seen_to.data,
        sort=form.sort.data or "newest",
    )


@bp.get("/<long:violation_id>")
@requires(Permission.VIDEO_READ)
def detail(violation_id: int) -> ResponseReturnValue:
    return _detail_page(violation_id)


def _detail_page(violation_id: int, failed: str = "", form: Form | None = None) -> str:
    """The violation, its neighbours in the queue, and a form for each verdict that is possible."""
    actor = current_actor()
    violation = queries.get_violation(violation_id, actor)
    _form, wanted = _filter(actor, with_choices=False)
    before, after = queries.neighbours(actor, violation, wanted)
    offered = REVIEW_WORKFLOW.names(violation, actor)
    originals = queries.originals(violation, actor) if "mark_duplicate" in offered else []
    shown: dict[str, Any] = {
        "confirm": forms.ConfirmForm(formdata=None, prefix="confirm-"),
        "reject": forms.RejectForm(formdata=None),
        "duplicate": _duplicate_form(originals, formdata=None),
    }
    if form is not None:
        shown[failed] = form
    return render_template(
        "video/detail.html",
        violation=violation,
        before=before,
        after=after,
        same_camera=queries.same_camera(violation, actor),
        left=queries.count(actor, replace(wanted, status=ReviewState.PENDING)),
        offered=offered,
        originals=originals,
        also_seen=picture_queries.also_seen(violation, actor, ALSO_SEEN),
        also_seen_count=picture_queries.count_also_seen(violation, actor),
        ticket=_ticket(violation, actor),
        parts=_parts(violation_id, actor),
        meaning=meaning_of(violation.rule_kind),
        forms=shown,
        failed=failed,
        labels=labels,
        context=_context(),
    )


def _parts(violation_id: int, actor: Actor) -> list[Any]:
    """What upper slices know of this violation, in their order."""
    mine = [p for m in slices() for p in m.violation_parts if actor.may(p.permission)]
    shown = [part.render(violation_id, actor) for part in sorted(mine, key=lambda p: p.order)]
    return [html for html in shown if html]


def _ticket(violation: Violation, actor: Actor) -> CameraTicket | None:
    """Only a faulty view has one beside the violation."""
    if violation.rule_kind is not RuleKind.VIEW_FAULT:
        return None
    return ticket_queries.ticket_of(violation, actor)


def _duplicate_form(originals: Sequence[Violation], **kwargs: Any) -> forms.DuplicateForm:
    form = forms.DuplicateForm(**kwargs)
    form.original.choices = [(other.id, _line(other)) for other in originals]
    return form


def _line(violation: Violation) -> str:
    at = format_instant(violation.started_at, seconds=True)
    kind, status = labels.KIND_LABELS[violation.rule_kind], labels.STATUS_LABELS[violation.status]
    return f"{at} · {kind} · {status}"


def _act(
    violation_id: int,
    name: str,
    form: Any,
    act: Callable[[], Violation],
    done: Callable[[Violation], str],
) -> ResponseReturnValue:
    """Take the verdict and go on to the next in the queue."""
    actor = current_actor()
    if not form.validate_on_submit():
        return _detail_page(violation_id, name, form), 422
    try:
        with transaction():
            violation = act()
    except InvalidInput as error:
        form.add_error(error)
        return _detail_page(violation_id, name, form), 422
    except Conflict as error:
        # Somebody else was faster: show their verdict instead of a dead end.
        flash(message_of(error), "warning")
        return _detail_page(violation_id), 409
    flash(done(violation), "success")
    _form, wanted = _filter(actor, with_choices=False)
    following = queries.next_after(actor, violation, replace(wanted, status=ReviewState.PENDING))
    if following is None:
        return redirect(url_for("video.index", **_context()))
    return redirect(url_for("video.detail", violation_id=following, **_context()))


@bp.post("/<long:violation_id>/confirm")
@requires(Permission.VIDEO_REVIEW)
def confirm(violation_id: int) -> ResponseReturnValue:
    return _act(violation_id, *confirming(violation_id))


@bp.post("/<long:violation_id>/reject")
@requires(Permission.VIDEO_REVIEW)
def reject(violation_id: int) -> ResponseReturnValue:
    return _act(violation_id, *rejecting(violation_id))


@bp.post("/<long:violation_id>/duplicate")
@requires(Permission.VIDEO_REVIEW)
def duplicate(violation_id: int) -> ResponseReturnValue:
    actor = current_actor()
    violation = queries.get_violation(violation_id, actor)
    form = _duplicate_form(queries.originals(violation, actor))
    return _act(violation_id, *duplicating(violation_id, form))


@bp.post("/<long:violation_id>/take-apart")
@requires(Permission.VIDEO_REVIEW)
def take_apart(violation_id: int) -> ResponseReturnValue:
    """Undo what the system filed as seen by two cameras; the verdict comes next, on the same page."""
    try:
        with transaction():
            service.take_apart(violation_id, current_actor())
    except Conflict as error:
        flash(message_of(error), "warning")
        return _detail_page(violation_id), 409
    flash(_("It waits for a verdict of its own now."), "success")
    return redirect(url_for("video.detail", violation_id=violation_id, **_context()))
