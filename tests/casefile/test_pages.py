"""A case by its pages, in both languages; what each side reads."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from supervision.casefile.models import Case
from supervision.casefile.workflow import CaseState as S
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.core.notices import Notice
from supervision.core.scope import visible
from supervision.order.rules import ItemResult
from supervision.order.workflow import OrderState
from tests.factories.cases import HANDLERS, load_case, make_case
from tests.factories.hazards import make_hazard
from tests.factories.orders import in_days, load, make_order, prepare, visit
from tests.pages import error_text

OFFICER, CHIEF = "district_officer", "section_chief"
RECORD = {
    "name": "Record",
    "kind": "inspection_record",
    "source": "Bureau",
    "copies": "1",
    "pages": "1",
}


@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_from_the_draft_to_the_closure_by_pages(pages, cast, district, language):
    hazard_id = make_hazard(cast)
    data = {
        "cause": "Order not complied with",
        "source": "hazard",
        "facts": "The guard is missing.",
        "hazard_ids": [hazard_id],
        "officer_ids": [cast.accounts[who] for who in HANDLERS],
    }
    new = f"/cases/new/{cast.plant_id}"
    form = pages.get(OFFICER, f"{new}?hazard={hazard_id}", language=language)
    assert "checked" in form.get_data(as_text=True)
    one = pages.post(OFFICER, new, {**data, "officer_ids": [cast.accounts[OFFICER]]})
    assert one.status_code == 422
    made = pages.post(OFFICER, new, data)
    url = made.location
    steps = [
        (OFFICER, "submit", {"opinion": "To be filed"}),
        (CHIEF, "file", {"opinion": "Agreed"}),
        (OFFICER, "evidence", RECORD),
        (OFFICER, "evidence-list", {}),
        (OFFICER, "propose", proposed()),
        (CHIEF, "decide", {"note": ""}),
        (OFFICER, "serve", served()),
        (OFFICER, "publish", {"published_on": today(), "where": "Website"}),
        (OFFICER, "execute", {"executed_on": today(), "execution": "Paid"}),
        (OFFICER, "ask-close", {"opinion": "Done"}),
        (CHIEF, "close", {"opinion": "Agreed"}),
    ]
    for who, step, values in steps:
        page = pages.get(who, url, language=language)
        assert page.status_code == 200
        answer = pages.post(who, f"{url}/{step}", values)
        assert answer.status_code == 302, (step, error_text(answer))
    case = load_case(int(url.rsplit("/", 1)[1]))
    assert case.status is S.CLOSED
    for paper in case.papers:
        for kind, start in (("pdf", b"%PDF"), ("docx", b"PK")):
            found = pages.get(OFFICER, f"{url}/papers/{paper.id}/{kind}")
            assert found.data.startswith(start)
    assert case.number in error_text(pages.get(CHIEF, url, language=language))
    assert case.number in error_text(pages.get(CHIEF, f"/hazards/{hazard_id}", language=language))


def proposed():
    return {
        "penalties": ["warning", "fine"],
        "fine_yuan": "20000",
        "pay_within": "in 15 days",
        "facts": "Missing guard",
        "evidence_text": "Record",
        "basis": "Art. 102",
        "decision_text": "Warning and fine",
    }


def served():
    now = clock.now().astimezone(clock.SHANGHAI)
    return {
        "method": "direct",
        "receiver": "P. Principal",
        "served_at": now.strftime("%Y-%m-%dT%H:%M"),
    }


def today():
    return clock.today().isoformat()


def test_two_who_press_the_same_button_the_second_is_told(pages, cast, district):
    case_id = make_case(cast, S.SUBMITTED)
    first = pages.post(CHIEF, f"/cases/{case_id}/file", {"opinion": "Agreed"})
    again = pages.post(CHIEF, f"/cases/{case_id}/file", {"opinion": "Agreed"})
    assert (first.status_code, again.status_code) == (302, 409)
    assert load_case(case_id).serial == 1


def test_what_is_missing_is_said_at_its_field(pages, cast, district):
    case_id = make_case(cast, S.FILED)
    short = pages.post(OFFICER, f"/cases/{case_id}/propose", {**proposed(), "fine_yuan": ""})
    assert short.status_code == 422
    assert "A fine needs its amount." in error_text(short)
    heavy = {**proposed(), "penalties": ["stop_production"], "fine_yuan": ""}
    assert "legal section" in error_text(pages.post(OFFICER, f"/cases/{case_id}/propose", heavy))
    row = load_case(case_id).evidence[0].id
    silent = pages.post(OFFICER, f"/cases/{case_id}/evidence/{row}/remove", {"reason": ""})
    assert silent.status_code == 422
    assert load_case(case_id).status is S.FILED


def test_the_paper_of_the_next_step_is_previewed_as_a_draft(pages, cast, district):
    for state in (S.SUBMITTED, S.PROPOSED, S.CLOSING):
        case_id = make_case(cast, state)
        answer = pages.get(CHIEF, f"/cases/{case_id}/preview.pdf")
        assert answer.data.startswith(b"%PDF")
    assert pages.get(CHIEF, f"/cases/{make_case(cast)}/preview.pdf").status_code == 409


def test_the_enterprise_reads_a_decision_once_it_is_served_and_nothing_else(pages, cast, district):
    decided = make_case(cast, S.DECIDED)
    tab = f"/enterprises/{cast.plant_id}/tabs/cases"
    decision = load_case(decided).decision
    paper = f"/cases/decisions/{decision.id}/paper.pdf"
    before = error_text(pages.get("plant_manager", tab))
    assert decision.number not in before
    assert pages.get("plant_manager", paper).status_code == 404
    pages.post(OFFICER, f"/cases/{decided}/serve", served())
    page = error_text(pages.get("plant_manager", tab))
    assert decision.number in page
    assert load_case(decided).number not in page
    assert pages.get("plant_manager", paper).data.startswith(b"%PDF")
    assert pages.get("other_plant", paper).status_code == 404
    assert pages.get("plant_manager", f"/cases/{decided}").status_code == 403
    told = db.session.scalars(db.select(Notice).where(Notice.kind == "case.served")).one()
    assert pages.get("plant_manager", told.link).status_code == 200
    file = error_text(pages.get("plant_manager", f"/enterprises/{cast.plant_id}"))
    assert decision.number in file
    assert "proposed" not in file


def test_the_index_is_searched_filtered_and_exported(pages, cast, district):
    open_id = make_case(cast, S.SUBMITTED, cause="Blocked exit")
    closed_id = make_case(cast, S.CLOSED, cause="Missing guard")
    number = load_case(closed_id).number
    approve = error_text(pages.get(CHIEF, "/cases/?group=approve"))
    assert "Blocked exit" in approve
    assert "Missing guard" not in approve
    found = error_text(pages.get(CHIEF, f"/cases/?text={number}"))
    assert "Missing guard" in found
    assert "Blocked exit" not in found
    assert "No cases match" in error_text(pages.get("other_district", "/cases/"))
    assert pages.get(CHIEF, "/cases/export.xlsx?status=closed").status_code == 200
    assert load_case(open_id).number is None


def test_the_file_of_the_enterprise_warns_of_closure(pages, cast, district):
    for _turn in range(2):
        make_case(cast, S.DECIDED)
    tab = error_text(pages.get(OFFICER, f"/enterprises/{cast.plant_id}/tabs/cases"))
    assert "2 of 3 penalties for major hazards within 180 days" in tab
    newest = max(c.id for c in db.session.scalars(visible(Case, SYSTEM)))
    assert "2 of 3 penalties" in error_text(pages.get(OFFICER, f"/cases/{newest}"))
    own = error_text(pages.get("plant_manager", f"/enterprises/{cast.plant_id}/tabs/cases"))
    assert "of 3 penalties" not in own


def test_an_order_that_was_not_complied_with_leads_to_a_case(pages, cast):
    prepare(cast)
    order_id = make_order(cast, OrderState.SERVED, due_on=in_days(5))
    page, link = f"/orders/{order_id}", f"/cases/new/{cast.plant_id}?order={order_id}"
    assert link not in pages.get(OFFICER, page).get_data(as_text=True)
    with clock.frozen(clock.now() + timedelta(days=6)):
        assert link in pages.get(OFFICER, page).get_data(as_text=True)
    visit(cast, order_id, ItemResult.DONE, ItemResult.NOT_DONE)
    for who, is_offered in ((OFFICER, True), ("plant_manager", False), ("auditor", False)):
        assert (link in pages.get(who, page).get_data(as_text=True)) is is_offered, who

    form = pages.get(OFFICER, link).get_data(as_text=True)
    done, failed = load(order_id, cast).items
    ticked = re.findall(r'name="hazard_ids" value="(\d+)" checked', form)
    assert ticked == [str(failed.hazard_id)] != [str(done.hazard_id)]
    assert f'<option selected value="{order_id}">' in form
    assert pages.get("other_district", link).status_code == 404

    data = {
        "cause": "Order not complied with",
        "source": "order",
        "order_id": str(order_id),
        "facts": "The guard is missing.",
        "hazard_ids": [failed.hazard_id],
        "officer_ids": [cast.accounts[who] for who in (OFFICER, CHIEF)],
    }
    made = pages.post(OFFICER, link, data)
    assert made.status_code == 302
    text = pages.get(OFFICER, page).get_data(as_text=True)
    assert made.location in text
    assert link not in text
    pages.post(OFFICER, f"{made.location}/withdraw", {"reason": "Opened by mistake"})
    assert link in pages.get(OFFICER, page).get_data(as_text=True)
