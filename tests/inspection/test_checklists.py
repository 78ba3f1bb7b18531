"""Checklists in versions: what ships, what fits whom, how a new version comes about."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from supervision import seeds
from supervision.core import clock
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.statutory import Certainty
from supervision.inspection import checklists, queries
from supervision.inspection.checklists import Head
from supervision.inspection.models import Checklist, ChecklistItem
from tests.factories.inspections import make_checklist
from tests.pages import error_text

HEADING = "section\ttext\tbasis\tmethod\tfactor\tcategory\tcriterion_code\n"
LINE = "Guards\tGuard is fitted\tWork Safety Law, art. 36\tLook\tobject\tequipment\t\n"


def head(**changes):
    values = {
        "name": "Presses",
        "industry": "33",
        "effective_from": clock.today() + timedelta(days=1),
        "source": "Written for tests",
        "certainty": Certainty.MEDIUM,
    }
    return Head(**{**values, **changes})


def fields(**changes):
    """What the page of a version sends."""
    values = {
        "code": "NEW",
        "name": "New list",
        "industry": "",
        "effective_from": (clock.today() + timedelta(days=1)).isoformat(),
        "certainty": "M",
        "source": "Written for tests",
        "note": "",
    }
    return {**values, **changes}


def upload(text, name="items.tsv"):
    return (io.BytesIO(text.encode() if isinstance(text, str) else text), name)


def lists_on(day, industry="3311"):
    fitting, others = checklists.offered(industry, day)
    return [c.code for c in fitting], [c.code for c in others]


def test_what_ships_is_complete_says_its_basis_and_names_criteria_that_exist(app):
    with transaction():
        seeds.load_criteria()
        assert seeds.load_checklists() == 90
        assert seeds.load_checklists() == 0
    items = db.session.scalars(db.select(ChecklistItem)).all()
    assert all(item.basis and item.method and item.text for item in items)
    named = {item.criterion_code for item in items} - {""}
    assert named <= queries.criterion_codes(date(2026, 11, 1))
    certainties = set(db.session.scalars(db.select(Checklist.certainty)))
    assert Certainty.HIGH not in certainties


def test_the_enterprises_own_division_stands_before_every_sector_and_others_last(app):
    with transaction():
        seeds.load_checklists()
    fitting, others = lists_on(clock.today())
    assert fitting[0] == "MACHINERY-33"
    assert {"GENERAL", "DUST", "LIMITED-SPACE", "HAZCHEM"} <= set(fitting)
    assert set(others) == {"MACHINERY-34", "MACHINERY-35"}


def test_the_next_version_takes_the_place_of_the_one_before_on_its_day(app, cast):
    chief = cast["section_chief"]
    first, _item = make_checklist(cast)
    day = clock.today() + timedelta(days=10)
    with transaction():
        second = checklists.new_version(checklists.get(first), chief, head(effective_from=day)).id
    before, after = checklists.get(first), checklists.get(second)
    assert before.effective_to == day - timedelta(days=1)
    assert [i.text for i in after.items] == ["Guard is fitted"]
    assert checklists.in_force(second, day).id == second
    with pytest.raises(InvalidInput, match="not in force"):
        checklists.in_force(first, day)
    with pytest.raises(Conflict, match="later version"), transaction():
        checklists.new_version(checklists.get(first), chief, head(effective_from=day))
    with transaction():
        checklists.discard(checklists.get(second), chief)
    assert checklists.get(first).effective_to is None


def test_a_version_in_force_is_never_changed(app, cast):
    chief = cast["section_chief"]
    ident, item_id = make_checklist(cast)
    with clock.frozen(clock.now() + timedelta(days=1)):
        item = checklists.get(ident).items[0]
        for change in (
            lambda: checklists.remove_item(checklists.get(ident), chief, item),
            lambda: checklists.save_item(
                checklists.get(ident), chief, checklists.fields_of(item), item
            ),
            lambda: checklists.discard(checklists.get(ident), chief),
        ):
            with pytest.raises(Conflict, match="in force"), transaction():
                change()
    assert checklists.get(ident).items[0].id == item_id


def test_items_are_added_moved_and_removed_by_pages(pages, cast):
    ident, item_id = make_checklist(cast)
    url = f"/inspections/checklists/{ident}/items"
    for text in ("Second", "Third"):
        data = {"text": text, "basis": "Law", "factor": "object", "category": "site"}
        assert pages.post("section_chief", f"{url}/new", data).status_code == 302
    assert pages.post("section_chief", f"{url}/{item_id}/move-down").status_code == 302
    assert [i.text for i in checklists.get(ident).items] == ["Second", "Guard is fitted", "Third"]
    db.session.rollback()
    assert pages.post("section_chief", f"{url}/{item_id}/remove").status_code == 302
    after = checklists.get(ident).items
    assert [(i.position, i.text) for i in after] == [(1, "Second"), (2, "Third")]
    db.session.rollback()
    page = pages.get("section_chief", f"/inspections/checklists/{ident}").text
    assert "Second" in page
    assert "/items/new" in page
    assert "/items/new" not in pages.get("plant_manager", f"/inspections/checklists/{ident}").text


def test_an_item_names_a_criterion_that_is_in_force(pages, cast):
    ident, _item = make_checklist(cast)
    data = {"text": "x", "basis": "Law", "factor": "object", "category": "site"}
    answer = pages.post(
        "section_chief",
        f"/inspections/checklists/{ident}/items/new",
        {**data, "criterion_code": "NONE-1"},
    )
    assert answer.status_code == 422
    assert "No criterion NONE-1" in error_text(answer)


def test_a_list_comes_from_a_file_and_goes_into_one(pages, cast):
    made = pages.post(
        "section_chief",
        "/inspections/checklists/new",
        fields(file=upload(HEADING + LINE + LINE.replace("Guard", "=Cover"))),
    )
    assert made.status_code == 302
    ident = int(made.location.rsplit("/", 1)[1])
    for ending in ("tsv", "xlsx"):
        data = pages.get("plant_manager", f"{made.location}/items.{ending}").data
        again = pages.post(
            "section_chief",
            f"/inspections/checklists/{ident}/version",
            fields(
                effective_from=(clock.today() + timedelta(days=3)).isoformat(),
                file=upload(data, f"again.{ending}"),
                only_check="y",
            ),
        )
        assert "2 items, nothing wrong" in error_text(again), ending
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    assert sheet["B3"].value == "=Cover is fitted"
    assert sheet["B3"].data_type == "s"
    stmt = db.select(db.func.count()).select_from(Checklist)
    assert db.session.scalar(stmt) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The file is empty"),
        ("text\tbasis\nx\ty\n", "lacks the columns category, factor"),
        (HEADING + LINE + LINE, "This item is listed twice"),
        (HEADING + LINE.replace("object", "thing"), "No such factor"),
        (HEADING + LINE.replace("equipment", "thing"), "No such category"),
        (HEADING + LINE.replace("Guard is fitted", ""), "This field is required"),
        (HEADING + LINE[:-1] + "MEM-0\n", "No such criterion is in force"),
        (b"\xff\xfe\x00bad", "neither Excel nor UTF-8"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_line_by_line_and_nothing_is_saved(
    pages, cast, text, words
):
    answer = pages.post("section_chief", "/inspections/checklists/new", fields(file=upload(text)))
    assert answer.status_code == 422
    assert words in error_text(answer)
    assert db.session.scalars(db.select(Checklist)).first() is None


def test_a_code_is_given_once_and_a_version_begins_tomorrow(pages, cast):
    make_checklist(cast, code="NEW")
    for changes, words in (
        ({}, "This code exists already"),
        ({"code": "lower"}, "Capital letters"),
        ({"code": "B", "effective_from": clock.today().isoformat()}, "begins tomorrow"),
        ({"code": "B", "industry": "3x"}, "A letter or 2 to 4 digits"),
    ):
        answer = pages.post("section_chief", "/inspections/checklists/new", fields(**changes))
        assert answer.status_code == 422, changes
        assert words in error_text(answer), changes
