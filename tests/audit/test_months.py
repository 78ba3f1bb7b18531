"""Tables in months on PostgreSQL: where rows lie, what a query reads, what goes and what stays."""

from __future__ import annotations

import gzip
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

from supervision.account.models import Account
from supervision.audit import jobs, months, queries
from supervision.core import attachments, audit, audit_archive, clock, month_drop, partitions
from supervision.core.actor import SYSTEM
from supervision.core.attachments import storage
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.notices import Notice
from supervision.core.partition_models import DropState, MonthDrop
from supervision.core.partitions import SPAN
from supervision.core.scope import unscoped
from supervision.core.storage import StorageError
from supervision.core.web.state import settings
from supervision.video import holds, service
from supervision.video import queries as video
from supervision.video.models import Violation, ViolationEvidence
from supervision.video.rules import RejectReason
from tests.factories.video import closed, make_camera, make_event, make_node, make_violation

# Far enough ahead that no test of today's rows is in the way.
MARCH = datetime(2027, 3, 10, 4, 0, tzinfo=UTC)
MAY = datetime(2027, 5, 10, 4, 0, tzinfo=UTC)
JUNE = datetime(2027, 6, 10, 4, 0, tzinfo=UTC)
LATER = datetime(2030, 7, 1, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_months(app):
    app.extensions["anqi_settings"] = replace(settings(), audit_months=6)
    for month in (MARCH, MAY, JUNE, LATER):
        jobs.make_months(month)
    yield
    app.extensions["anqi_settings"] = replace(settings(), audit_months=0)


@pytest.fixture
def gate(app, cast):
    """A camera that has looked since before May."""
    with clock.frozen(MARCH):
        node = make_node(app)
        return node, make_camera(cast, node)


def seen(gate, at: datetime, **changes) -> int:
    node, camera = gate
    with clock.frozen(at + timedelta(minutes=1)):
        return make_violation(node, camera, with_files=False, started_at=at, **changes)


def judge(violation_id: int, how: str, at: datetime, **values) -> None:
    with clock.frozen(at), transaction():
        getattr(service, how)(violation_id, SYSTEM, **values)


def rejected(gate, at: datetime) -> int:
    violation_id = seen(gate, at)
    judge(violation_id, "reject", at, reason=RejectReason.WRONG_OBJECT)
    return violation_id


def everything(*entities):
    return unscoped(select(*entities), reason="the test looks")


def ids() -> set[int]:
    db.session.rollback()
    return set(db.session.scalars(everything(Violation.id)))


def drop(table: str, name: str) -> MonthDrop:
    with clock.frozen(LATER):
        with transaction():
            asked = months.ask(SYSTEM, table, name).id
        jobs.drop_months(clock.now())
        return months.get_drop(asked)


def parts_read(stmt) -> set[str]:
    """The parts that the database looks into for a statement."""
    plain = stmt.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    rows = db.session.execute(text(f"EXPLAIN {plain}".replace(":", r"\:"))).scalars()
    words = " ".join(rows).replace("(", " ").split()
    names = {w.rstrip("_0123456789") for w in words}
    assert names
    return {word for word in words if partitions.is_part(word)}


def test_the_id_begins_with_the_month_in_which_it_was_seen(gate):
    first, second = seen(gate, MAY), seen(gate, JUNE)
    assert (first // SPAN, second // SPAN) == (2705, 2706)
    for name, ident in (("2705", first), ("2706", second)):
        row = text(f"SELECT id FROM violation_{name}")
        assert db.session.scalars(row).all() == [ident]


def test_an_entry_of_the_trail_lies_in_the_month_of_its_instant(gate, cast):
    with clock.frozen(JUNE), transaction():
        found = audit.record(SYSTEM, "account.note", someone(cast))
    assert found // SPAN == 2706


def test_an_event_told_again_of_another_month_is_refused_and_stays_one_row(gate):
    node, camera = gate
    uid = video.get_camera(camera, SYSTEM).uid
    with clock.frozen(JUNE):
        event = make_event(node, uid, started_at=MAY)
        assert node.send(event).status_code == 201
        assert node.send(event).status_code == 200
        assert (
            node.send(replace(event, revision=2, started_at=JUNE, seen_at=JUNE)).status_code == 422
        )
        assert node.send(closed(event)).status_code in {200, 201}
    assert len(ids()) == 1


def test_a_list_of_a_month_reads_the_parts_of_that_month_alone(cast, gate):
    seen(gate, MAY)
    wanted = video.ViolationFilter(
        seen_from=(MAY - timedelta(days=5)).date(), seen_to=(MAY + timedelta(days=5)).date()
    )
    stmt = video.list_violations(cast["district_officer"], wanted)
    assert parts_read(stmt) == {"violation_before", "violation_2705"}
    every = video.list_violations(cast["district_officer"], video.ViolationFilter())
    assert {"violation_2706", "violation_rest"} <= parts_read(every)


def test_the_trail_of_a_week_reads_its_month_alone(cast):
    wanted = queries.AuditFilter(day_from=MAY.date(), day_to=(MAY + timedelta(days=7)).date())
    stmt = unscoped(select(AuditEntry.id), reason="the test looks")
    for clause in queries._clauses(cast["auditor"], wanted):
        stmt = stmt.where(clause)
    assert parts_read(stmt) == {"audit_entry_before", "audit_entry_2705"}


def test_one_row_by_its_id_is_looked_for_in_one_part():
    assert parts_read(select(Violation.id).where(Violation.id == 2705 * SPAN + 1)) == {
        "violation_2705"
    }


def test_months_are_made_ahead_once():
    names = {part.name for part in partitions.parts("violation")}
    assert {"before", "2705", "2706", "2707", "2708", "rest"} <= names
    assert jobs.make_months(JUNE) == 0


def test_rows_of_no_month_lie_in_the_net_and_the_administrators_are_told(gate):
    assert partitions.in_the_net() == {}
    stray = seen(gate, datetime(2031, 3, 3, tzinfo=UTC))
    # The event, and that it came, which the trail says.
    assert partitions.in_the_net() == {"violation": 1, "audit_entry": 1}
    db.session.rollback()
    # The month that would hold it cannot be made, and nothing breaks.
    assert jobs.make_months(datetime(2031, 3, 4, tzinfo=UTC)) >= 2
    told = db.session.scalars(select(Notice).where(Notice.kind == "month.net")).all()
    assert {one.params["table"] for one in told} == {"violation", "audit_entry"}
    assert video.get_violation(stray, SYSTEM).id == stray


def test_a_month_in_which_nothing_must_stay_goes_whole(gate):
    gone, other = rejected(gate, MAY), rejected(gate, JUNE)
    done = drop("violation", "2705")
    assert (done.status, done.gone, done.kept) == (DropState.DONE, 1, 0)
    assert ids() == {other}
    assert month_drop.find_part("violation", "2705") is None
    assert gone not in ids()
    told = db.session.scalars(select(Notice).where(Notice.kind == "month.dropped")).one()
    assert told.params == {"table": "violation", "part": "2705", "gone": "1", "kept": "0"}


def test_what_was_confirmed_is_held_or_is_an_original_stays_in_its_month(gate):
    goes = rejected(gate, MAY)
    confirmed = seen(gate, MAY + timedelta(hours=1))
    judge(confirmed, "confirm", MAY + timedelta(hours=2))
    pending = seen(gate, MAY + timedelta(days=2))
    held = rejected(gate, MAY + timedelta(days=3))
    with transaction():
        holds.place(video.get_violation(held, SYSTEM), SYSTEM, "A court asks for it")
    described = with_description(gate, MAY + timedelta(days=4))
    done = drop("violation", "2705")
    assert done.status is DropState.DONE, done.problem
    assert ids() == {confirmed, pending, held}
    assert (done.gone, done.kept) == (2, 3)
    assert goes not in ids()
    assert described not in ids()
    assert db.session.scalars(everything(ViolationEvidence.violation_id)).all() == []


def with_description(gate, at: datetime) -> int:
    """A rejected one whose file was removed: what was known of the file is still there."""
    node, camera = gate
    with clock.frozen(at + timedelta(minutes=1)):
        found = make_violation(node, camera, started_at=at, colour="purple")
    judge(found, "reject", at + timedelta(hours=1), reason=RejectReason.WRONG_OBJECT)
    with transaction():
        db.session.execute(
            text("UPDATE violation_evidence SET attachment_id = NULL, stored_at = NULL,"
                 " thumbnail_id = NULL, removed_at = now(), removed_why = 'rejected'")
        )  # fmt: skip
    return found


def test_what_was_made_anew_is_as_strict_as_it_was(gate):
    rejected(gate, MAY)
    pending = seen(gate, MAY + timedelta(days=2))
    drop("violation", "2705")
    unchecked = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND NOT convalidated"
    assert db.session.scalar(text(unchecked)) == 0
    event = db.session.scalars(everything(Violation.event_id)).one()
    values = "SELECT * FROM violation WHERE id = :id"
    with pytest.raises(DBAPIError, match="event_id"), transaction():
        db.session.execute(
            text(f"CREATE TEMPORARY TABLE twin ON COMMIT DROP AS {values}"), {"id": pending}
        )
        db.session.execute(text("UPDATE twin SET id = id + 1"))
        db.session.execute(text("INSERT INTO violation SELECT * FROM twin"))
    with pytest.raises(DBAPIError, match="foreign key"), transaction():
        db.session.execute(
            text(
                "UPDATE violation SET duplicate_of_id = 99, status = 'duplicate', verdict_at = now()"
                " WHERE event_id = :event"
            ),
            {"event": event},
        )


def test_the_database_itself_keeps_a_month_that_something_refers_to(gate):
    node, camera = gate
    with clock.frozen(MAY + timedelta(minutes=1)):
        make_violation(node, camera, started_at=MAY)
    with pytest.raises(DBAPIError, match="foreign key"), transaction():
        db.session.execute(text("ALTER TABLE violation DETACH PARTITION violation_2705"))


def test_a_young_month_and_the_net_are_not_dropped(gate):
    with clock.frozen(JUNE), transaction(), pytest.raises(InvalidInput, match="not old enough"):
        months.ask(SYSTEM, "violation", "2705")
    for table, name in (("violation", "rest"), ("hazard", "2705"), ("violation", "2499")):
        with clock.frozen(LATER), pytest.raises(NotFound):
            months.ask(SYSTEM, table, name)


def test_a_month_is_asked_for_once_and_may_be_taken_back(gate):
    kept = rejected(gate, MAY)
    with clock.frozen(LATER):
        with transaction():
            asked = months.ask(SYSTEM, "violation", "2705").id
        with transaction(), pytest.raises(Conflict):
            months.ask(SYSTEM, "violation", "2705")
        with transaction():
            months.withdraw(SYSTEM, months.get_drop(asked))
        assert jobs.drop_months(clock.now()) == 0
    assert ids() == {kept}


def test_a_month_that_is_done_is_not_done_again(gate):
    rejected(gate, MAY)
    done = drop("violation", "2705")
    with clock.frozen(LATER):
        jobs._carry_out(done.id)
    assert (done.status, done.gone) == (DropState.DONE, 1)


def note(at: datetime, cast, count: int = 3) -> list[int]:
    with clock.frozen(at), transaction():
        who = someone(cast)
        return [audit.record(SYSTEM, "account.note", who, no=n) for n in range(count)]


def someone(cast) -> Account:
    wanted = everything(Account).where(Account.id == cast.accounts["plant_manager"])
    return db.session.scalars(wanted).one()


def entries() -> set[int]:
    db.session.rollback()
    return set(db.session.scalars(everything(AuditEntry.id)))


@pytest.fixture
def archived(cast) -> MonthDrop:
    """Three entries of May that were archived and dropped; of June there are more."""
    note(MAY, cast)
    note(JUNE, cast)
    jobs.seal(clock.now())
    return drop("audit_entry", "2705")


def test_the_chain_holds_across_a_month_that_was_dropped(archived):
    assert (archived.status, archived.gone) == (DropState.DONE, 3)
    assert not {i for i in entries() if i // SPAN == 2705}
    jobs.seal(clock.now())
    verdict = audit.verify()
    assert verdict.is_intact
    assert verdict.archived == 3
    assert verdict.unsealed == 0


def test_an_archive_that_cannot_be_kept_holds_up_its_own_month_alone(gate, cast, monkeypatch):
    def full(_file):
        raise StorageError("no room")

    note(MAY, cast)
    rejected(gate, MAY)
    note(JUNE, cast)
    jobs.seal(clock.now())
    with clock.frozen(LATER):
        with transaction():
            trail = months.ask(SYSTEM, "audit_entry", "2705").id
            violations = months.ask(SYSTEM, "violation", "2705").id
        with monkeypatch.context() as patch:
            patch.setattr(attachments, "send_ahead", full)
            assert jobs.drop_months(clock.now()) == 1
        assert months.get_drop(trail).status is DropState.ASKED
        assert months.get_drop(violations).status is DropState.DONE
        # Better days: the next run does what was left.
        assert jobs.drop_months(clock.now()) > 0
        assert months.get_drop(trail).status is DropState.DONE


def file_of(drop: MonthDrop) -> bytes:
    assert drop.archive is not None
    with storage().open(drop.archive.sha256) as file:
        return file.read()


def test_the_archive_can_be_checked_with_and_without_the_database(archived):
    data = file_of(archived)
    assert audit_archive.check(io.BytesIO(data)) == audit_archive.Checked(3, None)
    assert audit_archive.check(io.BytesIO(data), by_seals=False).broken_line is None
    assert gzip.decompress(data).count(b'"account.note"') == 3


def test_the_command_checks_an_archive_and_says_where_it_breaks(app, archived, tmp_path):
    data = file_of(archived)
    whole, broken = tmp_path / "whole.gz", tmp_path / "broken.gz"
    whole.write_bytes(data)
    broken.write_bytes(gzip.compress(gzip.decompress(data).replace(b'"no": 0', b'"no": 9')))
    run = app.test_cli_runner().invoke
    assert (
        "3 entries are as they were sealed"
        in run(args=["audit", "check-archive", str(whole)]).output
    )
    told = run(args=["audit", "check-archive", "--alone", str(broken)])
    assert told.exit_code == 1
    assert "line 1: the entry or its seal was changed" in told.output
    assert "archived and dropped 3" in run(args=["audit", "verify"]).output


def test_a_line_of_an_archive_that_was_changed_is_found(archived):
    plain = gzip.decompress(file_of(archived))
    forged = gzip.compress(plain.replace(b'"no": 1', b'"no": 7'))
    found = audit_archive.check(io.BytesIO(forged), by_seals=False)
    assert (found.broken_line, found.reason) == (2, "the entry or its seal was changed")


def test_an_archive_of_another_system_is_not_ours(archived):
    with db.engine.begin() as owner:
        owner.execute(text("ALTER TABLE audit_seal DISABLE TRIGGER USER"))
        owner.execute(text("UPDATE audit_seal SET digest = repeat('0', 64)"))
        owner.execute(text("ALTER TABLE audit_seal ENABLE TRIGGER USER"))
    found = audit_archive.check(io.BytesIO(file_of(archived)))
    assert (found.broken_line, found.reason) == (1, "the database does not have this seal")


def test_an_entry_that_is_gone_from_a_month_that_is_there_is_still_found(archived):
    victim = max(entries())
    jobs.seal(clock.now())
    with db.engine.begin() as owner:
        owner.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
        owner.execute(delete(AuditEntry.__table__).where(AuditEntry.__table__.c.id == victim))
        owner.execute(text("ALTER TABLE audit_entry ENABLE TRIGGER USER"))
    verdict = audit.verify()
    assert (verdict.broken_at, verdict.reason) == (victim, "the entry is gone")


def test_a_month_that_is_not_sealed_yet_stays(cast):
    written = note(MAY, cast)
    refused = drop("audit_entry", "2705")
    assert (refused.status, refused.problem) == (DropState.REFUSED, "unsealed")
    assert set(written) <= entries()


def test_nothing_of_a_month_can_be_changed_or_deleted_by_itself(cast):
    note(MAY, cast)
    for statement in ("UPDATE audit_entry_2705 SET action = 'x'", "DELETE FROM audit_entry_2705"):
        with pytest.raises(DBAPIError, match="append-only"), transaction():
            db.session.execute(text(statement))


def test_the_trail_says_who_had_a_month_dropped_and_what_its_archive_was(archived):
    stmt = everything(AuditEntry.data).where(AuditEntry.action == "month.drop")
    data = db.session.scalars(stmt).one()
    assert data["gone"] == 3
    assert data["archive"] == archived.archive.sha256
    assert data["asked_by"] == SYSTEM.name


def test_the_page_counts_and_asks_and_the_job_does_it(gate, pages, cast):
    rejected(gate, MAY)
    kept = seen(gate, MAY + timedelta(days=1))
    with clock.frozen(LATER):
        assert "2027-05" in pages.get("administrator", "/audit/months/").get_data(as_text=True)
        page = pages.get("administrator", "/audit/months/violation/2705").get_data(as_text=True)
        assert "Drop this month" in page
        pages.as_("administrator").post("/audit/months/violation/2705")
        jobs.drop_months(clock.now())
        after = pages.get("administrator", "/audit/months/").get_data(as_text=True)
    assert ids() == {kept}
    assert "1 rows gone, 1 kept" in after
    assert "Only what had to stay" in after
