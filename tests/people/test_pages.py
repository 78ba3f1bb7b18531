"""The pages of people, as each side sees and uses them."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db
from supervision.core.scope import unscoped
from supervision.people import jobs, queries, training_queries
from supervision.people.dossier import CHAPTERS
from supervision.people.rules import Result
from supervision.people.workflow import SessionState
from tests.factories.people import make_certificate, make_person, make_session, resident_id
from tests.pages import error_text
from tests.statements import counted

FULL = resident_id(7)


@pytest.fixture
def person(app, cast):
    return make_person(cast, 7, "special_operations", name="Longname")


def cells(response):
    book = load_workbook(io.BytesIO(response.data))
    return " ".join(str(c.value) for sheet in book for row in sheet for c in row if c.value)


def test_a_safety_manager_enters_a_person_with_a_post(pages, cast):
    url = f"/people/enterprises/{cast.plant_id}/new"
    assert pages.get("safety_manager", url).status_code == 200
    data = {
        "name": "New Hand",
        "id_kind": "resident",
        "id_number": "123",
        "employed_from": "2026-01-05",
        "code": "safety_manager_part",
    }
    refused = pages.post("safety_manager", url, data)
    assert refused.status_code == 422
    assert "not a valid identity number" in error_text(refused)
    answer = pages.post("safety_manager", url, data | {"id_number": resident_id(3)})
    assert answer.status_code == 302
    page = pages.get("safety_manager", answer.location)
    assert "New Hand" in error_text(page)
    assert "Safety manager, part-time" in error_text(page)


def test_no_list_detail_or_export_shows_a_number_in_full(pages, cast, person):
    make_certificate(person, number=f"T{FULL}")
    make_session(cast, [person])
    urls = (
        "/people/",
        f"/people/{person}",
        f"/people/{person}/edit",
        "/people/certificates",
        "/people/training",
        "/people/hours?state=all",
        f"/enterprises/{cast.plant_id}",
        f"/enterprises/{cast.plant_id}/tabs/staff",
    )
    for url in urls:
        body = pages.get("plant_manager", url).get_data(as_text=True)
        assert FULL not in body, url
        assert "19900000007" not in body, url
    for name in ("export.xlsx", "certificates/export.xlsx", "hours/export.xlsx?state=all"):
        shown = cells(pages.get("plant_manager", f"/people/{name}"))
        assert FULL not in shown
        assert "Longname" not in shown
        assert "L*******" in shown


def test_whoever_may_not_open_personal_data_reads_masked_names(pages, cast, person):
    certificate = make_certificate(person)
    urls = (
        "/people/",
        f"/people/{person}",
        "/people/certificates",
        f"/people/certificates/{certificate}",
        f"/enterprises/{cast.plant_id}/tabs/staff",
    )
    for url in urls:
        text = error_text(pages.get("auditor", url))
        assert "Longname" not in text, url
        assert "L*******" in text, url


def test_in_full_is_shown_once_to_whoever_says_why(pages, cast, person):
    url = f"/people/{person}/reveal"
    assert pages.post("district_officer", url).status_code == 422
    answer = pages.post("district_officer", url, {"reason": "Accident report"})
    assert FULL in error_text(answer)
    assert "no-store" in answer.headers["Cache-Control"]
    assert FULL not in error_text(pages.get("district_officer", f"/people/{person}"))
    assert pages.post("auditor", url, {"reason": "Curious"}).status_code == 403
    # Both sides see on the person's page that somebody looked, and why.
    assert "Accident report" in error_text(pages.get("plant_manager", f"/people/{person}"))


def test_an_export_in_full_needs_a_reason_and_names_all_on_the_trail(pages, cast, person):
    other = make_person(cast, 8)
    url = "/people/export-in-full?text=Longname"
    assert "1 people" in error_text(pages.get("plant_manager", url))
    assert pages.post("plant_manager", url).status_code == 422
    answer = pages.post("plant_manager", url, {"reason": "Insurance"})
    assert FULL in cells(answer)
    assert resident_id(8) not in cells(answer)
    stmt = db.select(AuditEntry).where(AuditEntry.action == "people.export_full")
    entry = db.session.scalars(unscoped(stmt, reason="a test looks")).one()
    assert entry.data == {"reason": "Insurance", "person_ids": [person]}
    assert other not in entry.data["person_ids"]


def test_a_certificate_goes_its_way_on_its_page(pages, cast, person):
    today = clock.today()
    first = today - timedelta(days=1000)
    data = {
        "code": "SO-WELDING",
        "number": "T-1",
        "issued_on": first.isoformat(),
        "valid_from": first.isoformat(),
    }
    made = pages.post("safety_manager", f"/people/{person}/certificates/new", data)
    assert made.status_code == 302
    page = pages.get("safety_manager", made.location)
    assert "The review is due by" in error_text(page)
    done = pages.post("safety_manager", f"{made.location}/review", {"day": today.isoformat()})
    assert done.status_code == 302
    data |= {"number": "T-2", "valid_from": today.isoformat(), "issued_on": today.isoformat()}
    renewed = pages.post("safety_manager", f"{made.location}/renew", data)
    assert renewed.status_code == 302
    assert "The one before" in error_text(pages.get("safety_manager", renewed.location))
    pages.post(
        "district_officer",
        f"{renewed.location}/revoke",
        {"day": today.isoformat(), "reason": "Forged"},
    )
    assert "Forged" in error_text(pages.get("safety_manager", renewed.location))


def test_a_stale_correction_is_told(pages, cast, person):
    certificate = make_certificate(person)
    day = clock.today().isoformat()
    data = {"issued_on": day, "valid_from": day, "row_version": "99"}
    answer = pages.post("safety_manager", f"/people/certificates/{certificate}/edit", data)
    assert answer.status_code == 409


def test_a_training_from_its_plan_to_its_record(pages, cast, person):
    who, today = "safety_manager", clock.today()
    url = f"/people/enterprises/{cast.plant_id}/training/new"
    assert pages.get(who, url).status_code == 200
    data = {
        "title": "Yearly",
        "kind": "yearly",
        "held_at": f"{today - timedelta(days=1)}T09:00",
        "hours": "8",
        "content": "Law and cases",
    }
    made = pages.post(who, url, data)
    here = made.location
    assert pages.post(who, f"{here}/participants").status_code == 422
    pasted = pages.post(who, f"{here}/paste", {"text": "Nobody"})
    assert pasted.status_code == 422
    assert "Nobody of this name is on the file" in error_text(pasted)
    assert pages.post(who, f"{here}/participants", {"people": [person]}).status_code == 302
    assert pages.post(who, f"{here}/record").status_code == 403
    results = {f"result-{person}": "passed", f"score-{person}": "88.5"}
    assert pages.post(who, f"{here}/results", results | {f"score-{person}": "x"}).status_code == 422
    assert pages.post(who, f"{here}/results", results).status_code == 302
    assert pages.post(who, f"{here}/record").status_code == 302
    session = training_queries.get_session(int(here.rsplit("/", 1)[-1]), SYSTEM)
    assert session.status is SessionState.RECORDED
    assert session.attendances[0].result is Result.PASSED
    assert "Enough hours" in error_text(pages.get("district_officer", f"/people/{person}"))


def test_an_employee_reads_the_own_record_and_its_paper(pages, cast):
    own = make_person(cast, 1, account_id=cast.accounts["worker"])
    other = make_person(cast, 2)
    make_certificate(own)
    assert "Welding" in error_text(pages.get("worker", "/people/me"))
    assert "All of my record" in error_text(pages.get("worker", "/"))
    paper = pages.get("worker", f"/people/me/{own}/training-record.pdf")
    assert paper.data.startswith(b"%PDF")
    assert pages.get("worker", f"/people/me/{other}/training-record.pdf").status_code == 404
    assert pages.get("worker", f"/people/{own}").status_code == 403
    assert "No record is linked" in error_text(pages.get("no_role", "/people/me"))


def test_the_file_and_the_authority_see_required_and_present(pages, cast):
    jobs.reckon_all(clock.now())
    tab = error_text(pages.get("plant_manager", f"/enterprises/{cast.plant_id}/tabs/staff"))
    assert "Others with up to 100" in tab
    assert "1 missing" in tab
    listed = error_text(pages.get("district_officer", "/people/staffing"))
    assert "A principal is on file: 0 of 1" in listed
    assert "Enterprises that lack safety staff" in error_text(pages.get("district_officer", "/"))
    why = f"/people/enterprises/{cast.plant_id}/staffing"
    assert "Rules that do not hold for it" in error_text(pages.get("plant_manager", why))
    assert pages.post("plant_manager", why, {"reason": "x"}).status_code == 403
    settled = pages.post("district_officer", why, {"sector": "mine", "reason": "Quarry"})
    assert settled.status_code == 302
    assert "Quarry" in error_text(pages.get("plant_manager", why))
    book = cells(pages.get("district_officer", "/people/staffing/export.xlsx"))
    assert "A registered safety engineer at work: 0 of 1" in book


def test_the_tables_are_read_by_all_and_changed_by_chiefs(pages, cast):
    for table in ("post", "certificate", "hours", "sector", "staffing"):
        assert pages.get("plant_manager", f"/people/tables/{table}").status_code == 200
        assert pages.get("section_chief", f"/people/tables/{table}/new").status_code == 200


def test_a_new_version_is_written_with_its_reason_and_given_up(pages, cast):
    from supervision.people import ruletables
    from supervision.people.tables import RuleTable

    base = ruletables.rule_on(RuleTable.STAFFING, "ANY-UP-TO-100", clock.today()).id
    url = f"/people/tables/rules/{base}/version"
    page = pages.get("section_chief", url)
    assert 'value="safety_manager_full' in page.get_data(as_text=True)
    data = {
        "name": "Local",
        "effective_from": (clock.today() + timedelta(days=1)).isoformat(),
        "source": "City rule",
        "certainty": "M",
        "sectors": "other",
        "headcount_from": "0",
        "headcount_to": "50",
        "posts": "safety_manager_full",
        "measure": "count",
        "minimum": "1",
    }
    assert "Reason of the change" in error_text(pages.post("section_chief", url, data))
    made = pages.post("section_chief", url, data | {"note": "Stricter here"})
    assert made.status_code == 302
    assert "Stricter here" in error_text(pages.get("auditor", made.location))
    assert pages.post("section_chief", f"{made.location}/discard").status_code == 302
    db.session.rollback()
    assert ruletables.get(base).effective_to is None


def test_leaving_and_coming_back_by_the_page(pages, cast, person):
    day = clock.today().isoformat()
    assert pages.post("plant_manager", f"/people/{person}/leave", {"day": "x"}).status_code == 422
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    pages.post("plant_manager", f"/people/{person}/leave", {"day": yesterday})
    assert "left on" in error_text(pages.get("plant_manager", "/people/?state=left"))
    assert pages.post("plant_manager", f"/people/{person}/back", {"day": day}).status_code == 302
    assert queries.get_person(person, SYSTEM).is_employed


def test_a_person_is_found_by_name_and_shown_as_the_reader_may_know_them(pages, cast, person):
    full = pages.get("district_officer", "/find.json?q=Longname").get_data(as_text=True)
    assert "Longname" in full
    masked = pages.get("auditor", "/find.json?q=Longname").get_data(as_text=True)
    assert "L*******" in masked
    assert "Longname" not in masked.replace("text=Longname", "")
    for who in ("other_plant", "other_district", "worker"):
        answer = pages.get(who, "/find.json?q=Longname")
        assert f"/people/{person}" not in answer.get_data(as_text=True)


def test_the_dossiers_chapter_masks_everybody(app, cast, person):
    make_certificate(person, number=f"T{FULL}")
    make_session(cast, [person])
    with app.test_request_context():
        sections = CHAPTERS[0].sections(cast.plant_id, cast["plant_manager"])
        printed = [str(c.value(row)) for s in sections for row in s.rows for c in s.columns]
    assert [s.count for s in sections] == [4, 1, 1, 1, 1]
    assert "L*******" in printed
    assert not any("Longname" in text or FULL in text for text in printed)


LISTS = (
    "/people/",
    "/people/certificates",
    "/people/training",
    "/people/hours",
    "/people/staffing",
)


def test_longer_lists_ask_the_database_no_more(pages, cast):
    urls = (*LISTS, f"/enterprises/{cast.plant_id}/tabs/staff", f"/enterprises/{cast.plant_id}")

    def asked():
        found = {}
        for url in urls:
            client = pages.as_("district_officer")
            with counted() as statements:
                assert client.get(url).status_code == 200
            found[url] = len(statements)
        return found

    def grow(serials):
        people = [make_person(cast, n, "special_operations") for n in serials]
        for one in people:
            make_certificate(one, ends=30)
        make_session(cast, people)

    grow([1])
    first = asked()
    grow([2, 3])
    assert asked() == first


def test_a_filter_that_makes_no_sense_narrows_nothing_and_breaks_nothing(pages, cast):
    names = ("text", "state", "post", "without", "group", "kind", "status", "year", "held_from")
    names += ("sector", "region", "sort", "enterprise", "page")
    for url in LISTS:
        for value in ("é", "99999999999999999999", "-1"):
            query = dict.fromkeys(names, value)
            answer = pages.get("district_officer", url, query_string=query)
            assert answer.status_code == 200, f"{url} {value}"


def version_of(page):
    return re.search(r'name="row_version"[^>]* value="(\d+)"', page.get_data(as_text=True))[1]


def test_of_two_who_press_at_once_on_a_certificate_the_second_is_told(pages, cast, person):
    number = make_certificate(person, review_on=clock.today() + timedelta(days=30))
    here, today = f"/people/certificates/{number}", clock.today().isoformat()
    seen = version_of(pages.get("plant_manager", here))
    again = {"day": today, "row_version": seen}
    assert pages.post("safety_manager", f"{here}/review", again).status_code == 302
    assert pages.post("plant_manager", f"{here}/review", again).status_code == 409
    late = again | {"reason": "Lost its ground"}
    assert pages.post("district_officer", f"{here}/revoke", late).status_code == 409
    now = late | {"row_version": version_of(pages.get("district_officer", here))}
    assert pages.post("district_officer", f"{here}/revoke", now).status_code == 302


def test_of_two_who_press_at_once_on_a_training_the_second_is_told(pages, cast, person):
    number = make_session(cast, [person], recorded=False)
    here = f"/people/training/{number}"
    seen = {"row_version": version_of(pages.get("plant_manager", here))}
    result = {f"result-{person}": "passed", f"score-{person}": "90"}
    assert pages.post("safety_manager", f"{here}/results", result | seen).status_code == 302
    # Nobody closes an archive whose results they have not seen.
    for step, more in (
        ("record", {}),
        ("results", {f"result-{person}": "failed"}),
        ("participants", {"people": str(person)}),
        (f"participants/{person}/remove", {}),
        ("paste", {"text": "Longname"}),
    ):
        assert pages.post("plant_manager", f"{here}/{step}", more | seen).status_code == 409, step
    fresh = {"row_version": version_of(pages.get("plant_manager", here))}
    assert pages.post("plant_manager", f"{here}/record", fresh).status_code == 302
    void = fresh | {"reason": "The hall was closed"}
    assert pages.post("safety_manager", f"{here}/void", void).status_code == 409
