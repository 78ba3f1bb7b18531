"""What the web asks of nodes once: handed out under a lease, taken back once."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import InvalidInput
from supervision.core.scope import visible
from supervision.video import node_jobs, queries
from supervision.video.job_models import JobState, LiveFrame, NodeJob
from tests.factories.hazards import picture
from tests.factories.video import (
    camera_uid,
    clip,
    closed,
    make_camera,
    make_event,
    make_node,
    reference,
    violation,
)
from vision import contract
from vision.contract import EvidenceKind, JobKind, JobResult, NodeWork, SourceFile


@pytest.fixture
def node(app, cast):
    made = make_node(app)
    assert made.beat().status_code == 200
    return made


@pytest.fixture
def camera(cast, node):
    return make_camera(cast, node)


def ask(camera_id, kind=JobKind.CLIP, *, violation_id=None, **values):
    with transaction():
        camera = queries.get_camera(camera_id, SYSTEM)
        found = queries.get_violation(violation_id, SYSTEM) if violation_id else None
        job = contract.NodeJob("x", kind, camera.uid, **values)
        return node_jobs.ask(camera, SYSTEM, job, violation=found).uid


def work(node) -> NodeWork:
    answer = node.call("GET", "/jobs")
    assert answer.status_code == 200, answer.text
    return contract.parse(NodeWork, answer.json)


def stored(uid) -> NodeJob:
    db.session.rollback()
    return db.session.scalars(visible(NodeJob, SYSTEM).where(NodeJob.uid == uid)).one()


def put(node, uid, data, media_type="video/mp4"):
    digest = hashlib.sha256(data).hexdigest()
    headers = {"Content-Type": media_type}
    return node.call("PUT", f"/jobs/{uid}/file/{digest}", data=data, headers=headers), digest


def end(node, uid, **values):
    told = JobResult(uid, **{"ok": True, **values})
    return node.call("POST", f"/jobs/{uid}/result", json=contract.to_json(told))


def test_a_node_is_told_that_something_waits_and_gets_it_once(node, camera):
    idle = node.call("GET", "/config")
    uid = ask(camera)
    assert contract.WORK_HEADER not in idle.headers
    assert node.call("GET", "/config").headers[contract.WORK_HEADER] == "1"
    assert node.beat().headers[contract.WORK_HEADER] == "1"
    [job] = work(node).jobs
    assert (job.job_id, job.kind, job.camera_id) == (uid, JobKind.CLIP, camera_uid(camera))
    assert work(node).jobs == ()


def test_a_job_whose_worker_died_is_given_out_again_three_times_at_most(node, camera, monkeypatch):
    uid = ask(camera)
    for attempt in range(4):
        later = clock.now() + attempt * (node_jobs.LEASE + timedelta(seconds=1))
        monkeypatch.setattr(clock, "now", lambda at=later: at)
        given = [job.job_id for job in work(node).jobs]
        assert given == ([uid] if attempt < 3 else [])
    assert stored(uid).status is JobState.FAILED


def test_what_a_job_made_is_kept_byte_for_byte(node, camera):
    uid = ask(camera)
    work(node)
    answer, digest = put(node, uid, clip())
    assert answer.status_code == 201, answer.text
    again, _digest = put(node, uid, clip())
    assert again.status_code == 201
    assert end(node, uid, sha256=digest, size=1, media_type="video/mp4").status_code == 200
    job = stored(uid)
    assert job.status is JobState.DONE
    assert job.attachment.sha256 == digest


def test_a_file_of_another_hash_or_kind_leaves_nothing(node, camera):
    uid = ask(camera)
    work(node)
    wrong = node.call(
        "PUT", f"/jobs/{uid}/file/{'0' * 64}", data=clip(), headers={"Content-Type": "video/mp4"}
    )
    assert (wrong.status_code, wrong.json["field"]) == (422, "sha256")
    answer, _digest = put(node, uid, b"no picture", "image/jpeg")
    assert (answer.status_code, answer.json["field"]) == (422, "media_type")
    answer, _digest = put(node, uid, b"<html>", "text/html")
    assert answer.status_code == 422
    assert stored(uid).attachment_id is None


def test_a_result_without_its_file_is_a_failure(node, camera):
    uid = ask(camera)
    work(node)
    assert end(node, uid, sha256="a" * 64).status_code == 200
    assert stored(uid).status is JobState.FAILED


def test_a_result_told_twice_or_by_another_node_is_refused(app, node, camera):
    uid = ask(camera)
    work(node)
    other = make_node(app, "Other")
    assert end(other, uid).status_code == 404
    assert put(other, uid, clip())[0].status_code == 404
    assert end(node, uid).status_code == 200
    assert end(node, uid, ok=False, problem="late").status_code == 404
    assert stored(uid).status is JobState.DONE


def test_a_job_about_a_clip_gives_that_clip_to_its_node_alone(app, node, camera):
    event = make_event(node, camera_uid(camera))
    film = clip(333)
    ref = reference(EvidenceKind.CLIP, film)
    assert node.send(closed(event, evidence=(ref,))).status_code == 201
    assert node.upload(event.event_id, film).status_code == 201
    source = SourceFile(EvidenceKind.CLIP, ref.sha256, ref.size)
    uid = ask(camera, JobKind.COPY, violation_id=violation(event.event_id).id, source=source)
    assert node.call("GET", f"/jobs/{uid}/source").status_code == 404  # not taken yet
    work(node)
    assert node.call("GET", f"/jobs/{uid}/source").data == film
    assert make_node(app, "Other").call("GET", f"/jobs/{uid}/source").status_code == 404


def test_a_camera_without_a_node_or_with_an_old_worker_is_asked_nothing(app, cast):
    alone = make_camera(cast, None, name="Alone")
    with pytest.raises(InvalidInput):
        ask(alone)
    old = make_camera(cast, make_node(app, "Old"), name="Old")
    with pytest.raises(InvalidInput):
        ask(old)


def test_a_mask_that_its_node_has_not_heard_of_lets_no_live_picture_in(app, cast, node):
    mask = contract.Mask("window", "Window", ((0, 0), (0.2, 0), (0.2, 0.2)))
    camera = make_camera(cast, node, masks=(mask,))
    headers = {contract.TAKEN_HEADER: clock.now().isoformat()}

    def send():
        path = f"/live/{camera_uid(camera)}"
        return node.call("PUT", path, data=picture("green"), headers=headers).status_code

    with transaction():
        node_jobs.want_live(
            [camera], until=clock.now() + timedelta(seconds=30), width=480, every_s=5
        )
    assert send() == 410
    heard = node.call("GET", "/config").json["config_version"]
    assert node.beat(config_version=heard).status_code == 200
    assert send() == 204


def test_live_pictures_are_taken_only_while_somebody_looks(app, node, camera):
    uid, data = camera_uid(camera), picture("green")
    headers = {contract.TAKEN_HEADER: clock.now().isoformat()}

    def send(by=node, body=data, **more):
        return by.call("PUT", f"/live/{uid}", data=body, headers={**headers, **more})

    assert send().status_code == 410
    with transaction():
        until = clock.now() + timedelta(seconds=30)
        node_jobs.want_live([camera], until=until, width=480, every_s=5)
        node_jobs.want_live([camera], until=until, width=1280, every_s=10)
    [want] = work(node).live
    assert (want.camera_id, want.width, want.every_s) == (uid, 1280, 5)
    assert send().status_code == 204
    assert send(body=b"GIF89a").status_code == 422
    assert send(**{contract.TAKEN_HEADER: "yesterday"}).status_code == 422
    assert send(by=make_node(app, "Other")).status_code == 404
    db.session.rollback()
    frame = db.session.query(LiveFrame).one()
    assert (frame.data, frame.width is not None) == (data, True)
