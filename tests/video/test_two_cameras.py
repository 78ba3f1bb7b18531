"""One thing that two cameras saw: filed under the first, never hidden, taken apart by a person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden
from supervision.core.scope import visible
from supervision.video import service
from supervision.video.rules import RejectReason
from supervision.video.workflow import ReviewState
from tests.factories.video import (
    camera_uid,
    closed,
    make_camera,
    make_event,
    make_node,
    violation,
)
from vision.contract import RuleKind


@pytest.fixture
def node(app, cast):
    return make_node(app)


@pytest.fixture
def first(cast, node):
    return make_event(node, camera_uid(make_camera(cast, node)))


@pytest.fixture
def second(cast, node, first):
    other = camera_uid(make_camera(cast, node, name="South"))
    return make_event(node, other, same_as=first.event_id)


def status(event):
    return violation(event.event_id).status


def test_the_second_sighting_is_filed_under_the_first(node, first, second):
    node.send(first)
    node.send(second)
    filed = violation(second.event_id)
    assert (filed.status, filed.is_filed_by_system) == (ReviewState.DUPLICATE, True)
    assert filed.duplicate_of_id == violation(first.event_id).id
    actions = visible(AuditEntry, SYSTEM, AuditEntry.actor_name, AuditEntry.action)
    assert ("system", "video.filed") in set(db.session.execute(actions).tuples())


def test_the_first_may_come_later_and_until_then_the_second_waits(node, first, second):
    node.send(second)
    assert status(second) is ReviewState.PENDING
    node.send(first)
    assert (status(first), status(second)) == (ReviewState.PENDING, ReviewState.DUPLICATE)


def test_a_third_that_names_the_second_is_filed_under_the_first(cast, node, first, second):
    west = camera_uid(make_camera(cast, node, name="West"))
    third = make_event(node, west, same_as=second.event_id)
    for event in (first, second, third):
        node.send(event)
    assert violation(third.event_id).duplicate_of_id == violation(first.event_id).id


def test_two_that_name_each_other_both_wait_for_a_person(node, first, second):
    node.send(replace(first, same_as=second.event_id))
    node.send(second)
    node.send(closed(replace(first, same_as=second.event_id)))
    assert [status(first), status(second)] == [ReviewState.PENDING] * 2


def test_a_ring_of_three_leaves_one_that_waits(cast, node, first, second):
    west = camera_uid(make_camera(cast, node, name="West"))
    third = make_event(node, west, same_as=second.event_id)
    for event in (replace(first, same_as=third.event_id), second, third):
        node.send(event)
    states = [status(event) for event in (first, second, third)]
    assert states.count(ReviewState.PENDING) == 1


def test_what_was_rejected_says_nothing_of_another_cameras_picture(cast, node, first, second):
    node.send(first)
    with transaction():
        ident = violation(first.event_id).id
        service.reject(ident, cast["video_operator"], reason=RejectReason.WRONG_OBJECT)
    node.send(second)
    assert status(second) is ReviewState.PENDING


def test_what_was_filed_waits_again_when_its_original_is_rejected(cast, node, first, second):
    node.send(first)
    node.send(second)
    with transaction():
        ident = violation(first.event_id).id
        service.reject(ident, cast["video_operator"], reason=RejectReason.UNCLEAR)
    node.send(closed(second))
    found = violation(second.event_id)
    assert (found.status, found.revision, found.is_apart) == (ReviewState.PENDING, 2, False)
    with transaction():
        service.confirm(found.id, cast["video_operator"])
    assert status(second) is ReviewState.CONFIRMED


def test_a_thing_of_another_kind_is_no_duplicate(cast, node, first, second):
    fire = replace(second, rule_kind=RuleKind.FIRE_SMOKE)
    for event in (first, fire):
        node.send(event)
    assert status(fire) is ReviewState.PENDING


def test_another_enterprises_event_is_no_original(cast, node, first):
    far = camera_uid(make_camera(cast, node, enterprise_id=cast.far_plant_id))
    named = make_event(node, far, same_as=first.event_id)
    node.send(first)
    node.send(named)
    assert status(named) is ReviewState.PENDING


def test_a_person_takes_it_apart_and_it_stays_so(cast, node, first, second):
    node.send(first)
    node.send(second)
    ident = violation(second.event_id).id
    with pytest.raises(Forbidden), transaction():
        service.take_apart(ident, cast["auditor"])
    with transaction():
        service.take_apart(ident, cast["video_operator"])
    node.send(closed(second))
    found = violation(second.event_id)
    assert (found.status, found.revision) == (ReviewState.PENDING, 2)
    with transaction():
        service.confirm(ident, cast["video_operator"])
    with pytest.raises(Conflict), transaction():
        service.take_apart(ident, cast["video_operator"])


def test_a_persons_verdict_is_not_taken_apart_and_no_later_revision_files_it(
    cast, node, first, second
):
    node.send(first)
    same_camera = replace(first, event_id="ev-again")
    node.send(same_camera)
    with transaction():
        ident = violation("ev-again").id
        original = violation(first.event_id).id
        service.mark_duplicate(ident, cast["video_operator"], original_id=original)
    with pytest.raises(Forbidden), transaction():
        service.take_apart(ident, cast["video_operator"])


def test_the_originals_page_shows_what_the_other_camera_saw(cast, pages, node, first, second):
    node.send(first)
    node.send(second)
    original, other = violation(first.event_id).id, violation(second.event_id).id
    page = pages.get("video_operator", f"/video/{original}").text
    assert "Also seen by" in page
    assert "South" in page
    assert f'href="/video/{other}?' in page
    filed = pages.get("video_operator", f"/video/{other}").text
    assert "Filed by the system" in filed
    answer = pages.post("video_operator", f"/video/{other}/take-apart")
    assert answer.location.startswith(f"/video/{other}")
    assert f"/video/{other}/confirm" in pages.get("video_operator", f"/video/{other}").text
