"""Which weights a node is told to run, gets, and says that it refuses."""

from __future__ import annotations

import hashlib

import pytest

from supervision.core import attachments
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict
from supervision.core.notices import Notice
from supervision.detector import service
from supervision.video import queries, weights
from tests.factories.models import a_candidate, model, onnx_bytes, promoted, seeded
from tests.factories.video import camera_uid, make_camera, make_node
from vision import contract
from vision.contract import DetectorHealth, ModelHealth, ModelState

CONTRACT = {contract.HEADER: str(contract.CONTRACT_VERSION)}


def _give(camera_id, model_id):
    with transaction():
        weights.give([queries.get_camera(camera_id, SYSTEM)], model(model_id), SYSTEM)


def _config(node):
    return node.call("GET", "/config", headers=CONTRACT).json


@pytest.fixture
def node(app, cast):
    return make_node(app)


def test_the_workers_own_weights_are_the_default_that_is_not_named(cast, node):
    seeded()
    make_camera(cast, node)
    told = _config(node)
    assert (told["model"], told["models"], told["cameras"][0]["model"]) == ("", [], "")


def test_a_camera_on_trial_names_its_weights_and_the_others_do_not(cast, node):
    seeded()
    tried, other = make_camera(cast, node), make_camera(cast, node, name="Line 3")
    before = _config(node)["config_version"]
    ident = a_candidate()
    _give(tried, ident)
    told = _config(node)
    sha256 = hashlib.sha256(onnx_bytes("2")).hexdigest()
    by_uid = {camera["camera_id"]: camera["model"] for camera in told["cameras"]}
    assert by_uid == {camera_uid(tried): sha256, camera_uid(other): ""}
    assert [(m["sha256"], m["version"]) for m in told["models"]] == [(sha256, "2")]
    assert told["config_version"] != before
    with pytest.raises(Conflict, match="another trial"):
        _give(tried, a_candidate("3"))
    with transaction():
        assert weights.take_back(model(ident), SYSTEM) == 1
    assert _config(node)["config_version"] == before


def test_a_promoted_model_is_the_default_of_every_node_until_it_is_rolled_back(cast, node):
    seeded()
    make_camera(cast, node)
    ident = promoted()
    told = _config(node)
    assert (told["model"], len(told["models"])) == (model(ident).sha256, 1)
    with transaction():
        service.roll_back(model(ident), SYSTEM)
    assert _config(node)["model"] == ""


def test_a_node_gets_the_bytes_that_it_is_to_run_whole_or_from_where_it_was_cut(cast, node):
    seeded()
    ident = a_candidate()
    data, path = onnx_bytes("2"), f"/models/{model(ident).sha256}"
    camera = make_camera(cast, node)
    assert node.call("GET", path).status_code == 404, "its configuration does not name them"
    _give(camera, ident)
    answer = node.call("GET", path)
    assert (answer.status_code, answer.data) == (200, data)
    rest = node.call("GET", path, headers={"Range": "bytes=100-"})
    assert (rest.status_code, rest.data) == (206, data[100:])
    assert node.call("GET", f"/models/{'f' * 64}").status_code == 404
    assert make_node(node.app, "Other").call("GET", path).status_code == 404


def test_bytes_that_have_changed_where_they_lie_are_given_to_nobody(cast, node):
    seeded()
    ident = promoted()
    make_camera(cast, node)
    found = model(ident)
    attachments.storage().path(found.sha256).write_bytes(b"x" * found.size)
    for _twice in range(2):
        answer = node.call("GET", f"/models/{found.sha256}")
        assert (answer.status_code, answer.json["field"]) == (503, "sha256")
    assert model(ident).damaged_at is not None
    told = db.session.scalars(db.select(Notice).where(Notice.kind == "detector.damaged")).all()
    assert len(told) == 1


def _refusals():
    db.session.rollback()
    stmt = db.select(Notice).where(Notice.kind == "video.model_refused")
    return [notice.params for notice in db.session.scalars(stmt)]


def test_a_node_that_refuses_weights_is_told_of_once(cast, node):
    seeded()
    found = model(a_candidate())
    sha256 = found.sha256
    bad = ModelHealth(sha256, ModelState.REFUSED, "came with another hash")
    for _twice in range(2):
        assert node.beat(models=(bad,)).status_code == 200
    assert _refusals() == [
        {"node": "Gate house", "model": "site-safety 2", "detail": "came with another hash"}
    ]
    assert node.beat(models=(ModelHealth(sha256, ModelState.READY),)).status_code == 200
    row = queries.get_node(node.id, SYSTEM)
    assert [(m.health.sha256, m.health.state) for m in weights.model_lines([row])[row.id]] == [
        (sha256, ModelState.READY)
    ]
    node.beat(models=(bad,))
    assert len(_refusals()) == 2, "it was well in between"


def test_of_what_a_node_says_of_its_weights_a_line_is_kept(cast, node):
    long = ModelHealth("c" * 64, ModelState.FAILED, "x" * 2000)
    answer = node.beat(models=(long,))
    assert answer.status_code == 200
    [kept] = queries.get_node(node.id, SYSTEM).models
    assert kept["detail"] == "x" * 500


def test_each_group_of_a_cluster_speaks_for_its_own_machine(cast, node):
    one, two = (ModelHealth(c * 64, ModelState.READY) for c in "ab")
    bad = ModelHealth("b" * 64, ModelState.REFUSED, "other bytes")
    node.beat(models=(one,), group="g1", machine="host-1")
    for _twice in range(2):
        node.beat(models=(one, bad), group="g2", machine="host-2")
    node.beat(models=(one, two), group="g3", machine="host-2")
    row = queries.get_node(node.id, SYSTEM)
    said = {
        (line.health.sha256[0], line.health.state): line.groups
        for line in weights.model_lines([row])[row.id]
    }
    assert said == {
        ("a", ModelState.READY): ("g1", "g2", "g3"),
        ("b", ModelState.REFUSED): ("g2",),
        ("b", ModelState.READY): ("g3",),
    }
    assert len(_refusals()) == 1


def test_the_node_page_names_the_weights_and_what_is_wrong_with_them(cast, node, pages):
    found = model(a_candidate())
    bad = ModelHealth(found.sha256, ModelState.REFUSED, "came with another hash")
    other = ModelHealth("e" * 64, ModelState.READY)
    node.beat(models=(bad, other))
    page = pages.get("administrator", f"/video/nodes/{node.id}").text
    for words in (
        "site-safety 2",
        "came with another hash",
        "Refused by the node",
        "not registered",
    ):
        assert words in page


def test_two_processes_on_one_device_are_told_apart_by_their_weights(cast, node, pages):
    found = model(a_candidate())
    running = DetectorHealth("cpu", is_up=True), DetectorHealth("cpu", True, model=found.sha256)
    node.beat(models=(ModelHealth(found.sha256, ModelState.READY),), detectors=running)
    page = pages.get("administrator", f"/video/nodes/{node.id}").text
    assert page.count('<span class="mono">cpu</span>') == 2
    assert page.count('<span class="cell-sub">site-safety 2</span>') == 1
