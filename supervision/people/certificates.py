"""Verbs on certificates: record, correct, review, renew, revoke. Services flush; the edge commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.people import identity, rules, ruletables, standing, tables
from supervision.people.journal import log
from supervision.people.models import CertificateFile, PeopleRule, Person, PersonCertificate
from supervision.people.tables import RuleTable
from supervision.people.workflow import CERTIFICATE_WORKFLOW, CertificateState

MOST_FILES = 12


@dataclass(frozen=True, slots=True)
class CertificateFields:
    """A certificate as it is printed. ``number`` "": the one on file stays. ``valid_to`` and ``review_on`` None: by the kind's months."""

    number: str
    issuer: str
    issued_on: date
    valid_from: date
    valid_to: date | None = None
    review_on: date | None = None


def record(
    person: Person,
    actor: Actor,
    code: str,
    wanted: CertificateFields,
    files: Sequence[Attachment] = (),
) -> PersonCertificate:
    """Put a certificate on a person's file, under the version of its kind that is in force."""
    if not actor.may(Permission.PEOPLE_EDIT):
        raise Forbidden
    if person.employed_to is not None:
        raise Conflict(N_("This person has left."))
    kind = ruletables.rule_on(RuleTable.CERTIFICATE, code, clock.today())
    _check_new(person, kind.code, wanted)
    made = _add(person, actor, kind, wanted, files)
    log(actor, "certify", made, note=kind.name, code=kind.code, **_days(made))
    standing.reckon([person.enterprise_id], persons=[])
    return made


def _check_new(
    person: Person, code: str, wanted: CertificateFields, but: PersonCertificate | None = None
) -> None:
    hashes = identity.number_fingerprints(wanted.number)
    for other in person.certificates:
        same = other.code == code and other.number_hash in hashes
        if other is not but and same and other.status is CertificateState.VALID:
            raise InvalidInput(N_("This certificate is on file already."), field="number")


def _add(
    person: Person,
    actor: Actor,
    kind: PeopleRule,
    wanted: CertificateFields,
    files: Sequence[Attachment],
) -> PersonCertificate:
    made = PersonCertificate(
        enterprise_id=person.enterprise_id,
        kind=kind,
        code=kind.code,
        group=tables.as_certificate(kind.values).group,
        recorded_at=clock.now(),
        recorded_by=actor.name,
        files=[CertificateFile(attachment=one) for one in files],
    )
    _apply(made, kind, wanted)
    person.certificates.insert(0, made)
    db.session.flush()
    return made


def _apply(certificate: PersonCertificate, kind: PeopleRule, wanted: CertificateFields) -> None:
    terms = tables.as_certificate(kind.values)
    valid_to = wanted.valid_to or rules.last_day(wanted.valid_from, terms.valid_months)
    review_on = wanted.review_on or rules.last_day(wanted.valid_from, terms.review_months)
    rules.check_period(wanted.valid_from, valid_to)
    rules.check_period(wanted.valid_from, review_on, field="review_on")
    if wanted.issued_on > clock.today():
        raise InvalidInput(N_("This day lies in the future."), field="issued_on")
    rules.check_period(wanted.issued_on, wanted.valid_from, field="issued_on")
    if valid_to is not None and review_on is not None and review_on >= valid_to:
        # The last review of its life is the renewal.
        review_on = None
    if wanted.number:
        for column, value in identity.sealed_number(wanted.number).items():
            setattr(certificate, column, value)
    elif certificate.number_hash is None:
        raise InvalidInput(N_("This field is required."), field="number")
    certificate.issuer = wanted.issuer
    certificate.issued_on, certificate.valid_from = wanted.issued_on, wanted.valid_from
    certificate.valid_to, certificate.review_on = valid_to, review_on
    certificate.next_on = rules.next_day(valid_to, review_on)


def correct(
    certificate: PersonCertificate,
    actor: Actor,
    wanted: CertificateFields,
    *,
    expected: int | None = None,
) -> None:
    """Mend what was entered wrongly; the trail keeps the days that stood there before."""
    CERTIFICATE_WORKFLOW.check("change", certificate, actor)
    if expected is not None and certificate.row_version != expected:
        raise Conflict
    _check_new(certificate.person, certificate.code, wanted, but=certificate)
    before = _days(certificate)
    _apply(certificate, certificate.kind, wanted)
    log(actor, "correct", certificate, before=before, after=_days(certificate))
    _reckon(certificate)


def review(
    certificate: PersonCertificate,
    actor: Actor,
    *,
    day: date,
    next_review_on: date | None = None,
    note: str = "",
) -> None:
    """A review was passed on ``day``: the next one is due by the kind's months, or as given."""
    CERTIFICATE_WORKFLOW.check("review", certificate, actor)
    terms = tables.as_certificate(certificate.kind.values)
    if certificate.review_on is None:
        raise Conflict(N_("No review of this certificate is due."))
    if day > clock.today():
        raise InvalidInput(N_("This day lies in the future."), field="day")
    rules.check_period(certificate.valid_from, day, field="day")
    following = next_review_on or rules.months_later(
        certificate.review_on, terms.review_months or 0
    )
    if next_review_on is not None and next_review_on <= day:
        raise InvalidInput(N_("The next review lies after this one."), field="next_review_on")
    ends = certificate.valid_to
    before = certificate.review_on
    # Beyond the end there is only the renewal.
    certificate.review_on = None if ends is not None and following >= ends else following
    certificate.next_on = rules.next_day(ends, certificate.review_on)
    log(
        actor,
        "review",
        certificate,
        note=note,
        day=day,
        before=before,
        next=certificate.review_on,
    )
    _reckon(certificate)


def renew(
    certificate: PersonCertificate,
    actor: Actor,
    wanted: CertificateFields,
    files: Sequence[Attachment] = (),
) -> PersonCertificate:
    """A new certificate takes the place of this one, which stays on file."""
    CERTIFICATE_WORKFLOW.check("renew", certificate, actor)
    if wanted.valid_from <= certificate.valid_from:
        raise InvalidInput(
            N_("The new one begins after the old one, on %(day)s at the earliest."),
            field="valid_from",
            day=certificate.valid_from,
        )
    person = certificate.person
    kind = ruletables.rule_on(RuleTable.CERTIFICATE, certificate.code, clock.today())
    certificate.status = CertificateState.RENEWED
    # Until the new one begins, the old one holds.
    certificate.ended_on = wanted.valid_from
    made = _add(person, actor, kind, wanted, files)
    made.replaces_id = certificate.id
    log(
        actor, "renew", made, note=kind.name, code=kind.code, replaces=certificate.id, **_days(made)
    )
    _reckon(certificate)
    return made


def revoke(certificate: PersonCertificate, actor: Actor, *, day: date, reason: str) -> None:
    """From ``day`` on nobody works by it; it stays on file with the reason."""
    CERTIFICATE_WORKFLOW.check("revoke", certificate, actor, {"reason": reason})
    if day > clock.today():
        raise InvalidInput(N_("This day lies in the future."), field="day")
    rules.check_period(certificate.valid_from, day, field="day")
    certificate.status, certificate.ended_on = CertificateState.REVOKED, day
    certificate.revoked_reason = reason
    log(actor, "revoke", certificate, note=reason, day=day)
    _reckon(certificate)


def add_files(certificate: PersonCertificate, actor: Actor, files: Sequence[Attachment]) -> None:
    """Add scans."""
    if not actor.may(Permission.PEOPLE_EDIT):
        raise Forbidden
    if not files:
        raise InvalidInput(N_("Choose a file."), field="files")
    if len(certificate.files) + len(files) > MOST_FILES:
        raise InvalidInput(N_("At most %(count)s files."), field="files", count=MOST_FILES)
    certificate.files.extend(CertificateFile(attachment=one) for one in files)
    log(actor, "scan", certificate, files=[one.sha256 for one in files])


def _days(certificate: PersonCertificate) -> dict[str, date | None]:
    names = ("valid_from", "valid_to", "review_on")
    return {name: getattr(certificate, name) for name in names}


def _reckon(certificate: PersonCertificate) -> None:
    db.session.flush()
    standing.reckon([certificate.enterprise_id], persons=[])
