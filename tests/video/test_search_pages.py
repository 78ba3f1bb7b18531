"""Cameras that a node finds in its own network: asked for, told, added."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from supervision.core import clock, crypto
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.scope import unscoped, visible
from supervision.video import jobs, queries, searches
from supervision.video.job_models import JobState
from supervision.video.models import Camera
from supervision.video.search_models import CameraSearch
from tests.factories.searches import PROFILES, start_search, tell
from tests.factories.video import make_camera, make_node
from tests.pages import error_text
from vision.contract import FoundCamera, JobKind

FOUND = FoundCamera("10.0.0.5:80", "North gate", "Made-up Optics", "MO-4", profiles=PROFILES)
DEAF = FoundCamera("10.0.0.9:80", problem="it refuses the user or the password")
SECRET = "Camera-Pass-7"
CHIEF = "section_chief"
TICKED = {
    "pick-0": "on",
    "name-0": "North gate",
    "place-0": "Gate",
    "main-0": PROFILES[0].url,
    "sub-0": PROFILES[1].url,
}


@pytest.fixture
def node(app):
    return make_node(app)


@pytest.fixture
def hosts(monkeypatch):
    """The web lets cameras of the plant's network be added."""
    import dataclasses

    from supervision.video.views import searches as pages

    real = pages.settings
    monkeypatch.setattr(
        pages, "settings", lambda: dataclasses.replace(real(), stream_hosts=("10.0.0.0/8",))
    )


def search_of(search_id: int) -> CameraSearch:
    db.session.rollback()
    return searches.get_search(search_id, SYSTEM)


def cameras() -> list[Camera]:
    db.session.rollback()
    return list(db.session.scalars(visible(Camera, SYSTEM).order_by(Camera.id)))


def test_an_officer_asks_the_node_looks_and_the_page_shows_what_answered(cast, pages, node):
    with transaction():
        queries.get_node(node.id, SYSTEM).speaks = 4
    form = {"node_id": node.id, "hosts": "10.0.0.5\n10.0.0.9, 10.0.0.5", "seconds": 3}
    form |= {"user": "viewer", "password": SECRET}
    answer = pages.post(CHIEF, f"/video/searches/new/{cast.plant_id}", data=form)
    assert answer.status_code == 302
    where = answer.headers["Location"]
    assert "data-job=" in pages.get(CHIEF, where).text
    beat = node.beat()
    assert beat.headers["Anqi-Work"] == "1"
    [job] = node.call("GET", "/jobs").json["jobs"]
    assert job["kind"] == JobKind.DISCOVER
    assert job["discover"] == {
        "seconds": 3.0,
        "hosts": ["10.0.0.5", "10.0.0.9"],
        "user": "viewer",
        "password": SECRET,
    }
    result = {"job_id": job["job_id"], "ok": True, "found": [_json(FOUND), _json(DEAF)]}
    assert node.call("POST", f"/jobs/{job['job_id']}/result", json=result).status_code == 200
    page = pages.get(CHIEF, where).text
    assert "MO-4" in page
    assert "It refuses the user or the password." in page
    assert SECRET not in page
    assert node.call("GET", "/jobs").json["jobs"] == []


def _json(found: FoundCamera) -> dict:
    from vision import contract

    return contract.to_json(found)


def test_what_is_ticked_becomes_cameras_with_the_password_in_their_address(
    cast, pages, node, hosts
):
    search = start_search(node, cast.plant_id, password=SECRET)
    tell(node, search, FOUND, DEAF)
    assert pages.post(CHIEF, f"/video/searches/{search}/add", data=TICKED).status_code == 302
    [camera] = cameras()
    assert (camera.name, camera.place, camera.node_id) == ("North gate", "Gate", node.id)
    assert crypto.decrypt(camera.stream_url) == f"rtsp://viewer:{SECRET}@10.0.0.5:554/main"
    assert crypto.decrypt(camera.sub_url) == f"rtsp://viewer:{SECRET}@10.0.0.5:554/sub"
    page = pages.get(CHIEF, f"/video/searches/{search}").text
    assert "added already" in page
    again = pages.post(CHIEF, f"/video/searches/{search}/add", data=TICKED)
    assert again.status_code == 409
    assert len(cameras()) == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"main-0": "rtsp://10.0.0.66/other"}, "North gate does not offer this stream."),
        ({"sub-0": "file:///etc/passwd"}, "North gate does not offer this stream."),
        ({"name-0": " "}, "Each camera needs a name"),
        ({"pick-0": None}, "Choose at least one camera."),
    ],
)
def test_what_no_camera_offered_or_nobody_named_is_not_added(
    cast, pages, node, hosts, changed, words
):
    search = start_search(node, cast.plant_id)
    tell(node, search, FOUND)
    typed = {name: value for name, value in (TICKED | changed).items() if value is not None}
    answer = pages.post(CHIEF, f"/video/searches/{search}/add", data=typed)
    assert answer.status_code == 422
    assert words in error_text(answer)
    assert cameras() == []


def test_one_camera_that_cannot_be_added_keeps_all_others_out_and_is_named(cast, pages, node):
    """The web's own list of hosts counts: nothing of 10.0.0.0/8 is on it here."""
    search = start_search(node, cast.plant_id)
    tell(node, search, FOUND)
    answer = pages.post(CHIEF, f"/video/searches/{search}/add", data=TICKED)
    assert answer.status_code == 422
    assert "North gate: " in error_text(answer)
    assert cameras() == []


def test_a_worker_that_does_not_know_searches_is_not_asked(cast, pages, node):
    with transaction():
        queries.get_node(node.id, SYSTEM).speaks = 3
    answer = pages.post(
        CHIEF, f"/video/searches/new/{cast.plant_id}", data={"node_id": node.id, "seconds": 3}
    )
    assert answer.status_code == 422
    assert "too old" in error_text(answer)


def test_a_node_that_dies_in_a_search_gets_it_again_three_times(cast, node):
    search = start_search(node, cast.plant_id)
    for tries in range(1, 5):
        told = node.call("GET", "/jobs").json["jobs"]
        assert len(told) == (1 if tries < 4 else 0)
        with transaction():
            row = searches.get_search(search, SYSTEM)
            if row.lease_until is not None:
                row.lease_until = clock.now() - timedelta(seconds=1)
    assert search_of(search).status is JobState.FAILED


def test_another_node_s_search_is_none_of_its_business(app, cast, node):
    search = start_search(node, cast.plant_id)
    stranger = make_node(app, "Another house")
    assert tell(stranger, search, FOUND).status_code == 404
    assert search_of(search).status is JobState.WAITING


def test_a_password_is_forgotten_after_a_day_and_a_search_after_a_month(cast, node):
    search = start_search(node, cast.plant_id, password=SECRET)
    now = clock.now()
    assert jobs.forget_searches(now + timedelta(hours=20)) == 0
    assert SECRET not in search_of(search).password
    assert jobs.forget_searches(now + timedelta(days=2)) == 1
    assert search_of(search).password == ""
    assert jobs.forget_searches(now + timedelta(days=31)) == 1
    count = select(func.count(CameraSearch.id))
    assert db.session.scalar(unscoped(count, reason="test")) == 0


@pytest.mark.parametrize(
    "typed", ["admin:Typed-Pass-1@10.0.0.5", "http://a:Typed-Pass-1@10.0.0.5/x"]
)
def test_a_password_typed_into_an_address_is_refused_and_kept_nowhere(cast, pages, node, typed):
    with transaction():
        queries.get_node(node.id, SYSTEM).speaks = 4
    form = {"node_id": node.id, "hosts": f"10.0.0.9\n{typed}", "seconds": 3}
    answer = pages.post(CHIEF, f"/video/searches/new/{cast.plant_id}", data=form)
    assert answer.status_code == 422
    assert "without user and password" in error_text(answer)
    db.session.rollback()
    trail = db.session.scalars(unscoped(select(AuditEntry.data), reason="all of it")).all()
    assert "Typed-Pass-1" not in str(trail)


@pytest.mark.parametrize(
    "url", ["rtsp://[broken/main", "rtsp://10.0.0.5:99999/main", "javascript:x"]
)
def test_an_address_that_is_none_is_no_stream_that_is_offered(cast, pages, node, url):
    """A node is believed about cameras, not about what an address is."""
    search = start_search(node, cast.plant_id)
    odd = FoundCamera("10.0.0.7:80", "Odd", profiles=(replace(PROFILES[0], url=url),))
    assert tell(node, search, odd, FOUND).status_code == 200
    page = pages.get(CHIEF, f"/video/searches/{search}")
    assert page.status_code == 200
    assert url not in page.text
    typed = TICKED | {"name-0": "Odd", "main-0": url, "sub-0": ""}
    answer = pages.post(CHIEF, f"/video/searches/{search}/add", data=typed)
    assert answer.status_code == 422
    assert cameras() == []


def test_a_worker_that_was_put_back_to_an_older_one_is_not_given_what_it_cannot_read(cast, node):
    """It would read none of its other work either."""
    search = start_search(node, cast.plant_id)
    with transaction():
        queries.get_node(node.id, SYSTEM).speaks = 3
    assert node.call("GET", "/jobs").json["jobs"] == []
    assert search_of(search).status is JobState.WAITING
    with transaction():
        queries.get_node(node.id, SYSTEM).speaks = 4
    assert len(node.call("GET", "/jobs").json["jobs"]) == 1


def test_nobody_has_a_node_look_into_the_network_of_a_plant_that_is_not_theirs(cast, pages, node):
    with transaction():
        queries.get_node(node.id, SYSTEM).speaks = 4
    form = {"node_id": node.id, "seconds": 3}
    make_camera(cast, node)
    address = f"/video/searches/new/{cast.plant_id}"
    assert pages.post(CHIEF, address, data=form).status_code == 302
    make_camera(cast, node, enterprise_id=cast.far_plant_id, name="Far away")
    answer = pages.post(CHIEF, address, data=form)
    assert answer.status_code == 422
    assert "ask an administrator" in error_text(answer)
    assert pages.post("administrator", address, data=form).status_code == 302
