"""Returns of 100,000 enterprises made in one night, again without doubles, and after a kill.

    python -m bench.returns_made [--enterprises N] [--databases sqlite,postgres]

The first of January: a quarter and a year have ended. Every tenth enterprise has a ticket found
and one closed. PostgreSQL is the server of TEST_DATABASE_URL, else one started for the run. Prints
a JSON line.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select

from bench import at_scale
from supervision import seeds
from supervision.core import clock
from supervision.core.db import db, transaction
from supervision.core.notices import Notice
from supervision.core.scope import unscoped
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.factory import create_app
from supervision.hazard.models import Hazard
from supervision.returns import jobs
from supervision.returns.models import PeriodReturn
from supervision.settings import Settings
from tests.cast import assemble, enterprise_values
from tests.returns import ledger

ENROLLED = datetime(2026, 12, 5, tzinfo=UTC)
NOW = datetime(2027, 1, 1, 0, 50, tzinfo=clock.SHANGHAI)
KINDS = 2
BATCH = 5000
SERIES = 90_000
WITH_TICKETS = 10
WHY = "the bench counts"


def settle(settings: Settings, enterprises: int) -> None:
    """A fresh database of so many enterprises."""
    with create_app(settings).app_context():
        db.drop_all()
        db.create_all()
        with clock.frozen(NOW):
            assemble()
        with transaction():
            seeds.load_rules()
        for start in range(0, enterprises, BATCH):
            with transaction():
                _some(range(start, min(start + BATCH, enterprises)))


def _some(serials: range) -> None:
    fixed = {
        "roll_status": RollStatus.IN_PRODUCTION,
        "created_at": ENROLLED,
        "updated_at": ENROLLED,
    }
    rows = [enterprise_values(*_serial(n)) | fixed for n in serials]
    db.session.execute(insert(Enterprise), rows)
    codes = [row["uscc"] for row in rows[::WITH_TICKETS]]
    stmt = select(Enterprise.id).where(Enterprise.uscc.in_(codes))
    ids = db.session.scalars(unscoped(stmt, reason=WHY)).all()
    ledger.fill(ids, 2 * len(ids), seed=serials.start)


def _serial(number: int) -> tuple[int, str]:
    """A series of invented codes has five digits: more of them lie in the next district."""
    return 1000 + number % SERIES, "330113001" if number >= SERIES else "330110001"


def run(settings: Settings) -> tuple[int, float]:
    """How many returns one run made, and in how many seconds."""
    with create_app(settings).app_context(), clock.frozen(NOW):
        started = time.monotonic()
        return jobs.make(NOW), time.monotonic() - started


def worker(settings: Settings) -> None:
    run(settings)


def count(settings: Settings, model: Any = PeriodReturn) -> int:
    with create_app(settings).app_context():
        return db.session.scalar(unscoped(select(func.count(model.id)), reason=WHY)) or 0


def doubles(settings: Settings) -> int:
    with create_app(settings).app_context():
        key = PeriodReturn.enterprise_id, PeriodReturn.kind, PeriodReturn.first_day
        distinct = select(*key).distinct().subquery()
        alone = unscoped(select(func.count()).select_from(distinct), reason=WHY)
        return count(settings) - (db.session.scalar(alone) or 0)


def empty(settings: Settings) -> None:
    with create_app(settings).app_context(), transaction():
        for model in (PeriodReturn, Notice):
            db.session.execute(unscoped(delete(model), reason=WHY))


def killed(settings: Settings, half: int) -> int:
    """How many are there after a kill -9 once half of the returns were."""
    at_scale.killed(worker, settings, PeriodReturn, half)
    return count(settings)


def measure(settings: Settings, enterprises: int, name: str) -> dict[str, Any]:
    settle(settings, enterprises)
    wanted = enterprises * KINDS
    made, seconds = run(settings)
    told = count(settings, Notice)
    again, again_seconds = run(settings)
    tickets = count(settings, Hazard)
    empty(settings)
    left = killed(settings, wanted // 2)
    run(settings)
    return {
        "enterprises": enterprises,
        f"{name}_seconds": round(seconds, 1),
        f"{name}_tickets": tickets,
        f"{name}_missing": wanted - made,
        f"{name}_notices": told,
        f"{name}_again": again,
        f"{name}_again_seconds": round(again_seconds, 1),
        f"{name}_half_way": int(0 < left < wanted),
        f"{name}_missing_after_kill": wanted - count(settings),
        f"{name}_doubles": doubles(settings),
        f"{name}_notices_after_kill": count(settings, Notice),
    }


if __name__ == "__main__":
    at_scale.main(measure, __doc__)
