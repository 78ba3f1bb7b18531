"""Long lists as files: made in the background, kept a week, for nobody but who asked."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from supervision.core import clock
from supervision.core.attachments import storage
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict
from supervision.core.export import jobs, lists
from supervision.core.export.jobs import ExportState
from supervision.core.export.lists import FileKind
from supervision.core.notices import Notice
from supervision.inbox.jobs import exports
from tests.factories.exports import an_export
from tests.pages import error_text

ME = "city_officer"
ROLL = {"name": "enterprise.roll", "kind": "xlsx", "query": "text=Invented&sort=name"}


@pytest.fixture
def long_lists(monkeypatch):
    """Two rows are many."""
    monkeypatch.setattr(lists, "AT_ONCE", 2)


def job(cast, job_id, who=ME):
    db.session.rollback()
    return jobs.get_job(job_id, cast[who])


def rows(data):
    sheet = load_workbook(io.BytesIO(data)).active
    return [[c for c in line if c is not None] for line in sheet.iter_rows(values_only=True)]


def test_a_short_list_comes_at_once(pages):
    sent = pages.get(ME, "/enterprises/export.xlsx?text=Plant+1")
    assert sent.mimetype == lists.MEDIA_TYPES[FileKind.XLSX]
    assert any("Invented Plant 1" in row for row in rows(sent.data))


def test_a_long_list_is_asked_for_made_and_fetched(pages, cast, long_lists):
    page = pages.get(ME, "/enterprises/export.xlsx?text=Invented&sort=name")
    assert "The list has 3 rows." in error_text(page)
    where = pages.post(ME, "/exports/", ROLL).headers["Location"]
    # The same again joins the one that waits.
    assert pages.post(ME, "/exports/", ROLL).headers["Location"] == where
    assert "Waiting for its turn" in error_text(pages.get(ME, where))
    assert pages.get(ME, f"{where}/file").status_code == 404
    assert exports.make_queued(clock.now()) == 1
    state = pages.get(ME, f"{where}/state").json
    assert (state["state"], state["over"], state["text"]) == ("ready", True, "3 of 3 rows")
    found = rows(pages.get(ME, f"{where}/file").data)
    assert [row[1] for row in found[-4:-1]] == [f"Invented Plant {n}" for n in (1, 2, 3)]
    told = db.session.scalars(db.select(Notice).where(Notice.kind == "export.ready")).one()
    assert (told.audience_id, told.link) == (cast.accounts[ME], where)
    assert "Enterprises on the roll" in error_text(pages.get(ME, "/exports/"))


def test_the_file_holds_what_its_asker_sees_and_no_more(pages, cast, long_lists):
    job_id = an_export(cast, "district_officer")
    found = rows(pages.get("district_officer", f"/exports/{job_id}/file").data)
    text = str(found)
    assert "Invented Plant 2" in text
    assert "Invented Plant 3" not in text
    for who in (ME, "administrator", "auditor"):
        for part in ("", "/file", "/state"):
            assert pages.get(who, f"/exports/{job_id}{part}").status_code == 404


def test_nobody_has_a_list_made_that_they_may_not_read(pages, cast):
    assert pages.post("worker", "/exports/", ROLL).status_code == 403
    assert pages.post(ME, "/exports/", {**ROLL, "name": "no.such"}).status_code == 404
    assert pages.post(ME, "/exports/", {**ROLL, "kind": "pdf"}).status_code == 404


def test_whoever_lost_the_right_gets_no_file(pages, cast):
    from supervision.account import queries as accounts
    from supervision.account.roles import Role
    from supervision.core.actor import SYSTEM

    made = an_export(cast, ME)
    with transaction():
        waiting = jobs.ask(cast[ME], "enterprise.roll", FileKind.XLSX, "x=1", "en").id
        accounts.get_account(cast.accounts[ME], SYSTEM).role = Role.NONE
    exports.make_queued(clock.now())
    assert job(cast, waiting).status is ExportState.FAILED
    assert pages.get(ME, f"/exports/{made}/file").status_code == 403


def test_every_list_of_every_slice_is_made(cast, app):
    from supervision.slices import slices

    specs = [spec for manifest in slices() for spec in manifest.exports]
    assert {"hazard.ledger", "order.register", "casefile.index"} <= {s.name for s in specs}
    assert len({s.name for s in specs}) == len(specs)
    for spec in specs:
        with transaction():
            asked = jobs.ask(cast["section_chief"], spec.name, spec.kinds[0], "", "zh_Hans_CN").id
        exports.make_queued(clock.now())
        made = job(cast, asked, "section_chief")
        assert made.status is ExportState.READY, (spec.name, made.message)


def test_a_maker_that_died_is_followed_by_another(cast, monkeypatch):
    with transaction():
        job_id = jobs.ask(cast[ME], "enterprise.roll", FileKind.XLSX, "", "en").id
        jobs.take(clock.now())
    assert exports.make_queued(clock.now()) == 0
    assert exports.make_queued(clock.now() + timedelta(minutes=3)) == 1
    assert job(cast, job_id).attempts == 2


def test_a_cancelled_export_stops_while_its_rows_are_read(cast, monkeypatch):
    with transaction():
        job_id = jobs.ask(cast[ME], "enterprise.roll", FileKind.XLSX, "", "en").id
    report = jobs.report

    def cancels(*args, **kwargs):
        with db.engine.begin() as connection:
            connection.execute(
                db.update(jobs.ExportJob.__table__).values(
                    status="cancelled", finished_at=clock.now(), holder=""
                )
            )
        return report(*args, **kwargs)

    monkeypatch.setattr(jobs, "report", cancels)
    assert exports.make_queued(clock.now()) == 0
    assert job(cast, job_id).file_id is None


def test_a_file_is_thrown_away_after_a_week_and_not_before(pages, cast):
    job_id = an_export(cast, ME)
    sha256 = job(cast, job_id).file.sha256
    assert exports.expire(clock.now() + timedelta(days=6)) == 0
    assert exports.expire(clock.now() + timedelta(days=8)) == 1
    assert not storage().exists(sha256)
    assert job(cast, job_id).status is ExportState.EXPIRED
    assert pages.get(ME, f"/exports/{job_id}/file").status_code == 404
    assert "thrown away" in error_text(pages.get(ME, f"/exports/{job_id}"))


def test_nobody_fills_the_queue(cast):
    with transaction():
        for number in range(jobs.MOST_OPEN):
            jobs.ask(cast[ME], "enterprise.roll", FileKind.XLSX, f"n={number}", "en")
    with pytest.raises(Conflict), transaction():
        jobs.ask(cast[ME], "enterprise.roll", FileKind.XLSX, "n=more", "en")


def test_more_rows_than_a_spreadsheet_likes_come_as_csv(pages, cast, monkeypatch):
    monkeypatch.setattr(lists, "MOST_IN_BOOK", 2)
    job_id = an_export(cast, ME, "sort=name")
    sent = pages.get(ME, f"/exports/{job_id}/file")
    assert sent.mimetype == "text/csv"
    lines = sent.data.decode("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert lines[1].split(",")[1] == "Invented Plant 1"
