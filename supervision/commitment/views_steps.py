"""HTTP of one commitment: begin, write, sign, correct; of who signs and where it is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.account import queries as accounts
from supervision.commitment import arranging, forms, labels, queries, rules, service, standards
from supervision.commitment.blueprint import bp
from supervision.commitment.models import Commitment, CommitmentSetting
from supervision.commitment.rules import Operation, Part, Production
from supervision.commitment.service import Content
from supervision.commitment.views import enterprise_page, offered
from supervision.commitment.workflow import COMMITMENT_WORKFLOW
from supervision.core import attachments, clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.core.web import drawn
from supervision.core.web.forms import check_seen
from supervision.enterprise.ended import open_file


@bp.post("/enterprises/<int:enterprise_id>/begin")
@requires(Permission.COMMITMENT_MAKE)
def begin(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    open_file(enterprise_id, actor)
    try:
        with transaction():
            found = service.begin(open_file(enterprise_id, actor), actor)
    except Conflict as error:
        flash(message_of(error), "warning")
        return redirect(url_for("commitment.of_enterprise", enterprise_id=enterprise_id))
    return redirect(url_for("commitment.edit", commitment_id=found.id))


@bp.get("/<int:commitment_id>")
@requires(Permission.COMMITMENT_READ)
def detail(commitment_id: int) -> ResponseReturnValue:
    return _detail_page(commitment_id)


def _detail_page(commitment_id: int, **failed: Any) -> str:
    actor = current_actor()
    commitment = queries.get_commitment(commitment_id, actor)
    setting = _setting(commitment.enterprise_id)
    offered = COMMITMENT_WORKFLOW.names(commitment, actor)
    version = commitment.row_version
    there = service.signed(commitment)
    wanted = service.slots(commitment, setting) if "sign" in offered else []
    return render_template(
        "commitment/detail.html",
        commitment=commitment,
        enterprise=commitment.enterprise,
        offered=offered,
        mine=service.signable(commitment, setting, actor),
        missing=[s for s in wanted if not rules.is_signed(s, there)],
        revisions=queries.revisions(commitment, actor),
        operations=Operation,
        parts=Part,
        labels=labels,
        **{
            "sign_form": forms.SignForm(formdata=None, row_version=version).mark("sign"),
            "correct_form": forms.CorrectForm(formdata=None, row_version=version).mark("correct"),
            **failed,
        },
    )


def _setting(enterprise_id: int, *, for_update: bool = False) -> CommitmentSetting:
    found = queries.setting_of(enterprise_id, current_actor(), for_update=for_update)
    if found is None:
        raise NotFound
    return found


@bp.get("/<int:commitment_id>/edit")
@requires(Permission.COMMITMENT_MAKE)
def edit(commitment_id: int) -> ResponseReturnValue:
    commitment = queries.get_commitment(commitment_id, current_actor())
    COMMITMENT_WORKFLOW.check("edit", commitment, current_actor())
    counts = {f"operation_{kind}": many for kind, many in commitment.operations.items()}
    return _edit_page(commitment, forms.ContentForm(formdata=None, obj=commitment, data=counts))


@bp.post("/<int:commitment_id>/edit")
@requires(Permission.COMMITMENT_MAKE)
def write(commitment_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = forms.ContentForm()
    commitment = queries.get_commitment(commitment_id, actor)
    if not form.validate_on_submit():
        return _edit_page(commitment, form), 422
    try:
        with transaction():
            commitment = queries.get_commitment(commitment_id, actor, for_update=True)
            check_seen(form, commitment.row_version)
            service.edit(commitment, actor, _content(form))
    except InvalidInput as error:
        form.add_error(error)
        return _edit_page(queries.get_commitment(commitment_id, actor), form), 422
    flash(_("Kept. Now it is signed, from the post upwards."), "success")
    return redirect(url_for("commitment.detail", commitment_id=commitment_id))


def _content(form: forms.ContentForm) -> Content:
    return Content(
        production=Production(form.production.data),
        statement=form.statement.data or "",
        operations={kind: form[f"operation_{kind}"].data or 0 for kind in Operation},
        starts=form.starts.data or 0,
        stops=form.stops.data or 0,
        trials=form.trials.data or 0,
    )


def _edit_page(commitment: Commitment, form: forms.ContentForm) -> str:
    return render_template(
        "commitment/form.html",
        commitment=commitment,
        enterprise=commitment.enterprise,
        form=form,
        operations=Operation,
        parts=Part,
        labels=labels,
    )


@bp.post("/<int:commitment_id>/sign")
@requires(Permission.COMMITMENT_MAKE)
def sign(commitment_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = forms.SignForm().mark("sign")
    queries.get_commitment(commitment_id, actor)
    if not form.validate_on_submit():
        return _detail_page(commitment_id, sign_form=form), 422
    try:
        with transaction():
            commitment = queries.get_commitment(commitment_id, actor, for_update=True)
            check_seen(form, commitment.row_version)
            is_last = service.sign(
                commitment,
                _setting(commitment.enterprise_id),
                actor,
                typed=form.typed.data or "",
                drawn=drawn.signature(actor, form.signature.data or "", field="typed"),
            )
    except InvalidInput as error:
        form.add_error(error)
        return _detail_page(commitment_id, sign_form=form), 422
    except (Conflict, Forbidden) as error:
        flash(message_of(error), "warning")
        return _detail_page(commitment_id), error.http_status
    flash(_("The commitment is published.") if is_last else _("Signed."), "success")
    return redirect(url_for("commitment.detail", commitment_id=commitment_id))


@bp.get("/<int:commitment_id>/signatures/<int:signature_id>")
@requires(Permission.COMMITMENT_READ)
def signature(commitment_id: int, signature_id: int) -> ResponseReturnValue:
    """A signature as it was drawn."""
    commitment = queries.get_commitment(commitment_id, current_actor())
    found = next((s for s in commitment.signatures if s.id == signature_id), None)
    if found is None or found.attachment is None:
        raise NotFound
    return attachments.send(found.attachment)


@bp.post("/<int:commitment_id>/correct")
@requires(Permission.COMMITMENT_MAKE)
def correct(commitment_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = forms.CorrectForm().mark("correct")
    queries.get_commitment(commitment_id, actor)
    if not form.validate_on_submit():
        return _detail_page(commitment_id, correct_form=form), 422
    try:
        with transaction():
            commitment = queries.get_commitment(commitment_id, actor, for_update=True)
            check_seen(form, commitment.row_version)
            draft = service.correct(commitment, actor, reason=form.reason.data or "")
    except (Conflict, Forbidden) as error:
        flash(message_of(error), "warning")
        return _detail_page(commitment_id), error.http_status
    return redirect(url_for("commitment.edit", commitment_id=draft.id))


@bp.post("/enterprises/<int:enterprise_id>/signers")
@requires(Permission.COMMITMENT_ARRANGE)
def add_signer(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    open_file(enterprise_id, actor)
    form = forms.SignerForm().mark("signer")
    setting = _setting(enterprise_id)
    standard = standards.in_force(clock.today()).get(setting.standard_code)
    form.offer(
        standard.levels if standard else [], offered(accounts.members(enterprise_id, actor), actor)
    )
    if not form.validate_on_submit():
        return enterprise_page(enterprise_id, signer_form=form), 422
    try:
        with transaction():
            arranging.add_signer(
                _setting(enterprise_id, for_update=True),
                actor,
                level=int(form.level.data),
                post=form.post.data or "",
                account_id=int(form.account.data),
            )
    except InvalidInput as error:
        form.add_error(error)
        return enterprise_page(enterprise_id, signer_form=form), 422
    return redirect(url_for("commitment.of_enterprise", enterprise_id=enterprise_id))


@bp.post("/enterprises/<int:enterprise_id>/signers/<int:signer_id>/remove")
@requires(Permission.COMMITMENT_ARRANGE)
def remove_signer(enterprise_id: int, signer_id: int) -> ResponseReturnValue:
    return _arrange(enterprise_id, lambda s: arranging.remove_signer(s, current_actor(), signer_id))


@bp.post("/enterprises/<int:enterprise_id>/key")
@requires(Permission.COMMITMENT_SIGN)
def renew_key(enterprise_id: int) -> ResponseReturnValue:
    return _arrange(enterprise_id, lambda s: arranging.renew_key(s, current_actor()))


def _arrange(enterprise_id: int, act: Callable[[CommitmentSetting], None]) -> ResponseReturnValue:
    with transaction():
        act(_setting(enterprise_id, for_update=True))
    flash(_("Kept."), "success")
    return redirect(url_for("commitment.of_enterprise", enterprise_id=enterprise_id))
