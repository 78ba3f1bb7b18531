"""Registrations, changes, duplicates, mergers, parks and agreements."""

from __future__ import annotations

from datetime import timedelta

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.core.scope import visible
from supervision.core.db import db
from supervision.enterprise import change_requests, duplicates, lineage, queries, relations
from supervision.enterprise import registration as registrations
from supervision.enterprise import service
from supervision.enterprise.lineage_models import DuplicatePair
from supervision.enterprise.registration import Applicant
from supervision.enterprise.relation_rules import LinkKind
from supervision.enterprise.relations import Agreement
from supervision.enterprise.uscc import demo_uscc
from tests.cast import Cast, enterprise_values

PHONE = "13900000077"


def agreement(**changes: object) -> Agreement:
    """A year's work of a contractor that is on nobody's roll."""
    today = clock.today()
    values = {
        "kind": LinkKind.CONTRACTOR,
        "counterpart_name": "Roof Builders",
        "counterpart_uscc": "",
        "subject": "Repair of the roof",
        "place": "Hall 2",
        "agreement_no": "A-1",
        "agreed_on": today,
        "valid_from": today,
        "valid_to": today + timedelta(days=365),
        "coordinator": "S. Manager",
        "coordination": "The plant coordinates, the builders follow.",
        "check_months": 3,
    }
    return Agreement(**{**values, **changes})  # type: ignore[arg-type]


def register(serial: int = 70, region: str = "330110001", **changes: object) -> tuple[int, str]:
    """Id and number of a registration that waits."""
    with transaction():
        values = enterprise_values(serial, region, **changes)
        row = registrations.submit(values, Applicant("C. Contact", PHONE))
        return row.id, row.number


def ask_change(cast: Cast, enterprise_id: int, who: str, **changes: object) -> int:
    """Id of a change request of an enterprise that waits."""
    with transaction():
        enterprise = queries.get_enterprise(enterprise_id, SYSTEM)
        _changed, row = change_requests.propose(
            enterprise, cast[who], changes or {"headcount": 81}, reason="We grew"
        )
        assert row is not None
        return row.id


def twin(cast: Cast, enterprise_id: int, serial: int, **changes: object) -> tuple[int, int]:
    """Ids of a second file of an enterprise, and of the pair that the night's search finds."""
    with transaction():
        one = queries.get_enterprise(enterprise_id, SYSTEM)
        values = enterprise_values(serial, one.region_code, name=f"{one.name} Co", **changes)
        values |= {"address": one.address, "legal_representative": one.legal_representative}
        other = service.register(SYSTEM, values).id
    with transaction():
        duplicates.look()
    stmt = visible(DuplicatePair, SYSTEM, DuplicatePair.id).where(
        DuplicatePair.second_id == other, DuplicatePair.first_id == enterprise_id
    )
    pair = db.session.scalars(stmt).one()
    db.session.rollback()
    return other, pair


def propose_merger(cast: Cast, absorbed: int, survivor: int, who: str) -> int:
    """Id of a merger that waits for a second person."""
    with transaction():
        files = [queries.get_enterprise(i, SYSTEM) for i in (absorbed, survivor)]
        return lineage.propose_merger(*files, cast[who], reason="Decision 7").id


def park(cast: Cast, who: str, name: str, region: str) -> int:
    with transaction():
        return relations.add_park(cast[who], {"name": name, "region_code": region}).id


def link(cast: Cast, enterprise_id: int, who: str, **changes: object) -> int:
    with transaction():
        enterprise = queries.get_enterprise(enterprise_id, SYSTEM)
        return relations.add_link(enterprise, cast[who], agreement(**changes)).id


__all__ = ["PHONE", "agreement", "ask_change", "demo_uscc", "link", "park", "propose_merger"]
