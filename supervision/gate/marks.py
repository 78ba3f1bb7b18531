"""Verbs of marks: a confirmed sighting may prove a penalty, while a record covers it.

To have the hazard put right needs none of this, and nothing in the system asks for it there.
"""

from __future__ import annotations

from supervision.core import audit, clock
from supervision.core.actor import Actor, ActorKind
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.gate import labels, queries, rules
from supervision.gate.models import CameraGate, PenaltyMark
from supervision.gate.rules import Lack
from supervision.hazard.labels import Listed
from supervision.hazard.workflow import HazardState
from supervision.video import holds
from supervision.video import queries as video
from supervision.video.evidence_models import HoldKind
from supervision.video.models import Violation
from supervision.video.workflow import ReviewState

MAX_NOTE = 2000


def mark(
    violation_id: int, actor: Actor, *, gate_id: int | None = None, note: str = ""
) -> PenaltyMark:
    """Say that it may prove a penalty, on the record that covers it.

    ``gate_id``: the record that the person was shown; another one than the covering is refused.
    Raises Forbidden for machines, the enterprise and whoever lacks the permission, Conflict that
    names what is missing, NotFound out of scope. Everything is read under the camera's lock.
    """
    _check_right(actor)
    queries.lock_camera(video.get_violation(violation_id, actor).camera_id)
    violation = video.get_violation(violation_id, actor, for_update=True)
    _check_verdict(violation)
    seen_at = rules.seen_at(violation.started_at, violation.received_at)
    gate, lacks = queries.judge(violation.camera, seen_at, for_update=True)
    if gate is None or lacks:
        raise refusal_of(lacks)
    if gate_id is not None and gate_id != gate.id:
        raise Conflict(N_("The record of this camera has changed. Reload the page to see it."))
    if queries.mark_of(violation.id, actor) is not None:
        raise Conflict(N_("It is marked already."))
    if len(note) > MAX_NOTE:
        raise InvalidInput(N_("At most %(count)s characters."), field="note", count=MAX_NOTE)
    return _keep(violation, gate, actor, note)


def _keep(violation: Violation, gate: CameraGate, actor: Actor, note: str) -> PenaltyMark:
    found = PenaltyMark(
        enterprise_id=violation.enterprise_id,
        violation_id=violation.id,
        camera_id=violation.camera_id,
        gate_id=gate.id,
        at=clock.now(),
        by_id=actor.id,
        by=actor.name,
        note=note,
    )
    db.session.add(found)
    db.session.flush()
    # Nobody removes what is to prove something.
    holds.place(violation, actor, gate.number or "", HoldKind.PENALTY)
    audit.record(actor, "gate.mark", violation, gate=gate.number, mark=found.id, note=note)
    return found


def refusal_of(lacks: tuple[Lack, ...]) -> Conflict:
    """In words that name what is missing."""
    return Conflict(
        N_(
            "What this camera records may not prove a penalty (Administrative Penalties Law,"
            " art. 41): %(missing)s."
        ),
        missing=Listed(labels.LACK_LABELS[lack] for lack in lacks),
    )


def _check_right(actor: Actor) -> None:
    """A person of the authority, never a node and never the system's own hand."""
    is_person = actor.kind is ActorKind.PERSON
    if not is_person or not actor.is_regulator or not actor.may(Permission.GATE_EDIT):
        raise Forbidden


def _check_verdict(violation: Violation) -> None:
    if violation.is_automatic:
        raise Conflict(
            N_("The system confirmed it by itself: only a person's verdict is evidence.")
        )
    if violation.status is not ReviewState.CONFIRMED or violation.verdict_side is None:
        raise Conflict(N_("Only what a person has confirmed can be marked."))
    if violation.hazard is not None and violation.hazard.status is HazardState.INVALID:
        raise Conflict(N_("Its ticket was declared invalid: there was no violation to prove."))


def withdraw(found: PenaltyMark, actor: Actor, *, reason: str) -> None:
    """Take the mark back; it stays with the reason."""
    _check_right(actor)
    if not reason:
        raise InvalidInput(N_("This field is required."), field="reason")
    queries.lock_camera(found.camera_id)
    # The one column: a whole refresh would also forget the violation that was read with it.
    db.session.refresh(found, ["withdrawn_at"])
    if found.withdrawn_at is not None:
        raise Conflict(N_("It has been taken back already."))
    take_back(found, actor, reason=reason)


def take_back(found: PenaltyMark, actor: Actor, *, reason: str) -> None:
    """For callers that have decided it: a person, or the withdrawal of the record."""
    found.withdrawn_at, found.withdrawn_by = clock.now(), actor.name
    found.withdrawn_reason = reason
    db.session.flush()
    holds.release_penalty(found.violation, actor, reason[: holds.MAX_REASON])
    audit.record(actor, "gate.unmark", found.violation, mark=found.id, reason=reason)
