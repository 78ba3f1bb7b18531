"""One of everything in the plant and in a plant of another district, for tests of access."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Flask

from supervision import seeds
from supervision.authority.queries import certificates_on
from supervision.casefile.workflow import CaseState
from supervision.core import clock, notices
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.notices import Audience
from supervision.core.scope import unscoped
from supervision.enterprise import queries as enterprises
from supervision.enterprise import service as registry
from supervision.hazard import listing, regrade, service
from supervision.hazard import queries as hazards
from supervision.hazard.rules import Grade
from supervision.inbox import jobs as inbox
from supervision.inbox.models import InboxItem
from supervision.inspection import queries as inspections
from supervision.inspection.workflow import InspectionState
from supervision.report import jobs as reports
from supervision.report import queries as packages
from supervision.report import service as packaging
from tests.cast import Cast
from tests.factories.authorities import certify, make_authority
from tests.factories.canaries import a_canary
from tests.factories.cases import build_case
from tests.factories.chemicals import chemical_ids
from tests.factories.commitments import a_commitment
from tests.factories.datasets import a_dataset
from tests.factories.desks import a_question
from tests.factories.documents import a_document
from tests.factories.duties import some_duties
from tests.factories.escalations import a_ladder
from tests.factories.exports import list_things
from tests.factories.gates import a_gate
from tests.factories.hazards import document, finding, photo, plan_parts
from tests.factories.imports import an_import
from tests.factories.inspections import make_checklist, make_inspection
from tests.factories.invitations import an_invitation
from tests.factories.licences import a_licence
from tests.factories.listings import terms
from tests.factories.maps import a_map
from tests.factories.orders import an_order
from tests.factories.people import some_people
from tests.factories.plans import a_plan
from tests.factories.platforms import a_platform
from tests.factories.proofs import a_proof
from tests.factories.returns import a_return
from tests.factories.risks import a_risk
from tests.factories.roll import a_roll
from tests.factories.scores import a_score
from tests.factories.searches import a_search
from tests.factories.selfchecks import a_selfcheck
from tests.factories.trials import a_trial
from tests.factories.video import (
    Node,
    camera_care,
    evidence_care,
    make_camera,
    make_node,
    make_violation,
)

# In every text of the far plant; whoever does not see that plant must never read it.
FAR = "ZZFAR"


@dataclass(frozen=True)
class Place:
    """Ids of one enterprise's rows, under the names that addresses give them."""

    enterprise_id: int
    hazard_id: int
    file_id: int
    extension_id: int
    record_id: int
    regrade_id: int
    camera_id: int
    violation_id: int
    package_id: int
    request_id: int
    authority_id: int
    certificate_id: int
    listing_id: int
    inspection_id: int
    order_id: int
    case_id: int
    decision_id: int
    evidence_id: int
    node: Node
    # Where two slices give an address's number the same name: "inspection.item_id".
    own: dict[str, int | str]

    @property
    def ids(self) -> dict[str, int | str]:
        own = {k: v for k, v in self.__dict__.items() if k.endswith("_id")}
        return own | {"node_id": self.node.id, "token_id": self.node.token_id} | self.own


def build(app: Flask, cast: Cast, enterprise_id: int, *, officer: str, mark: str) -> Place:
    """A major ticket with papers, a photo and a pending extension, a camera with a violation, a package."""
    # Nodes belong to the whole installation: a section chief chooses among all of them.
    node = make_node(app, f"Node {enterprise_id}")
    camera = make_camera(cast, node, enterprise_id=enterprise_id, name=f"{mark} camera")
    seen = make_violation(node, camera)
    hazard = _ticket(cast, enterprise_id, officer, mark)
    ticket = hazards.get_hazard(hazard, SYSTEM)
    ids = ticket.files[0].id, ticket.extensions[0].id, ticket.records[0].id, ticket.regrades[0].id
    package = _package(enterprise_id)
    authority = _authority(cast, enterprise_id, officer)
    inspection, own = _inspection(cast, enterprise_id, officer, mark)
    case_id, decision_id, evidence_id, paper_id = _case(cast, enterprise_id, officer, mark)
    order, papers = an_order(cast, enterprise_id, officer, SECOND[officer], mark)
    plans = a_plan(cast, authority[0], enterprise_id, officer, mark)
    risks = a_risk(cast, enterprise_id, mark)
    return Place(
        enterprise_id,
        hazard,
        *ids,
        camera,
        seen,
        *package,
        *authority,
        listing_id=ticket.listings[0].id,
        inspection_id=inspection,
        order_id=order,
        case_id=case_id,
        decision_id=decision_id,
        evidence_id=evidence_id,
        node=node,
        own={"casefile.paper_id": paper_id}
        | own
        | papers
        | plans
        | some_duties(authority[0], enterprise_id, mark)
        | an_import(cast, officer, mark)
        | an_invitation(enterprise_id, cast[officer], mark)
        | list_things(cast, officer, enterprise_id)
        | a_ladder(cast, enterprise_id, officer, mark)
        | a_document(cast, enterprise_id, officer, mark)
        | a_roll(cast, enterprise_id, officer, mark)
        | chemical_ids(enterprise_id, cast[officer], mark)
        | risks
        | a_map(enterprise_id, camera, risks["risk.plan_id"])
        | camera_care(node, camera, mark)
        | a_trial(node, camera, seen)
        | a_platform(camera, mark)
        | a_search(node, enterprise_id, mark)
        | a_canary(node, camera, mark)
        | a_dataset(cast)
        | a_question(seen, cast[officer], mark)
        | a_proof(enterprise_id, hazard, camera)
        | a_return(enterprise_id, mark)
        | a_gate(cast, node, camera, officer, APPROVER[officer], mark)
        | evidence_care(seen, cast["video_operator"], mark)
        | some_people(cast, enterprise_id, mark)
        | a_score(enterprise_id, mark)
        | a_commitment(cast, enterprise_id, mark)
        | a_selfcheck(enterprise_id, mark)
        | a_licence(cast, enterprise_id, officer, mark),
    )


# Who inspects with whom, so that one of them sees the other.
SECOND = {"district_officer": "section_chief", "other_district": "city_officer"}
# Who approves what the officer drew up; nobody of the cast is chief in the far district.
APPROVER = {"district_officer": "section_chief", "other_district": None}


def _inspection(
    cast: Cast, enterprise_id: int, officer: str, mark: str
) -> tuple[int, dict[str, int]]:
    """The id of a recorded inspection with a photo, and of what hangs on it and beside it."""
    second = SECOND[officer]
    held = certificates_on(clock.today(), [cast.accounts[officer]])[cast.accounts[officer]]
    certify(cast, second, held.authority_id)
    with transaction():
        seeds.load_documents()
    inspection_id = make_inspection(
        cast,
        InspectionState.RECORDED,
        by=second,
        approver="section_chief" if second != "section_chief" else None,
        enterprise_id=enterprise_id,
        officer_ids=[cast.accounts[officer], cast.accounts[second]],
        subject=f"{mark} subject",
        place=f"{mark} hall",
        with_photo=True,
    )
    found = inspections.get_inspection(inspection_id, SYSTEM)
    lists = make_checklist(cast, code=f"LIST-{enterprise_id}")
    return inspection_id, {
        "inspection.file_id": found.files[0].id,
        "inspection.signature_id": found.signatures[0].id,
        "inspection.document_id": found.document_id or 0,
        "inspection.checklist_id": lists[0],
        "inspection.item_id": lists[1],
    }


def _case(cast: Cast, enterprise_id: int, officer: str, mark: str) -> tuple[int, int, int, int]:
    """Ids of a case whose decision was served, of the decision, its evidence and a paper."""
    handlers = [cast.accounts[who] for who in (officer, SECOND[officer])]
    with transaction():
        case = build_case(
            enterprise_id,
            CaseState.SERVED,
            cast[officer],
            SYSTEM,
            cast,
            officer_ids=handlers,
            cause=f"{mark} cause",
            facts=f"{mark} facts",
        )
        return case.id, case.decisions[0].id, case.evidence[0].id, case.papers[0].id


def _authority(cast: Cast, enterprise_id: int, officer: str) -> tuple[int, int]:
    """Ids of the district's authority and of the officer's certificate."""
    region = enterprises.get_enterprise(enterprise_id, SYSTEM).region_code[:6]
    authority_id = make_authority(region)
    return authority_id, certify(cast, officer, authority_id)


def _ticket(cast: Cast, enterprise_id: int, officer: str, mark: str) -> int:
    actor = cast[officer]
    with transaction():
        plant = enterprises.get_enterprise(enterprise_id, actor)
        hazard = service.report(
            plant, actor, finding(place=f"{mark} line", photos=[photo(actor)])
        )  # fmt: skip
        service.grade(hazard, actor, grade=Grade.MAJOR, reason=f"{mark} reason")
        due = clock.today() + timedelta(days=7)
        service.assign(hazard, actor, responsible_person=f"{mark} person", due_on=due)
        fixer = cast["safety_manager"]
        service.start(hazard, fixer, measures="Fit the guard", parts=plan_parts())
        document(hazard, fixer, paper=photo(fixer))
        regrade.request(hazard, actor, grade=Grade.GENERAL, reason=f"{mark} lower")
        service.request_extension(
            hazard, cast["safety_manager"], requested_due_on=due + timedelta(days=2), reason="late"
        )
        listed = listing.propose(hazard, actor, terms(organ=f"{mark} committee"))
        listing.approve(listed, SYSTEM)
        return hazard.id


def _package(enterprise_id: int) -> tuple[int, int]:
    """Ids of last month's package and of the request for it."""
    with transaction():
        subject = packages.of_enterprise(enterprises.get_enterprise(enterprise_id, SYSTEM))
        last = clock.today().replace(day=1) - timedelta(days=1)
        asked = packaging.ask(SYSTEM, subject, last.year, last.month).id
    reports.make_queued(clock.now())
    found = packages.get_request(asked, SYSTEM).package_id
    db.session.rollback()
    assert found is not None
    return found, asked


def tell(cast: Cast, who: str) -> int:
    """The id of a delivered notice to ``who``."""
    with transaction():
        notice = notices.queue(
            "hazard.closed", Audience.ACCOUNT, cast.accounts[who], link="/hazards/", number="YH-1"
        )
        db.session.flush()
        ident = notice.id
    inbox.deliver(clock.now())
    stmt = db.select(InboxItem.id).where(InboxItem.notice_id == ident)
    item: int = db.session.scalars(unscoped(stmt, reason="a test looks")).one()
    db.session.rollback()
    return item


@dataclass(frozen=True)
class World:
    """The plant's place, the far plant's, and the name of the scene they make."""

    SCENE = "world"

    near: Place
    far: Place


def two_plants(app: Flask, cast: Cast) -> World:
    """One of everything in the plant, and of another name in the far one."""
    near = build(app, cast, cast.plant_id, officer="district_officer", mark="NEAR")
    with transaction():
        plant = enterprises.get_enterprise(cast.far_plant_id, SYSTEM)
        registry.change(plant, SYSTEM, {"name": f"{FAR} Works", "short_name": f"{FAR} Works"})
    far = build(app, cast, cast.far_plant_id, officer="other_district", mark=FAR)
    return World(near, far)
