"""What an enterprise's people can open, opened: every link, paper, export and package of theirs.

Papers are read as text: a compressed PDF would hide any word from a search in its bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import deque
from functools import cache
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from pypdf import PdfReader

from supervision.casefile.workflow import CaseState
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.inbox import jobs as inbox
from supervision.inspection.workflow import InspectionState
from supervision.order.workflow import OrderState
from supervision.report import jobs as reports
from supervision.report import queries as packages
from supervision.report import service as packaging
from tests.factories.cases import build_case
from tests.factories.inspections import load, make_inspection
from tests.factories.orders import load as load_order
from tests.factories.orders import make_order, officer_ids
from tests.factories.world import FAR, World

# The note of every inspection that the factory records; texts of what was never served or issued;
# the authority's own words about what was.
PRIVATE, DRAFT, INNER = "ZZPRIVATE", "ZZDRAFT", "ZZINNER"
SCAN = 200
UNSERVED = (OrderState.DRAFT, OrderState.SUBMITTED, OrderState.APPROVED, OrderState.ISSUED)
UNANNOUNCED = (InspectionState.DRAFT, InspectionState.SUBMITTED, InspectionState.APPROVED)
PEOPLE = ("plant_manager", "safety_manager", "worker", "other_plant")
PDF = "application/pdf"
OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX, XLSX = f"{OFFICE}wordprocessingml.document", f"{OFFICE}spreadsheetml.sheet"
PACKAGE = {PDF, XLSX, "application/zip", "application/json"}
LINK = re.compile(r"""(?:href|src|data-url)=["']([^"'#]+)""")
# They change what the crawl sees, lead nowhere new, or say the same in another order or to all.
TABLES = r"people/tables/rules/\d|licences/types/\d|documents/new/\d+\?kind="
SKIPPED = re.compile(
    rf"^/(static|healthz|account/|{TABLES})|[?&](sort|page|text|month|day|before)="
)
MOST_PAGES = 700


@pytest.fixture
def drafts(cast, world, stage):
    """Two plants with one of everything; of the near one also what is no business of its people.

    Gives the id of the near plant's recorded inspection, and ids of what is hidden, by slice.
    """
    hidden = stage.play("drafts", lambda: _draft(cast, world.near), upon=World.SCENE)
    return world.near.inspection_id, hidden


def _draft(cast, near):
    hidden = {
        "inspections": [
            make_inspection(cast, state, subject=f"{DRAFT} subject", place=f"{DRAFT} place")
            for state in UNANNOUNCED
        ],
        "orders": [make_order(cast, s, interim_measures=f"{DRAFT} measures") for s in UNSERVED],
        "cases": [_case(cast, state) for state in (CaseState.DRAFT, CaseState.PROPOSED)],
    }
    _write_inner_words(cast, near)
    with transaction():
        today = clock.today()
        packaging.ask(SYSTEM, packages.of_enterprise(cast.plant), today.year, today.month)
    reports.make_queued(clock.now())
    inbox.deliver(clock.now())
    db.session.rollback()
    return hidden


def _case(cast, state):
    words = {"cause": f"{DRAFT} cause", "facts": f"{DRAFT} facts"}
    with transaction():
        officer = cast["district_officer"]
        case = build_case(
            cast.plant_id, state, officer, SYSTEM, cast, officer_ids=officer_ids(cast), **words
        )
        return case.id


def _write_inner_words(cast, near):
    officer = cast["district_officer"]
    with transaction():
        seen = load(near.inspection_id, officer)
        seen.approval_note = f"{INNER} approval"
        seen.over_cap_reason = f"{INNER} cap"
        load_order(near.order_id, cast).approval_note = f"{INNER} approval"


def text_of(data: bytes) -> str:
    """Every word of an answer, whatever it is packed in."""
    # Scans of the factories are a head and a foot only: nothing in them is packed.
    if data.startswith(b"%PDF-") and len(data) > SCAN:
        return _text_of_pdf(data)
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return "\n".join(text_of(packed.read(name)) for name in packed.namelist())
    return data.decode("utf-8", "replace")


@cache
def _text_of_pdf(data: bytes) -> str:
    """Read once: the manager and the safety manager get the same papers."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def crawl(client, start="/"):
    """Path and text of all that ``client`` reaches by links from ``start``."""
    queue, known = deque([start]), {start}
    while queue:
        path = queue.popleft()
        answer = client.get(path, follow_redirects=True)
        assert answer.status_code < 500, path
        yield path, answer.mimetype, text_of(answer.data)
        if answer.mimetype != "text/html":
            continue
        for link in LINK.findall(answer.get_data(as_text=True)):
            found = urlsplit(urljoin(path, unescape(link)))
            url = found.path + (f"?{found.query}" if found.query else "")
            if url not in known and not found.netloc and not SKIPPED.search(url):
                known.add(url)
                queue.append(url)
        assert len(known) < MOST_PAGES, sorted(known)[:50]


def kinds(paths, pattern):
    return {kind for path, kind in paths if re.fullmatch(pattern, path)}


@pytest.mark.parametrize("who", PEOPLE)
def test_an_enterprise_reads_no_private_note_no_draft_and_nothing_of_another(pages, drafts, who):
    """In whatever its people can open; and what is not for them is not found by its address."""
    _recorded, hidden = drafts
    leaks, opened = [], set()
    client = pages.as_(who)
    for path, kind, text in crawl(client):
        opened.add((path, kind))
        leaks += [(path, word) for word in (PRIVATE, DRAFT, INNER, FAR) if word in text]
    for address in addresses_of(hidden):
        if client.get(address).status_code not in {403, 404}:
            leaks.append((address, "is there"))
    assert leaks == []
    if who == "plant_manager":
        _opened_what_there_is(opened)


def _opened_what_there_is(seen):
    assert kinds(seen, r"/orders/\d+/.*\.(pdf|docx)") == {PDF, DOCX}
    assert kinds(seen, r"/inspections/\d+/.*\.(pdf|docx)") == {PDF, DOCX}
    assert kinds(seen, r"/reports/\d+/files/\w+") == PACKAGE
    assert kinds(seen, r"/orders/export.*") == {XLSX}
    assert kinds(seen, r".*/decisions?/.*") == {PDF}
    assert kinds(seen, r"/hazards/\d+") == {"text/html"}


def test_an_officer_does_read_those_words_so_they_would_have_been_found(pages, drafts):
    recorded, hidden = drafts
    officer = pages.as_("district_officer")
    seen = ""
    for path in (
        f"/orders/{hidden['orders'][0]}",
        f"/orders/{hidden['orders'][0]}/draft.pdf",
        f"/inspections/{recorded}",
    ):
        seen += text_of(officer.get(path).data)
    assert [word for word in (PRIVATE, DRAFT, INNER) if word not in seen] == []


def addresses_of(drafts):
    for slice_name, ids in drafts.items():
        for ident in ids:
            for tail in ("", "/draft.pdf", "/edit", "/site", "/recheck", "/preview"):
                yield f"/{slice_name}/{ident}{tail}"
