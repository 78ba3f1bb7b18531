"""The states of a trial of weights. Pure."""

from __future__ import annotations

from enum import StrEnum

from supervision.core.permissions import Permission as P
from supervision.core.workflow import Workflow, transition


class CanaryState(StrEnum):
    RUNNING = "running"
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled_back"
    ENDED = "ended"


S = CanaryState

CANARY_WORKFLOW: Workflow[CanaryState] = Workflow(
    "canary",
    (
        transition("promote", {S.RUNNING}, S.PROMOTED, P.MODEL_ADMIN),
        transition("roll_back", {S.RUNNING}, S.ROLLED_BACK, P.MODEL_ADMIN),
        # Its last day has come: the cameras return by themselves.
        transition("end", {S.RUNNING}, S.ENDED, P.MODEL_ADMIN),
    ),
    state_of=lambda canary: canary.status,
)
