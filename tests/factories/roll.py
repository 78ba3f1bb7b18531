"""Registrations, changes, duplicates, mergers, parks and agreements."""

from __future__ import annotations

from datetime import timedelta

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.scope import visible
from supervision.enterprise import change_requests, duplicates, lineage, queries, relations, service
from supervision.enterprise import registration as registrations
from supervision.enterprise.lineage_models import DuplicatePair
from supervision.enterprise.models import Enterprise
from supervision.enterprise.registration import Applicant
from supervision.enterprise.relation_rules import LinkKind
from supervision.enterprise.relations import Agreement
from tests.cast import Cast, enterprise_values
from tests.factories.hazards import photo

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


def a_roll(cast: Cast, enterprise_id: int, officer: str, mark: str) -> dict[str, int]:
    """One of everything about a plant, as ids under the names that addresses give them."""
    region = _read(enterprise_id).region_code
    # A file of an enterprise of the officer's own region, merged into the plant one day.
    other, pair = twin(cast, enterprise_id, 6000 + enterprise_id)
    with transaction():
        given = enterprise_values(5000 + enterprise_id, region, name=f"{mark} applicant")
        row = registrations.submit(given, Applicant(f"{mark} contact", PHONE), [photo(SYSTEM)])
        registration = row.id, row.files[0].id
    with transaction():
        plant = queries.get_enterprise(enterprise_id, SYSTEM)
        _changed, asked = change_requests.propose(
            plant,
            cast["plant_manager"],
            {"headcount": 81},
            reason=f"{mark} grew",
            scans=[photo(SYSTEM)],
        )
        assert asked is not None
        db.session.flush()
        change = asked.id, asked.files[0].id
        terms = agreement(subject=f"{mark} roof", counterpart_name=f"{mark} builders")
        agreed = relations.add_link(plant, cast[officer], terms, photo(SYSTEM)).id
    return {
        "registration.registration_id": registration[0],
        "registration.file_id": registration[1],
        "change_request.request_id": change[0],
        "change_request.file_id": change[1],
        "roll.pair_id": pair,
        "roll.restructuring_id": propose_merger(cast, other, enterprise_id, officer),
        "relation.park_id": park(cast, officer, f"{mark} park", region[:6]),
        "relation.link_id": agreed,
    }


def _read(enterprise_id: int) -> Enterprise:
    return queries.get_enterprise(enterprise_id, SYSTEM)
