"""Which authority an enterprise stands under, and which of its officers may inspect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from supervision.account.grants import ROLE_GRANTS
from supervision.account.models import Account
from supervision.authority.models import Authority, OfficerCertificate
from supervision.authority.rules import REMIND_DAYS, SOON_DAYS, Validity
from supervision.core.actor import Actor
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped, visible
from supervision.core.search import contains
from supervision.core.text import N_
from supervision.enterprise.models import Region

MOST_AUTHORITIES = 500
MOST_CHIEFS = 50

SORTS = {
    "ends": (OfficerCertificate.valid_to, OfficerCertificate.id),
    "name": (Account.name, OfficerCertificate.id),
    "newest": (OfficerCertificate.recorded_at.desc(), OfficerCertificate.id.desc()),
}


def authority_of(region_code: str) -> Authority:
    """The authority with the longest prefix of ``region_code``; raises NotFound without one."""
    prefixes = [region_code[:length] for length in range(2, len(region_code) + 1)]
    stmt = select(Authority).where(Authority.region_code.in_(prefixes), Authority.is_active)
    found = max(db.session.scalars(stmt), key=lambda a: len(a.region_code), default=None)
    if found is None:
        raise NotFound(N_("No authority is on record for region %(region)s."), region=region_code)
    return found


def certificates_on(
    day: date, account_ids: Iterable[int], *, authority_id: int | None = None
) -> dict[int, OfficerCertificate]:
    """The certificate each of these accounts holds on ``day``; who has none is left out.

    Of several the one of ``authority_id``, else the one that ends last.
    """
    stmt = unscoped(
        select(OfficerCertificate).where(OfficerCertificate.account_id.in_(set(account_ids))),
        reason="who signs a paper is named on it with the certificate's number",
    ).order_by(OfficerCertificate.valid_to)
    held = [c for c in db.session.scalars(stmt) if c.holds_on(day)]
    # What comes later in the order takes the place of what came before.
    return {c.account_id: c for c in sorted(held, key=lambda c: c.authority_id == authority_id)}


def certified_officers(authority: Authority, day: date) -> Sequence[OfficerCertificate]:
    """Officers of the authority who may inspect on ``day``, with their accounts, by name.

    Somebody with two certificates that overlap is there once, with the one that ends later.
    """
    stmt = unscoped(
        select(OfficerCertificate)
        .where(OfficerCertificate.authority_id == authority.id, _valid_on(day))
        .options(joinedload(OfficerCertificate.account))
        .order_by(OfficerCertificate.valid_to),
        reason="officers of one authority are chosen by whoever plans its inspections",
    )
    held = {c.account_id: c for c in db.session.scalars(stmt) if c.account.is_active}
    return sorted(held.values(), key=lambda c: (c.account.name, c.id))


def _valid_on(day: date) -> ColumnElement[bool]:
    model = OfficerCertificate
    kept = or_(model.revoked_on.is_(None), model.revoked_on > day)
    return and_(model.valid_from <= day, model.valid_to >= day, kept)


def list_authorities(text: str = "") -> Select[Any]:
    """Every authority, by region. They are public facts: their names stand on papers."""
    stmt = select(Authority).order_by(Authority.region_code, Authority.id)
    columns = (Authority.name, Authority.abbreviation, Authority.region_code, Authority.court)
    return stmt.where(contains(text, *columns)) if text else stmt


def get_authority(authority_id: int) -> Authority:
    """Any authority, to be read. Raises NotFound."""
    found: Authority | None = db.session.get(Authority, authority_id)
    if found is None:
        raise NotFound
    return found


def editable(authority_id: int, actor: Actor) -> Authority:
    """An authority of the actor's own regions. Raises NotFound for another's."""
    stmt = select(Authority).where(Authority.id == authority_id, Authority.within(actor))
    found: Authority | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def authorities_within(actor: Actor) -> Sequence[Authority]:
    """The authorities that the actor answers for, by region."""
    stmt = select(Authority).where(Authority.within(actor), Authority.is_active)
    return db.session.scalars(stmt.order_by(Authority.region_code).limit(MOST_AUTHORITIES)).all()


def covers(actor: Actor, region_code: str) -> bool:
    """Whether a division lies in the actor's own."""
    return actor.everything or any(region_code.startswith(own) for own in actor.regions)


def is_region(code: str) -> bool:
    return db.session.scalars(select(Region.id).where(Region.code == code)).first() is not None


def is_taken(field: str, value: str, own_id: int | None) -> bool:
    """Whether another authority has this name, region or abbreviation."""
    stmt = select(Authority.id).where(getattr(Authority, field) == value)
    if own_id is not None:
        stmt = stmt.where(Authority.id != own_id)
    return db.session.scalars(stmt.limit(1)).first() is not None


@dataclass(frozen=True, slots=True)
class CertificateFilter:
    """What the list is narrowed to; empty means all. ``day`` is the one of the badges."""

    day: date
    text: str = ""
    validity: Validity | None = None
    authority_id: int | None = None
    sort: str = "ends"


def list_certificates(actor: Actor, wanted: CertificateFilter) -> Select[Any]:
    """The ordered statement behind the list, holders and authorities loaded along."""
    stmt = (
        visible(OfficerCertificate, actor)
        .join(Account, Account.id == OfficerCertificate.account_id)
        .options(contains_eager(OfficerCertificate.account))
    )
    if wanted.text:
        columns = (Account.name, Account.username, OfficerCertificate.number)
        stmt = stmt.where(contains(wanted.text, *columns))
    if wanted.validity is not None:
        stmt = stmt.where(_is(wanted.validity, wanted.day))
    if wanted.authority_id is not None:
        stmt = stmt.where(OfficerCertificate.authority_id == wanted.authority_id)
    return stmt.order_by(*SORTS.get(wanted.sort, SORTS["ends"]))


def _is(wanted: Validity, day: date) -> ColumnElement[bool]:
    """:func:`~supervision.authority.rules.validity` as SQL."""
    model = OfficerCertificate
    kept = or_(model.revoked_on.is_(None), model.revoked_on > day)
    soon = day + timedelta(days=SOON_DAYS)
    clauses = {
        Validity.REVOKED: model.revoked_on <= day,
        Validity.EXPIRED: and_(kept, model.valid_to < day),
        Validity.TO_COME: and_(kept, model.valid_from > day),
        Validity.SOON: and_(_valid_on(day), model.valid_to <= soon),
        Validity.VALID: and_(_valid_on(day), model.valid_to > soon),
    }
    return clauses[wanted]


def certificate_counts(actor: Actor, day: date) -> dict[Validity, int]:
    """How many the actor sees in each state, in one statement."""
    numbers = [count_if(_is(state, day)) for state in Validity]
    row = db.session.execute(visible(OfficerCertificate, actor, *numbers)).one()
    return dict(zip(Validity, row, strict=True))


def get_certificate(certificate_id: int, actor: Actor) -> OfficerCertificate:
    """One certificate with its holder. Raises NotFound out of scope."""
    stmt = (
        visible(OfficerCertificate, actor)
        .where(OfficerCertificate.id == certificate_id)
        .options(joinedload(OfficerCertificate.account))
    )
    found: OfficerCertificate | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def editable_certificate(certificate_id: int, actor: Actor) -> OfficerCertificate:
    """A certificate of an authority of the actor's own regions. Raises NotFound."""
    found = get_certificate(certificate_id, actor)
    editable(found.authority_id, actor)
    return found


def holder_name(certificate: OfficerCertificate) -> str:
    stmt = select(Account.name).where(Account.id == certificate.account_id)
    reason = "the holder is named to those who are told of the certificate"
    return db.session.scalars(unscoped(stmt, reason=reason)).one()


def chief_ids(region_code: str) -> Sequence[int]:
    """Active people of this region, or one above it, who keep its certificates."""
    roles = [role for role, held in ROLE_GRANTS.items() if Permission.AUTHORITY_EDIT in held]
    above = [region_code[:length] for length in range(2, len(region_code) + 1)]
    stmt = (
        select(Account.id)
        .where(Account.role.in_(roles), Account.is_active, Account.region_code.in_(above))
        .order_by(func.length(Account.region_code).desc(), Account.id)
        .limit(MOST_CHIEFS)
    )
    reason = "whoever keeps the certificates of a region is told that one ends"
    return db.session.scalars(unscoped(stmt, reason=reason)).all()


def to_remind(day: date, *, after: int, limit: int) -> Sequence[int]:
    """Ids of certificates that come to their end and have no successor, by id."""
    later = aliased(OfficerCertificate)
    renewed = exists().where(
        later.account_id == OfficerCertificate.account_id,
        later.valid_to > OfficerCertificate.valid_to,
        later.revoked_on.is_(None),
    )
    stmt = (
        select(OfficerCertificate.id)
        .join(Account, Account.id == OfficerCertificate.account_id)
        .where(
            OfficerCertificate.revoked_on.is_(None),
            OfficerCertificate.valid_to.between(day, day + timedelta(days=max(REMIND_DAYS))),
            OfficerCertificate.id > after,
            Account.is_active,
            ~renewed,
        )
        .order_by(OfficerCertificate.id)
        .limit(limit)
    )
    reason = "the daily reminder looks at every certificate"
    return db.session.scalars(unscoped(stmt, reason=reason)).all()
