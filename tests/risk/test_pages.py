"""What people of both sides can open and press, and what they are told when it does not fit."""

from __future__ import annotations

import io
import re

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from supervision import seeds
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.risk import queries, tables
from supervision.risk.rules import RiskGrade
from supervision.risk.table_rules import TableCode
from supervision.risk.workflow import RiskState
from tests.factories.risks import make_plan, make_point, plan_picture
from tests.pages import error_text

VALUES = {
    "name": "Spray booth",
    "place": "Hall 2",
    "factor_group": "object",
    "factor": "Vapour of solvent",
    "accidents": ["08", "19"],
    "responsible_person": "T. Leader",
}


@pytest.fixture
def shelf(cast):
    with transaction():
        seeds.load_risk_tables()


def the_point(name="Spray booth"):
    stmt = queries.list_points(SYSTEM, queries.RiskFilter(text=name))
    (found,) = queries.db.session.scalars(stmt).unique()
    return queries.get_point(found.id, SYSTEM)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (None, 302),
        ("no_role", 403),
        ("worker", 403),
        ("video_operator", 403),
        ("other_district", 404),
        ("other_plant", 404),
        ("safety_manager", 200),
        ("district_officer", 200),
        ("auditor", 200),
    ],
)
def test_who_may_see_a_risk_its_plan_and_its_picture(pages, cast, who, status):
    plan_id, area_id = make_plan(cast)
    point_id = make_point(cast, area_id=area_id)
    paths = (f"{point_id}", f"plans/{plan_id}", f"plans/{plan_id}/picture")
    assert {pages.get(who, f"/risks/{path}").status_code for path in paths} == {status}


def test_from_an_empty_site_to_a_coloured_plan(pages, cast, shelf):
    """Upload, draw, enter, assess twice, control, file: as a safety manager does it."""
    who, plant = "safety_manager", cast.plant_id
    answer = pages.post(
        who,
        f"/risks/plans/of/{plant}",
        {"name": "Ground floor", "picture": (plan_picture(), "floor.png")},
    )
    assert answer.status_code == 302
    plan_id = int(re.search(r"/plans/(\d+)/", answer.location)[1])
    drawn = {"name": "Paint shop", "polygon": "10,10 60,10 60,60 10,60"}
    assert pages.post(who, f"/risks/plans/{plan_id}/areas/new", drawn).status_code == 302
    entered = {**VALUES, "plan_id": plan_id, "x": "30", "y": "25.5"}
    assert pages.post(who, f"/risks/new/{plant}", entered).status_code == 302
    point_id = the_point().id
    url = f"/risks/{point_id}"
    assert "an assessment" in error_text(pages.get(who, url))
    table = tables.table_on(TableCode.LS, clock.today()).id
    scores = {"likelihood": "4", "severity": "5", "assessed_on": clock.today(), "table_id": table}
    before = pages.post(who, f"{url}/assess?method=ls", {**scores, "stage": "inherent"})
    assert before.status_code == 302
    after = {**scores, "likelihood": "2", "severity": "4", "stage": "residual"}
    assert pages.post(who, f"{url}/assess?method=ls", after).status_code == 302
    control = {"kind": "engineering", "text": "Exhaust", "responsible_post": "Painter"}
    assert pages.post(who, f"{url}/controls", control).status_code == 302
    assert pages.post(who, f"{url}/file").status_code == 302
    point = the_point()
    assert (point.status, point.inherent, point.residual) == ("filed", "red", "blue")
    assert point.area.name == "Paint shop"
    plan = pages.get("district_officer", f"/risks/plans/{plan_id}").get_data(as_text=True)
    assert 'class="zone zone-blue"' in plan
    assert "Paint shop B" in plan
    inherent = pages.get(who, f"/risks/plans/{plan_id}?by=inherent").get_data(as_text=True)
    assert 'class="zone zone-red"' in inherent
    assert "Exhaust" in error_text(pages.get(who, f"/risks/board/{plant}"))


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("", 3),
        ("grade=red", 1),
        ("status=draft", 1),
        ("status=retired", 1),
        ("review=late", 0),
        ("text=press", 3),
        ("text=Invented", 3),
        ("text=R001", 1),
        ("region=330110001&sort=number", 3),
        ("grade=nonsense&page=-1&enterprise=x&status=zz", 3),
        ("method=ls", 0),
    ],
)
def test_the_list_can_be_filtered(pages, cast, query, seen):
    for state, colour in (
        (RiskState.FILED, "red"),
        (RiskState.DRAFT, "orange"),
        (RiskState.RETURNED, "blue"),
        (RiskState.RETIRED, "blue"),
    ):
        make_point(cast, state, colour)
    page = pages.get("district_officer", f"/risks/?{query}")
    assert page.status_code == 200
    assert page.get_data(as_text=True).count('class="row-link"') == seen


def test_the_export_holds_the_controls_and_the_filter(pages, cast):
    make_point(cast, colour="red")
    make_point(cast, colour="blue")
    answer = pages.get("district_officer", "/risks/export.xlsx?grade=red")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    cells = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row]
    assert sum("Light curtain" in cell for cell in cells) == 1


def test_officer_looks_at_a_major_risk_returns_it_and_the_enterprise_reads_why(pages, cast):
    point_id = make_point(cast, colour="red")
    start = error_text(pages.get("district_officer", "/"))
    assert "Major risks to confirm" in start
    answer = pages.post(
        "district_officer", f"/risks/{point_id}/return", {"reason": "No photo of the guard"}
    )
    assert answer.status_code == 302
    assert "No photo of the guard" in error_text(pages.get("plant_manager", f"/risks/{point_id}"))
    assert "Risk points returned" in error_text(pages.get("plant_manager", "/"))


def test_a_step_on_a_page_that_is_out_of_date_is_refused(pages, cast):
    point_id = make_point(cast)
    stale = {"reason": "Sold", "row_version": "1"}
    assert pages.post("safety_manager", f"/risks/{point_id}/retire", stale).status_code == 409
    assert queries.get_point(point_id, SYSTEM).status is RiskState.FILED


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Name"),
        ({"x": "30"}, "Both or neither"),
        ({"x": "30", "y": "400"}, "between 0 and 100"),
        ({"x": "30", "y": "40"}, "Choose the plan"),
        ({"area_id": "99999"}, "Choose one of the list"),
        ({"longitude": "120", "latitude": "95"}, "between -90 and 90"),
        ({"responsible_phone": "call me"}, "Digits only"),
    ],
)
def test_what_is_wrong_in_the_form_is_said_there(pages, cast, shelf, changes, said):
    page = pages.post("safety_manager", f"/risks/new/{cast.plant_id}", {**VALUES, **changes})
    assert page.status_code == 422
    assert said in error_text(page)


def test_a_table_shows_what_a_change_would_do_before_it_is_made(pages, cast):
    point_id = make_point(cast, colour="yellow")
    url = "/risks/tables/lec"
    page = pages.get("section_chief", url).get_data(as_text=True)
    form = dict(re.findall(r'name="(lines-\d+-\w+|base_id)"[^>]*? value="([^"]*)"', page))
    (band,) = [k for k, v in form.items() if k.endswith("-score") and v == "70"]
    data = {**form, band: "71", "source": "Decision 3", "certainty": "M", "reason": "Local"}
    preview = error_text(pages.post("section_chief", f"{url}/preview", data))
    assert "1 risk point on file would get another colour" in preview
    assert tables.table_on(TableCode.LEC, clock.today()).source != "Decision 3"
    wrong = pages.post("section_chief", url, {**data, band: "ten"})
    assert wrong.status_code == 422
    assert "this is no number" in error_text(wrong)
    assert pages.post("section_chief", f"{url}/preview", {}).status_code == 422
    assert pages.post("section_chief", url, data).status_code == 302
    assert tables.table_on(TableCode.LEC, clock.today()).source == "Decision 3"
    # From the page of the version before.
    assert pages.post("section_chief", url, data).status_code == 409
    assert queries.get_point(point_id, SYSTEM).grade is RiskGrade.YELLOW
    assert pages.post("district_officer", url, data).status_code == 403
    assert pages.get("safety_manager", url).status_code == 200
    assert pages.get("safety_manager", "/risks/tables/nothing").status_code == 404


def test_the_card_for_the_wall_says_what_to_do_and_whom_to_call(pages, cast):
    point_id = make_point(cast, colour="red", responsible_phone="13800000009")
    answer = pages.get("safety_manager", f"/risks/{point_id}/card.pdf")
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(answer.data)).pages)
    assert "Light curtain" in text
    assert "13800000009" in text
    assert "Major risk" in text


def test_the_file_shows_risks_in_its_tab_and_its_timeline(pages, cast):
    make_point(cast, colour="red")
    tab = error_text(pages.get("district_officer", f"/enterprises/{cast.plant_id}/tabs/risks"))
    assert "R001 Press 3" in tab
