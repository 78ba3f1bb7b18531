"""States of what is asked of the registry, and the only ways between them. Pure.

A registration is an enterprise's own wish to be put on the roll; a change request its wish to
have its file changed; a restructuring the authority's own act, which takes two persons.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from supervision.core.actor import Actor, Side
from supervision.core.permissions import Permission as P
from supervision.core.text import N_
from supervision.core.workflow import Workflow, transition


class RegistrationState(StrEnum):
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class ChangeState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    PARTLY = "partly"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class RestructuringKind(StrEnum):
    """A merger ends one enterprise in another; a split makes new ones of one."""

    MERGER = "merger"
    SPLIT = "split"


class RestructuringState(StrEnum):
    PROPOSED = "proposed"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Wish(Protocol):
    """What the guards of a restructuring look at."""

    proposed_by_id: int


def by_authority(_subject: object, actor: Actor) -> str | None:
    """Only the authority decides on its roll."""
    return None if actor.side is Side.REGULATOR else N_("This is for the authority.")


def by_enterprise(_subject: object, actor: Actor) -> str | None:
    """What an enterprise asked for, only the enterprise takes back."""
    return None if actor.side is Side.ENTERPRISE else N_("This is for the enterprise.")


def not_own_proposal(wish: Wish, actor: Actor) -> str | None:
    """Nobody approves their own proposal."""
    if wish.proposed_by_id == actor.id:
        return N_("Whoever proposed it cannot decide on it.")
    return None


def own_proposal(wish: Wish, actor: Actor) -> str | None:
    """Only whoever proposed it takes it back."""
    return None if wish.proposed_by_id == actor.id else N_("This is for whoever proposed it.")


_R, _C, _M = RegistrationState, ChangeState, RestructuringState

REGISTRATION_WORKFLOW: Workflow[RegistrationState] = Workflow(
    "registration",
    (
        transition("accept", {_R.SUBMITTED}, _R.ACCEPTED, P.ENTERPRISE_DECIDE, by_authority),
        transition(
            "return",
            {_R.SUBMITTED},
            _R.RETURNED,
            P.ENTERPRISE_DECIDE,
            by_authority,
            needs=("answer",),
        ),
        transition(
            "refuse",
            {_R.SUBMITTED, _R.RETURNED},
            _R.REFUSED,
            P.ENTERPRISE_DECIDE,
            by_authority,
            needs=("answer",),
        ),
    ),
    state_of=lambda registration: registration.status,
)

CHANGE_WORKFLOW: Workflow[ChangeState] = Workflow(
    "change_request",
    (
        transition("approve", {_C.PENDING}, _C.APPROVED, P.ENTERPRISE_DECIDE, by_authority),
        transition(
            "approve_part",
            {_C.PENDING},
            _C.PARTLY,
            P.ENTERPRISE_DECIDE,
            by_authority,
            needs=("note",),
        ),
        transition(
            "refuse",
            {_C.PENDING},
            _C.REFUSED,
            P.ENTERPRISE_DECIDE,
            by_authority,
            needs=("note",),
        ),
        transition("withdraw", {_C.PENDING}, _C.WITHDRAWN, P.ENTERPRISE_REQUEST, by_enterprise),
    ),
    state_of=lambda request: request.status,
)

RESTRUCTURING_WORKFLOW: Workflow[RestructuringState] = Workflow(
    "restructuring",
    (
        transition(
            "approve",
            {_M.PROPOSED},
            _M.DONE,
            P.ENTERPRISE_MERGE,
            by_authority,
            not_own_proposal,
            needs=("typed_name",),
        ),
        transition(
            "refuse",
            {_M.PROPOSED},
            _M.REFUSED,
            P.ENTERPRISE_MERGE,
            by_authority,
            not_own_proposal,
            needs=("note",),
        ),
        transition(
            "withdraw",
            {_M.PROPOSED},
            _M.WITHDRAWN,
            P.ENTERPRISE_DECIDE,
            by_authority,
            own_proposal,
        ),
    ),
    state_of=lambda restructuring: restructuring.status,
)
