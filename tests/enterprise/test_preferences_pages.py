"""How a person likes the roll: filters under a name, and columns of one's own."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from supervision.core.db import db, transaction
from supervision.core.errors import InvalidInput
from supervision.enterprise import preferences
from tests.pages import error_text

ME = "district_officer"
LIST = "enterprise.roll"


def save(cast, who, name="Key ones", query="key=1&page=3&size_class=", **more):
    wishes = {"is_default": False, "is_shared": False, **more}
    with transaction():
        return preferences.save_filter(cast[who], LIST, name, query, **wishes).id


def names(cast, who):
    db.session.rollback()
    return [f.name for f in preferences.filters(cast[who], LIST)]


def test_a_filter_is_kept_without_its_page_and_its_empty_fields(pages, cast):
    page = pages.get(ME, "/enterprises/?key=1&size_class=&page=1")
    assert "/enterprises/filters?query=key%3D1" in page.get_data(as_text=True)
    sent = pages.post(ME, "/enterprises/filters", {"name": "Key ones", "query": "page=2&key=1"})
    assert sent.headers["Location"].endswith("/enterprises/?key=1")
    assert "Key ones" in error_text(pages.get(ME, "/enterprises/"))
    # The same name again replaces it.
    pages.post(ME, "/enterprises/filters", {"name": "Key ones", "query": "key=0"})
    assert names(cast, ME) == ["Key ones"]
    assert pages.post(ME, "/enterprises/filters", {"name": ""}).status_code == 422


def test_the_list_opens_with_the_default_and_everything_stays_one_click_away(pages, cast):
    filter_id = save(cast, ME, is_default=True)
    assert pages.get(ME, "/enterprises/").headers["Location"].endswith("/enterprises/?key=1")
    assert pages.get(ME, "/enterprises/?all=1").status_code == 200
    assert pages.get("city_officer", "/enterprises/").status_code == 200
    save(cast, ME, "Small", "size_class=small", is_default=True)
    assert "size_class=small" in pages.get(ME, "/enterprises/").headers["Location"]
    pages.post(ME, f"/enterprises/filters/{filter_id}/default")
    assert "key=1" in pages.get(ME, "/enterprises/").headers["Location"]
    pages.post(ME, f"/enterprises/filters/{filter_id}/default")
    assert pages.get(ME, "/enterprises/").status_code == 200


def test_a_shared_filter_is_seen_in_its_region_and_changed_by_its_owner_only(pages, cast):
    filter_id = save(cast, ME, is_shared=True)
    assert names(cast, "section_chief") == ["Key ones"]
    for who in ("city_officer", "other_district", "plant_manager"):
        assert names(cast, who) == []
    assert (
        pages.post("section_chief", f"/enterprises/filters/{filter_id}/delete").status_code == 403
    )
    assert pages.post("city_officer", f"/enterprises/filters/{filter_id}/delete").status_code == 404
    assert pages.post(ME, f"/enterprises/filters/{filter_id}/delete").status_code == 302
    assert names(cast, ME) == []


def test_a_filter_of_the_city_reaches_its_districts(cast):
    save(cast, "city_officer", is_shared=True)
    assert names(cast, ME) == names(cast, "other_district") == ["Key ones"]


def test_there_is_an_end_to_saved_filters(cast, monkeypatch):
    monkeypatch.setattr(preferences, "MOST_FILTERS", 1)
    save(cast, ME)
    with pytest.raises(InvalidInput):
        save(cast, ME, "Another")


def test_chosen_columns_are_those_of_the_page_and_of_excel(pages, cast):
    page = pages.get(ME, "/enterprises/").get_data(as_text=True)
    assert '<th scope="col">Safety manager</th>' in page
    whole = load_workbook(io.BytesIO(pages.get(ME, "/enterprises/export.xlsx").data)).active
    sent = pages.post(ME, "/enterprises/columns", {"key": ["headcount", "legal"], "query": "key=0"})
    assert sent.headers["Location"].endswith("/enterprises/?key=0")
    page = pages.get(ME, "/enterprises/").get_data(as_text=True)
    assert "Safety manager" not in page
    assert '<td class="text-end num-text" data-label="Headcount">80</td>' in page
    book = load_workbook(io.BytesIO(pages.get(ME, "/enterprises/export.xlsx").data)).active
    head = [cell.value for cell in book[3]]
    assert head == ["Enterprise name", "Headcount", "Legal representative"]
    assert len([c for c in whole[3] if c.value]) > 20
    # Another person's page is as it was.
    assert "Safety manager" in pages.get("section_chief", "/enterprises/").get_data(as_text=True)
    pages.post(ME, "/enterprises/columns", {"reset": "1"})
    assert "Safety manager" in pages.get(ME, "/enterprises/").get_data(as_text=True)


def test_the_roll_on_paper_is_a_pdf(pages):
    sent = pages.get(ME, "/enterprises/export.pdf")
    assert sent.mimetype == "application/pdf"
    assert sent.data.startswith(b"%PDF")
