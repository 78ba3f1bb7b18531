"""The pages, for the officer, for the chief and for the enterprise."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from supervision.core import clock
from supervision.core.db import db, transaction
from supervision.core.scope import unscoped
from supervision.inspection import queries, service
from supervision.inspection.models import Inspection
from supervision.inspection.workflow import InspectionKind, InspectionState
from tests.factories.inspections import (
    OFFICERS,
    load,
    make_checklist,
    make_inspection,
    prepare,
)
from tests.pages import error_text
from tests.security.test_statement_counts import counted

S = InspectionState
SECRETS = ("ZZPRIVATE", "ZZCAP", "ZZNOTE")


@pytest.fixture
def ready(app, cast):
    return prepare(cast)


def form(cast, **changes):
    values = {
        "kind": "administrative",
        "subject": "Guards of machines",
        "planned_on": clock.today().isoformat(),
        "place": "Press shop",
        "basis": "Annual plan, line 3",
        "checklist": "",
        "officers": [str(cast.accounts[who]) for who in OFFICERS],
        "exemption": "",
        "over_cap_reason": "",
    }
    return values | changes


def only():
    stmt = db.select(Inspection).order_by(Inspection.id.desc())
    return db.session.scalars(unscoped(stmt, reason="a test looks")).first()


def test_from_the_form_to_the_approval_by_pages(pages, cast, ready):
    url = f"/inspections/new/{cast.plant_id}"
    assert pages.get("district_officer", url).status_code == 200
    made = pages.post("district_officer", url, form(cast))
    assert made.status_code == 302
    here = made.location
    assert pages.post("district_officer", f"{here}/submit").status_code == 302
    chief = pages.get("section_chief", here).get_data(as_text=True)
    assert f'action="{here}/approve"' in chief
    assert "waits for your approval" in pages.get("section_chief", "/inspections/").text
    assert pages.post("section_chief", f"{here}/approve", {"note": "Go"}).status_code == 302
    assert pages.post("district_officer", f"{here}/notify", {"form": "written"}).status_code == 302
    assert pages.post("district_officer", f"{here}/start").status_code == 302
    refused = pages.post("district_officer", f"{here}/record")
    assert refused.status_code == 422
    assert "Name the enterprise's person on site" in error_text(refused)
    assert only().status is S.ONGOING


def test_what_the_form_got_wrong_stands_beside_its_field(pages, cast, ready):
    url = f"/inspections/new/{cast.plant_id}"
    for changes, words in (
        ({"officers": [str(cast.accounts["city_officer"])]}, "is not a valid choice"),
        ({"officers": []}, "Name who goes there"),
        ({"basis": ""}, "names its basis"),
        ({"planned_on": "2020-01-01"}, "lies in the past"),
        ({"checklist": "99"}, "Choose one of the list"),
        ({"subject": ""}, "required"),
    ):
        answer = pages.post("district_officer", url, form(cast, **changes))
        assert answer.status_code == 422, changes
        assert words in error_text(answer), changes
    assert only() is None


def test_a_draft_is_edited_and_a_stale_editor_is_told(pages, cast, ready):
    ident = make_inspection(cast)
    url = f"/inspections/{ident}/edit"
    before = str(load(ident, cast["district_officer"]).row_version)
    saved = pages.post("district_officer", url, form(cast, subject="Exits", row_version=before))
    assert saved.status_code == 302
    assert load(ident, cast["auditor"]).subject == "Exits"
    stale = pages.post("section_chief", url, form(cast, subject="Roof", row_version=before))
    assert stale.status_code == 409
    assert load(ident, cast["auditor"]).subject == "Exits"


def test_a_day_that_comes_later_offers_the_list_of_that_day(pages, cast, ready):
    chosen, _item = make_checklist(cast, begins_in=5)
    url = f"/inspections/new/{cast.plant_id}"
    today = pages.post("district_officer", url, form(cast, checklist=str(chosen)))
    assert today.status_code == 422
    day = (clock.today() + timedelta(days=6)).isoformat()
    later = pages.post("district_officer", url, form(cast, checklist=str(chosen), planned_on=day))
    assert later.status_code == 302
    assert "Guard is fitted" in pages.get("district_officer", later.location).text


def test_the_enterprise_sees_its_own_record_and_not_a_word_more(pages, cast, ready):
    ident = make_inspection(cast, S.RECORDED, over_cap_reason="ZZCAP", with_photo=True)
    with transaction():
        load(ident, cast["district_officer"]).approval_note = "ZZNOTE"
    found = load(ident, cast["district_officer"])
    page = pages.get("plant_manager", f"/inspections/{ident}").text
    assert "Guard 1 is missing" in page
    assert found.document.number in page
    ours = pages.get("district_officer", f"/inspections/{ident}").text
    assert "ZZPRIVATE" in ours
    urls = [
        f"/inspections/{ident}",
        "/inspections/",
        f"/enterprises/{cast.plant_id}/tabs/inspections",
        f"/enterprises/{cast.plant_id}",
        "/",
    ]
    for url in urls:
        text = pages.get("plant_manager", url).text
        assert not [word for word in SECRETS if word in text], url
    papers = {p.document.code: p.document_id for p in found.papers}
    for document_id, status in (
        (found.document_id, 200),
        (papers["INSPECT_NOTICE"], 200),
        (papers["INSPECT_PLAN"], 404),
    ):
        for ending in ("pdf", "docx"):
            url = f"/inspections/{ident}/papers/{document_id}.{ending}"
            assert pages.get("plant_manager", url).status_code == status, url
            assert pages.get("other_plant", url).status_code == 404
    for url in (
        f"/inspections/{ident}/files/{found.files[0].id}",
        f"/inspections/{ident}/signatures/{found.signatures[0].id}",
    ):
        assert pages.get("plant_manager", url).status_code == 200
        assert pages.get("other_plant", url).status_code == 404


@pytest.mark.parametrize("state", [S.DRAFT, S.SUBMITTED, S.APPROVED, S.NOTIFIED, S.ONGOING])
def test_before_the_record_the_enterprise_sees_nothing(pages, cast, ready, state):
    ident = make_inspection(cast, state, subject="ZZSUBJECT")
    assert pages.get("plant_manager", f"/inspections/{ident}").status_code == 404
    for url in (
        "/inspections/",
        f"/enterprises/{cast.plant_id}/tabs/inspections",
        f"/enterprises/{cast.plant_id}",
    ):
        assert "ZZSUBJECT" not in pages.get("plant_manager", url).text, url


def test_the_list_is_narrowed_by_each_filter(pages, cast, ready):
    mine = make_inspection(cast, subject="Alpha")
    tomorrow = clock.today() + timedelta(days=1)
    make_inspection(
        cast,
        kind=InspectionKind.VISIT,
        subject="Beta",
        day=tomorrow,
        officer_ids=[cast.accounts["section_chief"]],
        by="section_chief",
    )
    make_inspection(cast, S.SUBMITTED, subject="Gamma", enterprise_id=cast.other_plant_id)
    for query, expected in (
        ("", "ABG"),
        ("text=alp", "A"),
        ("kind=visit", "B"),
        ("status=submitted", "G"),
        (f"officer={cast.accounts['district_officer']}", "AG"),
        (f"enterprise={cast.plant_id}", "AB"),
        (f"planned_from={tomorrow}", "B"),
        (f"planned_to={clock.today()}", "AG"),
        ("group=settled", ""),
        ("officer=nonsense&status=nonsense&planned_from=x", "ABG"),
    ):
        text = pages.get("city_officer", f"/inspections/?{query}").text
        found = "".join(n[0] for n in ("Alpha", "Beta", "Gamma") if f">{n}<" in text)
        assert found == expected, query
    assert "JC-330110" in pages.get("district_officer", f"/inspections/{mine}").text


def test_a_page_of_the_list_costs_as_many_statements_as_a_short_one(pages, cast, ready):
    def asked():
        with counted() as statements:
            assert pages.get("city_officer", "/inspections/").status_code == 200
        return len(statements)

    make_inspection(cast)
    asked()
    before = asked()
    for _one in range(4):
        make_inspection(cast)
    assert asked() == before


def test_the_ticket_says_from_which_inspection_it_came(pages, cast, ready):
    ident = make_inspection(cast, S.RECORDED)
    found = load(ident, cast["district_officer"])
    page = pages.get("plant_manager", f"/hazards/{found.items[0].hazard_id}").text
    assert f'href="/inspections/{ident}"' in page


def test_the_preview_is_a_pdf_while_it_goes_on(pages, cast, ready):
    ident = make_inspection(cast, S.ONGOING)
    answer = pages.get("district_officer", f"/inspections/{ident}/draft.pdf")
    assert (answer.status_code, answer.data[:4]) == (200, b"%PDF")
    done = make_inspection(cast, S.RECORDED)
    assert pages.get("district_officer", f"/inspections/{done}/draft.pdf").status_code == 409


def test_an_announced_one_is_told_unless_it_is_meant_to_surprise(pages, cast, ready):
    from supervision.core.notices import Notice
    from supervision.inspection.rules import NoticeForm

    for how in (NoticeForm.ON_SITE, NoticeForm.PHONE):
        ident = make_inspection(cast, S.APPROVED)
        with transaction():
            found = queries.get_inspection(ident, cast["district_officer"], lock=True)
            service.notify(found, cast["district_officer"], form=how)
        stmt = db.select(Notice.link).where(Notice.kind == "inspection.announced")
        told = db.session.scalars(stmt).all()
        expected = [] if how is NoticeForm.ON_SITE else [f"/enterprises/{cast.plant_id}"]
        assert told == expected


def test_the_list_goes_into_a_workbook_without_a_secret(pages, cast, ready):
    make_inspection(cast, S.RECORDED, subject="=Guards", over_cap_reason="ZZCAP")
    make_inspection(cast, subject="Later")
    answer = pages.get("plant_manager", "/inspections/export.xlsx")
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    cells = [str(c.value) for row in sheet.iter_rows() for c in row if c.value]
    assert "=Guards" in cells
    assert "Later" not in cells
    assert not [word for word in SECRETS if any(word in c for c in cells)]


def test_a_photo_or_paper_of_one_inspection_is_not_found_under_another(pages, cast, ready):
    first = make_inspection(cast, S.RECORDED, with_photo=True)
    second = make_inspection(cast, S.RECORDED)
    found = load(first, cast["district_officer"])
    for rest in (
        f"files/{found.files[0].id}",
        f"signatures/{found.signatures[0].id}",
        f"papers/{found.document_id}.pdf",
    ):
        assert pages.get("district_officer", f"/inspections/{first}/{rest}").status_code == 200
        assert pages.get("district_officer", f"/inspections/{second}/{rest}").status_code == 404
