"""The pages of plans: what a chief can press, what is said when it does not fit, what is printed."""

from __future__ import annotations

import io
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.scope import visible
from supervision.inspection.models import CapExemption, FrequencyCap
from supervision.plan import draw_queries, drawing, queries, service, targets
from supervision.plan.models import AnnualPlan, OfficerAvoidance
from supervision.plan.rules import SeedSource
from supervision.plan.workflow import PlanState as S
from tests.factories.authorities import certified_district
from tests.factories.months import on
from tests.factories.plans import (
    drawn_fields,
    item_fields,
    item_id,
    load,
    make_cap,
    make_plan,
    more_enterprises,
)
from tests.pages import error_text
from tests.security.test_statement_counts import counted

TODAY = date(2026, 11, 22)
CHIEF = "section_chief"


@pytest.fixture(autouse=True)
def day():
    with on(TODAY):
        yield


@pytest.fixture
def authority(app, cast):
    return certified_district(cast)


def item_form(**changes: object) -> dict[str, object]:
    values = {
        "matter": "Dust explosion",
        "basis": "Work Safety Law, art. 62",
        "content": "Dust removal",
        "method": "on_site",
        "months": ["3", "4"],
        "selection": "every",
        "key_weight": "1",
    }
    return {**values, **changes}


def test_a_chief_drafts_a_plan_adds_items_and_submits_it(pages, cast, authority):
    form = {"authority_id": authority, "year": 2026, "title": "Plan of Yuhang", "summary": ""}
    assert pages.get(CHIEF, "/plans/new").status_code == 200
    made = pages.post(CHIEF, "/plans/new", form)
    assert made.status_code == 302
    url = made.location
    assert "no item yet" in error_text(pages.get(CHIEF, url))
    assert "no item yet" in error_text(pages.post(CHIEF, f"{url}/submit"))
    assert pages.get(CHIEF, f"{url}/items/new").status_code == 200
    assert pages.post(CHIEF, f"{url}/items/new", item_form()).status_code == 302
    assert pages.post(CHIEF, f"{url}/submit").status_code == 302
    page = pages.get(CHIEF, url).text
    assert "Waits for approval" in page
    assert "Dust explosion" in page
    # The author is offered no approval, and is refused where it is sent all the same.
    assert "/approve" not in page
    assert pages.post(CHIEF, f"{url}/approve").status_code == 403


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"matter": ""}, "This field is required."),
        ({"months": []}, "Choose at least one month."),
        ({"selection": "drawn"}, "either a number of enterprises or a share"),
        ({"selection": "drawn", "quantity": 3, "ratio": 5}, "either a number of enterprises or a"),
        ({"selection": "listed", "listed": "X1"}, "Line 1: no enterprise"),
        ({"industry": "77"}, "No enterprise in production is of this class."),
        ({"region_code": "330113001"}, "Choose one of the list."),
    ],
)
def test_an_item_that_does_not_fit_says_why_beside_its_field(
    pages, cast, authority, changes, message
):
    plan_id = make_plan(cast, authority, state=S.DRAFT)
    answer = pages.post(CHIEF, f"/plans/{plan_id}/items/new", item_form(**changes))
    assert answer.status_code == 422
    assert message in error_text(answer)
    assert len(load(plan_id).items) == 1


def test_an_item_is_changed_moved_and_taken_out(pages, cast, authority):
    plan_id = make_plan(cast, authority, item_fields(), drawn_fields(), state=S.DRAFT)
    first, second = (i.id for i in load(plan_id).items)
    url = f"/plans/{plan_id}/items"
    assert 'value="Metal works"' in pages.get(CHIEF, f"{url}/{first}/edit").text
    changed = item_form(selection="listed", listed=cast.plant.uscc)
    assert pages.post(CHIEF, f"{url}/{first}/edit", changed).status_code == 302
    assert queries.target_counts(plan_id) == {first: 1}
    assert pages.post(CHIEF, f"{url}/{second}/move/up").status_code == 302
    assert [i.id for i in load(plan_id).items] == [second, first]
    assert pages.post(CHIEF, f"{url}/{second}/remove").status_code == 302
    assert [i.position for i in load(plan_id).items] == [1]


def test_the_cap_is_refused_on_the_form_with_item_and_enterprise(pages, cast, authority):
    make_cap(0)
    plan_id = make_plan(cast, authority, drawn_fields(), state=S.DRAFT)
    answer = pages.post(CHIEF, f"/plans/{plan_id}/items/new", item_form())
    assert answer.status_code == 422
    assert "Item 2, Invented Plant 1" in error_text(answer)
    usage = error_text(pages.get(CHIEF, f"/plans/{plan_id}/cap-usage"))
    assert "No enterprise stands in this plan yet." in usage


def test_a_plan_goes_from_draw_to_progress_on_its_pages(pages, cast, authority):
    more_enterprises(6)
    make_cap(2)
    plan_id = make_plan(cast, authority, drawn_fields(months=(12,)))
    item = item_id(plan_id)
    draws = f"/plans/{plan_id}/items/{item}/draws"
    assert "Not drawn yet" in error_text(pages.get("district_officer", draws))
    assert pages.post("district_officer", draws).status_code == 403
    made = pages.post(CHIEF, draws)
    assert made.status_code == 302
    draw = made.location
    short = pages.post(CHIEF, f"{draw}/draw", {"source": "public", "seed": "1", "note": "here"})
    assert short.status_code == 422
    assert "read aloud" in error_text(short)
    assert pages.post(CHIEF, f"{draw}/draw", {"source": "generated"}).status_code == 302
    assert "The draw reproduces" in error_text(pages.get("auditor", f"{draw}/verify"))
    file = pages.get(CHIEF, f"{draw}/pool.json").get_json()
    assert len(file["pool"]["enterprises"]) == 8
    assert len(file["seed"]) == 32
    made = pages.post(CHIEF, f"/plans/{plan_id}/inspections", {"month": "12"})
    assert made.status_code == 302
    progress = error_text(pages.get("district_officer", f"/plans/{plan_id}/progress"))
    assert "Being carried out" in progress
    lines = pages.get("district_officer", f"/plans/{plan_id}/lines?state=under_way").text
    assert lines.count("/inspections/") >= 4
    usage = error_text(pages.get(CHIEF, f"/plans/{plan_id}/cap-usage"))
    assert "Planned" in usage
    with transaction():
        drawn = draw_queries.get_draw(int(draw.rsplit("/", 1)[1]), SYSTEM)
        drawn.seed = "another"
    assert "does not reproduce" in error_text(pages.get("auditor", f"{draw}/verify"))


def test_a_month_that_is_over_counts_as_overdue_and_is_listed(pages, cast, authority):
    plan_id = make_plan(cast, authority, item_fields(months=(3, 12)))
    found = error_text(pages.get(CHIEF, f"/plans/{plan_id}/lines?state=overdue"))
    assert "Invented Plant 1" in found
    assert "Invented Plant 2" not in found
    empty = error_text(pages.get(CHIEF, f"/plans/{plan_id}/lines?state=done"))
    assert "No line matches" in empty


def test_a_line_gets_a_month_and_officers_and_can_be_taken_out(pages, cast, authority):
    plan_id = make_plan(cast, authority)
    line = queries.kept_targets(item_id(plan_id))[0]
    url = f"/plans/{plan_id}/lines/{line.id}"
    officers = [cast.accounts[w] for w in ("district_officer", CHIEF)]
    assert pages.get(CHIEF, url).status_code == 200
    same = pages.post(CHIEF, url, {"month": "5", "first": officers[0], "second": officers[0]})
    assert "named twice" in error_text(same)
    one = pages.post(CHIEF, url, {"month": "5", "first": officers[0], "second": ""})
    assert "Name two officers" in error_text(one)
    done = pages.post(CHIEF, url, {"month": "5", "first": officers[0], "second": officers[1]})
    assert done.status_code == 302
    assert queries.loads(plan_id)[officers[0]] == 1
    assert pages.post(CHIEF, f"{url}/drop", {"note": ""}).status_code == 422
    assert pages.post(CHIEF, f"{url}/drop", {"note": "Closed down"}).status_code == 302
    listed = error_text(pages.get(CHIEF, f"/plans/{plan_id}/lines?state=dropped"))
    assert "Closed down" in listed
    assert pages.post(CHIEF, f"{url}/drop", {"note": "Twice"}).status_code == 409


def test_the_paper_and_the_workbook_have_the_published_columns(pages, cast, authority):
    plan_id = make_plan(cast, authority, item_fields(), drawn_fields(ratio=5, quantity=None))
    paper = pages.get("auditor", f"/plans/{plan_id}/plan.pdf")
    assert paper.data.startswith(b"%PDF")
    book = load_workbook(io.BytesIO(pages.get("auditor", f"/plans/{plan_id}/plan.xlsx").data))
    heading = next(
        r for r in book["Items of the plan"].iter_rows(values_only=True) if r[0] == "No."
    )
    assert heading[:11] == (
        "No.",
        "Matter of the inspection",
        "Basis of the inspection",
        "Enterprises and number, or total and share of the draw",
        "Content of the inspection",
        "Way of inspecting",
        "Frequency and cap",
        "Schedule of the item",
        "Organizing body",
        "Joint",
        "Note",
    )
    assert book["Lines"].max_row >= 4


def test_who_sees_a_plan_and_who_changes_it(pages, cast, authority):
    plan_id = make_plan(cast, authority, state=S.DRAFT)
    for who, status in (
        (None, 302),
        ("plant_manager", 403),
        ("video_operator", 403),
        ("other_district", 404),
        ("district_officer", 200),
        ("city_officer", 200),
    ):
        assert pages.get(who, f"/plans/{plan_id}").status_code == status, who
    assert pages.get("district_officer", f"/plans/{plan_id}/edit").status_code == 403


def test_of_two_who_publish_at_once_the_second_is_told(pages, cast, authority):
    plan_id = make_plan(cast, authority, state=S.APPROVED)
    assert pages.post(CHIEF, f"/plans/{plan_id}/publish").status_code == 302
    assert pages.post(CHIEF, f"/plans/{plan_id}/publish").status_code == 409


def test_an_amendment_is_asked_for_with_its_reason_and_opens_its_draft(pages, cast, authority):
    plan_id = make_plan(cast, authority)
    assert pages.post(CHIEF, f"/plans/{plan_id}/amend", {"note": ""}).status_code == 422
    made = pages.post(CHIEF, f"/plans/{plan_id}/amend", {"note": "New class of plants"})
    assert made.status_code == 302
    page = error_text(pages.get(CHIEF, made.location))
    assert "New class of plants" in page
    assert "Version 2" in page
    assert pages.get(CHIEF, f"/plans/{plan_id}").status_code == 200


# --- caps, exemptions, avoidances ----------------------------------------------------------


def cap_form(**changes: object) -> dict[str, object]:
    values = {
        "row_version": 1,
        "year": 2026,
        "region_code": "330110",
        "industry": "c",
        "level": "0",
        "times": 2,
        "source": "Notice",
        "certainty": "M",
    }
    return {**values, **changes}


def caps() -> list[FrequencyCap]:
    return list(db.session.scalars(select(FrequencyCap).order_by(FrequencyCap.id)))


def test_a_cap_is_added_published_and_then_changed_with_a_reason_only(pages, cast, authority):
    assert pages.post(CHIEF, "/plans/caps/new", cap_form()).status_code == 302
    cap = caps()[0]
    assert (cap.industry, cap.times, cap.published_on) == ("C", 2, None)
    again = pages.post(CHIEF, "/plans/caps/new", cap_form(times=5))
    assert "This class has a cap of 2 in 2026 already" in error_text(again)
    assert pages.post(CHIEF, "/plans/caps/publish", {"year": 2026}).status_code == 302
    assert caps()[0].published_on == TODAY
    url = f"/plans/caps/{cap.id}/edit"
    silent = pages.post(CHIEF, url, cap_form(times=3, row_version=2))
    assert "Say why a published cap is changed." in error_text(silent)
    stale = pages.post(CHIEF, url, cap_form(times=3, reason="Notice 2"))
    assert stale.status_code == 409
    assert pages.post(CHIEF, url, cap_form(times=3, row_version=2, reason="Notice 2")).location
    assert caps()[0].times == 3
    assert pages.post(CHIEF, f"/plans/caps/{cap.id}/remove").status_code == 409


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"region_code": "330113"}, "This division lies outside your own."),
        ({"region_code": "3301109"}, "No division on record has this code."),
        ({"industry": "9X"}, "A section's letter or the first digits"),
        ({"times": "-1"}, "between 0 and 366"),
    ],
)
def test_a_cap_that_does_not_fit_is_refused(pages, cast, authority, changes, message):
    answer = pages.post(CHIEF, "/plans/caps/new", cap_form(**changes))
    assert answer.status_code == 422
    assert message in error_text(answer)


def test_last_years_caps_are_copied_and_conflicts_named_row_by_row(pages, cast, authority):
    make_cap(2, year=2025)
    make_cap(4, year=2025, industry="26")
    make_cap(9, year=2026, industry="26", published=False)
    make_cap(1, year=2025, region_code="330113")
    answer = pages.post(CHIEF, "/plans/caps/copy", {"year": 2026})
    text = error_text(answer)
    assert "One cap is copied." in text
    assert "Not copied" in text
    assert "4 last year" in text
    now = [(c.region_code, c.industry, c.times, c.published_on) for c in caps() if c.year == 2026]
    assert now == [("330110", "26", 9, None), ("330110", "", 2, None)]


def test_an_exemption_has_versions_and_an_end(pages, cast, authority):
    form = {
        "code": "complaint",
        "name": "A reported complaint",
        "effective_from": TODAY.isoformat(),
        "source": "Notice",
        "certainty": "L",
    }
    url = "/plans/caps/exemptions"
    assert pages.post(CHIEF, f"{url}/new", form).status_code == 302
    late = pages.post(CHIEF, f"{url}/new", {**form, "effective_from": "2026-01-01"})
    assert "cannot reach back" in error_text(late)
    again = {**form, "name": "A complaint or a clue", "effective_from": "2027-01-01"}
    assert pages.post(CHIEF, f"{url}/new", again).status_code == 302
    rows = list(db.session.scalars(select(CapExemption).order_by(CapExemption.effective_from)))
    assert [r.effective_to for r in rows] == [date(2026, 12, 31), None]
    today = error_text(pages.get(CHIEF, url))
    assert "A reported complaint" in today
    assert "A complaint or a clue" not in today
    assert "A complaint or a clue" in error_text(pages.get(CHIEF, f"{url}?versions=all"))
    assert pages.post(CHIEF, f"{url}/{rows[1].id}/end").status_code == 302
    assert pages.post(CHIEF, f"{url}/{rows[1].id}/end").status_code == 409


def test_an_avoidance_is_recorded_once_and_ended(pages, cast, authority):
    form = {
        "account_id": cast.accounts["district_officer"],
        "uscc": cast.plant.uscc,
        "reason": "Brother of the principal",
    }
    assert pages.post(CHIEF, "/plans/avoidances/new", form).status_code == 302
    again = pages.post(CHIEF, "/plans/avoidances/new", form)
    assert "on record already" in error_text(again)
    nobody = pages.post(CHIEF, "/plans/avoidances/new", {**form, "uscc": "X"})
    assert "No enterprise of yours has this code." in error_text(nobody)
    assert "Brother" in error_text(pages.get(CHIEF, "/plans/avoidances"))
    assert pages.get("district_officer", "/plans/avoidances").status_code == 403
    found = db.session.scalars(visible(OfficerAvoidance, SYSTEM)).one()
    assert pages.post(CHIEF, f"/plans/avoidances/{found.id}/end").status_code == 302
    assert pages.post(CHIEF, f"/plans/avoidances/{found.id}/end").status_code == 409


def test_a_district_that_only_holds_a_part_draws_nothing_of_the_whole(pages, cast, authority):
    """The city's plan is read in the district, but neither changed nor drawn there."""
    from tests.factories.authorities import LINPING, certify, make_authority

    city = make_authority("3301", name="City bureau", abbreviation=LINPING)
    certify(cast, "city_officer", city)
    certify(cast, "other_district", city)
    with transaction():
        plan = db.session.merge(AnnualPlan(
            authority_id=city, year=2026, title="City plan", author_id=0, author="city",
            created_at=clock.now(), status=S.DRAFT, version=1,
        ))  # fmt: skip
        db.session.flush()
        plan_id = plan.id
    assert pages.get(CHIEF, f"/plans/{plan_id}").status_code == 200
    assert pages.get(CHIEF, f"/plans/{plan_id}/edit").status_code == 404
    assert pages.post(CHIEF, f"/plans/{plan_id}/submit").status_code == 404
    with transaction():
        service.withdraw(load(plan_id), SYSTEM, note="never")


def test_pages_in_chinese(pages, cast, authority):
    more_enterprises(3)
    plan_id = make_plan(cast, authority, item_fields(months=(12,)), drawn_fields())
    with transaction():
        pooled = drawing.make_pool(load(plan_id).items[1], SYSTEM)
        drawing.draw_now(pooled, SYSTEM, source=SeedSource.GENERATED)
        targets.name_officers(load(plan_id), SYSTEM)
        draw_id = pooled.id
    for url in (
        "/plans/",
        f"/plans/{plan_id}",
        f"/plans/{plan_id}/progress",
        f"/plans/{plan_id}/lines",
        f"/plans/{plan_id}/cap-usage",
        f"/plans/draws/{draw_id}/verify",
        "/plans/caps",
        "/plans/caps/exemptions",
        f"/plans/{plan_id}/plan.pdf",
    ):
        assert pages.get(CHIEF, url, language="zh_Hans_CN").status_code == 200, url


def test_longer_plans_ask_the_database_no_more(pages, cast, authority):
    """Twelve enterprises and three items take as many statements as two and one."""
    make_cap(9)
    short = make_plan(cast, authority, item_fields(months=(12,)), year=2026)
    more_enterprises(10)
    fields = (item_fields(months=(12,)), item_fields(matter="Two"), drawn_fields())
    long = make_plan(cast, authority, *fields, year=2027)
    for plan_id in (short, long):
        with transaction():
            targets.name_officers(load(plan_id), SYSTEM)
    for page in ("", "/lines", "/progress", "/cap-usage"):
        asked = []
        for plan_id in (short, long):
            client = pages.as_(CHIEF)
            with counted() as statements:
                assert client.get(f"/plans/{plan_id}{page}").status_code == 200
            asked.append(len(statements))
        assert asked[1] <= asked[0], page
