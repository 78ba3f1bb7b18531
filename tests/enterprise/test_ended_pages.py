"""Nothing new begins in a file that ended: every slice refuses, names the survivor, leads there."""

from __future__ import annotations

import re

import pytest

from supervision.chemical import queries as chemicals
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.enterprise import lineage, queries
from supervision.hazard import service as hazards
from tests.factories.chemicals import a_source
from tests.factories.documents import load_kinds, make_document
from tests.factories.hazards import finding
from tests.factories.licences import make_licence
from tests.factories.people import load_tables, make_certificate, make_person
from tests.factories.roll import propose_merger
from tests.pages import error_text

OFFICER = "district_officer"
WHO = (OFFICER, "section_chief", "administrator", "city_officer", OWN := "other_plant")
# What may still be done with an ended file, or is refused in words of its own.
STILL = {
    "casefile.create": "an offence is prosecuted where it was committed",
    "dossier.ask": "what is on record can be printed",
    "enterprise.change": "what is wrong in it is corrected",
    "enterprise.set_roll_status": "says itself that it stays merged",
    "enterprise.reveal": "reads",
    "commitment.remove_signer": "ends what was arranged",
    "commitment.renew_key": "takes the page at the gate away",
    "guide.show_again": "unhides a card on the start page",
    "change_request.create": "says itself that the file is closed",
    "order.withdraw": "ends what was agreed",
    "people.settle_sector": "corrects what is on record",
    "roll.propose_merger": "says itself that it has merged already",
    "roll.propose_split": "likewise",
}


@pytest.fixture
def rows(app, cast):
    """What the plant held before it merged, by the names that addresses give it."""
    load_kinds()
    load_tables()
    plant = cast.other_plant_id
    person = make_person(cast, enterprise_id=plant)
    return {
        "licence_id": make_licence(cast, by=OFFICER, enterprise_id=plant),
        "document_id": make_document(cast, who=OFFICER, enterprise_id=plant),
        "person_id": person,
        "certificate_id": make_certificate(person),
        "unit_id": a_source(plant, SYSTEM)["unit_id"],
    }


@pytest.fixture
def merged(cast, rows):
    """The other plant went up in the plant."""
    merge(cast, cast.other_plant_id, cast.plant_id)
    return rows


def merge(cast, absorbed, survivor):
    row_id = propose_merger(cast, absorbed, survivor, OFFICER)
    with transaction():
        row = lineage.get_restructuring(row_id, cast["section_chief"])
        lineage.approve(row, cast["section_chief"], typed_name=row.enterprise.name)


def begins(app, method):
    """Addresses of one enterprise at which something is sent, by endpoint."""
    rules = [r for r in app.url_map.iter_rules() if "<int:enterprise_id>" in r.rule]
    sent = {r.rule: r.endpoint for r in rules if "POST" in (r.methods or ())}
    kept = {rule: name for rule, name in sent.items() if name not in STILL}
    return {
        rule.replace("<int:enterprise_id>", "{enterprise_id}"): name
        for rule, name in kept.items()
        if method == "POST" or any(r.rule == rule and method in (r.methods or ()) for r in rules)
    }


def refused(pages, method, url):
    """Whoever may do it at all is told where it goes on."""
    for who in WHO:
        answer = getattr(pages, method.lower())(who, url)
        if answer.status_code not in (403, 404):
            answer.who = who
            return answer
    raise AssertionError(f"nobody may: {url}")


def check(cast, answer, url):
    assert answer.status_code == 409, url
    assert "Invented Plant 2 merged into Invented Plant 1" in error_text(answer), url
    # Its own people are told the name; the survivor's file is not theirs to open.
    link = f'href="/enterprises/{cast.plant_id}"' in answer.get_data(as_text=True)
    assert link == (answer.who != OWN), url


def test_every_address_that_begins_something_in_a_file_refuses_an_ended_one(
    app, pages, cast, merged
):
    found = begins(app, "POST")
    assert {"licence.create", "people.create", "risk.create", "hazard.report_now"} <= set(
        found.values()
    )
    assert {"document.create", "inspection.create", "chemical.create_unit"} <= set(found.values())
    for rule in found:
        # Of several words in an address the first will do.
        url = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule).format(enterprise_id=cast.other_plant_id)
        check(cast, refused(pages, "POST", url), url)


def test_no_form_is_offered_that_would_be_refused(app, pages, cast, merged):
    # Two of them are lists with a form beside them: the list is still read.
    lists = {"risk.add_plan", "order.confirm", "enterprise_code.issue", "selfcheck.adopt"}
    for rule, name in begins(app, "GET").items():
        if name not in lists:
            url = rule.format(enterprise_id=cast.other_plant_id)
            check(cast, refused(pages, "GET", url), url)


def test_nothing_new_hangs_itself_on_an_old_row_either(pages, cast, merged):
    forms = (
        "/licences/{licence_id}/renewal",
        "/people/{person_id}/certificates/new",
        "/people/certificates/{certificate_id}/renew",
        "/chemicals/units/{unit_id}/items/new",
    )
    for form in forms:
        url = form.format(**merged)
        check(cast, refused(pages, "GET", url), url)
    for form in ("/people/{person_id}/certificates/new", "/chemicals/units/{unit_id}/items/new"):
        url = form.format(**merged)
        check(cast, refused(pages, "POST", url), url)
    url = "/documents/{document_id}/new-version".format(**merged)
    check(cast, refused(pages, "POST", url), url)


def test_what_was_there_can_still_be_read_and_ended(pages, cast, merged):
    for url in (f"/licences/{merged['licence_id']}", f"/documents/{merged['document_id']}"):
        assert pages.get(OFFICER, url).status_code == 200
    day = {"reason": "It ended with its enterprise"}
    url = f"/documents/{merged['document_id']}/withdraw"
    assert pages.post(OFFICER, url, day).status_code == 302


def test_what_a_machine_or_a_running_inspection_finds_is_kept_all_the_same(cast, merged):
    with transaction():
        plant = queries.get_enterprise(cast.other_plant_id, SYSTEM)
        assert hazards.report(plant, cast[OFFICER], finding()).id
    assert chemicals.get_unit(merged["unit_id"], SYSTEM).enterprise_id == cast.other_plant_id
    db.session.rollback()


def test_a_survivor_that_merged_in_its_turn_leads_to_the_last(pages, cast):
    merge(cast, cast.plant_id, cast.other_plant_id)
    with transaction():
        far = queries.get_enterprise(cast.far_plant_id, SYSTEM)
        far.region_code = "330110001"
    merge(cast, cast.other_plant_id, cast.far_plant_id)
    answer = pages.get(OFFICER, f"/licences/new/{cast.plant_id}")
    assert "Invented Plant 1 merged into Invented Plant 3" in error_text(answer)
    assert f'href="/enterprises/{cast.far_plant_id}"' in answer.get_data(as_text=True)


def test_whoever_may_not_see_the_survivor_is_told_its_name_and_no_more(pages, cast):
    row_id = propose_merger(cast, cast.plant_id, cast.far_plant_id, "city_officer")
    with transaction():
        row = lineage.get_restructuring(row_id, SYSTEM)
        lineage.approve(row, SYSTEM, typed_name="Invented Plant 1")
    answer = pages.get(OFFICER, f"/hazards/report/{cast.plant_id}")
    assert answer.status_code == 409
    assert "Invented Plant 3" in error_text(answer)
    assert f"/enterprises/{cast.far_plant_id}" not in answer.get_data(as_text=True)
