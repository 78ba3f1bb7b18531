"""Bad input, each through its outermost door: a clear message, and nothing half-written."""

from __future__ import annotations

import http.client
import io
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import av
import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.attachments import Attachment
from supervision.core.db import db, transaction
from supervision.core.scope import visible
from supervision.enterprise.models import Enterprise
from supervision.hazard.workflow import HazardState as S
from supervision.video import equipment
from supervision.video.models import Camera, Violation
from tests.contract.installation import Installation
from tests.factories.hazards import load, make_hazard
from tests.factories.video import camera_uid, make_camera, make_event, make_node
from tests.pages import error_text
from tests.video.test_pages import camera_form
from vision import contract

ROOT = Path(__file__).resolve().parents[2]


def count(model):
    db.session.rollback()
    if hasattr(model, "visible_to"):
        return db.session.scalar(visible(model, SYSTEM, db.func.count(model.id)))
    return db.session.scalar(db.select(db.func.count(model.id)))


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("91330424MA28AQAQX0", "check digit"),
        ("91330424MA28AQAQ0U", "check digit"),
        ("91330424MA28AQAQXV", "V"),
        ("9133042MA28AQAQXU", "17"),
    ],
)
def test_a_wrong_credit_code_is_told_at_its_field(pages, code, told):
    before = count(Enterprise)
    data = {
        "uscc": code,
        "name": "New Plant",
        "province": "33",
        "city": "3301",
        "district": "330110",
        "street": "330110001",
        "address": "1 Road",
        "industry_code": "3311",
        "size_class": "small",
        "headcount": "10",
        "legal_representative": "L",
        "principal": "P",
    }
    page = pages.post("district_officer", "/enterprises/new", data)
    assert page.status_code == 422
    assert told in error_text(page)
    assert count(Enterprise) == before


def test_a_deadline_in_the_past(pages, cast):
    hazard_id = make_hazard(cast, S.GRADED)
    day = (clock.today() - timedelta(days=1)).isoformat()
    data = {"responsible_person": "S", "due_on": day}
    page = pages.post("district_officer", f"/hazards/{hazard_id}/assign", data)
    assert (page.status_code, load(hazard_id, SYSTEM).due_on) == (422, None)
    assert "The deadline lies in the past." in error_text(page)


def test_a_photo_that_is_not_an_image(pages, cast):
    hazard_id = make_hazard(cast, S.RECTIFYING)
    data = {"note": "done", "photos": (io.BytesIO(b"<svg/>"), "drawing.jpg")}
    page = pages.post(
        "safety_manager",
        f"/hazards/{hazard_id}/submit",
        data,
        content_type="multipart/form-data",
    )
    assert (page.status_code, count(Attachment)) == (422, 0)
    assert "drawing.jpg is not a picture" in error_text(page)


def test_an_upload_of_two_hundred_megabytes_gets_an_answer_in_words(settings, tmp_path):
    """Through the real server: one that closes early makes the browser say "connection reset"."""
    from dataclasses import replace

    url = f"sqlite:///{tmp_path}/web.db"
    installation = Installation(replace(settings, database_url=url), tmp_path)
    try:
        installation.start_web()
        connection = http.client.HTTPConnection("127.0.0.1", installation.port, timeout=60)
        connection.putrequest("POST", "/account/sign-in")
        connection.putheader("Content-Type", "multipart/form-data; boundary=x")
        connection.putheader("Content-Length", str(200 * 1024 * 1024))
        connection.endheaders()
        for _ in range(200):
            connection.send(bytes(1024 * 1024))
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        installation.end_all()
    assert answer.status == 413
    assert "413" in text


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("no address at all", "stream address"),
        ("file:///etc/passwd", "stream address"),
        ("rtsp://169.254.169.254/latest", "not on the list"),
    ],
)
def test_a_broken_stream_address(pages, cast, app, url, told):
    make_node(app)
    data = camera_form(stream_url=url)
    page = pages.post("administrator", f"/video/cameras/new/{cast.plant_id}", data)
    assert (page.status_code, count(Camera)) == (422, 0)
    assert told in error_text(page)


def vision(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "vision", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=60,
    )


def test_a_clip_with_no_video(tmp_path):
    sound = tmp_path / "sound.mp4"
    with av.open(str(sound), "w") as out:
        stream = out.add_stream("aac", rate=16000)
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        frame.sample_rate = 16000
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    done = vision("replay", sound)
    assert done.returncode != 0
    assert "no video" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_truncated_model_file(tmp_path):
    torn = tmp_path / "torn.onnx"
    whole = next((ROOT / "vision" / "models").glob("*.onnx"))
    torn.write_bytes(whole.read_bytes()[:100_000])
    done = vision("check-model", torn)
    assert done.returncode != 0
    assert "torn.onnx" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_event_with_an_unknown_field(app, cast):
    node = make_node(app)
    event = make_event(node, camera_uid(make_camera(cast, node)))
    answer = node.send({**contract.to_json(event), "mood": "good"})
    assert answer.status_code == 422
    assert "mood" in answer.get_data(as_text=True)
    assert count(Violation) == 0


def test_an_expired_node_token(app, cast):
    node = make_node(app)
    with transaction():
        from supervision.video import queries

        row = queries.get_node(node.id, SYSTEM)
        _row, node.token = equipment.issue_token(
            row, SYSTEM, label="short", expires_at=clock.now() + timedelta(seconds=60)
        )
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        answer = node.call("GET", "/config")
    assert answer.status_code == 401
    assert "expired" in answer.get_data(as_text=True)
