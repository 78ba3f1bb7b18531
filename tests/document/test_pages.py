"""Documents as pages: entered with a scan, put into force, filed, listed, exported."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.scope import visible
from supervision.document.jobs import daily
from supervision.document.models import EnterpriseDocument
from supervision.document.workflow import DocumentState, FilingState
from supervision.enterprise import queries as enterprises
from supervision.enterprise import service as registry
from tests.factories.documents import PDF, load, load_kinds, make_document
from tests.factories.hazards import picture
from tests.pages import error_text


@pytest.fixture(autouse=True)
def listed(cast):
    load_kinds()


def only(actor=SYSTEM):
    stmt = visible(EnterpriseDocument, actor).order_by(EnterpriseDocument.id.desc())
    return db.session.scalars(stmt).first()


def test_a_document_is_entered_with_its_scan_and_put_into_force(pages, cast):
    url = f"/documents/new/{cast.plant_id}"
    empty = pages.post("safety_manager", url, {})
    assert empty.status_code == 422
    files = [(io.BytesIO(PDF), "scan.pdf"), (io.BytesIO(picture()), "page.jpg")]
    sent = {"kind": "RULES", "title": "Safety rules", "scans": files}
    made = pages.post("safety_manager", url, sent, content_type="multipart/form-data")
    assert made.status_code == 302, error_text(made)
    document = only()
    names = [scan.attachment.filename for scan in document.scans]
    assert names == ["scan.pdf", "page.jpg"]
    here = f"/documents/{document.id}"
    version = document.row_version
    opened = pages.get("safety_manager", f"{here}/scans/{document.scans[0].id}")
    assert opened.data == PDF
    assert "attachment" in opened.headers["Content-Disposition"], "a PDF is saved, never run here"
    late = {"approver": "P", "published_on": "2999-01-01", "row_version": version}
    assert "yet to come" in error_text(pages.post("safety_manager", f"{here}/publish", late))
    day = {"approver": "P", "published_on": clock.today().isoformat(), "row_version": version}
    assert pages.post("safety_manager", f"{here}/publish", day).status_code == 302
    assert load(document.id, SYSTEM).status is DocumentState.IN_FORCE
    stale = {"reason": "Old", "row_version": version}
    assert pages.post("safety_manager", f"{here}/withdraw", stale).status_code == 409


def test_what_is_no_scan_is_refused_by_name(pages, cast):
    sent = {"kind": "RULES", "title": "Rules", "scans": [(io.BytesIO(b"MZ"), "virus.pdf")]}
    answer = pages.post(
        "safety_manager",
        f"/documents/new/{cast.plant_id}",
        sent,
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert "virus.pdf is neither a PDF nor a picture" in error_text(answer)


def test_the_officer_answers_the_filing_on_the_page(pages, cast):
    with transaction():
        plant = enterprises.get_enterprise(cast.plant_id, SYSTEM)
        registry.change(plant, SYSTEM, {"industry_code": "2614"})
    ident = make_document(cast, "PLAN_ONSITE", title="On-site plan")
    here, today = f"/documents/{ident}", clock.today().isoformat()
    assert pages.post("safety_manager", f"{here}/filing/submit", {"day": today}).status_code == 302
    assert pages.post("safety_manager", f"{here}/filing/accept", {}).status_code == 403
    waiting = error_text(pages.get("district_officer", "/documents/?group=submitted"))
    assert "On-site plan" in waiting
    answered = {"number": "330110-1", "day": today}
    assert pages.post("district_officer", f"{here}/filing/accept", answered).status_code == 302
    assert load(ident, SYSTEM).filing is FilingState.ACCEPTED
    told = error_text(pages.get("plant_manager", f"/enterprises/{cast.plant_id}/timeline"))
    assert "Filing accepted: On-site plan" in told


def test_the_panel_counts_what_is_there_and_names_what_is_missing(pages, cast):
    make_document(cast, "RULES")
    text = error_text(pages.get("plant_manager", f"/enterprises/{cast.plant_id}/tabs/documents"))
    held, required = re.search(r"(\d+) of (\d+)", text).groups()
    assert (held, int(required) > 5) == ("1", True)
    assert "Operating procedures" in text
    chinese = pages.get(
        "plant_manager", f"/enterprises/{cast.plant_id}/tabs/documents", language="zh_Hans_CN"
    ).get_data(as_text=True)
    assert "\u5b89\u5168\u64cd\u4f5c\u89c4\u7a0b" in chinese


def test_lists_are_narrowed_and_exported_within_the_readers_region(pages, cast):
    make_document(cast, "RULES", title="Rules of the plant")
    make_document(
        cast, "RULES", title="FARRULES", who="other_district", enterprise_id=cast.far_plant_id
    )
    daily.reckon(clock.now())
    for url in ("/documents/", "/documents/?kind=RULES&text=rules", "/documents/?group=all"):
        text = error_text(pages.get("district_officer", url))
        assert "Rules of the plant" in text
        assert "FARRULES" not in text
    assert "No document matches" in error_text(
        pages.get("plant_manager", "/documents/?group=draft")
    )
    gaps = pages.get("district_officer", "/documents/missing?kind=PROCEDURES&region=330110")
    assert "Invented Plant 1" in error_text(gaps)
    assert "Invented Plant 3" not in error_text(gaps)
    for url in ("/documents/export.xlsx", "/documents/missing.xlsx?kind=PROCEDURES"):
        answer = pages.get("district_officer", url)
        with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
            words = b"".join(book.read(name) for name in book.namelist())
        assert b"Invented Plant 1" in words
        assert b"Invented Plant 3" not in words


def test_the_chief_makes_a_new_version_of_a_kind_and_officers_only_read(pages, cast):
    form = pages.get("section_chief", "/documents/kinds/RULES/new-version")
    assert form.status_code == 200
    assert pages.get("district_officer", "/documents/kinds/RULES/new-version").status_code == 403
    assert pages.get("district_officer", "/documents/kinds/NONE").status_code == 404
    sent = {
        "name": "R", "name_en": "Rules of safety", "category": "policy", "term_months": "24",
        "required_headcount": "0", "required_industries": "*", "effective_from": "2999-01-01",
        "source": "Our own", "certainty": "L", "reason": "Two years suffice",
    }  # fmt: skip
    answer = pages.post("section_chief", "/documents/kinds/RULES/new-version", sent)
    assert answer.status_code == 302, error_text(answer)
    text = error_text(pages.get("district_officer", "/documents/kinds/RULES"))
    assert "Rules of safety" in text
    assert "2 years" in text
