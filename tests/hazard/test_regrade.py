"""Changing a grade: with a reason, by two persons of the side that raised the hazard."""

from __future__ import annotations

import pytest

from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.hazard import regrade, service
from supervision.hazard.rules import Grade
from supervision.hazard.workflow import HazardState as S
from supervision.hazard.workflow import RegradeState
from tests.factories.hazards import load, make_hazard, photo
from tests.pages import error_text


def ask(cast, hazard_id, grade, who="district_officer", reason="seen anew"):
    with transaction():
        regrade.request(load(hazard_id, cast[who]), cast[who], grade=grade, reason=reason)


def decide(cast, hazard_id, name, who="section_chief", note="looked at it"):
    with transaction():
        pending = load(hazard_id, cast[who]).regrades[-1]
        regrade.decide(pending, cast[who], name=name, note=note)


def test_lowering_holds_only_when_another_person_has_approved_it(cast):
    hazard_id = make_hazard(cast, S.RECTIFYING, grade=Grade.MAJOR)
    ask(cast, hazard_id, Grade.GENERAL)
    assert load(hazard_id, SYSTEM).grade is Grade.MAJOR
    decide(cast, hazard_id, "approve")
    hazard = load(hazard_id, SYSTEM)
    assert (hazard.grade, hazard.grade_reason) == (Grade.GENERAL, "seen anew")
    row = hazard.regrades[0]
    assert (row.from_grade, row.to_grade) == (Grade.MAJOR, Grade.GENERAL)
    assert (row.status, row.decided_by) == (RegradeState.APPROVED, "Section Chief")


def test_a_refused_lowering_changes_nothing(cast):
    hazard_id = make_hazard(cast, S.ASSIGNED, grade=Grade.MAJOR)
    ask(cast, hazard_id, Grade.GENERAL)
    decide(cast, hazard_id, "refuse")
    hazard = load(hazard_id, SYSTEM)
    assert (hazard.grade, hazard.grade_reason) == (Grade.MAJOR, "in words")


def test_raising_holds_at_once_with_all_duties_of_a_major_hazard(cast):
    hazard_id = make_hazard(cast, S.RECTIFYING)
    ask(cast, hazard_id, Grade.MAJOR)
    assert load(hazard_id, SYSTEM).grade is Grade.MAJOR
    manager = cast["safety_manager"]
    with pytest.raises(InvalidInput), transaction():
        service.submit(load(hazard_id, manager), manager, note="done", photos=[photo(manager)])
    decide(cast, hazard_id, "approve")
    assert load(hazard_id, SYSTEM).grade is Grade.MAJOR


def test_a_refused_raising_falls_back_to_what_was_decided_before(cast):
    hazard_id = make_hazard(cast, S.SUBMITTED)
    ask(cast, hazard_id, Grade.MAJOR)
    decide(cast, hazard_id, "refuse")
    hazard = load(hazard_id, SYSTEM)
    assert (hazard.grade, hazard.criterion_id, hazard.grade_reason) == (Grade.GENERAL, None, "")
    assert hazard.open_duties == []


def test_a_graded_major_hazard_is_not_lowered_by_grading_it_again(cast):
    hazard_id = make_hazard(cast, S.GRADED, grade=Grade.MAJOR)
    officer = cast["district_officer"]
    with pytest.raises(InvalidInput) as refused, transaction():
        service.grade(load(hazard_id, officer), officer, grade=Grade.GENERAL)
    assert refused.value.field == "grade"
    ask(cast, hazard_id, Grade.GENERAL)
    assert len(load(hazard_id, SYSTEM).regrades) == 1


def test_nobody_decides_on_their_own_request_nor_for_the_other_side(cast):
    hazard_id = make_hazard(cast, S.ASSIGNED, grade=Grade.MAJOR)
    ask(cast, hazard_id, Grade.GENERAL, who="section_chief")
    for who in ("section_chief", "district_officer", "plant_manager"):
        with pytest.raises(Forbidden):
            decide(cast, hazard_id, "approve", who=who)
    assert load(hazard_id, SYSTEM).grade is Grade.MAJOR


def test_inside_the_enterprise_the_principal_decides(cast):
    hazard_id = make_hazard(cast, S.ASSIGNED, by="safety_manager", grade=Grade.MAJOR)
    with pytest.raises(Forbidden):
        ask(cast, hazard_id, Grade.GENERAL)
    ask(cast, hazard_id, Grade.GENERAL, who="safety_manager")
    decide(cast, hazard_id, "approve", who="plant_manager")
    assert load(hazard_id, SYSTEM).grade is Grade.GENERAL


def test_a_second_request_while_one_waits_is_a_conflict(pages, cast):
    hazard_id = make_hazard(cast, S.ASSIGNED, grade=Grade.MAJOR)
    data = {"grade": "general", "reason": "not what it seemed"}
    url = f"/hazards/{hazard_id}/regrades"
    assert pages.post("district_officer", url, data).status_code == 302
    again = pages.post("section_chief", url, data)
    assert again.status_code == 409
    assert "already waiting" in error_text(again)
    assert len(load(hazard_id, SYSTEM).regrades) == 1


def test_a_settled_hazard_keeps_its_grade(cast):
    hazard_id = make_hazard(cast, S.SUBMITTED, grade=Grade.MAJOR)
    ask(cast, hazard_id, Grade.GENERAL)
    officer = cast["district_officer"]
    with transaction():
        service.verify(load(hazard_id, officer), officer, note="Seen")
    with pytest.raises(Conflict):
        decide(cast, hazard_id, "approve")
    with pytest.raises(Conflict):
        ask(cast, make_hazard(cast, S.CLOSED), Grade.MAJOR)
    assert load(hazard_id, SYSTEM).grade is Grade.MAJOR


@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_asking_and_deciding_by_pages(pages, cast, language):
    hazard_id = make_hazard(cast, S.RECTIFYING)
    url = f"/hazards/{hazard_id}"
    form = pages.get("district_officer", url, language=language).get_data(as_text=True)
    assert 'id="step-regrade-request"' in form
    assert 'id="step-regrade-request"' not in pages.get("safety_manager", url).get_data(
        as_text=True
    )
    short = pages.post("district_officer", f"{url}/regrades", {"grade": "major", "reason": ""})
    assert short.status_code == 422
    data = {"grade": "major", "reason": "dust in the ducts"}
    assert pages.post("district_officer", f"{url}/regrades", data).status_code == 302
    own = pages.get("district_officer", url, language=language).get_data(as_text=True)
    assert 'id="step-regrade-approve"' not in own
    chief = pages.get("section_chief", url, language=language).get_data(as_text=True)
    assert 'id="step-regrade-approve"' in chief
    regrade_id = load(hazard_id, SYSTEM).regrades[0].id
    wordless = pages.post("section_chief", f"{url}/regrades/{regrade_id}/refuse", {"note": ""})
    assert wordless.status_code == 422
    elsewhere = f"/hazards/{make_hazard(cast)}/regrades/{regrade_id}/approve"
    assert pages.post("section_chief", elsewhere).status_code == 404
    assert pages.post("district_officer", f"{url}/regrades/{regrade_id}/approve").status_code == 403
    assert pages.post("section_chief", f"{url}/regrades/{regrade_id}/approve").status_code == 302
    hazard = load(hazard_id, SYSTEM)
    assert (hazard.grade, hazard.regrades[0].status) == (Grade.MAJOR, RegradeState.APPROVED)
    assert "dust in the ducts" in pages.get("safety_manager", url).get_data(as_text=True)
