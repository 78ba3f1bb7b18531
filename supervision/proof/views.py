"""HTTP of proposed proofs: the list, one with its clip, accepted or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import attachments
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, Forbidden, NotFound
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.core.web.forms import check_seen
from supervision.core.web.paging import page_number, paginate
from supervision.proof import forms, labels, panels, queries, service
from supervision.proof.models import ProofProposal
from supervision.proof.workflow import ProofState

bp = Blueprint("proof", __name__, url_prefix="/proofs")


@bp.get("/")
@requires(Permission.VIDEO_READ)
def index() -> ResponseReturnValue:
    """Proposed proofs; without any word about it, those that wait."""
    given = request.args.copy()
    given.setdefault("status", ProofState.PROPOSED)
    form = forms.FilterForm(given)
    form.validate()
    status = form.status.data
    stmt = queries.list_proposals(
        current_actor(), ProofState(status) if status in set(ProofState) else None
    )
    return render_template(
        "proof/index.html",
        form=form,
        page=paginate(stmt, number=page_number()),
        active=int("status" in request.args),
        labels=labels,
    )


@bp.get("/<int:proposal_id>")
@requires(Permission.VIDEO_READ)
def detail(proposal_id: int) -> ResponseReturnValue:
    return _page(proposal_id)


def _page(proposal_id: int, form: Any = None) -> str:
    actor = current_actor()
    proposal = queries.get_proposal(proposal_id, actor)
    return render_template(
        "proof/detail.html", **panels.part(proposal, actor, form), hazard=proposal.hazard
    )


@bp.get("/<int:proposal_id>/clip.mp4")
@requires(Permission.VIDEO_READ)
def clip(proposal_id: int) -> ResponseReturnValue:
    found = queries.get_proposal(proposal_id, current_actor()).attachment
    if found is None:
        raise NotFound
    return attachments.send(found)


@bp.post("/<int:proposal_id>/accept")
@requires(Permission.HAZARD_VERIFY)
def accept(proposal_id: int) -> ResponseReturnValue:
    return _decide(
        proposal_id,
        forms.AcceptForm(),
        lambda proposal, _form: service.accept(proposal, current_actor()),
        _("Accepted as proof. The ticket still waits for your verification."),
    )


@bp.post("/<int:proposal_id>/refuse")
@requires(Permission.HAZARD_VERIFY)
def refuse(proposal_id: int) -> ResponseReturnValue:
    return _decide(
        proposal_id,
        forms.RefuseForm(),
        lambda proposal, form: service.refuse(
            proposal, current_actor(), reason=form.reason.data or ""
        ),
        _("Refused as proof."),
    )


def _decide(
    proposal_id: int, form: Any, act: Callable[[ProofProposal, Any], None], done: str
) -> ResponseReturnValue:
    actor = current_actor()
    hazard_id = queries.get_proposal(proposal_id, actor).hazard_id
    if not form.validate_on_submit():
        return _page(proposal_id, form), 422
    try:
        with transaction():
            proposal = queries.get_proposal(proposal_id, actor, for_update=True)
            check_seen(form, proposal.row_version)
            act(proposal, form)
    except (Conflict, Forbidden) as error:
        flash(message_of(error), "warning")
        return _page(proposal_id), error.http_status
    flash(done, "success")
    return redirect(url_for("hazard.detail", hazard_id=hazard_id))
