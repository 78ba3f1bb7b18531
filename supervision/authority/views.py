"""HTTP of authorities and their officers' certificates."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.account import queries as accounts
from supervision.authority import forms, labels, queries, rules, service
from supervision.authority.models import Authority, OfficerCertificate
from supervision.authority.rules import Validity
from supervision.authority.service import AuthorityFields, CertificateFields
from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.web.forms import given
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise import queries as enterprises

bp = Blueprint("authority", __name__, url_prefix="/authorities")


@bp.get("/")
@requires(Permission.AUTHORITY_READ)
def index() -> ResponseReturnValue:
    form = forms.SearchForm(request.args)
    page = paginate(queries.list_authorities(form.text.data or ""), number=page_number())
    own = {a.id for a in page.items if queries.covers(current_actor(), a.region_code)}
    return render_template(
        "authority/index.html",
        form=form,
        page=page,
        own=own,
        regions=enterprises.region_path_names({a.region_code for a in page.items}),
    )


@bp.get("/new")
@requires(Permission.AUTHORITY_EDIT)
def new() -> ResponseReturnValue:
    own = current_actor().regions
    return _form_page(forms.AuthorityForm(formdata=None, region_code=own[0] if own else ""), None)


@bp.post("/new")
@requires(Permission.AUTHORITY_EDIT)
def create() -> ResponseReturnValue:
    return _save(forms.AuthorityForm(), None)


@bp.get("/<int:authority_id>/edit")
@requires(Permission.AUTHORITY_EDIT)
def edit(authority_id: int) -> ResponseReturnValue:
    authority = queries.editable(authority_id, current_actor())
    return _form_page(forms.AuthorityForm(formdata=None, obj=authority), authority)


@bp.post("/<int:authority_id>/edit")
@requires(Permission.AUTHORITY_EDIT)
def change(authority_id: int) -> ResponseReturnValue:
    authority = queries.editable(authority_id, current_actor())
    return _save(forms.AuthorityForm(), authority)


def _form_page(form: forms.AuthorityForm, authority: Authority | None) -> str:
    return render_template("authority/form.html", form=form, authority=authority)


def _save(form: forms.AuthorityForm, authority: Authority | None) -> ResponseReturnValue:
    authority_id = authority.id if authority is not None else None
    if not form.validate_on_submit():
        return _form_page(form, authority), 422
    try:
        with transaction():
            if authority_id is None:
                service.create(current_actor(), _fields(form))
            else:
                found = queries.editable(authority_id, current_actor())
                service.change(found, current_actor(), _fields(form), expected=_version(form))
    except InvalidInput as error:
        form.add_error(error)
        return _form_page(form, _again(authority_id)), 422
    except Conflict as error:
        # What was typed stays; sent again it is measured against what stands there now.
        form.add_error(error)
        present = _again(authority_id)
        form.row_version.data = str(present.row_version) if present else None
        return _form_page(form, present), 409
    flash(_("The authority is saved."), "success")
    return redirect(url_for("authority.index"))


def _again(authority_id: int | None) -> Authority | None:
    return queries.editable(authority_id, current_actor()) if authority_id else None


def _version(form: forms.AuthorityForm) -> int:
    raw = str(form.row_version.data or "")
    return int(raw) if raw.isdecimal() else 0


def _fields(form: forms.AuthorityForm) -> AuthorityFields:
    return AuthorityFields(
        name=form.name.data or "",
        region_code=form.region_code.data or "",
        abbreviation=form.abbreviation.data or "",
        address=form.address.data or "",
        phone=form.phone.data or "",
        reconsideration_organ=form.reconsideration_organ.data or "",
        court=form.court.data or "",
        is_active=bool(form.is_active.data),
    )


@bp.get("/certificates")
@requires(Permission.AUTHORITY_READ)
def certificates() -> ResponseReturnValue:
    """Certificates of the region's officers for who answers for them; one's own for the rest."""
    actor, today = current_actor(), clock.today()
    form = forms.FilterForm(request.args)
    form.authority.choices = [("", "—"), *_authority_choices()]
    form.validate()
    wanted = queries.CertificateFilter(
        day=today,
        text=form.text.data or "",
        validity=Validity(form.validity.data) if form.validity.data in set(Validity) else None,
        authority_id=id_argument("authority"),
        sort=form.sort.data or "ends",
    )
    page = paginate(queries.list_certificates(actor, wanted), number=page_number())
    return render_template(
        "authority/certificates.html",
        form=form,
        page=page,
        counts=queries.certificate_counts(actor, today),
        labels=labels,
        rules=rules,
        today=today,
        own={a.id for a in queries.authorities_within(actor)},
        active=sum(1 for f in (form.validity, form.authority) if f.data),
    )


def _authority_choices() -> list[tuple[str, Any]]:
    return [(str(a.id), a.name) for a in queries.authorities_within(current_actor())]


@bp.get("/certificates/new")
@requires(Permission.AUTHORITY_EDIT)
def new_certificate() -> ResponseReturnValue:
    return _certificate_page(forms.CertificateForm(formdata=None, valid_from=clock.today()))


@bp.post("/certificates/new")
@requires(Permission.AUTHORITY_EDIT)
def record_certificate() -> ResponseReturnValue:
    return _record(None)


@bp.get("/certificates/<int:certificate_id>/renew")
@requires(Permission.AUTHORITY_EDIT)
def renew(certificate_id: int) -> ResponseReturnValue:
    """The form of a new certificate, filled in from the one that ends."""
    old = queries.editable_certificate(certificate_id, current_actor())
    form = forms.CertificateForm(
        formdata=None,
        account_id=str(old.account_id),
        authority_id=str(old.authority_id),
        number=old.number,
        issuer=old.issuer,
        valid_from=max(clock.today(), old.valid_to + clock.DAY),
    )
    return _certificate_page(form, old)


@bp.post("/certificates/<int:certificate_id>/renew")
@requires(Permission.AUTHORITY_EDIT)
def renew_now(certificate_id: int) -> ResponseReturnValue:
    return _record(queries.editable_certificate(certificate_id, current_actor()))


def _certificate_page(form: forms.CertificateForm, old: OfficerCertificate | None = None) -> str:
    _offer(form, old)
    return render_template("authority/certificate.html", form=form, old=old)


def _offer(form: forms.CertificateForm, old: OfficerCertificate | None) -> None:
    people = [(str(i), name) for i, name in accounts.officers(current_actor())]
    if old is not None:
        people = [(str(old.account_id), old.account.name)]
    form.account_id.choices = [("", "—"), *people]
    form.authority_id.choices = _authority_choices()


def _record(old: OfficerCertificate | None) -> ResponseReturnValue:
    actor, form = current_actor(), forms.CertificateForm()
    _offer(form, old)
    if not form.validate_on_submit():
        return _certificate_page(form, old), 422
    old_id = old.id if old is not None else None
    try:
        with transaction():
            service.certify(
                queries.editable(int(form.authority_id.data), actor),
                actor,
                accounts.get_account(int(form.account_id.data), actor),
                CertificateFields(
                    number=form.number.data or "",
                    issuer=form.issuer.data or "",
                    valid_from=given(form.valid_from.data),
                    valid_to=given(form.valid_to.data),
                ),
            )
    except InvalidInput as error:
        form.add_error(error)
        again = queries.editable_certificate(old_id, actor) if old_id else None
        return _certificate_page(form, again), 422
    flash(_("The certificate is recorded."), "success")
    return redirect(url_for("authority.certificates"))


@bp.get("/certificates/<int:certificate_id>/revoke")
@requires(Permission.AUTHORITY_EDIT)
def revoke(certificate_id: int) -> ResponseReturnValue:
    return _revoke_page(certificate_id, forms.RevokeForm(formdata=None, revoked_on=clock.today()))


def _revoke_page(certificate_id: int, form: forms.RevokeForm) -> str:
    certificate = queries.editable_certificate(certificate_id, current_actor())
    return render_template("authority/revoke.html", form=form, certificate=certificate)


@bp.post("/certificates/<int:certificate_id>/revoke")
@requires(Permission.AUTHORITY_EDIT)
def revoke_now(certificate_id: int) -> ResponseReturnValue:
    form = forms.RevokeForm()
    queries.editable_certificate(certificate_id, current_actor())
    if not form.validate_on_submit():
        return _revoke_page(certificate_id, form), 422
    try:
        with transaction():
            found = queries.editable_certificate(certificate_id, current_actor())
            day = form.revoked_on.data or clock.today()
            service.revoke(found, current_actor(), day=day, reason=form.reason.data or "")
    except InvalidInput as error:
        form.add_error(error)
        return _revoke_page(certificate_id, form), 422
    flash(_("The certificate is revoked."), "success")
    return redirect(url_for("authority.certificates"))
