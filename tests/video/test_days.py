"""Hours and troubles of a camera's day, added up from what its node says."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.video import days
from tests.factories.video import camera_uid, make_camera, make_node
from vision.contract import CameraHealth, CameraState, ViewState

NOON = datetime(2026, 11, 20, 12, tzinfo=clock.SHANGHAI)
TODAY = date(2026, 11, 20)


def at(seconds, begin=NOON):
    return begin + timedelta(seconds=seconds)


def test_seconds_are_given_to_the_day_they_lie_in():
    midnight = clock.start_of(TODAY)
    assert days.shares(NOON, at(10)) == {TODAY: 10}
    assert days.shares(at(-20, midnight), at(10, midnight)) == {
        TODAY: 10, TODAY - timedelta(days=1): 20,
    }  # fmt: skip
    assert days.shares(at(-20, midnight), midnight) == {TODAY - timedelta(days=1): 20}
    assert days.shares(NOON, at(3600)) == {TODAY: 60}
    assert days.shares(NOON, NOON) == days.shares(at(5), NOON) == {}


def test_a_counter_that_fell_or_whose_worker_began_anew_counts_from_zero():
    assert (days.gained(5, 7), days.gained(5, 3), days.gained(5, 5)) == (2, 3, 0)
    assert days.gained(5, 7, restarted=True) == 7


def test_heartbeats_add_up_to_a_camera_s_day(app, cast):
    node = make_node(app)
    camera, other = make_camera(cast, node), make_camera(cast, node, name="Other")
    started = [NOON]

    def beat(begin, seconds, *, view=ViewState.OK, state=CameraState.RUNNING, **counters):
        line = CameraHealth(camera_uid(camera), state, view=view, **counters)
        with clock.frozen(at(seconds, begin)):
            second = CameraHealth(camera_uid(other), CameraState.FAILED)
            assert node.beat(line, second, started_at=started[0]).status_code == 200

    def day(which=TODAY):
        db.session.rollback()
        found = days.of_cameras(SYSTEM, [camera, other], which, which)
        assert other not in found
        row = found[camera][which]
        return row.running_s, row.reconnects, row.dropped, row.judged

    beat(NOON, 0, dropped=4)
    beat(NOON, 10, dropped=6, judged=40)
    assert day() == (10, 0, 6, 40)
    beat(NOON, 10, dropped=6, judged=40)  # the same again
    assert day() == (10, 0, 6, 40)
    beat(NOON, 20, view=ViewState.COVERED, dropped=6, judged=40)
    beat(NOON, 30, state=CameraState.STALLED, reconnects=2, dropped=6, judged=40)
    beat(NOON, 40, reconnects=2, dropped=6, judged=80)
    assert day() == (20, 2, 6, 80)
    beat(NOON, 400, reconnects=2, dropped=6, judged=80)  # silent meanwhile
    assert day() == (80, 2, 6, 80)
    beat(NOON, 410, dropped=1, judged=5)  # this camera's reader began anew
    assert day() == (90, 2, 7, 85)
    started[0] = at(415)
    beat(NOON, 420, dropped=3, judged=50)  # the worker began anew, and is further on already
    assert day() == (100, 2, 10, 135)
    midnight = clock.end_of(TODAY)
    beat(midnight, -8, dropped=3, judged=50)
    beat(midnight, 2, dropped=4, judged=60)
    assert day() == (168, 2, 10, 135)
    assert day(TODAY + timedelta(days=1)) == (2, 0, 1, 10)
