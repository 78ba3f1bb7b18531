"""Copies to hand out, the original for proceedings, holds: who gets what, and what the trail says."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.scope import visible
from supervision.hazard import dossier
from supervision.video import jobs, queries, service
from tests.factories.hazards import picture
from tests.factories.video import make_camera, make_node, make_violation, media_of
from vision import contract
from vision.contract import DetectedBox, JobResult, RuleKind

COPY = picture("gray")


@pytest.fixture
def node(app, cast):
    return make_node(app)


@pytest.fixture
def camera(cast, node):
    node.beat()
    return make_camera(cast, node)


def trail(action):
    db.session.rollback()
    stmt = visible(AuditEntry, SYSTEM).where(AuditEntry.action == action).order_by(AuditEntry.id)
    return [(one.actor_name, one.data) for one in db.session.scalars(stmt)]


def make_copy(node, data=COPY):
    """The node asks for its work, makes the copy and sends it."""
    [job] = contract.parse(contract.NodeWork, node.call("GET", "/jobs").json).jobs
    sha256 = hashlib.sha256(data).hexdigest()
    source = node.call("GET", f"/jobs/{job.job_id}/source")
    assert hashlib.sha256(source.data).hexdigest() == job.source.sha256
    path = f"/jobs/{job.job_id}/file/{sha256}"
    assert node.call("PUT", path, data=data, content_type="image/jpeg").status_code == 201
    done = JobResult(job.job_id, ok=True, sha256=sha256, size=len(data), media_type="image/jpeg")
    assert (
        node.call("POST", f"/jobs/{job.job_id}/result", json=contract.to_json(done)).status_code
        == 200
    )
    return job


def test_a_copy_is_made_by_the_node_for_one_person_and_kept_for_a_week(pages, node, camera):
    ident = make_violation(node, camera)
    snapshot, _clip = media_of(ident)
    asked = pages.post("video_operator", f"{snapshot}/copy")
    again = pages.post("video_operator", f"{snapshot}/copy")
    assert asked.location == again.location, "one that is on its way is not made twice"
    address = asked.location
    told = pages.get("video_operator", f"{address}/state").json
    assert (told["over"], told["percent"]) == (False, 10)
    assert pages.get("video_operator", f"{address}/file").status_code == 404

    job = make_copy(node)
    # The one bare head of the event is whom it is about.
    assert job.keep == ((0.4, 0.2, 0.5, 0.35),)
    assert job.watermark.startswith(f"video_operator #{ident} 20")
    assert job.watermark.isascii()
    assert job.watermark.endswith(trail("video.copy_ask")[0][1]["mark"])
    assert pages.get("video_operator", f"{address}/state").json["over"] is True
    assert "others are blurred" in pages.get("video_operator", address, language="en").text
    got = pages.get("video_operator", f"{address}/file")
    assert got.data == COPY
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert [who for who, _data in trail("video.copy_take")] == ["Video Operator"]

    for who in ("district_officer", "city_officer", "plant_manager"):
        assert pages.get(who, address).status_code == 404, "nobody else's copy"
        assert pages.get(who, f"{address}/file").status_code == 404
    assert jobs.forget_copies(clock.now() + timedelta(days=6)) == 0
    assert jobs.forget_copies(clock.now() + timedelta(days=8)) == 1
    assert pages.get("video_operator", f"{address}/file").status_code == 404
    assert "kept for a week" in pages.get("video_operator", address, language="en").text


def test_a_copy_says_when_its_node_is_away_and_when_it_could_not_be_made(pages, node, camera):
    snapshot, _clip = media_of(make_violation(node, camera))
    address = pages.post("video_operator", f"{snapshot}/copy").location
    later = clock.now() + timedelta(minutes=10)
    with clock.frozen(later):
        page = pages.get("video_operator", address, language="en").text
    assert "The vision node is offline" in page
    [job] = contract.parse(contract.NodeWork, node.call("GET", "/jobs").json).jobs
    failed = contract.to_json(JobResult(job.job_id, ok=False, problem="no frame can be read"))
    node.call("POST", f"/jobs/{job.job_id}/result", json=failed)
    assert "no frame can be read" in pages.get("video_operator", address).text


def test_a_camera_without_a_node_says_so(pages, cast, node, camera):
    snapshot, _clip = media_of(make_violation(node, camera))
    with transaction():
        queries.get_camera(camera, SYSTEM).node_id = None
    assert pages.post("video_operator", f"{snapshot}/copy").status_code == 409


def test_the_original_comes_with_its_hash_and_its_story_for_a_reason(pages, node, camera):
    ident = make_violation(node, camera)
    snapshot, _clip = media_of(ident)
    refused = pages.post("district_officer", f"{snapshot}/original", {"take1-reason": " "})
    assert refused.status_code == 422
    got = pages.post("district_officer", f"{snapshot}/original", {"take1-reason": "Case 7"})
    assert got.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(got.data)) as archive:
        names = {name for name in archive.namelist() if name.endswith(".jpg")}
        assert set(archive.namelist()) == names | {"SHA256SUMS", "manifest.json", "manifest.txt"}
        [name] = names
        data = archive.read(name)
        story = json.loads(archive.read("manifest.json"))
        words = archive.read("manifest.txt").decode()
        sums = archive.read("SHA256SUMS").decode()
    assert data == picture()
    assert sums == f"{hashlib.sha256(data).hexdigest()}  {name}\n"
    assert (story["violation"], story["reason"], story["size"]) == (ident, "Case 7", len(data))
    assert story["taken_by"]["name"] == "District Officer"
    assert "Case 7" in words
    [(who, entry)] = trail("video.original_take")
    assert (who, entry["reason"], entry["sha256"]) == (
        "District Officer",
        "Case 7",
        story["sha256"],
    )
    for who in ("video_operator", "plant_manager", "auditor"):
        assert pages.post(who, f"{snapshot}/original", {"take1-reason": "x"}).status_code == 403


def test_a_hold_is_placed_listed_and_released_with_a_reason(pages, node, camera):
    ident = make_violation(node, camera)
    home = f"/video/{ident}/evidence"
    assert (
        pages.post("district_officer", f"/video/{ident}/holds", {"hold-reason": ""}).status_code
        == 422
    )
    pages.post("district_officer", f"/video/{ident}/holds", {"hold-reason": "Complaint 12"})
    page = pages.get("district_officer", home, language="en").text
    assert "Complaint 12" in page
    assert "never removed while a hold stands" in page
    for who, seen in (("city_officer", True), ("plant_manager", True), ("other_district", False)):
        assert ("Complaint 12" in pages.get(who, "/video/holds/").text) is seen
    assert "Complaint 12" not in pages.get("city_officer", "/video/holds/?q=zz").text
    release = f"/video/{ident}/holds/1/release"
    assert pages.post("video_operator", release, {"release1-reason": "over"}).status_code == 403
    assert pages.post("other_district", release, {"release1-reason": "over"}).status_code == 404
    assert pages.post("district_officer", release, {"release1-reason": ""}).status_code == 422
    assert pages.post("district_officer", release, {"release1-reason": "over"}).location == home
    assert pages.post("district_officer", release, {"release1-reason": "over"}).status_code == 409
    assert "Complaint 12" not in pages.get("city_officer", "/video/holds/").text
    assert "Complaint 12" in pages.get("city_officer", "/video/holds/?state=all").text
    assert "GB" in pages.get("administrator", "/video/holds/", language="en").text


def test_two_bare_heads_or_a_whole_crowd_leave_nobody_to_be_shown(pages, node, camera):
    head = DetectedBox("head", 0.7, (0.4, 0.2, 0.5, 0.35))
    other = DetectedBox("head", 0.6, (0.7, 0.2, 0.8, 0.35))
    ident = make_violation(node, camera, boxes=(head, other))
    pages.post("video_operator", f"{media_of(ident)[0]}/copy")
    assert make_copy(node).keep == ()
    crowd = make_violation(
        node, camera, rule_id="crowding", rule_kind=RuleKind.CROWDING, boxes=(head,)
    )
    pages.post("video_operator", f"{media_of(crowd)[0]}/copy")
    assert make_copy(node).keep == ()


def test_a_dossier_leaves_out_what_cameras_saw_and_says_so(cast, node, camera):
    ident = make_violation(node, camera)
    with transaction():
        service.confirm(ident, cast["video_operator"])
    [chapter] = dossier.CHAPTERS
    assert list(chapter.files(cast.plant_id, cast["district_officer"])) == []
    [section] = chapter.sections(cast.plant_id, cast["district_officer"])
    assert section.count == 1
    assert section.note
