"""Administrative Penalties Law, art. 41: what no reviewed camera saw proves no penalty."""

from __future__ import annotations

import gc
import threading
from datetime import timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, DomainError, Forbidden, InvalidInput
from supervision.core.notices import Notice
from supervision.core.scope import unscoped, visible
from supervision.gate import jobs, marks, queries, service
from supervision.gate.models import CameraGate, PenaltyMark
from supervision.gate.workflow import GateState
from supervision.video import equipment, holds
from supervision.video import queries as video
from supervision.video import service as verdicts
from supervision.video.models import Violation
from tests.factories.gates import make_gate, review
from tests.factories.hazards import photo
from tests.factories.video import closed, make_camera, make_event, make_node, make_violation

S = GateState


@pytest.fixture
def node(app, cast):
    return make_node(app)


@pytest.fixture
def camera(cast, node):
    return make_camera(cast, node)


@pytest.fixture
def seen(cast, node, camera):
    return confirmed(cast, node, camera)


def confirmed(cast, node, camera_id, who="district_officer", **changes):
    violation_id = make_violation(node, camera_id, with_files=False, **changes)
    with transaction():
        verdicts.confirm(violation_id, cast[who])
    return violation_id


def mark(violation_id, actor, **kwargs):
    with transaction():
        return marks.mark(violation_id, actor, **kwargs)


def said(error):
    """A refusal's words as an English reader gets them."""
    with force_locale("en"):
        return str(error.value.params.get("missing", "")) + error.value.message


def the_marks():
    db.session.rollback()
    return db.session.scalars(visible(PenaltyMark, SYSTEM)).all()


EVERYBODY = (
    "city_officer", "district_officer", "section_chief", "other_district", "plant_manager",
    "safety_manager", "worker", "other_plant", "video_operator", "auditor", "administrator",
    "no_role",
)  # fmt: skip


def test_nobody_marks_what_an_unreviewed_camera_saw(cast, node, camera, seen):
    for who in EVERYBODY:
        with pytest.raises(DomainError):
            mark(seen, cast[who])
    with pytest.raises(DomainError):
        mark(seen, SYSTEM)
    with pytest.raises(Conflict) as refused:
        mark(seen, cast["section_chief"])
    for words in ("no legal review", "no technical review", "not published"):
        assert words in said(refused)
    assert the_marks() == []


def test_a_mark_stands_on_the_record_and_holds_the_files(cast, node, camera, seen):
    gate = make_gate(cast, camera)
    found = mark(seen, cast["district_officer"], gate_id=gate, note="No helmet")
    violation = video.get_violation(seen, SYSTEM)
    assert (found.gate_id, found.by, holds.is_held(violation)) == (gate, "District Officer", True)
    marked = found.id
    with pytest.raises(Conflict):
        mark(seen, cast["section_chief"])
    del found, violation
    db.session.expunge_all()
    with transaction():
        # Read before by another list, so that it remembers another way of being read.
        held = queries.mark_of(seen, cast["section_chief"])
        again = queries.get_mark(marked, cast["section_chief"])
        assert again is held
        # Memory is swept at any moment: what the mark forgets to hold is gone by then.
        event.listen(PenaltyMark, "refresh", lambda *_: gc.collect(), once=True)
        marks.withdraw(again, cast["section_chief"], reason="Another person after all")
    assert not holds.is_held(video.get_violation(seen, SYSTEM))
    assert mark(seen, cast["district_officer"]).id != marked


@pytest.mark.parametrize(
    ("state", "changes", "words"),
    [
        (S.DRAFT, {"technical_number": ""}, ("no technical review", "not approved")),
        (S.DRAFT, {"published_where": ""}, ("not published",)),
        (S.SUBMITTED, {}, ("not approved",)),
        (S.APPROVED, {"valid_until": None}, ()),
    ],
)
def test_a_record_that_is_not_approved_covers_nothing(cast, camera, seen, state, changes, words):
    if state is S.APPROVED:
        with pytest.raises(InvalidInput) as refused:
            make_gate(cast, camera, **changes)
        assert "In force until" in said(refused)
        return
    make_gate(cast, camera, state, **changes)
    with pytest.raises(Conflict) as refused:
        mark(seen, cast["district_officer"])
    assert all(one in said(refused) for one in words)


def test_what_was_seen_before_the_notice_hung_is_no_evidence(cast, node, camera):
    today = clock.today()
    old = confirmed(cast, node, camera, started_at=clock.now() - timedelta(days=15))
    new = confirmed(cast, node, camera, colour="navy")
    make_gate(cast, camera, published_on=today - timedelta(days=15))
    with pytest.raises(Conflict) as refused:
        mark(old, cast["district_officer"])
    assert "its location was not published before" in said(refused)
    assert mark(new, cast["district_officer"])


def test_the_record_of_another_camera_serves_nobody(cast, node, camera, seen):
    other = make_gate(cast, make_camera(cast, node, name="South"))
    with pytest.raises(Conflict) as refused:
        mark(seen, cast["district_officer"], gate_id=other)
    assert "no legal review" in said(refused)
    make_gate(cast, camera)
    with pytest.raises(Conflict):
        mark(seen, cast["district_officer"], gate_id=other)
    # And past every service: the database itself knows whose record it is.
    row = {"enterprise_id": cast.plant_id, "violation_id": seen, "camera_id": camera}
    told = {"at": clock.now(), "by_id": 1, "by": "x", "note": "", "withdrawn_by": ""}
    for gate_id in (other, None):
        with pytest.raises(IntegrityError), transaction():
            values = {**row, **told, "gate_id": gate_id, "withdrawn_reason": ""}
            db.session.execute(db.insert(PenaltyMark).values(values))
    assert the_marks() == []


def test_only_a_persons_verdict_is_evidence(cast, node, camera, seen):
    make_gate(cast, camera)
    with transaction():
        stmt = db.update(Violation).where(Violation.id == seen).values(is_automatic=True)
        db.session.execute(unscoped(stmt, reason="a test"))
    waits = make_violation(node, camera, with_files=False, colour="teal")
    for violation_id in (seen, waits):
        with pytest.raises(Conflict):
            mark(violation_id, cast["section_chief"])


def test_the_enterprise_and_the_node_mark_nothing(cast, node, camera):
    make_gate(cast, camera)
    theirs = confirmed(cast, node, camera, "plant_manager")
    for who in ("plant_manager", "safety_manager", "video_operator", "administrator"):
        with pytest.raises(Forbidden):
            mark(theirs, cast[who])
    # What a node sends has no field for it: words that the contract does not know are refused.
    event = make_event(node, video.get_camera(camera, SYSTEM).uid)
    answer = node.send({**closed(event), "penalty_evidence": True, "gate_id": 1})
    assert answer.status_code in {201, 422}
    assert the_marks() == []


def test_a_camera_that_hangs_elsewhere_or_looks_elsewhere_lost_its_review(cast, node, camera, seen):
    make_gate(cast, camera)
    with transaction():
        video.get_camera(camera, SYSTEM).view_from = clock.now()
    with pytest.raises(Conflict) as refused:
        mark(seen, cast["district_officer"])
    assert "turned after its technical review" in said(refused)
    with pytest.raises(InvalidInput) as refused:
        make_gate(cast, camera)
    assert refused.value.field == "technical_on"


def test_rectification_never_asks_for_a_record(cast, node, camera, seen):
    from supervision.hazard import queries as tickets
    from supervision.hazard import service as steps
    from supervision.hazard.rules import Grade
    from supervision.hazard.workflow import HazardState

    officer, fixer = cast["district_officer"], cast["safety_manager"]
    hazard_id = video.get_violation(seen, SYSTEM).hazard_id
    with transaction():
        hazard = tickets.get_hazard(hazard_id, officer)
        steps.grade(hazard, officer, grade=Grade.GENERAL)
        due = clock.today() + timedelta(days=3)
        steps.assign(hazard, officer, responsible_person="P", due_on=due)
        steps.start(hazard, fixer, measures="Helmets")
        steps.submit(hazard, fixer, note="Done", photos=[photo(fixer)])
        steps.verify(hazard, officer, note="Seen")
    assert tickets.get_hazard(hazard_id, officer).status is HazardState.CLOSED


def test_two_people_and_a_complete_record_make_an_approval(cast, camera):
    gate_id = make_gate(cast, camera, S.SUBMITTED, by="section_chief")
    with pytest.raises(Forbidden), transaction():
        chief = cast["section_chief"]
        service.approve(queries.get_gate(gate_id, chief), chief)
    with pytest.raises(Conflict), transaction():
        camera_row = video.get_camera(camera, SYSTEM)
        service.draft(camera_row, cast["district_officer"], review(cast["district_officer"]))
    # The database says so as well.
    for broken in ({"legal_number": ""}, {"status": "approved"}, {"technical_scan_id": None}):
        with pytest.raises(IntegrityError), transaction():
            stmt = db.update(CameraGate).where(CameraGate.id == gate_id).values(broken)
            db.session.execute(unscoped(stmt, reason="a test"))


def test_a_new_record_ends_the_old_one_and_a_withdrawal_takes_its_marks(cast, node, camera, seen):
    first = make_gate(cast, camera)
    marked = mark(seen, cast["district_officer"]).id
    today = clock.today()
    second = make_gate(cast, camera, valid_from=today)
    old, new = (queries.get_gate(i, SYSTEM) for i in (first, second))
    assert (old.status, old.last_day) == (S.SUPERSEDED, today)
    assert old.number.endswith("00001")
    assert new.number.endswith("00002")
    db.session.rollback()
    with transaction():
        chief = cast["section_chief"]
        fallen = service.withdraw(queries.get_gate(first, chief), chief, reason="Forged")
    assert fallen == 1
    assert queries.get_mark(marked, SYSTEM).withdrawn_reason == "Forged"


def test_the_end_of_a_record_is_told_once(cast, camera):
    today = clock.today()
    make_gate(cast, camera, valid_until=today + timedelta(days=20))
    now = clock.now()
    assert [jobs.watch(now), jobs.watch(now), jobs.watch(now + timedelta(days=21))] == [1, 0, 1]
    db.session.rollback()
    kinds = [n.kind for n in db.session.scalars(select(Notice)) if n.kind.startswith("gate.en")]
    assert kinds == ["gate.ending", "gate.ended"]


def test_two_who_mark_at_once_leave_one_mark(app, cast, node, camera, seen):
    make_gate(cast, camera)
    results = []

    def run():
        with app.app_context():
            try:
                results.append(mark(seen, cast["district_officer"]).id)
            except DomainError:
                results.append(None)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([r for r in results if r]) == 1
    assert len(the_marks()) == 1


def test_another_address_is_another_picture_and_a_new_password_is_not(cast, node, camera, seen):
    make_gate(cast, camera)
    for url, allowed in (
        ("rtsp://viewer:other-word@cameras.example:554/line-2", True),
        ("rtsp://viewer:other-word@cameras.example:554/line-3", False),
    ):
        with transaction():
            row = video.get_camera(camera, SYSTEM)
            spec = equipment.CameraSpec(
                name=row.name, place=row.place, stream_url=url, node=row.node,
                zones=row.zone_list, rules=row.rule_list,
            )  # fmt: skip
            equipment.change_camera(row, SYSTEM, spec, stream_hosts=("cameras.example",))
        _gate, lacks = queries.judge(video.get_camera(camera, SYSTEM), clock.now())
        assert (lacks == ()) is allowed
        db.session.rollback()
