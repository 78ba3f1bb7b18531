"""A month of a million violations is dropped; another one, just as large, is deleted row by row.

On a PostgreSQL of its own, with the indexes and keys of the real tables. Twice the drop: once of a
month in which nothing must stay, once of one in which every thousandth violation is pending still.
Everybody else waits for the table meanwhile: ``drop_s`` and ``kept_drop_s`` are those waits.
``--rows`` shrinks it. Ends with 77 where no PostgreSQL can be started.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import text

from supervision.audit import jobs, months
from supervision.core import clock, partitions
from supervision.core.db import db, transaction
from supervision.core.month_drop import check_keys, drop, remove_along
from supervision.core.partitions import SPAN
from supervision.factory import create_app, throwaway_settings
from tests.cast import assemble
from tests.conftest import own_postgres_database
from tests.factories.video import make_camera, make_node, make_violation
from tests.postgres import NoPostgresError, Server

WHOLE, PARTLY, DELETED = (datetime(2027, m, 10, tzinfo=UTC) for m in (3, 4, 5))
LATER = datetime(2031, 1, 1, tzinfo=UTC)
# On 2 busy cores: 3.2 s, 3.5 s where 1,000 stay, 162 s to delete them.
PENDING_EVERY = 1000


def fill(template: int, month: datetime, rows: int) -> None:
    """``rows`` rejected copies of a violation, each with the description of a file that is gone."""
    names = [
        row[0]
        for row in db.session.execute(
            text(
                "SELECT column_name FROM information_schema.columns"
                " WHERE table_name = 'violation' AND column_name NOT IN ('id', 'event_id')"
            )
        )
    ]
    first = partitions.Month.of(month).first_id
    columns = ", ".join(names)
    copies = (
        f"INSERT INTO violation (id, event_id, {columns})"  # noqa: S608 - our own names
        f" SELECT {first} + 1000 + n, 'ev-{first}-' || n, {columns}"
        f" FROM violation, generate_series(1, {rows}) AS n WHERE id = {template}"
    )
    files = text(
        "INSERT INTO violation_evidence (violation_id, kind, sha256, size, media_type, revision,"
        " key, removed_at, removed_why) SELECT id, 'snapshot', md5(event_id) || md5(event_id),"
        " 90000, 'image/jpeg', 1, md5(event_id), now(), 'rejected' FROM violation"
        " WHERE id > :first + 1000 AND id <= :first + 1000 + :rows"
    )
    with transaction():
        # A replica asks for no key: filling is not what is measured.
        db.session.execute(text("SET LOCAL session_replication_role = replica"))
        db.session.execute(text(copies))
        db.session.execute(files, {"first": first, "rows": rows})
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE violation, violation_evidence"))


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    with transaction():
        work()
    return time.perf_counter() - begin


def dropped(month: datetime) -> tuple[float, float, int]:
    """Seconds of what goes along beforehand, seconds of the drop, and how many rows stayed."""
    code = partitions.Month.of(month).code
    rule, part = months.get("violation", code)
    along = timed(lambda: remove_along(rule, part))
    kept: list[int] = []
    wait = timed(lambda: kept.append(drop(rule, part).stays))
    timed(lambda: check_keys("violation"))
    return along, wait, kept[0]


def deleted(month: datetime) -> float:
    """Seconds of deleting the same rows one by one, their files' descriptions gone before."""
    code = partitions.Month.of(month).code
    rule, part = months.get("violation", code)
    timed(lambda: remove_along(rule, part))
    first, last = part.since, part.until
    bounds = text(f"DELETE FROM violation WHERE id >= {first} AND id < {last}")  # noqa: S608
    return timed(lambda: db.session.execute(bounds))


def measure(rows: int) -> dict[str, float]:
    with clock.frozen(datetime(2027, 2, 1, tzinfo=UTC)):
        cast = assemble()
        node = make_node(_app())
        camera = make_camera(cast, node)
    for month in (WHOLE, PARTLY, DELETED):
        jobs.make_months(month)
        with clock.frozen(month):
            template = make_violation(node, camera, with_files=False, started_at=month)
        with transaction():
            db.session.execute(
                text(
                    "UPDATE violation SET status = 'rejected', reject_reason = 'other',"
                    " verdict_at = now() WHERE id = :id"
                ),
                {"id": template},
            )
        fill(template, month, rows)
        print(f"filled {month:%Y-%m}: {rows} rows", flush=True)
    with transaction():
        first = partitions.Month.of(PARTLY).first_id
        bounds = {"first": first, "last": first + SPAN - 1, "every": PENDING_EVERY}
        pending = text(
            "UPDATE violation SET status = 'pending', reject_reason = NULL, verdict_at = NULL"
            " WHERE id BETWEEN :first AND :last AND id % :every = 0"
        )
        staying = db.session.execute(pending, bounds).rowcount  # type: ignore[attr-defined]
    with clock.frozen(LATER):
        along, wait, _none = dropped(WHOLE)
        _along, kept_wait, kept = dropped(PARTLY)
        row_by_row = deleted(DELETED)
    count = db.session.scalar(text("SELECT count(*) FROM violation"))
    return {
        "rows": rows,
        "along_s": round(along, 2),
        "drop_s": round(wait, 2),
        "kept_drop_s": round(kept_wait, 2),
        "delete_s": round(row_by_row, 2),
        "times_faster": round(row_by_row / wait, 1),
        "lost": staying - kept,
        "left": count - kept,
    }


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001
    return app


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    given = parser.parse_args()
    server = Server()
    try:
        server.start()
    except NoPostgresError as error:
        print(f"no PostgreSQL: {error}")
        server.stop()
        return 77
    try:
        url = own_postgres_database(server.url, "anqi_months")
        with tempfile.TemporaryDirectory() as folder:
            settings = throwaway_settings(database_url=url, storage_dir=Path(folder))
            settings = replace(settings, stream_hosts=("cameras.example",))
            app = create_app(settings, TESTING=True, WTF_CSRF_ENABLED=False)
            with app.app_context():
                db.create_all()
                found = measure(given.rows)
                db.session.remove()
                db.engine.dispose()
    finally:
        server.stop()
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
