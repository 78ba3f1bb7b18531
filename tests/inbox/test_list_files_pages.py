"""Every list of an enterprise's file as a workbook: what the page shows, long or short, to its asker."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from supervision.account import queries as accounts
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.core.export import lists
from supervision.document.jobs import daily
from supervision.inbox.jobs import exports
from supervision.people.jobs import reckon_all
from tests.factories.chemicals import a_source
from tests.factories.documents import load_kinds, make_document
from tests.factories.licences import make_licence
from tests.factories.people import load_tables, make_certificate, make_person, make_session
from tests.factories.risks import make_point
from tests.pages import error_text

ME = "district_officer"
# The list's name, its file's address, and what leaves all rows in.
LISTS = {
    "licence.index": ("/licences/export.xlsx", ""),
    "chemical.index": ("/chemicals/export.xlsx", ""),
    "risk.index": ("/risks/export.xlsx", ""),
    "document.index": ("/documents/export.xlsx", ""),
    "document.missing": ("/documents/missing.xlsx", "kind=PROCEDURES"),
    "people.index": ("/people/export.xlsx", ""),
    "people.certificates": ("/people/certificates/export.xlsx", ""),
    "people.sessions": ("/people/training/export.xlsx", ""),
    "people.hours": ("/people/hours/export.xlsx", "state=all"),
    "people.staffing": ("/people/staffing/export.xlsx", "state=all"),
}


@pytest.fixture
def three_files(app, cast):
    """A row of every list for each of the three plants; the third lies in another district."""
    load_kinds()
    load_tables()
    for serial, plant in enumerate((cast.plant_id, cast.other_plant_id, cast.far_plant_id), 1):
        make_licence(
            cast, by=ME_OF[serial], officer=ME_OF[serial], enterprise_id=plant, number=f"L{serial}"
        )
        a_source(plant, cast["section_chief"], mark=str(serial))
        make_point(cast, enterprise_id=plant)
        make_document(cast, who=ME_OF[serial], enterprise_id=plant)
        person = make_person(cast, serial, enterprise_id=plant, name=f"Longname {serial}")
        make_certificate(person)
        make_session(cast, [person], enterprise_id=plant)
    daily.reckon(clock.now())
    reckon_all(clock.now())


ME_OF = {1: ME, 2: ME, 3: "other_district"}


def book(data):
    sheet = load_workbook(io.BytesIO(data)).active
    return [[c for c in line if c is not None] for line in sheet.iter_rows(values_only=True)]


def plants(data):
    """The invented plants that the file's rows belong to, in its order."""
    lines = [str(cell) for line in book(data) for cell in line]
    return [cell[-1] for cell in lines if cell.startswith("Invented Plant")]


def asked(pages, name, query):
    sent = pages.post(ME, "/exports/", {"name": name, "kind": "xlsx", "query": query})
    return sent.headers["Location"]


def moved(cast, who, region):
    """An officer goes to another district."""
    with transaction():
        accounts.get_account(cast.accounts[who], SYSTEM).region_code = region


def test_the_file_is_the_list_that_the_page_shows_filtered_and_masked(pages, three_files):
    for name, (url, query) in LISTS.items():
        everything = pages.get(ME, f"{url}?{query}")
        assert everything.mimetype == lists.MEDIA_TYPES[lists.FileKind.XLSX], name
        assert sorted(plants(everything.data)) == ["1", "2"], name
        narrowed = f"{query}&text=Invented+Plant+2"
        assert plants(pages.get(ME, f"{url}?{narrowed}").data) == ["2"], name
        assert "Longname" not in str(book(everything.data)), name


def test_a_long_list_becomes_a_job_whose_file_equals_the_short_one(
    pages, cast, three_files, monkeypatch
):
    short = {n: book(pages.get(ME, f"{u}?{q}").data) for n, (u, q) in LISTS.items()}
    monkeypatch.setattr(lists, "AT_ONCE", 1)
    for name, (url, query) in LISTS.items():
        page = pages.get(ME, f"{url}?{query}")
        assert "The list has 2 rows." in error_text(page), name
        where = asked(pages, name, query)
        assert exports.make_queued(clock.now()) == 1
        assert pages.get(ME, f"{where}/state").json["text"] == "2 of 2 rows", name
        assert book(pages.get(ME, f"{where}/file").data) == short[name], name
        for who in ("section_chief", "city_officer", "plant_manager"):
            assert pages.get(who, f"{where}/file").status_code == 404, name


def test_the_job_asks_again_what_its_asker_may_see(pages, cast, three_files):
    for name, (_url, query) in LISTS.items():
        where = asked(pages, name, query)
        moved(cast, ME, "330113")
        exports.make_queued(clock.now())
        assert plants(pages.get(ME, f"{where}/file").data) == ["3"], name
        moved(cast, ME, "330110")


def test_whoever_may_not_read_a_list_has_no_file_of_it_made(pages, three_files):
    for name in LISTS:
        wanted = {"name": name, "kind": "xlsx", "query": ""}
        assert pages.post("no_role", "/exports/", wanted).status_code == 403, name
