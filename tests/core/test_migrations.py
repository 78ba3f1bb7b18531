"""One head, no difference to the models, and the way back works."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from supervision.core import partitions
from supervision.core.db import Base, db
from supervision.factory import create_app, throwaway_settings
from tests.architecture.source import ROOT
from tests.conftest import own_postgres_database


@pytest.fixture
def migrated(request, worker, tmp_path):
    """An application on a database of its own that only migrations have touched."""
    import os

    if request.config.getoption("--database") == "sqlite":
        url = f"sqlite:///{tmp_path}/migrated.db"
    else:
        url = own_postgres_database(os.environ["TEST_DATABASE_URL"], f"anqi_migrated_{worker}")
    app = create_app(throwaway_settings(database_url=url, storage_dir=tmp_path), TESTING=True)
    with app.app_context():
        upgrade(directory=str(ROOT / "migrations"))
        yield app
        db.session.remove()
        db.engine.dispose()


def not_of_the_index(item, name, type_, _reflected, _compare_to):
    """The index of the search is another one in each database, and no model describes it."""
    by_hand = type_ == "index" and name == "ix_search_entry_grams"
    if by_hand or (type_ == "table" and name.startswith("search_gram")):
        return False
    return partitions.is_described(item, name, type_, db.engine.dialect.name)


def test_there_is_one_head():
    config = Config(str(ROOT / "migrations" / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_migrations_and_models_agree(migrated):
    with db.engine.connect() as connection:
        opts = {"compare_type": True, "include_object": not_of_the_index}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, Base.metadata) == []


def test_the_trail_is_append_only_in_a_migrated_database(migrated):
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO audit_entry (at, actor_kind, actor_id, actor_name, action, entity, data)"
                " VALUES (CURRENT_TIMESTAMP, 'system', 0, 's', 'x', 'y', '{}')"
            )
        )
    for statement in ("UPDATE audit_entry SET action = 'z'", "DELETE FROM audit_entry"):
        with pytest.raises(Exception, match="append-only"), db.engine.begin() as connection:
            connection.execute(text(statement))


def test_a_migrated_database_has_the_triggers_that_the_models_bring(migrated):
    """Alembic does not see triggers: one that only ``create_all`` makes would protect tests alone."""
    of_the_dialect = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }[db.engine.dialect.name]
    with db.engine.begin() as connection:
        by_migrations = set(connection.execute(text(of_the_dialect)).scalars())
    downgrade(directory=str(ROOT / "migrations"), revision="base")
    db.create_all()
    with db.engine.begin() as connection:
        by_models = set(connection.execute(text(of_the_dialect)).scalars())
    assert by_models
    assert by_migrations == by_models


def checks() -> dict[str, set[str]]:
    """Names of every table's checks in the database."""
    found = inspect(db.engine)
    return {
        table: {str(check["name"]) for check in found.get_check_constraints(table)}
        for table in Base.metadata.tables
    }


def test_a_migrated_database_has_the_checks_that_the_models_bring(migrated):
    """Alembic does not see checks either, and loses them where it writes a table anew."""
    by_migrations = checks()
    downgrade(directory=str(ROOT / "migrations"), revision="base")
    db.create_all()
    assert any(by_migrations.values())
    assert by_migrations == checks()


def test_every_migration_goes_back(migrated):
    downgrade(directory=str(ROOT / "migrations"), revision="base")
    left = set(inspect(db.engine).get_table_names()) - {"alembic_version"}
    assert left == set()
    upgrade(directory=str(ROOT / "migrations"))
    assert "hazard" in inspect(db.engine).get_table_names()


ENTRY = (
    "INSERT INTO audit_entry (at, actor_kind, actor_id, actor_name, action, entity, data)"
    " VALUES (CURRENT_TIMESTAMP, 'system', 0, :name, 'x', 'y', '{}')"
)


def names():
    with db.engine.connect() as connection:
        return set(connection.execute(text("SELECT actor_name FROM audit_entry")).scalars())


def test_what_was_there_before_months_keeps_its_number_and_goes_back_with_it(migrated):
    before = "20261123_1500"
    downgrade(directory=str(ROOT / "migrations"), revision=before)
    with db.engine.begin() as connection:
        connection.execute(text(ENTRY), {"name": "old"})
    upgrade(directory=str(ROOT / "migrations"))
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT id FROM audit_entry")).scalar() == 1
    downgrade(directory=str(ROOT / "migrations"), revision=before)
    upgrade(directory=str(ROOT / "migrations"))
    with db.engine.begin() as connection:
        connection.execute(text(ENTRY), {"name": "new"})
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect() as connection:
            found = connection.execute(text("SELECT actor_name FROM audit_entry_before")).scalars()
            assert set(found) == {"old"}
        # Its number says the month, and fits no older version's column.
        with pytest.raises(SystemExit):
            downgrade(directory=str(ROOT / "migrations"), revision=before)
    assert names() == {"old", "new"}
