"""The states of a proposed proof. Pure.

It closes nothing: whoever verifies takes that step on the ticket, with or without it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Protocol

from supervision.core.actor import Actor
from supervision.core.permissions import Permission as P
from supervision.core.text import N_
from supervision.core.workflow import Workflow, transition
from supervision.hazard.workflow import HazardState, not_own_work, own_side


class ProofState(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    VOID = "void"


S = ProofState


class Proposal(Protocol):
    """What the guards look at."""

    status: ProofState
    attachment_id: int | None

    @property
    def hazard(self) -> Any: ...


def of_verifier(proposal: Proposal, actor: Actor) -> str | None:
    """Whoever may verify the ticket: the side that raised it, and not whoever rectified it."""
    return own_side(proposal.hazard, actor) or not_own_work(proposal.hazard, actor)


def while_submitted(proposal: Proposal, _actor: Actor) -> str | None:
    if proposal.hazard.status is HazardState.SUBMITTED:
        return None
    return N_("The ticket does not wait for its verification any more.")


def has_clip(proposal: Proposal, _actor: Actor) -> str | None:
    return None if proposal.attachment_id else N_("The clip has not arrived yet.")


PROOF_WORKFLOW: Workflow[ProofState] = Workflow(
    "proof",
    (
        transition(
            "accept",
            {S.PROPOSED},
            S.ACCEPTED,
            P.HAZARD_VERIFY,
            of_verifier,
            while_submitted,
            has_clip,
        ),
        transition(
            "refuse",
            {S.PROPOSED},
            S.REFUSED,
            P.HAZARD_VERIFY,
            of_verifier,
            while_submitted,
            needs=("reason",),
        ),
    ),
    state_of=lambda proposal: proposal.status,
)
