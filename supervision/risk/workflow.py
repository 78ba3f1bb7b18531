"""States of a risk point and the only ways between them. Pure.

The enterprise owns its risk points. The authority confirms the major ones, comments, and sends
back what is wrong; that a review is late is derived from its day, never a state.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from supervision.core.actor import Actor
from supervision.core.permissions import Permission as P
from supervision.core.text import N_
from supervision.core.workflow import Workflow, transition
from supervision.risk.rules import RiskGrade


class RiskState(StrEnum):
    DRAFT = "draft"
    FILED = "filed"
    RETURNED = "returned"
    CONFIRMED = "confirmed"
    RETIRED = "retired"


S = RiskState

# What colours the plan and counts in every figure: a draft is nobody's statement yet.
COUNTED = frozenset({S.FILED, S.RETURNED, S.CONFIRMED})
LIVE = frozenset(S) - {S.RETIRED}


class Point(Protocol):
    """What the guards look at."""

    status: RiskState
    grade: RiskGrade | None


def of_regulator(_point: Point, actor: Actor) -> str | None:
    return None if actor.is_regulator else N_("This is for the authority.")


def is_major(point: Point, _actor: Actor) -> str | None:
    """Only major risks wait for the authority; the others stand as the enterprise filed them."""
    return None if point.grade is RiskGrade.RED else N_("Only a major risk is confirmed.")


RISK_WORKFLOW: Workflow[RiskState] = Workflow(
    "risk_point",
    (
        transition(
            "file",
            {S.DRAFT, S.RETURNED},
            S.FILED,
            P.RISK_EDIT,
            needs=("grade", "responsible_person", "controls"),
        ),
        transition("confirm", {S.FILED}, S.CONFIRMED, P.RISK_DECIDE, of_regulator, is_major),
        transition(
            "return",
            {S.FILED, S.CONFIRMED},
            S.RETURNED,
            P.RISK_DECIDE,
            of_regulator,
            needs=("reason",),
        ),
        transition("retire", LIVE, S.RETIRED, P.RISK_EDIT, needs=("reason",)),
        transition("restore", {S.RETIRED}, S.DRAFT, P.RISK_EDIT),
    ),
    state_of=lambda point: point.status,
)
