"""Alarms of papers that end: each step once, whatever runs twice."""

from __future__ import annotations

from datetime import date, timedelta

from supervision.core import clock
from supervision.core.alarms import EXPIRED_STEP, Subject, raise_due
from supervision.core.db import db, transaction
from supervision.core.notices import Audience, Notice

END = date(2026, 12, 31)


def subject(ident: int = 1, end: date = END) -> Subject:
    tell = [(Audience.ENTERPRISE_PEOPLE, 1), (Audience.SUPERVISORS, 1)]
    return Subject("licence.end", ident, end, f"/licences/{ident}", tell, {"name": "L"})


def run(today: date, *subjects: Subject) -> int:
    with transaction():
        return raise_due(
            subjects,
            notice=lambda _s, at: "licence.expired" if at == EXPIRED_STEP else "licence.due",
            today=today,
        )


def notices() -> list[Notice]:
    return list(db.session.scalars(db.select(Notice).order_by(Notice.id)))


def test_a_year_of_days_tells_each_step_once_to_each_side(app):
    with clock.frozen(clock.start_of(date(2026, 6, 1))):
        told = [
            (today - END).days
            for today in (END - timedelta(days=200 - n) for n in range(210))
            if run(today, subject())
        ]
    assert told == [-90, -60, -30, -7, 0, 1]
    assert len(notices()) == 2 * len(told)
    assert [n.kind for n in notices()][-3:] == ["licence.due", "licence.expired", "licence.expired"]
    assert notices()[0].params == {"name": "L", "days": "90", "due_on": "2026-12-31"}


def test_days_without_a_run_lose_nothing_and_a_new_end_starts_again(app):
    assert run(END - timedelta(days=20), subject()) == 1
    assert notices()[0].params["days"] == "20"
    assert run(END - timedelta(days=20), subject(), subject(2)) == 1
    renewed = subject(end=date(2029, 12, 31))
    assert run(END, renewed) == 0
    assert run(date(2029, 12, 1), renewed) == 1


def test_an_alarm_that_fails_leaves_nothing_told(app):
    try:
        with transaction():
            raise_due([subject()], notice=lambda _s, _at: "licence.due", today=END)
            raise RuntimeError
    except RuntimeError:
        pass
    assert notices() == []
    assert run(END, subject()) == 1
