"""The states of a return. Pure. Overdue and late are derived from ``due_on``."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from supervision.core.actor import Actor, Side
from supervision.core.permissions import Permission as P
from supervision.core.text import N_
from supervision.core.workflow import Workflow, transition


class ReturnState(StrEnum):
    DRAFT = "draft"
    SIGNED = "signed"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


S = ReturnState
WITH_ENTERPRISE = frozenset({S.DRAFT, S.SIGNED, S.RETURNED})


class Return(Protocol):
    """What the guards look at."""

    status: ReturnState
    signed_by_id: int | None
    submitted_by_id: int | None


def of_enterprise(_row: Return, actor: Actor) -> str | None:
    if actor.side is Side.ENTERPRISE:
        return None
    return N_("The enterprise reports for itself.")


def of_regulator(_row: Return, actor: Actor) -> str | None:
    return None if actor.side is Side.REGULATOR else N_("This is for the authority.")


def not_own(row: Return, actor: Actor) -> str | None:
    """Nobody decides on what they signed or submitted themselves."""
    if actor.id in {row.signed_by_id, row.submitted_by_id}:
        return N_("Whoever signed or submitted a return does not decide on it.")
    return None


RETURN_WORKFLOW: Workflow[ReturnState] = Workflow(
    "return",
    (
        transition("recount", {S.DRAFT}, S.DRAFT, P.RETURN_MAKE, of_enterprise),
        # What was signed is not what is corrected: the signature goes.
        transition(
            "correct",
            {S.DRAFT, S.SIGNED},
            S.DRAFT,
            P.RETURN_MAKE,
            of_enterprise,
            needs=("figure", "value", "reason"),
        ),
        transition(
            "sign",
            {S.DRAFT},
            S.SIGNED,
            P.RETURN_SIGN,
            of_enterprise,
            needs=("name", "signature"),
        ),
        transition("submit", {S.SIGNED}, S.SUBMITTED, P.RETURN_MAKE, of_enterprise),
        transition("accept", {S.SUBMITTED}, S.ACCEPTED, P.RETURN_DECIDE, of_regulator, not_own),
        transition(
            "return",
            {S.SUBMITTED},
            S.RETURNED,
            P.RETURN_DECIDE,
            of_regulator,
            not_own,
            needs=("reason",),
        ),
        transition("revise", {S.RETURNED}, S.DRAFT, P.RETURN_MAKE, of_enterprise),
    ),
    state_of=lambda row: row.status,
)
