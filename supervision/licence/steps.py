"""Verbs of a licence that counts: applied for anew, suspended, revoked, given up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.licence import rules
from supervision.licence.journal import attach, log, tell_other_side
from supervision.licence.models import Licence
from supervision.licence.rules import FileKind
from supervision.licence.workflow import LICENCE_WORKFLOW, LicenceState


@dataclass(frozen=True, slots=True)
class Decision:
    """What the authority decided, by which paper and why."""

    decision_number: str
    decided_on: date
    reason: str
    scans: list[Attachment] = field(default_factory=list)

    @property
    def data(self) -> dict[str, object]:
        return {
            "decision_number": self.decision_number,
            "decided_on": self.decided_on,
            "reason": self.reason,
        }


def apply(
    licence: Licence,
    actor: Actor,
    *,
    applied_on: date,
    application_number: str = "",
    note: str = "",
    scans: list[Attachment] | None = None,
) -> None:
    """A renewal was applied for: no deadline is missed while it is decided."""
    LICENCE_WORKFLOW.check("apply", licence, actor, {"applied_on": applied_on})
    rules.check_applied(applied_on, licence.issued_on, clock.today())
    licence.applied_on, licence.application_number = applied_on, application_number
    attach(licence, scans or [], FileKind.APPLICATION)
    log(
        licence,
        actor,
        "apply",
        licence.status,
        note=note,
        applied_on=applied_on,
        application_number=application_number,
    )
    tell_other_side(licence, actor, "licence.applied")


def refuse(licence: Licence, actor: Actor, decision: Decision) -> None:
    """The renewal was refused: it ends on its day, and its deadline counts again."""
    LICENCE_WORKFLOW.check("refuse", licence, actor, decision.data)
    _decide(licence, decision)
    licence.applied_on, licence.application_number = None, ""
    _done(licence, actor, "refuse", licence.status, decision)


def suspend(licence: Licence, actor: Actor, decision: Decision) -> None:
    """It may not be used for the time being; its days run on."""
    step = LICENCE_WORKFLOW.check("suspend", licence, actor, decision.data)
    _decide(licence, decision)
    before = licence.status
    licence.suspended_on = decision.decided_on
    licence.status = step.target
    _done(licence, actor, "suspend", before, decision)


def resume(licence: Licence, actor: Actor, decision: Decision) -> None:
    """It may be used again."""
    step = LICENCE_WORKFLOW.check("resume", licence, actor, decision.data)
    _decide(licence, decision)
    before = licence.status
    licence.suspended_on = None
    licence.status = step.target
    _done(licence, actor, "resume", before, decision)


def revoke(licence: Licence, actor: Actor, decision: Decision) -> None:
    """Taken away for good."""
    _end(licence, actor, "revoke", decision)


def surrender(licence: Licence, actor: Actor, decision: Decision) -> None:
    """Cancelled because the enterprise gave it up, closed, or did not renew it."""
    _end(licence, actor, "surrender", decision)


def _end(licence: Licence, actor: Actor, action: str, decision: Decision) -> None:
    step = LICENCE_WORKFLOW.check(action, licence, actor, decision.data)
    _decide(licence, decision)
    before = licence.status
    licence.suspended_on = None
    # What expired first has not been in force since.
    licence.ended_on = licence.ended_on or decision.decided_on
    licence.status = step.target
    _done(licence, actor, action, before, decision)


def _decide(licence: Licence, decision: Decision) -> None:
    rules.check_decided(decision.decided_on, licence.issued_on, clock.today())
    licence.decision_number = decision.decision_number
    licence.decided_on = decision.decided_on
    licence.decision_reason = decision.reason
    attach(licence, decision.scans, FileKind.DECISION)


def _done(
    licence: Licence, actor: Actor, action: str, before: LicenceState, decision: Decision
) -> None:
    log(
        licence,
        actor,
        action,
        before,
        note=decision.reason,
        decision_number=decision.decision_number,
        decided_on=decision.decided_on,
    )
    tell_other_side(licence, actor, f"licence.{action}")
