"""A node asks whether its configuration changed: the quick answer is always the right one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.holidays import Holiday, HolidayYear, YearStatus
from supervision.core.scope import unscoped
from supervision.enterprise.models import Enterprise
from supervision.video import (
    configuration,
    equipment,
    permits,
    platforms,
    queries,
    stamps,
    ticket_queries,
    weights,
)
from supervision.video.models import Camera, VisionNode
from supervision.video.permits import PermitSpec
from supervision.video.platform_models import PlatformChannel
from supervision.video.platforms import PlatformSpec
from supervision.video.surroundings import surroundings
from tests.factories.models import a_candidate, model, promoted, seeded
from tests.factories.video import HOSTS, make_camera, make_event, make_node
from tests.statements import counted
from vision import contract
from vision.contract import CameraState, WindowEffect


@pytest.fixture
def node(app, cast):
    seeded()
    return make_node(app)


@pytest.fixture
def camera(cast, node):
    return make_camera(cast, node)


def told(node):
    """The version by the quick answer; it must be what the whole configuration says."""
    quick = node.call("GET", "/config").headers["ETag"].strip('"')
    asked = node.call("GET", "/config", headers={"If-None-Match": f'"{quick}"'})
    assert asked.status_code == 304
    return quick, asked


def whole(node):
    db.session.rollback()
    row = queries.get_node(node.id, SYSTEM)
    stmt = db.select(Camera).where(Camera.node_id == node.id, Camera.is_enabled)
    cameras = db.session.scalars(
        unscoped(stmt.order_by(Camera.id), reason="as the node sees them")
    ).all()
    return configuration.config_version(row, cameras, surroundings(SYSTEM, cameras))


def edit(camera, **changes):
    with transaction():
        row = queries.get_camera(camera, SYSTEM)
        spec = replace(equipment.spec_of(row), **changes)
        equipment.change_camera(row, SYSTEM, spec, stream_hosts=HOSTS)


def permit(camera, **changes):
    now = clock.now()
    values = {"starts_at": now, "ends_at": now + timedelta(hours=8), "reason": "Hot work"}
    values |= {"rule_id": "intrusion:press", "effect": WindowEffect.OFF}
    with transaction():
        row = queries.get_camera(camera, SYSTEM)
        return permits.add(row, SYSTEM, PermitSpec(**{**values, **changes})).id


def holiday():
    with transaction():
        day = Holiday(day=clock.today() + timedelta(days=1), kind="holiday", name="A day")
        now = clock.now()
        year = HolidayYear(
            year=clock.today().year, status=YearStatus.PROVISIONAL, source="-", valid_since=now
        )
        year.days = [day]
        db.session.add(year)


def test_the_quick_answer_follows_everything_that_a_configuration_is_made_of(cast, node, camera):
    seen = [told(node)[0]]

    def step(what, *, changes=True):
        version, _asked = told(node)
        assert version == whole(node), what
        assert node.beat().json["config_version"] == version, what
        assert (version not in seen) is changes, what
        seen.append(version)

    step("nothing", changes=False)
    edit(camera, name="Another name")
    step("a camera's name")
    edit(camera, masks=(contract.Mask("m1", "Window", ((0.1, 0.1), (0.2, 0.1), (0.2, 0.2))),))
    step("a mask")
    edit(camera, stream_url="rtsp://cameras.example:554/other")
    step("an address")
    with transaction():
        queries.get_camera(camera, SYSTEM).view_from = clock.now()
    step("the view that is right")
    second = make_camera(cast, node, name="Second")
    step("a second camera")
    edit(second, is_enabled=False)
    assert told(node)[0] == whole(node) == seen[-2]
    edit(second, is_enabled=True)
    allowed = permit(camera)
    step("a permit")
    with transaction():
        row = queries.get_camera(camera, SYSTEM)
        permits.remove(ticket_queries.get_permit(row, allowed, SYSTEM), SYSTEM)
    assert told(node)[0] == whole(node)
    tried = a_candidate()
    with transaction():
        weights.give([queries.get_camera(camera, SYSTEM)], model(tried), SYSTEM)
    step("a trial of weights")
    with transaction():
        weights.take_back(model(tried), SYSTEM)
    promoted("3")
    step("another default")
    holiday()
    step("the calendar")
    other = make_node(node.app, "Other house")
    with transaction():
        row = queries.get_camera(second, SYSTEM)
        spec = replace(equipment.spec_of(row), node=queries.get_node(other.id, SYSTEM))
        equipment.change_camera(row, SYSTEM, spec, stream_hosts=HOSTS)
    step("a camera that went elsewhere")
    assert told(other)[0] == whole(other)


def test_a_platform_and_its_address_are_told_of(cast, node, camera):
    with transaction():
        made = platforms.create(SYSTEM, PlatformSpec("City", "http://127.0.0.1:1", "k"), HOSTS)
        ident = made.id
    before = told(node)[0]
    with transaction():
        now = clock.now()
        channel = PlatformChannel(
            platform_id=ident,
            device_id="3" * 20,
            channel_id="4" * 20,
            name="Gate",
            camera_id=camera,
            first_seen_at=now,
            seen_at=now,
        )
        db.session.add(channel)
    linked = told(node)[0]
    assert linked == whole(node) != before
    with transaction():
        row = platforms_of(ident)
        platforms.change(row, SYSTEM, PlatformSpec("City", "http://127.0.0.1:2", "k2"), HOSTS)
    assert told(node)[0] == whole(node) != linked


def platforms_of(ident):
    from supervision.video import platform_queries

    return platform_queries.get_platform(ident, SYSTEM)


def test_a_cluster_is_told_when_an_enterprise_moves(cast, node, camera):
    with transaction():
        queries.get_node(node.id, SYSTEM).lease_s = 10.0
    before = told(node)[0]
    with transaction():
        stmt = update(Enterprise).where(Enterprise.id == cast.plant_id)
        moved = stmt.values(region_code="330113001")
        db.session.execute(unscoped(moved, reason="a test"))
    assert told(node)[0] == whole(node) != before


def test_a_permit_that_has_ended_is_told_of_on_the_next_day(cast, node, camera, monkeypatch):
    noon = datetime(2026, 10, 5, 4, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: noon)
    permit(camera, starts_at=noon, ends_at=noon + timedelta(hours=2))
    today = told(node)[0]
    assert today == whole(node)
    tomorrow = noon + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert told(node)[0] == whole(node) != today


def test_a_row_that_was_changed_past_its_version_is_told_of_after_some_minutes(
    cast, node, camera, monkeypatch
):
    before = told(node)[0]
    with transaction():
        stmt = update(Camera).where(Camera.id == camera).values(name="By hand")
        db.session.execute(unscoped(stmt, reason="a test"))
    assert node.beat().json["config_version"] == before
    with monkeypatch.context() as patch:
        patch.setattr(stamps, "TRUSTED", -1.0)
        assert node.beat().json["config_version"] == whole(node) != before


def test_the_whole_answer_mends_the_quick_one(cast, node, camera):
    before = told(node)[0]
    with transaction():
        stmt = update(Camera).where(Camera.id == camera).values(name="By hand")
        db.session.execute(unscoped(stmt, reason="a test"))
    node.call("GET", "/config")
    assert node.beat().json["config_version"] == whole(node) != before


def beat_of(node, cameras):
    now = clock.now()
    line = {"state": CameraState.RUNNING, "last_frame_at": now, "judged": 40}
    return tuple(contract.CameraHealth(uid, **line) for uid in cameras)


def asked(statements):
    return [one for one in statements if not one.startswith("BEGIN")]


def test_what_nodes_say_all_day_asks_little_of_the_database(cast, node):
    """Two hundred nodes with fifty cameras each speak thirty times a second."""
    uids = []
    for number in range(6):
        ident = make_camera(cast, node, name=f"Camera {number}")
        uids.append(queries.get_camera(ident, SYSTEM).uid)
    quick = told(node)[0]
    for few in (uids[:1], uids):
        node.beat(*beat_of(node, few))
        with counted() as statements:
            assert node.beat(*beat_of(node, few)).status_code == 200
        assert len(asked(statements)) <= 12
    with counted() as statements:
        node.call("GET", "/config", headers={"If-None-Match": f'"{quick}"'})
    assert len(asked(statements)) <= 5
    event = make_event(node, uids[0])
    with counted() as statements:
        assert node.send(event).status_code == 201
    assert len(asked(statements)) <= 9
    with counted() as statements:
        assert node.send(replace(event, revision=2)).status_code == 201
    assert len(asked(statements)) <= 4


def test_a_later_revision_that_comes_first_is_taken_and_the_first_is_then_old(cast, node, camera):
    event = make_event(node, queries.get_camera(camera, SYSTEM).uid)
    assert node.send(replace(event, revision=2)).status_code == 201
    assert node.send(event).status_code == 200
    stmt = unscoped(db.select(VisionNode.id), reason="a test")
    assert db.session.scalars(stmt).all() == [node.id]
