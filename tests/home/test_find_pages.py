"""The search on every page: by keyboard, over what one may see and nothing else."""

from __future__ import annotations

import pytest

from supervision import seeds
from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.enterprise import service as registry
from supervision.hazard import queries as hazards
from supervision.hazard.workflow import HazardState
from supervision.order import queries as orders
from supervision.order.workflow import OrderState
from tests.cast import enterprise_values
from tests.factories.authorities import certified_district
from tests.factories.hazards import make_hazard
from tests.factories.orders import make_order


def found(pages, who, text, language="en"):
    """Title by address of all that is offered."""
    answer = pages.get(who, f"/find.json?q={text}", language=language)
    assert answer.status_code == 200
    return {i["url"]: i["title"] for group in answer.json["groups"] for i in group["items"]}


@pytest.fixture
def number(cast):
    return hazards.get_hazard(make_hazard(cast, HazardState.ASSIGNED), SYSTEM).number


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("district_officer", True),
        ("plant_manager", True),
        ("worker", True),
        ("other_district", False),
        ("other_plant", False),
        ("no_role", False),
    ],
)
def test_a_hazard_is_found_by_those_who_may_open_it(pages, number, who, sees):
    assert (number in found(pages, who, number.split("-", 2)[2]).values()) is sees


def test_an_order_that_is_not_served_is_not_found_by_the_enterprise(pages, cast):
    with transaction():
        seeds.load_rules()
        seeds.load_documents()
    certified_district(cast)
    order = make_order(cast, OrderState.ISSUED)
    number = orders.get_order(order, SYSTEM).number
    assert number in found(pages, "district_officer", number).values()
    assert number not in found(pages, "plant_manager", number).values()


def test_people_are_found_by_whoever_administers_accounts(pages):
    assert any("/account/people/" in url for url in found(pages, "administrator", "auditor"))
    assert not any("/account/" in url for url in found(pages, "district_officer", "auditor"))


def test_what_begins_with_the_word_comes_first(pages, cast):
    with transaction():
        for serial, name in ((40, "Old Willow Works"), (41, "Willow Works")):
            values = enterprise_values(serial, name=name, short_name="")
            registry.register(SYSTEM, values)
    names = [n for n in found(pages, "district_officer", "willow").values() if "Willow" in n]
    assert names == ["Willow Works", "Old Willow Works"]


def test_a_page_of_the_menu_is_found_in_the_reader_s_language(pages):
    assert "/hazards/" in found(pages, "district_officer", "hazard")
    # The initials of its Chinese name.
    assert "/hazards/" in found(pages, "district_officer", "yh", language="zh_Hans_CN")


@pytest.mark.parametrize("text", ["", "%25", "%F0%9F%94%A5", "'", "x" * 500, "a b c d e f g h i"])
def test_odd_input_finds_nothing_and_breaks_nothing(pages, text):
    assert found(pages, "auditor", text) == {}


def test_every_page_can_open_it(pages):
    page = pages.get("worker", "/").text
    assert 'id="palette"' in page
    assert page.count("data-palette-open") == 2
