"""What a node is told, and how it proves who it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from supervision.account import service as accounts
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.notices import Audience, Notice
from supervision.video import equipment, jobs, queries
from supervision.video.rules import LiveState, NodeState
from tests.factories.video import HOSTS, URL, camera_uid, make_camera, make_node
from vision import contract
from vision.contract import CameraHealth, CameraState, NodeConfig, StreamFault

SILENT = 90


@pytest.fixture
def node(app, cast):
    return make_node(app)


def config(node, **kwargs):
    answer = node.call("GET", "/config", **kwargs)
    assert answer.status_code == 200, answer.text
    return contract.parse(NodeConfig, answer.json), answer.headers["ETag"]


def test_a_node_gets_its_own_enabled_cameras_with_their_addresses(app, cast, node):
    mine = camera_uid(make_camera(cast, node))
    make_camera(cast, node, name="Off", is_enabled=False)
    make_camera(cast, make_node(app, "Other"), name="Foreign")
    make_camera(cast, None, name="Nobody's")
    told, etag = config(node)
    assert [camera.camera_id for camera in told.cameras] == [mine]
    assert told.cameras[0].url == URL
    assert [rule.rule_id for rule in told.cameras[0].rules] == ["helmet_missing", "intrusion:press"]
    assert told.stream_hosts == ("127.0.0.1", "cameras.example")
    assert told.node == node.uid
    assert etag == f'"{told.config_version}"'


def test_an_unchanged_configuration_is_not_sent_again(cast, node):
    make_camera(cast, node)
    _told, etag = config(node)
    answer = node.call("GET", "/config", headers={"If-None-Match": etag})
    assert (answer.status_code, answer.data) == (304, b"")


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Renamed"},
        {"stream_url": "rtsp://cameras.example/other"},
        {"analysed_fps": 2.0},
        {"input_size": (320, 192)},
        {"is_enabled": False},
        {"rules": ()},
    ],
)
def test_any_change_makes_another_version(cast, node, change):
    camera_id = make_camera(cast, node)
    _told, etag = config(node)
    with transaction():
        camera = queries.get_camera(camera_id, SYSTEM)
        kept = {
            "name": camera.name,
            "place": camera.place,
            "node": queries.get_node(node.id, SYSTEM),
            "zones": camera.zone_list,
            "rules": camera.rule_list,
        }
        spec = equipment.CameraSpec(**{**kept, **change})
        equipment.change_camera(camera, SYSTEM, spec, stream_hosts=HOSTS)
    assert config(node, headers={"If-None-Match": etag})[1] != etag


def test_a_heartbeat_answers_with_the_version_of_the_configuration(cast, node):
    make_camera(cast, node)
    told, _etag = config(node)
    assert node.beat().json == {"config_version": told.config_version}


def test_a_heartbeat_tells_the_true_state_of_node_and_cameras(cast, node):
    camera_id = make_camera(cast, node)
    camera = queries.get_camera(camera_id, SYSTEM)
    assert camera.node.state(SILENT) is NodeState.NEVER
    assert camera.live_state(SILENT) is LiveState.NODE_OFFLINE
    row_version = camera.row_version
    failed = CameraHealth(
        camera.uid, CameraState.FAILED, fault=StreamFault.AUTHENTICATION, fault_detail="401"
    )
    assert node.beat(failed).status_code == 200
    db.session.rollback()
    camera = queries.get_camera(camera_id, SYSTEM)
    assert camera.live_state(SILENT) is LiveState.FAILED
    assert camera.health.fault is StreamFault.AUTHENTICATION
    assert (camera.node.backend, camera.node.model_version) == ("onnx", "1")
    assert camera.row_version == row_version
    with clock.frozen(clock.now() + timedelta(seconds=SILENT + 5)):
        # What a silent node said last is no news.
        assert camera.live_state(SILENT) is LiveState.NODE_OFFLINE


def test_a_heartbeat_says_nothing_about_anothers_camera(app, cast, node):
    camera_id = make_camera(cast, node)
    other = make_node(app, "Other")
    line = CameraHealth(camera_uid(camera_id), CameraState.RUNNING)
    assert other.beat(line).status_code == 200
    db.session.rollback()
    assert queries.get_camera(camera_id, SYSTEM).health is None


def test_a_heartbeat_in_anothers_name_is_refused(app, node):
    answer = node.beat(node=make_node(app, "Other").uid)
    assert (answer.status_code, answer.json["field"]) == (422, "node")


def test_numbers_beyond_the_columns_do_not_break_a_heartbeat(cast, node):
    camera = camera_uid(make_camera(cast, node))
    line = CameraHealth(camera, CameraState.RUNNING, dropped=2**50, fault_detail="x" * 999)
    assert node.beat(line, queue_length=2**50, worker_version="v" * 999).status_code == 200


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        ("expired", "this token has expired"),
        ("revoked", "this token was revoked"),
        ("unknown", "unknown token"),
        ("missing", "a node token is required"),
    ],
)
def test_a_token_that_is_no_good_is_told_why(app, cast, spoil, message):
    node = make_node(app)
    with transaction():
        row = queries.get_token(queries.get_node(node.id, SYSTEM), node.token_id, SYSTEM)
        if spoil == "expired":
            row.expires_at = clock.now() - timedelta(seconds=1)
        if spoil == "revoked":
            accounts.revoke_token(SYSTEM, row)
    if spoil == "unknown":
        node.token = "anqi_guess"
    headers = {"Authorization": ""} if spoil == "missing" else {}
    for method, path in (
        ("GET", "/config"),
        ("POST", "/heartbeat"),
        ("POST", "/violations"),
        ("PUT", f"/violations/ev-1/evidence/{'a' * 64}"),
    ):
        answer = node.call(method, path, headers=headers)
        assert (answer.status_code, answer.json["message"]) == (401, message)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_persons_session_is_no_node_token(pages):
    answer = pages.as_("administrator").get("/api/vision/v1/config")
    assert answer.status_code == 401


def test_a_node_token_opens_no_page(app, node):
    answer = app.test_client().get("/video/", headers={"Authorization": f"Bearer {node.token}"})
    assert answer.status_code == 302


def test_administrators_are_told_once_of_each_silence(node):
    def told():
        db.session.rollback()
        stmt = db.select(Notice).where(Notice.kind == "video.node_silent")
        return db.session.scalars(stmt).all()

    assert jobs.watch_nodes(clock.now()) == 0  # never seen: not yet set up, not silent
    node.beat()
    now = clock.now()
    assert jobs.watch_nodes(now + timedelta(seconds=30)) == 0
    later = now + timedelta(seconds=120)
    with clock.frozen(later):
        assert jobs.watch_nodes(later) == 1
        assert jobs.watch_nodes(later) == 0
    assert [n.audience for n in told()] == [Audience.ADMINISTRATORS]
    node.beat()
    much_later = clock.now() + timedelta(seconds=300)
    with clock.frozen(much_later):
        assert jobs.watch_nodes(much_later) == 1
    assert len(told()) == 2
