"""Pages of the safety code: the list, an enterprise's points and their links, facts, tables."""

from __future__ import annotations

import re
from html import unescape

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.score import queries, tables
from supervision.score.rules import FactKind
from tests.cast import Cast
from tests.factories.scores import load_table, make_fact, night
from tests.pages import PageClient

TODAY = clock.today()


def test_an_enterprise_reads_every_point_and_what_changed_and_no_other_enterprise_does(
    cast: Cast, pages: PageClient
):
    load_table()
    make_fact(cast.plant_id, FactKind.INJURY, number="Report 9")
    night(TODAY.replace(day=1))
    night(TODAY)
    own = f"/scores/enterprises/{cast.plant_id}"
    page = pages.get("plant_manager", own).text
    assert "Report 9" in page
    assert "Work injury" in page
    fact = re.search(r'href="(/scores/facts/\d+)"', page)
    assert fact is not None
    assert pages.get("plant_manager", fact[1]).status_code == 200
    assert pages.get("other_plant", own).status_code == 404
    assert pages.get("other_plant", fact[1]).status_code == 404
    assert pages.get("plant_manager", f"{own}?month=1999-01").status_code == 404
    listed = pages.get("district_officer", "/scores/?sort=name").text
    assert "Invented Plant 1" in listed
    assert "Invented Plant 3" not in listed
    assert "Invented Plant 2" not in pages.get("plant_manager", "/scores/").text
    assert "Plant 1" in pages.get("plant_manager", f"/enterprises/{cast.plant_id}/tabs/score").text
    assert pages.get("district_officer", "/scores/export.xlsx").status_code == 200
    assert pages.get("district_officer", "/").status_code == 200


def test_an_officer_records_a_fact_with_its_paper_and_voids_it(cast: Cast, pages: PageClient):
    load_table()
    new = f"/scores/enterprises/{cast.plant_id}/facts/new"
    told = {"kind": "injury", "happened_on": TODAY.isoformat(), "reason": "Hand in the press"}
    assert "A fact needs its paper" in pages.post("district_officer", new, told).text
    pages.post("district_officer", new, {**told, "paper_number": "Report 1"})
    (fact,) = queries.facts_of(cast.plant_id, SYSTEM)
    gone = {"reason": "Another plant", "row_version": str(fact.row_version)}
    address = f"/scores/facts/{fact.id}/void"
    assert pages.post("district_officer", address, gone).status_code == 302
    assert pages.post("district_officer", address, gone).status_code == 409


def sent_form(page: str) -> dict[str, str | list[str]]:
    """The values of the table's form as a browser would send them."""
    form = page[page.index("score-table-form") :]
    values: dict[str, str | list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or "checked" in tag):
            values[name[1]] = unescape(value[1]) if value else ""
    for name, body in re.findall(
        r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.findall(r'<option selected value="([^"]*)"', body)
        values[name] = chosen if name.endswith("codes") else (chosen or [""])[0]
    for name, body in re.findall(
        r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL
    ):
        values[name] = unescape(body.strip())
    return values


def test_a_chief_changes_the_table_from_a_month_on(cast: Cast, pages: PageClient):
    load_table()
    page = pages.get("section_chief", "/scores/tables/new")
    sent = {**sent_form(page.text), "green_from": "90", "orange_from": "95", "reason": "Stricter"}
    refused = pages.post("section_chief", "/scores/tables/new", sent)
    assert refused.status_code == 422
    assert "Green begins above yellow" in refused.text
    sent["orange_from"] = "60"
    # A line is added by its source before anything is saved.
    added = pages.post(
        "section_chief",
        "/scores/tables/new",
        {**sent, "add": "1", "new_source": "own_rectified_early", "new_group": "positive"},
    )
    assert added.status_code == 200
    more = sent_form(added.text)
    assert more["lines-26-title_en"] == "Own findings rectified before their day"
    more |= {"lines-26-points": "2", "lines-19-months": "6", "lines-17-level_2": "0.5"}
    del more["lines-6-is_on"]
    nonsense = pages.post("section_chief", "/scores/tables/new", {**more, "lines-19-months": "99"})
    assert nonsense.status_code == 422
    assert 'href="#lines-19-months"' in nonsense.text
    assert pages.post("section_chief", "/scores/tables/new", more).status_code == 302
    assert pages.post("section_chief", "/scores/tables/new", more).status_code == 409
    db.session.rollback()
    made = {line.code: line for line in tables.table_on(TODAY.replace(day=1)).indicators}
    assert made["OWN_RECTIFIED_EARLY"].points == 2
    assert made["INJURY"].params == {"kind": "injury", "months": 6}
    assert made["STANDARD"].params["levels"] == {"1": "1", "2": "0.5", "3": "0.4"}
    assert [code for code, line in made.items() if not line.is_on] == ["DOCUMENTS"]
    shown = pages.get("district_officer", "/scores/tables").text
    assert "looks back 6 months" in shown
    night(TODAY)
    found = queries.score_of(cast.plant_id, SYSTEM)
    assert found is not None
    assert "DOCUMENTS" not in found.points
    assert "OWN_RECTIFIED_EARLY" in found.points


def test_a_source_serves_no_group_that_it_cannot(cast: Cast, pages: PageClient):
    load_table()
    sent = sent_form(pages.get("section_chief", "/scores/tables/new").text)
    wrong = {**sent, "add": "1", "new_source": "awards", "new_group": "veto"}
    answer = pages.post("section_chief", "/scores/tables/new", wrong)
    assert answer.status_code == 422
    assert "This source cannot serve this group" in answer.text
