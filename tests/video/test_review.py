"""Verdicts: what each leaves behind, and that a thing seen twice is one hazard."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM, Side
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, DomainError, Forbidden, InvalidInput, NotFound
from supervision.core.scope import visible
from supervision.hazard import queries as hazard_queries
from supervision.hazard import service as hazards
from supervision.hazard.models import Hazard
from supervision.hazard.rules import Category, Factor, InvalidReason, Source
from supervision.video import queries, service
from supervision.video.rules import RejectReason
from supervision.video.workflow import REVIEW_WORKFLOW, ReviewState
from tests.factories.hazards import picture
from tests.factories.video import (
    camera_uid,
    closed,
    make_camera,
    make_event,
    make_node,
    make_violation,
    media_of,
    reference,
    violation,
)
from vision.contract import EvidenceKind, RuleKind


@pytest.fixture
def node(app, cast):
    return make_node(app)


@pytest.fixture
def camera(cast, node):
    return make_camera(cast, node)


def confirm(violation_id, actor, **kwargs):
    with transaction():
        return service.confirm(violation_id, actor, **kwargs)


def tickets():
    db.session.rollback()
    return db.session.scalars(visible(Hazard, SYSTEM).order_by(Hazard.id)).all()


def load(violation_id):
    db.session.rollback()
    return queries.get_violation(violation_id, SYSTEM)


def test_a_confirmed_violation_opens_a_ticket_with_its_evidence(node, camera, cast):
    violation_id = make_violation(node, camera)
    confirm(violation_id, cast["video_operator"], note="Two men at the press")
    [ticket] = tickets()
    assert ticket.source is Source.VIDEO
    assert (ticket.factor, ticket.category) == (Factor.PEOPLE, Category.PROTECTIVE_EQUIPMENT)
    assert ticket.raised_side is Side.REGULATOR
    assert ticket.enterprise_id == cast.plant_id
    assert ticket.place == "Press shop"
    assert "Two men at the press" in ticket.description
    assert ticket.basis
    files = hazard_queries.get_hazard(ticket.id, SYSTEM).files
    assert sorted(f.attachment.media_type for f in files) == ["image/jpeg", "video/mp4"]
    found = load(violation_id)
    assert (found.status, found.hazard_id) == (ReviewState.CONFIRMED, ticket.id)
    assert (found.verdict_by, found.verdict_revision) == ("Video Operator", 2)


def test_the_side_that_confirms_is_the_side_that_verifies(node, camera, cast):
    confirm(make_violation(node, camera), cast["safety_manager"])
    assert tickets()[0].raised_side is Side.ENTERPRISE


@pytest.mark.parametrize("kind", list(RuleKind))
def test_every_kind_of_rule_has_a_meaning_in_law(node, camera, cast, kind):
    confirm(make_violation(node, camera, rule_kind=kind, rule_id=kind), cast["video_operator"])
    [ticket] = tickets()
    assert ticket.basis.startswith("《中华人民共和国")


def test_the_next_sighting_joins_the_open_ticket(node, camera, cast):
    first = make_violation(node, camera)
    second = make_violation(node, camera, colour="navy")
    confirm(first, cast["video_operator"])
    confirm(second, cast["district_officer"])
    [ticket] = tickets()
    assert load(second).hazard_id == ticket.id
    whole = hazard_queries.get_hazard(ticket.id, SYSTEM)
    assert len(whole.files) == 4
    assert [e.action for e in whole.events] == ["report", "evidence"]


@pytest.mark.parametrize("other", ["another rule", "another zone", "another camera", "settled"])
def test_anything_else_opens_a_ticket_of_its_own(node, camera, cast, other):
    first = make_violation(node, camera)
    confirm(first, cast["district_officer"])
    changes = {
        "another rule": {"rule_id": "vest_missing", "rule_kind": RuleKind.VEST_MISSING},
        "another zone": {"zone_id": "press"},
    }.get(other, {})
    where = make_camera(cast, node, name="South") if other == "another camera" else camera
    if other == "settled":
        with transaction():
            ticket = hazard_queries.get_hazard(tickets()[0].id, cast["district_officer"])
            hazards.invalidate(
                ticket, cast["district_officer"], invalid_reason=InvalidReason.FALSE_ALARM
            )
    confirm(make_violation(node, where, colour="navy", **changes), cast["district_officer"])
    assert len(tickets()) == 2


def race(app, *calls):
    """Run all at once, each in a context of its own; returns what each raised or None."""
    results: list[Exception | None] = []
    start = threading.Barrier(len(calls))

    def run(call):
        with app.app_context():
            start.wait()
            try:
                call()
                results.append(None)
            except DomainError as error:
                results.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_ten_people_who_confirm_the_same_violation_at_once_make_one_ticket(app, node, camera, cast):
    violation_id = make_violation(node, camera)
    results = race(app, *[lambda: confirm(violation_id, cast["video_operator"])] * 10)
    assert len(tickets()) == 1
    assert [r for r in results if r is None] == [None]
    assert all(isinstance(r, Conflict) for r in results if r is not None)


def test_eight_sightings_confirmed_at_once_make_one_ticket(app, node, camera, cast):
    ids = [make_violation(node, camera, colour=c) for c in ("red", "navy", "teal", "gold")]
    ids += [make_violation(node, camera, with_files=False) for _ in range(4)]
    results = race(app, *[lambda i=i: confirm(i, cast["video_operator"]) for i in ids])
    assert results == [None] * 8
    [ticket] = tickets()
    assert {load(i).hazard_id for i in ids} == {ticket.id}


def test_a_hundred_copies_and_a_confirmation_end_in_one_ticket(app, node, camera, cast):
    event = make_event(node, camera_uid(camera))
    node.send(event)
    ident = violation(event.event_id).id
    posts = [lambda: node.send(closed(event))] * 20
    results = race(app, *posts, lambda: confirm(ident, cast["video_operator"]), *posts)
    assert results == [None] * 41
    assert len(tickets()) == 1
    found = load(ident)
    assert (found.revision, found.status) == (2, ReviewState.CONFIRMED)


def test_evidence_that_comes_after_the_verdict_joins_the_ticket(node, camera, cast):
    data = picture()
    event = make_event(node, camera_uid(camera), evidence=(reference(EvidenceKind.SNAPSHOT, data),))
    node.send(event)
    confirm(violation(event.event_id).id, cast["video_operator"])
    [ticket] = tickets()
    assert hazard_queries.get_hazard(ticket.id, SYSTEM).files == []
    assert node.upload(event.event_id, data).status_code == 201
    db.session.rollback()
    [file] = hazard_queries.get_hazard(ticket.id, SYSTEM).files
    assert file.kind == "evidence"


def test_a_verdict_stays_when_the_episode_goes_on(node, camera, cast):
    event = make_event(node, camera_uid(camera))
    node.send(event)
    ident = violation(event.event_id).id
    with transaction():
        service.reject(ident, cast["video_operator"], reason=RejectReason.COMPLIANT)
    assert node.send(closed(event)).status_code == 201
    found = load(ident)
    assert (found.status, found.revision, found.verdict_revision) == (ReviewState.REJECTED, 2, 1)


def test_a_node_whose_clock_runs_ahead_does_not_stop_a_confirmation(node, camera, cast):
    ahead = clock.now() + timedelta(days=2)
    ident = make_violation(node, camera, started_at=ahead)
    confirm(ident, cast["video_operator"])
    assert tickets()[0].found_at <= clock.now()


def test_a_rejection_needs_a_reason_and_another_one_needs_words(node, camera, cast):
    ident = make_violation(node, camera, with_files=False)
    actor = cast["video_operator"]
    for reason in (None, RejectReason.OTHER):
        with pytest.raises(InvalidInput), transaction():
            service.reject(ident, actor, reason=reason)
    assert load(ident).status is ReviewState.PENDING
    with transaction():
        service.reject(ident, actor, reason=RejectReason.OTHER, note="A mannequin")
    assert load(ident).reject_reason is RejectReason.OTHER
    assert tickets() == []


def test_a_duplicate_points_to_another_violation_of_the_same_camera(node, camera, cast):
    actor = cast["video_operator"]
    first = make_violation(node, camera, with_files=False)
    second = make_violation(node, camera, with_files=False)
    third = make_violation(node, camera, with_files=False)
    elsewhere = make_violation(node, make_camera(cast, node, name="South"), with_files=False)
    for wrong in (second, elsewhere):
        with pytest.raises(InvalidInput), transaction():
            service.mark_duplicate(second, actor, original_id=wrong)
    with transaction():
        service.mark_duplicate(second, actor, original_id=first)
    assert load(second).duplicate_of_id == first
    with pytest.raises(InvalidInput, match="itself a duplicate"), transaction():
        service.mark_duplicate(third, actor, original_id=second)


@pytest.mark.parametrize("verdict", ["confirm", "reject", "duplicate"])
def test_a_verdict_is_final(node, camera, cast, verdict):
    actor = cast["video_operator"]
    first = make_violation(node, camera, with_files=False)
    ident = make_violation(node, camera, with_files=False)
    take = {
        "confirm": lambda: service.confirm(ident, actor),
        "reject": lambda: service.reject(ident, actor, reason=RejectReason.TEST),
        "duplicate": lambda: service.mark_duplicate(ident, actor, original_id=first),
    }
    with transaction():
        take[verdict]()
    for again in take.values():
        with pytest.raises(Conflict), transaction():
            again()
    # Only what the system filed may be undone, and that was nobody's verdict.
    later = [t.name for t in REVIEW_WORKFLOW.transitions if t.sources - {ReviewState.PENDING}]
    assert later == ["take_apart"]
    with pytest.raises((Conflict, Forbidden)), transaction():
        service.take_apart(ident, actor)


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("auditor", Forbidden),
        ("administrator", Forbidden),
        ("other_district", NotFound),
        ("other_plant", NotFound),
    ],
)
def test_nobody_else_can_decide(node, camera, cast, who, error):
    ident = make_violation(node, camera, with_files=False)
    with pytest.raises(error):
        confirm(ident, cast[who])
    assert load(ident).status is ReviewState.PENDING
    assert tickets() == []


def test_every_verdict_is_in_the_trail(node, camera, cast):
    actor = cast["video_operator"]
    first, second, third = (make_violation(node, camera, with_files=False) for _ in range(3))
    confirm(first, actor)
    with transaction():
        service.reject(second, actor, reason=RejectReason.UNCLEAR)
        service.mark_duplicate(third, actor, original_id=first)
    stmt = visible(AuditEntry, SYSTEM, AuditEntry.action).where(
        AuditEntry.actor_name == "Video Operator", AuditEntry.entity == "violation"
    )
    assert list(db.session.scalars(stmt.order_by(AuditEntry.id))) == [
        "video.confirm",
        "video.reject",
        "video.duplicate",
    ]


def _ticket_of(violation_id, cast, pages, who):
    confirm(violation_id, cast["video_operator"])
    return tickets()[-1].id, pages.get(who, f"/hazards/{tickets()[-1].id}").get_data(as_text=True)


def test_the_ticket_shows_clip_and_snapshot_with_the_boxes_from_data(node, camera, cast, pages):
    violation_id = make_violation(node, camera)
    _id, page = _ticket_of(violation_id, cast, pages, "safety_manager")
    for address in media_of(violation_id):
        assert f'src="{address}"' in page
    assert page.count('class="boxes-rect"') == 1
    assert "Bare head 0.71" in page
    assert "autoplay" not in page


def test_a_ticket_of_many_sightings_shows_the_newest_and_says_how_many_more(
    node, camera, cast, pages
):
    now = clock.now()
    for number in range(5):
        at = now - timedelta(minutes=10 - number)
        confirm(make_violation(node, camera, started_at=at), cast["video_operator"])
    [ticket] = tickets()
    page = pages.get("district_officer", f"/hazards/{ticket.id}").get_data(as_text=True)
    assert page.count('class="sighting"') == 3
    assert "2 earlier sightings are in the evidence too." in page


def test_who_may_not_see_video_still_sees_the_tickets_own_evidence(node, camera, cast, pages):
    violation_id = make_violation(node, camera)
    hazard_id, page = _ticket_of(violation_id, cast, pages, "worker")
    assert "/video/" not in page.split("<main")[1]
    assert page.count(f"/hazards/{hazard_id}/files/") >= 2
