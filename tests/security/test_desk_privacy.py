"""What somebody would try on the desk, its evidence and art. 41; each of it refused, or harmless."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from supervision import slices
from supervision.casefile import decision
from supervision.casefile import evidence as exhibits
from supervision.casefile.rules import EvidenceKind as EvidenceKindOfCase
from supervision.casefile.workflow import CaseState
from supervision.core import attachments, clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.scope import visible
from supervision.gate import marks
from supervision.gate import queries as gates
from supervision.gate import service as records
from supervision.hazard import queries as tickets
from supervision.hazard import service as hazards
from supervision.hazard.rules import InvalidReason
from supervision.proof import jobs as proving
from supervision.proof import queries as proofs
from supervision.video import (
    clips,
    equipment,
    holds,
    jobs,
    live,
    node_jobs,
    queries,
    removal,
    retention,
    service,
)
from supervision.video.job_models import JobState, NodeJob
from supervision.video.rules import RejectReason
from tests.factories.cases import law, load_case, make_case, proposal
from tests.factories.gates import make_gate
from tests.factories.hazards import photo, picture
from tests.factories.proofs import a_proof
from tests.factories.video import (
    HOSTS,
    camera_uid,
    clip,
    closed,
    make_camera,
    make_event,
    make_node,
    make_violation,
    media_of,
    violation,
)
from tests.statements import counted
from vision import contract
from vision.contract import EvidenceKind, JobKind, SourceFile

TODAY = timedelta(0)


@pytest.fixture
def node(app, cast):
    made = make_node(app)
    assert made.beat().status_code == 200
    return made


@pytest.fixture
def camera(cast, node):
    return make_camera(cast, node)


def confirmed(cast, node, camera, **changes):
    ident = make_violation(node, camera, with_files=False, **changes)
    with transaction():
        service.confirm(ident, cast["district_officer"])
    return ident


def mark(ident, actor):
    with transaction():
        return marks.mark(ident, actor)


# ---- art. 41 -----------------------------------------------------------------------------------
def test_a_record_approved_after_the_event_makes_no_evidence_of_it(cast, node, camera):
    """A form filled in afterwards, with days of last month, would make evidence of anything."""
    seen = confirmed(cast, node, camera)
    make_gate(cast, camera, approved_ago=TODAY)
    with pytest.raises(Conflict):
        mark(seen, cast["district_officer"])
    later = confirmed(cast, node, camera, colour="navy", started_at=clock.now())
    assert mark(later, cast["district_officer"]).gate_id


def test_a_node_whose_clock_runs_ahead_sees_nothing_under_a_record_of_tomorrow(cast, node, camera):
    ahead = confirmed(cast, node, camera, started_at=clock.now() + timedelta(hours=30))
    make_gate(cast, camera, valid_from=clock.today() + timedelta(days=1))
    with pytest.raises(Conflict):
        mark(ahead, cast["district_officer"])


@pytest.mark.parametrize(
    "changes",
    [
        {"started_at": timedelta(days=2)},
        {"rule_id": "intrusion:press", "rule_kind": contract.RuleKind.INTRUSION},
        {"zone_id": "press"},
    ],
    ids=["started_at", "rule", "zone"],
)
def test_what_a_person_judged_does_not_become_something_else(cast, node, camera, changes):
    event = make_event(node, camera_uid(camera))
    assert node.send(event).status_code == 201
    ident = violation(event.event_id).id
    with transaction():
        service.confirm(ident, cast["district_officer"])
    if "started_at" in changes:
        changes = {"started_at": event.started_at - changes["started_at"]}
    before = queries.get_violation(ident, SYSTEM)
    known = (before.started_at, before.rule_id, before.rule_kind, before.zone_id)
    assert node.send(closed(event, **changes)).status_code == 422
    after = violation(event.event_id)
    assert (after.started_at, after.rule_id, after.rule_kind, after.zone_id) == known
    assert node.send(closed(event)).status_code == 201


def test_a_mark_and_the_withdrawal_of_its_record_stand_in_line(app, cast, pages, node, camera):
    """Each locks the camera first: neither waits for what the other holds."""
    seen = confirmed(cast, node, camera)
    gate = make_gate(cast, camera)
    chief = pages.as_("section_chief")
    answers = []

    def withdraw():
        answers.append(chief.post(f"/gates/{gate}/withdraw", data={"reason": "Forged"}).status_code)

    other = threading.Thread(target=withdraw)
    with transaction():
        gates.lock_camera(camera)
        other.start()
        time.sleep(0.5)  # it waits for the camera, or holds what we ask for next
        ident = marks.mark(seen, cast["district_officer"]).id
    other.join()
    assert answers == [302]
    db.session.rollback()
    assert gates.get_mark(ident, SYSTEM).withdrawn_reason == "Forged"


def test_a_case_is_not_decided_on_a_mark_that_fell_since(app, cast, node, camera):
    officer, chief = cast["district_officer"], cast["section_chief"]
    gate = make_gate(cast, camera)
    seen = make_violation(node, camera)
    with transaction():
        hazard_id = service.confirm(seen, officer).hazard_id
        marks.mark(seen, officer)
    law(cast)
    case_id = make_case(cast, CaseState.FILED, hazard_ids=[])
    told = {"name": "Clip", "source": "Camera", "kind": EvidenceKindOfCase.AUDIOVISUAL}
    with transaction():
        hazard = tickets.get_hazard(hazard_id, officer)
        shown = exhibits.Exhibit(**told, hazard_file=hazard.files[0])
        exhibits.add(load_case(case_id, officer), officer, shown)
    with transaction():
        found = gates.get_gate(gate, chief)
        records.withdraw(found, chief, reason="Forged")
    for step in (exhibits.issue_list, lambda c, a: decision.propose(c, a, proposal())):
        with pytest.raises(Conflict, match="mark behind"), transaction():
            step(load_case(case_id, officer), officer)
    with transaction():
        case = load_case(case_id, officer)
        exhibits.remove(case, officer, case.evidence[-1], reason="Its mark fell")
        decision.propose(case, officer, proposal())


def test_a_proof_of_rectification_is_a_cameras_file_too(cast, node, camera):
    officer = cast["district_officer"]
    hazard_id = queries.get_violation(confirmed(cast, node, camera), SYSTEM).hazard_id
    law(cast)
    case_id = make_case(cast, CaseState.FILED, hazard_ids=[])
    with transaction():
        hazard = tickets.get_hazard(hazard_id, SYSTEM)
        hazards.attach(hazard, [photo(SYSTEM)], "proof")
    told = {"name": "Proof", "source": "Camera", "review_reference": "Review 9"}

    def add(kind):
        with transaction():
            file = tickets.get_hazard(hazard_id, officer).files[0]
            shown = exhibits.Exhibit(**told, kind=kind, hazard_file=file)
            return exhibits.add(load_case(case_id, officer), officer, shown).is_usable

    with pytest.raises(InvalidInput):
        add(EvidenceKindOfCase.DOCUMENTARY)
    assert not add(EvidenceKindOfCase.AUDIOVISUAL)


def test_what_turned_out_to_be_none_proves_nothing(cast, node, camera):
    """A verdict is final; that it was wrong is said on the ticket, which is declared invalid."""
    officer, chief = cast["district_officer"], cast["section_chief"]
    make_gate(cast, camera)
    seen = confirmed(cast, node, camera)
    hazard_id = queries.get_violation(seen, SYSTEM).hazard_id
    marked = mark(seen, officer).id
    assert slices.evidence_of([hazard_id])
    with transaction():
        found = tickets.get_hazard(hazard_id, officer)
        hazards.invalidate(found, officer, invalid_reason=InvalidReason.OTHER, note="A dummy")
    assert slices.evidence_of([hazard_id]) == {}
    with transaction():
        marks.withdraw(gates.get_mark(marked, chief), chief, reason="A dummy")
    with pytest.raises(Conflict):
        mark(seen, officer)


# ---- evidence that goes --------------------------------------------------------------------------
class KilledError(BaseException):
    """Nothing catches it, as nothing catches the signal."""


def files_of(ident):
    db.session.rollback()
    return queries.get_violation(ident, SYSTEM).evidence


def test_whoever_is_killed_while_evidence_goes_leaves_no_row_without_its_bytes(
    app, cast, pages, node, camera
):
    now = clock.now()
    ident = make_violation(node, camera, started_at=now - timedelta(days=40))
    with transaction():
        service.reject(ident, cast["district_officer"], reason=RejectReason.UNCLEAR)
    address = media_of(ident)[0]
    [rejected] = [kind for kind in retention.ended(now) if kind.why == "rejected"]
    with pytest.raises(KilledError), transaction():
        assert retention.remove_ended(rejected, 0)[0] == 2
        raise KilledError
    assert pages.get("district_officer", address).status_code == 200
    with transaction():
        retention.remove_ended(rejected, 0)
    with pytest.raises(KilledError), transaction():
        assert removal.sweep(0)[0] == 2
        raise KilledError
    kept = [one.sha256 for one in files_of(ident)]
    assert pages.get("district_officer", address).status_code == 410
    jobs.make_room(now)
    assert [one.attachment_id for one in files_of(ident)] == [None, None]
    assert not any(attachments.storage().exists(one) for one in kept)


def test_however_long_the_chain_of_duplicates_what_was_confirmed_keeps_it(cast, node, camera):
    now = clock.now()
    old = {"started_at": now - timedelta(days=40)}
    chain = [make_violation(node, camera, with_files=i == 0, **old) for i in range(13)]
    for duplicate, original in pairwise(chain):
        with transaction():
            service.mark_duplicate(duplicate, cast["district_officer"], original_id=original)
    with transaction():
        service.confirm(chain[-1], cast["district_officer"])
    assert jobs.expire(now) == 0
    assert all(one.removed_at is None for one in files_of(chain[0]))


# ---- pictures of people -------------------------------------------------------------------------
def test_a_live_picture_that_somebody_else_asked_for_is_not_seen_unnoticed(pages, node, camera):
    with transaction():
        live.look(SYSTEM, [camera])
    headers = {contract.TAKEN_HEADER: clock.now().isoformat()}
    node.call("PUT", f"/live/{camera_uid(camera)}", data=picture(), headers=headers)
    for _time in range(2):
        assert pages.get("plant_manager", f"/live/{camera}.jpg").status_code == 200
    seen = visible(AuditEntry, SYSTEM).where(AuditEntry.action == live.ACTION)
    assert [e.actor_name for e in db.session.scalars(seen)].count("Plant Manager") == 1


@pytest.mark.parametrize("is_kept", [False, True], ids=["void", "accepted"])
def test_a_clip_that_proved_nothing_is_not_kept_for_ever(cast, node, camera, is_kept):
    seen = confirmed(cast, node, camera)
    hazard_id = queries.get_violation(seen, SYSTEM).hazard_id
    proof_id = a_proof(cast.plant_id, hazard_id, camera)["proof.proposal_id"]
    with transaction():
        found = proofs.get_proposal(proof_id, SYSTEM)
        job = clips.ask(found.camera, SYSTEM, note={"proof": proof_id})
        job.status, job.ended_at, job.attachment_id = (
            JobState.DONE,
            clock.now(),
            found.attachment_id,
        )
        found.job_id, sha256 = job.id, found.attachment.sha256
        if is_kept:
            hazard = tickets.get_hazard(hazard_id, SYSTEM)
            hazards.attach(hazard, [found.attachment], "proof")
    for days, is_there in ((29, True), (31, is_kept)):
        later = clock.now() + timedelta(days=days)
        proving.look(later)
        jobs.forget_copies(later)
        assert attachments.storage().exists(sha256) is is_there


# ---- what a verdict is about ------------------------------------------------------------------
@pytest.mark.parametrize(
    ("page", "act", "name"),
    [
        ("/video/{}", "/video/{}/confirm", "confirm-note"),
        ("/desk/{}", "/desk/{}/reject", "note"),
        ("/desk/grid?{}", "/desk/bulk?{}", "note"),
    ],
)
def test_the_trail_says_what_was_on_the_screen_when_it_was_judged(
    app, cast, pages, node, camera, page, act, name
):
    """Cards lie ready in the browser; meanwhile the node tells more of the episode."""
    event = make_event(node, camera_uid(camera))
    node.send(event)
    ident = violation(event.event_id).id
    shown = pages.get("video_operator", page.format(ident)).text
    fields = dict(re.findall(r'name="(revision-\d+)" value="(\d+)"', shown))
    assert node.send(closed(event)).status_code == 201
    given = {name: "Seen", "reason": "unclear", "verdict": "reject", "id": str(ident), **fields}
    assert pages.post("video_operator", act.format(ident), given).status_code in {200, 302}
    found = violation(event.event_id)
    assert (found.revision, found.verdict_revision) == (2, 1)


def test_longer_lists_of_records_and_holds_ask_no_more(cast, pages, node):
    urls = ("/gates/", "/video/holds/", "/proofs/?status=")
    client = pages.as_("section_chief")

    def grow(count):
        for _ in range(count):
            camera = make_camera(cast, node)
            make_gate(cast, camera)
            seen = confirmed(cast, node, camera)
            hazard_id = queries.get_violation(seen, SYSTEM).hazard_id
            with transaction():
                holds.place(queries.get_violation(seen, SYSTEM), SYSTEM, "Asked for by a court")
                db.session.flush()
            a_proof(cast.plant_id, hazard_id, camera)

    def count(url):
        client.get(url)
        with counted() as statements:
            assert client.get(url).status_code == 200
        return len(statements)

    grow(1)
    before = {url: count(url) for url in urls}
    grow(3)
    assert {url: count(url) for url in urls} == before


# ---- jobs of cameras that were moved -------------------------------------------------------------
def move(camera_id, node):
    with transaction():
        camera = queries.get_camera(camera_id, SYSTEM)
        found = queries.get_node(node.id, SYSTEM) if node else None
        spec = replace(equipment.spec_of(camera), node=found)
        equipment.change_camera(camera, SYSTEM, spec, stream_hosts=HOSTS)


def a_copy_job(ident):
    with transaction():
        seen = queries.get_violation(ident, SYSTEM)
        [found] = [e for e in seen.evidence if e.kind is EvidenceKind.CLIP]
        camera = queries.get_camera(seen.camera_id, SYSTEM)
        source = SourceFile(EvidenceKind.CLIP, found.sha256, found.size)
        job = contract.NodeJob("x", JobKind.COPY, camera.uid, source=source)
        return node_jobs.ask(camera, SYSTEM, job, violation=seen).uid


@pytest.mark.parametrize("taken", [False, True])
def test_a_node_gets_no_file_of_a_camera_that_is_another_s_by_now(app, cast, node, camera, taken):
    uid = a_copy_job(make_violation(node, camera))
    if taken:
        assert len(node.call("GET", "/jobs").json["jobs"]) == 1
    other = make_node(app, "Other house")
    move(camera, other)
    assert node.call("GET", "/jobs").json["jobs"] == []
    assert node.call("GET", f"/jobs/{uid}/source").status_code == 404
    film = clip()
    put = f"/jobs/{uid}/file/{hashlib.sha256(film).hexdigest()}"
    headers = {"Content-Type": "video/mp4"}
    assert node.call("PUT", put, data=film, headers=headers).status_code == 404
    assert other.call("GET", f"/jobs/{uid}/source").status_code == 404
    db.session.rollback()
    job = db.session.scalars(visible(NodeJob, SYSTEM).where(NodeJob.uid == uid)).one()
    assert (job.status, bool(job.problem)) == (JobState.FAILED, True)


def test_a_job_goes_out_with_the_masks_of_now(app, cast, node, camera):
    a_copy_job(make_violation(node, camera))
    mask = contract.Mask("m1", "Canteen", ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0)))
    with transaction():
        found = queries.get_camera(camera, SYSTEM)
        spec = replace(equipment.spec_of(found), masks=(mask,), is_enabled=False)
        equipment.change_camera(found, SYSTEM, spec, stream_hosts=HOSTS)
    [job] = contract.parse(contract.NodeWork, node.call("GET", "/jobs").json).jobs
    assert (job.before.masks, job.before.url, job.before.rules) == ((mask,), "", ())


# ---- forms that no honest page sends -------------------------------------------------------------
def test_numbers_and_drawings_of_any_size_are_answered(cast, pages, node, camera):
    officer, chief = pages.as_("district_officer"), pages.as_("section_chief")
    ident = make_violation(node, camera)
    for left in ("-" + "9" * 25, "9" * 25, "x", "9" * 5000):
        assert officer.post(f"/desk/{ident}/viewing", data={"left": left}).status_code == 200
    url = f"/gates/violations/{ident}/mark"
    for gate in ("9" * 5000, "-1", "x", "²"):
        answer = officer.post(url, data={"mark-gate_id": gate, "gate_id": gate})
        assert answer.status_code in {409, 422}, (gate, answer.status_code)
    editor = f"/video/cameras/{camera}/editor"
    nan = '{"zones":[{"zone_id":"z","name":"Z","polygon":[[NaN,0],[1,0],[1,1]]}]}'
    for drawn in ("[" * 90_000, '{"zones":' * 9_000, nan, "9" * 5000, '{"zones":[1e999]}'):
        answer = chief.post(editor, data={"drawing": drawn, "row_version": "1"})
        assert answer.status_code == 422, (drawn[:40], answer.status_code)
