"""Fixtures of all tests: a database per worker, an application, the cast and a page client."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from hypothesis import settings as examples
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import text
from sqlalchemy.engine import make_url

from supervision.account import service as accounts
from supervision.core.db import db
from supervision.core.documents import issuing
from supervision.factory import create_app, throwaway_settings
from supervision.settings import Settings
from tests import postgres
from tests.cast import Cast
from tests.factories.world import World, two_plants
from tests.pages import FreshClient, PageClient
from tests.replay import SetOnce, Stage

# How long one example takes is the machine's business.
examples.register_profile("anqi", deadline=None)
examples.load_profile("anqi")

_emptied = count()
_server = pytest.StashKey[postgres.Server]()

# Half a minute each, or they wait for other processes: whoever begins with them is done with them
# when the rest ends.
LONG = (
    "tests/security/test_access_matrix.py",
    "tests/contract/test_worker_and_web.py",
    "tests/demo/test_build.py",
    "tests/security/test_papers_privacy.py",
    "tests/security/test_rough_input.py",
    "tests/security/test_statement_counts.py",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("sqlite", "postgres"),
        default="sqlite",
        help="postgres: the server of TEST_DATABASE_URL, else one started for the run",
    )


def pytest_configure(config: pytest.Config) -> None:
    wanted = config.getoption("--database") == "postgres"
    if not wanted or hasattr(config, "workerinput") or os.environ.get("TEST_DATABASE_URL"):
        return
    server = postgres.Server()
    config.stash[_server] = server
    try:
        server.start()
    except postgres.NoPostgresError as error:
        server.stop()
        pytest.exit(
            f"PostgreSQL half not run: {error}", returncode=1 if os.environ.get("CI") else 77
        )
    os.environ["TEST_DATABASE_URL"] = server.url


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every worker begins with its part of the long tests (`--dist worksteal` cuts evenly)."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long = [item for item in items if item.nodeid.startswith(LONG)]
    rest = [item for item in items if not item.nodeid.startswith(LONG)]
    size = -(-len(items) // workers)
    items.clear()
    for worker in range(workers):
        first = long[worker::workers]
        room = max(0, size - len(first))
        items += [*first, *rest[:room]]
        rest = rest[room:]
    items += rest


def pytest_unconfigure(config: pytest.Config) -> None:
    server = config.stash.get(_server, None)
    if server is not None:
        server.stop()
        os.environ.pop("TEST_DATABASE_URL", None)


@pytest.fixture(scope="session", autouse=True)
def shipped_hasher() -> Iterator[PasswordHasher]:
    """Passwords are hashed cheaply here; gives the hasher that people's passwords get.

    A guess is made to cost a core for a moment, and the tests sign in some hundred times.
    """
    shipped = accounts._hasher
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", cheap)
        patch.setattr(accounts, "_DECOY", cheap.hash("nobody's"))
        yield shipped


@pytest.fixture(scope="session", autouse=True)
def papers_set_once() -> Iterator[None]:
    """The same paper is set once a worker: four of five papers of a run differ in nothing.

    That the same paper is the same bytes is shown where papers are tested, with the real thing.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(issuing, "_render", SetOnce())
        yield


@pytest.fixture(scope="session", autouse=True)
def templates_compiled_once(
    worker: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Every application of this run, of whichever worker, takes over what one has compiled."""
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker == "main" else base.parent) / "templates"
    shared.mkdir(exist_ok=True)
    options = {**Flask.jinja_options, "bytecode_cache": FileSystemBytecodeCache(str(shared))}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", options)
        yield


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    return str(getattr(request.config, "workerinput", {}).get("workerid", "main"))


@pytest.fixture(scope="session")
def database_url(
    request: pytest.FixtureRequest, worker: str, tmp_path_factory: pytest.TempPathFactory
) -> str:
    if request.config.getoption("--database") == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('db')}/test.db"
    return own_postgres_database(os.environ["TEST_DATABASE_URL"], f"anqi_test_{worker}")


def own_postgres_database(server_url: str, name: str) -> str:
    import psycopg

    plain = server_url.replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return throwaway_settings(
        database_url=database_url,
        storage_dir=Path(tmp_path_factory.mktemp("storage")),
        stream_hosts=("127.0.0.1", "cameras.example"),
        upload_limit_mb=5,
    )


@pytest.fixture(scope="session")
def _app(settings: Settings) -> Flask:
    app = create_app(
        settings,
        TESTING=True,
        WTF_CSRF_ENABLED=False,
        ANQI_SIGN_IN_LIMIT="10000 per minute",
        ANQI_REGISTRATION_LIMIT="10000 per minute",
    )
    app.test_client_class = FreshClient
    # As outside of tests: a page asks for a hundred files, and none of them changes meanwhile.
    app.extensions["anqi_assets"].look_again = 60.0
    with app.app_context():
        db.create_all()
    # What is there by now stays: nobody need look through it for what can be thrown away.
    gc.collect()
    gc.freeze()
    return app


@pytest.fixture
def app(_app: Flask) -> Iterator[Flask]:
    """The application with an empty database, inside its context."""
    with _app.app_context():
        _empty()
        # Ids and versions begin anew, as after a restore, before which the web is stopped.
        _app.extensions.pop("anqi_config_stamps", None)
        yield _app
        db.session.rollback()
        db.session.remove()


def _empty() -> None:
    """Empty every table. Append-only ones too: a test database is nobody's evidence."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as connection:
            # TRUNCATE makes a new file of every table, a fifth of a second before each test: it
            # is for the first and for each hundredth, so that what was deleted does not pile up.
            afresh = next(_emptied) % 100 == 0
            for statement in _postgres_statements(afresh):
                connection.exec_driver_sql(statement)
        return
    connection = db.engine.raw_connection()
    try:
        # One script: a hundred and fifty statements sent one by one take three times as long.
        connection.driver_connection.executescript(_sqlite_script(str(db.engine.url)))
    finally:
        connection.close()


@cache
def _postgres_statements(afresh: bool) -> tuple[str, ...]:
    tables = [table.name for table in reversed(db.metadata.sorted_tables)]
    if afresh:
        quoted = ", ".join(f'"{name}"' for name in tables)
        return (f"TRUNCATE {quoted} RESTART IDENTITY CASCADE",)
    deletes = "; ".join(f'DELETE FROM "{name}"' for name in tables)
    counters = (
        "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, 1, false)"
        " FROM pg_sequences WHERE last_value IS NOT NULL"
    )
    # A replica runs no triggers and asks for no foreign key: none can refuse.
    return (f"SET LOCAL session_replication_role = replica; {deletes}", counters)


@cache
def _sqlite_script(_url: str) -> str:
    """Empties the database of this address, whose tables and triggers stay what they are."""
    tables = [table.name for table in reversed(db.metadata.sorted_tables)]
    with db.engine.begin() as connection:
        triggers = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        ).all()
    statements = [
        "BEGIN IMMEDIATE",
        "PRAGMA defer_foreign_keys = ON",
        *(f"DROP TRIGGER {name}" for name, _sql in triggers),
        *(f'DELETE FROM "{name}"' for name in tables),
        # The triggers would have told the index of what can be searched.
        "INSERT INTO search_gram (search_gram) VALUES ('rebuild')",
        *(sql for _name, sql in triggers),
        "COMMIT",
    ]
    return ";\n".join(statements) + ";"


@pytest.fixture(scope="session")
def stage() -> Stage:
    return Stage(_empty)


@pytest.fixture
def cast(app: Flask, stage: Stage) -> Cast:
    """The people (and one machine) of every story."""
    return stage.cast()


@pytest.fixture
def world(app: Flask, cast: Cast, stage: Stage) -> World:
    """One of everything in the plant and in the far plant; nothing may be written before."""
    return stage.play(World.SCENE, lambda: two_plants(app, cast))


@pytest.fixture
def pages(app: Flask, cast: Cast) -> PageClient:
    """A browser without a window: signs in as anybody of the cast, checks every page it loads."""
    return PageClient(app, cast)
