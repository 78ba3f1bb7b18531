"""Verbs of proposed proofs: made by the system, voided by what it sees, decided by a verifier."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm.attributes import flag_modified

from supervision.core import audit, clock, notices
from supervision.core.actor import SYSTEM, Actor, Side
from supervision.core.db import db
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.i18n import message_of
from supervision.core.notices import Audience
from supervision.core.text import N_
from supervision.hazard import journal
from supervision.hazard import service as hazards
from supervision.hazard.models import Hazard
from supervision.hazard.workflow import HazardState
from supervision.proof import queries, rules
from supervision.proof.models import ProofProposal
from supervision.proof.rules import VoidReason, Window
from supervision.proof.workflow import PROOF_WORKFLOW, ProofState
from supervision.video import clips
from supervision.video.job_models import JobState
from supervision.video.models import Camera, Violation

MOST_ASKED = 3
# The files of a ticket that a verifier took as proof.
PROOF = "proof"
MAX_REASON = 2000


def propose(hazard: Hazard, now: datetime, days: int) -> ProofProposal | None:
    """Propose a proof where the camera looked and saw nothing; None where it shows nothing (yet)."""
    if hazard.status is not HazardState.SUBMITTED or hazard.submitted_on is None:
        return None
    of = rules.window(hazard.submitted_on, clock.day_of(now), days)
    sighting = queries.last_sighting(hazard)
    if of is None or sighting is None or hazard.submitted_at is None:
        return None
    if not _looked(hazard, sighting, of):
        return None
    if queries.seen_since(sighting.merge_key, hazard.submitted_at):
        return None
    running = rules.running_s(of, queries.running_by_day(sighting.camera_id, of))
    if not rules.ran_enough(of, running):
        return None
    return _keep(hazard, sighting, of, running)


def _looked(hazard: Hazard, sighting: Violation, of: Window) -> bool:
    """The same camera looks at the same place by the same rule, and nothing lifted it."""
    camera = sighting.camera
    is_on = camera.is_enabled and any(r.rule_id == sighting.rule_id for r in camera.rule_list)
    has_zone = sighting.zone_id is None or camera.zone(sighting.zone_id) is not None
    turned, since = camera.view_from, hazard.submitted_at
    is_turned = turned is not None and since is not None and turned > since
    return (
        is_on
        and has_zone
        and not is_turned
        and not queries.was_lifted(camera, sighting.rule_id, of)
    )


def _keep(hazard: Hazard, sighting: Violation, of: Window, running: float) -> ProofProposal:
    proposal = ProofProposal(
        enterprise_id=hazard.enterprise_id,
        hazard_id=hazard.id,
        camera_id=sighting.camera_id,
        arm=hazard.returned_count,
        merge_key=sighting.merge_key,
        rule_id=sighting.rule_id,
        status=ProofState.PROPOSED,
        first_day=of.first,
        last_day=of.last,
        running_s=running,
        expected_s=of.expected_s,
        is_zone_redrawn=_is_redrawn(sighting),
        asked=0,
        made_at=clock.now(),
    )
    proposal.camera = sighting.camera
    db.session.add(proposal)
    db.session.flush()
    _ask(proposal, sighting.camera)
    audit.record(
        SYSTEM, "proof.propose", proposal, hazard=hazard.number, days=proposal.days, share=running
    )
    audience = (
        Audience.SUPERVISORS if hazard.raised_side is Side.REGULATOR else Audience.ENTERPRISE_PEOPLE
    )
    notices.queue(
        "proof.proposed",
        audience,
        hazard.enterprise_id,
        link=f"/hazards/{hazard.id}",
        number=hazard.number,
        days=proposal.days,
    )
    return proposal


def _is_redrawn(sighting: Violation) -> bool:
    zone = sighting.camera.zone(sighting.zone_id)
    now = [list(point) for point in zone.polygon] if zone else []
    return [list(point) for point in sighting.zone_polygon] != now


def _ask(proposal: ProofProposal, camera: Camera) -> None:
    """A clip of now; a node that cannot is told of on the proposal."""
    proposal.asked += 1
    try:
        row = clips.ask(camera, SYSTEM, note={"proof": proposal.id})
    except InvalidInput as error:
        proposal.problem = message_of(error)
        return
    proposal.job_id, proposal.problem = row.id, ""
    db.session.flush()


def follow(proposal: ProofProposal) -> bool:
    """Void it where it shows nothing any more, take its clip; True where something changed."""
    if proposal.status is not ProofState.PROPOSED:
        return False
    if reason := _void_reason(proposal):
        void(proposal, reason)
        return True
    return proposal.attachment_id is None and _take_clip(proposal)


def _void_reason(proposal: ProofProposal) -> VoidReason | None:
    hazard = proposal.hazard
    if hazard.status is not HazardState.SUBMITTED or hazard.returned_count != proposal.arm:
        return VoidReason.SETTLED
    if hazard.submitted_at is not None and queries.seen_since(
        proposal.merge_key, hazard.submitted_at
    ):
        return VoidReason.SIGHTING
    turned = proposal.camera.view_from
    if turned is not None and turned > proposal.made_at:
        return VoidReason.CAMERA
    return None


def _take_clip(proposal: ProofProposal) -> bool:
    job = proposal.job
    if job is not None and not job.is_over:
        return False
    if job is not None and job.status is JobState.DONE and job.attachment_id is not None:
        proposal.attachment_id = job.attachment_id
        return True
    if proposal.asked >= MOST_ASKED:
        return False
    _ask(proposal, proposal.camera)
    return True


def void(proposal: ProofProposal, reason: VoidReason) -> None:
    """It shows nothing any more; another may be proposed."""
    proposal.status, proposal.void_reason = ProofState.VOID, reason
    proposal.voided_at = clock.now()
    db.session.flush()
    audit.record(SYSTEM, "proof.void", proposal, hazard_id=proposal.hazard_id, reason=reason)


def accept(proposal: ProofProposal, actor: Actor) -> None:
    """It counts for the ticket's verification: the clip is the ticket's from now on.

    The step of verifying is still the verifier's to take. Raises Conflict where the camera has
    seen something meanwhile.
    """
    step = PROOF_WORKFLOW.check("accept", proposal, actor)
    if _void_reason(proposal) is not None:
        raise Conflict(N_("The camera has seen something since: this proves nothing any more."))
    _decide(proposal, actor, step.target)
    hazard, clip = proposal.hazard, proposal.attachment
    assert clip is not None  # the workflow asks for it
    # Whoever is about to decide without having seen this is told so.
    flag_modified(hazard, "merge_key")
    hazards.attach(hazard, [clip], PROOF)
    journal.log(
        hazard,
        actor,
        "proof_accepted",
        hazard.status,
        days=proposal.days,
        share=f"{proposal.share:.0%}",
    )


def refuse(proposal: ProofProposal, actor: Actor, *, reason: str) -> None:
    """It shows nothing to this verifier, who says why."""
    step = PROOF_WORKFLOW.check("refuse", proposal, actor, {"reason": reason})
    if len(reason) > MAX_REASON:
        raise InvalidInput(N_("At most %(count)s characters."), field="reason", count=MAX_REASON)
    proposal.refuse_reason = reason
    _decide(proposal, actor, step.target)
    journal.log(proposal.hazard, actor, "proof_refused", proposal.hazard.status, note=reason)


def _decide(proposal: ProofProposal, actor: Actor, status: ProofState) -> None:
    proposal.status, proposal.decided_at = status, clock.now()
    proposal.decided_by_id, proposal.decided_by = actor.id, actor.name
    db.session.flush()
    audit.record(actor, f"proof.{status}", proposal, hazard_id=proposal.hazard_id)
