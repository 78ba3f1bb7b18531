"""Certificates: the list, one of them, and its steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.export.lists import ListExport
from supervision.core.permissions import Permission
from supervision.core.web.exporting import answer
from supervision.core.web.forms import Form, check_seen, given
from supervision.core.web.paging import page_number, paginate
from supervision.enterprise.ended import open_file
from supervision.people import (
    certificates,
    exports,
    forms,
    labels,
    panels,
    queries,
    rules,
)
from supervision.people.certificates import CertificateFields
from supervision.people.models import PersonCertificate
from supervision.people.tables import RuleTable
from supervision.people.views import parts
from supervision.people.views.blueprint import bp
from supervision.people.workflow import CERTIFICATE_WORKFLOW


@bp.get("/certificates", endpoint="certificates")
@requires(Permission.PEOPLE_READ)
def index() -> ResponseReturnValue:
    actor = current_actor()
    form, wanted = _filter()
    page = paginate(queries.list_certificates(actor, wanted), number=page_number())
    return render_template(
        "people/certificates.html",
        form=form,
        page=page,
        counts=queries.certificate_counts(actor, enterprise_id=wanted.enterprise_id),
        labels=labels,
        in_full=panels.sees_names(actor),
        shown_name=rules.shown_name,
        today=clock.today(),
        active=parts.active(form, "state", "group", "region"),
    )


def _listed() -> Select[Any]:
    return queries.list_certificates(current_actor(), _filter()[1])


CERTIFICATES = ListExport(
    "people.certificates",
    _l("Certificates held"),
    Permission.PEOPLE_READ,
    _listed,
    exports.certificate_table,
)


@bp.get("/certificates/export.xlsx")
@requires(Permission.PEOPLE_READ)
def certificate_export() -> ResponseReturnValue:
    """The filtered list as Excel, masked."""
    return answer(CERTIFICATES)


def _filter() -> tuple[forms.CertificateFilterForm, queries.CertificateFilter]:
    form = forms.CertificateFilterForm(request.args)
    region = parts.region(form)
    return form, queries.CertificateFilter(
        text=form.text.data or "",
        state=parts.code(form.state.data, labels.CERTIFICATE_STATE_LABELS),
        group=parts.code(form.group.data, labels.GROUP_LABELS),
        enterprise_id=parts.enterprise_argument(),
        region=region,
        sort=form.sort.data or "ends",
    )


@bp.get("/<int:person_id>/certificates/new")
@requires(Permission.PEOPLE_EDIT)
def new_certificate(person_id: int) -> ResponseReturnValue:
    return _new_page(person_id, forms.NewCertificateForm(formdata=None))


@bp.post("/<int:person_id>/certificates/new")
@requires(Permission.PEOPLE_EDIT)
def create_certificate(person_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), forms.NewCertificateForm()
    open_file(queries.get_person(person_id, actor).enterprise_id, actor)
    parts.offer(form.code, RuleTable.CERTIFICATE)

    def act() -> int:
        person = queries.get_person(person_id, actor)
        files = parts.uploads(form, actor)
        return certificates.record(person, actor, form.code.data or "", _fields(form), files).id

    return parts.save(
        form,
        act,
        lambda f: _new_page(person_id, f),
        _("The certificate is on file."),
        lambda made: url_for("people.certificate", certificate_id=made),
    )


def _new_page(person_id: int, form: Any) -> str:
    person = queries.get_person(person_id, current_actor())
    open_file(person.enterprise_id, current_actor())
    parts.offer(form.code, RuleTable.CERTIFICATE)
    return _form_page(form, person, None, _("Enter a certificate"))


def _form_page(form: Any, person: Any, certificate: PersonCertificate | None, title: str) -> str:
    return render_template(
        "people/certificate_form.html",
        form=form,
        person=person,
        certificate=certificate,
        title=title,
        name=rules.shown_name(person.name, in_full=panels.sees_names(current_actor())),
        labels=labels,
    )


def _fields(form: forms.CertificateForm) -> CertificateFields:
    return CertificateFields(
        number=form.number.data or "",
        issuer=form.issuer.data or "",
        issued_on=given(form.issued_on.data),
        valid_from=given(form.valid_from.data),
        valid_to=form.valid_to.data,
        review_on=form.review_on.data,
    )


@bp.get("/certificates/<int:certificate_id>")
@requires(Permission.PEOPLE_READ)
def certificate(certificate_id: int) -> ResponseReturnValue:
    return _detail(certificate_id)


def _detail(certificate_id: int, failed: str = "", form: Form | None = None) -> str:
    actor = current_actor()
    found = queries.get_certificate(certificate_id, actor)
    offered = CERTIFICATE_WORKFLOW.names(found, actor)
    steps = _step_forms(found, offered)
    if form is not None and failed in steps:
        steps[failed] = form
    for name, one in steps.items():
        one.mark(name)
    return render_template(
        "people/certificate.html",
        certificate=found,
        offered=offered,
        steps=steps,
        failed=failed,
        events=queries.certificate_events(found, actor),
        name=rules.shown_name(found.person.name, in_full=panels.sees_names(actor)),
        labels=labels,
        today=clock.today(),
    )


def _step_forms(found: PersonCertificate, offered: frozenset[str]) -> dict[str, Form]:
    today, version = clock.today(), str(found.row_version)
    steps: dict[str, Form] = {}
    if "review" in offered and found.review_on is not None:
        steps["review"] = forms.ReviewForm(formdata=None, day=today, row_version=version)
    if "revoke" in offered:
        steps["revoke"] = forms.RevokeForm(formdata=None, day=today, row_version=version)
    if current_actor().may(Permission.PEOPLE_EDIT):
        steps["files"] = forms.FilesForm(formdata=None)
    return steps


@bp.get("/certificates/<int:certificate_id>/edit")
@requires(Permission.PEOPLE_EDIT)
def edit_certificate(certificate_id: int) -> ResponseReturnValue:
    found = queries.get_certificate(certificate_id, current_actor())
    return _edit_page(certificate_id, forms.CertificateForm(formdata=None, obj=found))


@bp.post("/certificates/<int:certificate_id>/edit")
@requires(Permission.PEOPLE_EDIT)
def change_certificate(certificate_id: int) -> ResponseReturnValue:
    form = forms.CertificateForm()

    def act(found: PersonCertificate) -> None:
        certificates.correct(found, current_actor(), _fields(form))

    done = _("The certificate is saved.")
    return _step(certificate_id, form, act, lambda f: _edit_page(certificate_id, f), done)


def _edit_page(certificate_id: int, form: Any) -> str:
    found = queries.get_certificate(certificate_id, current_actor())
    form.number.description = _(
        "Leave it empty to keep what is on file: %(shown)s", shown=found.number_masked
    )
    return _form_page(form, found.person, found, _("Correct the certificate"))


@bp.get("/certificates/<int:certificate_id>/renew")
@requires(Permission.PEOPLE_EDIT)
def renew(certificate_id: int) -> ResponseReturnValue:
    found = queries.get_certificate(certificate_id, current_actor())
    open_file(found.enterprise_id, current_actor())
    form = forms.RenewForm(formdata=None, issuer=found.issuer)
    return _renew_page(certificate_id, form)


@bp.post("/certificates/<int:certificate_id>/renew")
@requires(Permission.PEOPLE_EDIT)
def renew_now(certificate_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), forms.RenewForm()
    open_file(queries.get_certificate(certificate_id, actor).enterprise_id, actor)

    def act() -> int:
        found = queries.get_certificate(certificate_id, actor)
        check_seen(form, found.row_version)
        return certificates.renew(found, actor, _fields(form), parts.uploads(form, actor)).id

    return parts.save(
        form,
        act,
        lambda f: _renew_page(certificate_id, f),
        _("The new certificate is on file; the old one stays."),
        lambda made: url_for("people.certificate", certificate_id=made),
    )


def _renew_page(certificate_id: int, form: Any) -> str:
    found = queries.get_certificate(certificate_id, current_actor())
    if form.row_version.data in {None, ""}:
        form.row_version.data = str(found.row_version)
    return _form_page(form, found.person, found, _("Renew the certificate"))


def _step(
    certificate_id: int,
    form: Form,
    act: Callable[[PersonCertificate], None],
    page: Callable[[Form], str],
    done: str,
) -> ResponseReturnValue:
    """One action on a certificate; back to its page."""
    actor = current_actor()
    queries.get_certificate(certificate_id, actor)

    def seen() -> None:
        found = queries.get_certificate(certificate_id, actor)
        check_seen(form, found.row_version)
        act(found)

    return parts.save(
        form,
        seen,
        page,
        done,
        lambda _made: url_for("people.certificate", certificate_id=certificate_id),
    )


@bp.post("/certificates/<int:certificate_id>/review")
@requires(Permission.PEOPLE_EDIT)
def review(certificate_id: int) -> ResponseReturnValue:
    form = forms.ReviewForm()

    def act(found: PersonCertificate) -> None:
        certificates.review(
            found,
            current_actor(),
            day=given(form.day.data),
            next_review_on=form.next_review_on.data,
            note=form.note.data or "",
        )

    done = _("The review is on file.")
    return _step(certificate_id, form, act, lambda f: _detail(certificate_id, "review", f), done)


@bp.post("/certificates/<int:certificate_id>/revoke")
@requires(Permission.PEOPLE_EDIT)
def revoke(certificate_id: int) -> ResponseReturnValue:
    form = forms.RevokeForm()

    def act(found: PersonCertificate) -> None:
        reason = form.reason.data or ""
        certificates.revoke(found, current_actor(), day=given(form.day.data), reason=reason)

    done = _("The certificate is revoked; it stays on file.")
    return _step(certificate_id, form, act, lambda f: _detail(certificate_id, "revoke", f), done)


@bp.post("/certificates/<int:certificate_id>/files")
@requires(Permission.PEOPLE_EDIT)
def add_certificate_files(certificate_id: int) -> ResponseReturnValue:
    form = forms.FilesForm()

    def act(found: PersonCertificate) -> None:
        actor = current_actor()
        certificates.add_files(found, actor, parts.uploads(form, actor))

    done = _("The scan is on file.")
    return _step(certificate_id, form, act, lambda f: _detail(certificate_id, "files", f), done)


@bp.get("/certificates/<int:certificate_id>/files/<int:scan_id>")
@requires(Permission.PEOPLE_PERSONAL)
def certificate_file(certificate_id: int, scan_id: int) -> ResponseReturnValue:
    """A scan shows the number in full: for those who may open personal data, and on the trail."""
    actor = current_actor()
    with transaction():
        found = queries.get_certificate_file(certificate_id, scan_id, actor)
        subject = queries.get_certificate(certificate_id, actor)
        return parts.send_personal(subject, found.attachment, actor)
