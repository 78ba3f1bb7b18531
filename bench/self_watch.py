"""The jobs of commitments and duty lists at 100,000 enterprises on their worst day.

    python -m bench.self_watch [--enterprises N] [--databases sqlite,postgres]

Everybody owes a daily commitment and nobody makes one; everybody has the law's whole duty list and
does nothing of it. Each job runs twice: the second run finds nothing more. PostgreSQL is the server
of TEST_DATABASE_URL, else one started for the run. Prints a JSON line.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, literal, null, select

from bench import at_scale
from supervision import seeds
from supervision.commitment import jobs as commitments
from supervision.commitment.models import CommitmentMissed
from supervision.core import clock
from supervision.core.db import db, transaction
from supervision.core.scope import unscoped
from supervision.core.spans import due_after
from supervision.dutylist import jobs as duties
from supervision.dutylist import queries
from supervision.dutylist.models import DutyMonth, DutyTemplate, EnterpriseDuty
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.enterprise.uscc import demo_uscc
from supervision.factory import create_app
from supervision.settings import Settings
from tests.cast import assemble, enterprise_values

# A Monday at five past ten: the hour of the day and the week's duties have passed.
NOW = datetime(2026, 11, 23, 2, 5, tzinfo=UTC)
ENROLLED = NOW - timedelta(days=1)
ADOPTED = date(2026, 9, 1)
BATCH = 5000
FIRST, SERIES = 1000, 90_000
WHY = "the bench counts"


def settle(enterprises: int) -> None:
    """Enterprises of the chemical trade, and the shipped standards and duties."""
    db.drop_all()
    db.create_all()
    cast = assemble()
    with transaction():
        seeds.load_commitments()
        seeds.load_duties()
    fixed = {
        "roll_status": RollStatus.IN_PRODUCTION,
        "industry_code": "2614",
        "officer_id": cast.accounts["district_officer"],
        "created_at": ENROLLED,
        "updated_at": ENROLLED,
    }
    for start in range(0, enterprises, BATCH):
        serials = range(FIRST + start, FIRST + min(start + BATCH, enterprises))
        rows = [enterprise_values(FIRST, name=f"Plant {n}", uscc=_uscc(n)) | fixed for n in serials]
        with transaction():
            db.session.execute(insert(Enterprise), rows)


def _uscc(serial: int) -> str:
    """The demonstration's series of two districts: one alone ends below 100,000."""
    region, number = ("330110", serial) if serial <= SERIES else ("330113", serial - SERIES + FIRST)
    return demo_uscc(region, number)


def adopt() -> None:
    """The law's whole list for everybody, nothing of it done since."""
    for template in queries.templates_on(ADOPTED):
        with transaction():
            _line(template)


def _line(template: DutyTemplate) -> None:
    owner = Enterprise.__table__
    copied = ("code", "duty", "position", "holder", "what", "how", "clause", "frequency")
    values: dict[str, Any] = {
        **{name: literal(getattr(template, name)) for name in copied},
        "template_id": literal(template.id),
        "account_id": null(),
        "person": literal(""),
        "begins_on": literal(ADOPTED),
        "ends_on": null(),
        "done_until": null(),
        "due_on": literal(due_after(template.frequency, ADOPTED, None).last),
        "told_on": null(),
        "end_reason": literal(""),
        "created_at": literal(ENROLLED),
        "created_by": literal("bench"),
        "row_version": literal(1),
    }
    lines = select(owner.c.id, *(values[name] for name in values))
    db.session.execute(insert(EnterpriseDuty).from_select(["enterprise_id", *values], lines))


def timed(run: Callable[[datetime], int], now: datetime) -> tuple[int, float]:
    with clock.frozen(now):
        started = time.monotonic()
        return run(now), round(time.monotonic() - started, 1)


def count(model: Any) -> int:
    return db.session.scalar(unscoped(select(func.count(model.id)), reason=WHY)) or 0


def measure(settings: Settings, enterprises: int, name: str) -> dict[str, Any]:
    figures: dict[str, Any] = {"enterprises": enterprises}
    with create_app(settings).app_context():
        settle(enterprises)
        for job, run, now in (
            ("enrol", commitments.enrol, ENROLLED),
            ("missed", commitments.watch, NOW),
        ):
            figures[f"{name}_{job}"], figures[f"{name}_{job}_seconds"] = timed(run, now)
            figures[f"{name}_{job}_again"], figures[f"{name}_{job}_again_seconds"] = timed(run, now)
        figures[f"{name}_noted"] = count(CommitmentMissed)
        db.session.rollback()
        adopt()
        figures[f"{name}_lines"] = count(EnterpriseDuty)
        db.session.rollback()
        figures[f"{name}_late"], figures[f"{name}_late_seconds"] = timed(duties.watch, NOW)
        again = timed(duties.watch, NOW)
        figures[f"{name}_late_again"], figures[f"{name}_late_again_seconds"] = again
        figures[f"{name}_months"] = count(DutyMonth)
    print(json.dumps(figures), file=sys.stderr)
    return figures


if __name__ == "__main__":
    at_scale.main(measure, __doc__)
