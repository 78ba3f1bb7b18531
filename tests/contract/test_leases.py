"""Cameras that several machines share: who has which, what passes on with them, what comes late."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import event, select, text

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.scope import visible
from supervision.video import equipment, lease_rules, leases, queries
from supervision.video.lease_models import CameraLease, CameraLeaseTerm
from supervision.video.models import ParkedEvent, Violation
from supervision.video.workflow import ReviewState
from tests.factories.hazards import picture
from tests.factories.video import (
    camera_uid,
    closed,
    make_camera,
    make_event,
    make_node,
    reference,
    violation,
)
from vision import contract
from vision.contract import EvidenceKind, LeaseAsk, LeaseGrant, NodeConfig, Phase

LEASE_S = 6.0


@pytest.fixture
def site(app, cast):
    """A node of several machines with one camera, at a moment that stands still."""
    node = make_node(app, "Cluster")
    camera_id = make_camera(cast, node)
    with transaction():
        equipment.share(queries.get_node(node.id, SYSTEM), SYSTEM, LEASE_S)
    found = SimpleNamespace(node=node, camera_id=camera_id, camera=camera_uid(camera_id))
    found.start = clock.now() - timedelta(hours=1)
    return found


def ask(site, holder, at_s, *cameras, fresh=None, release=()):
    """What the web answers ``at_s`` seconds after the start."""
    cameras = cameras or (site.camera,)
    body = LeaseAsk(
        site.node.uid, holder, cameras, tuple(release), cameras if fresh is None else tuple(fresh)
    )
    with clock.frozen(site.start + timedelta(seconds=at_s)):
        answer = site.node.call("POST", "/leases", json=contract.to_json(body))
    assert answer.status_code == 200, answer.text
    return contract.parse(LeaseGrant, answer.json)


def send(site, event, at_s):
    with clock.frozen(site.start + timedelta(seconds=at_s)):
        return site.node.send(event).status_code


def seen(site, at_s, lease, **changes):
    instant = site.start + timedelta(seconds=at_s)
    return make_event(site.node, site.camera, started_at=instant, lease=lease, **changes)


def epochs(grant):
    return {one.camera_id: one.epoch for one in grant.leases}


def waiting():
    """The violations that wait for a person."""
    db.session.rollback()
    stmt = visible(Violation, SYSTEM, Violation.event_id)
    pending = stmt.where(Violation.status == ReviewState.PENDING).order_by(Violation.id)
    return list(db.session.scalars(pending))


def terms():
    db.session.rollback()
    stmt = select(CameraLeaseTerm).order_by(CameraLeaseTerm.epoch)
    return [(one.epoch, one.holder, one.until) for one in db.session.scalars(stmt)]


def test_the_second_waits_until_the_first_ones_time_is_over(site):
    first = ask(site, "a", 0)
    assert (epochs(first), first.lease_s) == ({site.camera: 1}, LEASE_S)
    assert ask(site, "b", 5).refused == (site.camera,)
    assert epochs(ask(site, "a", 5)) == {site.camera: 1}
    assert ask(site, "b", 11).refused == (site.camera,)
    assert epochs(ask(site, "b", 11.6)) == {site.camera: 2}
    assert ask(site, "a", 12).refused == (site.camera,)
    ends = site.start + timedelta(seconds=11)
    assert terms() == [(1, "a", ends), (2, "b", None)]


def test_what_is_given_back_is_free_at_once(site):
    ask(site, "a", 0)
    ask(site, "a", 1, release=(site.camera,))
    assert epochs(ask(site, "b", 1.6)) == {site.camera: 2}


def test_only_the_nodes_own_cameras_that_are_on_are_given(app, cast, site):
    foreign = camera_uid(make_camera(cast, make_node(app, "Other"), name="Foreign"))
    off = camera_uid(make_camera(cast, site.node, name="Off", is_enabled=False))
    grant = ask(site, "a", 0, site.camera, foreign, off, "cam-nobody")
    assert set(epochs(grant)) == {site.camera}
    assert set(grant.refused) == {foreign, off, "cam-nobody"}


def test_a_node_whose_cameras_are_its_alone_is_told_so(app, cast):
    node = make_node(app)
    camera = camera_uid(make_camera(cast, node))
    body = contract.to_json(LeaseAsk(node.uid, "a", (camera,)))
    answer = node.call("POST", "/leases", json=body)
    assert (answer.status_code, answer.json["field"]) == (422, "node")


def test_the_configuration_says_that_leases_are_needed(site):
    def told():
        answer = site.node.call("GET", "/config", headers={contract.HEADER: "4"})
        return contract.parse(NodeConfig, answer.json), answer.headers["ETag"]

    shared, etag = told()
    assert shared.lease_s == LEASE_S
    with transaction():
        equipment.share(queries.get_node(site.node.id, SYSTEM), SYSTEM, 0)
    alone, other = told()
    assert (alone.lease_s, etag == other) == (0, False)


def test_the_database_decides_as_the_rule_says(site):
    """Three holders, asking and giving back in an order that meets every branch."""
    script = [("a", 0), ("b", 3), ("a", 4), ("b", 10), ("b", 10.5), ("-b", 12), ("c", 12.2)]
    script += [("c", 12.5), ("a", 13), ("c", 60), ("-a", 61), ("a", 66.4), ("a", 66.5)]
    held = None
    for who, at_s in script:
        now = site.start + timedelta(seconds=at_s)
        if who.startswith("-"):
            ask(site, who[1:], at_s, release=(site.camera,))
            held = lease_rules.release(held, who[1:], now)
            continue
        given = lease_rules.decide(held, who, now, LEASE_S)
        assert epochs(ask(site, who, at_s)) == ({site.camera: given.epoch} if given else {})
        held = given or held
        row = db.session.scalars(select(CameraLease)).one()
        assert (row.epoch, row.holder, row.until) == (held.epoch, held.holder, held.until), at_s
        db.session.rollback()


def test_of_many_that_ask_at_once_exactly_one_has_each_camera(app, cast, site):
    """Also where they name the cameras in different orders: nobody waits for each other in a ring."""
    cameras = [site.camera]
    cameras += [camera_uid(make_camera(cast, site.node, name=f"Camera {n}")) for n in range(7)]
    holders = [f"group-{number}" for number in range(6)]
    asked, start = {}, threading.Barrier(len(holders))

    def one(number, holder):
        order = cameras[number:] + cameras[:number]
        body = contract.to_json(LeaseAsk(site.node.uid, holder, tuple(order)))
        start.wait()
        asked[holder] = site.node.call("POST", "/leases", json=body)

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(holders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    grants = [contract.parse(LeaseGrant, answer.json) for answer in asked.values()]
    given = [one.camera_id for grant in grants for one in grant.leases]
    assert sorted(given) == sorted(cameras)
    assert {one.epoch for grant in grants for one in grant.leases} == {1}


def test_a_question_costs_the_same_for_many_cameras_as_for_one(cast, site):
    def asked(*cameras):
        ask(site, "a", 0, *cameras)
        statements = []
        engine = db.engine

        def note(_connection, _cursor, statement, *_more):
            statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            ask(site, "a", 1, *cameras, fresh=())
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(statements)

    more = [camera_uid(make_camera(cast, site.node, name=f"Camera {n}")) for n in range(4)]
    assert asked(site.camera) == asked(site.camera, *more)


# ---- what passes on --------------------------------------------------------------------------


def test_the_next_holder_goes_on_with_what_is_open(site):
    ask(site, "a", 0)
    opened = seen(site, 2, 1)
    assert send(site, opened, 2) == 201
    grant = ask(site, "b", 20)
    [episode] = grant.episodes
    assert (episode.event_id, episode.revision) == (opened.event_id, 1)
    assert (episode.camera_id, episode.boxes) == (site.camera, opened.boxes)
    ended = closed(opened, lease=2)
    assert send(site, ended, 30) == 201
    found = violation(opened.event_id)
    assert (found.phase, found.lease, found.revision) == (Phase.CLOSE, 2, 2)


def test_what_is_open_is_told_again_where_the_answer_was_lost(site):
    ask(site, "a", 0)
    send(site, seen(site, 2, 1), 2)
    assert len(ask(site, "b", 20).episodes) == 1
    assert len(ask(site, "b", 21).episodes) == 1  # it still does not hold the camera, by its count
    assert ask(site, "b", 22, fresh=()).episodes == ()


def test_a_late_revision_of_what_has_passed_on_writes_nothing_over(site):
    ask(site, "a", 0)
    opened = seen(site, 2, 1)
    send(site, opened, 2)
    ask(site, "b", 20)
    snapshot = picture("orange")
    files = (reference(EvidenceKind.SNAPSHOT, snapshot),)
    late = closed(opened, revision=7, lease=1, evidence=files, score=0.99, seen_at=opened.seen_at)
    late["ended_at"] = late["seen_at"]
    assert send(site, late, 30) == 200
    found = violation(opened.event_id)
    assert (found.phase, found.revision, found.lease) == (Phase.OPEN, 1, 2)
    assert found.score == opened.score
    # The file that shows how it began is still wanted.
    assert site.node.upload(opened.event_id, snapshot).status_code == 201
    goes_on = closed(opened, revision=2, lease=2)
    assert send(site, goes_on, 31) == 201
    assert violation(opened.event_id).phase is Phase.CLOSE


def test_where_the_node_shares_no_more_the_same_worker_ends_what_it_began(site):
    ask(site, "a", 0)
    opened = seen(site, 2, 1)
    send(site, opened, 2)
    with transaction():
        equipment.share(queries.get_node(site.node.id, SYSTEM), SYSTEM, 0)
    assert send(site, closed(opened, lease=0), 30) == 201
    assert violation(opened.event_id).phase is Phase.CLOSE


def test_a_message_that_waits_for_a_hand_over_holds_nothing_that_the_hand_over_needs(site):
    """Else each would wait for the other until the database ends one of them."""
    if db.engine.dialect.name != "postgresql":
        return  # on SQLite there is one writer at a time
    ask(site, "a", 0)
    opened = seen(site, 2, 1)
    send(site, opened, 2)
    body, answers = contract.to_json(opened) | {"revision": 2, "phase": "update"}, []
    teller = threading.Thread(target=lambda: answers.append(send(site, body, 3)))
    with db.engine.begin() as handing_over:
        handing_over.execute(text("SELECT id FROM camera_lease FOR UPDATE"))
        teller.start()
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        until = time.monotonic() + 10
        while not handing_over.scalar(text(waits)) and time.monotonic() < until:
            handing_over.execute(text("SELECT pg_stat_clear_snapshot()"))
            time.sleep(0.02)
        handing_over.execute(text("SELECT id FROM violation FOR UPDATE NOWAIT"))
    teller.join()
    assert answers == [201]


# ---- what comes late -------------------------------------------------------------------------


def test_what_was_seen_in_its_own_term_is_taken_however_late(site):
    ask(site, "a", 0)
    ended = contract.parse(
        contract.ViolationEvent, closed(seen(site, -15, 1))
    )  # began before, over at -3
    in_term = seen(site, 1, 1)
    ask(site, "b", 20)
    assert send(site, ended, 500) == 201
    assert (
        send(
            site,
            closed(
                in_term,
                seen_at=site.start + timedelta(seconds=5),
                ended_at=site.start + timedelta(seconds=5),
            ),
            500,
        )
        == 201
    )
    assert violation(in_term.event_id).phase is Phase.CLOSE
    assert not violation(in_term.event_id).is_cut


def test_what_was_still_going_on_ends_where_it_was_last_seen(site):
    ask(site, "a", 0)
    cut = seen(site, 3, 1)
    ask(site, "b", 20)
    assert send(site, cut, 60) == 201
    found = violation(cut.event_id)
    assert (found.phase, found.ended_at, found.is_cut) == (Phase.CLOSE, cut.seen_at, True)
    # Its files come with the next revision, which still takes it for open.
    more = contract.to_json(cut) | {"revision": 2, "phase": "update"}
    assert send(site, more, 61) == 201
    found = violation(cut.event_id)
    assert (found.phase, found.revision, found.is_cut) == (Phase.CLOSE, 2, True)


def test_what_was_seen_after_the_term_is_refused_kept_and_audited(site):
    ask(site, "a", 0)
    stray = seen(site, 15, 1)
    ask(site, "b", 10)
    assert send(site, stray, 16) == 409
    assert waiting() == []
    [parked] = db.session.scalars(visible(ParkedEvent, SYSTEM)).all()
    assert (parked.event_id, parked.field) == (stray.event_id, "lease")
    stmt = visible(AuditEntry, SYSTEM).where(AuditEntry.action == "video.lease_over")
    [entry] = db.session.scalars(stmt).all()
    assert entry.data["event_id"] == stray.event_id


@pytest.mark.parametrize("lease", [2, 9])
def test_a_term_that_never_was_is_no_term(site, lease):
    ask(site, "a", 0)
    assert send(site, seen(site, 1, lease), 2) == 422


def test_without_a_lease_only_the_time_before_the_first_term_counts(site):
    before, during = seen(site, -5, 0), seen(site, 30, 0)
    ask(site, "a", 0)
    assert send(site, before, 31) == 201
    assert send(site, during, 31) == 409


# ---- one thing, told by two ------------------------------------------------------------------


def test_what_both_saw_is_one_violation_whoever_is_heard_first(site):
    ask(site, "a", 0)
    ask(site, "b", 20)
    cut, later = seen(site, 4, 1), seen(site, 24, 2)
    assert send(site, later, 25) == 201
    assert send(site, cut, 60) == 201
    assert waiting() == [later.event_id]
    found = violation(cut.event_id)
    assert (found.status, found.duplicate_of_id) == (
        ReviewState.DUPLICATE,
        violation(later.event_id).id,
    )


def test_also_where_the_late_one_is_heard_before_the_next(site):
    ask(site, "a", 0)
    ask(site, "b", 20)
    cut, later = seen(site, 4, 1), seen(site, 24, 2)
    assert send(site, cut, 22) == 201
    assert send(site, later, 25) == 201
    assert waiting() == [later.event_id]


def test_two_people_stay_two(site):
    ask(site, "a", 0)
    ask(site, "b", 20)
    for number in range(2):
        assert send(site, seen(site, 24 + number, 2), 27) == 201
    for number in range(2):
        assert send(site, seen(site, 3 + number, 1), 60) == 201
    assert len(waiting()) == 2


@pytest.mark.parametrize(
    "other", [{"rule_id": "intrusion:press", "zone_id": "press"}, {"at_s": 90.0}]
)
def test_another_rule_or_much_later_is_another_thing(site, other):
    ask(site, "a", 0)
    ask(site, "b", 20)
    at_s = other.pop("at_s", 24)
    if other:
        other["rule_kind"] = contract.RuleKind.INTRUSION
    assert send(site, seen(site, at_s, 2, **other), 100) == 201
    assert send(site, seen(site, 4, 1), 101) == 201
    assert len(waiting()) == 2


def test_what_had_ended_before_the_hand_over_stays_a_violation_of_its_own(site):
    """Its first message says that it goes on; the second, that it was over in time."""
    ask(site, "a", 0)
    ask(site, "b", 20)
    first, later = seen(site, 1, 1), seen(site, 24, 2)
    send(site, later, 25)
    assert send(site, first, 60) == 201
    assert waiting() == [later.event_id]
    end = site.start + timedelta(seconds=4)
    assert send(site, closed(first, seen_at=end, ended_at=end), 61) == 201
    assert len(waiting()) == 2
    assert violation(first.event_id).same_as is None


def test_terms_of_long_ago_are_forgotten(site):
    ask(site, "a", 0)
    ask(site, "b", 20)
    with transaction():
        assert leases.forget_old_terms(clock.now()) == 0
    with transaction():
        assert leases.forget_old_terms(clock.now() + leases.TERMS_KEPT) == 1
    assert [term[1] for term in terms()] == ["b"]
