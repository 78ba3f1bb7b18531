"""The start page says what waits for a person; the menu stands in parts."""

from __future__ import annotations

import pytest

from supervision.inspection.workflow import InspectionState
from supervision.order.workflow import OrderState
from tests.cast import Cast
from tests.factories import orders
from tests.factories.inspections import make_inspection
from tests.pages import PageClient


@pytest.fixture
def loop(cast: Cast) -> None:
    """An inspection and an order that wait for the chief, an inspection for today."""
    orders.prepare(cast)
    make_inspection(cast, InspectionState.SUBMITTED)
    orders.make_order(cast, OrderState.SUBMITTED)


def test_a_chief_finds_the_approvals_first(pages: PageClient, loop: None) -> None:
    page = pages.get("section_chief", "/").text
    waiting = page[page.index('id="todo-title"') : page.index('class="start-cards"')]
    assert "status=submitted" in waiting
    assert "group=to_approve" in waiting


def test_an_officer_finds_the_inspections_of_today_and_no_approvals(
    pages: PageClient, loop: None, cast: Cast
) -> None:
    page = pages.get("district_officer", "/").text
    waiting = page[page.index('id="todo-title"') : page.index('class="start-cards"')]
    assert f"officer={cast.accounts['district_officer']}" in waiting
    assert "to_approve" not in waiting


def test_the_enterprise_is_told_nothing_of_what_waits_for_the_authority(
    pages: PageClient, loop: None
) -> None:
    assert "todo-item" not in pages.get("plant_manager", "/").text


def test_a_long_menu_has_headings_and_a_short_one_none(pages: PageClient) -> None:
    assert "side-heading" in pages.get("section_chief", "/").text
    assert "side-heading" not in pages.get("worker", "/").text


def test_the_board_of_listings_has_a_line_for_the_authority_only(pages: PageClient) -> None:
    line = 'class="nav-link"\n                         href="/listings/"'
    assert line in pages.get("district_officer", "/").text
    assert line not in pages.get("plant_manager", "/").text
    assert pages.get("plant_manager", "/listings/").status_code == 200


def test_a_page_of_a_part_lights_the_line_of_its_whole(pages: PageClient) -> None:
    page = pages.get("administrator", "/channels/deliveries/").text
    active = page[page.index("nav-item active") :]
    assert 'href="/channels/"' in active[:200]


def test_whoever_decides_nothing_is_not_told_that_nothing_waits(pages: PageClient) -> None:
    assert "Nothing waits for you" in pages.get("district_officer", "/").text
    assert "Nothing waits for you" not in pages.get("auditor", "/").text
