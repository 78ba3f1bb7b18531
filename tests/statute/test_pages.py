"""Pages of rules: who may open them, what they say, and the two persons by HTTP."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from openpyxl import Workbook, load_workbook

from supervision import seeds
from supervision.core import clock
from supervision.core.db import transaction
from supervision.core.holidays import workday_table
from supervision.core.statutory import rule_on
from supervision.hazard.workflow import HazardState
from supervision.statute import queries
from supervision.statute.rules import ChangeKind
from tests.factories.hazards import make_hazard
from tests.pages import error_text

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)


@pytest.fixture
def law(pages):
    with clock.frozen(NOON):
        with transaction():
            seeds.load_rules()
            seeds.load_criteria()
            seeds.load_holidays()
        yield pages


READERS = (
    "city_officer",
    "district_officer",
    "section_chief",
    "other_district",
    "video_operator",
    "auditor",
    "administrator",
)
OUTSIDERS = ("no_role", "worker", "plant_manager", "safety_manager", "other_plant")
PROPOSERS = ("section_chief", "administrator")
READ_PAGES = (
    "/statutes/",
    "/statutes/criteria",
    "/statutes/rule/RECHECK",
    "/statutes/criterion/AQ3067-2026",
    "/statutes/changes",
    "/statutes/holidays",
    "/statutes/holidays/2026.xlsx",
    "/statutes/holidays/2027.tsv",
    "/statutes/calculator",
)
PROPOSE_PAGES = (
    "/statutes/new/rule",
    "/statutes/new/criterion",
    "/statutes/rule/RECHECK/change",
    "/statutes/criterion/AQ3067-2026/change",
    "/statutes/holidays/import",
)


@pytest.mark.parametrize("url", READ_PAGES)
def test_the_regulators_people_and_auditors_read_the_law(law, url):
    assert law.get(None, url).status_code == 302
    for who in OUTSIDERS:
        assert law.get(who, url).status_code == 403, who
    for who in READERS:
        assert law.get(who, url).status_code == 200, who


@pytest.mark.parametrize("url", PROPOSE_PAGES)
def test_section_chiefs_and_administrators_propose(law, url):
    assert law.get(None, url).status_code == 302
    for who in (*OUTSIDERS, *(set(READERS) - set(PROPOSERS))):
        assert law.get(who, url).status_code == 403, who
        assert law.post(who, url, {}).status_code == 403, who
    for who in PROPOSERS:
        assert law.get(who, url).status_code == 200, who
        assert law.post(who, url, {}).status_code == 422, who


RULE = {
    "name": "Re-inspection",
    "value": "7",
    "unit": "day",
    "day_type": "working",
    "direction": "after",
    "trigger": "application or expiry",
    "effective_from": "2026-12-01",
    "source": "Order 18, art. 20",
    "certainty": "H",
    "reason": "the text has been obtained",
}


def draft(law, who="section_chief", url="/statutes/rule/RECHECK/change", data=RULE):
    answer = law.post(who, url, data)
    assert answer.status_code == 302, error_text(answer)
    return answer.headers["Location"]


def test_who_may_act_on_a_change_and_who_not(law):
    url = draft(law)
    for step in ("propose", "withdraw", "approve", "reject"):
        assert law.post(None, f"{url}/{step}").status_code == 302
        for who in ("no_role", "plant_manager", "district_officer", "auditor"):
            assert law.post(who, f"{url}/{step}").status_code == 403, (who, step)
    for who in ("auditor", "administrator", "district_officer"):
        assert law.get(who, url).status_code == 404, "a draft is its author's"
    assert law.get("administrator", f"{url}/edit").status_code == 404
    assert law.get("no_role", url).status_code == 403
    assert law.get(None, url).status_code == 302
    assert law.get("section_chief", f"{url}/edit").status_code == 200
    assert law.post("section_chief", f"{url}/propose").status_code == 302
    for who in READERS:
        assert law.get(who, url).status_code == 200, who
    assert law.get("section_chief", f"{url}/edit").status_code == 409


@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_two_persons_change_a_rule_by_pages(law, language):
    hazard_id = make_hazard(law.cast, HazardState.SUBMITTED)
    url = draft(law)
    assert "Approve" not in error_text(law.get("section_chief", url))
    law.post("section_chief", f"{url}/propose")
    own = law.get("section_chief", url, language=language).get_data(as_text=True)
    assert f"{url}/approve" not in own
    theirs = law.get("administrator", url, language=language).get_data(as_text=True)
    assert f"{url}/approve" in theirs
    assert f'href="/hazards/{hazard_id}"' in theirs
    assert law.post("section_chief", f"{url}/approve").status_code == 403
    assert rule_on("RECHECK", date(2026, 12, 1)).value == 10
    assert law.post("administrator", f"{url}/approve", {"note": "read"}).status_code == 302
    assert rule_on("RECHECK", date(2026, 11, 30)).value == 10
    assert rule_on("RECHECK", date(2026, 12, 1)).value == 7
    assert law.post("administrator", f"{url}/approve").status_code == 409
    shown = error_text(law.get("auditor", "/statutes/rule/RECHECK", language=language))
    assert "2026-11-30" in shown
    assert "Order 18, art. 20" in shown


def test_a_rejection_without_a_reason_comes_back_with_the_field(law):
    url = draft(law)
    law.post("section_chief", f"{url}/propose")
    answer = law.post("administrator", f"{url}/reject", {"note": " "})
    assert answer.status_code == 422
    assert "This field is required." in error_text(answer)
    assert law.post("administrator", f"{url}/reject", {"note": "wrong"}).status_code == 302
    assert "Not approved" in error_text(law.get("section_chief", url))


def test_a_draft_can_be_revised_and_withdrawn(law):
    url = draft(law)
    revised = law.post("section_chief", f"{url}/edit", RULE | {"value": "8"})
    assert revised.headers["Location"] == url
    assert "8 days" in error_text(law.get("section_chief", url))
    law.post("section_chief", f"{url}/withdraw")
    assert "Withdrawn" in error_text(law.get("section_chief", url))
    assert len(queries.versions(ChangeKind.RULE, "RECHECK")) == 2


def test_a_day_in_the_past_is_shown_at_its_field_and_nothing_is_kept(law):
    answer = law.post(
        "section_chief", "/statutes/rule/RECHECK/change", RULE | {"effective_from": "2026-11-21"}
    )
    assert answer.status_code == 422
    assert "A change cannot reach back" in error_text(answer)
    assert "RECHECK" not in error_text(law.get("section_chief", "/statutes/changes"))


def test_a_new_criterion_can_be_proposed(law):
    data = {
        "code": "AQ3067-01", "sector": "chemicals", "article": "4.1", "text": "No such valve",
        "effective_from": "2026-11-22", "source": "AQ 3067-2026", "certainty": "M",
        "reason": "the text has been obtained",
    }  # fmt: skip
    url = draft(law, url="/statutes/new/criterion", data=data)
    law.post("section_chief", f"{url}/propose")
    law.post("administrator", f"{url}/approve")
    page = error_text(law.get("district_officer", "/statutes/criteria?text=valve"))
    assert "AQ3067-01" in page
    assert "M: to be verified" in page
    bad = law.post("section_chief", "/statutes/new/criterion", data | {"code": "lower case"})
    assert bad.status_code == 422


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("", "ACC_1H", "nothing"),
        ("day=2026-01-31&text=RECHECK", "2026-01-31", "2026-02-01"),
        ("text=RECHECK", "2026-02-01", "2026-01-31"),
        ("times=all&text=RECHECK", "2026-01-31", "nothing"),
        ("certainty=L", "RECHECK", "LITIGATION"),
        ("certainty=H&text=LITIGATION", "LITIGATION", "RECHECK"),
        ("text=100%25", "No rule matches", "RECHECK"),
    ],
)
def test_the_list_can_be_filtered(law, query, there, gone):
    page = error_text(law.get("auditor", f"/statutes/?{query}"))
    assert there in page
    assert gone not in page


def test_the_chemical_criteria_of_2017_are_superseded_on_29_september_2026(law):
    old = error_text(law.get("auditor", "/statutes/criteria?text=CHEM&day=2026-09-29"))
    assert "AJ121-CHEM-01" in old
    new = error_text(law.get("auditor", "/statutes/criteria?text=CHEM&day=2026-09-30"))
    assert "AJ121-CHEM-01" not in new
    successor = error_text(law.get("auditor", "/statutes/criterion/AQ3067-2026"))
    assert "to be verified by the legal section" in successor


@pytest.mark.parametrize(
    ("query", "answer", "said"),
    [
        ("code=SERVICE&day=2026-09-30", "2026-10-15", "Weekend days that are worked"),
        ("code=HAZARD_Q&day=2026-09-30", "2026-10-15", "due by day 15"),
        ("code=SERVICE&day=2026-12-30", "2027-01-08", "Provisional"),
        ("code=LITIGATION&day=2026-08-31", "2027-02-28", "6 months on"),
        ("code=POWER_CUT&day=2026-11-22&at=09:30", "2026-11-21 09:30", "Hours are counted"),
        ("code=POWER_CUT&day=2026-11-22", "the time of the event is needed", ""),
        ("code=NOPE&day=2026-11-22", "Choose one of the list", ""),
        ("code=PAY&day=9999-12-31", "No calendar reaches that far", ""),
        ("code=PAY&day=soon", "Not a valid date", ""),
    ],
)
def test_the_calculator_gives_the_day_and_the_reckoning(law, query, answer, said):
    page = law.get("district_officer", f"/statutes/calculator?{query}")
    assert page.status_code == 200
    assert answer in error_text(page)
    assert said in error_text(page)
    chinese = law.get("district_officer", f"/statutes/calculator?{query}", language="zh_Hans_CN")
    assert chinese.status_code == 200


def test_the_calculator_uses_the_version_of_the_day(law):
    before = error_text(law.get("auditor", "/statutes/calculator?code=RECHECK&day=2026-01-31"))
    after = error_text(law.get("auditor", "/statutes/calculator?code=RECHECK&day=2026-02-01"))
    assert "H: text read" in before
    assert "L: to be verified" in after


def upload(law, data, name="2027.tsv", who="section_chief", **changes):
    fields = {
        "year": "2027", "status": "published", "source": "State Council 2026 no. 7",
        "reason": "published", "file": (io.BytesIO(data), name),
    }  # fmt: skip
    return law.post(
        who, "/statutes/holidays/import", fields | changes, content_type="multipart/form-data"
    )


def test_a_file_becomes_a_draft_that_shows_the_difference_and_changes_nothing(law):
    data = "day\tkind\tname\n2027-01-01\tholiday\tNew Year\n2027-01-03\tworkday\tNew Year\n"
    answer = upload(law, data.encode())
    assert answer.status_code == 302, error_text(answer)
    url = answer.headers["Location"]
    page = error_text(law.get("section_chief", url))
    assert "2027-01-03" in page
    assert "Make-up working day" in page
    assert date(2027, 1, 1) not in workday_table().holidays
    law.post("section_chief", f"{url}/propose")
    assert law.post("administrator", f"{url}/approve").status_code == 302
    year = error_text(law.get("auditor", "/statutes/holidays?year=2027"))
    assert "Published" in year
    assert "no table yet" not in year
    assert "no table yet" in error_text(law.get("auditor", "/statutes/holidays?year=2028"))


def test_every_wrong_line_is_named_with_its_number(law):
    lines = [
        "day\tkind\tname",
        "2027-13-01\tholiday\tNew Year",
        "2026-01-01\tholiday\tNew Year",
        "2027-01-04\tworkday\tNew Year",
        "2027-01-01\tfeast\tNew Year",
        "2027-01-02\tholiday\t",
        "2027-05-01\tholiday\tLabour Day",
        "2027-05-01\tholiday\tLabour Day",
        "2027-05-02\tholiday\tLabour\x00Day",
    ]
    answer = upload(law, "\n".join(lines).encode())
    assert answer.status_code == 422
    page = error_text(answer)
    for line, words in (
        (2, "A day is written as"),
        (3, "of another year"),
        (4, "Only a weekend day"),
        (5, "The kind is"),
        (6, "The name is missing"),
        (8, "listed twice"),
        (9, "The name is missing"),
    ):
        assert f"{line} " in page
        assert words in page
    assert "Labour Day" not in error_text(law.get("section_chief", "/statutes/changes"))


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "2027.tsv"),
        (b"no heading\n2027-01-01", "2027.tsv"),
        (b"\xff\xfe\x00", "2027.tsv"),
        (b"PK not a zip", "2027.xlsx"),
        (b"day\tkind\tname\n", "2027.tsv"),
    ],
)
def test_what_is_no_such_file_is_refused_in_words(law, data, name):
    assert upload(law, data, name).status_code == 422


def test_the_excel_template_goes_out_filled_in_and_comes_back(law):
    sent = law.get("section_chief", "/statutes/holidays/2026.xlsx")
    sheet = load_workbook(io.BytesIO(sent.data)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("day", "kind", "name")
    assert len(rows) == 1 + 33 + 6
    book = Workbook()
    book.active.append(("day", "kind", "name"))
    book.active.append((date(2027, 10, 1), "holiday", "National Day"))
    out = io.BytesIO()
    book.save(out)
    answer = upload(law, out.getvalue(), "2027.xlsx")
    assert answer.status_code == 302, error_text(answer)
    assert "2027-10-01" in error_text(law.get("section_chief", answer.headers["Location"]))
    same = upload(law, sent.data, "2026.xlsx", year="2026")
    assert same.status_code == 422
    assert "already" in error_text(same)


@pytest.mark.parametrize(("language", "monday"), [("en", "M"), ("zh_Hans_CN", "\u4e00")])
def test_the_calendars_weeks_begin_with_monday_in_heading_and_days(law, language, monday):
    page = law.get("auditor", "/statutes/holidays?year=2026", language=language)
    html = page.get_data(as_text=True)
    august = html.split('<table class="month">')[8]
    assert re.findall(r'<th scope="col">(.*?)</th>', august)[0] == monday
    # 3 August 2026 is a Monday: the first cell of the second week.
    week = august.split("<tr>")[3]
    assert re.findall(r">\s*(\d+)", week)[0] == "3"


@pytest.mark.parametrize(
    "url",
    [
        "/statutes/?day=soon&certainty=X&times=never&page=-4",
        "/statutes/changes?status=lost",
        "/statutes/holidays?year=99999",
        "/statutes/holidays?year=x",
        "/statutes/calculator?code=%27&day=",
        "/statutes/holidays/2147483647.tsv",
    ],
)
def test_nonsense_in_the_address_is_survived(law, url):
    assert law.get("auditor", url).status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "/statutes/rule/NOPE",
        "/statutes/criterion/RECHECK",
        "/statutes/changes/9999",
    ],
)
def test_what_is_not_there_is_not_found(law, url):
    assert law.get("auditor", url).status_code == 404


def test_the_menu_shows_how_many_changes_wait_for_me(law):
    url = draft(law, data=RULE | {"effective_from": str(TODAY + timedelta(days=1))})
    law.post("section_chief", f"{url}/propose")
    assert "One change waits for a second person" in error_text(
        law.get("administrator", "/statutes/")
    )
    assert "waits for a second person." not in error_text(law.get("section_chief", "/statutes/"))


def test_the_trail_speaks_of_changes_in_words(law):
    draft(law)
    page = error_text(law.get("auditor", "/audit/?entity=rule_change"))
    assert "Change of a rule drafted" in page
