"""Verdicts: a person says what a violation is. Final, and the only way from video to a ticket."""

from __future__ import annotations

from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import InvalidInput
from supervision.core.text import N_
from supervision.video import duplicates, opening, queries
from supervision.video.models import Violation
from supervision.video.rules import RejectReason
from supervision.video.workflow import REVIEW_WORKFLOW, ReviewState

MAX_NOTE = 2000
ANOTHER_OF_THIS_CAMERA = N_("Choose another violation of the same camera.")


def confirm(
    violation_id: int, actor: Actor, *, note: str = "", seen: int | None = None
) -> Violation:
    """It is one: open a ticket with the evidence, or join the open one of its camera, rule and zone.

    The side that confirms is the side that verifies. The camera's lock makes two confirmations
    of one thing stand in line, so that the second finds the first one's ticket.

    ``seen``, of every verdict: the revision that was on the person's screen; None: the present one.
    """
    violation = opening.claim(violation_id, actor)
    REVIEW_WORKFLOW.check("confirm", violation, actor)
    hazard = opening.open_or_join(violation, actor, note)
    violation.hazard_id = hazard.id
    _decide(violation, actor, ReviewState.CONFIRMED, note, seen)
    audit.record(
        actor, "video.confirm", violation, hazard=hazard.number, revision=violation.verdict_revision
    )
    return violation


def reject(
    violation_id: int,
    actor: Actor,
    *,
    reason: RejectReason | None,
    note: str = "",
    seen: int | None = None,
) -> Violation:
    """It is none, for a reason of the list; "other" needs words.

    What the system filed under it waits for a verdict again.
    """
    violation = opening.claim(violation_id, actor)
    REVIEW_WORKFLOW.check("reject", violation, actor, {"reject_reason": reason})
    if reason is RejectReason.OTHER and not note:
        raise InvalidInput(N_("Say in words why."), field="note")
    violation.reject_reason = reason
    _decide(violation, actor, ReviewState.REJECTED, note, seen)
    duplicates.release(violation)
    audit.record(
        actor,
        "video.reject",
        violation,
        reason=reason,
        note=note,
        revision=violation.verdict_revision,
    )
    return violation


def mark_duplicate(
    violation_id: int, actor: Actor, *, original_id: int | None, seen: int | None = None
) -> Violation:
    """The same thing as another violation of this camera, which stays the one that counts."""
    violation = opening.claim(violation_id, actor)
    REVIEW_WORKFLOW.check("mark_duplicate", violation, actor, {"original": original_id})
    original = queries.get_violation(int(original_id or 0), actor)
    if original.id == violation.id or original.camera_id != violation.camera_id:
        raise InvalidInput(ANOTHER_OF_THIS_CAMERA, field="original")
    if original.status is ReviewState.DUPLICATE:
        raise InvalidInput(
            N_("That one is itself a duplicate. Choose its original."), field="original"
        )
    violation.duplicate_of_id = original.id
    _decide(violation, actor, ReviewState.DUPLICATE, "", seen)
    audit.record(
        actor,
        "video.duplicate",
        violation,
        original=original.id,
        revision=violation.verdict_revision,
    )
    return violation


def take_apart(violation_id: int, actor: Actor) -> Violation:
    """Undo what the system filed as a duplicate: it waits for a verdict of its own."""
    violation = opening.claim(violation_id, actor)
    duplicates.take_apart(violation, actor)
    db.session.flush()
    return violation


def _decide(
    violation: Violation, actor: Actor, status: ReviewState, note: str, seen: int | None
) -> None:
    if len(note) > MAX_NOTE:
        raise InvalidInput(N_("At most %(count)s characters."), field="note", count=MAX_NOTE)
    violation.status = status
    violation.verdict_at = clock.now()
    # Cards lie ready in a browser for a while; more may have been told of it since.
    violation.verdict_revision = min(seen or violation.revision, violation.revision)
    violation.verdict_by_id, violation.verdict_by = actor.id, actor.name
    violation.verdict_side, violation.verdict_note = actor.side, note
    db.session.flush()
