"""Finding the criterion that a hazard meets: by word, by code, by sector, on the day it counts."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.tables import read_table
from supervision.hazard import criteria
from supervision.hazard.models import HazardCriterion
from supervision.hazard.rules import Grade
from supervision.hazard.workflow import HazardState as S
from supervision.seeds import load_criteria
from tests.factories.hazards import load, make_hazard


@pytest.fixture
def lists(app):
    """The criteria as they are shipped."""
    with transaction():
        load_criteria()


def codes(text="", sectors=None, day=date(2026, 11, 22)):
    return [c.code for c in db.session.scalars(criteria.search(day, text, sectors))]


def by_code(code: str) -> HazardCriterion:
    return db.session.scalars(db.select(HazardCriterion).where(HazardCriterion.code == code)).one()


def sector_of(code: str) -> str:
    return by_code(code).sector


def test_every_word_must_be_in_the_text_the_code_or_the_sector(lists):
    dust = sector_of("MEM10-11-01")
    assert codes(dust[:2]) == [f"MEM10-11-{n:02d}" for n in range(1, 11)]
    assert codes("mem10-12") == ["MEM10-12-01", "MEM10-12-02"]
    assert codes(f"MEM10-11-03 {dust}") == ["MEM10-11-03"]
    assert codes("MEM10-11 MEM10-12") == []
    assert codes("100%") == codes("_") == []


def test_only_what_is_in_force_that_day_is_offered(lists):
    before = {c for c in codes(day=date(2026, 9, 29)) if "CHEM" in c or "AQ" in c}
    after = {c for c in codes(day=date(2026, 9, 30)) if "CHEM" in c or "AQ" in c}
    assert len(before) == 20
    assert after == {"AQ3067-2026"}


@pytest.mark.parametrize(
    ("industry", "own", "foreign"),
    [
        ("3130", "MEM10-04-01", "MEM10-05-01"),  # steel: metallurgy, not non-ferrous metals
        ("3011", "MEM10-06-01", "MEM10-04-01"),  # cement: building materials
        ("3073", "MEM10-03-01", "MEM10-06-01"),  # taken out of building materials
        ("3311", "MEM10-07-01", "MEM10-08-01"),  # metal goods: machinery
        ("1751", "MEM10-09-01", "MEM10-10-01"),  # cloth: textiles, not tobacco
        ("2672", "AJ121-FW-01", "AQ3067-2026"),  # fireworks, not the chemicals around them
        ("5110", "MEM10-11-01", "MEM10-07-01"),  # a trade that no row names: what all are asked
    ],
)
def test_an_industry_is_offered_its_own_sectors_first(lists, industry, own, foreign):
    offered = criteria.sectors_of_industry(industry)
    assert sector_of(own) in offered
    assert sector_of(foreign) not in offered


def test_every_sector_of_the_mapping_is_one_of_the_lists_and_says_how_sure_it_is(lists):
    rows = read_table(criteria.DATA)
    listed = set(criteria.sectors_on(date(2026, 1, 1)))
    assert {row["sector"] for row in rows} - {""} == listed
    assert {row["certainty"] for row in rows} <= {"M", "L"}
    assert all(row["source"] for row in rows)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (None, 302),
        ("no_role", 403),
        ("worker", 403),
        ("auditor", 403),
        ("other_district", 404),
        ("other_plant", 404),
        ("district_officer", 200),
        ("city_officer", 200),
    ],
)
def test_who_may_search_the_criteria_for_a_hazard(pages, cast, lists, who, status):
    hazard_id = make_hazard(cast)
    assert pages.get(who, f"/hazards/{hazard_id}/criteria").status_code == status
    answer = pages.as_(who).get(f"/hazards/{hazard_id}/criteria/list")
    assert answer.status_code == status


@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_a_criterion_is_found_chosen_and_kept_without_a_script(pages, cast, lists, language):
    hazard_id = make_hazard(cast)
    found = pages.get(
        "district_officer",
        f"/hazards/{hazard_id}/criteria?text=MEM10-04&sector=all",
        language=language,
    ).get_data(as_text=True)
    assert found.count("MEM10-04-") >= 8
    wanted = by_code("MEM10-04-02").id
    assert f"?criterion={wanted}#step-grade" in found
    page = pages.get("district_officer", f"/hazards/{hazard_id}?criterion={wanted}")
    assert f'value="{wanted}" checked' in page.get_data(as_text=True)
    data = {"grade": "major", "criterion_id": wanted}
    assert pages.post("district_officer", f"/hazards/{hazard_id}/grade", data).status_code == 302
    hazard = load(hazard_id, SYSTEM)
    assert (hazard.grade, hazard.criterion.code) == (Grade.MAJOR, "MEM10-04-02")


def test_the_form_offers_the_sectors_of_the_enterprise_and_the_search_reaches_the_others(
    pages, cast, lists
):
    url = f"/hazards/{make_hazard(cast)}"
    form = pages.get("district_officer", url).get_data(as_text=True)
    assert "MEM10-07-01" in form  # the plant makes metal goods
    assert "MEM10-04-01" not in form
    client = pages.as_("district_officer")
    inline = client.get(f"{url}/criteria/list?text=MEM10-04-01&sector=all").get_data(as_text=True)
    assert inline.count('type="radio"') == 1
    nonsense = client.get(f"{url}/criteria/list?text=MEM10-04-01&sector=nonsense")
    assert "MEM10-04-01" not in nonsense.get_data(as_text=True)


def test_a_choice_survives_a_form_that_came_back(pages, cast, lists):
    hazard_id = make_hazard(cast)
    foreign = by_code("MEM10-04-01").id
    data = {"grade": "general", "criterion_id": foreign}
    page = pages.post("district_officer", f"/hazards/{hazard_id}/grade", data)
    assert page.status_code == 422
    assert f'value="{foreign}" checked' in page.get_data(as_text=True)


def test_a_criterion_that_has_ended_is_not_offered_and_not_taken(pages, cast, lists):
    old = db.session.scalars(
        db.select(HazardCriterion).where(HazardCriterion.effective_to == date(2026, 9, 29))
    ).first()
    old_id = old.id
    with clock.frozen(datetime(2026, 11, 22, 4, tzinfo=clock.SHANGHAI)):
        hazard_id = make_hazard(cast)
        page = pages.get("district_officer", f"/hazards/{hazard_id}?criterion={old_id}")
        assert f'value="{old_id}"' not in page.get_data(as_text=True)
        data = {"grade": "major", "criterion_id": old_id}
        answer = pages.post("district_officer", f"/hazards/{hazard_id}/grade", data)
    assert answer.status_code == 404
    assert load(hazard_id, SYSTEM).status is S.REPORTED
