"""The authority of the plant's district, and certificates of its officers."""

from __future__ import annotations

from datetime import date, timedelta

from supervision.authority.models import Authority, OfficerCertificate
from supervision.core import clock
from supervision.core.db import db, transaction
from tests.cast import Cast

# 浙余 and 浙临: the abbreviations that stand in numbers of the two districts.
YUHANG, LINPING = "\u6d59\u4f59", "\u6d59\u4e34"
OFFICERS = ("district_officer", "section_chief")


def make_authority(region_code: str = "330110", **changes: object) -> int:
    """The authority of a district of the cast; returns its id. Opens its own transaction."""
    yuhang = region_code == "330110"
    values: dict[str, object] = {
        "name": f"Emergency Bureau of {'Yuhang' if yuhang else region_code}",
        "region_code": region_code,
        "abbreviation": YUHANG if yuhang else LINPING,
        "address": "1 Authority Road",
        "phone": "0571-10000000",
        "reconsideration_organ": f"People's Government of {region_code}",
        "court": f"People's Court of {region_code}",
        "created_at": clock.now(),
        "updated_at": clock.now(),
    }
    with transaction():
        authority = Authority(**{**values, **changes})
        db.session.add(authority)
        db.session.flush()
        return authority.id


def certify(
    cast: Cast,
    who: str,
    authority_id: int,
    *,
    valid_from: date | None = None,
    valid_to: date | None = None,
    number: str = "",
) -> int:
    """A certificate of ``who`` from a year ago to a year ahead; returns its id."""
    today = clock.today()
    with transaction():
        held = OfficerCertificate(
            account_id=cast.accounts[who],
            authority_id=authority_id,
            number=number or f"ZF-{who}",
            issuer="Invented Issuer",
            valid_from=valid_from or today - timedelta(days=365),
            valid_to=valid_to or today + timedelta(days=365),
            recorded_at=clock.now(),
            recorded_by="Administrator",
        )
        db.session.add(held)
        db.session.flush()
        return held.id


def certified_district(cast: Cast) -> int:
    """Yuhang's authority with two officers who may inspect together; returns its id."""
    authority_id = make_authority()
    for who in OFFICERS:
        certify(cast, who, authority_id)
    return authority_id
