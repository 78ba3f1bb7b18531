"""HTTP of letters of transfer of tickets, and of consents to electronic service."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.authority import queries as authorities
from supervision.core import attachments, clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.core.web.forms import given
from supervision.enterprise import queries as enterprises
from supervision.enterprise.ended import open_file
from supervision.hazard import queries as hazards
from supervision.hazard.models import Hazard
from supervision.order import forms, labels, queries, service, transfer
from supervision.order.views import bp, offer_officers, send_paper
from supervision.order.views_steps import lines


@bp.get("/letters/new/<int:hazard_id>")
@requires(Permission.ORDER_MAKE)
def new_letter(hazard_id: int) -> ResponseReturnValue:
    hazard = hazards.get_hazard(hazard_id, current_actor())
    return _letter_page(hazard, forms.LetterForm(formdata=None))


@bp.post("/letters/new/<int:hazard_id>")
@requires(Permission.ORDER_MAKE)
def make_letter(hazard_id: int) -> ResponseReturnValue:
    """Transfer a ticket by letter."""
    actor = current_actor()
    form = forms.LetterForm()
    hazard = hazards.get_hazard(hazard_id, actor)
    _offer(hazard, form)
    if not form.validate_on_submit():
        return _letter_page(hazard, form), 422
    try:
        with transaction():
            transfer.of_hazard(
                hazards.get_hazard(hazard_id, actor),
                actor,
                receiver=form.receiver.data or "",
                reason=form.reason.data or "",
                enclosures=lines(form.enclosures.data),
                officer_ids=form.officers.data or [],
            )
    except InvalidInput as error:
        form.add_error(error)
        return _letter_page(hazards.get_hazard(hazard_id, actor), form), 422
    flash(_("The letter of transfer is issued."), "success")
    return redirect(url_for("hazard.detail", hazard_id=hazard_id))


def _offer(hazard: Hazard, form: Any) -> None:
    offer_officers(form, authorities.authority_of(hazard.enterprise.region_code))


def _letter_page(hazard: Hazard, form: Any) -> str:
    _offer(hazard, form)
    return render_template("order/letter.html", hazard=hazard, form=form)


@bp.get("/letters/<int:paper_id>.<any(pdf, docx):ending>")
@requires(Permission.ORDER_MAKE)
def letter(paper_id: int, ending: str) -> ResponseReturnValue:
    found = queries.get_letter(paper_id, current_actor())
    return send_paper([found.document], found.document_id, ending)


@bp.get("/confirmations/<int:enterprise_id>")
@requires(Permission.ORDER_READ)
def confirmations(enterprise_id: int) -> ResponseReturnValue:
    return _confirmations_page(enterprise_id)


def _confirmations_page(enterprise_id: int, form: Any = None) -> str:
    actor = current_actor()
    enterprise = enterprises.get_enterprise(enterprise_id, actor)
    blank = forms.ConfirmationForm(
        formdata=None, signer=enterprise.principal, signed_on=clock.today()
    )
    return render_template(
        "order/confirmations.html",
        enterprise=enterprise,
        found=queries.confirmations_of(enterprise_id, actor),
        form=form or blank,
        failed=form is not None,
        labels=labels,
    )


@bp.post("/confirmations/<int:enterprise_id>")
@requires(Permission.ORDER_MAKE)
def confirm(enterprise_id: int) -> ResponseReturnValue:
    """Record the signed consent."""
    actor = current_actor()
    form = forms.ConfirmationForm()
    open_file(enterprise_id, actor)
    if not form.validate_on_submit():
        return _confirmations_page(enterprise_id, form), 422
    try:
        with transaction():
            upload = given(form.photo.data)
            service.confirm_electronic(
                enterprises.get_enterprise(enterprise_id, actor),
                actor,
                signed_on=given(form.signed_on.data),
                signer=form.signer.data or "",
                address=form.address.data or "",
                attachment=attachments.store_photo(
                    actor, upload.stream, upload.filename or "", field="photo"
                ),
            )
    except InvalidInput as error:
        form.add_error(error)
        return _confirmations_page(enterprise_id, form), 422
    flash(_("Consent to electronic service recorded."), "success")
    return redirect(url_for("order.confirmations", enterprise_id=enterprise_id))


@bp.post("/confirmations/<int:enterprise_id>/<int:confirmation_id>/withdraw")
@requires(Permission.ORDER_MAKE)
def withdraw(enterprise_id: int, confirmation_id: int) -> ResponseReturnValue:
    with transaction():
        found = queries.get_confirmation(confirmation_id, current_actor())
        if found.enterprise_id != enterprise_id:
            raise NotFound
        service.withdraw_confirmation(found, current_actor())
    flash(_("Consent to electronic service withdrawn."), "success")
    return redirect(url_for("order.confirmations", enterprise_id=enterprise_id))


@bp.get("/confirmations/<int:enterprise_id>/<int:confirmation_id>/file")
@requires(Permission.ORDER_READ)
def confirmation_file(enterprise_id: int, confirmation_id: int) -> ResponseReturnValue:
    found = queries.get_confirmation(confirmation_id, current_actor())
    if found.enterprise_id != enterprise_id:
        raise NotFound
    return attachments.send(found.attachment)
