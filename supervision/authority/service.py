"""Verbs of authorities and of their officers' certificates. Services flush; the edge commits."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import select

from supervision.account.models import Account
from supervision.authority import queries, rules
from supervision.authority.models import Authority, OfficerCertificate
from supervision.core import audit, clock, notices
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.notices import Audience
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped
from supervision.core.text import N_


@dataclass(frozen=True, slots=True)
class AuthorityFields:
    """What a person may set of an authority."""

    name: str
    region_code: str
    abbreviation: str
    address: str
    phone: str
    reconsideration_organ: str
    court: str
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class CertificateFields:
    """A certificate as it is printed; days are inclusive."""

    number: str
    issuer: str
    valid_from: date
    valid_to: date


def create(actor: Actor, wanted: AuthorityFields) -> Authority:
    """Put an authority on record, within the actor's own regions."""
    now = clock.now()
    _check(actor, wanted, None)
    authority = Authority(**asdict(wanted), created_at=now, updated_at=now)
    db.session.add(authority)
    audit.record(actor, "authority.create", authority, **asdict(wanted))
    return authority


def change(
    authority: Authority, actor: Actor, wanted: AuthorityFields, *, expected: int | None = None
) -> None:
    """Change an authority's file. Papers that were issued keep what was printed on them.

    ``expected`` is the row's version that the editor had before them: raises Conflict if it
    has changed since.
    """
    if expected is not None and authority.row_version != expected:
        raise Conflict
    _check(actor, wanted, authority.id)
    before = {name: getattr(authority, name) for name in asdict(wanted)}
    changed = {name: value for name, value in asdict(wanted).items() if before[name] != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(authority, name, value)
    authority.updated_at = clock.now()
    audit.record(
        actor,
        "authority.change",
        authority,
        before={name: before[name] for name in changed},
        after=changed,
    )


def _check(actor: Actor, wanted: AuthorityFields, own_id: int | None) -> None:
    if not actor.may(Permission.AUTHORITY_EDIT):
        raise Forbidden
    rules.check_abbreviation(wanted.abbreviation)
    if not queries.is_region(wanted.region_code):
        raise InvalidInput(N_("No division on record has this code."), field="region_code")
    if not queries.covers(actor, wanted.region_code):
        raise InvalidInput(N_("This division lies outside your own."), field="region_code")
    for field in ("name", "region_code", "abbreviation"):
        if queries.is_taken(field, getattr(wanted, field), own_id):
            raise InvalidInput(N_("Another authority has this already."), field=field)


def certify(
    authority: Authority, actor: Actor, account: Account, wanted: CertificateFields
) -> OfficerCertificate:
    """Record a certificate of an officer; a renewed one is recorded beside the old."""
    if not actor.may(Permission.AUTHORITY_EDIT):
        raise Forbidden
    rules.check_dates(wanted.valid_from, wanted.valid_to)
    _check_number(wanted, account.id)
    held = OfficerCertificate(
        authority_id=authority.id,
        account_id=account.id,
        **asdict(wanted),
        recorded_at=clock.now(),
        recorded_by=actor.name,
    )
    db.session.add(held)
    audit.record(
        actor,
        "certificate.record",
        held,
        account_id=account.id,
        authority_id=authority.id,
        **asdict(wanted),
    )
    _tell(held, actor, "certificate.recorded", [account.id], account.name)
    return held


def _check_number(wanted: CertificateFields, account_id: int) -> None:
    stmt = select(OfficerCertificate).where(OfficerCertificate.number == wanted.number)
    reason = "a certificate's number is one person's in the whole installation"
    for other in db.session.scalars(unscoped(stmt, reason=reason)):
        if other.account_id != account_id:
            raise InvalidInput(N_("Another officer holds this number."), field="number")
        if other.valid_from <= wanted.valid_to and wanted.valid_from <= other.valid_to:
            raise InvalidInput(
                N_("This certificate is on record already, from %(first)s to %(last)s."),
                field="number",
                first=other.valid_from,
                last=other.valid_to,
            )


def revoke(certificate: OfficerCertificate, actor: Actor, *, day: date, reason: str) -> None:
    """End a certificate from ``day`` on; it stays on record with the reason."""
    if not actor.may(Permission.AUTHORITY_EDIT):
        raise Forbidden
    if certificate.revoked_on is not None:
        raise Conflict
    if not reason:
        raise InvalidInput(N_("This field is required."), field="reason")
    rules.check_revocation(certificate, day, clock.today())
    certificate.revoked_on, certificate.revoked_reason = day, reason
    audit.record(actor, "certificate.revoke", certificate, day=day, reason=reason)
    name = queries.holder_name(certificate)
    _tell(certificate, actor, "certificate.revoked", [certificate.account_id], name)


def remind(certificate: OfficerCertificate, actor: Actor, day: date) -> bool:
    """Tell the holder and the chiefs that it ends, once for each step; whether anybody was told."""
    step = rules.reminder_due(rules.days_left(certificate, day), certificate.reminded_days)
    if step is None or certificate.revoked_on is not None:
        return False
    certificate.reminded_days = step
    people = [certificate.account_id, *queries.chief_ids(certificate.authority.region_code)]
    name = queries.holder_name(certificate)
    _tell(certificate, actor, "certificate.ending", sorted(set(people)), name)
    audit.record(actor, "certificate.remind", certificate, days=step)
    return True


def _tell(
    certificate: OfficerCertificate, actor: Actor, kind: str, people: list[int], name: str
) -> None:
    for account_id in people:
        notices.queue(
            kind,
            Audience.ACCOUNT,
            account_id,
            link="/authorities/certificates",
            but_not=actor.id,
            number=certificate.number,
            name=name,
            day=certificate.valid_to,
        )
