"""Cameras that need somebody: tickets by event and by heartbeat, and who may close them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.notices import Notice
from supervision.core.scope import visible
from supervision.hazard.models import Hazard
from supervision.video import maintenance, queries, service, ticket_queries
from supervision.video.rules import RejectReason, TicketFault
from supervision.video.ticket_models import CameraTicket
from supervision.video.workflow import TicketState
from tests.factories.video import camera_uid, make_camera, make_event, make_node, violation
from vision.contract import (
    CameraHealth,
    CameraState,
    NodeConfig,
    RuleKind,
    StreamFault,
    ViewState,
    parse,
)


@pytest.fixture
def node(app, cast):
    return make_node(app)


@pytest.fixture
def camera(cast, node):
    return make_camera(cast, node)


def tickets():
    db.session.rollback()
    stmt = visible(CameraTicket, SYSTEM).order_by(CameraTicket.id)
    return db.session.scalars(stmt.execution_options(populate_existing=True)).all()


def told():
    return [notice.kind for notice in db.session.scalars(db.select(Notice).order_by(Notice.id))]


def covered(node, camera, **changes):
    """A VIEW_FAULT episode that opens."""
    values = {"rule_id": "view_fault", "rule_kind": RuleKind.VIEW_FAULT, "detail": "covered"}
    event = make_event(node, camera_uid(camera), **{**values, **changes})
    assert node.send(event).status_code == 201
    return event


def line(camera, state=CameraState.RUNNING, **values):
    return CameraHealth(camera_uid(camera), state, **values)


def load(ticket, actor):
    return ticket_queries.get_ticket(ticket.id, actor, for_update=True)


def later(**span):
    return clock.frozen(clock.now() + timedelta(**span))


def test_a_covered_camera_gets_one_ticket_and_its_violation_still_waits(node, camera, cast):
    event = covered(node, camera)
    covered(node, camera)
    [ticket] = tickets()
    assert (ticket.fault, ticket.status) == (TicketFault.COVERED, TicketState.OPEN)
    assert ticket.opened_at == event.started_at
    assert ticket.enterprise_id == cast.plant_id
    assert ticket.violation_id == violation(event.event_id).id
    assert told().count("video.view_fault") == 2  # the enterprise's people, and who supervises it
    waiting = queries.pending_count(cast["video_operator"], cap=10)
    assert waiting == 2


def test_each_violation_of_a_fault_leads_to_the_ticket_and_the_ticket_to_its_own(
    pages, node, camera
):
    started = clock.now() - timedelta(minutes=9)
    events = [covered(node, camera, started_at=started), covered(node, camera)]
    [ticket] = tickets()
    ids = [violation(event.event_id).id for event in events]
    for ident in ids:
        page = pages.get("safety_manager", f"/video/{ident}").text
        assert f'href="/video/tickets/{ticket.id}"' in page
    page = pages.get("safety_manager", f"/video/tickets/{ticket.id}").text
    assert f'href="/video/{ids[0]}?' in page
    assert "Something hides the view." in page


def test_the_list_is_narrowed_and_a_ticket_closed_on_its_page(pages, node, camera):
    covered(node, camera)
    [ticket] = tickets()
    own = f'href="/video/tickets/{ticket.id}"'
    for query, is_there in (("", True), ("fault=tls", False), ("text=nowhere", False)):
        assert (own in pages.get("plant_manager", f"/video/tickets/?{query}").text) is is_there
    assert own in pages.get("plant_manager", f"/video/cameras/{camera}/tickets").text
    assert "Cameras that need somebody" in pages.get("video_operator", "/").text
    url = f"/video/tickets/{ticket.id}"
    assert pages.post("plant_manager", f"{url}/finish", {"note": ""}).status_code == 422
    assert pages.post("plant_manager", f"{url}/acknowledge").location == url
    assert pages.post("plant_manager", f"{url}/finish", {"note": "Wiped"}).location == url
    assert pages.post("safety_manager", f"{url}/finish", {"note": "Me too"}).status_code == 409
    assert own not in pages.get("plant_manager", "/video/tickets/").text
    assert own in pages.get("plant_manager", "/video/tickets/?status=done").text


def test_tampering_is_a_hazard_when_a_person_says_so(node, camera, cast):
    event = covered(node, camera)
    with transaction():
        service.confirm(violation(event.event_id).id, cast["video_operator"])
    [hazard] = db.session.scalars(visible(Hazard, SYSTEM)).all()
    assert (hazard.factor, hazard.category) == ("management", "site")
    assert tickets()[0].status is TicketState.OPEN


def test_a_test_or_maintenance_leaves_only_the_ticket(node, camera, cast):
    event = covered(node, camera)
    with transaction():
        ident = violation(event.event_id).id
        service.reject(ident, cast["video_operator"], reason=RejectReason.TEST)
    assert db.session.scalars(visible(Hazard, SYSTEM)).all() == []
    assert [t.status for t in tickets()] == [TicketState.OPEN]


def test_a_view_that_is_well_again_closes_its_ticket_but_not_by_a_heartbeat_on_its_way(
    node, camera
):
    covered(node, camera)
    node.beat(line(camera))
    assert tickets()[0].done_at is None
    with later(minutes=1):
        node.beat(line(camera, view=ViewState.BLACK))
        [ticket] = tickets()
        assert (ticket.status, ticket.is_closed_by_system) == (TicketState.DONE, True)


@pytest.mark.parametrize("state", [CameraState.FAILED, CameraState.STARTING])
def test_a_camera_that_does_not_run_is_not_well(node, camera, state):
    covered(node, camera)
    with later(minutes=1):
        node.beat(line(camera, state))
    assert tickets()[0].done_at is None


def test_a_refused_password_opens_a_ticket_at_once_and_running_closes_it(node, camera):
    failed = line(camera, CameraState.FAILED, fault=StreamFault.AUTHENTICATION)
    node.beat(failed)
    node.beat(failed)
    [ticket] = tickets()
    assert ticket.fault is TicketFault.AUTHENTICATION
    assert told().count("video.stream_fault") == 2
    with later(minutes=1):
        node.beat(line(camera))
    assert tickets()[0].is_closed_by_system


def test_what_passes_by_itself_gets_ten_minutes(node, camera):
    failed = line(camera, CameraState.FAILED, fault=StreamFault.TIMEOUT)
    node.beat(failed)
    with later(minutes=8):
        node.beat(line(camera, CameraState.STARTING))
        assert tickets() == []
    with later(minutes=11):
        node.beat(failed)
        [ticket] = tickets()
    assert ticket.fault is TicketFault.TIMEOUT
    assert ticket.told_at - ticket.opened_at > timedelta(minutes=10)


def test_a_bad_view_without_an_event_opens_a_ticket_and_a_late_event_gives_it_its_picture(
    node, camera
):
    since = clock.now() - timedelta(minutes=2)
    node.beat(line(camera, view=ViewState.MOVED, view_since=since))
    assert [t.fault for t in tickets()] == [TicketFault.MOVED]
    event = covered(node, camera, detail="moved")
    [ticket] = tickets()
    assert (ticket.opened_at, ticket.violation_id) == (since, violation(event.event_id).id)


def test_a_closed_ticket_is_not_opened_anew_before_the_worker_could_try(node, camera, cast):
    failed = line(camera, CameraState.FAILED, fault=StreamFault.AUTHENTICATION)
    node.beat(failed)
    with transaction():
        maintenance.finish(load(tickets()[0], SYSTEM), cast["safety_manager"], note="New password")
    node.beat(failed)
    assert len(tickets()) == 1
    with later(minutes=11):
        node.beat(failed)
    assert [t.status for t in tickets()] == [TicketState.DONE, TicketState.OPEN]
    assert len(told()) == 2  # the same trouble within an hour is no news


def test_a_camera_of_another_node_gets_no_ticket(app, node, camera):
    other = make_node(app, "Other")
    other.beat(line(camera, CameraState.FAILED, fault=StreamFault.TLS))
    assert tickets() == []


def test_a_ticket_is_taken_over_and_closed_with_words(node, camera, cast):
    covered(node, camera)
    actor = cast["safety_manager"]
    with transaction():
        maintenance.acknowledge(load(tickets()[0], actor), actor)
    with pytest.raises(Conflict), transaction():
        maintenance.acknowledge(load(tickets()[0], actor), actor)
    with pytest.raises(InvalidInput), transaction():
        maintenance.finish(load(tickets()[0], actor), actor, note="")
    with transaction():
        maintenance.finish(load(tickets()[0], actor), actor, note="Took the bag off")
    [ticket] = tickets()
    assert (ticket.acknowledged_by, ticket.done_by) == ("Safety Manager", "Safety Manager")
    assert (ticket.note, ticket.is_closed_by_system) == ("Took the bag off", False)


@pytest.mark.parametrize(
    ("who", "error"),
    [("auditor", Forbidden), ("other_district", NotFound), ("other_plant", NotFound)],
)
def test_nobody_else_closes_a_ticket(node, camera, cast, who, error):
    covered(node, camera)
    with pytest.raises(error), transaction():
        maintenance.finish(load(tickets()[0], cast[who]), cast[who], note="Mine")
    assert tickets()[0].done_at is None


def test_a_camera_turned_on_purpose_learns_its_view_anew(pages, node, camera, cast):
    covered(node, camera, detail="moved")
    [ticket] = tickets()
    url = f"/video/tickets/{ticket.id}"
    assert "The view is right as it is now" not in pages.get("video_operator", url).text
    with pytest.raises(InvalidInput), transaction():
        accepted = load(ticket, cast["video_operator"])
        maintenance.finish(accepted, cast["video_operator"], note="Fine", view_is_right=True)
    assert "The view is right as it is now" in pages.get("section_chief", url).text
    before = configured(node)
    assert before.cameras[0].view_from is None
    given = {"note": "Turned to the new gate", "view_is_right": "y"}
    assert pages.post("section_chief", f"{url}/finish", given).location == url
    after = configured(node)
    assert after.cameras[0].view_from == tickets()[0].done_at
    assert after.config_version != before.config_version


def configured(node) -> NodeConfig:
    return parse(NodeConfig, node.call("GET", "/config").json)
