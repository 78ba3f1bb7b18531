"""What the measurements at 100,000 enterprises share: both databases, a kill half-way, the command."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from supervision.core.db import Base, db
from supervision.core.scope import unscoped
from supervision.factory import create_app, throwaway_settings
from supervision.settings import Settings
from tests import postgres
from tests.conftest import own_postgres_database

LOOK_S = 0.05

Measure = Callable[[Settings, int, str], dict[str, Any]]


@contextmanager
def databases(wanted: str) -> Iterator[dict[str, str]]:
    """The address of a database by its name."""
    with tempfile.TemporaryDirectory() as folder:
        found: dict[str, str] = {}
        server = None
        if "sqlite" in wanted:
            found["sqlite"] = f"sqlite:///{folder}/bench.db"
        if "postgres" in wanted:
            address = os.environ.get("TEST_DATABASE_URL")
            if address is None:
                server = postgres.Server()
                server.start()
                address = server.url
            found["postgres"] = own_postgres_database(address, "anqi_bench_rounds")
        try:
            yield found
        finally:
            if server is not None:
                server.stop()


def killed(
    worker: Callable[[Settings], None], settings: Settings, model: type[Base], half: int
) -> None:
    """Start ``worker`` as a process of its own; kill -9 once ``half`` of its rows are there."""
    process = multiprocessing.get_context("spawn").Process(target=worker, args=(settings,))
    process.start()
    stmt = unscoped(select(func.count(model.id)), reason="a measurement counts all")
    with create_app(settings).app_context():
        while process.is_alive() and (db.session.scalar(stmt) or 0) < half:
            db.session.rollback()
            time.sleep(LOOK_S)
    process.kill()
    process.join()


def main(measure: Measure, description: str | None) -> None:
    """The command: ``measure(settings, enterprises, database's name)`` on each database."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--enterprises", type=int, default=100_000)
    parser.add_argument("--databases", default="sqlite,postgres")
    wanted = parser.parse_args()
    figures: dict[str, Any] = {}
    with databases(wanted.databases) as found, tempfile.TemporaryDirectory() as folder:
        for name, url in found.items():
            settings = throwaway_settings(database_url=url, storage_dir=Path(folder))
            figures |= measure(settings, wanted.enterprises, name)
    print(json.dumps(figures))
