"""What an address or a form may hold that no honest page sends: answered, never a crash."""

from __future__ import annotations

import re

import pytest

from supervision.hazard.workflow import HazardState
from tests.factories.hazards import make_hazard
from tests.factories.video import make_camera, make_node, make_violation
from tests.pages import error_text
from tests.security.paths import path_of

# PostgreSQL's integers end at 2**31, SQLite's at 2**63.
HUGE = 10**25
TOO_BIG_FOR_AN_ID = 2**31
# Who may open the page behind each kind of address.
READERS = {"account": "administrator", "audit": "auditor", "node": "administrator"}
WRITERS = {
    "camera": "section_chief",
    "enterprise": "district_officer",
    "account": "administrator",
    "node": "administrator",
}


@pytest.mark.parametrize("number", [HUGE, TOO_BIG_FOR_AN_ID, 0])
def test_a_number_that_no_row_can_have_is_not_found(app, pages, number):
    known = {}
    for rule in (r for r in app.url_map.iter_rules() if re.search("<(int|long):", r.rule)):
        if rule.endpoint == "atlas.outline":
            continue  # a code of GB/T 2260, where 0 is the whole country
        who = WRITERS.get(rule.endpoint.split(".")[0], "plant_manager")
        who = "district_officer" if rule.endpoint.startswith("video.") else who
        if who not in known:
            known[who] = pages.as_(who)
        url = path_of(rule, number)
        send = known[who].post if "POST" in rule.methods else known[who].get
        answer = send(url)
        assert answer.status_code in {403, 404, 405}, f"{url}: {answer.status_code}"


LISTS = {
    "/hazards/": "district_officer",
    "/hazards/export.xlsx": "district_officer",
    "/video/": "district_officer",
    "/video/cameras/": "district_officer",
    "/video/nodes/": "administrator",
    "/video/nodes/parked": "administrator",
    "/models/": "administrator",
    "/model-trials/": "administrator",
    "/model-trials/new": "administrator",
    "/enterprises/": "district_officer",
    "/enterprises/export.xlsx": "district_officer",
    "/account/people": "administrator",
    "/account/people/new": "administrator",
    "/audit/": "auditor",
    "/inbox/": "district_officer",
    "/reports/": "district_officer",
    "/reports/make": "district_officer",
    "/account/sign-in": None,
    "/orders/": "district_officer",
    "/orders/export.xlsx": "plant_manager",
    "/inspections/": "district_officer",
    "/inspections/export.xlsx": "district_officer",
    "/inspections/checklists": "district_officer",
    "/cases/": "district_officer",
    "/cases/export.xlsx": "district_officer",
    "/listings/": "plant_manager",
    "/plans/": "section_chief",
    "/plans/caps": "section_chief",
    "/plans/caps/exemptions": "section_chief",
    "/plans/avoidances": "section_chief",
    "/risks/": "district_officer",
    "/risks/export.xlsx": "plant_manager",
    "/clocks/": "district_officer",
    "/clocks/ladder/preview": "district_officer",
    "/clocks/log": "district_officer",
    "/authorities/certificates": "administrator",
    "/hazards/assignment-rules": "section_chief",
    "/statutes/criteria": "district_officer",
    "/statutes/calculator": "district_officer",
    "/statutes/holidays": "district_officer",
    "/statutes/changes": "district_officer",
    "/channels/deliveries/": "administrator",
    "/account/notices/": "plant_manager",
    "/scores/": "district_officer",
    "/scores/export.xlsx": "plant_manager",
}
ARGUMENTS = [
    "page",
    "enterprise",
    "camera",
    "node",
    "entity_id",
    "before",
    "region",
    "found_from",
    "found_to",
    "seen_from",
    "seen_to",
    "day_from",
    "day_to",
    "month",
    "status",
    "text",
    "who",
    "industry",
    "sort",
    "next",
    "show",
    "kind",
    "role",
    "state",
    "group",
    "year",
    "authority",
    "officer",
    "issued_from",
    "planned_to",
    "plan",
    "item",
    "after",
    "ladder",
    "code",
    "day",
    "date",
    "start",
    "value",
    "unit",
    "industry_code",
    "q",
]
ROUGH = (
    "9" * 30,
    "2147483648",
    "-1",
    "0",
    "0001-01-01",
    "9999-12-31",
    "0000-00",
    "9999-99",
    "\u0663\u0663",
    "\u00b2",
    "%",
    "\\",
    "<script>alert(1)</script>",
    "nul\x00",
    "9999-12-31T23:59:59+00:00",
    "0001-01-01T00:00:00+14:00",
    "/\t/[",
    "x" * 3000,
)


@pytest.mark.parametrize("url", LISTS)
def test_rough_filters_are_answered(app, pages, url):
    client = pages.as_(LISTS[url])
    for value in ROUGH:
        answer = client.get(url, query_string=dict.fromkeys(ARGUMENTS, value))
        assert answer.status_code in {200, 302, 404, 422}, f"{value[:40]!r}"
        assert b"<script>alert" not in answer.data


def test_rough_places_in_the_timeline_are_answered(app, pages, cast):
    for value in ROUGH:
        answer = pages.as_("district_officer").get(
            f"/enterprises/{cast.plant_id}", query_string={"before": value}
        )
        assert answer.status_code in {200, 422}, value


def test_text_with_a_nul_is_refused_in_words_and_nothing_is_kept(app, pages, cast):
    data = {
        "source": "patrol",
        "found_at": "2026-11-01T10:00",
        "place": "Line\x002",
        "description": "Guard is missing",
        "factor": "object",
        "category": "equipment",
    }
    answer = pages.post("district_officer", f"/hazards/report/{cast.plant_id}", data)
    assert answer.status_code == 422
    assert "character that cannot be stored" in error_text(answer)
    assert error_text(pages.get("district_officer", "/hazards/")).count("YH-") == 0


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31"])
def test_a_day_of_finding_before_any_memory_is_refused_at_its_field(app, pages, cast, day):
    data = {
        "source": "patrol",
        "found_at": f"{day}T00:00",
        "place": "Line 2",
        "description": "Guard is missing",
        "factor": "object",
        "category": "equipment",
    }
    answer = pages.post("district_officer", f"/hazards/report/{cast.plant_id}", data)
    assert answer.status_code == 422
    assert "too far back" in error_text(answer)


def test_numbers_beyond_all_measure_are_refused_in_the_forms(app, pages, cast):
    """Ids and counts come from selects and number fields, which a script need not respect."""
    hazard_id = make_hazard(cast, HazardState.REPORTED)
    node = make_node(app)
    camera_id = make_camera(cast, node)
    violation_id = make_violation(node, camera_id, with_files=False)
    tries = (
        (
            "district_officer",
            f"/hazards/{hazard_id}/grade",
            {"grade": "major", "criterion_id": HUGE},
        ),
        ("district_officer", f"/video/{violation_id}/duplicate", {"original": HUGE}),
        ("district_officer", f"/enterprises/{cast.plant_id}/edit", {"headcount": HUGE}),
        ("district_officer", f"/enterprises/{cast.plant_id}/edit", {"longitude": "1e99999"}),
        ("district_officer", f"/enterprises/{cast.plant_id}/edit", {"longitude": "NaN"}),
        ("district_officer", f"/enterprises/{cast.plant_id}/edit", {"row_version": HUGE}),
        ("district_officer", f"/enterprises/{cast.plant_id}/edit", {"officer_id": HUGE}),
        ("section_chief", f"/video/cameras/{camera_id}/edit", {"node_id": HUGE}),
        ("section_chief", f"/video/cameras/{camera_id}/edit", {"analysed_fps": "NaN"}),
        ("district_officer", "/reports/make", {"month": "9999-12", "region": "330110"}),
        ("district_officer", "/inbox/read-all", {"up_to": HUGE}),
    )
    for who, url, data in tries:
        answer = pages.as_(who).post(url, data=data)
        assert answer.status_code in {302, 404, 422}, f"{url} {data}: {answer.status_code}"
