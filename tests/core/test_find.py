"""The index follows its rows: written, changed, moved, rolled back, written anew."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from supervision.core import find
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.find_models import SearchEntry
from supervision.core.scope import unscoped
from supervision.enterprise import queries as enterprises
from supervision.enterprise import service as registry
from supervision.hazard import queries as hazards
from supervision.hazard.workflow import HazardState
from tests.cast import enterprise_values
from tests.factories.hazards import make_hazard


def found(text, actor=SYSTEM, kind="enterprise"):
    return {row_id for row_id, _haystack in find.hits(actor, text, kind, 20)}


@pytest.fixture
def plant(app, cast):
    return cast.plant_id


def rename(plant, **values):
    with transaction():
        row = enterprises.get_enterprise(plant, SYSTEM)
        registry.change(row, SYSTEM, values)


def test_a_new_name_is_found_and_the_old_one_no_longer(plant):
    rename(plant, name="Willow Foundry", short_name="")
    assert plant in found("illow foun")
    rename(plant, name="Poplar Foundry")
    assert plant in found("poplar")
    assert found("willow") == set()


def test_what_was_rolled_back_is_not_found(plant):
    with pytest.raises(RuntimeError), transaction():
        row = enterprises.get_enterprise(plant, SYSTEM)
        registry.change(row, SYSTEM, {"name": "Willow Foundry"})
        raise RuntimeError
    assert found("willow") == set()


def test_pairs_that_are_not_neighbours_are_no_find(plant):
    rename(plant, name="abxbc", short_name="")
    assert plant in found("abxbc")
    assert plant not in found("abc")


def test_one_character_finds_too(plant):
    rename(plant, name="Foundry \u6668", short_name="\u6668\u5149")
    assert found("\u6668") == {plant}
    assert found("\u5149") == {plant}


@pytest.mark.parametrize("text", ["", " ", "%", "_", "'", '"', "\u3000", "\U0001f525", "*", "\\"])
def test_what_holds_no_letter_finds_nothing(plant, text):
    assert found(text) == set()


def test_a_hazard_moves_with_its_enterprise(cast, plant):
    hazard = make_hazard(cast, HazardState.REPORTED)
    before, elsewhere = cast["district_officer"], cast["other_district"]
    number = hazards.get_hazard(hazard, SYSTEM).number
    assert found(number, before, "hazard")
    assert not found(number, elsewhere, "hazard")
    rename(plant, region_code=elsewhere.regions[0])
    assert not found(number, before, "hazard")
    assert found(number, elsewhere, "hazard")


def test_the_index_is_written_anew_from_the_rows(app, cast, plant):
    rename(plant, name="Willow Foundry")
    with transaction():
        db.session.execute(unscoped(delete(SearchEntry), reason="an old database has none"))
    assert found("willow") == set()
    answer = app.test_cli_runner().invoke(args=["search", "rebuild"])
    assert answer.exit_code == 0, answer.output
    assert found("willow") == {plant}
    assert "enterprise" in answer.output


def test_the_roll_is_searched_by_initials_and_by_the_end_of_a_code(pages, app, cast):
    with transaction():
        values = enterprise_values(7, name="\u676d\u5dde\u5316\u5de5", short_name="")
        uscc = registry.register(SYSTEM, values).uscc
    for text in ("hzhg", "\u5dde\u5316", uscc[-6:], uscc):
        page = pages.get("city_officer", f"/enterprises/?text={text}").text
        assert "\u676d\u5dde\u5316\u5de5" in page, text
