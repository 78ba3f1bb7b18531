"""The chain of the audit trail: what is changed or removed behind the application's back shows."""

from __future__ import annotations

import sqlite3
import threading

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from supervision.audit import jobs
from supervision.core import audit, clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import APPEND_ONLY_SQLITE, AuditEntry, AuditSeal
from supervision.core.db import db, sqlite_path, transaction
from supervision.core.scope import visible
from tests.factories.hazards import make_hazard


@pytest.fixture
def trail(cast) -> int:
    """A ticket's worth of entries beside those of the cast; returns how many there are."""
    make_hazard(cast)
    return count(AuditEntry)


def count(model) -> int:
    found = db.session.execute(text(f"SELECT count(*) FROM {model.__tablename__}")).scalar_one()
    db.session.rollback()
    return int(found)


def some_entry() -> int:
    stmt = visible(AuditEntry, SYSTEM, AuditEntry.id).order_by(AuditEntry.id).offset(2).limit(1)
    found = db.session.scalar(stmt)
    db.session.rollback()
    return int(found or 0)


def behind_its_back(statement: str) -> None:
    """What an administrator of the database can do: triggers away, change, back again."""
    db.session.rollback()
    path = sqlite_path(db.engine.url.render_as_string())
    if path is not None:
        connection = sqlite3.connect(path)
        for trigger in APPEND_ONLY_SQLITE:
            connection.execute(f"DROP TRIGGER {trigger.split()[2]}")
        connection.execute(statement)
        for trigger in APPEND_ONLY_SQLITE:
            connection.execute(trigger)
        connection.commit()
        connection.close()
        return
    with db.engine.begin() as owner:
        for table in ("audit_entry", "audit_seal"):
            owner.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        owner.execute(text(statement))
        for table in ("audit_entry", "audit_seal"):
            owner.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


def test_sealing_chains_every_entry_and_the_chain_holds(trail):
    assert jobs.seal(clock.now()) == trail
    verdict = audit.verify()
    assert verdict.is_intact
    assert (verdict.sealed, verdict.unsealed) == (trail, 0)


def test_sealing_twice_changes_nothing(trail):
    jobs.seal(clock.now())
    before = db.session.scalars(select(AuditSeal.digest).order_by(AuditSeal.id)).all()
    assert jobs.seal(clock.now()) == 0
    assert db.session.scalars(select(AuditSeal.digest).order_by(AuditSeal.id)).all() == before


def test_a_long_trail_is_sealed_batch_by_batch(trail, monkeypatch):
    monkeypatch.setattr(audit, "SEAL_BATCH", 3)
    monkeypatch.setattr(audit.seal, "__defaults__", (3,))
    assert jobs.seal(clock.now()) == trail
    assert audit.verify().sealed == trail


def test_what_is_not_sealed_yet_is_reported_as_the_tail(cast, trail):
    jobs.seal(clock.now())
    make_hazard(cast)
    verdict = audit.verify()
    assert verdict.is_intact
    assert verdict.unsealed == count(AuditEntry) - trail > 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entry SET actor_name = 'Somebody else' WHERE id = {id}",
        "UPDATE audit_entry SET action = 'hazard.verify' WHERE id = {id}",
        "UPDATE audit_entry SET data = '{{}}' WHERE id = {id}",
        "UPDATE audit_seal SET digest = '{forged}' WHERE entry_id = {id}",
    ],
)
def test_a_changed_row_is_found(trail, change):
    jobs.seal(clock.now())
    victim = some_entry()
    behind_its_back(change.format(id=victim, forged="a" * 64))
    verdict = audit.verify()
    assert verdict.broken_at == victim
    assert verdict.sealed == 2


def test_a_deleted_row_is_found(trail):
    jobs.seal(clock.now())
    victim = some_entry()
    behind_its_back(f"DELETE FROM audit_entry WHERE id = {victim}")
    verdict = audit.verify()
    assert (verdict.broken_at, verdict.reason) == (victim, "the entry is gone")


def test_a_row_deleted_together_with_its_seal_is_found_at_the_next(trail):
    jobs.seal(clock.now())
    victim = some_entry()
    behind_its_back(f"DELETE FROM audit_seal WHERE entry_id = {victim}")
    behind_its_back(f"DELETE FROM audit_entry WHERE id = {victim}")
    assert audit.verify().broken_at == victim + 1


@pytest.mark.parametrize("table", ["audit_entry", "audit_seal"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id + 1000", "DELETE FROM {}"])
def test_the_database_refuses_to_change_or_delete(trail, table, statement):
    jobs.seal(clock.now())
    before = count(AuditEntry), count(AuditSeal)
    with pytest.raises(DBAPIError, match="append-only"), transaction():
        db.session.execute(text(statement.format(table)))
    assert (count(AuditEntry), count(AuditSeal)) == before


def test_the_chain_cannot_fork(trail):
    jobs.seal(clock.now())
    last = db.session.scalars(select(AuditSeal).order_by(AuditSeal.id.desc())).first()
    previous = last.previous
    db.session.rollback()
    with pytest.raises(IntegrityError), transaction():
        audit.record(SYSTEM, "hazard.report", last)
        newest = db.session.scalar(visible(AuditEntry, SYSTEM, func.max(AuditEntry.id)))
        db.session.add(AuditSeal(entry_id=newest, previous=previous, digest="b" * 64))
        db.session.flush()


def test_several_sealers_at_once_make_one_chain(app, cast, monkeypatch):
    monkeypatch.setattr(audit.seal, "__defaults__", (2,))
    for _ in range(5):
        make_hazard(cast)
    failures: list[BaseException] = []

    def work() -> None:
        with app.app_context():
            try:
                while True:
                    with transaction():
                        if not audit.seal():
                            return
            except BaseException as error:  # noqa: BLE001 - told to the test below
                failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    db.session.rollback()
    verdict = audit.verify()
    assert failures == []
    assert verdict.is_intact
    assert (verdict.sealed, verdict.unsealed) == (count(AuditEntry), 0)


def test_the_command_says_whether_the_chain_holds(app, trail):
    runner = app.test_cli_runner()
    jobs.seal(clock.now())
    good = runner.invoke(args=["audit", "verify"])
    assert good.exit_code == 0
    assert f"sealed {trail}" in good.output
    victim = some_entry()
    behind_its_back(f"UPDATE audit_entry SET entity_id = 999 WHERE id = {victim}")
    bad = runner.invoke(args=["audit", "verify"])
    assert bad.exit_code == 1
    assert str(victim) in bad.output


def test_an_entry_that_came_long_after_others_of_its_time_is_sealed_by_the_nightly_run(
    cast, monkeypatch
):
    make_hazard(cast)
    with transaction():
        while audit.seal():
            pass
    victim = some_entry()
    behind_its_back(f"DELETE FROM audit_seal WHERE entry_id = {victim}")
    monkeypatch.setattr(audit, "LATECOMERS", 0)
    assert jobs.seal(clock.now()) == 0
    assert jobs.seal_latecomers(clock.now()) == 1
