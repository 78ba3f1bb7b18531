"""Which authority an enterprise stands under, and which of its officers may inspect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from supervision.authority.models import Authority, OfficerCertificate
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import unscoped
from supervision.core.text import N_


def authority_of(region_code: str) -> Authority:
    """The authority with the longest prefix of ``region_code``; raises NotFound without one."""
    prefixes = [region_code[:length] for length in range(2, len(region_code) + 1)]
    stmt = select(Authority).where(Authority.region_code.in_(prefixes), Authority.is_active)
    found = max(db.session.scalars(stmt), key=lambda a: len(a.region_code), default=None)
    if found is None:
        raise NotFound(N_("No authority is on record for region %(region)s."), region=region_code)
    return found


def certificates_on(day: date, account_ids: Iterable[int]) -> dict[int, OfficerCertificate]:
    """The certificate each of these accounts holds on ``day``; who has none is left out."""
    stmt = unscoped(
        select(OfficerCertificate).where(OfficerCertificate.account_id.in_(set(account_ids))),
        reason="who signs a paper is named on it with the certificate's number",
    ).order_by(OfficerCertificate.valid_to)
    return {c.account_id: c for c in db.session.scalars(stmt) if c.holds_on(day)}


def certified_officers(authority: Authority, day: date) -> Sequence[OfficerCertificate]:
    """Officers of the authority who may inspect on ``day``, with their accounts, by name."""
    stmt = unscoped(
        select(OfficerCertificate)
        .where(OfficerCertificate.authority_id == authority.id)
        .options(joinedload(OfficerCertificate.account)),
        reason="officers of one authority are chosen by whoever plans its inspections",
    )
    held = [c for c in db.session.scalars(stmt) if c.holds_on(day) and c.account.is_active]
    return sorted(held, key=lambda c: (c.account.name, c.id))
