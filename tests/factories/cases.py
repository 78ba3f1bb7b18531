"""Cases brought to a state the way officers bring them there.

The district's officer opens and handles them together with the city's, the section chief
approves: whoever handles a case approves nothing of it.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from supervision import seeds
from supervision.casefile import closing, decision, evidence, queries, service
from supervision.casefile.models import Case
from supervision.casefile.rules import CaseSource, EvidenceKind, PenaltyKind
from supervision.casefile.workflow import CaseState
from supervision.core import clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db, transaction
from supervision.enterprise import queries as enterprises
from supervision.hazard.rules import Grade
from supervision.hazard.workflow import HazardState
from supervision.order.rules import ServiceMethod
from tests.cast import Cast
from tests.factories.authorities import certify, make_authority
from tests.factories.hazards import make_hazard, photo

HANDLERS = ("district_officer", "city_officer")
ORDER = (
    CaseState.DRAFT,
    CaseState.SUBMITTED,
    CaseState.FILED,
    CaseState.PROPOSED,
    CaseState.DECIDED,
    CaseState.SERVED,
    CaseState.EXECUTED,
    CaseState.CLOSING,
    CaseState.CLOSED,
)


def law(cast: Cast) -> int:
    """Rules, templates, the district's authority and its two handlers; the authority's id."""
    with transaction():
        seeds.load_rules()
        seeds.load_documents()
    authority_id = make_authority()
    for who in HANDLERS:
        certify(cast, who, authority_id)
    return authority_id


def draft(cast: Cast, **changes: object) -> service.Draft:
    values: dict[str, object] = {
        "cause": "Major hazard not removed in time",
        "source": CaseSource.HAZARD,
        "facts": "The guard of the press is still missing after the deadline.",
        "officer_ids": [cast.accounts[who] for who in HANDLERS],
    }
    return service.Draft(**{**values, **changes})  # type: ignore[arg-type]


def proposal(**changes: object) -> decision.Proposal:
    values: dict[str, object] = {
        "penalties": [PenaltyKind.WARNING, PenaltyKind.FINE],
        "fine_yuan": Decimal(30000),
        "facts": "The guard was missing on the day of the re-inspection.",
        "evidence_text": "Record of the re-inspection; photo",
        "basis": "Work Safety Law, art. 102",
        "decision_text": "Warning and a fine of 30,000 yuan",
        "pay_within": "within 15 days at the bank",
    }
    return decision.Proposal(**{**values, **changes})  # type: ignore[arg-type]


def exhibit(**changes: object) -> evidence.Exhibit:
    values: dict[str, object] = {
        "name": "Record of the re-inspection",
        "kind": EvidenceKind.INSPECTION_RECORD,
        "source": "District authority",
    }
    return evidence.Exhibit(**{**values, **changes})  # type: ignore[arg-type]


def service_of(**changes: object) -> decision.Service:
    values: dict[str, object] = {
        "method": ServiceMethod.DIRECT,
        "receiver": "P. Principal",
        "served_at": clock.now(),
        "relation": "principal",
    }
    return decision.Service(**{**values, **changes})  # type: ignore[arg-type]


def make_case(
    cast: Cast, state: CaseState = CaseState.DRAFT, *, major: bool = True, **changes: object
) -> int:
    """A case of the plant in ``state``; :func:`law` has been called. Returns its id."""
    grade = Grade.MAJOR if major else Grade.GENERAL
    if "hazard_ids" not in changes:
        changes["hazard_ids"] = [make_hazard(cast, HazardState.ASSIGNED, grade=grade)]
    with transaction():
        return build_case(
            cast.plant_id, state, cast["district_officer"], cast["section_chief"], cast, **changes
        ).id


def build_case(
    enterprise_id: int,
    state: CaseState,
    officer: Actor,
    chief: Actor,
    cast: Cast,
    **changes: object,
) -> Case:
    """The same, inside the caller's transaction and for any enterprise."""
    steps = ORDER[: ORDER.index(state) + 1]
    plant = enterprises.get_enterprise(enterprise_id, officer)
    case_id = service.open_case(plant, officer, draft(cast, **changes)).id
    db.session.flush()
    case = queries.get_case(case_id, officer)
    evidence.add(case, officer, exhibit(attachment=photo(officer)))
    if CaseState.SUBMITTED in steps:
        service.submit(case, officer, opinion="To be filed")
    if CaseState.FILED in steps:
        service.approve_filing(case, chief, opinion="Agreed")
    if CaseState.PROPOSED in steps:
        decision.propose(case, officer, proposal())
    if CaseState.DECIDED in steps:
        decision.decide(case, chief, note="Agreed")
    if CaseState.SERVED in steps:
        decision.serve(case, officer, service_of())
    if CaseState.EXECUTED in steps:
        closing.execute(case, officer, executed_on=clock.today(), execution="Fine paid")
    if CaseState.CLOSING in steps:
        closing.ask_close(case, officer, opinion="Everything is done")
    if CaseState.CLOSED in steps:
        closing.close(case, chief, opinion="Agreed")
    return case


def load_case(case_id: int, actor: Actor = SYSTEM) -> Case:
    return queries.get_case(case_id, actor)


def at(*parts: int) -> datetime:
    """An instant of Shanghai."""
    return datetime(*parts, tzinfo=clock.SHANGHAI)  # type: ignore[arg-type,misc]
