"""Three times the rows, the same number of questions to the database: on every list and the file."""

from __future__ import annotations

from collections import Counter

from supervision.account.roles import Role
from supervision.casefile.workflow import CaseState
from supervision.core import audit, clock
from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.core.spans import Frequency
from supervision.enterprise import service as registry
from supervision.hazard.workflow import HazardState
from supervision.order.workflow import OrderState
from supervision.report import jobs as reports
from supervision.report import queries as packages
from supervision.report import service as packaging
from supervision.video import maintenance
from supervision.video import queries as cameras
from supervision.video.rules import TicketFault
from tests.cast import enterprise_values
from tests.factories.authorities import certify
from tests.factories.canaries import a_canary
from tests.factories.cases import law, make_case
from tests.factories.commitments import a_commitment, committed
from tests.factories.duties import some_duties
from tests.factories.hazards import make_hazard
from tests.factories.invitations import make_invitation
from tests.factories.licences import ending, make_licence
from tests.factories.listings import make_listing
from tests.factories.orders import make_order
from tests.factories.returns import a_return
from tests.factories.risks import make_plan, make_point
from tests.factories.scores import a_score
from tests.factories.searches import a_search
from tests.factories.selfchecks import a_list, a_plan_of_rounds, a_selfcheck
from tests.factories.video import make_camera, make_node, make_violation
from tests.factories.world import tell
from tests.statements import counted

COLOURS = ("red", "navy", "teal", "gold", "olive", "plum", "tan", "pink")

# Address and who reads it; {plant} is the plant's id.
PAGES = (
    ("/", "district_officer"),
    ("/", "plant_manager"),
    ("/", "administrator"),
    ("/", "worker"),
    ("/today", "plant_manager"),
    ("/today", "worker"),
    ("/enterprises/{plant}/guide", "plant_manager"),
    ("/invitations/", "plant_manager"),
    ("/hazards/", "district_officer"),
    ("/hazards/?group=open&sort=due", "plant_manager"),
    ("/hazards/export.xlsx", "district_officer"),
    ("/listings/", "district_officer"),
    ("/orders/", "district_officer"),
    ("/orders/", "plant_manager"),
    ("/orders/export.xlsx", "district_officer"),
    ("/enterprises/{plant}/tabs/orders", "district_officer"),
    ("/cases/", "district_officer"),
    ("/enterprises/{plant}/tabs/cases", "district_officer"),
    ("/video/?status=", "video_operator"),
    ("/video/cameras/", "section_chief"),
    ("/video/tickets/", "section_chief"),
    ("/video/searches/", "section_chief"),
    ("/video/nodes/", "administrator"),
    ("/video/nodes/parked", "administrator"),
    ("/models/", "administrator"),
    ("/model-trials/", "administrator"),
    ("/enterprises/", "district_officer"),
    ("/enterprises/", "city_officer"),
    ("/enterprises/export.xlsx", "district_officer"),
    ("/account/people", "administrator"),
    ("/audit/", "auditor"),
    ("/inbox/", "district_officer"),
    ("/reports/", "district_officer"),
    ("/enterprises/{plant}", "district_officer"),
    ("/enterprises/{plant}", "plant_manager"),
    ("/enterprises/{plant}/tabs/hazards", "district_officer"),
    ("/enterprises/{plant}/tabs/risks", "district_officer"),
    ("/licences/", "district_officer"),
    ("/licences/missing", "district_officer"),
    ("/licences/export.xlsx", "district_officer"),
    ("/enterprises/{plant}/tabs/licences", "plant_manager"),
    ("/risks/", "district_officer"),
    ("/risks/export.xlsx", "district_officer"),
    ("/risks/board/{plant}", "plant_manager"),
    ("/enterprises/{plant}/tabs/video", "district_officer"),
    ("/enterprises/{plant}/tabs/reports", "district_officer"),
    ("/enterprises/{plant}/tabs/people", "administrator"),
    ("/returns/", "district_officer"),
    ("/returns/?group=overdue&sort=due", "plant_manager"),
    ("/returns/export.xlsx", "district_officer"),
    ("/enterprises/{plant}/tabs/returns", "plant_manager"),
    ("/self-checks/", "district_officer"),
    ("/self-checks/", "plant_manager"),
    ("/self-checks/export.xlsx", "district_officer"),
    ("/self-checks/months", "district_officer"),
    ("/self-checks/lists", "plant_manager"),
    ("/self-checks/enterprises/{plant}/plans", "plant_manager"),
    ("/self-checks/assignments", "section_chief"),
    ("/enterprises/{plant}/tabs/selfchecks", "district_officer"),
    ("/commitments/", "district_officer"),
    ("/commitments/export.xlsx", "district_officer"),
    ("/commitments/months", "district_officer"),
    ("/commitments/enterprises/{plant}", "plant_manager"),
    ("/enterprises/{plant}/tabs/commitments", "district_officer"),
    ("/scores/", "district_officer"),
    ("/scores/export.xlsx", "district_officer"),
    ("/scores/enterprises/{plant}", "plant_manager"),
    ("/scores/tables", "district_officer"),
    ("/enterprises/{plant}/tabs/score", "district_officer"),
    ("/duties/", "district_officer"),
    ("/duties/export.xlsx", "district_officer"),
    ("/duties/enterprises/{plant}", "plant_manager"),
    ("/duties/supervision", "district_officer"),
    ("/duties/law", "plant_manager"),
    ("/enterprises/{plant}/tabs/duties", "district_officer"),
)


def grow(app, cast, authority, start, count):
    """``count`` more of everything that a list shows."""
    for number in range(start, start + count):
        with transaction():
            values = enterprise_values(100 + number, officer_id=cast.accounts["district_officer"])
            plant = registry.register(SYSTEM, values).id
        make_hazard(cast, HazardState.SUBMITTED)
        make_hazard(cast, HazardState.ASSIGNED)
        make_point(cast, area_id=make_plan(cast, name=f"Floor {number}")[1])
        make_listing(cast)
        make_licence(cast, number=f"L-{number}", valid_to=ending(-3))
        make_case(cast, CaseState.FILED)
        make_order(cast, OrderState.SERVED)
        node = make_node(app, f"Node {number}")
        camera = make_camera(cast, node, name=f"Camera {number}")
        make_violation(node, camera, colour=COLOURS[number])
        make_violation(node, camera, with_files=False)
        node.send({"event_id": f"broken-{number}"})
        a_search(node, cast.plant_id, f"Search {number}")
        with transaction():
            unwell = cameras.get_camera(camera, SYSTEM)
            maintenance.open_ticket(unwell, TicketFault.COVERED, since=clock.now())
        make_invitation(cast.plant_id, cast["plant_manager"], Role.EMPLOYEE)
        with transaction():
            a_list(f"LIST-{number}", Frequency.DAILY)
            a_plan_of_rounds(cast.plant_id, f"LIST-{number}")
        a_return(cast.plant_id, f"Quarter {number}", year=2000 + number)
        tell(cast, "district_officer")
        a_canary(node, camera, f"m{number}")
        a_selfcheck(plant, f"Plant {number}")
        a_commitment(cast, plant, f"Plant {number}")
        committed(cast, days_ago=number + 1)
        for owner in (plant, cast.plant_id):
            some_duties(authority, owner, f"Plant {number}")
            a_score(owner, f"Plant {number}")
        with transaction():
            a_list(f"MORE-{number}")
            a_plan_of_rounds(cast.plant_id, f"MORE-{number}", account_id=cast.accounts["worker"])
        with transaction():
            subject = packages.of_enterprise(packages.enterprises.get_enterprise(plant, SYSTEM))
            packaging.ask(SYSTEM, subject, 2026, 9)
        reports.make_queued(clock.now())
        with transaction():
            audit.seal()


def test_longer_lists_ask_no_more(app, pages, cast):
    authority = law(cast)
    certify(cast, "section_chief", authority)
    grow(app, cast, authority, 0, 2)
    first = {page: count(pages, cast, *page) for page in PAGES}
    grow(app, cast, authority, 2, 4)
    second = {page: count(pages, cast, *page) for page in PAGES}
    more = {page: (first[page], second[page]) for page in PAGES if second[page] > first[page]}
    assert more == {}


def test_a_page_of_many_parts_asks_for_the_menu_and_the_bell_once(app, pages, cast):
    """The start page is a template of templates; each of them would count all over again."""
    client = pages.as_("section_chief")
    with counted() as statements:
        client.get("/")
    assert sum("FROM inbox_item" in s for s in statements) == 1
    assert max(Counter(statements).values()) <= 2


def count(pages, cast, url, who):
    client = pages.as_(who)
    with counted() as statements:
        answer = client.get(url.format(plant=cast.plant_id))
    assert answer.status_code == 200, f"{url} as {who}: {answer.status_code}"
    return len(statements)
