"""The pages of art. 41, of policies and of proofs, as people use them."""

from __future__ import annotations

import io
from datetime import timedelta

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.gate import queries
from supervision.gate.workflow import GateState
from supervision.video import queries as video
from supervision.video import service as verdicts
from tests.factories.gates import make_gate
from tests.factories.proofs import a_proof
from tests.factories.video import make_camera, make_node, make_violation
from tests.pages import error_text


def scan(name):
    return io.BytesIO(b"%PDF-1.4 " + name.encode()), f"{name}.pdf"


def entered(**changes):
    today = clock.today()
    values = {
        "legal_by": "Legal section", "legal_on": today - timedelta(days=9), "legal_number": "L-1",
        "technical_by": "Institute", "technical_on": today - timedelta(days=8),
        "technical_number": "T-1", "published_where": "Notice board",
        "published_on": today - timedelta(days=7), "siting": "Looks at the press",
        "valid_from": today - timedelta(days=6), "valid_until": today + timedelta(days=300),
    }  # fmt: skip
    return {**values, **changes}


def test_a_camera_is_reviewed_a_sighting_marked_and_the_mark_taken_back(app, cast, pages):
    node = make_node(app)
    camera = make_camera(cast, node)
    seen = make_violation(node, camera, with_files=False)
    with transaction():
        hazard_id = verdicts.confirm(seen, cast["district_officer"]).hazard_id
    who = "district_officer"
    assert "May not prove a penalty today" in error_text(pages.get(who, f"/gates/cameras/{camera}"))
    assert "no legal review" in error_text(pages.get(who, f"/hazards/{hazard_id}"))
    answer = pages.post(who, f"/gates/cameras/{camera}/new", entered(legal_scan=scan("legal")))
    gate = answer.location
    page = error_text(pages.get(who, gate))
    assert "Scan of the technical review" in page
    assert pages.post(who, f"{gate}/submit").status_code == 422
    more = {name: scan(name) for name in ("technical_scan", "published_scan")}
    assert pages.post(who, f"{gate}/edit", {**entered(), **more}).status_code == 302
    wrong = entered(valid_until=clock.today() - timedelta(days=30))
    assert "The end lies before the start." in error_text(pages.post(who, f"{gate}/edit", wrong))
    assert pages.post(who, f"{gate}/submit").status_code == 302
    assert pages.post(who, f"{gate}/approve").status_code == 403
    assert "1" in error_text(pages.get("section_chief", "/gates/?group=waiting"))
    assert pages.post("section_chief", f"{gate}/approve", {"note": "Seen"}).status_code == 302
    assert pages.get(who, f"{gate}/scans/legal").status_code == 200
    assert "May prove a penalty today" in error_text(pages.get(who, f"/gates/cameras/{camera}"))
    # What came before the record proves nothing; what comes after it can be marked, on the ticket
    # and on its own page.
    assert "Mark it" not in error_text(pages.get(who, f"/hazards/{hazard_id}"))
    seen = make_violation(node, camera, with_files=False, colour="navy", started_at=clock.now())
    with transaction():
        assert verdicts.confirm(seen, cast[who]).hazard_id == hazard_id
    assert "Mark it" in error_text(pages.get(who, f"/hazards/{hazard_id}"))
    here = f"/gates/violations/{seen}"
    assert pages.post(who, f"{here}/mark", {"note": "No helmet"}).status_code == 302
    assert pages.post(who, f"{here}/mark", {"gate_id": "999"}).status_code == 409
    db.session.rollback()
    mark_id = queries.mark_of(seen, SYSTEM).id
    for path in (here, f"/video/{seen}", f"/hazards/{hazard_id}"):
        assert "Penalty evidence" in error_text(pages.get(who, path))
    back = f"/gates/marks/{mark_id}/withdraw"
    assert pages.post(who, back).status_code == 422
    assert pages.post(who, back, {"reason": "Another man"}).status_code == 302
    assert "Another man" in error_text(pages.get(who, here))
    # The plant reads what was decided about its camera, and nothing of what is held against it.
    assert pages.get("plant_manager", gate).status_code == 200
    assert "Penalty evidence (art. 41)" not in error_text(
        pages.get("plant_manager", f"/hazards/{hazard_id}")
    )


def test_an_enterprise_reads_no_draft_and_the_list_tells_cameras_apart(app, cast, pages):
    node = make_node(app)
    first, second = make_camera(cast, node), make_camera(cast, node, name="South")
    draft = make_gate(cast, first, GateState.SUBMITTED)
    make_gate(cast, second)
    assert pages.get("plant_manager", f"/gates/{draft}").status_code == 404
    page = error_text(pages.get("plant_manager", "/gates/?group=in_force"))
    assert ("South" in page, "Line 2 north" in page) == (True, False)
    stale = {"reason": "Wrong camera", "row_version": "99"}
    assert pages.post("section_chief", f"/gates/{draft}/return", stale).status_code == 409
    given = {"reason": "Wrong camera"}
    assert pages.post("section_chief", f"/gates/{draft}/return", given).status_code == 302
    assert "Wrong camera" in error_text(pages.get("district_officer", f"/gates/{draft}"))
    assert pages.post("district_officer", f"/gates/{draft}/discard", given).status_code == 302


def test_an_administrator_sets_a_policy_and_is_told_what_does_not_fit(app, cast, pages):
    camera = make_camera(cast, make_node(app))
    who, here = "administrator", "/video/policies/helmet_missing/edit"
    given = {"mode": "automatic", "least_precision": "0.5", "least_verdicts": 50, "window_days": 30}
    assert "Between 0.9 and 1." in error_text(pages.post(who, here, given))
    given |= {"least_precision": "0.95", "camera": str(camera)}
    assert pages.post(who, here, given).status_code == 302
    page = error_text(pages.get(who, "/video/policies/"))
    assert "people decide: 0 of 50 verdicts" in page
    assert pages.post(who, here, {**given, "row_version": "9"}).status_code == 409
    assert pages.get(who, "/video/policies/nothing/edit").status_code == 404
    db.session.rollback()


def test_a_proposed_proof_shows_its_figures_and_its_clip(app, cast, pages):
    node = make_node(app)
    camera = make_camera(cast, node)
    seen = make_violation(node, camera, with_files=False)
    with transaction():
        hazard_id = verdicts.confirm(seen, cast["district_officer"]).hazard_id
    ids = a_proof(cast.plant_id, hazard_id, camera)
    here = f"/proofs/{ids['proof.proposal_id']}"
    for path in (here, f"/hazards/{hazard_id}", "/proofs/?status=void"):
        assert "96.5 %" in error_text(pages.get("district_officer", path))
    assert pages.get("district_officer", f"{here}/clip.mp4").mimetype == "video/mp4"
    assert pages.get("other_district", f"{here}/clip.mp4").status_code == 404
    assert pages.post("district_officer", f"{here}/accept").status_code == 409
    assert pages.post("district_officer", f"{here}/refuse").status_code == 422
    assert video.get_camera(camera, SYSTEM).uid
