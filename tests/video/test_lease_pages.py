"""The node's page: whether several machines share its cameras."""

from __future__ import annotations

from datetime import timedelta

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.video import queries
from tests.factories.video import camera_uid, make_camera, make_event, make_node, violation
from vision import contract
from vision.contract import LeaseAsk


@pytest.fixture
def node(app, cast):
    return make_node(app)


def lease_of(node):
    db.session.rollback()
    return queries.get_node(node.id, SYSTEM).lease_s


def test_an_administrator_lets_several_machines_share_a_nodes_cameras(pages, cast, node):
    camera = camera_uid(make_camera(cast, node))
    url = f"/video/nodes/{node.id}"
    assert pages.post("administrator", f"{url}/share", {"lease_s": "6"}).status_code == 302
    assert lease_of(node) == 6
    page = pages.get("administrator", url).text
    assert "No machine holds a camera" in page
    node.call("POST", "/leases", json=contract.to_json(LeaseAsk(node.uid, "group-7", (camera,))))
    assert "group-7" in pages.get("administrator", url).text
    assert pages.post("administrator", f"{url}/share", {"lease_s": ""}).status_code == 302
    assert lease_of(node) == 0


@pytest.mark.parametrize("given", ["1", "500", "-6", "soon"])
def test_a_lease_that_cannot_be_is_refused_beside_its_field(pages, node, given):
    answer = pages.post("administrator", f"/video/nodes/{node.id}/share", {"lease_s": given})
    assert answer.status_code == 422
    assert lease_of(node) == 0


def test_the_page_of_what_was_cut_off_says_why_it_is_filed(pages, cast, node):
    camera_id = make_camera(cast, node)
    pages.post("administrator", f"/video/nodes/{node.id}/share", {"lease_s": "6"})
    camera, start = camera_uid(camera_id), clock.now() - timedelta(hours=1)
    for holder, at_s in (("a", 0), ("b", 20)):
        with clock.frozen(start + timedelta(seconds=at_s)):
            ask = LeaseAsk(node.uid, holder, (camera,))
            assert node.call("POST", "/leases", json=contract.to_json(ask)).status_code == 200
    for lease, at_s in ((2, 22), (1, 3)):
        seen = start + timedelta(seconds=at_s)
        event = make_event(node, camera, started_at=seen, lease=lease)
        assert node.send(event).status_code == 201
    page = pages.get("district_officer", f"/video/{violation(event.event_id).id}").text
    assert "was cut off, and the next one saw the same thing" in page


def test_only_who_administers_nodes_may_change_it(pages, node):
    url = f"/video/nodes/{node.id}/share"
    assert pages.post("district_officer", url, {"lease_s": "6"}).status_code == 403
