"""A node that is a cluster: its groups speak for themselves, and their silence is noticed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.notices import Notice
from supervision.core.scope import visible
from supervision.live.board import Clock, state
from supervision.video import equipment, groups, jobs, node_jobs, queries
from supervision.video.group_models import VisionGroup
from supervision.video.models import Camera, VisionNode
from supervision.video.models import CameraHealth as Health
from supervision.video.rules import LiveState
from tests.factories.video import camera_uid, make_camera, make_node
from vision import contract
from vision.contract import CameraHealth, CameraState

SILENT = 90


@pytest.fixture
def node(app, cast):
    return make_node(app)


@pytest.fixture
def gate(cast, node):
    return make_camera(cast, node, name="Gate")


@pytest.fixture
def yard(cast, node):
    return make_camera(cast, node, name="Yard")


def say(node, group, *camera_ids, machine="one", judged=10, **more):
    lines = [
        CameraHealth(camera_uid(one), CameraState.RUNNING, judged=judged) for one in camera_ids
    ]
    assert node.beat(*lines, group=group, machine=machine, **more).status_code == 200
    db.session.rollback()


def all_groups():
    return {one.name: one for one in db.session.scalars(visible(VisionGroup, SYSTEM))}


def told():
    db.session.rollback()
    return db.session.scalars(db.select(Notice).where(Notice.kind == "video.group_silent")).all()


def after(seconds):
    return clock.now() + timedelta(seconds=seconds)


def test_each_group_speaks_for_its_own_cameras_and_disk(node, gate, yard):
    say(node, "all-1", gate, queue_length=3)
    with clock.frozen(after(10)):
        say(node, "all-2", yard, machine="two", queue_length=4)
    found = queries.get_node(node.id, SYSTEM)
    machines = groups.machines_of(found, SYSTEM, SILENT)
    assert [(m.name, m.cameras, m.running, m.queue_length) for m in machines] == [
        ("one", 1, 1, 3),
        ("two", 1, 1, 4),
    ]
    assert found.queue_length == 7, "what waits at all groups"
    assert found.last_seen_at is not None
    assert {camera.health.group_name for camera in (queries.get_camera(gate, SYSTEM),)} == {"all-1"}


def test_a_plain_node_has_no_groups(node, gate):
    assert node.beat(CameraHealth(camera_uid(gate), CameraState.RUNNING)).status_code == 200
    db.session.rollback()
    assert groups.machines_of(queries.get_node(node.id, SYSTEM), SYSTEM, SILENT) == []


def test_a_camera_of_a_silent_group_is_not_said_to_run_while_another_group_speaks(node, gate, yard):
    say(node, "all-1", gate)
    with clock.frozen(after(SILENT + 5)):
        say(node, "all-2", yard)
        silent = queries.get_camera(gate, SYSTEM)
        assert silent.live_state(SILENT) is LiveState.WAITING
        assert queries.get_camera(yard, SYSTEM).live_state(SILENT) is LiveState.RUNNING
        stmt = (
            visible(Camera, SYSTEM, Camera.id, state(Clock(clock.now(), SILENT)))
            .outerjoin(VisionNode, VisionNode.id == Camera.node_id)
            .outerjoin(Health, Health.camera_id == Camera.id)
        )
        assert dict(db.session.execute(stmt).tuples().all()) == {gate: "waiting", yard: "running"}
        (machine,) = groups.machines_of(queries.get_node(node.id, SYSTEM), SYSTEM, SILENT)
        assert [(line.cameras, line.running) for line in machine.groups] == [(1, 0), (1, 1)]


def test_administrators_are_told_once_of_a_silent_group_with_cameras(node, gate, yard):
    say(node, "all-1", gate)
    with clock.frozen(after(120)):
        say(node, "all-2", yard)
        assert jobs.watch_nodes(clock.now()) == 1
        assert jobs.watch_nodes(clock.now()) == 0
        assert [notice.params["group"] for notice in told()] == ["all-1"]
        assert set(all_groups()) == {"all-1", "all-2"}, "it stays until somebody has its cameras"


def test_a_group_whose_cameras_speak_through_another_is_forgotten_in_silence(node, gate, yard):
    say(node, "all-1", gate, yard)
    with clock.frozen(after(120)):
        say(node, "all-2", gate, yard)
        assert jobs.watch_nodes(clock.now()) == 0
        assert set(all_groups()) == {"all-2"}
        assert not told()


def test_an_older_run_of_a_group_speaks_for_its_cameras_and_not_for_the_group(node, gate, yard):
    younger, older = clock.now(), clock.now() - timedelta(hours=1)
    say(node, "all-1", gate, machine="two", started_at=younger)
    say(node, "all-1", yard, machine="one", judged=99, started_at=older)
    assert all_groups()["all-1"].machine == "two"
    assert queries.get_camera(yard, SYSTEM).health.judged == 99


def test_a_camera_that_passes_to_another_group_is_counted_on(node, gate):
    started = clock.now()
    say(node, "all-1", gate, judged=50, started_at=started)
    say(node, "all-2", gate, judged=7, started_at=started)
    day = db.session.execute(db.text("SELECT judged FROM camera_day")).scalar_one()
    assert day == 57


def test_a_cluster_is_told_where_the_machine_of_a_camera_should_stand(node, gate):
    assert [camera.site for camera in told_cameras(node)] == [""]
    with transaction():
        equipment.share(queries.get_node(node.id, SYSTEM), SYSTEM, 6)
    region = queries.get_camera(gate, SYSTEM).enterprise.region_code
    assert [camera.site for camera in told_cameras(node)] == [region]


def told_cameras(node):
    answer = node.call("GET", "/config", headers={contract.HEADER: str(contract.CONTRACT_VERSION)})
    return contract.parse(contract.NodeConfig, answer.json).cameras


def test_a_group_is_given_the_work_about_its_own_cameras(node, gate, yard):
    say(node, "all-1", gate)
    say(node, "all-2", yard)
    with transaction():
        job = contract.NodeJob("x", contract.JobKind.CLIP, camera_uid(yard))
        node_jobs.ask(queries.get_camera(yard, SYSTEM), SYSTEM, job)

    def asks(group):
        answer = node.call("GET", "/jobs", headers={contract.GROUP_HEADER: group})
        return [one.camera_id for one in contract.parse(contract.NodeWork, answer.json).jobs]

    assert asks("all-1") == []
    assert asks("all-2") == [camera_uid(yard)]


def test_the_nodes_page_lists_machines_and_groups(node, gate, yard, pages):
    plain = pages.as_("administrator").get(f"/video/nodes/{node.id}").text
    assert "machine-name" not in plain
    say(node, "all-1", gate, machine="gate-house")
    page = pages.as_("administrator").get(f"/video/nodes/{node.id}").text
    assert "gate-house" in page
    assert "all-1" in page
