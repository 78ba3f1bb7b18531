"""The enterprise's code: shown, printed, issued anew, and scanned at the gate."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core.access import current_actor, requires, signed_in
from supervision.core.db import transaction
from supervision.core.errors import NotFound
from supervision.core.permissions import Permission
from supervision.core.web.limits import limiter
from supervision.core.web.state import settings
from supervision.enterprise import queries as enterprises
from supervision.enterprise.ended import open_file
from supervision.enterprise.models import Enterprise
from supervision.inspection import labels, qr
from supervision.inspection.qr import EnterpriseCode

bp = Blueprint("enterprise_code", __name__)

MEDIA_TYPES = {"svg": "image/svg+xml", "png": "image/png"}


@bp.get("/enterprises/<int:enterprise_id>/code")
@requires(Permission.ENTERPRISE_READ)
def page(enterprise_id: int) -> ResponseReturnValue:
    """A sheet to print and put up at the gate."""
    enterprise, code = _found(enterprise_id)
    return render_template("inspection/site_code.html", enterprise=enterprise, code=code)


@bp.get("/enterprises/<int:enterprise_id>/code.<any(svg,png):kind>")
@requires(Permission.ENTERPRISE_READ)
def picture(enterprise_id: int, kind: str) -> ResponseReturnValue:
    """The code alone, as a picture."""
    _enterprise, code = _found(enterprise_id)
    if code is None:
        raise NotFound
    response = send_file(
        qr.picture(address_of(code), kind),
        mimetype=MEDIA_TYPES[kind],
        as_attachment="download" in request.args,
        download_name=f"code-{enterprise_id}.{kind}",
    )
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@bp.post("/enterprises/<int:enterprise_id>/code")
@requires(Permission.INSPECTION_MAKE)
def issue(enterprise_id: int) -> ResponseReturnValue:
    """A first code, or a new one: the sheet at the gate is then worth nothing."""
    actor = current_actor()
    with transaction():
        qr.issue(open_file(enterprise_id, actor), actor)
    flash(_("The code is issued. Print it and put it up at the gate."), "success")
    return redirect(url_for("enterprise_code.page", enterprise_id=enterprise_id))


@bp.get("/scan/<string:token>")
@signed_in
@limiter.limit("120 per minute")
def scan(token: str) -> ResponseReturnValue:
    """To today's inspection there; an enterprise's own people to their file; others to nothing."""
    actor = current_actor()
    code = qr.by_token(token, actor)
    if code is None:
        raise NotFound(_("This code leads nowhere: it is not valid, or not for you."))
    if not actor.may(Permission.ENTERPRISE_READ):
        return redirect(url_for("home.start"))
    if not actor.may(Permission.INSPECTION_MAKE):
        return redirect(url_for("enterprise.file", enterprise_id=code.enterprise_id))
    found = qr.waiting(code.enterprise_id, actor)
    if len(found) == 1:
        return redirect(url_for("inspection.site", inspection_id=found[0].id, scanned=token))
    return render_template(
        "inspection/site_scan.html",
        enterprise=code.enterprise,
        inspections=found,
        token=token,
        labels=labels,
    )


def address_of(code: EnterpriseCode) -> str:
    """The address in the code: under the one that people reach this system by."""
    base = settings().public_url.rstrip("/")
    path = url_for("enterprise_code.scan", token=code.token)
    return (
        base + path if base else url_for("enterprise_code.scan", token=code.token, _external=True)
    )


def _found(enterprise_id: int) -> tuple[Enterprise, EnterpriseCode | None]:
    actor = current_actor()
    enterprise = enterprises.get_enterprise(enterprise_id, actor)
    return enterprise, qr.current(enterprise_id, actor)
