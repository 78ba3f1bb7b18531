"""The pages of chemicals, as both sides read and use them."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from supervision.chemical import queries, standards
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from tests.factories.chemicals import PDF, a_source, make_unit
from tests.pages import error_text


@pytest.fixture
def source(cast):
    return a_source(cast.plant_id, cast["safety_manager"], cast["district_officer"])


@pytest.mark.parametrize("who", ["district_officer", "safety_manager"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_reads_on_both_sides(cast, pages, source, who, language):
    for url in (
        f"/chemicals/?enterprise={cast.plant_id}" if who == "district_officer" else None,
        f"/chemicals/enterprises/{cast.plant_id}",
        f"/chemicals/units/{source['unit_id']}",
        f"/chemicals/items/{source['item_id']}",
        f"/chemicals/items/{source['item_id']}/edit",
        f"/chemicals/items/{source['item_id']}/remove",
        f"/chemicals/units/{source['unit_id']}/edit",
        f"/chemicals/units/{source['unit_id']}/retire",
        f"/chemicals/identifications/{source['identification_id']}",
        f"/chemicals/sources/{source['source_id']}",
        "/chemicals/standard?q=7782-50-5",
        f"/enterprises/{cast.plant_id}/tabs/chemicals",
    ):
        if url is not None:
            assert pages.get(who, url, language=language).status_code == 200, url


def test_the_explanation_shows_every_term_and_prints(pages, source):
    url = f"/chemicals/identifications/{source['identification_id']}"
    page = error_text(pages.get("district_officer", url))
    for shown in ("62.5", "12.5", "Table 1, no. 12", "Table 3, no. 7", "120 people", "100"):
        assert shown in page, shown
    paper = pages.get("district_officer", f"{url}/paper.pdf")
    assert paper.data.startswith(b"%PDF")
    assert len(paper.data) > 2000
    now = pages.get("safety_manager", f"/chemicals/units/{source['unit_id']}/explanation.pdf")
    assert now.data.startswith(b"%PDF")


def test_an_enterprise_enters_a_unit_a_chemical_and_its_sheet_and_identifies(cast, pages):
    with transaction():
        standards.load_shipped()
    base = f"/chemicals/enterprises/{cast.plant_id}"
    unit = {"name": "Store 1", "kind": "storage", "exposed_people": "0"}
    made = pages.post("plant_manager", f"{base}/units/new", unit)
    unit_url = made.location
    wrong = {"named": "", "name": "x", "cas": "7664-41-8", "purpose": "raw", "tonnes": "1"}
    refused = pages.post("plant_manager", f"{unit_url}/items/new", wrong)
    assert refused.status_code == 422
    assert "7664-41-8 is no CAS number" in error_text(refused)
    item = pages.post(
        "plant_manager", f"{unit_url}/items/new", {"named": "12", "purpose": "raw", "tonnes": "5"}
    ).location
    sheet = {"version": "1", "issued_on": "2026-01-02", "sheet": (io.BytesIO(PDF), "a.pdf")}
    assert pages.post("plant_manager", f"{item}/sheets", sheet).status_code == 302
    bad = {"version": "2", "issued_on": "2026-01-02", "sheet": (io.BytesIO(b"exe"), "a.pdf")}
    assert pages.post("plant_manager", f"{item}/sheets", bad).status_code == 422
    today = clock.today().isoformat()
    kept = pages.post(
        "plant_manager", f"{unit_url}/identify", {"done_on": today, "assessor": "A. Assessor"}
    )
    assert "S = Σ q/Q = 1" in error_text(pages.get("plant_manager", kept.location))
    assert queries.source_counts(cast["plant_manager"]).fourth == 1


def test_a_stale_editor_is_told_and_overwrites_nothing(pages, source):
    url = f"/chemicals/items/{source['item_id']}/edit"
    version = queries.get_item(source["item_id"], SYSTEM).row_version
    db.session.rollback()
    change = {"named": "12", "purpose": "raw", "tonnes": "60", "row_version": str(version)}
    assert pages.post("plant_manager", url, change).status_code == 302
    second = pages.post("safety_manager", url, {**change, "tonnes": "70"})
    assert second.status_code == 409
    assert queries.get_item(source["item_id"], SYSTEM).tonnes == 60


def test_an_officer_files_and_the_list_narrows_by_grade_region_and_text(cast, pages):
    ids = a_source(cast.plant_id, cast["safety_manager"])
    step = f"/chemicals/sources/{ids['source_id']}/file"
    filing = {"filing_number": "BA 2026-7", "filed_on": clock.today().isoformat()}
    assert pages.post("plant_manager", step, filing).status_code == 403
    assert pages.post("district_officer", step, {"filed_on": ""}).status_code == 422
    assert pages.post("district_officer", step, filing).status_code == 302
    assert pages.post("district_officer", step, filing).status_code in {403, 409}

    def listed(query):
        return "BA 2026-7" in error_text(pages.get("district_officer", f"/chemicals/?{query}"))

    assert listed("grade=first&region=330110&text=BA")
    assert not listed("grade=second")
    assert not listed("group=to_file")
    assert not listed("region=330113")
    book = pages.get("district_officer", "/chemicals/export.xlsx?grade=first").data
    strings = zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml")
    assert b"BA 2026-7" in strings or b"BA 2026-7" in b"".join(
        zipfile.ZipFile(io.BytesIO(book)).read(n)
        for n in zipfile.ZipFile(io.BytesIO(book)).namelist()
    )


def test_the_timeline_and_the_start_page_tell_of_it(cast, pages, source):
    page = error_text(pages.get("district_officer", f"/enterprises/{cast.plant_id}"))
    assert "Major hazard source filed" in page
    with transaction():
        make_unit(cast.plant_id, cast["safety_manager"], mark="Second")
    url = f"/chemicals/items/{source['item_id']}/edit"
    pages.post("plant_manager", url, {"named": "12", "purpose": "raw", "tonnes": "70"})
    assert "Units to identify anew" in error_text(pages.get("plant_manager", "/"))


def test_a_chief_corrects_a_figure_and_an_officer_may_not(cast, pages, source):
    row = standards.standard_on(clock.today()).rows[0].id
    db.session.rollback()
    url = f"/chemicals/standard/rows/{row}/correct"
    form = {
        "figure": "11",
        "effective_from": clock.today().isoformat(),
        "source": "erratum",
        "reason": "misprint",
    }
    assert pages.post("district_officer", url, form).status_code == 403
    assert pages.get("section_chief", url).status_code == 200
    assert pages.post("section_chief", url, {**form, "figure": "NaN"}).status_code == 422
    new = pages.post("section_chief", url, form)
    assert "misprint" in error_text(pages.get("auditor", new.location))


def test_of_two_who_press_at_once_on_the_ledger_the_second_is_told(cast, pages, source):
    item = f"/chemicals/items/{source['item_id']}"
    shown = pages.get("plant_manager", f"{item}/remove").get_data(as_text=True)
    seen = re.search(r'name="row_version"[^>]* value="(\d+)"', shown)[1]
    changed = {"named": "12", "purpose": "raw", "tonnes": "70", "row_version": seen}
    assert pages.post("safety_manager", f"{item}/edit", changed).status_code == 302
    late = {"reason": "Not held any more", "row_version": seen}
    answer = pages.post("plant_manager", f"{item}/remove", late)
    assert answer.status_code == 409
    # The page that comes back says what stands there now; pressed again, it counts.
    now = re.search(r'name="row_version"[^>]* value="(\d+)"', answer.get_data(as_text=True))[1]
    again = late | {"row_version": now}
    assert pages.post("plant_manager", f"{item}/remove", again).status_code == 302
