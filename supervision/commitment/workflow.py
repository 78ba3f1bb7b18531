"""The states of a commitment. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from supervision.core.actor import Actor
from supervision.core.permissions import Permission as P
from supervision.core.text import N_
from supervision.core.workflow import Workflow, transition


class CommitmentState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    # A correction was published in its place.
    REPLACED = "replaced"


S = CommitmentState


class Subject(Protocol):
    """What the guards look at."""

    status: CommitmentState
    enterprise_id: int


def of_enterprise(subject: Subject, actor: Actor) -> str | None:
    """It is the enterprise's own word: nobody else says it."""
    if not actor.is_regulator and subject.enterprise_id in actor.enterprise_ids:
        return None
    return N_("Only the enterprise's own people make its commitment.")


COMMITMENT_WORKFLOW: Workflow[CommitmentState] = Workflow(
    "commitment",
    (
        transition("edit", {S.DRAFT}, S.DRAFT, P.COMMITMENT_MAKE, of_enterprise),
        transition("sign", {S.DRAFT}, S.DRAFT, P.COMMITMENT_MAKE, of_enterprise),
        transition("publish", {S.DRAFT}, S.PUBLISHED, P.COMMITMENT_SIGN, of_enterprise),
        transition(
            "correct",
            {S.PUBLISHED},
            S.PUBLISHED,
            P.COMMITMENT_MAKE,
            of_enterprise,
            needs=("reason",),
        ),
    ),
    state_of=lambda commitment: commitment.status,
)
