"""A camera that saw nothing for days proposes a proof; what comes back is a repeated hazard."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.scope import visible
from supervision.escalation import queries as ladder
from supervision.escalation.rules import Ladder
from supervision.hazard import queries as tickets
from supervision.hazard import repeats
from supervision.hazard import service as steps
from supervision.hazard.rules import Grade
from supervision.hazard.workflow import HazardState
from supervision.proof import jobs, queries, service
from supervision.proof.models import ProofProposal
from supervision.proof.rules import VoidReason, Window, ran_enough, running_s, window
from supervision.proof.workflow import ProofState
from supervision.video import node_jobs
from supervision.video import queries as video
from supervision.video import service as verdicts
from supervision.video.job_models import NodeJob
from supervision.video.models import CameraDay
from supervision.video.rules import RejectReason
from tests.factories.hazards import photo
from tests.factories.video import clip, make_camera, make_node, make_violation
from vision.contract import JobKind, JobResult

DAYS = 3


@pytest.fixture
def node(app, cast):
    made = make_node(app)
    made.beat()
    return made


@pytest.fixture
def camera(cast, node):
    return make_camera(cast, node)


def confirmed(cast, node, camera, who="district_officer", **changes):
    ident = make_violation(node, camera, with_files=False, **changes)
    with transaction():
        return verdicts.confirm(ident, cast[who]).hazard_id


def rectified(cast, node, camera, days_ago=DAYS + 1, **changes):
    """A ticket of the camera, reported as rectified some days ago; its id."""
    officer, fixer = cast["district_officer"], cast["safety_manager"]
    with clock.frozen(clock.now() - timedelta(days=days_ago)):
        hazard_id = confirmed(cast, node, camera, **changes)
        with transaction():
            hazard = tickets.get_hazard(hazard_id, officer)
            steps.grade(hazard, officer, grade=Grade.GENERAL)
            due = clock.today() + timedelta(days=10)
            steps.assign(hazard, officer, responsible_person="P", due_on=due)
            steps.start(hazard, fixer, measures="Helmets")
            steps.submit(hazard, fixer, note="Done", photos=[photo(fixer)])
    return hazard_id


def ran(camera, share=1.0, days=DAYS):
    """The camera ran for so much of each of the last whole days."""
    today = clock.today()
    with transaction():
        for back in range(1, days + 1):
            day = today - timedelta(days=back)
            db.session.add(CameraDay(camera_id=camera, day=day, running_s=86_400 * share))


def deliver(cast):
    """The node's clip arrives."""
    [job] = db.session.scalars(visible(NodeJob, SYSTEM)).all()
    assert job.kind is JobKind.CLIP
    db.session.rollback()
    with transaction():
        owner = video.get_node(job.node_id, SYSTEM)
        node_jobs.work_of(owner, clock.now())
        data = clip()
        node_jobs.store_file(SYSTEM, job.uid, io.BytesIO(data), "video/mp4", limit=len(data))
        node_jobs.take_result(SYSTEM, JobResult(job.uid, ok=True))


def look():
    db.session.rollback()
    return jobs.look(clock.now())


def the_proposals():
    db.session.rollback()
    return db.session.scalars(visible(ProofProposal, SYSTEM).order_by(ProofProposal.id)).all()


def decide(cast, who, verb, **kwargs):
    proposal_id = the_proposals()[-1].id
    db.session.rollback()
    with transaction():
        verb(queries.get_proposal(proposal_id, cast[who], for_update=True), cast[who], **kwargs)


def test_the_window_is_whole_days_after_the_report():
    today = clock.today()
    four = today - timedelta(days=4)
    assert window(today - timedelta(days=3), today, 3) is None
    found = window(four, today, 3)
    assert found == Window(today - timedelta(days=3), today - timedelta(days=1))
    by_day = {found.first: 86_400.0, found.last: 200_000.0}
    assert running_s(found, by_day) == 172_800
    assert ran_enough(found, 0.9 * 3 * 86_400)
    assert not ran_enough(found, 0.89 * 3 * 86_400)


def test_a_proof_is_proposed_looked_at_and_taken(cast, node, camera):
    hazard_id = rectified(cast, node, camera)
    ran(camera, 0.95)
    assert [look(), look()] == [1, 0]
    [proposal] = the_proposals()
    assert (proposal.days, round(proposal.share, 2), proposal.attachment_id) == (3, 0.95, None)
    with pytest.raises(Forbidden):
        decide(cast, "district_officer", service.accept)
    deliver(cast)
    assert [look(), look()] == [1, 0]
    for who in ("plant_manager", "safety_manager", "video_operator"):
        with pytest.raises(Forbidden):
            decide(cast, who, service.accept)
    before = tickets.get_hazard(hazard_id, SYSTEM).row_version
    decide(cast, "district_officer", service.accept)
    db.session.rollback()
    hazard = tickets.get_hazard(hazard_id, SYSTEM)
    # It closes nothing, and whoever was about to without having seen it is told so.
    assert (hazard.status, hazard.row_version > before) == (HazardState.SUBMITTED, True)
    assert [f.attachment.media_type for f in hazard.files_of("proof")] == ["video/mp4"]
    assert hazard.events[-1].action == "proof_accepted"
    db.session.rollback()
    with transaction():
        steps.verify(tickets.get_hazard(hazard_id, SYSTEM), cast["district_officer"], note="Seen")
    assert look() == 0


@pytest.mark.parametrize(
    "why", ["did not run", "saw it again", "rule lifted", "turned", "too soon"]
)
def test_what_shows_nothing_is_not_proposed(cast, node, camera, why):
    rectified(cast, node, camera, DAYS if why == "too soon" else DAYS + 1)
    ran(camera, 0.85 if why == "did not run" else 1.0)
    if why == "saw it again":
        make_violation(node, camera, with_files=False, colour="navy")
    with transaction():
        row = video.get_camera(camera, SYSTEM)
        if why == "rule lifted":
            row.rules = row.rules[1:]
        if why == "turned":
            row.view_from = clock.now()
    assert (look(), the_proposals()) == (0, [])


def test_a_new_sighting_voids_it_and_a_false_one_makes_room_again(cast, node, camera):
    rectified(cast, node, camera)
    ran(camera)
    look()
    deliver(cast)
    look()
    again = make_violation(node, camera, with_files=False, colour="navy")
    with pytest.raises(Conflict):
        decide(cast, "district_officer", service.accept)
    assert look() == 1
    assert the_proposals()[0].void_reason is VoidReason.SIGHTING
    db.session.rollback()
    with transaction():
        verdicts.reject(again, cast["district_officer"], reason=RejectReason.WRONG_OBJECT)
    assert look() == 1
    assert [p.status for p in the_proposals()] == [ProofState.VOID, ProofState.PROPOSED]


def test_a_refusal_says_why_and_is_not_asked_again(cast, node, camera):
    rectified(cast, node, camera)
    ran(camera)
    look()
    with pytest.raises(InvalidInput):
        decide(cast, "district_officer", service.refuse, reason="")
    decide(cast, "district_officer", service.refuse, reason="The press stood still")
    assert (look(), len(the_proposals())) == (0, 1)


def test_a_returned_ticket_has_another_proof(cast, node, camera):
    hazard_id = rectified(cast, node, camera)
    ran(camera)
    look()
    db.session.rollback()
    with transaction():
        officer = cast["district_officer"]
        steps.send_back(tickets.get_hazard(hazard_id, officer), officer, reason="Not all")
    assert look() == 1
    assert the_proposals()[0].void_reason is VoidReason.SETTLED


def closed(cast, node, camera, days_ago, **changes):
    """A ticket of the camera that was closed so many days ago; its id."""
    hazard_id = rectified(cast, node, camera, days_ago + 1, **changes)
    db.session.rollback()
    with clock.frozen(clock.now() - timedelta(days=days_ago)), transaction():
        steps.verify(tickets.get_hazard(hazard_id, SYSTEM), cast["district_officer"], note="Seen")
    return hazard_id


@pytest.mark.parametrize(
    ("ages", "is_repeat"), [((20,), True), ((40,), False), ((60, 40), True), ((100, 40), False)]
)
def test_what_comes_back_is_a_repeated_hazard(cast, node, camera, ages, is_repeat):
    colours = ("red", "navy", "teal")
    before = [closed(cast, node, camera, age, colour=colours[n]) for n, age in enumerate(ages)]
    again = confirmed(cast, node, camera, colour="gold")
    hazard = tickets.get_hazard(again, SYSTEM)
    assert hazard.repeat_of_id == (before[-1] if is_repeat else None)
    today = clock.today()
    listed = ladder.waiting(Ladder.REPEATED, today, today, after=0, limit=9)
    assert [s.id for s in listed] == ([again] if is_repeat else [])
    assert ("repeat" in [e.action for e in hazard.events]) is is_repeat


def test_another_zone_or_an_invalid_ticket_is_no_repetition(cast, node, camera):
    closed(cast, node, camera, 5)
    other = confirmed(cast, node, camera, colour="navy", zone_id="press")
    assert tickets.get_hazard(other, SYSTEM).repeat_of_id is None
    assert repeats.repeated([], clock.now()) is None
