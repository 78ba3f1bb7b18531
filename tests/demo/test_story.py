"""The plan of half a year, whatever day it is made on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from supervision.core.clock import SHANGHAI
from supervision.demo import story
from supervision.demo.build import finding_rows
from supervision.demo.pictures import SCENES, drawing
from supervision.hazard.rules import Category, Factor, Source

FINDINGS = [story.Finding(r["category"], bool(r["criterion"])) for r in finding_rows()]
PLACES = list(range(30))


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 1, 1, 0, 5, tzinfo=SHANGHAI),
        datetime(2026, 2, 28, 23, 59, tzinfo=SHANGHAI),
        datetime(2026, 11, 22, 12, 0, tzinfo=SHANGHAI),
        datetime(2028, 2, 29, 7, 30, tzinfo=SHANGHAI),
    ],
)
def test_steps_follow_one_another_and_end_before_today(now):
    plans = story.make_plans(now, FINDINGS, PLACES)
    assert len(plans) > 200
    for plan in plans:
        times = [step.at for step in plan.steps]
        assert times == sorted(times)
        assert plan.steps[0].verb == "report"
        assert times[-1] < now
    last = {plan.steps[-1].verb for plan in plans}
    assert {"report", "grade", "assign", "start", "submit", "verify", "request_extension"} <= last


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 22, 3, 26, tzinfo=SHANGHAI),  # a Sunday's night
        datetime(2026, 11, 23, 8, 31, tzinfo=SHANGHAI),  # a Monday's first minute
        datetime(2026, 11, 25, 12, 0, tzinfo=SHANGHAI),
    ],
)
def test_nobody_works_at_night_or_at_the_weekend(now):
    for plan in story.make_plans(now, FINDINGS, PLACES):
        for step in plan.steps:
            local = step.at.astimezone(SHANGHAI)
            assert local.isoweekday() <= 5, (step.verb, local)
            assert (8, 30) <= (local.hour, local.minute) <= (17, 30), (step.verb, local)
        times = [step.at for step in plan.steps]
        assert len(set(times)) == len(times)


def test_the_same_day_gives_the_same_story():
    now = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    again = story.make_plans(now, FINDINGS, PLACES)
    assert story.make_plans(now, FINDINGS, PLACES) == again


def test_enterprises_that_are_left_out_get_no_ticket():
    plans = story.make_plans(datetime.now(UTC), FINDINGS, [3, 5])
    assert {plan.enterprise for plan in plans} == {3, 5}


def test_video_finds_what_cameras_can_see():
    plans = story.make_plans(datetime.now(UTC), FINDINGS, PLACES)
    seen = {FINDINGS[p.finding].category for p in plans if p.source is Source.VIDEO}
    assert seen == {"protective_equipment"}


def test_working_hours_are_weekdays_of_shanghai():
    saturday_night = datetime(2026, 11, 21, 23, 0, tzinfo=SHANGHAI)
    moved = story.working_hours(saturday_night).astimezone(SHANGHAI)
    assert moved.isoweekday() == 1
    assert (8, 30) <= (moved.hour, moved.minute) <= (17, 30)
    monday = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
    assert story.working_hours(monday) - monday == timedelta(0)


def test_every_finding_has_codes_that_exist_and_its_before_differs_from_its_after():
    for row in finding_rows():
        Category(row["category"])
        Factor(row["factor"])
        assert all(row[name] for name in ("place", "description", "basis", "measures", "done"))
    for category in SCENES:
        before, again = (drawing(category, 1, mended=False) for _ in range(2))
        assert before == again
        assert before != drawing(category, 1, mended=True)
