"""What a log may say, what a node may claim, what killed processes leave behind."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from supervision.core import clock
from supervision.core.db import db
from supervision.core.errors import InvalidInput
from supervision.video import rules
from tests.factories.video import URL, camera_uid, make_camera, make_event, make_node
from vision.streams import StreamError, check_url


def test_an_error_of_the_database_carries_no_values(app):
    with pytest.raises(DBAPIError) as caught:
        db.session.execute(text("SELECT :word FROM nowhere"), {"word": "$argon2-secret"})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "started",
    [
        datetime(9999, 12, 31, 23, 59, tzinfo=UTC),
        datetime(2200, 1, 1, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
    ],
)
def test_a_node_that_lives_in_another_age_does_not_break_the_queue(app, pages, cast, started):
    node = make_node(app)
    camera = make_camera(cast, node)
    event = make_event(node, camera_uid(camera), started_at=started)
    answer = node.send(event)
    assert answer.status_code == 422
    assert answer.json["field"] in {"started_at", "seen_at", "camera_id"}
    assert pages.get("video_operator", "/video/?status=").status_code == 200


def test_a_clock_that_is_a_day_off_is_still_believed(app, cast):
    node = make_node(app)
    camera = make_camera(cast, node)
    started = clock.now() + timedelta(hours=20)
    assert node.send(make_event(node, camera_uid(camera), started_at=started)).status_code == 201


HOSTS = ("cameras.example", "*.plant.example", "10.0.0.0/8", "fd00::/8")
LIES = (
    "rtsp://cameras.example@evil.example/",
    "rtsp://cameras.example:554@evil.example/",
    "rtsp://evil.example#@cameras.example/",
    "rtsp://evil.example?@cameras.example/",
    "rtsp://evil.example/@cameras.example/",
    "rtsp://cameras.example./",
    "rtsp://cameras.example.evil.example/",
    "rtsp://plant.example/",
    "rtsp://167772161/",
    "rtsp://0x0a000001/",
    "rtsp://012.0.0.1/",
    "rtsp://10.1/",
    "rtsp://[::ffff:10.0.0.1]/",
    "rtsp://[::1]/",
    "rtsp://127.0.0.1/",
    "rtsp://cameras\uff0eexample/",
    "rtsp://cameras.ex\tample/",
    "rtsp://cameras.example/\r\nX: y",
    " rtsp://cameras.example/",
    "file:///etc/passwd",
    "FILE:///etc/passwd",
    "concat:rtsp://cameras.example/",
    "gopher://cameras.example/",
    "rtsp:cameras.example",
    "rtsp://",
    "rtsp://cameras.example:99999/",
    "rtsp://[cameras.example/",
)


@pytest.mark.parametrize("url", LIES)
def test_an_address_that_means_another_host_is_refused_on_both_sides(url):
    with pytest.raises(InvalidInput):
        rules.check_stream_url(url, HOSTS)
    with pytest.raises(StreamError):
        check_url(url, HOSTS)


@pytest.mark.parametrize(
    "url",
    [
        URL,
        "RTSP://CAMERAS.EXAMPLE/1",
        "rtsp://gate.plant.example/",
        "rtsp://u:p%40ss@10.1.2.3/",
        "rtsp://[fd00::1]:554/",
    ],
)
def test_an_honest_address_is_taken_on_both_sides(url):
    rules.check_stream_url(url, HOSTS)
    check_url(url, HOSTS)


def test_neither_page_nor_trail_nor_log_says_the_address_of_a_stream(app, pages, cast, caplog):
    caplog.set_level(logging.DEBUG)
    node = make_node(app)
    camera = make_camera(cast, node)
    for who, url in (
        ("section_chief", f"/video/cameras/{camera}"),
        ("section_chief", f"/video/cameras/{camera}/edit"),
        ("administrator", "/audit/"),
        ("administrator", f"/video/nodes/{node.id}"),
    ):
        body = pages.get(who, url).get_data(as_text=True)
        assert "secret-word" not in body
        assert node.token not in body
    refused = pages.post(
        "section_chief",
        f"/video/cameras/{camera}/edit",
        {"stream_url": "rtsp://u:secret-word@evil.example/"},
    )
    assert refused.status_code == 422
    assert "secret-word" not in refused.get_data(as_text=True)
    assert "secret-word" not in caplog.text
    assert node.token not in caplog.text


KILLED = """
import io, os, sys, time
from supervision.core import attachments, clock
from supervision.core.db import db, transaction
from supervision.factory import create_app, throwaway_settings
from supervision.core.actor import SYSTEM
from supervision.enterprise import queries as enterprises
from supervision.hazard import service
from tests.factories.hazards import finding, photo
from pathlib import Path

settings = throwaway_settings(database_url=sys.argv[1], storage_dir=Path(sys.argv[2]))
app = create_app(settings)
with app.app_context(), transaction():
    plant = enterprises.get_enterprise(int(sys.argv[3]), SYSTEM)
    service.report(plant, SYSTEM, finding(photos=[photo(SYSTEM)]))
    print("written, not committed", flush=True)
    time.sleep(60)
"""


def test_a_process_killed_in_the_middle_of_a_report_leaves_nothing_and_no_gap(
    app, cast, settings, tmp_path
):
    from tests.factories.hazards import load, make_hazard

    url = settings.database_url
    arguments = [sys.executable, "-c", KILLED, url, str(tmp_path), str(cast.plant_id)]

    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("written")
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    before = db.session.execute(
        text("SELECT (SELECT count(*) FROM hazard), (SELECT count(*) FROM attachment),"
             " (SELECT count(*) FROM notice), (SELECT count(*) FROM hazard_event)")
    ).one()  # fmt: skip
    db.session.rollback()
    assert tuple(before) == (0, 0, 0, 0)
    assert load(make_hazard(cast), cast["district_officer"]).number.endswith("-00001")
