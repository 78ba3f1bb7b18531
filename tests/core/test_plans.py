"""What PostgreSQL has planned stays planned; what was written is undone all the same."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from supervision.core.db import db, transaction


@pytest.fixture(autouse=True)
def _on_postgres(app):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite plans nothing ahead")
    yield
    db.session.rollback()


def kept() -> int:
    return int(db.session.scalar(text("SELECT count(*) FROM pg_prepared_statements")) or 0)


def ask_often(times: int = 8) -> None:
    """As pages do: a question, and the end of the request."""
    for _ in range(times):
        db.session.execute(text("SELECT count(*) FROM audit_entry WHERE id = :id"), {"id": 1})
        db.session.rollback()


def test_plans_outlive_requests_that_have_only_read(app):
    ask_often()
    assert kept() > 0


def test_a_request_that_fails_after_it_has_written_leaves_nothing(app):
    ask_often()
    with pytest.raises(RuntimeError), transaction() as session:
        session.execute(text("CREATE TABLE half_done (id int)"))
        session.execute(text("INSERT INTO half_done VALUES (1)"))
        raise RuntimeError("told to fail")
    found = db.session.scalar(text("SELECT to_regclass('half_done')"))
    assert found is None


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE half_done (id int)",
        "WITH new AS (INSERT INTO half_known VALUES (1) RETURNING id) SELECT id FROM new",
        "/* a word before */ INSERT INTO half_known VALUES (1)",
        " INSERT INTO half_known VALUES (1)",
    ],
)
def test_whatever_is_no_plain_question_counts_as_written(app, statement):
    with transaction() as session:
        session.execute(text("CREATE TABLE half_known (id int)"))
    try:
        db.session.execute(text("SELECT 1"))
        db.session.execute(text(statement))
        db.session.rollback()
        assert db.session.scalar(text("SELECT count(*) FROM half_known")) == 0
        assert db.session.scalar(text("SELECT to_regclass('half_done')")) is None
    finally:
        db.session.rollback()
        with transaction() as session:
            session.execute(text("DROP TABLE half_known"))


def test_a_question_that_failed_is_undone(app):
    with pytest.raises(Exception, match="nowhere"):
        db.session.execute(text("SELECT * FROM nowhere"))
    db.session.rollback()
    assert db.session.scalar(text("SELECT 1")) == 1
