"""From a file to the roll: what is checked, what gets in, what is to mend, and what a kill leaves."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from supervision.core import clock
from supervision.core.attachments import storage
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.notices import Notice
from supervision.core.scope import unscoped, visible
from supervision.enterprise.imports import packed as packing
from supervision.enterprise.imports import queries, service
from supervision.enterprise.imports.jobs import running
from supervision.enterprise.imports.models import ImportState
from supervision.enterprise.models import Enterprise, EnterpriseEvent
from supervision.enterprise.uscc import demo_uscc
from tests.factories.imports import (
    HEADINGS,
    checked,
    confirmed,
    imported,
    look,
    row,
    uploaded,
    workbook,
)

ME = "district_officer"


def on_roll(cast, who=ME):
    stmt = visible(Enterprise, cast[who]).where(Enterprise.name.like("Imported%"))
    return db.session.scalars(stmt.order_by(Enterprise.uscc)).all()


def counts(run):
    return run.new_count, run.changed_count, run.same_count, run.kept_count, run.bad_count


def reasons(cast, run_id):
    run = look(run_id, cast, ME)
    return {p.row: [f["field"] for f in p.problems] for p in queries.problems(run, 50)}


def statements(run):
    """How many statements ``run()`` sends."""
    from sqlalchemy import event

    seen = []

    def note(_c, _cur, statement, *_rest):
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        run()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_a_trial_run_counts_and_writes_nothing(cast):
    held = row(2, 企业名称="Invented Plant 2", 从业人数=99)
    run_id = checked(cast, ME, workbook([row(20), held, row(21, 从业人数="many")]))
    run = look(run_id, cast, ME)
    assert run.status is ImportState.CHECKED
    assert counts(run) == (1, 1, 0, 0, 1)
    assert run.previews["new"][0]["name"] == "Imported Works 20"
    assert run.previews["changed"][0]["diff"]["headcount"] == ["80", "99"]
    assert not on_roll(cast)


def test_rows_get_onto_the_roll_with_an_event_each_and_one_audit_entry_a_batch(cast):
    run_id = imported(cast, ME, workbook([row(n) for n in range(20, 24)]))
    run = look(run_id, cast, ME)
    assert run.status is ImportState.DONE
    assert counts(run) == (4, 0, 0, 0, 0)
    rows = on_roll(cast)
    assert [e.uscc for e in rows] == sorted(demo_uscc("330110", n) for n in range(20, 24))
    # A number in Excel stays the telephone that it was.
    assert rows[0].safety_manager_phone.startswith("139000000")
    events = visible(EnterpriseEvent, cast[ME]).where(
        EnterpriseEvent.enterprise_id.in_([e.id for e in rows])
    )
    assert len(db.session.scalars(events).all()) == 4
    entry = select(AuditEntry).where(AuditEntry.action == "enterprise.import")
    found = db.session.scalars(unscoped(entry, reason="a test looks")).one()
    assert {e.uscc for e in rows} == {code for _id, code in found.data["registered"]}
    told = db.session.scalars(select(Notice).where(Notice.kind == "enterprise.import_done")).one()
    assert told.audience_id == cast.accounts[ME]
    assert told.params == {"new": "4", "bad": "0"}


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"统一社会信用代码": "91330110XAQ000209K"}, ["uscc"]),
        ({"企业名称": ""}, ["name"]),
        ({"行政区划代码": "330113001"}, ["region_code"]),
        ({"行政区划代码": "330110999"}, ["region_code"]),
        ({"行业代码": "0000"}, ["industry_code"]),
        ({"企业规模": "gigantic"}, ["size_class"]),
        ({"从业人数": "-3", "安全员电话": "none"}, ["headcount", "safety_manager_phone"]),
        ({"企业名称": "x" * 121, "地址": ""}, ["name", "address"]),
    ],
)
def test_a_row_that_does_not_fit_says_every_field_and_stays_out(cast, changes, fields):
    run_id = imported(cast, ME, workbook([row(20, **changes), row(21)]))
    assert sorted(reasons(cast, run_id)[2]) == sorted(fields)
    assert [e.name for e in on_roll(cast)] == ["Imported Works 21"]


def test_the_second_of_two_rows_with_one_code_is_bad(cast):
    run_id = imported(cast, ME, workbook([row(20), row(21), row(20, 企业名称="Twice")]))
    assert reasons(cast, run_id) == {4: ["uscc"]}
    assert len(on_roll(cast)) == 2


def test_an_enterprise_on_the_roll_changes_only_where_that_was_ticked(cast):
    held = [row(2, 企业名称="", 从业人数=99)]
    assert counts(look(imported(cast, ME, workbook(held)), cast, ME)) == (0, 0, 0, 1, 0)
    stmt = visible(Enterprise, cast[ME]).where(Enterprise.id == cast.other_plant_id)
    assert db.session.scalars(stmt).one().headcount == 80
    db.session.rollback()
    run = look(imported(cast, ME, workbook(held), update=True), cast, ME)
    assert counts(run) == (0, 1, 0, 0, 0)
    plant = db.session.scalars(stmt).one()
    assert plant.headcount == 99
    # An empty cell says nothing.
    assert plant.name == "Invented Plant 2"
    db.session.rollback()
    again = look(imported(cast, ME, workbook(held), update=True), cast, ME)
    assert counts(again) == (0, 0, 1, 0, 0)


def test_an_enterprise_of_another_region_is_neither_shown_nor_changed(cast):
    code = demo_uscc("330113", 3)
    run_id = imported(cast, ME, workbook([row(3, **{HEADINGS[0]: code})]), update=True)
    assert reasons(cast, run_id) == {2: ["uscc"]}
    assert "Invented Plant 3" not in str(look(run_id, cast, ME).previews)


def test_a_region_may_be_named_and_an_officer_too(cast):
    headings = (*HEADINGS, "监管人员")
    rows = [
        [*row(20, 行政区划代码="First Street"), "District Officer"],
        [*row(21, 行政区划代码="330110 Yuhang"), "Nobody At All"],
        [*row(22, 行政区划代码="Other Street"), ""],
    ]
    run_id = imported(cast, "section_chief", workbook(rows, headings))
    found = look(run_id, cast, "section_chief")
    assert {p.row: p.problems[0]["field"] for p in queries.problems(found, 9)} == {
        3: "officer_id",
        4: "region_code",
    }
    assert on_roll(cast)[0].officer_id == cast.accounts[ME]
    told = select(Notice).where(Notice.kind == "enterprise.officer_many")
    assert db.session.scalars(told).one().audience_id == cast.accounts[ME]


def test_the_error_file_holds_each_bad_row_with_its_reason_and_can_be_uploaded_again(cast):
    rows = [row(20), row(21, 从业人数="+one"), row(22, 地址="")]
    run_id = imported(cast, ME, workbook(rows))
    run = look(run_id, cast, ME)
    with storage().open(run.errors.sha256) as file:
        data = file.read()
    sheet = load_workbook(io.BytesIO(data)).active
    found = list(sheet.iter_rows(values_only=True))
    assert found[0][:3] == ("What to mend", "Row in the file", HEADINGS[0])
    assert [line[1] for line in found[1:]] == ["3", "4"]
    assert "Headcount" in found[1][0]
    assert "+one" in found[1]
    assert found[2][0] == "Address: This field is required."
    # Mended and uploaded as it is: its two columns of ours are left out.
    mended = [list(line) for line in found[1:]]
    mended[0][found[0].index("从业人数")] = "7"
    mended[1][found[0].index("地址")] = "9 Mended Road"
    run = look(imported(cast, ME, workbook(mended, found[0])), cast, ME)
    assert counts(run) == (2, 0, 0, 0, 0)
    assert len(on_roll(cast)) == 3


def test_a_killed_import_goes_on_at_its_cursor_without_doubles(cast, monkeypatch):
    rows = [row(n) for n in range(20, 32)]
    rows[10] = row(21)
    run_id = confirmed(cast, ME, workbook(rows))
    apply, done = running._apply, []

    def dies(task, run, verdicts):
        apply(task, run, verdicts)
        done.append(1)
        if len(done) == 3:
            raise KeyboardInterrupt  # the third batch is written and not committed

    monkeypatch.setattr(running, "_apply", dies)
    with pytest.raises(KeyboardInterrupt):
        running.work(clock.now(), batch=3)
    db.session.rollback()
    run = look(run_id, cast, ME)
    assert (run.cursor, run.status, len(on_roll(cast))) == (6, ImportState.TO_IMPORT, 6)
    monkeypatch.setattr(running, "_apply", apply)
    db.session.rollback()
    assert running.work(clock.now(), batch=3) == 0  # the first may be alive still
    assert running.work(clock.now() + timedelta(minutes=2), batch=3) == 6
    run = look(run_id, cast, ME)
    assert run.status is ImportState.DONE
    assert counts(run) == (11, 0, 0, 0, 1)
    assert len(on_roll(cast)) == 11
    assert reasons(cast, run_id) == {12: ["uscc"]}


def test_a_worker_that_was_taken_for_dead_writes_nothing_more(cast, monkeypatch):
    run_id = confirmed(cast, ME, workbook([row(n) for n in range(20, 26)]))
    judge = running._judge

    def slow(task, batch, seen):
        monkeypatch.setattr(running, "_judge", judge)
        # While the first one hangs, another takes over and does it all.
        db.session.rollback()
        db.session.info.pop("writing", None)
        running.work(clock.now() + timedelta(minutes=2), batch=3)
        raise running._Stopped

    monkeypatch.setattr(running, "_judge", slow)
    running.work(clock.now(), batch=3)
    assert look(run_id, cast, ME).status is ImportState.DONE
    assert len(on_roll(cast)) == 6


def test_a_cancelled_import_stops_at_the_next_batch_and_keeps_what_is_in(cast, monkeypatch):
    run_id = confirmed(cast, ME, workbook([row(n) for n in range(20, 29)]))
    batch = running._batch

    def cancels(task, rows, seen, cursor):
        if cursor == 3:
            with transaction():
                service.cancel(queries.get_run(run_id, cast[ME]), cast[ME])
        batch(task, rows, seen, cursor)

    monkeypatch.setattr(running, "_batch", cancels)
    running.work(clock.now(), batch=3)
    run = look(run_id, cast, ME)
    assert (run.status, run.cursor, len(on_roll(cast))) == (ImportState.CANCELLED, 3, 3)
    with pytest.raises(Conflict):
        service.cancel(run, cast[ME])
    db.session.rollback()


def test_the_number_of_statements_does_not_grow_with_the_rows(cast):
    def run(rows):
        return lambda: imported(cast, ME, workbook(rows))

    few = statements(run([row(n) for n in range(100, 105)]))
    many = statements(run([row(n) for n in range(200, 300)]))
    assert many <= few + 2


def test_whoever_lost_the_right_meanwhile_imports_nothing(cast):
    from supervision.account import queries as accounts
    from supervision.account.roles import Role
    from supervision.core.actor import SYSTEM

    run_id = confirmed(cast, ME, workbook([row(20)]))
    with transaction():
        accounts.get_account(cast.accounts[ME], SYSTEM).role = Role.VIDEO_OPERATOR
    running.work(clock.now())
    assert look(run_id, cast, ME).status is ImportState.FAILED
    assert not on_roll(cast)


def test_nobody_sees_anothers_import(cast):
    run_id = uploaded(cast, ME, workbook([row(20)]))
    for who in ("section_chief", "administrator", "auditor"):
        with pytest.raises(NotFound):
            queries.get_run(run_id, cast[who])


def test_a_column_that_was_chosen_is_remembered_by_its_heading(cast):
    odd = ("Kennung", *HEADINGS[1:])
    run_id = uploaded(cast, ME, workbook([row(20)], odd))
    with transaction():
        run = queries.get_run(run_id, cast[ME])
        assert run.mapping[0] == ""
        with pytest.raises(InvalidInput):
            service.set_mapping(run, cast[ME], run.mapping)
        service.set_mapping(run, cast[ME], ["uscc", *run.mapping[1:]])
    again = look(uploaded(cast, ME, workbook([row(20)], odd)), cast, ME)
    assert again.mapping[0] == "uscc"
    other = look(uploaded(cast, "section_chief", workbook([row(20)], odd)), cast, "section_chief")
    assert other.mapping[0] == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_csv_is_read_in_utf_8_and_in_gbk(cast, encoding):
    lines = [",".join(str(c) for c in line) for line in (HEADINGS, row(20), row(21))]
    file = io.BytesIO("\r\n".join(lines).encode(encoding))
    assert counts(look(imported(cast, ME, file), cast, ME)) == (2, 0, 0, 0, 0)


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04 torn", b"\x00\x01\x02", b"only,headings\n", b"\xff\xfe\xff,\n1,2\n"]
)
def test_what_is_no_ledger_is_refused_in_words(cast, data):
    with pytest.raises(InvalidInput) as refused, transaction():
        service.upload(cast[ME], io.BytesIO(data), "x.xlsx", limit=1000, language="en")
    assert refused.value.field == "file"


def far_workbook(cell):
    """A ledger of 5 kB whose reader would lay out every cell up to ``cell``."""
    book = Workbook()
    for line in (HEADINGS, row(20)):
        book.active.append(line)
    book.active[cell] = "x"
    out = io.BytesIO()
    book.save(out)
    return out


def swollen_workbook():
    """Says of itself that it is small, and unpacks to half a gigabyte."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        with packed.open("xl/sharedStrings.xml", "w") as entry:
            for _turn in range(packing.MOST_UNPACKED // (1 << 22) + 1):
                entry.write(bytes(1 << 22))
        packed.filelist[0].file_size = 100
    return out


@pytest.mark.parametrize("cell", ["XFD2", "A1048576"])
def test_a_workbook_that_ends_the_reader_is_refused_before_it_is_read(cast, cell):
    with pytest.raises(InvalidInput) as refused, transaction():
        service.upload(cast[ME], far_workbook(cell), "x.xlsx", limit=10**6, language="en")
    assert refused.value.params == {"cell": cell}


def test_a_workbook_that_lies_about_its_size_is_refused(cast, monkeypatch):
    monkeypatch.setattr(packing, "MOST_UNPACKED", 8 * 1024 * 1024)
    with pytest.raises(InvalidInput) as refused, transaction():
        service.upload(cast[ME], swollen_workbook(), "x.xlsx", limit=10**6, language="en")
    assert "too large" in refused.value.message
