"""The regulator's loop as a script: the same story on whatever day it is told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from supervision.core import clock
from supervision.core.clock import SHANGHAI
from supervision.core.tables import read_table
from supervision.demo import people
from supervision.demo.build import HISTORY, ROLL, enterprise_rows
from supervision.demo.loop_script import (
    CASES,
    DATA,
    LISTINGS,
    Script,
    beats_of,
    day_of_visit,
    read_scripts,
)

DAYS = [
    datetime(2026, 1, 1, 0, 5, tzinfo=SHANGHAI),  # a new year's first minutes
    datetime(2026, 11, 22, 3, 26, tzinfo=SHANGHAI),  # a Sunday's night
    datetime(2026, 11, 23, 8, 31, tzinfo=SHANGHAI),  # a Monday's first minute
    datetime(2028, 2, 29, 17, 30, tzinfo=SHANGHAI),
]
SCRIPTS = {script.order or script.key: script for script in read_scripts()}


@pytest.mark.parametrize("now", DAYS)
def test_every_step_follows_the_one_before_in_working_hours_and_has_happened(now):
    for script in read_scripts():
        times = [beat.at for beat in beats_of(script, now)]
        assert times == sorted(set(times)), script.key
        assert now - HISTORY < times[0]
        assert times[-1] < now
        for at in times:
            local = at.astimezone(SHANGHAI)
            assert local.isoweekday() <= 5
            assert (8, 30) <= (local.hour, local.minute) <= (17, 30)


@pytest.mark.parametrize("now", DAYS)
def test_a_visit_is_never_planned_for_a_day_before_it_was_asked_for(now):
    for script in read_scripts():
        beats = beats_of(script, now)
        day = day_of_visit(script, beats, now)
        assert day >= clock.day_of(beats[0].at)
        if script.state in {"draft", "submitted", "approved", "notified"}:
            assert day >= clock.day_of(now)


def due_days(script: Script, now: datetime) -> list:
    drafted = next(b.at for b in beats_of(script, now) if b.verb == "draft")
    return [clock.day_of(drafted) + timedelta(days=days) for days in script.terms]


def day_of(script: Script, verb: str, now: datetime):
    return next(clock.day_of(b.at) for b in beats_of(script, now) if b.verb == verb)


@pytest.mark.parametrize("now", DAYS)
def test_what_the_table_says_of_an_order_is_true_today(now):
    today = clock.day_of(now)
    assert max(due_days(SCRIPTS["overdue"], now)) < today
    assert min(due_days(SCRIPTS["served"], now)) > today
    assert min(due_days(SCRIPTS["issued"], now)) >= today
    for key in ("asking", "granted"):
        assert day_of(SCRIPTS[key], "ask", now) <= min(due_days(SCRIPTS[key], now))
    assert min(due_days(SCRIPTS["asking"], now)) >= today
    assert max(due_days(SCRIPTS["granted"], now)) + timedelta(days=20) >= today


def test_the_table_names_enterprises_in_production_items_and_texts_that_exist():
    items = {row["key"] for row in read_table(DATA / "plan_items.tsv")}
    texts = {(r["checklist"], int(r["position"])) for r in read_table(DATA / "violations.tsv")}
    rows, scripts = enterprise_rows(), read_scripts()
    for script in scripts:
        assert script.enterprise not in ROLL
        assert script.item in items | {""}
        assert {(script.checklist, place) for place in script.fails} <= texts
        if script.item:
            assert rows[script.enterprise]["region_code"].startswith(people.DISTRICT)
        if script.terms:
            assert len(script.terms) == len(script.fails)
    keys = {script.key for script in scripts}
    assert {after.inspection for after in (*CASES, *LISTINGS)} <= keys
