"""Whose camera it is decides who sees its pictures: every role, camera and kind of picture.

The pattern of CVE-2026-33470: an address that is allowed, with the id of somebody else's camera.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.video import copies, holds, live, media_links, queries
from tests.factories.hazards import picture
from tests.factories.video import (
    Node,
    camera_uid,
    make_camera,
    make_node,
    make_violation,
    media_of,
)
from vision import contract

NEAR, OTHER, FAR = "the plant's", "another plant's", "another district's"
CAMERAS = (NEAR, OTHER, FAR)
# Whose cameras each may know of, whatever their role lets them do with them.
SEES = {
    "city_officer": {NEAR, OTHER, FAR},
    "district_officer": {NEAR, OTHER},
    "section_chief": {NEAR, OTHER},
    "other_district": {FAR},
    "plant_manager": {NEAR},
    "safety_manager": {NEAR},
    "worker": {NEAR},
    "other_plant": {OTHER},
    "video_operator": {NEAR, OTHER},
    "auditor": {NEAR, OTHER, FAR},
    "administrator": {NEAR, OTHER, FAR},
    "no_role": set(),
}
PEOPLE = set(SEES)
MAY_READ = PEOPLE - {"worker", "no_role"}
MAY_LOOK = MAY_READ - {"auditor"}
MAY_COPY = MAY_LOOK - {"administrator"}
MAY_TAKE = {"city_officer", "district_officer", "section_chief", "other_district"}


@dataclass(frozen=True)
class Place:
    """A camera, and all addresses that show what it sees or has seen."""

    camera: int
    violation: int
    snapshot: str
    clip: str
    hold: int

    def addresses(self):
        """Name, method, address, data, who holds the permission."""
        live_picture = f"/live/{self.camera}.jpg"
        take = {f"take{evidence_id(self.snapshot)}-reason": "Case 7"}
        release = f"/video/{self.violation}/holds/{self.hold}/release"
        return (
            ("snapshot", "GET", self.snapshot, None, MAY_READ),
            ("clip", "GET", self.clip, None, MAY_READ),
            ("thumbnail", "GET", f"{self.snapshot}?thumb=1", None, MAY_READ),
            ("evidence", "GET", f"/video/{self.violation}/evidence", None, MAY_READ),
            ("live tile", "GET", live_picture, None, MAY_LOOK),
            ("live", "POST", "/live/look", {"camera": self.camera}, MAY_LOOK),
            ("copy", "POST", f"{self.snapshot}/copy", None, MAY_COPY),
            ("original", "POST", f"{self.snapshot}/original", take, MAY_TAKE),
            # Without its reason: nobody releases it for the next.
            ("hold", "POST", release, {}, MAY_TAKE),
        )


def evidence_id(address):
    return media_links.get_evidence(address.removeprefix("/media/"), SYSTEM).id


def install(app, cast, node, enterprise_id) -> Place:
    camera = make_camera(cast, node, enterprise_id=enterprise_id)
    violation = make_violation(node, camera)
    with transaction():
        live.look(cast["administrator"], [camera])
        hold = holds.place(queries.get_violation(violation, SYSTEM), SYSTEM, "asked for").id
    at = {contract.TAKEN_HEADER: clock.now().isoformat()}
    sent = node.call("PUT", f"/live/{camera_uid(camera)}", data=picture(), headers=at)
    assert sent.status_code == 204
    return Place(camera, violation, *media_of(violation), hold)


@pytest.fixture
def nodes(app, cast) -> dict[str, Node]:
    found = {name: make_node(app, name) for name in CAMERAS}
    for node in found.values():
        node.beat()
    return found


@pytest.fixture
def places(app, cast, nodes) -> dict[str, Place]:
    ids = (cast.plant_id, cast.other_plant_id, cast.far_plant_id)
    return {
        name: install(app, cast, nodes[name], ident)
        for name, ident in zip(CAMERAS, ids, strict=True)
    }


def ask(client, method, address, data=None):
    answer = client.open(address, method=method, data=data)
    if answer.status_code in {301, 302} and "/account/sign-in" in answer.location:
        return "sign in"
    # A form without its reason, and a copy that was made for somebody.
    return {403: "forbidden", 404: "not found"}.get(answer.status_code, "in")


def test_every_role_sees_the_pictures_of_its_own_cameras_alone(pages, places):
    wrong = []
    for who in sorted(PEOPLE):
        client = pages.as_(who)
        for whose, place in places.items():
            for name, method, address, data, may in place.addresses():
                want = "in" if whose in SEES[who] else "not found"
                want = want if who in may else "forbidden"
                got = ask(client, method, address, data)
                if got != want:
                    wrong.append((who, whose, name, got, want))
    assert wrong == []


def test_nobody_and_no_node_opens_any(app, pages, nodes, places):
    nobody = pages.as_(None)
    for place in places.values():
        for name, method, address, data, _may in place.addresses():
            assert ask(nobody, method, address, data) == "sign in", name
            for node in nodes.values():
                with_token = {"Authorization": f"Bearer {node.token}"}
                answer = app.test_client().open(
                    address, method=method, data=data, headers=with_token
                )
                assert answer.status_code == 302, name
                assert "/account/sign-in" in answer.location


def test_a_changed_address_is_no_address(pages, cast, nodes, places):
    near, far = places[NEAR], places[FAR]
    client = pages.as_("plant_manager")
    key = near.snapshot.removeprefix("/media/")
    for at in (0, 15, 31):
        changed = key[:at] + ("0" if key[at] != "0" else "1") + key[at + 1 :]
        assert client.get(f"/media/{changed}").status_code == 404
    for odd in (str(near.violation), key[:-1], key + "0", key.upper(), "../" + key):
        assert client.get(f"/media/{odd}").status_code == 404
    # What is allowed, with something of another's in it.
    mixed = client.post("/live/look", data={"camera": [near.camera, far.camera]})
    assert mixed.status_code == 404
    officer = pages.as_("district_officer")
    for violation, hold in ((near.violation, far.hold), (far.violation, near.hold)):
        address = f"/video/{violation}/holds/{hold}/release"
        reason = {f"release{hold}-reason": "over"}
        assert officer.post(address, data=reason).status_code == 404
    with transaction():
        evidence = media_links.get_evidence(key, cast["safety_manager"])
        uid = copies.ask(evidence, cast["safety_manager"]).uid
    for part in ("", "/state", "/file"):
        assert client.get(f"/media/copies/{uid}{part}").status_code == 404, "a colleague's copy"
    # One node neither shows another's cameras nor reads what is to be done about them.
    at = {contract.TAKEN_HEADER: clock.now().isoformat()}
    foreign = nodes[FAR].call("PUT", f"/live/{camera_uid(near.camera)}", data=picture(), headers=at)
    assert foreign.status_code == 404
    nodes[NEAR].call("GET", "/jobs")
    assert nodes[FAR].call("GET", f"/jobs/{uid}/source").status_code == 404
    assert nodes[NEAR].call("GET", f"/jobs/{uid}/source").status_code == 200


def test_pictures_stay_with_who_asked_for_them(pages, places):
    near = places[NEAR]
    client = pages.as_("plant_manager")
    for address in (near.snapshot, near.clip, f"{near.snapshot}?thumb=1"):
        answer = client.get(address)
        assert "private" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"] == "inline"
        again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
    part = client.get(near.clip, headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.data) == (206, b"ftyp")
    db.session.rollback()
