"""What a node may tell of violations, and what the web keeps of it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.scope import visible
from supervision.video import equipment, queries
from supervision.video.models import ParkedEvent, Violation
from supervision.video.workflow import ReviewState
from tests.factories.video import (
    HOSTS,
    camera_uid,
    closed,
    make_camera,
    make_event,
    make_node,
    violation,
)
from vision import contract
from vision.contract import Phase


def count(model=Violation):
    db.session.rollback()  # others wrote meanwhile
    return db.session.scalar(visible(model, SYSTEM, db.func.count(model.id)))


def parked():
    db.session.rollback()
    return db.session.scalars(visible(ParkedEvent, SYSTEM).order_by(ParkedEvent.id)).all()


def test_an_event_becomes_a_pending_violation_of_the_cameras_enterprise(node, camera, cast):
    event = make_event(node, camera)
    answer = node.send(event)
    assert answer.status_code == 201
    assert answer.json == {"event_id": event.event_id, "revision": 1}
    found = violation(event.event_id)
    assert (found.status, found.enterprise_id) == (ReviewState.PENDING, cast.plant_id)
    assert found.boxes == [{"label": "head", "score": 0.71, "box": [0.4, 0.2, 0.5, 0.35]}]
    assert found.model_sha256 == "a" * 64
    assert found.started_at == event.started_at


def test_the_same_event_again_is_taken_once(node, camera):
    event = make_event(node, camera)
    assert [node.send(event).status_code for _ in range(3)] == [201, 200, 200]
    assert count() == 1


def test_a_late_open_after_its_close_changes_nothing(node, camera):
    event = make_event(node, camera)
    assert node.send(closed(event)).status_code == 201
    before = violation(event.event_id)
    kept = (before.revision, before.phase, before.ended_at, before.updated_at)
    assert node.send(event).status_code == 200
    after = violation(event.event_id)
    assert (after.revision, after.phase, after.ended_at, after.updated_at) == kept
    assert after.phase is Phase.CLOSE


def test_a_newer_revision_replaces_what_was_seen(node, camera):
    event = make_event(node, camera)
    node.send(event)
    assert node.send(closed(event, score=0.93)).status_code == 201
    found = violation(event.event_id)
    assert (found.revision, found.phase, found.score) == (2, Phase.CLOSE, 0.93)
    assert found.ended_at == event.started_at + timedelta(seconds=12)


def test_a_newer_revision_may_not_reopen_a_closed_episode(node, camera):
    event = make_event(node, camera)
    node.send(closed(event))
    reopened = {**contract.to_json(event), "revision": 3, "phase": "update"}
    answer = node.send(reopened)
    assert (answer.status_code, answer.json["field"]) == (422, "phase")
    assert violation(event.event_id).phase is Phase.CLOSE


def test_a_newer_revision_may_not_step_back_to_the_beginning(node, camera):
    event = make_event(node, camera)
    node.send(event)
    further = {**contract.to_json(event), "revision": 2, "phase": "update"}
    assert node.send(further).status_code == 201
    answer = node.send({**further, "revision": 3, "phase": "open"})
    assert (answer.status_code, answer.json["field"]) == (422, "phase")
    assert (violation(event.event_id).revision, violation(event.event_id).phase) == (
        2,
        Phase.UPDATE,
    )


@pytest.mark.parametrize("name", ["started_at", "rule_id", "zone_id"])
def test_a_newer_revision_is_of_the_same_episode(node, camera, name):
    event = make_event(node, camera)
    node.send(event)
    other = {"started_at": "2026-03-02T09:00:00Z", "rule_id": "other", "zone_id": "elsewhere"}
    answer = node.send({**contract.to_json(closed(event)), name: other[name]})
    assert (answer.status_code, answer.json["field"]) == (422, name)
    assert violation(event.event_id).revision == 1


def test_the_zone_of_a_violation_is_the_one_in_which_it_began(node, cast):
    camera = make_camera(cast, node)
    uid = camera_uid(camera)
    zone = contract.Zone("press", "Press", ((0.1, 0.1), (0.9, 0.1), (0.5, 0.9)))
    draw(uid, zone)
    event = make_event(node, uid, zone_id="press")
    node.send(event)
    draw(uid, contract.Zone("press", "Lathe", ((0.2, 0.1), (0.9, 0.1), (0.5, 0.8))))
    assert node.send(closed(event)).status_code == 201
    found = violation(event.event_id)
    assert (found.zone_name, found.zone_polygon[0]) == ("Press", [0.1, 0.1])


def draw(uid, zone):
    with transaction():
        [row] = [
            c for c in db.session.scalars(queries.list_cameras(SYSTEM)).unique() if c.uid == uid
        ]
        row.zones = [contract.to_json(zone)]


@pytest.mark.parametrize("body", ["open", "close"])
def test_a_hundred_parallel_copies_make_one_violation(app, node, camera, body):
    event = make_event(node, camera)
    message = contract.to_json(event) if body == "open" else closed(event)
    answers: list[int] = []
    start = threading.Barrier(100)

    def post():
        start.wait()
        with app.app_context():
            answers.append(node.send(message).status_code)

    threads = [threading.Thread(target=post) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [200] * 99 + [201]
    assert count() == 1
    created = visible(AuditEntry, SYSTEM).where(AuditEntry.action == "video.violation")
    assert len(db.session.scalars(created).all()) == 1


def test_revisions_that_overtake_each_other_end_at_the_highest(app, node, camera):
    event = make_event(node, camera)
    messages = [contract.to_json(event)]
    messages += [{**messages[0], "revision": n, "phase": "update"} for n in range(2, 20)]
    messages.append(closed(event, revision=20))
    threads = [threading.Thread(target=lambda m=m: node.send(m)) for m in reversed(messages * 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count() == 1
    found = violation(event.event_id)
    assert (found.revision, found.phase) == (20, Phase.CLOSE)
    # What came late was answered 200, not parked.
    assert parked() == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"score": 1.5}, "score"),
        ({"started_at": "2026-11-22T10:00:00"}, "started_at"),
        ({"started_at": "9999-12-31T23:59:59-12:00"}, "started_at"),
        ({"contract": 99}, "contract"),
        ({"model": {"name": "m", "version": "1", "sha256": "abc"}}, "model.sha256"),
        ({"subject": "a\x00b"}, "body"),
        ({"subject": "\ud800"}, "body"),
        ({"zone_id": "z" * 65}, "zone_id"),
        ({"frame_size": [0, 360]}, "frame_size"),
        ({"revision": 2**40}, "revision"),
    ],
)
def test_a_message_that_breaks_the_contract_is_refused_by_field_and_parked(
    node, camera, change, field
):
    message = {**contract.to_json(make_event(node, camera)), **change}
    answer = node.send(message)
    assert (answer.status_code, answer.json["field"]) == (422, field)
    assert count() == 0
    [kept] = parked()
    assert (kept.node_id, kept.field, kept.event_id) == (node.id, field, message["event_id"])
    assert message["event_id"] in kept.body


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"[" * 100_000, b"\xff\xfe", b"\x00"])
def test_a_body_that_is_no_message_is_parked(node, body):
    answer = node.call("POST", "/violations", data=body)
    assert answer.status_code == 422
    assert len(parked()) == 1


def test_the_same_broken_message_is_parked_once_and_counted(node, camera):
    message = {**contract.to_json(make_event(node, camera)), "colour": "red"}
    for _ in range(3):
        node.send(message)
    [kept] = parked()
    assert kept.times == 3


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(node):
    answer = node.call("POST", "/violations", data=b" " * (4 * 1024 * 1024 + 1))
    assert answer.status_code == 413
    assert parked() == []


def test_another_nodes_camera_looks_like_one_that_does_not_exist(app, node, camera, cast):
    other = make_node(app, "Other house")
    foreign = other.send(make_event(other, camera))
    unknown = other.send(make_event(other, "cam-unknown"))
    assert foreign.status_code == unknown.status_code == 422
    assert foreign.json == unknown.json
    assert count() == 0


def test_a_node_cannot_speak_in_anothers_name(app, node, camera):
    other = make_node(app, "Other house")
    answer = other.send(make_event(node, camera))
    assert (answer.status_code, answer.json["field"]) == (422, "node")


def test_a_node_cannot_take_over_anothers_event(app, node, camera, cast):
    event = make_event(node, camera)
    node.send(event)
    other = make_node(app, "Other house")
    other_camera = camera_uid(make_camera(cast, other, name="Far"))
    answer = other.send(make_event(other, other_camera, event_id=event.event_id, revision=9))
    assert answer.status_code == 422
    assert violation(event.event_id).revision == 1


def test_what_was_seen_before_the_camera_was_moved_still_counts(app, node, camera, cast):
    other = make_node(app, "Other house")
    seen = make_event(node, camera)
    move_to(other, camera)
    assert node.send(seen).status_code == 201
    later = make_event(node, camera, started_at=clock.now() + timedelta(seconds=5))
    assert node.send(later).status_code == 422
    assert other.send(make_event(other, camera)).status_code == 201


def move_to(node, uid):
    with transaction():
        [row] = [
            c for c in db.session.scalars(queries.list_cameras(SYSTEM)).unique() if c.uid == uid
        ]
        spec = equipment.CameraSpec(
            name=row.name, place=row.place, node=queries.get_node(node.id, SYSTEM)
        )
        equipment.change_camera(row, SYSTEM, spec, stream_hosts=HOSTS)


def test_an_event_of_a_camera_that_was_switched_off_meanwhile_is_not_lost(node, cast):
    camera = camera_uid(make_camera(cast, node, is_enabled=False))
    assert node.send(make_event(node, camera)).status_code == 201
