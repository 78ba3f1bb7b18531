"""What people of both sides can open and press, and what they are told when it does not fit."""

from __future__ import annotations

import io
import re
import threading
from datetime import timedelta

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.hazard.workflow import HazardState as S
from tests.factories.hazards import load, make_hazard, picture
from tests.pages import error_text


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (None, 302),
        ("no_role", 403),
        ("other_district", 404),
        ("other_plant", 404),
        ("plant_manager", 200),
        ("worker", 200),
        ("district_officer", 200),
        ("city_officer", 200),
        ("video_operator", 200),
        ("auditor", 200),
    ],
)
def test_who_may_open_a_hazard(pages, cast, who, status):
    hazard_id = make_hazard(cast, S.SUBMITTED)
    assert pages.get(who, f"/hazards/{hazard_id}").status_code == status
    file_id = load(hazard_id, SYSTEM).files[0].id
    assert pages.get(who, f"/hazards/{hazard_id}/files/{file_id}").status_code == status


def test_a_file_of_another_ticket_is_not_found_under_this_one(pages, cast):
    mine, other = make_hazard(cast, S.SUBMITTED), make_hazard(cast, S.SUBMITTED)
    file_id = load(other, SYSTEM).files[0].id
    assert pages.get("plant_manager", f"/hazards/{mine}/files/{file_id}").status_code == 404


@pytest.mark.parametrize(("who", "seen"), [("city_officer", 2), ("other_plant", 0), ("worker", 2)])
def test_the_ledger_shows_what_one_may_see(pages, cast, who, seen):
    make_hazard(cast)
    make_hazard(cast, S.CLOSED)
    page = pages.get(who, "/hazards/")
    assert page.get_data(as_text=True).count("YH-330110-") == seen


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("", 3),
        ("group=open", 2),
        ("group=overdue", 1),
        ("status=closed", 1),
        ("text=press", 3),
        ("text=100%25", 0),
        ("grade=major", 0),
        ("status=nonsense&page=-3&found_from=yesterday", 3),
        ("region=330110001", 3),
        ("found_from=2099-01-01", 0),
    ],
)
def test_the_ledger_can_be_filtered(pages, cast, query, seen):
    make_hazard(cast, S.RECTIFYING, due_on=clock.today())
    make_hazard(cast, S.REPORTED)
    make_hazard(cast, S.CLOSED)
    with clock.frozen(clock.now() + timedelta(days=1)):
        page = pages.get("district_officer", f"/hazards/?{query}")
    assert page.status_code == 200
    table = page.get_data(as_text=True).split("<tbody>")[-1]
    assert table.count("YH-330110-") == seen


def test_each_side_is_offered_its_own_steps_only(pages, cast):
    hazard_id = make_hazard(cast, S.ASSIGNED)
    theirs = pages.get("safety_manager", f"/hazards/{hazard_id}").get_data(as_text=True)
    ours = pages.get("district_officer", f"/hazards/{hazard_id}").get_data(as_text=True)
    assert 'id="step-start"' in theirs
    assert 'id="step-invalidate"' not in theirs
    assert 'id="step-invalidate"' in ours
    assert 'id="step-start"' not in ours


def test_the_whole_loop_by_pages(pages, cast):
    plant = cast.plant_id
    report = {
        "source": "patrol",
        "found_at": clock.now().astimezone(clock.SHANGHAI).strftime("%Y-%m-%dT%H:%M"),
        "place": "Line 2",
        "description": "Guard of the press is missing",
        "factor": "object",
        "category": "equipment",
        "photos": (io.BytesIO(picture()), "IMG_1.JPG"),
    }
    sent = pages.post(
        "district_officer", f"/hazards/report/{plant}", report, content_type="multipart/form-data"
    )
    assert sent.status_code == 302
    url = sent.location
    day = (clock.today() + timedelta(days=5)).isoformat()
    after = (io.BytesIO(picture("green")), "after.jpg")
    steps = [
        ("district_officer", "grade", {"grade": "general"}),
        ("district_officer", "assign", {"responsible_person": "S. Manager", "due_on": day}),
        ("safety_manager", "start", {"measures": "Fit the guard"}),
        ("safety_manager", "submit", {"note": "Fitted", "photos": after}),
        ("district_officer", "verify", {"note": "Seen on site"}),
    ]
    for who, step, data in steps:
        answer = pages.post(who, f"{url}/{step}", data, content_type="multipart/form-data")
        assert answer.status_code == 302, (step, error_text(answer))
    hazard = load(int(url.rsplit("/", 1)[-1]), SYSTEM)
    assert hazard.status is S.CLOSED
    assert [f.kind for f in hazard.files] == ["found", "rectified"]


def test_a_deadline_in_the_past_is_shown_at_its_field(pages, cast):
    hazard_id = make_hazard(cast, S.GRADED)
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    page = pages.post(
        "district_officer",
        f"/hazards/{hazard_id}/assign",
        {"responsible_person": "S. Manager", "due_on": yesterday},
    )
    assert page.status_code == 422
    assert "The deadline lies in the past." in error_text(page)
    assert load(hazard_id, SYSTEM).status is S.GRADED


def test_a_photo_that_is_not_an_image_is_refused_by_name_and_nothing_is_kept(pages, cast):
    hazard_id = make_hazard(cast, S.RECTIFYING)
    page = pages.post(
        "safety_manager",
        f"/hazards/{hazard_id}/submit",
        {"note": "done", "photos": (io.BytesIO(b"MZ not a picture"), "virus.jpg")},
        content_type="multipart/form-data",
    )
    assert page.status_code == 422
    assert "virus.jpg is not a picture" in error_text(page)
    assert load(hazard_id, SYSTEM).status is S.RECTIFYING
    assert db.session.scalar(db.select(db.func.count(Attachment.id))) == 0


def test_an_upload_beyond_the_limit_gets_its_own_page(pages, cast):
    hazard_id = make_hazard(cast, S.RECTIFYING)
    huge = io.BytesIO(b"\xff\xd8" + bytes(6 * 1024 * 1024))
    page = pages.post(
        "safety_manager",
        f"/hazards/{hazard_id}/submit",
        {"note": "done", "photos": (huge, "huge.jpg")},
        content_type="multipart/form-data",
    )
    assert page.status_code == 413
    assert load(hazard_id, SYSTEM).status is S.RECTIFYING


def test_the_wrong_state_is_a_conflict_page_that_says_what_to_do(pages, cast):
    hazard_id = make_hazard(cast, S.CLOSED)
    page = pages.post("district_officer", f"/hazards/{hazard_id}/verify", {"note": "again"})
    assert page.status_code == 409
    assert "Reload" in error_text(page)


def test_an_outsider_cannot_press_a_button_by_its_address(pages, cast):
    hazard_id = make_hazard(cast, S.SUBMITTED)
    url = f"/hazards/{hazard_id}/verify"
    assert pages.post("other_district", url, {"note": "fine"}).status_code == 404
    assert pages.post("video_operator", url, {"note": "fine"}).status_code == 403
    assert pages.post("plant_manager", url, {"note": "fine"}).status_code == 403
    assert load(hazard_id, SYSTEM).status is S.SUBMITTED


def test_many_pressing_the_same_button_at_once_one_wins_the_rest_are_told(app, pages, cast):
    hazard_id = make_hazard(cast, S.SUBMITTED)
    clients = [pages.as_("district_officer") for _ in range(16)]
    answers: list[int] = []
    barrier = threading.Barrier(len(clients))

    def press(client):
        barrier.wait()
        answers.append(client.post(f"/hazards/{hazard_id}/verify", data={"note": "ok"}).status_code)

    threads = [threading.Thread(target=press, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [302] + [409] * 15
    assert [e.action for e in load(hazard_id, SYSTEM).events].count("verify") == 1


@pytest.mark.parametrize("state", [*S])
@pytest.mark.parametrize("who", ["district_officer", "safety_manager", "auditor"])
@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_every_state_has_a_page_in_both_languages(pages, cast, state, who, language):
    if state in {S.TRANSFERRED, S.INVALID}:
        hazard_id = make_hazard(cast)
        data = (
            {"receiver": "Fire brigade", "reason": "theirs"}
            if state is S.TRANSFERRED
            else {"invalid_reason": "false_alarm"}
        )
        step = "transfer" if state is S.TRANSFERRED else "invalidate"
        assert (
            pages.post("district_officer", f"/hazards/{hazard_id}/{step}", data).status_code == 302
        )
    else:
        hazard_id = make_hazard(cast, state)
    assert pages.get(who, f"/hazards/{hazard_id}", language=language).status_code == 200


def test_the_exported_ledger_holds_the_filtered_rows_as_text(pages, cast):
    from openpyxl import load_workbook

    make_hazard(cast, S.CLOSED, description="=HYPERLINK(1)")
    make_hazard(cast)
    answer = pages.get("district_officer", "/hazards/export.xlsx?status=closed")
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    formulas = [c for c in cells if c.data_type == "f"]
    assert not formulas
    assert any(c.value == "=HYPERLINK(1)" for c in cells)
    assert sum(1 for c in cells if str(c.value).startswith("YH-330110-")) == 1


def _open_steps(page):
    """Names of the steps that stand open."""
    text = page.get_data(as_text=True)
    return re.findall(r'id="step-([a-z-]+)" open', text)


def test_a_ticket_that_waits_for_others_opens_no_step_and_says_whose_turn_it_is(pages, cast):
    with_plant = make_hazard(cast, S.RECTIFYING)
    page = pages.get("district_officer", f"/hazards/{with_plant}")
    assert _open_steps(page) == []
    assert 'id="step-transfer"' in page.get_data(as_text=True)
    assert "Next: rectification, by the enterprise" in page.get_data(as_text=True)

    submitted = make_hazard(cast, S.SUBMITTED)
    page = pages.get("safety_manager", f"/hazards/{submitted}").get_data(as_text=True)
    assert "Next: re-inspection, by the authority" in page
    page = pages.get("district_officer", f"/hazards/{submitted}")
    assert _open_steps(page) == ["verify"]
    assert "Next:" not in page.get_data(as_text=True)


def test_the_enterprise_accepts_and_the_authority_re_inspects(pages, cast):
    own = make_hazard(cast, S.SUBMITTED, by="plant_manager")
    page = pages.get("plant_manager", f"/hazards/{own}").get_data(as_text=True)
    assert "Accepted: close" in page
    assert "Passed: close" not in page
    theirs = make_hazard(cast, S.SUBMITTED)
    page = pages.get("district_officer", f"/hazards/{theirs}").get_data(as_text=True)
    assert "Passed: close" in page
    assert "Accepted: close" not in page


def test_what_an_enterprise_found_and_made_good_already_is_handed_in_by_one_form(pages, cast):
    own = make_hazard(cast, by="safety_manager")
    url = f"/hazards/{own}"
    assert _open_steps(pages.get("safety_manager", url)) == ["at-once"]
    without = pages.post("safety_manager", f"{url}/at-once", {"note": "Cleared"})
    assert without.status_code == 422
    assert load(own, SYSTEM).status is S.REPORTED
    form = {"note": "Cleared", "photos": (io.BytesIO(picture("green")), "after.jpg")}
    sent = pages.post("safety_manager", f"{url}/at-once", form, content_type="multipart/form-data")
    assert sent.status_code == 302, error_text(sent)
    found = load(own, SYSTEM)
    assert (found.status, found.rectified_by, found.due_on) == (
        *(S.SUBMITTED, "Safety Manager"),
        clock.today(),
    )
    assert [e.action for e in found.events] == ["report", "grade", "assign", "start", "submit"]
    # Nobody accepts their own work, and what the authority found takes its own steps.
    assert _open_steps(pages.get("safety_manager", url)) == []
    assert _open_steps(pages.get("plant_manager", url)) == ["verify"]
    theirs = f"/hazards/{make_hazard(cast)}"
    assert 'id="step-at-once"' not in pages.get("district_officer", theirs).get_data(as_text=True)
    for who in ("district_officer", "safety_manager"):
        form["photos"] = (io.BytesIO(picture("green")), "after.jpg")
        again = pages.post(who, f"{theirs}/at-once", form, content_type="multipart/form-data")
        assert again.status_code == 409, who


def test_the_ticket_and_the_start_page_say_how_late_it_is(pages, cast):
    hazard_id = make_hazard(cast, S.RECTIFYING, due_on=clock.today())
    with clock.frozen(clock.now() + timedelta(days=3)):
        ticket = pages.get("district_officer", f"/hazards/{hazard_id}").get_data(as_text=True)
        start = pages.get("district_officer", "/").get_data(as_text=True)
    assert "3 days late" in ticket
    assert "3 days late" in start


def test_an_empty_choice_of_a_filter_reads_as_all(pages, cast):
    page = pages.get("district_officer", "/hazards/").get_data(as_text=True)
    filters = page.split('role="search"')[1].split("</form>")[0]
    assert filters.count('<option value="">All</option>') == 5
    assert ">—<" not in filters
