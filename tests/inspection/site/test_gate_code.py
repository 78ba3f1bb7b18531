"""The code at the gate: who gets it, where it leads, and to whom it says nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from supervision.core import clock
from supervision.inspection.workflow import InspectionKind, InspectionState
from tests.factories.codes import gate_code
from tests.factories.inspections import make_inspection, prepare
from tests.pages import error_text

S, K = InspectionState, InspectionKind


def drawn(pages, cast, who="plant_manager"):
    """The picture at the gate as a phone's camera reads it."""
    cv2 = pytest.importorskip("cv2", reason="the `vision` extra is missing")
    import io

    import numpy as np

    answer = pages.get(who, f"/enterprises/{cast.plant_id}/code.png")
    picture = np.array(Image.open(io.BytesIO(answer.data)).convert("RGB"))
    text, _points, _straight = cv2.QRCodeDetector().detectAndDecode(picture)
    return text


def test_the_picture_holds_the_address_that_is_scanned_and_nothing_else(pages, cast):
    token = gate_code(cast)
    assert drawn(pages, cast) == f"http://localhost/scan/{token}"
    svg = pages.get("plant_manager", f"/enterprises/{cast.plant_id}/code.svg")
    assert svg.mimetype == "image/svg+xml"
    assert b"<script" not in svg.data
    # Nothing to count on from: as long as a secret, and another for each plant.
    assert len(token) >= 22
    assert token != gate_code(cast, enterprise_id=cast.other_plant_id)


def test_the_sheet_is_printed_by_both_sides_and_issued_by_an_officer(pages, cast):
    sheet = f"/enterprises/{cast.plant_id}/code"
    assert "No code was issued yet" in pages.get("plant_manager", sheet).text
    assert pages.get("plant_manager", f"{sheet}.png").status_code == 404
    assert pages.post("plant_manager", sheet).status_code == 403
    assert pages.post("district_officer", sheet).status_code == 302
    assert "code.svg" in pages.get("plant_manager", sheet).text


def test_a_new_code_makes_the_old_one_worthless(pages, cast):
    old = gate_code(cast)
    new = gate_code(cast)
    assert pages.get("district_officer", f"/scan/{old}").status_code == 404
    assert pages.get("district_officer", f"/scan/{new}").status_code == 200


@pytest.mark.parametrize("who", ["other_district", "other_plant", "no_role"])
def test_to_whom_it_says_nothing_a_real_code_and_a_guessed_one_look_alike(pages, cast, who):
    real = pages.get(who, f"/scan/{gate_code(cast)}")
    guessed = pages.get(who, "/scan/AAAAAAAAAAAAAAAAAAAAAA")
    assert real.status_code == guessed.status_code == 404
    assert error_text(real) == error_text(guessed)


def test_signed_out_one_signs_in_first_and_comes_back(pages, cast):
    answer = pages.get(None, f"/scan/{gate_code(cast)}")
    assert answer.status_code == 302
    assert "next=/scan/" in answer.location


def test_an_enterprises_own_people_come_to_their_file(pages, cast):
    answer = pages.get("plant_manager", f"/scan/{gate_code(cast)}")
    assert answer.location == f"/enterprises/{cast.plant_id}"


def test_an_officer_comes_to_the_inspection_of_today(pages, cast):
    prepare(cast)
    tomorrow = clock.today() + clock.DAY
    make_inspection(cast, S.APPROVED)
    make_inspection(cast, S.NOTIFIED, day=tomorrow)
    token = gate_code(cast)
    nothing = pages.get("district_officer", f"/scan/{token}")
    assert "You have no inspection here today" in nothing.text
    begin = pages.get("district_officer", f"/inspections/new/{cast.plant_id}?kind=visit")
    assert re.search(r'<(option|input)[^>]*(selected|checked)[^>]*value="visit"', begin.text)
    today = make_inspection(cast, S.NOTIFIED)
    answer = pages.get("district_officer", f"/scan/{token}")
    assert answer.location == f"/inspections/{today}/site?scanned={token}"
    assert "You have no inspection" in pages.get("city_officer", f"/scan/{token}").text
    visit = make_inspection(cast, S.DRAFT, kind=K.VISIT, basis="", subject="A word of advice")
    both = pages.get("district_officer", f"/scan/{token}").text
    assert "A word of advice" in both
    assert f"/inspections/{visit}/site?scanned=" in both


def test_the_page_on_site_is_for_its_officers_while_they_work(pages, cast):
    prepare(cast)
    draft = make_inspection(cast, S.APPROVED)
    ongoing = make_inspection(cast, S.ONGOING)
    assert pages.get("district_officer", f"/inspections/{ongoing}/site").status_code == 200
    for who, ident in (("district_officer", draft), ("city_officer", ongoing)):
        answer = pages.get(who, f"/inspections/{ident}/site")
        assert answer.location == f"/inspections/{ident}"
    state = pages.get("city_officer", f"/inspections/{ongoing}/site/state")
    assert state.status_code == 409
    assert state.get_json()["error"] == "closed"


def test_the_worker_answers_for_inspections_and_lies_where_they_lie(pages):
    answer = pages.get(None, "/inspections/site-worker.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    kept = Path("static/js/site-worker.js").read_text(encoding="utf-8")
    assert answer.text == kept
