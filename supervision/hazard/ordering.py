"""A ticket under an order: the order sets its deadline, and the order's re-inspection closes it.

While ``under_order`` holds a number, the ticket's own steps of closing, returning, transferring,
invalidating and extending are shut: what a paper of law has ordered, only its papers settle. The
order slice lies above this one and calls these verbs.

The number goes into the audit trail and never into the ticket's own history: the enterprise reads
that from the issue on, and of the order from its service on.
"""

from __future__ import annotations

from datetime import date

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.errors import Conflict
from supervision.core.text import N_
from supervision.hazard import clocks, service
from supervision.hazard.journal import log, tell_enterprise
from supervision.hazard.models import Hazard
from supervision.hazard.rules import Grade
from supervision.hazard.workflow import ORDERED_WORKFLOW, HazardState

_ORDERED = frozenset({HazardState.ASSIGNED, HazardState.RECTIFYING, HazardState.SUBMITTED})
# Nobody of the enterprise said that it was rectified; the re-inspection saw it.
NOBODY = 0


def bind(
    hazard: Hazard, actor: Actor, *, number: str, due_on: date, responsible_person: str
) -> None:
    """An order was issued on it: graded and assigned where that was still to do, due as ordered."""
    if hazard.status is HazardState.REPORTED:
        service.grade(hazard, actor, grade=Grade.GENERAL)
    if hazard.status is HazardState.GRADED:
        service.assign(hazard, actor, responsible_person=responsible_person, due_on=due_on)
    if hazard.status not in _ORDERED:
        raise Conflict(N_("Hazard %(number)s is settled."), number=hazard.number)
    hazard.under_order = number
    _due(hazard, due_on)
    hazard.first_due_on = due_on
    log(hazard, actor, "ordered", hazard.status, order=number, due_on=due_on)


def move_deadline(hazard: Hazard, actor: Actor, due_on: date) -> None:
    """An extension was granted on the order."""
    if hazard.status in _ORDERED:
        _due(hazard, due_on)
        log(
            hazard,
            actor,
            "deadline_moved",
            hazard.status,
            order=hazard.under_order,
            due_on=due_on,
        )


def release(hazard: Hazard, actor: Actor, number: str) -> None:
    """The order no longer binds it: void, superseded or settled; the ticket goes its own way."""
    if hazard.under_order != number:
        return
    hazard.under_order = ""
    if hazard.is_open:
        clocks.deadline_set(hazard)
        log(hazard, actor, "released", hazard.status, order=number)


def pass_recheck(hazard: Hazard, actor: Actor, *, note: str) -> None:
    """The order's re-inspection found it done.

    Where the enterprise never submitted, the re-inspection itself records that it is rectified.
    A ticket under listed supervision stays open: it closes by its review.
    """
    if not hazard.is_open:
        return
    if hazard.is_listed:
        log(hazard, actor, "recheck_passed", hazard.status, note=note)
        return
    step = ORDERED_WORKFLOW.check("pass_recheck", hazard, actor, {"note": note})
    service.check_duties(hazard)
    before = hazard.status
    if before is not HazardState.SUBMITTED:
        hazard.rectification = hazard.rectification or note
        hazard.rectified_by_id, hazard.rectified_by = NOBODY, hazard.responsible_person
        hazard.submitted_at, hazard.submitted_on = clock.now(), clock.today()
    hazard.verified_by_id, hazard.verified_by, hazard.verification = actor.id, actor.name, note
    hazard.closed_at, hazard.closed_on = clock.now(), clock.today()
    hazard.status, hazard.under_order = step.target, ""
    clocks.closed(hazard)
    log(hazard, actor, "pass_recheck", before, note=note)
    tell_enterprise(hazard, actor, "hazard.closed")


def fail_recheck(hazard: Hazard, actor: Actor, *, reason: str) -> None:
    """The order's re-inspection found it not done; what was submitted comes back."""
    if hazard.status is HazardState.SUBMITTED:
        ORDERED_WORKFLOW.check("fail_recheck", hazard, actor, {"reason": reason})
        service.give_back(hazard, actor, reason)
    elif hazard.is_open:
        log(hazard, actor, "recheck_failed", hazard.status, note=reason)


def _due(hazard: Hazard, due_on: date) -> None:
    hazard.due_on = due_on
    # The order keeps the clock of its re-inspection.
    clocks.voided(hazard)
