"""Several messages in one request: each is taken, refused or parked by itself."""

from __future__ import annotations

import pytest

from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.video import intake
from supervision.video.models import ParkedEvent
from tests.contract.test_leases import LEASE_S, ask, seen, site  # noqa: F401 - the fixture
from tests.contract.test_violations import count, parked
from tests.factories.video import camera_uid, closed, make_camera, make_event, make_node, violation
from vision import contract
from vision.contract import Phase, RuleKind


def statuses(answer):
    assert answer.status_code == 200, answer.text
    return [one["status"] for one in answer.json["answers"]]


def test_each_of_several_is_taken_and_recorded(node, camera):
    events = [make_event(node, camera) for _ in range(3)]
    assert statuses(node.send_several(*events)) == [201, 201, 201]
    assert count() == 3
    told = {entry.data["event_id"] for entry in db.session.scalars(
        visible(AuditEntry, SYSTEM).where(AuditEntry.action == "video.violation")
    )}  # fmt: skip
    assert told == {event.event_id for event in events}
    assert statuses(node.send_several(*events)) == [200, 200, 200]
    assert count() == 3


def test_the_whole_life_of_an_episode_in_one_request(node, camera):
    event = make_event(node, camera)
    further = closed(event, revision=2, phase=Phase.UPDATE, ended_at=None)
    assert statuses(node.send_several(event, further, closed(event, revision=3))) == [201, 201, 201]
    found = violation(event.event_id)
    assert (found.revision, found.phase) == (3, Phase.CLOSE)


def test_what_does_not_fit_is_parked_alone_with_its_own_words(node, camera, cast, app):
    foreign = camera_uid(make_camera(cast, make_node(app, "Other"), name="Foreign"))
    good, other = make_event(node, camera), make_event(node, camera)
    answer = node.send_several(good, b'{"event_id": "ev-odd"}', make_event(node, foreign), other)
    assert statuses(answer) == [201, 422, 422, 201]
    assert [one.get("field") for one in answer.json["answers"][1:3]] == [
        "revision",
        "camera_id",
    ]
    odd, strange = parked()
    assert (odd.event_id, odd.body) == ("ev-odd", '{"event_id": "ev-odd"}')
    assert strange.problem == "is no camera of this node"
    assert count() == 2


def test_what_needs_a_closer_look_keeps_its_place(node, camera):
    """Fire is told of at once, a doubled message and one that steps back are known, all in order."""
    fire = make_event(node, camera, rule_id="fire", rule_kind=RuleKind.FIRE_SMOKE)
    plain = make_event(node, camera)
    answer = node.send_several(fire, plain, plain, closed(fire), fire)
    assert statuses(answer) == [201, 201, 200, 201, 200]
    assert violation(fire.event_id).phase is Phase.CLOSE
    assert violation(plain.event_id).phase is Phase.OPEN


def test_one_that_names_another_of_the_same_request_is_filed_under_it(node, camera, cast):
    second = camera_uid(make_camera(cast, node, name="Second"))
    first = make_event(node, camera)
    same = make_event(node, second, same_as=first.event_id)
    assert statuses(node.send_several(same, first)) == [201, 201]
    assert violation(same.event_id).duplicate_of_id == violation(first.event_id).id


def test_what_was_seen_without_a_lease_is_refused_alone(site):  # noqa: F811
    ask(site, "a", 0)
    ask(site, "b", LEASE_S + 5)
    kept, late = seen(site, LEASE_S + 6, 2), seen(site, LEASE_S + 6, 1)
    assert statuses(site.node.send_several(late, kept)) == [409, 201]
    assert count() == 1


def test_nothing_is_half_written_where_one_of_them_breaks_the_web(node, camera, monkeypatch, app):
    events = [make_event(node, camera) for _ in range(3)]
    real = intake.take_plainly

    def break_at_the_last(actor, event):
        if event.event_id == events[2].event_id:
            raise RuntimeError("told to fail")
        return real(actor, event)

    app.config["PROPAGATE_EXCEPTIONS"] = False
    entries = count(AuditEntry)
    with monkeypatch.context() as broken:
        broken.setattr(intake, "take_plainly", break_at_the_last)
        assert node.send_several(*events).status_code == 500
        assert (count(), count(ParkedEvent), count(AuditEntry)) == (0, 0, entries)
    assert statuses(node.send_several(*events)) == [201, 201, 201]


@pytest.mark.parametrize("many", [0, contract.MAX_EVENTS + 1])
def test_none_and_too_many_are_refused_whole(node, camera, many):
    answer = node.send_several(*[make_event(node, camera) for _ in range(many)])
    assert (answer.status_code, answer.json["field"]) == (400, "body")
    assert (count(), count(ParkedEvent)) == (0, 0)


def test_a_token_speaks_for_its_own_node_in_each_of_them(app, cast, node, camera):
    other = make_node(app, "Other")
    mine = make_event(node, camera)
    assert statuses(other.send_several(mine)) == [422]
    assert count() == 0
