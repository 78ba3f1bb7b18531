"""Live pictures: who may look, what is shown, and what is never shown."""

from __future__ import annotations

from datetime import timedelta

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.scope import visible
from supervision.video import jobs, live
from tests.factories.hazards import picture
from tests.factories.video import camera_uid, make_camera, make_node
from vision import contract
from vision.contract import NodeWork


@pytest.fixture
def node(app, cast):
    return make_node(app)


@pytest.fixture
def camera(cast, node):
    return make_camera(cast, node)


def show(node, camera_id, colour="green", *, at=None):
    headers = {contract.TAKEN_HEADER: (at or clock.now()).isoformat()}
    uid = camera_uid(camera_id)
    return node.call("PUT", f"/live/{uid}", data=picture(colour), headers=headers).status_code


def looks():
    db.session.rollback()
    stmt = visible(AuditEntry, SYSTEM).where(AuditEntry.action == "video.live")
    stmt = stmt.order_by(AuditEntry.id)
    return [entry.actor_name for entry in db.session.scalars(stmt)]


def test_a_picture_comes_once_somebody_looks_and_only_while_they_do(pages, node, camera):
    url, now = f"/live/{camera}.jpg", clock.now()
    with clock.frozen(now):
        waiting = pages.get("plant_manager", url)
        assert (waiting.status_code, waiting.headers["Retry-After"]) == (204, "2")
        assert show(node, camera) == 410
        asked = {"camera": [camera], "width": "1000", "every": "2"}
        assert pages.post("plant_manager", "/live/look", asked).json["ages"] == {}
        [want] = contract.parse(NodeWork, node.call("GET", "/jobs").json).live
        assert (want.camera_id, want.width, want.every_s) == (camera_uid(camera), 1920, 2)
        assert show(node, camera, at=now - timedelta(seconds=3)) == 204
        shown = pages.get("plant_manager", url)
    assert (shown.status_code, shown.data) == (200, picture("green"))
    assert shown.headers["Cache-Control"] == "private, no-cache"
    assert shown.headers["Anqi-Age"] == "3.0"
    again = pages.get("plant_manager", url, headers={"If-None-Match": shown.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers[contract.TAKEN_HEADER] == shown.headers[contract.TAKEN_HEADER]
    show(node, camera, "red")
    newer = pages.get("plant_manager", url, headers={"If-None-Match": shown.headers["ETag"]})
    assert (newer.status_code, newer.data) == (200, picture("red"))
    with clock.frozen(now + timedelta(minutes=3)):
        assert show(node, camera) == 410


@pytest.mark.parametrize("minutes", [-3, 3])
def test_a_picture_is_as_old_as_our_clock_says_whatever_the_node_s(pages, node, camera, minutes):
    wrong, now = timedelta(minutes=minutes), clock.now()
    with clock.frozen(now):
        node.beat(at=now + wrong)
        with transaction():
            live.look(SYSTEM, [camera])
        show(node, camera, at=now + wrong - timedelta(seconds=30))
        shown = pages.get("plant_manager", f"/live/{camera}.jpg")
        assert shown.headers["Anqi-Age"] == "30.0"
        for told in ("0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00"):
            url, headers = f"/live/{camera_uid(camera)}", {contract.TAKEN_HEADER: told}
            put = node.call("PUT", url, data=picture("red"), headers=headers)
            assert put.status_code == 204


@pytest.mark.parametrize(("who", "status"), [
    (None, 302), ("worker", 403), ("auditor", 403), ("other_plant", 404),
    ("other_district", 404), ("video_operator", 200),
])  # fmt: skip
def test_who_may_look(pages, node, camera, who, status):
    with transaction():
        live.look(SYSTEM, [camera])
    show(node, camera)
    assert pages.get(who, f"/live/{camera}.jpg").status_code == status
    assert pages.post(who, "/live/look", {"camera": [camera]}).status_code == status


def test_somebody_who_may_not_see_one_of_the_cameras_looks_at_none(pages, cast, node, camera):
    far = make_camera(cast, node, enterprise_id=cast.far_plant_id, name="Far")
    answer = pages.post("plant_manager", "/live/look", {"camera": [camera, far]})
    assert answer.status_code == 404
    assert node.call("GET", "/jobs").json["live"] == []
    for nonsense in (["x"], ["0"], [str(2**40)], [str(n) for n in range(1, 18)]):
        answer = pages.post("plant_manager", "/live/look", {"camera": nonsense})
        assert answer.status_code == 422, nonsense


def test_the_trail_names_who_looked_once_in_ten_minutes(cast, camera):
    start = clock.now()
    for who, minute in (("plant_manager", 0), ("plant_manager", 9), ("video_operator", 9),
                        ("plant_manager", 11)):  # fmt: skip
        with clock.frozen(start + timedelta(minutes=minute)), transaction():
            live.look(cast[who], [camera])
    assert looks() == ["Plant Manager", "Video Operator", "Plant Manager"]


def test_an_old_picture_is_neither_shown_nor_kept(pages, node, camera):
    with transaction():
        live.look(SYSTEM, [camera])
    show(node, camera)
    with transaction():
        live.forget(camera)
    assert pages.get("plant_manager", f"/live/{camera}.jpg").status_code == 204
    show(node, camera)
    later = clock.now() + live.OLDEST + timedelta(seconds=1)
    assert jobs.forget_live(clock.now()) == 0
    with clock.frozen(later):
        assert pages.get("plant_manager", f"/live/{camera}.jpg").status_code == 204
        assert jobs.forget_live(later) == 1
        assert jobs.forget_live(later) == 0
