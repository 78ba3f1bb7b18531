"""Weights on some cameras: begun, compared, promoted, rolled back, ended, warned of."""

from __future__ import annotations

from datetime import timedelta

import pytest

from supervision.canary import comparing, jobs, service
from supervision.canary.rules import Finding
from supervision.canary.workflow import CanaryState
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.notices import Notice
from supervision.detector import queries as detectors
from supervision.detector.workflow import DetectorState
from supervision.video import queries as video
from supervision.video.models import CameraDay
from tests.factories.canaries import begin, canary, judged, of_today, ref
from tests.factories.models import a_candidate, model, seeded
from tests.factories.video import MODEL, make_camera, make_node


@pytest.fixture
def node(app, cast):
    seeded()
    node = make_node(app)
    of_today(node)
    return node


@pytest.fixture
def camera(cast, node):
    return make_camera(cast, node)


def _model_of(camera_id):
    db.session.rollback()
    return video.get_camera(camera_id, SYSTEM).model_id


def test_a_trial_gives_its_cameras_the_weights_and_a_roll_back_takes_them_away(camera):
    ident = a_candidate()
    found = begin(ident, camera)
    assert (_model_of(camera), model(ident).status) == (ident, DetectorState.CANARY)
    with transaction():
        service.roll_back(canary(found), SYSTEM, note="worse at night")
    assert (_model_of(camera), model(ident).status) == (None, DetectorState.CANDIDATE)
    ended = canary(found)
    assert (ended.status, ended.ended_note) == (CanaryState.ROLLED_BACK, "worse at night")
    with pytest.raises(Conflict), transaction():
        service.promote(canary(found), SYSTEM)
    assert begin(ident, camera) != found, "it may be tried another time"


def test_what_is_promoted_is_the_default_and_its_cameras_are_like_all_others(camera):
    ident = a_candidate()
    found = begin(ident, camera)
    with transaction():
        service.promote(canary(found), SYSTEM, seen_active_id=canary(found).against_id)
    assert detectors.active().id == ident
    assert (_model_of(camera), canary(found).status) == (None, CanaryState.PROMOTED)


@pytest.mark.parametrize(
    ("cameras", "changes", "field"),
    [
        ([], {}, "cameras"),
        ([10_000], {}, "cameras"),
        (range(1, 60), {}, "cameras"),
        (None, {"reason": ""}, "reason"),
        (None, {"until": clock.today() - timedelta(days=1)}, "until"),
    ],
)
def test_a_trial_that_cannot_be_is_refused_by_its_field(camera, cameras, changes, field):
    ident = a_candidate()
    with pytest.raises(InvalidInput) as refused:
        begin(ident, *([camera] if cameras is None else cameras), **changes)
    assert refused.value.field == field
    db.session.rollback()
    assert model(ident).status is DetectorState.CANDIDATE


def test_a_camera_whose_worker_is_too_old_or_that_is_on_another_trial_is_left_out(
    cast, app, camera
):
    old = make_camera(cast, make_node(app, "Old"), name="Old gate")
    with pytest.raises(InvalidInput, match="Old gate"):
        begin(a_candidate(), camera, old)
    begin(a_candidate("3"), camera)
    with pytest.raises(Conflict, match="Line 2 north"):
        begin(a_candidate("4"), camera)


def test_a_section_chief_tries_nothing(cast, camera):
    ident = a_candidate()
    with pytest.raises(Forbidden), transaction():
        service.begin(model(ident), cast["section_chief"], [camera], reason="x")


def test_new_weights_stand_beside_the_old_on_these_cameras_and_on_others(cast, node, camera):
    now = clock.now()
    other = make_camera(cast, node, name="Line 3")
    ident = a_candidate()
    with clock.frozen(now - timedelta(days=2)):
        found = begin(ident, camera)
    before, during = now - timedelta(days=4), now - timedelta(days=1)
    judged(cast, node, camera, by=MODEL, at=before, right=1, wrong=2, waiting=1)
    judged(cast, node, camera, by=ref(ident), at=during, right=2, wrong=1, waiting=1)
    judged(cast, node, camera, by=MODEL, at=during, waiting=1)
    judged(cast, node, other, by=MODEL, at=during, right=1, wrong=1)
    with transaction():
        for ago in range(5):
            day = clock.day_of(now) - timedelta(days=ago)
            db.session.add(CameraDay(camera_id=camera, day=day, running_s=43_200))
    with clock.frozen(now):
        told = comparing.compare(canary(found), now)
    assert [
        (side.tally.told, side.verdicts.confirmed, side.verdicts.false, side.tally.waiting)
        for side in (told.new, told.before, told.others)
    ] == [(4, 2, 1, 1), (4, 1, 2, 1), (2, 1, 1, 0)]
    assert (told.still_old, told.other_cameras) == (1, 1)
    assert told.against_before is told.against_others is Finding.TOO_FEW
    # Half of each day it ran: two days, the present one as far as it has come.
    assert 0.9 < told.new.camera_days < 1.6
    assert told.others.camera_days is None
    assert told.new.per_day == pytest.approx(4 / told.new.camera_days)
    assert told.cameras[camera].new.tally.told == 4


def _notices(kind):
    db.session.rollback()
    return db.session.scalars(db.select(Notice).where(Notice.kind == kind)).all()


def test_people_are_told_once_of_weights_that_are_clearly_worse_and_decide_themselves(
    cast, node, camera, monkeypatch
):
    monkeypatch.setattr("supervision.canary.rules.NEEDED", 4)
    ident, now = a_candidate(), clock.now()
    with clock.frozen(now - timedelta(days=1)):
        found = begin(ident, camera)
    judged(cast, node, camera, by=MODEL, at=now - timedelta(days=2), right=6)
    judged(cast, node, camera, by=ref(ident), at=now - timedelta(hours=1), wrong=3)
    assert jobs.watch(now) == 0, "too few to say anything"
    judged(cast, node, camera, by=ref(ident), at=now - timedelta(hours=1), wrong=3)
    assert [jobs.watch(now), jobs.watch(now)] == [1, 0]
    [notice] = _notices("canary.worse")
    assert notice.params == {"model": "site-safety 2", "percent": "0", "before": "100"}
    assert canary(found).status is CanaryState.RUNNING


def test_a_trial_ends_by_itself_on_the_evening_of_its_last_day(camera):
    ident = a_candidate()
    found = begin(ident, camera, until=clock.today())
    assert jobs.watch(clock.now()) == 0
    late = clock.end_of(clock.today())
    with clock.frozen(late):
        assert [jobs.watch(late), jobs.watch(late)] == [1, 0]
    assert (_model_of(camera), canary(found).status) == (None, CanaryState.ENDED)
    assert len(_notices("canary.ended")) == 1
