"""The node's page: whether several machines share its cameras."""

from __future__ import annotations

import pytest

from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.video import queries
from tests.factories.video import camera_uid, make_camera, make_node
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


def test_only_who_administers_nodes_may_change_it(pages, node):
    url = f"/video/nodes/{node.id}/share"
    assert pages.post("district_officer", url, {"lease_s": "6"}).status_code == 403
