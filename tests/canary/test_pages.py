"""Trials as people see them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from supervision.canary.workflow import CanaryState
from supervision.core import clock
from supervision.detector import queries as detectors
from tests.factories.canaries import begin, canary, judged, of_today, ref
from tests.factories.models import a_candidate, model, promoted, seeded
from tests.factories.video import MODEL, make_camera, make_node
from vision.contract import ModelHealth, ModelState


@pytest.fixture
def node(app, cast):
    seeded()
    node = make_node(app)
    of_today(node)
    return node


@pytest.fixture
def camera(cast, node):
    return make_camera(cast, node)


def test_a_trial_is_begun_from_the_model_on_ticked_cameras(cast, pages, node, camera):
    ident = a_candidate()
    other = make_camera(cast, node, name="Line 3")
    page = pages.get("administrator", f"/model-trials/new?model={ident}&text=line").text
    assert "Line 2 north" in page
    kept = pages.get("administrator", f"/model-trials/new?text=3&cameras={camera}&cameras=x").text
    assert kept.index("Line 2 north") < kept.index("Line 3"), "ticked before, it stays on top"
    assert kept.count(" checked") == 1
    client = pages.as_("administrator")
    asked = {"model": ident, "reason": "fewer false alarms", "cameras": [camera]}
    assert client.post("/model-trials/new", data={**asked, "cameras": []}).status_code == 422
    answer = client.post("/model-trials/new", data=asked)
    assert answer.status_code == 302
    shown = pages.get("administrator", answer.location).text
    assert "Too few verdicts to say anything" in shown
    assert "Line 2 north" in shown
    listed = pages.get("administrator", "/model-trials/?status=running").text
    assert "fewer false alarms" in listed
    assert "beside site-safety 1" in listed
    assert "Where it is used" in pages.get("administrator", f"/models/{ident}").text
    assert "Model on trial" in pages.get("section_chief", f"/video/cameras/{camera}").text
    assert "Model on trial" not in pages.get("section_chief", f"/video/cameras/{other}").text
    a_candidate("3")
    again = pages.get("administrator", "/model-trials/new").text
    assert "on another trial" in again
    assert str(other) in again


def test_figures_stand_beside_each_other_and_nodes_speak_for_themselves(cast, pages, node, camera):
    ident, now = a_candidate(), clock.now()
    with clock.frozen(now - timedelta(days=1)):
        found = begin(ident, camera)
    judged(cast, node, camera, by=MODEL, at=now - timedelta(days=2), right=1, wrong=1)
    judged(cast, node, camera, by=ref(ident), right=2, wrong=1, waiting=1)
    refused = ModelHealth(model(ident).sha256, ModelState.REFUSED, "has other classes")
    node.beat(models=(refused,))
    page = pages.get("administrator", f"/model-trials/{found}").text
    for words in (
        "2 confirmed, 1 false alarms",
        "67%",
        "50%",
        "has other classes",
        "Refused by the node",
    ):
        assert words in page
    page = pages.get("auditor", f"/models/{ident}").text
    for words in ("Verdicts on what it told", "67%", "Gate house"):
        assert words in page


def test_promote_and_roll_back_are_one_form_each_and_a_stale_one_changes_nothing(pages, camera):
    ident = a_candidate()
    found = begin(ident, camera)
    client, url = pages.as_("administrator"), f"/model-trials/{found}"
    first = detectors.active().id
    version = canary(found).row_version
    promoted("3")
    stale = {"row_version": version, "seen_active": first}
    answer = client.post(f"{url}/promote", data=stale)
    assert (answer.status_code, "become the default meanwhile" in answer.text) == (409, True)
    assert canary(found).status is CanaryState.RUNNING
    fresh = {"row_version": version, "seen_active": detectors.active().id, "note": "better"}
    assert client.post(f"{url}/promote", data=fresh).status_code == 302
    assert detectors.active().id == ident
    assert client.post(f"{url}/roll-back", data={}).status_code == 409


def test_a_chief_may_neither_see_nor_decide(pages, camera):
    found = begin(a_candidate(), camera)
    chief = pages.as_("section_chief")
    assert chief.get(f"/model-trials/{found}").status_code == 403
    assert chief.post(f"/model-trials/{found}/promote").status_code == 403
    assert pages.as_("auditor").post(f"/model-trials/{found}/roll-back").status_code == 403


def test_without_a_candidate_the_pages_say_what_to_do_first(pages):
    seeded()
    assert "register a model first" in pages.get("administrator", "/model-trials/").text
    assert "There is no candidate to try" in pages.get("administrator", "/model-trials/new").text
