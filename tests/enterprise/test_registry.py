"""The roll: who opens it, what is found in it, and what gets onto it."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import event

from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.errors import InvalidInput
from supervision.core.scope import visible
from supervision.enterprise import queries, service
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.enterprise.rules import SizeClass
from supervision.enterprise.uscc import demo_uscc
from tests.cast import enterprise_values
from tests.pages import error_text


def fields(serial=9, **changes):
    """What a browser sends for a new enterprise."""
    values = {
        "uscc": demo_uscc("330110", serial),
        "name": "New Works",
        "short_name": "New",
        "province": "33",
        "city": "3301",
        "district": "330110",
        "street": "330110001",
        "address": "1 New Road",
        "longitude": "119.9785",
        "latitude": "30.2736",
        "industry_code": "3311",
        "size_class": "small",
        "headcount": "42",
        "legal_representative": "Li",
        "principal": "Wang",
        "principal_phone": "13900000001",
        "officer_id": "",
    }
    return {**values, **changes}


def names(actor, **wanted):
    stmt = queries.list_enterprises(actor, queries.EnterpriseFilter(**wanted))
    return [e.name for e in db.session.scalars(stmt)]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (None, 302),
        ("no_role", 403),
        ("worker", 403),
        ("plant_manager", 302),
        ("district_officer", 200),
        ("other_district", 200),
        ("video_operator", 200),
        ("auditor", 200),
        ("administrator", 200),
    ],
)
def test_who_may_open_the_roll(pages, who, status):
    assert pages.get(who, "/enterprises/").status_code == status


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (None, 302),
        ("no_role", 403),
        ("plant_manager", 403),
        ("video_operator", 403),
        ("auditor", 403),
        ("district_officer", 200),
        ("administrator", 200),
    ],
)
def test_who_may_put_an_enterprise_on_the_roll(pages, who, status):
    assert pages.get(who, "/enterprises/new").status_code == status


def test_everybody_finds_only_the_enterprises_of_their_own_region(pages):
    district = error_text(pages.get("district_officer", "/enterprises/"))
    other = error_text(pages.get("other_district", "/enterprises/"))
    city = error_text(pages.get("city_officer", "/enterprises/"))
    assert "Invented Plant 1" in district
    assert "Invented Plant 3" not in district
    assert "Invented Plant 3" in other
    assert "Invented Plant 1" not in other
    assert "Invented Plant 1" in city
    assert "Invented Plant 3" in city


def test_an_enterprises_own_people_land_on_their_file(pages, cast):
    response = pages.get("plant_manager", "/enterprises/")
    assert response.headers["Location"].endswith(f"/enterprises/{cast.plant_id}")


def test_reporting_a_hazard_begins_with_choosing_the_enterprise(pages, cast):
    page = pages.get("district_officer", "/enterprises/?pick=report&text=Plant").get_data(
        as_text=True
    )
    assert f'href="/hazards/report/{cast.plant_id}"' in page
    assert 'name="pick" value="report"' in page
    assert "Export to Excel" not in page
    own = pages.get("plant_manager", "/enterprises/?pick=report")
    assert own.headers["Location"].endswith(f"/hazards/report/{cast.plant_id}")
    assert pages.get("auditor", "/enterprises/?pick=report").status_code == 403


def test_telephones_are_masked_in_the_list(pages):
    rows = error_text(pages.get("district_officer", "/enterprises/"))
    assert "138****0002" in rows
    assert "13800000002" not in rows


def test_search_and_filters_narrow_the_roll(cast):
    with transaction():
        service.register(
            SYSTEM,
            enterprise_values(
                4,
                name="Quarry 100% East",
                short_name="Quarry",
                address="Hill Lane",
                industry_code="1011",
                size_class=SizeClass.LARGE,
                is_key=True,
            ),
        )
        closed = queries.get_enterprise(cast.other_plant_id, SYSTEM)
        service.set_roll_status(closed, SYSTEM, RollStatus.CLOSED, reason="wound up")
    officer = cast["city_officer"]
    assert names(officer, text="quarry") == ["Quarry 100% East"]
    assert names(officer, text="hill lane") == ["Quarry 100% East"]
    assert names(officer, text=demo_uscc("330110", 4)) == ["Quarry 100% East"]
    assert names(officer, text="100%") == ["Quarry 100% East"]
    assert names(officer, text="_") == []
    assert names(officer, industry="B") == ["Quarry 100% East"]
    assert "Quarry 100% East" not in names(officer, industry="C")
    assert names(officer, size_class=SizeClass.LARGE) == ["Quarry 100% East"]
    assert names(officer, is_key=True) == ["Quarry 100% East"]
    assert names(officer, roll_status=RollStatus.CLOSED) == ["Invented Plant 2"]
    assert names(officer, region="330113") == ["Invented Plant 3"]


def test_the_roll_comes_in_pages_and_in_the_wanted_order(pages, cast):
    with transaction():
        for serial in range(10, 40):
            service.register(SYSTEM, enterprise_values(serial, headcount=serial))
    first = error_text(pages.get("city_officer", "/enterprises/?sort=headcount"))
    second = error_text(pages.get("city_officer", "/enterprises/?sort=headcount&page=2"))
    assert "33 in all" in first
    assert "Page 1 of 2" in first
    assert "Invented Plant 39" in first
    assert "Invented Plant 10" not in first
    assert "Invented Plant 10" in second
    previous = pages.get("city_officer", "/enterprises/?sort=headcount&page=2")
    assert 'rel="prev"' in previous.get_data(as_text=True)


def test_an_empty_result_says_so_and_offers_the_way_back(pages):
    page = error_text(pages.get("district_officer", "/enterprises/?text=nowhere"))
    assert "No enterprise matches" in page


def test_nonsense_in_the_address_is_no_filter(pages):
    url = "/enterprises/?region=abc&industry=ZZ&size_class=huge&roll_status=x&key=7&page=-3&sort=q"
    assert "Invented Plant 1" in error_text(pages.get("district_officer", url))


def test_the_excel_holds_what_the_screen_found_with_masked_telephones(pages):
    response = pages.get("district_officer", "/enterprises/export.xlsx?text=Plant 1")
    sheet = load_workbook(BytesIO(response.data)).active
    values = [cell for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert demo_uscc("330110", 1) in values
    assert demo_uscc("330110", 2) not in values
    assert "138****0001" in values
    assert "Zhejiang Hangzhou Yuhang First Street" in values


def test_a_new_enterprise_is_on_the_roll_with_its_file_and_its_trail(pages, cast):
    response = pages.post(
        "district_officer",
        "/enterprises/new",
        fields(officer_id=str(cast.accounts["section_chief"]), is_key="y"),
    )
    assert response.status_code == 302
    made = db.session.scalars(
        visible(Enterprise, SYSTEM).where(Enterprise.name == "New Works")
    ).one()
    assert (made.region_code, made.headcount, made.is_key) == ("330110001", 42, True)
    assert str(made.longitude) == "119.978500"
    page = error_text(pages.get("district_officer", f"/enterprises/{made.id}"))
    assert "Put on the roll" in page
    assert "Section Chief" in page
    trail = db.session.scalars(
        visible(AuditEntry, SYSTEM)
        .where(AuditEntry.action == "enterprise.register")
        .order_by(AuditEntry.id)
    ).all()
    assert trail[-1].enterprise_id == made.id


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"uscc": "91330424MA28AQAQX0"}, "Character 18"),
        ({"uscc": "91330424MA28AQAQ0U"}, "Character 17"),
        ({"uscc": "9133042"}, "this one has 7"),
        ({"uscc": demo_uscc("330110", 1)}, "on the roll already"),
        ({"district": "", "street": ""}, "Choose a district at least"),
        ({"longitude": "30.27", "latitude": "119.97"}, "seem to be exchanged"),
        ({"longitude": "500"}, "lies between 73.4 and 135.2"),
        ({"latitude": ""}, "together or not at all"),
        ({"longitude": "east"}, "Not a valid decimal value"),
        ({"principal_phone": "call me"}, "not a telephone number"),
        ({"industry_code": "98"}, "has no division 98"),
        ({"headcount": "-1"}, "Headcount"),
        ({"name": "   "}, "required"),
        ({"officer_id": "999999"}, "Choose one of the list."),
        ({"size_class": "huge"}, "Choose one of the list."),
    ],
)
def test_what_does_not_fit_is_said_in_words_and_nothing_is_written(pages, cast, changes, said):
    response = pages.post("city_officer", "/enterprises/new", fields(**changes))
    assert response.status_code == 422
    assert said in error_text(response)
    assert names(SYSTEM, text="New Works") == []


def test_both_wrong_check_digits_are_told_at_once(pages):
    page = error_text(
        pages.post("district_officer", "/enterprises/new", fields(uscc="91330424MA28AQAQ0U"))
    )
    assert "Character 17" in page
    assert "Character 18" in page


def test_a_division_outside_ones_own_cannot_be_chosen(pages, cast):
    foreign = fields(district="330113", street="330113001")
    response = pages.post("district_officer", "/enterprises/new", foreign)
    assert response.status_code == 422
    assert "Choose one of the list." in error_text(response)
    assert names(SYSTEM, text="New Works") == []
    db.session.rollback()
    with pytest.raises(InvalidInput, match="outside your own"), transaction():
        service.register(cast["district_officer"], enterprise_values(8, "330113001"))


def test_without_javascript_the_form_comes_back_with_the_next_level(pages):
    half = fields(district="330113", street="", narrow="1")
    page = pages.post("city_officer", "/enterprises/new", half).get_data(as_text=True)
    assert '<option value="330113001">Other Street</option>' in page
    assert '<option value="330110001">' not in page
    assert 'value="New Works"' in page
    assert names(SYSTEM, text="New Works") == []


def test_the_next_level_for_the_cascade_stays_inside_ones_own_region(pages):
    url = "/enterprises/regions.json?parent=3301"
    assert pages.get("city_officer", url).json == {
        "choices": [["330110", "Yuhang"], ["330113", "Linping"]]
    }
    assert pages.get("district_officer", url).json == {"choices": [["330110", "Yuhang"]]}
    assert pages.get(None, url).status_code == 302
    assert pages.get("no_role", url).status_code == 403
    assert pages.get("city_officer", "/enterprises/regions.json?parent=x").status_code == 404


def test_a_longer_roll_takes_no_more_statements(app, pages):
    def statements():
        seen = []
        listener = lambda *args: seen.append(args[2])
        event.listen(db.engine, "before_cursor_execute", listener)
        assert pages.get("city_officer", "/enterprises/").status_code == 200
        event.remove(db.engine, "before_cursor_execute", listener)
        return len(seen)

    short = statements()
    with transaction():
        for serial in range(10, 30):
            service.register(SYSTEM, enterprise_values(serial))
    assert statements() == short


def test_the_list_leaves_out_the_part_of_the_region_that_everybody_shares(pages):
    district = error_text(pages.get("district_officer", "/enterprises/"))
    assert "First Street" in district
    assert "Zhejiang" not in district
    city = error_text(pages.get("city_officer", "/enterprises/"))
    assert "Yuhang First Street" in city
    assert "Zhejiang Hangzhou Yuhang First Street" in error_text(
        pages.get("auditor", "/enterprises/")
    )
