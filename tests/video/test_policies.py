"""What a rule may do without a person, how that is earned, and how it is lost again."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import DomainError, Forbidden, InvalidInput
from supervision.core.notices import Notice
from supervision.core.scope import unscoped, visible
from supervision.hazard.models import Hazard
from supervision.video import jobs, policies, policy, queries, service
from supervision.video.models import Violation
from supervision.video.policies import Terms
from supervision.video.policy import Decision, Mode, decide
from supervision.video.policy_models import VideoPolicy
from supervision.video.rules import RejectReason
from supervision.video.workflow import ReviewState
from tests.factories.video import make_camera, make_node, make_violation
from vision.contract import RuleKind

HELMET = RuleKind.HELMET_MISSING
SAMPLED = next(f"ev-{n}" for n in range(100) if policy.is_sample(f"ev-{n}"))
ORDINARY = [f"ev-{n}" for n in range(100) if not policy.is_sample(f"ev-{n}")]


@pytest.fixture
def node(app, cast):
    return make_node(app)


@pytest.fixture
def camera(cast, node):
    return make_camera(cast, node)


def set_policy(cast, mode, camera_id=None, **changes):
    terms = Terms(mode, **{"least_precision": Decimal("0.9"), "least_verdicts": 50, **changes})
    with transaction():
        camera = queries.get_camera(camera_id, SYSTEM) if camera_id else None
        return policies.set_policy(cast["administrator"], HELMET, camera, terms).id


def seen(node, camera, event_id, **changes):
    return make_violation(
        node, camera, event_id=event_id, colour=f"#{hash(event_id) % 4096:03x}", **changes
    )


def verdicts(like, confirmed, rejected):
    """So many verdicts by people, as rows; a hundred clicks would say the same."""
    db.session.rollback()
    first = dict(
        db.session.execute(
            unscoped(select(Violation.__table__).where(Violation.id == like), reason="a test")
        )
        .mappings()
        .one()
    )
    first.pop("id")
    wrong = {"status": "rejected", "reject_reason": RejectReason.WRONG_OBJECT, "hazard_id": None}
    rows = [
        {**first, "event_id": f"old-{confirmed}-{n}", **(wrong if n >= confirmed else {})}
        for n in range(confirmed + rejected)
    ]
    with transaction():
        db.session.execute(insert(Violation.__table__), rows)


def confirmed_by_person(cast, node, camera):
    ident = make_violation(node, camera, with_files=False, rule_id="person")
    with transaction():
        service.confirm(ident, cast["district_officer"])
    return ident


def state_of(ident):
    db.session.rollback()
    found = queries.get_violation(ident, SYSTEM)
    return found.status, found.is_automatic


def run(minutes=0):
    return jobs.decide_waiting(clock.now() + timedelta(minutes=minutes))


HELD, DONE = (ReviewState.PENDING, False), (ReviewState.CONFIRMED, True)


@pytest.mark.parametrize(
    ("given", "decision"),
    [
        ({"merges": True, "has_open_ticket": True}, Decision.MERGE),
        ({"merges": True, "has_open_ticket": False}, Decision.HOLD),
        ({"automatic": True, "has_open_ticket": False}, Decision.OPEN),
        ({"automatic": True, "has_open_ticket": True}, Decision.MERGE),
        ({"has_open_ticket": True}, Decision.HOLD),
    ],
)
def test_what_an_unconfirmed_sighting_does(given, decision):
    assert decide(confirmed=False, **given) is decision


def test_one_in_ten_waits_for_a_person_whoever_asks_and_how_often():
    names = [f"ev-{n}" for n in range(5000)]
    share = sum(map(policy.is_sample, names)) / len(names)
    assert 0.085 < share < 0.115
    assert [policy.is_sample(n) for n in names] == [policy.is_sample(n) for n in names]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"least_precision": Decimal("0.89")}, "least_precision"),
        ({"least_verdicts": 49}, "least_verdicts"),
        ({"window_days": 1}, "window_days"),
    ],
)
def test_an_administrator_cannot_ask_for_less(cast, changes, field):
    with pytest.raises(InvalidInput) as refused:
        set_policy(cast, Mode.AUTOMATIC, **changes)
    assert refused.value.field == field
    with pytest.raises(IntegrityError), transaction():
        values = {"rule_kind": HELMET, "mode": Mode.AUTOMATIC, "changed_at": clock.now()}
        low = {"least_precision": 0.5, "least_verdicts": 50, "window_days": 30}
        row = {**values, **low, "changed_by": "x", "row_version": 1}
        db.session.execute(insert(VideoPolicy).values(row))


def test_only_an_administrator_sets_one(cast):
    for who in ("section_chief", "district_officer", "plant_manager", "video_operator"):
        with pytest.raises(Forbidden), transaction():
            policies.set_policy(cast[who], HELMET, None, Terms(Mode.AUTOMATIC))


def test_a_rule_acts_by_itself_while_people_find_it_right_and_no_longer(cast, node, camera):
    judged = confirmed_by_person(cast, node, camera)
    set_policy(cast, Mode.AUTOMATIC)
    first = seen(node, camera, ORDINARY[0])
    # One verdict is not fifty.
    assert (run(), state_of(first)) == (0, HELD)
    verdicts(judged, confirmed=49, rejected=5)
    sample, second = seen(node, camera, SAMPLED), seen(node, camera, ORDINARY[1])
    assert run() == 2
    assert [state_of(i) for i in (first, second, sample)] == [DONE, DONE, HELD]
    # Both are one ticket of camera, rule and zone, raised by nobody's side but the authority's.
    ids = {queries.get_violation(i, SYSTEM).hazard_id for i in (first, second)}
    assert len(ids) == 1
    found = queries.get_violation(first, SYSTEM)
    assert (found.verdict_by, found.verdict_side) == ("system", None)
    assert run() == 0
    # The system's own verdicts change nothing in what it is measured by.
    verdicts(judged, confirmed=0, rejected=1)
    third = seen(node, camera, ORDINARY[2])
    assert (run(), run(), state_of(third)) == (0, 0, HELD)
    db.session.rollback()
    told = [n for n in db.session.scalars(select(Notice)) if n.kind == "video.policy_fallen"]
    assert len(told) == 1


def test_merging_joins_an_open_ticket_and_opens_none(cast, node, camera):
    set_policy(cast, Mode.MERGE)
    lonely = seen(node, camera, ORDINARY[0], zone_id="press")
    ticket = seen(node, camera, ORDINARY[1])
    with transaction():
        hazard_id = service.confirm(ticket, cast["district_officer"]).hazard_id
    # A sample, too: what joins an open ticket is no figure of the rule's.
    again = seen(node, camera, SAMPLED)
    assert run() == 1
    assert (state_of(lonely), state_of(again)) == (HELD, DONE)
    assert queries.get_violation(again, SYSTEM).hazard_id == hazard_id


def test_a_cameras_own_policy_goes_before_that_of_all(cast, node, camera):
    confirmed_by_person(cast, node, camera)
    set_policy(cast, Mode.MERGE)
    set_policy(cast, Mode.HOLD, camera)
    other = make_camera(cast, node, name="South")
    mine = seen(node, camera, ORDINARY[0], rule_id="person")
    assert (run(), state_of(mine)) == (0, HELD)
    first = seen(node, other, ORDINARY[1])
    with transaction():
        service.confirm(first, cast["district_officer"])
    assert run() == 0
    theirs = seen(node, other, ORDINARY[2])
    assert (run(), state_of(theirs)) == (1, DONE)


def test_it_waits_for_the_clip_for_five_minutes(cast, node, camera):
    confirmed_by_person(cast, node, camera)
    set_policy(cast, Mode.MERGE)
    bare = seen(node, camera, ORDINARY[0], with_files=False, rule_id="person")
    assert (run(), state_of(bare)) == (0, HELD)
    assert (run(minutes=6), state_of(bare)) == (1, DONE)


def test_a_person_and_the_system_at_once_leave_one_verdict(app, cast, node, camera):
    ident = seen(node, camera, ORDINARY[0])
    results = []

    def act(call):
        with app.app_context():
            try:
                with transaction():
                    call()
                results.append(True)
            except DomainError:
                results.append(False)

    calls = [
        lambda: service.confirm(ident, cast["video_operator"]),
        lambda: policies.confirm_by_system(ident, Mode.AUTOMATIC),
    ]
    threads = [threading.Thread(target=act, args=(call,)) for call in calls * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, False, False, True]
    db.session.rollback()
    assert len(db.session.scalars(visible(Hazard, SYSTEM)).all()) == 1
