"""The states of detector weights. Pure.

A candidate is tried on some cameras before it judges all of them; the one before it is kept, so
that a roll back is a decision and not a search for an old file.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from supervision.core.actor import Actor
from supervision.core.permissions import Permission as P
from supervision.core.text import N_
from supervision.core.workflow import Workflow, transition


class DetectorState(StrEnum):
    CANDIDATE = "candidate"
    CANARY = "canary"
    ACTIVE = "active"
    RETIRED = "retired"
    WITHDRAWN = "withdrawn"


S = DetectorState

# What nodes may be asked to run.
IN_USE = frozenset({S.CANARY, S.ACTIVE})


class Weights(Protocol):
    """What the guards look at."""

    is_built_in: bool

    @property
    def is_whole(self) -> bool: ...


def travels(model: Weights, _actor: Actor) -> str | None:
    """Only what the web holds can be given to a node; the workers' own file stays with them."""
    if not model.is_built_in:
        return None
    return N_("The workers bring these weights themselves: there is nothing to try.")


def is_whole(model: Weights, _actor: Actor) -> str | None:
    """Bytes that changed where they are stored are given to nobody."""
    if model.is_whole:
        return None
    return N_("The stored file has changed. Register the same file again to mend it.")


DETECTOR_WORKFLOW: Workflow[DetectorState] = Workflow(
    "detector_model",
    (
        transition("try", {S.CANDIDATE}, S.CANARY, P.MODEL_ADMIN, travels, is_whole),
        transition("return", {S.CANARY}, S.CANDIDATE, P.MODEL_ADMIN),
        transition("promote", {S.CANARY}, S.ACTIVE, P.MODEL_ADMIN, is_whole),
        transition("retire", {S.ACTIVE}, S.RETIRED, P.MODEL_ADMIN),
        # One that was taken up again may still be where a roll back leads.
        transition("restore", {S.RETIRED, S.CANDIDATE}, S.ACTIVE, P.MODEL_ADMIN, is_whole),
        transition("withdraw", {S.CANDIDATE}, S.WITHDRAWN, P.MODEL_ADMIN, needs=("reason",)),
        transition(
            "reconsider", {S.RETIRED, S.WITHDRAWN}, S.CANDIDATE, P.MODEL_ADMIN, travels, is_whole
        ),
    ),
    state_of=lambda model: model.status,
)
