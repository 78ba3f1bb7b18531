"""The pages of orders: who is offered what, what the enterprise reads, what the register finds."""

from __future__ import annotations

import base64
import io
from datetime import timedelta

import openpyxl
import pytest

from supervision.core import clock
from supervision.core.db import db
from supervision.core.notices import Audience, Notice
from supervision.order.rules import ItemResult
from supervision.order.workflow import OrderKind, OrderState
from tests.factories.hazards import make_hazard, picture
from tests.factories.orders import (
    BASIS,
    in_days,
    load,
    make_order,
    officer_ids,
    prepare,
    recorded,
    visit,
)
from tests.inspection.site.phone import picture as drawing
from tests.pages import error_text, form_values

S = OrderState


@pytest.fixture(autouse=True)
def authority(cast):
    return prepare(cast)


def said(cast, hazards, due_on, **changes):
    data = {"interim_measures": "Keep off", "officers": officer_ids(cast)}
    for hazard in hazards:
        data |= {f"pick_{hazard}": "y", f"due_{hazard}": due_on, f"basis_{hazard}": BASIS}
    return {**data, **changes}


def test_from_the_record_to_the_closed_order_by_hand(pages, cast):
    """The whole way, as its people press it."""
    inspection, hazards = recorded(cast)
    officer, chief, manager = "district_officer", "section_chief", "plant_manager"
    record = pages.get(officer, f"/inspections/{inspection}")
    assert f"/orders/new/{inspection}?kind=rectify".encode() in record.data
    assert b"/orders/new/" not in pages.get(manager, f"/inspections/{inspection}").data
    assert pages.get(officer, f"/orders/new/{inspection}").status_code == 200
    answer = pages.post(
        officer, f"/orders/new/{inspection}?kind=rectify", said(cast, hazards, in_days(9))
    )
    assert answer.status_code == 302
    page = answer.location
    for who, step, data in (
        (officer, "submit", {}),
        (chief, "approve", {"note": "Agreed"}),
        (officer, "issue", {}),
    ):
        assert pages.get(who, page).status_code == 200
        assert pages.post(who, f"{page}/{step}", data).status_code == 302, step
    assert pages.get(manager, page).status_code == 404
    now = clock.now().astimezone(clock.SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    data = {"method": "direct", "receiver": "P. Principal", "served_at": now}
    assert pages.post(officer, f"{page}/serve", data).status_code == 302
    assert pages.post(manager, f"{page}/apply", {"note": "Done"}).status_code == 302
    order = load(int(page.rsplit("/", 1)[1]), cast)
    results = {f"result_{item.id}": "done" for item in order.items}
    drawn = base64.b64encode(drawing("PNG").getvalue()).decode()
    blank = base64.b64encode(drawing("PNG", drawn=False).getvalue()).decode()
    form = {
        **results,
        "opinion": "All rectified",
        "officers": officer_ids(cast),
        "party_name": "P. Principal",
        "signature": f"data:image/png;base64,{drawn}",
        f"photos_{order.items[0].id}": (io.BytesIO(picture()), "after.jpg"),
    }
    assert pages.get(officer, f"{page}/recheck").status_code == 200
    photo = {f"photos_{order.items[0].id}": (io.BytesIO(picture()), "after.jpg")}
    empty = {**form, **photo, "signature": f"data:image/png;base64,{blank}"}
    assert "The signature is empty." in error_text(pages.post(officer, f"{page}/recheck", empty))
    answer = pages.post(officer, f"{page}/recheck", form)
    assert answer.status_code == 302, error_text(answer)
    text = error_text(pages.get(manager, page))
    assert "All problems rectified" in text
    assert load(order.id, cast).status is S.CLOSED


def test_what_is_wrong_with_a_draft_stands_on_its_page(pages, cast):
    inspection, hazards = recorded(cast)
    url = f"/orders/new/{inspection}"
    answer = pages.post("district_officer", url, said(cast, hazards, in_days(-1)))
    assert answer.status_code == 422
    assert "Problem 1: the deadline lies in the past." in error_text(answer)
    answer = pages.post("district_officer", url, {"officers": officer_ids(cast)})
    assert "Choose at least one problem." in error_text(answer)


def test_whoever_edits_from_an_old_page_is_told_so(pages, cast):
    both = recorded(cast)
    order_id = make_order(cast, inspection=both)
    old = load(order_id, cast).row_version
    data = said(cast, both[1], in_days(12), row_version=old)
    assert pages.post("district_officer", f"/orders/{order_id}/edit", data).status_code == 302
    assert pages.post("section_chief", f"/orders/{order_id}/edit", data).status_code == 409


@pytest.mark.parametrize("kind", OrderKind)
def test_the_draft_is_opened_again_as_it_was_written(pages, cast, kind):
    """Saved without a change, it is what it was: nobody has to tick the officers twice."""
    measure = {"measures": ["evacuate"], "decision_text": "All leave", "basis": "Art. 65"}
    more = {**measure, "interim_measures": ""} if kind is OrderKind.ONSITE_MEASURE else {}
    order_id = make_order(cast, kind=kind, **more)
    before = load(order_id, cast)
    told = (before.officer_ids, before.interim_measures, before.basis, before.measures)
    url = f"/orders/{order_id}/edit"
    same = form_values(pages.get("district_officer", url).text, url)
    assert sorted(map(int, same.getlist("officers"))) == sorted(before.officer_ids)
    assert pages.post("district_officer", url, same).status_code == 302
    after = load(order_id, cast)
    assert told == (after.officer_ids, after.interim_measures, after.basis, after.measures)
    assert [i.due_on for i in after.items] == [i.due_on for i in before.items]


def test_the_draft_can_be_looked_at_as_a_paper_and_keeps_nothing(pages, cast):
    order_id = make_order(cast)
    answer = pages.get("district_officer", f"/orders/{order_id}/draft.pdf")
    assert answer.data.startswith(b"%PDF")
    assert load(order_id, cast).document_id is None
    assert pages.get("plant_manager", f"/orders/{order_id}/draft.pdf").status_code == 403


def test_papers_open_and_download_and_the_letter_is_not_for_the_enterprise(pages, cast):
    order_id = make_order(cast, S.SERVED)
    data = {"receiver": "Fire brigade", "matter": "Exits", "reason": "Theirs"}
    data |= {"officers": officer_ids(cast)}
    assert pages.post("district_officer", f"/orders/{order_id}/transfer", data).status_code == 302
    order = load(order_id, cast)
    receipt, letter = (p.document_id for p in order.papers)
    for who in ("district_officer", "plant_manager"):
        pdf = pages.get(who, f"/orders/{order_id}/papers/{order.document_id}.pdf")
        assert pdf.data.startswith(b"%PDF")
        word = pages.get(who, f"/orders/{order_id}/papers/{receipt}.docx")
        assert "attachment" in word.headers["Content-Disposition"]
    assert pages.get("plant_manager", f"/orders/{order_id}/papers/{letter}.pdf").status_code == 404


def test_the_enterprise_reads_nothing_of_how_it_was_written(pages, cast):
    order_id = make_order(cast, S.SUBMITTED)
    chief = {"reason": "ZZSECRET weak basis"}
    assert pages.post("section_chief", f"/orders/{order_id}/reject", chief).status_code == 302
    for step, who in (("submit", "district_officer"), ("approve", "section_chief")):
        pages.post(who, f"/orders/{order_id}/{step}")
    pages.post("district_officer", f"/orders/{order_id}/issue")
    now = clock.now().astimezone(clock.SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    data = {"method": "direct", "receiver": "P. Principal", "served_at": now}
    pages.post("district_officer", f"/orders/{order_id}/serve", data)
    for url in (f"/orders/{order_id}", f"/enterprises/{cast.plant_id}"):
        assert b"ZZSECRET" not in pages.get("plant_manager", url).data
    assert b"ZZSECRET" in pages.get("district_officer", f"/orders/{order_id}").data


def test_the_register_finds_by_number_class_state_and_shows_void_ones(pages, cast):
    both = recorded(cast)
    void = make_order(cast, S.ISSUED, inspection=both)
    data = {"reason": "Wrong party"}
    assert pages.post("section_chief", f"/orders/{void}/void", data).status_code == 302
    kept = make_order(cast, S.SERVED, due_on=in_days(2))
    measure = {"measures": ["evacuate"], "decision_text": "All leave", "basis": "Art. 65"}
    make_order(cast, kind=OrderKind.ONSITE_MEASURE, **measure)
    number = load(kept, cast).number
    finds = {
        "?sort=number": 3,
        "?status=void": 1,
        "?kind=onsite_measure": 1,
        f"?text={number}": 1,
        "?text=Guard 1": 3,
        "?group=unissued": 1,
        f"?officer={cast.accounts['section_chief']}": 3,
        f"?enterprise={cast.other_plant_id}": 0,
        "?group=overdue": 0,
        "?issued_from=2030-01-01": 0,
        "?year=x&officer=99999999999999&sort=odd": 3,
    }
    for query, count in finds.items():
        page = pages.get("district_officer", f"/orders/{query}")
        assert page.data.count(b"row-link") == count, query
    with clock.frozen(clock.now() + timedelta(days=20)):
        late = pages.get("district_officer", "/orders/?group=recheck_overdue")
        assert late.data.count(b"row-link") == 1
    assert "Wrong party" in error_text(pages.get("district_officer", "/orders/?status=void"))


def test_the_export_has_a_line_for_each_problem(pages, cast):
    make_order(cast, S.ISSUED)
    answer = pages.get("district_officer", "/orders/export.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    cells = [str(c.value) for row in sheet.iter_rows() for c in row if c.value is not None]
    assert sum("Guard" in cell and "missing" in cell for cell in cells) == 2


def test_an_extension_is_asked_for_and_answered_on_the_order(pages, cast):
    order_id = make_order(cast, S.SERVED, due_on=in_days(12))
    order = load(order_id, cast)
    page = pages.get("plant_manager", f"/orders/{order_id}")
    assert "window for an extension has not opened" in error_text(page)
    data = {
        "items": [i.id for i in order.items],
        "wanted_on": in_days(40),
        "reason": "Parts are late",
    }
    assert pages.post("plant_manager", f"/orders/{order_id}/extensions", data).status_code == 302
    asked = load(order_id, cast).pending_extension
    reply = {f"due_{row.id}": in_days(30) for row in asked.items}
    url = f"/orders/{order_id}/extensions/{asked.id}/reply"
    answer = pages.post("district_officer", url, {**reply, "officers": officer_ids(cast)})
    assert answer.status_code == 302
    assert load(order_id, cast).next_due_on == in_days(30)


def test_a_hazard_under_an_order_points_to_it_and_offers_no_way_round(pages, cast):
    both = recorded(cast)
    order_id = make_order(cast, S.SERVED, inspection=both)
    page = pages.get("plant_manager", f"/hazards/{both[1][0]}")
    assert f"/orders/{order_id}".encode() in page.data
    assert b"/extensions" not in page.data


def test_a_ticket_is_transferred_by_letter(pages, cast):
    hazard = make_hazard(cast)
    url = f"/orders/letters/new/{hazard}"
    assert pages.get("district_officer", url).status_code == 200
    data = {"receiver": "Fire brigade", "reason": "Theirs", "officers": officer_ids(cast)}
    assert pages.post("district_officer", url, data).status_code == 302
    page = pages.get("district_officer", f"/hazards/{hazard}")
    assert b"/orders/letters/" in page.data
    assert b"/orders/letters/" not in pages.get("plant_manager", f"/hazards/{hazard}").data


def test_a_consent_to_electronic_service_is_kept_and_withdrawn(pages, cast):
    url = f"/orders/confirmations/{cast.plant_id}"
    data = {
        "signed_on": clock.today(),
        "signer": "P. Principal",
        "address": "p@plant.example",
        "photo": (io.BytesIO(picture()), "signed.jpg"),
    }
    assert pages.post("district_officer", url, data).status_code == 302
    text = pages.get("plant_manager", url).get_data(as_text=True)
    assert "p@plant.example" in text
    assert pages.post("district_officer", f"{url}/1/withdraw").status_code == 302
    assert "withdrawn" in error_text(pages.get("plant_manager", url))
    assert pages.get("other_plant", url).status_code == 404


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_of_an_order_loads_in_both_languages(pages, cast, language):
    order_id = make_order(cast, S.SERVED)
    visit(cast, order_id, ItemResult.DONE, ItemResult.NOT_DONE)
    again = load(order_id, cast)
    for who, url in (
        ("section_chief", f"/orders/{order_id}"),
        ("plant_manager", f"/orders/{order_id}"),
        ("section_chief", f"/orders/new/{again.inspection_id}?after={order_id}"),
        ("section_chief", f"/orders/{order_id}/recheck"),
        ("section_chief", f"/enterprises/{cast.plant_id}/tabs/orders"),
        ("plant_manager", "/"),
        ("section_chief", "/"),
    ):
        assert pages.get(who, url, language=language).status_code == 200, url


def test_who_is_told(pages, cast):
    order_id = make_order(cast, S.SERVED)
    visit(cast, order_id, ItemResult.DONE, ItemResult.DONE)
    told = {(n.kind, n.audience) for n in db.session.scalars(db.select(Notice))}
    assert ("order.submitted", Audience.SUPERVISORS) in told
    assert ("order.served", Audience.ENTERPRISE_PEOPLE) in told
    assert ("order.closed", Audience.ENTERPRISE_PEOPLE) in told
