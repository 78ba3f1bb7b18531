"""The safety codes of 100,000 enterprises in one night, again without a change, and after a kill.

    python -m bench.score_night [--enterprises N] [--databases sqlite,postgres]

Each enterprise has hazards, licences, risks, rounds, returns and commitments to be counted. Between
the first night and the second the month ends: it is reckoned once more, frozen, and the next begins.
Prints a JSON line.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count as serials
from typing import Any

from sqlalchemy import Insert, delete, event, func, insert, select

from bench import at_scale
from supervision import seeds
from supervision.commitment.models import CommitmentMissed
from supervision.commitment.rules import Period
from supervision.core import clock
from supervision.core.actor import Side
from supervision.core.db import db, transaction
from supervision.core.notices import Notice
from supervision.core.scope import unscoped
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.enterprise.uscc import demo_uscc
from supervision.factory import create_app
from supervision.hazard.models import Hazard
from supervision.hazard.rules import Category, Factor, Grade, Source
from supervision.hazard.workflow import HazardState
from supervision.score import jobs
from supervision.score.models import Score, ScoreChange
from supervision.selfcheck.models import CheckMonth
from supervision.settings import Settings
from tests.cast import assemble, enterprise_values

NOW = datetime(2026, 11, 29, 19, 20, tzinfo=UTC)  # 03:20 on the last day of a month
NEXT = NOW + timedelta(days=1)
MONTH = date(2026, 11, 1)
BATCH = 5000
HAZARDS = 3
WHY = "the bench counts"


def settle(settings: Settings, enterprises: int) -> None:
    """A fresh database of so many enterprises with something to count."""
    with create_app(settings).app_context():
        db.drop_all()
        db.create_all()
        cast = assemble()
        with transaction():
            seeds.load_all(provinces=frozenset({"33"}))
        numbers = serials(1)
        for start in range(0, enterprises, BATCH):
            some = range(1000 + start, 1000 + min(start + BATCH, enterprises))
            _some(some, cast.accounts["district_officer"], numbers)


def _some(plants: range, officer: int, numbers: Iterator[int]) -> None:
    fixed = {
        "roll_status": RollStatus.IN_PRODUCTION,
        "created_at": NOW,
        "updated_at": NOW,
        "officer_id": officer,
    }
    one = enterprise_values(10)
    rows = [one | fixed | {"uscc": _code(n), "name": f"Bench Plant {n}"} for n in plants]
    with transaction():
        db.session.execute(insert(Enterprise), rows)
        names = [row["uscc"] for row in rows]
        stmt = select(Enterprise.id).where(Enterprise.uscc.in_(names))
        ids = db.session.scalars(unscoped(stmt, reason=WHY)).all()
        for statement, values in _counted(ids, numbers):
            db.session.execute(statement, values)


def _code(serial: int) -> str:
    """Each district's demonstration codes end before 100,000."""
    return demo_uscc("330110" if serial % 2 else "330113", serial // 2 + 10)


def _counted(
    ids: Sequence[int], numbers: Iterator[int]
) -> Iterator[tuple[Insert, list[dict[str, Any]]]]:
    """One in three has an overdue hazard, one in five missed rounds or commitments."""
    yield (
        insert(Hazard),
        [_hazard(one, next(numbers), n) for one in ids for n in range(HAZARDS)],
    )
    yield (
        insert(CheckMonth),
        [
            {
                "enterprise_id": one,
                "month": MONTH,
                "due": 30,
                "done": 30 - one % 5,
                "missed": one % 5,
            }
            for one in ids
        ],
    )
    yield (
        insert(CommitmentMissed),
        [
            {
                "enterprise_id": one,
                "period": Period.DAILY,
                "day": MONTH,
                "due_at": clock.start_of(MONTH) + timedelta(hours=10),
                "noted_at": NOW,
            }
            for one in ids
            if one % 5 == 0
        ],
    )


def _hazard(enterprise_id: int, number: int, n: int) -> dict[str, Any]:
    late = n == 0 and enterprise_id % 3 == 0
    values = {
        "enterprise_id": enterprise_id,
        "number": f"B-{number}",
        "description": "Guard missing",
        "place": "Press shop",
        "category": Category.EQUIPMENT,
        "factor": Factor.OBJECT,
        "grade": Grade.GENERAL,
        "grade_reason": "As found",
        "source": Source.SELF_CHECK,
        "raised_side": Side.ENTERPRISE,
        "status": HazardState.RECTIFYING,
        "found_at": NOW - timedelta(days=20),
        "due_on": MONTH + timedelta(days=10),
        "responsible_person": "P. Principal",
        "measures": "Fit the guard",
        "reported_by_id": 0,
        "reported_by": "bench",
        "submitted_on": None,
        "closed_on": None,
        "rectified_by_id": None,
        "verified_by_id": None,
        "submitted_at": None,
        "closed_at": None,
    }
    if late:
        return values
    return values | {
        "status": HazardState.CLOSED,
        "submitted_on": MONTH + timedelta(days=5),
        "submitted_at": NOW - timedelta(days=15),
        "closed_on": MONTH + timedelta(days=6),
        "closed_at": NOW - timedelta(days=14),
        "rectified_by_id": 1,
        "verified_by_id": 2,
    }


def run(settings: Settings, at: datetime) -> tuple[int, float, int]:
    """How many scores one night wrote, in how many seconds, and how many statements it sent."""
    sent = 0

    def heard(*_args: object) -> None:
        nonlocal sent
        sent += 1

    with create_app(settings).app_context(), clock.frozen(at):
        event.listen(db.engine, "before_cursor_execute", heard)
        started = time.monotonic()
        return jobs.nightly(at), time.monotonic() - started, sent


def worker(settings: Settings) -> None:
    with create_app(settings).app_context(), clock.frozen(NOW):
        jobs.nightly(NOW)


def figure(settings: Settings, stmt: Any) -> int:
    with create_app(settings).app_context():
        return int(db.session.scalar(unscoped(stmt, reason=WHY)) or 0)


def written(settings: Settings) -> int:
    return figure(settings, select(func.count(Score.id)))


def empty(settings: Settings) -> None:
    with create_app(settings).app_context(), transaction():
        for model in (ScoreChange, Score, Notice):
            db.session.execute(unscoped(delete(model), reason=WHY))


def killed(settings: Settings, half: int) -> int:
    """How many are there after a kill -9 once half of the scores were."""
    at_scale.killed(worker, settings, Score, half)
    return written(settings)


def measure(settings: Settings, enterprises: int, name: str) -> dict[str, Any]:
    settle(settings, enterprises)
    everybody = figure(settings, select(func.count(Enterprise.id)))
    left = killed(settings, everybody // 2)
    completed = run(settings, NOW)[0]
    missing = everybody - written(settings)
    empty(settings)
    made, seconds, sent = run(settings, NOW)
    notices = figure(settings, select(func.count(Notice.id)))
    again, again_seconds, _ = run(settings, NOW)
    _, closing_seconds, _ = run(settings, NEXT)
    frozen = select(func.count(Score.id)).where(Score.month == MONTH, Score.frozen_at.is_not(None))
    figures = {
        "seconds": round(seconds, 1),
        "statements_per_batch": round(sent / max(1, everybody / jobs.BATCH), 1),
        "missing": everybody - made,
        "notices": notices,
        "again": again,
        "again_seconds": round(again_seconds, 1),
        "closing_seconds": round(closing_seconds, 1),
        "not_frozen": everybody - figure(settings, frozen),
        "half_way": int(0 < left < everybody),
        "completed": completed,
        "missing_after_kill": missing,
    }
    by_database = {f"{name}_{figure}": value for figure, value in figures.items()}
    return {"enterprises": enterprises} | by_database


if __name__ == "__main__":
    at_scale.main(measure, __doc__)
