"""The states of a camera's review by art. 41 of the Administrative Penalties Law. Pure.

An approved record is never edited: another one is drawn up and supersedes it, or it is withdrawn.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from supervision.core.actor import Actor
from supervision.core.permissions import Permission as P
from supervision.core.text import N_
from supervision.core.workflow import Workflow, transition


class GateState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


S = GateState

# Whoever drew it up may still change it, or drop it.
UNDECIDED = frozenset({S.DRAFT, S.SUBMITTED})
# What was approved stands for the days for which it was in force.
STANDING = frozenset({S.APPROVED, S.SUPERSEDED})


class Gate(Protocol):
    """What the guards look at."""

    status: GateState

    @property
    def writer_ids(self) -> frozenset[int]: ...


def of_authority(_gate: Gate, actor: Actor) -> str | None:
    """The review is the authority's own; the enterprise only reads it."""
    return None if actor.is_regulator else N_("This is for the authority.")


def not_own_paper(gate: Gate, actor: Actor) -> str | None:
    """Two people: whoever wrote a record does not approve it."""
    if actor.id in gate.writer_ids:
        return N_("Whoever drew up a record cannot approve it.")
    return None


GATE_WORKFLOW: Workflow[GateState] = Workflow(
    "camera_gate",
    (
        transition("edit", {S.DRAFT}, S.DRAFT, P.GATE_EDIT, of_authority),
        transition("submit", {S.DRAFT}, S.SUBMITTED, P.GATE_EDIT, of_authority),
        transition(
            "return", {S.SUBMITTED}, S.DRAFT, P.GATE_APPROVE, of_authority, needs=("reason",)
        ),
        transition(
            "approve", {S.SUBMITTED}, S.APPROVED, P.GATE_APPROVE, of_authority, not_own_paper
        ),
        transition("discard", UNDECIDED, S.WITHDRAWN, P.GATE_EDIT, of_authority, needs=("reason",)),
        transition(
            "withdraw", STANDING, S.WITHDRAWN, P.GATE_APPROVE, of_authority, needs=("reason",)
        ),
        transition("supersede", {S.APPROVED}, S.SUPERSEDED, P.GATE_APPROVE, of_authority),
    ),
    state_of=lambda gate: gate.status,
)
