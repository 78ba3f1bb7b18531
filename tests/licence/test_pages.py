"""What people of both sides can open and press, and what they are told when it does not fit."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest

from supervision import seeds
from supervision.chemical.models import ChemicalItem, ChemicalUnit
from supervision.chemical.rules import Purpose, UnitKind
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.web.paging import COUNT_CAP
from supervision.enterprise import queries as enterprises
from supervision.enterprise import service as registry
from supervision.licence import needs, queries, types
from supervision.licence.dossier import CHAPTERS
from supervision.licence.models import Licence
from supervision.licence.rules import Item
from supervision.licence.workflow import LicenceState as S
from tests.factories.licences import PDF, ending, load_licence, make_licence
from tests.pages import error_text

METHANOL = ("67-56-1", "Methanol")
CHLORINE = ("7782-50-5", "Chlorine")


def hold(enterprise_id, *chemicals, purpose=Purpose.PRODUCT):
    """Put chemicals on the ledger of an enterprise."""
    with transaction():
        unit = ChemicalUnit(
            enterprise_id=enterprise_id,
            name="Tank farm",
            kind=UnitKind.STORAGE,
            exposed_people=0,
            created_at=clock.now(),
        )
        db.session.add(unit)
        db.session.flush()
        for cas, name in chemicals:
            db.session.add(
                ChemicalItem(
                    enterprise_id=enterprise_id,
                    unit_id=unit.id,
                    name=name,
                    cas=cas,
                    purpose=purpose,
                    tonnes=Decimal(5),
                    created_at=clock.now(),
                )
            )


def of_trade(enterprise_id, industry):
    with transaction():
        registry.change(
            enterprises.get_enterprise(enterprise_id, SYSTEM), SYSTEM, {"industry_code": industry}
        )


def typed(**changes):
    """What a browser sends for a licence of half a year."""
    begin = clock.today() - timedelta(days=180)
    values = {
        "type_code": "HAZCHEM_PRODUCTION",
        "number": "ZJ-HC-1",
        "issuing_authority": "Invented Bureau",
        "issued_on": begin.isoformat(),
        "valid_from": begin.isoformat(),
        "valid_to": (begin + timedelta(days=1000)).isoformat(),
        "items": "67-56-1 Methanol",
        "scans": (io.BytesIO(PDF), "licence.pdf"),
    }
    return {**values, **changes}


def send(pages, who, url, data):
    return pages.post(who, url, data, content_type="multipart/form-data")


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (None, 302),
        ("no_role", 403),
        ("worker", 403),
        ("other_district", 404),
        ("other_plant", 404),
        ("plant_manager", 200),
        ("district_officer", 200),
        ("auditor", 200),
    ],
)
def test_who_may_open_a_licence_and_its_scan(pages, cast, who, status):
    licence_id = make_licence(cast, with_scan=True)
    assert pages.get(who, f"/licences/{licence_id}").status_code == status
    file_id = load_licence(licence_id).files[0].id
    scan = pages.get(who, f"/licences/{licence_id}/files/{file_id}")
    assert scan.status_code == status
    if status == 200:
        assert scan.headers["Content-Disposition"].startswith("attachment")
        assert scan.data == PDF


def test_a_licence_is_entered_verified_and_renewed_by_pages(pages, cast):
    with transaction():
        seeds.load_licence_types()
    sent = send(pages, "safety_manager", f"/licences/new/{cast.plant_id}", typed())
    assert sent.status_code == 302, error_text(sent)
    url = sent.location
    mine = pages.get("safety_manager", url).get_data(as_text=True)
    assert 'id="step-verify"' not in mine
    seen = pages.post("district_officer", f"{url}/verify", {"means": "scan"})
    assert seen.status_code == 302
    asked = {"applied_on": clock.today().isoformat(), "application_number": "A-7"}
    assert send(pages, "plant_manager", f"{url}/apply", asked).status_code == 302
    first = load_licence(int(url.rsplit("/", 1)[-1]))
    assert (first.status, first.application_number) == (S.VALID, "A-7")
    assert [i.cas for i in first.items] == ["67-56-1"]
    begin = first.valid_to + timedelta(days=1)
    renewed = typed(
        issued_on=clock.today().isoformat(),
        valid_from=begin.isoformat(),
        valid_to=(begin + timedelta(days=1000)).isoformat(),
        scans=(io.BytesIO(PDF), "new.pdf"),
    )
    form = pages.get("plant_manager", f"{url}/renewal").get_data(as_text=True)
    assert "67-56-1 Methanol" in form
    made = send(pages, "plant_manager", f"{url}/renewal", renewed)
    assert made.status_code == 302, error_text(made)
    second = load_licence(int(made.location.rsplit("/", 1)[-1]))
    assert second.renews_id == first.id
    decided = {
        "decision_number": "D-1",
        "decided_on": clock.today().isoformat(),
        "reason": "Unsafe",
    }
    assert send(pages, "district_officer", f"{url}/suspend", decided).status_code == 302
    story = error_text(pages.get("plant_manager", url))
    assert "Number of the decision: D-1" in story


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"valid_to": "2099-12-31"}, "valid for at most 36 months"),
        ({"items": "67-56-2 Methanol"}, "Line 1"),
        ({"scans": (io.BytesIO(b"MZ not a paper"), "virus.pdf")}, "virus.pdf is neither a PDF"),
        ({"number": ""}, "Licence number"),
        ({"type_code": "NONSENSE"}, "Choose one of the list."),
    ],
)
def test_what_does_not_fit_is_said_at_its_field_and_nothing_is_kept(pages, cast, changes, says):
    with transaction():
        seeds.load_licence_types()
    page = send(pages, "plant_manager", f"/licences/new/{cast.plant_id}", typed(**changes))
    assert page.status_code == 422
    assert says in error_text(page)
    listed = pages.get("plant_manager", "/licences/")
    assert "No licences match" in error_text(listed)


def test_a_correction_of_what_somebody_else_changed_is_refused(pages, cast):
    licence_id = make_licence(cast, S.DRAFT)
    seen = load_licence(licence_id).row_version
    data = typed(type_code="WORK_SAFETY", number="MINE", items="", row_version=seen)
    url = f"/licences/{licence_id}/edit"
    assert send(pages, "plant_manager", url, data).status_code == 302
    again = typed(type_code="WORK_SAFETY", number="THEIRS", items="", row_version=seen)
    assert send(pages, "safety_manager", url, again).status_code == 409
    assert load_licence(licence_id).number == "MINE"


def test_the_list_can_be_filtered_and_its_export_says_the_same(pages, cast):
    make_licence(cast, number="LATE", valid_to=ending(-3))
    make_licence(cast, number="SOON", valid_to=ending(20))
    make_licence(cast, number="FRESH")
    make_licence(cast, number="OPEN", type_code="BUSINESS_LICENCE", valid_to=None)
    make_licence(cast, S.DISCARDED, number="WRONG")
    every = {"LATE", "FRESH", "OPEN", "SOON"}
    officer = pages.as_("district_officer")
    for query, numbers in (
        ("", every),
        ("standing=late_to_apply", {"LATE"}),
        ("days=30", {"SOON"}),
        ("type=BUSINESS_LICENCE", {"OPEN"}),
        ("text=fre", {"FRESH"}),
        ("region=330110001", every),
        ("region=330113", set()),
        ("status=suspended", set()),
        ("gap=1", set()),
        ("standing=nonsense&days=-4&page=x&sort=", every),
    ):
        page = officer.get(f"/licences/?{query}").get_data(as_text=True)
        assert set(re.findall(r'text-clip">([A-Z]+)<', page)) == numbers, query
    answer = officer.get("/licences/export.xlsx?days=30")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    cells = {row[0].value for row in sheet.iter_rows()}
    assert cells & {*every, "WRONG"} == {"SOON"}


def test_what_the_ledger_holds_beyond_the_scope_is_warned_of_everywhere(pages, cast):
    hold(cast.plant_id, METHANOL, CHLORINE)
    narrow = make_licence(
        cast, number="NARROW", type_code="HAZCHEM_PRODUCTION", items=(Item(*METHANOL),)
    )
    wide = make_licence(
        cast,
        number="WIDE",
        type_code="HAZCHEM_OPERATING",
        items=(Item(*METHANOL), Item(*CHLORINE)),
    )
    listed = pages.get("district_officer", "/licences/?gap=1").get_data(as_text=True)
    assert "NARROW" in listed
    assert "WIDE" not in listed
    page = pages.get("plant_manager", f"/licences/{narrow}")
    assert "7782-50-5 Chlorine" in error_text(page)
    assert "Chemicals beyond the scope" in error_text(page)
    assert "beyond the scope" not in error_text(pages.get("plant_manager", f"/licences/{wide}"))
    tab = pages.get("plant_manager", f"/enterprises/{cast.plant_id}/tabs/licences")
    assert error_text(tab).count("1 chemical beyond the scope") == 1


def test_chemicals_that_the_type_does_not_ask_for_lie_beyond_no_scope(cast):
    hold(cast.plant_id, CHLORINE, purpose=Purpose.RAW)
    licence = load_licence(make_licence(cast, type_code="HAZCHEM_PRODUCTION"))
    chemicals = needs.held(SYSTEM, [cast.plant_id])[cast.plant_id]
    assert needs.gap_of(licence, chemicals).beyond == ()


def test_who_needs_a_licence_and_has_none_is_found_by_trade_and_ledger(pages, cast):
    with transaction():
        seeds.load_licence_types()
    of_trade(cast.plant_id, "2614")
    of_trade(cast.other_plant_id, "0810")
    nobody = pages.get("district_officer", "/licences/missing?type=HAZCHEM_PRODUCTION")
    assert "No enterprise lacks a licence" in error_text(nobody)
    hold(cast.plant_id, METHANOL)
    page = error_text(pages.get("district_officer", "/licences/missing"))
    assert "Invented Plant 1" in page
    assert "Invented Plant 2" in page
    enterprise = enterprises.get_enterprise(cast.plant_id, SYSTEM)
    assert [t.code for t in needs.missing_of(enterprise, SYSTEM)] == ["HAZCHEM_PRODUCTION"]
    make_licence(cast, type_code="HAZCHEM_PRODUCTION", number="HC", items=(Item(*METHANOL),))
    page = error_text(pages.get("district_officer", "/licences/missing"))
    assert "Invented Plant 1" not in page
    assert "Invented Plant 2" in page


def test_the_start_page_names_those_whose_deadline_has_passed(pages, cast):
    make_licence(cast, number="LATE", valid_to=ending(-3))
    for who in ("district_officer", "plant_manager"):
        page = error_text(pages.get(who, "/"))
        assert "Licences whose application deadline has passed" in page
        assert "LATE" in page
    assert "LATE" not in error_text(pages.get("other_plant", "/"))


def test_the_file_tells_the_story_of_its_licences(pages, cast):
    make_licence(cast, S.SUSPENDED, number="ZJ-9")
    page = error_text(pages.get("plant_manager", f"/enterprises/{cast.plant_id}"))
    assert "Licence suspended: ZJ-9" in page


def test_a_chief_changes_a_type_and_the_versions_say_why(pages, cast):
    with transaction():
        seeds.load_licence_types()
    type_id = types.version_for("WORK_SAFETY", clock.today()).id
    url = f"/licences/types/{type_id}"
    page = pages.get("section_chief", url).get_data(as_text=True)
    data = {
        m[1]: m[2]
        for m in re.finditer(r'<input[^>]*?name="(\w+)"[^>]*?value="([^"]*)"', page)
        if m[1] != "csrf_token"
    }
    data |= {"certainty": "H", "needed_certainty": "M", "apply_months": "4"}
    assert pages.post("section_chief", url, data).status_code == 422
    done = pages.post("section_chief", url, {**data, "reason": "New regulation"})
    assert done.status_code == 302, error_text(done)
    later = error_text(pages.get("auditor", done.location))
    assert "New regulation" in later
    assert pages.post("district_officer", url, data).status_code == 403
    stale = pages.post("section_chief", url, {**data, "reason": "Again", "apply_months": "5"})
    assert stale.status_code == 409


def test_a_licence_is_found_by_its_number_and_stands_in_the_dossier_with_its_scan(pages, cast):
    licence_id = make_licence(cast, number="ZJ-FIND-77", with_scan=True)
    hit = pages.get("plant_manager", "/find.json?q=FIND-77").get_data(as_text=True)
    assert f"/licences/{licence_id}" in hit
    (chapter,) = CHAPTERS
    (section,) = chapter.sections(cast.plant_id, cast["plant_manager"])
    assert [row.number for row in section.rows] == ["ZJ-FIND-77"]
    (scan,) = chapter.files(cast.plant_id, cast["plant_manager"])
    assert (scan.of, scan.attachment.media_type) == ("ZJ-FIND-77", "application/pdf")
    assert list(chapter.files(cast.plant_id, cast["other_plant"])) == []


def test_no_tile_counts_further_than_anybody_reads(pages, cast):
    one = load_licence(make_licence(cast, S.DRAFT))
    like = {c.key: getattr(one, c.key) for c in Licence.__mapper__.column_attrs if c.key != "id"}
    with transaction():
        db.session.execute(
            db.insert(Licence),
            [like | {"number": f"N{serial}"} for serial in range(COUNT_CAP + 5)],
        )
    # A district's are counted by its enterprises, a city's by the index of each figure.
    for who in ("district_officer", "city_officer", "auditor"):
        page = error_text(pages.get(who, "/licences/?text=N17"))
        assert re.search(r"Waiting for verification 10,000\+|10,000\+ Waiting", page), who
    far = queries.counts(cast["other_district"])
    assert far.to_verify == 0
    assert queries.counts(cast["plant_manager"]).to_verify == COUNT_CAP + 1
