"""Pages of the safety code: the list, an enterprise's points and their links, facts, tables."""

from __future__ import annotations

import re

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.score import links, queries, tables
from supervision.score.rules import FactKind
from tests.cast import Cast
from tests.factories.scores import load_table, make_fact, night
from tests.factories.world import World
from tests.pages import PageClient

TODAY = clock.today()


def test_every_kind_of_record_opens_for_whoever_may_and_the_list_behind_each_source(
    world: World, pages: PageClient, cast: Cast
):
    ids = world.near.ids
    numbers = {
        "enterprise": cast.plant_id,
        "person": ids["people.person_id"],
        "certificate": ids["people.certificate_id"],
        "licence": ids["licence.licence_id"],
        "document": ids["document.document_id"],
        "risk": ids["risk.point_id"],
        "hazard": ids["hazard_id"],
        "order": ids["order_id"],
        "case": ids["case_id"],
        "round": ids["selfcheck.round_id"],
        "return": ids.get("returns.return_id"),
        "fact": ids["score.fact_id"],
    }
    assert set(numbers) == set(links.PLACES)
    officer = cast["district_officer"]
    with pages.app.test_request_context():
        urls = [
            links.url_of(kind, int(number), officer) for kind, number in numbers.items() if number
        ]
        sources = {line.source for line in tables.table_on(TODAY.replace(day=1)).indicators}
        urls += [links.list_url(source, cast.plant_id, officer) for source in sources]
        assert links.url_of("case", 1, cast["plant_manager"]) is None
    for url in set(urls):
        assert url is not None
        assert pages.get("district_officer", url).status_code == 200, url


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


def test_a_chief_changes_the_table_from_a_month_on(cast: Cast, pages: PageClient):
    load_table()
    with transaction():
        base = tables.table_on(TODAY.replace(day=1))
        sent = {
            "base": str(base.id),
            "effective_from": f"{TODAY:%Y-%m}",
            "green_from": "90",
            "yellow_from": "70",
            "orange_from": "95",
            "source": "Decision 7",
            "certainty": "H",
            "reason": "Stricter",
        }
        for i, line in enumerate(base.indicators):
            sent[f"lines-{i}-code"] = line.code
            sent[f"lines-{i}-points"] = str(line.points)
            sent[f"lines-{i}-most"] = str(line.most)
    assert pages.get("section_chief", "/scores/tables/new").status_code == 200
    refused = pages.post("section_chief", "/scores/tables/new", sent)
    assert refused.status_code == 422
    assert "Green begins above yellow" in refused.text
    good = {**sent, "orange_from": "60"}
    assert pages.post("section_chief", "/scores/tables/new", good).status_code == 302
    assert pages.post("section_chief", "/scores/tables/new", good).status_code == 409
    db.session.rollback()
    assert tables.table_on(TODAY.replace(day=1)).source == "Decision 7"
