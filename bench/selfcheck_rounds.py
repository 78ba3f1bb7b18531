"""Rounds for 100,000 enterprises in one run of the maker, again without doubles, and after a kill.

    python -m bench.selfcheck_rounds [--enterprises N] [--databases sqlite,postgres]

Each enterprise walks a list with daily, weekly and monthly items in one area. While rounds are
made, another process writes a row every tenth of a second; the longest that it waited is told.
PostgreSQL is the server of TEST_DATABASE_URL, else one started for the run. Prints a JSON line.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from bench import at_scale
from supervision.core import clock
from supervision.core.db import db, transaction
from supervision.core.scope import unscoped
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.enterprise.uscc import demo_uscc
from supervision.factory import create_app
from supervision.selfcheck import jobs
from supervision.selfcheck.models import CheckMonth, CheckPlan, CheckRound
from supervision.selfcheck.rules import Frequency
from supervision.settings import Settings
from tests.cast import assemble, enterprise_values
from tests.factories.selfchecks import a_list

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
FREQUENCIES = (Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY)
BATCH = 5000
HALF = 50_000
WHY = "the bench counts"


def settle(settings: Settings, enterprises: int) -> None:
    """A fresh database of so many enterprises that walk the list."""
    with create_app(settings).app_context():
        db.drop_all()
        db.create_all()
        assemble()
        with transaction():
            a_list("BENCH", *FREQUENCIES)
        for start in range(0, enterprises, BATCH):
            _some(range(start, min(start + BATCH, enterprises)))


def _serial(number: int) -> tuple[str, int]:
    """District and serial: the series of one district ends at 99,999."""
    return ("330110", "330113")[number // HALF], 1000 + number % HALF


def _enterprise(district: str, serial: int) -> dict[str, Any]:
    return enterprise_values(serial, uscc=demo_uscc(district, serial))


def _some(serials: range) -> None:
    fixed = {
        "roll_status": RollStatus.IN_PRODUCTION,
        "created_at": NOW,
        "updated_at": NOW,
    }
    rows = [_enterprise(*_serial(n)) | fixed for n in serials]
    with transaction():
        db.session.execute(insert(Enterprise), rows)
        names = [row["uscc"] for row in rows]
        stmt = select(Enterprise.id).where(Enterprise.uscc.in_(names))
        ids = db.session.scalars(unscoped(stmt, reason=WHY)).all()
        plans = [
            {
                "enterprise_id": one,
                "template_code": "BENCH",
                "begins_on": date(2026, 9, 1),
                "created_at": NOW,
                "created_by": "bench",
            }
            for one in ids
        ]
        db.session.execute(insert(CheckPlan), plans)


def run(settings: Settings) -> tuple[int, float]:
    """How many rounds one run made, and in how many seconds."""
    with create_app(settings).app_context():
        started = time.monotonic()
        return jobs.make_rounds(NOW), time.monotonic() - started


def write(settings: Settings, ready: Any, done: Any, waits: Any) -> None:
    """What the web does meanwhile: small writes; the longest one of them, in seconds."""
    longest = 0.0
    with create_app(settings).app_context():
        change = update(Enterprise).where(Enterprise.id == 1)
        ready.set()
        while not done.wait(0.1):
            started = time.monotonic()
            with transaction():
                db.session.execute(unscoped(change.values(updated_at=NOW), reason=WHY))
            longest = max(longest, time.monotonic() - started)
    waits.put(longest)


@contextmanager
def bystander(settings: Settings, figures: dict[str, Any], name: str) -> Iterator[None]:
    """Another process writes meanwhile; how long it had to wait goes into ``figures``."""
    context = multiprocessing.get_context("spawn")
    ready, done, waits = context.Event(), context.Event(), context.Queue()
    process = context.Process(target=write, args=(settings, ready, done, waits))
    process.start()
    ready.wait(60)
    try:
        yield
    finally:
        done.set()
        figures[name] = round(waits.get(timeout=60), 1)
        process.join()


def worker(settings: Settings) -> None:
    with create_app(settings).app_context(), clock.frozen(NOW):
        jobs.make_rounds(NOW)


def rounds() -> int:
    """How many there are now."""
    db.session.rollback()
    return db.session.scalar(unscoped(select(func.count(CheckRound.id)), reason=WHY)) or 0


def count(settings: Settings) -> tuple[int, int]:
    """Rounds, and how many of them are of the same plan, frequency and day as another."""
    with create_app(settings).app_context():
        key = CheckRound.plan_id, CheckRound.frequency, CheckRound.starts_on
        distinct = select(*key).distinct().subquery()
        total = rounds()
        alone = db.session.scalar(unscoped(select(func.count()).select_from(distinct), reason=WHY))
        return total, total - (alone or 0)


def empty(settings: Settings) -> None:
    with create_app(settings).app_context(), transaction():
        for model in (CheckRound, CheckMonth):
            db.session.execute(unscoped(delete(model), reason=WHY))


def killed(settings: Settings, half: int) -> int:
    """How many are there after a kill -9 once half of the rounds were."""
    at_scale.killed(worker, settings, CheckRound, half)
    return count(settings)[0]


def measure(settings: Settings, enterprises: int, name: str) -> dict[str, Any]:
    settle(settings, enterprises)
    wanted = enterprises * len(FREQUENCIES)
    waited: dict[str, Any] = {}
    with bystander(settings, waited, "others_waited"):
        made, seconds = run(settings)
    again, again_seconds = run(settings)
    empty(settings)
    left = killed(settings, wanted // 2)
    completed = run(settings)[0]
    total, doubles = count(settings)
    figures = {
        "seconds": round(seconds, 1),
        "missing": wanted - made,
        "again": again,
        "again_seconds": round(again_seconds, 1),
        "half_way": int(0 < left < wanted),
        "completed": completed,
        "missing_after_kill": wanted - total,
        "doubles": doubles,
    }
    by_database = {f"{name}_{figure}": value for figure, value in (figures | waited).items()}
    return {"enterprises": enterprises} | by_database


if __name__ == "__main__":
    at_scale.main(measure, __doc__)
