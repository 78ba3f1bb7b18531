"""A second opinion. Pure.

It is advice: the verdict stays with whoever gives it. Nobody is the second to themselves.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from supervision.core.actor import Actor
from supervision.core.permissions import Permission as P
from supervision.core.text import N_
from supervision.core.workflow import Workflow, transition


class OpinionState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class Advice(StrEnum):
    """What the second person thinks of it."""

    CONFIRM = "confirm"
    REJECT = "reject"
    UNCLEAR = "unclear"


S = OpinionState


class Asked(Protocol):
    """What the guards look at. ``asked_of_id`` None: whoever comes."""

    status: OpinionState
    asked_by_id: int
    asked_of_id: int | None


def not_own_question(opinion: Asked, actor: Actor) -> str | None:
    if opinion.asked_by_id != actor.id:
        return None
    return N_("You asked this yourself: the second opinion is another person's.")


def asked_of_them(opinion: Asked, actor: Actor) -> str | None:
    if opinion.asked_of_id in {None, actor.id}:
        return None
    return N_("Somebody else was asked.")


def own_question(opinion: Asked, actor: Actor) -> str | None:
    if opinion.asked_by_id == actor.id:
        return None
    return N_("Only the person who asked may withdraw it.")


OPINION_WORKFLOW: Workflow[OpinionState] = Workflow(
    "opinion",
    (
        transition(
            "answer",
            {S.OPEN},
            S.ANSWERED,
            P.VIDEO_REVIEW,
            not_own_question,
            asked_of_them,
            needs=("advice",),
        ),
        transition("withdraw", {S.OPEN}, S.WITHDRAWN, P.VIDEO_REVIEW, own_question),
    ),
    state_of=lambda opinion: opinion.status,
)
