"""Two administrators at once: one of them decides, the other is told."""

from __future__ import annotations

from supervision.canary import queries, service
from supervision.canary.workflow import CanaryState
from supervision.core.actor import SYSTEM
from supervision.detector import queries as detectors
from tests.factories.canaries import begin, canary, of_today
from tests.factories.models import a_candidate, model, seeded
from tests.factories.video import make_camera, make_node
from tests.security.test_races import race


def _promote(canary_id, seen):
    detectors.lock_registry()
    found = queries.get_canary(canary_id, SYSTEM, for_update=True)
    service.promote(found, SYSTEM, seen_active_id=seen)


def _roll_back(canary_id):
    detectors.lock_registry()
    service.roll_back(queries.get_canary(canary_id, SYSTEM, for_update=True), SYSTEM)


def test_of_two_models_that_are_promoted_at_once_one_is_the_default(app, cast):
    first, node = seeded(), make_node(app)
    of_today(node)
    trials = [begin(a_candidate(str(n)), make_camera(cast, node, name=f"Line {n}")) for n in (2, 3)]
    results = race(app, *(lambda i=i: _promote(i, first) for i in trials))
    assert results.count(None) == 1
    states = {canary(i).status for i in trials}
    assert states == {CanaryState.PROMOTED, CanaryState.RUNNING}
    assert detectors.active().previous_id == first


def test_a_trial_is_promoted_or_rolled_back_but_not_both(app, cast):
    first, node = seeded(), make_node(app)
    of_today(node)
    ident = a_candidate()
    found = begin(ident, make_camera(cast, node))
    results = race(app, lambda: _promote(found, first), lambda: _roll_back(found))
    assert results.count(None) == 1
    is_default = detectors.active().id == ident
    assert is_default == (canary(found).status is CanaryState.PROMOTED)
    assert model(ident).status == ("active" if is_default else "candidate")


def test_a_camera_is_on_one_trial_whoever_begins_at_the_same_time(app, cast):
    seeded()
    node = make_node(app)
    of_today(node)
    camera = make_camera(cast, node)
    idents = [a_candidate(str(n)) for n in (2, 3)]

    def start(model_id):
        detectors.lock_registry()
        service.begin(model(model_id), SYSTEM, [camera], reason="x")

    results = race(app, *(lambda i=i: start(i) for i in idents))
    assert results.count(None) == 1
    assert sorted(model(i).status for i in idents) == ["canary", "candidate"]
