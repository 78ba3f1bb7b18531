"""The registry as people see it."""

from __future__ import annotations

import io
import json

import pytest

from supervision.core.db import transaction
from supervision.detector import queries, service
from supervision.detector import views as detector_views
from supervision.detector.workflow import DetectorState
from tests.factories.models import (
    a_candidate,
    a_card,
    card_file,
    model,
    onnx_bytes,
    promoted,
    seeded,
)
from vision import contract


def _form(data: bytes, card=None, **more):
    shown = card_file(card or a_card(data))
    return {"weights": (io.BytesIO(data), "model.onnx"), "card": (shown, "card.json"), **more}


def test_an_administrator_registers_weights_and_reads_what_their_card_says(pages):
    seeded()
    client = pages.as_("administrator")
    assert "Register a model" in pages.get("administrator", "/models/").text
    answer = client.post("/models/", data=_form(onnx_bytes()))
    assert answer.status_code == 302
    page = pages.get("administrator", answer.location).text
    for words in ("site-safety 2", "Two hundred verdicts of the plant", "AGPL-3.0", "Plant yard"):
        assert words in page
    # 98.1 beside 97.3 of the default on the test set of the same name.
    assert "+0.8" in page
    assert "Begin a trial" in page


@pytest.mark.parametrize(
    ("data", "card", "words"),
    [
        (b"PK\x03\x04 a zip", None, "PyTorch file"),
        (onnx_bytes(), {"name": "x"}, "The card does not fit"),
        (onnx_bytes(), a_card(onnx_bytes(), sha256="d" * 64), "d" * 64),
    ],
)
def test_what_is_refused_is_said_beside_its_field_and_nothing_is_kept(pages, data, card, words):
    answer = pages.as_("administrator").post("/models/", data=_form(data, card))
    assert answer.status_code == 422
    assert words in answer.text
    assert "No models yet" in pages.get("administrator", "/models/").text


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        json.dumps(contract.to_json(a_card(onnx_bytes(), licence="GPL\x00"))),
        json.dumps(contract.to_json(a_card(onnx_bytes(), training_data="\ud800 x"))),
        "[1]",
    ],
)
def test_a_card_that_no_database_can_hold_is_refused(pages, text):
    form = _form(onnx_bytes()) | {"card": (io.BytesIO(text.encode()), "card.json")}
    assert pages.as_("administrator").post("/models/", data=form).status_code == 422


def test_only_whoever_may_register_gets_room_for_more_than_a_photo(pages, monkeypatch):
    """The limit of the tests' uploads is 5 MB."""
    large = {"weights": (io.BytesIO(b"x" * 6 * 1024 * 1024), "model.onnx")}
    assert pages.as_("section_chief").post("/models/", data=large).status_code == 413
    large = {"weights": (io.BytesIO(b"x" * 6 * 1024 * 1024), "model.onnx")}
    assert pages.as_("administrator").post("/models/", data=large).status_code == 422
    monkeypatch.setattr(detector_views, "MAX_MODEL_BYTES", 1024)
    large = {"weights": (io.BytesIO(b"x" * 6 * 1024 * 1024), "model.onnx")}
    assert pages.as_("administrator").post("/models/", data=large).status_code == 413


def test_the_list_is_searched_narrowed_and_sorted(pages):
    seeded()
    a_candidate("2")
    a_candidate("3-night", name="night-shift")
    shown = pages.get("administrator", "/models/?sort=name").text
    assert shown.index(">night-shift 3-night<") < shown.index(">site-safety 1.1<")
    assert "night-shift" not in pages.get("administrator", "/models/?text=safety+2").text
    narrowed = pages.get("administrator", "/models/?status=active").text
    assert "came with the system" in narrowed
    assert "night-shift" not in narrowed
    assert "No model matches" in pages.get("administrator", "/models/?text=nothing").text


def test_one_button_leads_back_and_a_stale_page_does_not(pages):
    seeded()
    second = promoted("2")
    page = pages.get("administrator", f"/models/{second}").text
    assert "All nodes return to site-safety 1" in page
    version = model(second).row_version
    client = pages.as_("administrator")
    stale = {"row_version": version - 1, "note": "x"}
    assert client.post(f"/models/{second}/roll-back", data=stale).status_code == 409
    fresh = {"row_version": version, "note": "too many false alarms"}
    answer = client.post(f"/models/{second}/roll-back", data=fresh)
    assert answer.status_code == 302
    assert queries.active().is_built_in
    shown = pages.get("administrator", f"/models/{second}").text
    assert "Make it a candidate again" in shown
    assert client.post(f"/models/{second}/reconsider", data={}).status_code == 302
    assert model(second).status is DetectorState.CANDIDATE


def test_a_candidate_is_withdrawn_with_a_reason(pages):
    ident = a_candidate()
    client = pages.as_("administrator")
    assert client.post(f"/models/{ident}/withdraw", data={}).status_code == 422
    answer = client.post(f"/models/{ident}/withdraw", data={"reason": "learnt from the test set"})
    assert answer.status_code == 302
    assert "learnt from the test set" in pages.get("administrator", f"/models/{ident}").text


def test_an_auditor_reads_and_changes_nothing(pages):
    seeded()
    ident = a_candidate()
    page = pages.get("auditor", f"/models/{ident}").text
    assert "Two hundred verdicts" in page
    for offered in ("Begin a trial", "Withdraw this model"):
        assert offered not in page
    assert pages.as_("auditor").get("/models/new").status_code == 403


def test_a_damaged_file_is_said_on_every_page_of_it(pages):
    ident = a_candidate()
    with transaction():
        service.tell_of_damage(model(ident))
    assert "File damaged" in pages.get("administrator", "/models/").text
    assert "Register the same file again" in pages.get("administrator", f"/models/{ident}").text
