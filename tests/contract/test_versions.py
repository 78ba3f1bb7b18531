"""A worker that lags behind: what it is told, and what it may still say."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.factories.video import camera_uid, make_camera, make_event, make_node
from vision import contract
from vision.contract import (
    Camera,
    ClassMetrics,
    ContractError,
    DayKind,
    DetectorHealth,
    Line,
    Mask,
    ModelCard,
    ModelFile,
    NodeConfig,
    Platform,
    Rule,
    RuleKind,
    Schedule,
    TestMetrics,
    Zone,
)

ZONE = Zone("press", "Press", ((0, 0), (1, 0), (1, 1)), shared="hall")
RULES = (
    Rule("helmet_missing", RuleKind.HELMET_MISSING, zone_id="press"),
    Rule("line_crossing:edge", RuleKind.LINE_CROSSING, line_id="edge"),
    Rule("intrusion", RuleKind.INTRUSION, schedule=Schedule(days=DayKind.REST_DAY)),
)
CAMERA = Camera(
    "cam-1",
    "Hall",
    "rtsp://cameras.example/main",
    zones=(ZONE,),
    rules=RULES,
    lines=(Line("edge", "Edge", (0, 0.5), (1, 0.5)),),
    sub_url="rtsp://cameras.example/sub",
)
MASKED = replace(
    CAMERA, camera_id="cam-2", masks=(Mask("canteen", "Canteen", ((0, 0), (0.2, 0), (0.2, 0.2))),)
)
# The fields of version 1, as its strict parser knew them.
FIELDS = {
    "": {"node", "config_version", "cameras", "stream_hosts", "contract"},
    "camera": {
        "camera_id",
        "name",
        "url",
        "input_size",
        "analysed_fps",
        "zones",
        "rules",
    },
    "zone": {"zone_id", "name", "polygon"},
    "rule": {
        "rule_id",
        "kind",
        "zone_id",
        "schedule",
        "dwell_s",
        "votes_needed",
        "votes_window",
        "min_height",
        "min_score",
        "severity",
    },
    "schedule": {"weekdays", "start_minute", "end_minute", "timezone"},
}


def test_version_1_is_told_in_its_own_words():
    told = contract.config_for(1, NodeConfig("node-1", "v", (CAMERA,), ("cameras.example",)))
    camera = told["cameras"][0]
    assert set(told) == FIELDS[""]
    assert told["contract"] == 1
    assert set(camera) == FIELDS["camera"]
    assert [set(zone) for zone in camera["zones"]] == [FIELDS["zone"]]
    assert [rule["rule_id"] for rule in camera["rules"]] == ["helmet_missing"]
    assert set(camera["rules"][0]) == FIELDS["rule"]
    assert set(camera["rules"][0]["schedule"]) == FIELDS["schedule"]
    assert camera["url"] == CAMERA.url
    assert [rule.rule_id for rule in contract.left_out(CAMERA)] == [
        "line_crossing:edge",
        "intrusion",
    ]


def test_version_2_is_told_all_but_the_masks():
    config = NodeConfig("node-1", "v", (CAMERA,))
    told = contract.config_for(2, config)
    assert "masks" not in told["cameras"][0]
    assert contract.parse(NodeConfig, told) == replace(config, contract=2)


MODEL = ModelFile("a" * 64, "site-safety", "2", 12_000_000, ("person", "helmet"))
PLATFORM = Platform("city", "https://platform.example", "secret")
LEASED = replace(
    CAMERA, camera_id="cam-3", url="gb28181://city/34020000001320000001/34020000001320000001"
)


def test_version_3_judges_with_its_own_weights_and_is_given_no_leased_address():
    judged = replace(MASKED, model=MODEL.sha256, site="340200")
    config = NodeConfig("node-1", "v", (judged, LEASED), models=(MODEL,), platforms=(PLATFORM,))
    told = contract.config_for(3, config)
    assert contract.parse(NodeConfig, told) == NodeConfig("node-1", "v", (MASKED,), contract=3)
    for added in ("model", "models", "platforms", "lease_s"):
        assert added not in told
    assert {"model", "site"}.isdisjoint(told["cameras"][0])


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_worker_that_knows_no_leases_is_given_no_camera_that_needs_one(version):
    """Another machine may watch it at that moment."""
    told = contract.config_for(version, NodeConfig("node-1", "v", (CAMERA,), lease_s=6.0))
    assert told["cameras"] == []


def test_the_present_version_is_told_everything():
    judged = replace(MASKED, model=MODEL.sha256, site="340200")
    config = NodeConfig(
        "node-1",
        "v",
        (judged, LEASED),
        model=MODEL.sha256,
        models=(MODEL,),
        platforms=(PLATFORM,),
        lease_s=6.0,
    )
    assert contract.parse(NodeConfig, contract.config_for(4, config)) == config


def test_a_secret_of_a_platform_is_not_in_what_a_log_would_print():
    assert "secret" not in repr(NodeConfig("node-1", "v", platforms=(PLATFORM,)))


def test_a_configuration_describes_each_model_that_it_names():
    with pytest.raises(ContractError, match=r"the model a{12}\.\.\. is not described"):
        NodeConfig("node-1", "v", (replace(CAMERA, model=MODEL.sha256),))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"licence": " "}, "licence"),
        ({"training_data": ""}, "training_data"),
        ({"classes": ()}, "classes"),
        ({"classes": ("person", "person")}, "classes"),
        ({"name": "../weights"}, "name"),
        ({"size": 0}, "size"),
        ({"parent": "short"}, "parent"),
    ],
)
def test_a_card_that_leaves_something_open_is_refused_by_its_field(changed, field):
    card = ModelCard(
        MODEL.name,
        MODEL.version,
        MODEL.sha256,
        MODEL.size,
        MODEL.classes,
        licence="AGPL-3.0-or-later",
        training_data="Drawn pictures of our own",
        made_at=datetime(2026, 11, 1, tzinfo=UTC),
        metrics=(TestMetrics("ours", 10, 0.7, 0.4, (ClassMetrics("person", 0.8, 0.9, 0.7, 3),)),),
        hyper=(("epochs", "3"),),
    )
    plain = json.loads(json.dumps(contract.to_json(card)))
    assert contract.parse(ModelCard, plain) == card
    with pytest.raises(ContractError) as refused:
        contract.parse(ModelCard, plain | changed)
    assert refused.value.field == field


@pytest.mark.parametrize("version", [1, 2])
def test_a_worker_that_knows_no_masks_is_not_given_a_masked_camera(version):
    """Its pictures would leave unmasked."""
    told = contract.config_for(version, NodeConfig("node-1", "v", (MASKED, CAMERA)))
    assert [camera["camera_id"] for camera in told["cameras"]] == ["cam-1"]


@pytest.mark.parametrize(
    ("header", "version"), [("", 1), ("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5", 4), ("x", 1)]
)
def test_the_web_answers_in_the_version_that_was_asked_for(app, cast, header, version):
    node = make_node(app)
    make_camera(cast, node)
    told = node.call("GET", "/config", headers={contract.HEADER: header}).json
    assert told["contract"] == version
    assert ("days" in told) is (version >= 2)


def test_what_an_old_worker_left_in_its_outbox_is_taken(app, cast):
    node = make_node(app)
    camera = make_camera(cast, node)
    plain = contract.to_json(replace(make_event(node, camera_uid(camera)), contract=1))
    for added in ("same_as", "detail", "lease"):
        del plain[added]
    assert node.send(plain).status_code == 201


def test_a_version_that_is_not_known_yet_is_refused_by_name():
    with pytest.raises(ContractError, match="contract: this side reads the versions 1, 2, 3, 4"):
        NodeConfig("node-1", "v", contract=5)


def test_what_nobody_measured_of_a_class_is_not_zero():
    of_old_cards = {"name": "fire", "ap50": 0.59}
    metrics = contract.parse(ClassMetrics, of_old_cards)
    assert (metrics.precision, metrics.recall, metrics.false_alarms) == (None, None, None)
    assert contract.parse(ClassMetrics, contract.to_json(metrics)) == metrics


def test_a_detector_of_an_older_worker_runs_its_own_weights():
    told = contract.parse(DetectorHealth, {"device": "cpu", "is_up": True})
    assert told.model == ""
    with pytest.raises(ContractError, match="model: must be 64 lower-case hex digits"):
        DetectorHealth("cpu", is_up=True, model="../weights")
