"""The dossier: asked for, made as its asker sees the file, verified byte by byte, dropped."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from pypdf import PdfReader

from supervision.account import service as accounts
from supervision.account.models import Account
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.attachments import Attachment, storage
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.dossier import Evidence
from supervision.core.notices import Notice
from supervision.core.scope import unscoped
from supervision.document import dossier, dossier_bundle
from supervision.document.dossier_models import DossierState
from supervision.document.dossier_paper import Imprint, Made
from supervision.document.jobs import dossiers as dossier_jobs
from supervision.enterprise import queries as enterprises
from supervision.hazard.workflow import HazardState
from supervision.order.workflow import OrderState
from tests.factories.documents import load_kinds, make_document
from tests.factories.hazards import make_hazard
from tests.factories.orders import load, make_order, prepare


def ask(cast, who, *, with_files=True, language="en"):
    with transaction():
        plant = enterprises.get_enterprise(cast.plant_id, cast[who])
        asked = dossier.ask(
            plant, cast[who], with_files=with_files, reason="Yearly visit", language=language
        )
        return asked.id


def made(cast, who, **kwargs):
    ident = ask(cast, who, **kwargs)
    assert dossier_jobs.make_queued(clock.now()) == 1
    found = dossier.get_dossier(ident, cast[who])
    assert found.status is DossierState.READY, found.message
    return found


def archive_of(found):
    return zipfile.ZipFile(storage().open(found.bundle.sha256))


def text_of(data):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


@pytest.fixture
def file(cast):
    """A plant with a document, tickets and an order that was not served yet."""
    prepare(cast)
    load_kinds()
    make_document(cast, "RULES", with_scan=True)
    for state in (HazardState.REPORTED, HazardState.CLOSED):
        make_hazard(cast, state)
    return make_order(cast, OrderState.ISSUED)


def test_every_file_of_the_archive_is_what_the_manifest_says(cast, file):
    found = made(cast, "district_officer")
    with archive_of(found) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        listed = {line["name"]: line for line in manifest["files"]}
        assert set(archive.namelist()) == {*listed, "manifest.json"}
        for name, line in listed.items():
            data = archive.read(name)
            assert hashlib.sha256(data).hexdigest() == line["sha256"], name
            assert len(data) == line["size"]
        paper = text_of(archive.read("dossier.pdf"))
    assert manifest["made_for"] == "District Officer"
    assert manifest["enterprise"]["uscc"] in paper
    rows = {chapter["key"]: chapter for chapter in manifest["chapters"]}
    # The order's hazards are tickets of their own.
    order = load(file, cast)
    assert rows["hazards"]["rows"] == 2 + len(order.items)
    assert (rows["documents"]["rows"], rows["documents"]["files"]) == (1, 1)
    assert rows["orders"]["rows"] == 1
    assert any(name.endswith("paper.pdf") for name in listed)
    assert found.counts["rows"] == {key: chapter["rows"] for key, chapter in rows.items()}
    assert order.number in paper
    assert "13800000001" not in paper, "telephone numbers are masked"
    assert "138****0001" in paper


def test_the_contents_name_the_page_on_which_each_chapter_begins(cast, file):
    found = made(cast, "district_officer", with_files=False)
    reader = PdfReader(storage().open(found.pdf.sha256))
    contents = reader.pages[1].extract_text()
    marks = {mark.title: reader.get_destination_page_number(mark) for mark in reader.outline}
    assert len(marks) == len(found.counts["rows"])
    for title, page in marks.items():
        assert title in reader.pages[page].extract_text()
        named = re.search(re.escape(title) + r"\s*([0-9]+)", contents)
        assert named[1] == str(page + 1), title
    assert found.bundle_id is None


def test_the_enterprises_own_dossier_holds_nothing_that_was_not_served(cast, file):
    number = load(file, cast).number
    own = made(cast, "plant_manager")
    theirs = made(cast, "district_officer")
    with archive_of(own) as archive, archive_of(theirs) as other:
        mine = text_of(archive.read("dossier.pdf"))
        assert number not in mine
        assert number in text_of(other.read("dossier.pdf"))
        names = "\n".join(archive.namelist())
        orders = [name for name in other.namelist() if "-orders/" in name]
    assert own.counts["rows"]["orders"] == 0
    assert orders, "the authority's own has the order"
    assert "-orders/" not in names
    assert "Cases" in mine, "the chapter is there, with nothing in it"


def test_a_dossier_in_chinese_is_chinese(cast, file):
    found = made(cast, "plant_manager", with_files=False, language="zh_Hans_CN")
    text = text_of(storage().open(found.pdf.sha256).read())
    assert "\u9690\u60a3" in text


def test_it_is_its_askers_alone_and_each_download_is_on_record(pages, cast, file):
    found = made(cast, "plant_manager")
    url = f"/dossiers/{found.id}"
    assert pages.get("plant_manager", url).status_code == 200
    for who in ("safety_manager", "district_officer", "other_plant"):
        for path in (url, f"{url}/state", f"{url}/pdf", f"{url}/bundle"):
            assert pages.get(who, path).status_code == 404, (who, path)
    answer = pages.get("plant_manager", f"{url}/pdf")
    assert answer.data.startswith(b"%PDF-")
    assert "no-store" in answer.headers["Cache-Control"]
    stmt = db.select(AuditEntry.action).where(AuditEntry.action.startswith("dossier."))
    taken = db.session.scalars(unscoped(stmt.order_by(AuditEntry.id), reason="a test")).all()
    assert taken == ["dossier.ask", "dossier.make", "dossier.download"]


def test_asking_shows_progress_and_a_second_click_joins_the_first(pages, cast):
    load_kinds()
    url = f"/dossiers/enterprises/{cast.plant_id}"
    assert "What for" in pages.post("plant_manager", url, {}).get_data(as_text=True)
    first = pages.post("plant_manager", url, {"reason": "Visit"})
    again = pages.post("plant_manager", url, {"reason": "Visit"})
    assert first.location == again.location
    state = pages.get("plant_manager", f"{first.location}/state").json
    assert state["state"] == "queued-0"
    dossier_jobs.make_queued(clock.now())
    assert pages.get("plant_manager", f"{first.location}/state").json["state"] == "ready"
    kinds = db.session.scalars(db.select(Notice.kind).order_by(Notice.id.desc()).limit(1)).all()
    assert kinds == ["dossier.ready"]


def test_after_its_days_the_files_are_gone_and_the_record_stays(cast, file):
    found = made(cast, "plant_manager")
    ident, hashes = found.id, (found.pdf.sha256, found.bundle.sha256)
    scans = db.session.scalars(db.select(Attachment.sha256)).all()
    assert dossier_jobs.drop_old(clock.now() + timedelta(days=6)) == 0
    assert dossier_jobs.drop_old(clock.now() + timedelta(days=8)) == 1
    assert not any(storage().exists(sha256) for sha256 in hashes)
    assert all(storage().exists(sha256) for sha256 in scans if sha256 not in hashes)
    gone = dossier.get_dossier(ident, cast["plant_manager"])
    assert gone.status is DossierState.DROPPED
    assert dossier_jobs.drop_old(clock.now() + timedelta(days=8)) == 0


def test_whoever_lost_the_account_gets_no_dossier(cast, file):
    ident = ask(cast, "plant_manager")
    with transaction():
        stmt = unscoped(
            db.select(Account).where(Account.id == cast.accounts["plant_manager"]), reason="a test"
        )
        db.session.scalars(stmt).one().is_active = False
    assert accounts.actor_of(cast.accounts["plant_manager"]) is None
    dossier_jobs.make_queued(clock.now())
    assert dossier.get_dossier(ident, SYSTEM).status is DossierState.FAILED


def test_a_maker_that_died_is_followed_by_another_until_it_is_enough(cast):
    load_kinds()
    ident = ask(cast, "plant_manager", with_files=False)
    now = clock.now()
    for turn in range(dossier.MOST_ATTEMPTS):
        with transaction():
            taken = dossier.take(now + turn * timedelta(hours=1))
            assert taken.id == ident
        with transaction():
            assert dossier.take(now + turn * timedelta(hours=1)) is None, "somebody is at it"
    with transaction():
        assert dossier.take(now + timedelta(days=1)) is None
    assert dossier.get_dossier(ident, SYSTEM).status is DossierState.FAILED


class _Folder:
    """Bytes by their hash; ``bbb`` was lost."""

    held = {"aaa": b"a picture", "ccc": b"too large"}  # noqa: RUF012

    def exists(self, sha256):
        return sha256 in self.held

    def open(self, sha256):
        return io.BytesIO(self.held[sha256])


def test_names_of_the_archive_are_plain_and_its_own_and_what_is_left_out_is_named():
    def piece(of, sha256, name, size):
        row = Attachment(sha256=sha256, size=size, media_type="image/jpeg", filename=name)
        return Evidence(of, row)

    files = [
        piece("../../A:1", "aaa", "..\\evil/photo.jpg", 9),
        piece("../../A:1", "aaa", "..\\evil/PHOTO.jpg", 9),
        piece("B", "bbb", "lost.jpg", 5),
        piece("B", "ccc", "large.jpg", 9),
    ]
    paper = Made(b"%PDF-", {"hazards": 2}, {"hazards": files})
    imprint = Imprint(1, "Plant", "U", "Anqi", clock.now(), "Officer", "officer", "why")
    out = io.BytesIO()
    manifest = dossier_bundle.write(out, paper, imprint, _Folder(), limit=20)
    with zipfile.ZipFile(out) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    assert names == [
        "dossier.pdf",
        "01-hazards/A-1/evil-photo.jpg",
        "01-hazards/A-1/evil-PHOTO-2.jpg",
        "manifest.json",
    ]
    assert [(x["of"], x["why"]) for x in manifest["left_out"]] == [("B", "missing"), ("B", "size")]
