"""Changing a grade that was decided: a row of its own, with reason and another person's decision.

Both ways need a reason and an approver (FACTS 2.5). Raising a hazard to major holds at once, since
the duties of a major one begin at once (Work Safety Law, art. 41), and falls back if refused;
lowering it holds only when it is approved.
"""

from __future__ import annotations

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.hazard import rules
from supervision.hazard.journal import log, tell_enterprise, tell_raising_side
from supervision.hazard.listing_workflow import not_listed
from supervision.hazard.models import Hazard, HazardCriterion, HazardRegrade
from supervision.hazard.rules import Grade
from supervision.hazard.workflow import REGRADE_WORKFLOW, HazardState, RegradeState, own_side

# Before it is assigned a hazard is graded again, but never lowered that way.
_LOWER = frozenset(
    {HazardState.GRADED, HazardState.ASSIGNED, HazardState.RECTIFYING, HazardState.SUBMITTED}
)
_RAISE = _LOWER - {HazardState.GRADED}


def other_grade(hazard: Hazard) -> Grade:
    """The grade that a change would give."""
    return Grade.GENERAL if hazard.grade is Grade.MAJOR else Grade.MAJOR


def may_request(hazard: Hazard, actor: Actor) -> bool:
    """Whether ``actor`` is offered to change the grade now."""
    allowed = actor.may(Permission.HAZARD_GRADE) and own_side(hazard, actor) is None
    return allowed and _in_state(hazard) and hazard.pending_regrade is None


def _in_state(hazard: Hazard) -> bool:
    return hazard.status in (_LOWER if hazard.grade is Grade.MAJOR else _RAISE)


def request(
    hazard: Hazard,
    actor: Actor,
    *,
    grade: Grade,
    reason: str,
    criterion: HazardCriterion | None = None,
) -> HazardRegrade:
    """Ask for another grade; to major it holds from now on."""
    if not actor.may(Permission.HAZARD_GRADE):
        raise Forbidden
    if refusal := own_side(hazard, actor):
        raise Forbidden(refusal)
    if hazard.pending_regrade is not None:
        raise Conflict(N_("A change of the grade is already waiting for its decision."))
    if grade is hazard.grade or not _in_state(hazard):
        raise Conflict(N_("This is not possible in the present state. Reload the page to see it."))
    if not reason:
        raise InvalidInput(N_("This field is required."), field="reason")
    _check_listing(hazard, actor, grade)
    rules.check_grade(grade, criterion.id if criterion else None, reason)
    regrade = HazardRegrade(
        hazard=hazard,
        status=RegradeState.PENDING,
        from_grade=hazard.grade,
        to_grade=grade,
        from_criterion_id=hazard.criterion_id,
        to_criterion_id=criterion.id if criterion else None,
        from_reason=hazard.grade_reason,
        reason=reason,
        requested_at=clock.now(),
        requested_by_id=actor.id,
        requested_by=actor.name,
    )
    db.session.add(regrade)
    if grade is Grade.MAJOR:
        _give(hazard, grade, regrade.to_criterion_id, reason)
    log(hazard, actor, "request_regrade", hazard.status, note=reason, grade=grade)
    tell_raising_side(hazard, actor, "hazard.regrade_requested")
    return regrade


def decide(regrade: HazardRegrade, actor: Actor, *, name: str, note: str) -> None:
    """``approve`` or ``refuse``, by another person of the side that raised the hazard."""
    hazard = regrade.hazard
    step = REGRADE_WORKFLOW.check(name, regrade, actor, {"note": note})
    if refusal := own_side(hazard, actor):
        raise Forbidden(refusal)
    if actor.id == regrade.requested_by_id:
        raise Forbidden(N_("Whoever asked for another grade cannot decide on it."))
    if not hazard.is_open:
        raise Conflict(N_("The hazard is settled: its grade can no longer be changed."))
    if step.target is RegradeState.APPROVED:
        _check_listing(hazard, actor, regrade.to_grade)
    regrade.status, regrade.note = step.target, note
    regrade.decided_at, regrade.decided_by = clock.now(), actor.name
    raised = regrade.to_grade is Grade.MAJOR
    if step.target is RegradeState.APPROVED and not raised:
        _give(hazard, regrade.to_grade, regrade.to_criterion_id, regrade.reason)
    if step.target is RegradeState.REFUSED and raised:
        _give(hazard, regrade.from_grade, regrade.from_criterion_id, regrade.from_reason)
    log(hazard, actor, f"{name}_regrade", hazard.status, note=note, grade=hazard.grade)
    tell_enterprise(hazard, actor, "hazard.regraded")


def _check_listing(hazard: Hazard, actor: Actor, grade: Grade) -> None:
    """What is listed is a major hazard; to lower it would take it off the list by the back door."""
    if grade is Grade.GENERAL and (refusal := not_listed(hazard, actor)):
        raise Conflict(refusal)


def _give(hazard: Hazard, grade: Grade, criterion_id: int | None, reason: str) -> None:
    hazard.grade, hazard.criterion_id, hazard.grade_reason = grade, criterion_id, reason
