"""A month of the ledger, lived through by the services: each step at its own time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.scope import visible
from supervision.enterprise import queries as enterprises
from supervision.enterprise.models import Enterprise
from supervision.hazard import service
from supervision.hazard.rules import Grade, InvalidReason, Source
from tests.cast import Cast
from tests.factories.hazards import document, finding, load, photo, plan_parts

# What October 2026 holds when :func:`live_october` is done, counted by hand.
OCTOBER = {
    "opening": 2,
    "found": 5,
    "closed": 3,
    "transferred": 1,
    "invalid": 1,
    "closing": 2,
    "due": 4,
    "closed_on_time": 2,
    "overdue": 1,
}


@contextmanager
def on(day: date, hour: int = 10) -> Iterator[datetime]:
    """It is ``hour`` o'clock in Shanghai on ``day``."""
    instant = datetime.combine(day, time(hour), tzinfo=clock.SHANGHAI)
    with clock.frozen(instant):
        yield instant


def october(day: int) -> date:
    return date(2026, 10, day)


def find(cast: Cast, day: date, due_on: date | None = None, **changes: object) -> int:
    """A ticket found on ``day``; with a deadline it is graded and assigned at once."""
    officer = cast[str(changes.pop("by", "district_officer"))]
    enterprise_id = int(str(changes.pop("enterprise_id", cast.plant_id)))
    grade = Grade(changes.pop("grade", Grade.GENERAL))
    with on(day), transaction():
        plant = enterprises.get_enterprise(enterprise_id, officer)
        hazard = service.report(plant, officer, finding(found_at=clock.now(), **changes))
        if due_on is not None:
            reason = "in words" if grade is Grade.MAJOR else ""
            service.grade(hazard, officer, grade=grade, reason=reason)
            service.assign(hazard, officer, responsible_person="S. Manager", due_on=due_on)
        return hazard.id


def close(cast: Cast, hazard_id: int, day: date, *, by: str = "district_officer") -> None:
    """Rectified and re-inspected on ``day``."""
    officer, fixer = cast[by], cast["safety_manager"]
    with on(day), transaction():
        hazard = load(hazard_id, officer)
        parts = plan_parts() if hazard.grade is Grade.MAJOR else None
        service.start(hazard, fixer, measures="Fit the guard", parts=parts)
        if hazard.grade is Grade.MAJOR:
            document(hazard, fixer)
        service.submit(hazard, fixer, note="Guard fitted", photos=[photo(fixer)])
        service.verify(hazard, officer, note="Seen on site")


def live_october(cast: Cast) -> dict[str, int]:
    """Tickets of the plant from September on; returns their ids by what becomes of them."""
    with on(date(2026, 9, 1)), transaction():
        for enterprise in db.session.scalars(visible(Enterprise, SYSTEM)):
            enterprise.created_at = clock.now()
    officer = cast["district_officer"]
    ids = {
        "carried": find(cast, date(2026, 9, 20), october(5), place="=cmd|' /C calc'!A1"),
        "early": find(cast, date(2026, 9, 10), october(9), source=Source.INSPECTION),
        "before": find(cast, date(2026, 9, 2), october(2)),
    }
    close(cast, ids["before"], date(2026, 9, 25))
    close(cast, ids["carried"], october(8))
    close(cast, ids["early"], october(9))
    ids["late"] = find(cast, october(3), october(20), grade=Grade.MAJOR)
    ids["open"] = find(cast, october(28), date(2026, 11, 9))
    ids["closed"] = find(cast, october(4), date(2026, 11, 1), source=Source.EXPERT)
    close(cast, ids["closed"], october(30))
    ids["transferred"] = find(cast, october(6), october(25))
    with on(october(10)), transaction():
        hazard = load(ids["transferred"], officer)
        service.transfer(hazard, officer, receiver="Fire brigade", reason="Theirs")
    ids["invalid"] = find(cast, october(7))
    with on(october(11)), transaction():
        service.invalidate(
            load(ids["invalid"], officer), officer, invalid_reason=InvalidReason.FALSE_ALARM
        )
    ids["november"] = find(cast, date(2026, 11, 2))
    return ids
