"""A major hazard has papers: a plan in six parts, two reports, a notification."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.hazard import major, service
from supervision.hazard.major_rules import PLAN_PARTS, RecordForm, RecordKind
from supervision.hazard.models import HazardRecord
from supervision.hazard.rules import Grade
from supervision.hazard.workflow import HazardState as S
from tests.factories.hazards import document, load, make_hazard, photo, picture, plan_parts
from tests.pages import error_text


def record(hazard, actor, **changes):
    values = {
        "kind": RecordKind.DEPARTMENT_REPORT,
        "given_on": clock.today(),
        "form": RecordForm.WRITTEN,
        "given_by": "P. Principal",
    }
    major.record(hazard, actor, **{**values, **changes})


def posted(**changes):
    values = {
        "kind": "department_report",
        "given_on": clock.today().isoformat(),
        "form": "online",
        "given_by": "P. Principal",
    }
    return {**values, **changes}


@pytest.mark.parametrize("part", PLAN_PARTS)
def test_rectification_of_a_major_hazard_does_not_begin_without_each_part_of_the_plan(cast, part):
    hazard_id = make_hazard(cast, S.ASSIGNED, grade=Grade.MAJOR)
    manager = cast["safety_manager"]
    with pytest.raises(InvalidInput) as refused, transaction():
        parts = plan_parts(**{part: "  "})
        service.start(load(hazard_id, manager), manager, measures="Clean", parts=parts)
    assert refused.value.field == part
    assert load(hazard_id, manager).status is S.ASSIGNED
    assert load(hazard_id, manager).plans == []


def test_a_general_hazard_needs_none_of_it(cast):
    hazard = load(make_hazard(cast, S.CLOSED), SYSTEM)
    assert (hazard.plans, hazard.records) == ([], [])


@pytest.mark.parametrize("missing", list(RecordKind))
def test_a_major_hazard_is_not_submitted_while_one_record_is_missing(cast, missing):
    hazard_id = make_hazard(cast, S.RECTIFYING, grade=Grade.MAJOR)
    manager = cast["safety_manager"]
    with transaction():
        document(load(hazard_id, manager), manager, *(set(RecordKind) - {missing}))
    with pytest.raises(InvalidInput) as refused, transaction():
        service.submit(load(hazard_id, manager), manager, note="done", photos=[photo(manager)])
    assert [str(duty.value) for duty in load(hazard_id, manager).open_duties] == [missing.value]
    assert refused.value.http_status == 422
    with transaction():
        hazard = load(hazard_id, manager)
        document(hazard, manager, missing)
        service.submit(hazard, manager, note="done", photos=[photo(manager)])
    assert load(hazard_id, manager).status is S.SUBMITTED


def test_a_major_hazard_that_lost_its_papers_is_not_closed(cast):
    """Rows from before this rule have none: re-inspection must not pass them by."""
    hazard_id = make_hazard(cast, S.SUBMITTED, grade=Grade.MAJOR)
    officer = cast["district_officer"]
    with transaction():
        db.session.execute(
            db.delete(HazardRecord).where(HazardRecord.kind == RecordKind.CONGRESS_REPORT)
        )
    with pytest.raises(InvalidInput), transaction():
        service.verify(load(hazard_id, officer), officer, note="Seen")
    manager = cast["safety_manager"]
    with transaction():
        document(load(hazard_id, manager), manager, RecordKind.CONGRESS_REPORT)
    with transaction():
        service.verify(load(hazard_id, officer), officer, note="Seen")
    assert load(hazard_id, officer).status is S.CLOSED


@pytest.mark.parametrize(("language", "names"), [("en", "congress"), ("zh_Hans_CN", "、")])
def test_the_page_names_what_is_missing_and_keeps_what_was_typed(pages, cast, language, names):
    hazard_id = make_hazard(cast, S.RECTIFYING, grade=Grade.MAJOR)
    manager = cast["safety_manager"]
    with transaction():
        document(load(hazard_id, manager), manager, RecordKind.WORKER_NOTIFICATION)
    data = {"note": "typed by hand", "photos": (io.BytesIO(picture()), "after.jpg")}
    client = pages.as_("safety_manager", language)
    page = client.post(
        f"/hazards/{hazard_id}/submit", data=data, content_type="multipart/form-data"
    )
    assert page.status_code == 422
    problem = page.get_data(as_text=True).split('class="error-list"')[1].split("</ul>")[0]
    assert names in problem
    assert "typed by hand" in page.get_data(as_text=True)
    assert load(hazard_id, SYSTEM).status is S.RECTIFYING


def test_a_day_before_the_finding_or_after_today_is_refused(cast):
    hazard_id = make_hazard(cast, S.ASSIGNED, grade=Grade.MAJOR)
    manager = cast["safety_manager"]
    for day in (clock.today() - timedelta(days=2), clock.today() + timedelta(days=1)):
        with pytest.raises(InvalidInput) as refused, transaction():
            record(load(hazard_id, manager), manager, given_on=day)
        assert refused.value.field == "given_on"
    assert load(hazard_id, manager).records == []


def test_only_the_enterprise_records_and_only_on_an_open_major_hazard(cast):
    officer, manager = cast["district_officer"], cast["safety_manager"]
    open_id = make_hazard(cast, S.ASSIGNED, grade=Grade.MAJOR)
    with pytest.raises(Forbidden), transaction():
        record(load(open_id, officer), officer)
    for state, grade in ((S.CLOSED, Grade.MAJOR), (S.ASSIGNED, Grade.GENERAL)):
        other_id = make_hazard(cast, state, grade=grade)
        with pytest.raises(Conflict), transaction():
            record(load(other_id, manager), manager)


def test_the_first_notification_of_the_workers_stands_in_the_ledger(cast):
    hazard_id = make_hazard(cast, S.RECTIFYING, grade=Grade.MAJOR)
    manager = cast["safety_manager"]
    with transaction():
        record(load(hazard_id, manager), manager, kind=RecordKind.WORKER_NOTIFICATION)
    assert load(hazard_id, manager).workers_notified_on == clock.today()


def test_a_plan_filed_anew_leaves_the_first_as_it_was(cast):
    hazard_id = make_hazard(cast, S.RECTIFYING, grade=Grade.MAJOR)
    manager = cast["safety_manager"]
    with transaction():
        major.file_plan(load(hazard_id, manager), manager, plan_parts(goals="Other aims"))
    hazard = load(hazard_id, manager)
    assert [plan.goals for plan in hazard.plans] == ["Plan: goals", "Other aims"]
    assert hazard.current_plan.goals == "Other aims"
    assert [e.action for e in hazard.events][-1] == "file_plan"


def test_the_papers_by_pages_from_start_to_submission(pages, cast):
    hazard_id = make_hazard(cast, S.ASSIGNED, grade=Grade.MAJOR)
    url = f"/hazards/{hazard_id}"
    short = pages.post("safety_manager", f"{url}/start", {"measures": "Clean", "goals": "Safe"})
    assert short.status_code == 422
    parts = {name: f"Words on {name}" for name in PLAN_PARTS}
    sent = pages.post("safety_manager", f"{url}/start", {"measures": "Clean", **parts})
    assert sent.status_code == 302
    for kind in RecordKind:
        paper = (io.BytesIO(picture()), "paper.jpg")
        data = posted(kind=kind.value, photo=paper)
        answer = pages.post(
            "safety_manager", f"{url}/records", data, content_type="multipart/form-data"
        )
        assert answer.status_code == 302, error_text(answer)
    page = pages.get("district_officer", url).get_data(as_text=True)
    assert "Words on safety" in page
    assert page.count("P. Principal") >= 3
    record_id = load(hazard_id, SYSTEM).records[0].id
    assert pages.get("auditor", f"{url}/records/{record_id}/file").mimetype == "image/jpeg"
    assert pages.get("other_district", f"{url}/records/{record_id}/file").status_code == 404
    other = make_hazard(cast)
    wrong = pages.get("auditor", f"/hazards/{other}/records/{record_id}/file")
    assert wrong.status_code == 404
    after = {"note": "Clean now", "photos": (io.BytesIO(picture()), "after.jpg")}
    done = pages.post("safety_manager", f"{url}/submit", after, content_type="multipart/form-data")
    assert done.status_code == 302, error_text(done)


def test_a_record_without_a_paper_has_no_file(pages, cast):
    hazard_id = make_hazard(cast, S.SUBMITTED, grade=Grade.MAJOR)
    record_id = load(hazard_id, SYSTEM).records[0].id
    answer = pages.get("auditor", f"/hazards/{hazard_id}/records/{record_id}/file")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (None, 302),
        ("no_role", 403),
        ("district_officer", 403),
        ("auditor", 403),
        ("other_plant", 404),
        ("plant_manager", 302),
        ("safety_manager", 302),
    ],
)
@pytest.mark.parametrize("step", ["records", "plan"])
def test_who_may_file_the_papers(pages, cast, who, status, step):
    hazard_id = make_hazard(cast, S.RECTIFYING, grade=Grade.MAJOR)
    data = posted() if step == "records" else dict.fromkeys(PLAN_PARTS, "words")
    answer = pages.post(who, f"/hazards/{hazard_id}/{step}", data)
    assert answer.status_code == status
    done = who in {"plant_manager", "safety_manager"}
    hazard = load(hazard_id, SYSTEM)
    assert len(hazard.records if step == "records" else hazard.plans[1:]) == done


@pytest.mark.parametrize("state", [S.ASSIGNED, S.RECTIFYING, S.SUBMITTED, S.CLOSED])
@pytest.mark.parametrize("who", ["safety_manager", "district_officer"])
@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_a_major_hazard_has_a_page_in_every_state(pages, cast, state, who, language):
    hazard_id = make_hazard(cast, state, grade=Grade.MAJOR)
    page = pages.get(who, f"/hazards/{hazard_id}", language=language)
    assert 'id="major"' in page.get_data(as_text=True)


def test_the_exported_ledger_shows_plan_and_reports(pages, cast):
    make_hazard(cast, S.CLOSED, grade=Grade.MAJOR)
    answer = pages.get("district_officer", "/hazards/export.xlsx?grade=major")
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    heads = next(row for row in rows if "Reported to the supervising department" in row)
    values = next(row for row in rows if any(str(v).startswith("YH-330110-") for v in row))
    by_name = dict(zip(heads, values, strict=True))
    assert "Plan: safety" in by_name["Plan"]
    told = by_name["Reported to the workers' congress"]
    assert told.date() == clock.today()
    assert by_name["Reported to the supervising department"].date() == clock.today()
