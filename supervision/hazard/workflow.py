"""States of a ticket and the only ways between them. Pure.

Return is a transition back to ``rectifying``. Overdue is derived from the due day, never a
state. An extension is a row of its own (:data:`EXTENSION_WORKFLOW`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from supervision.core.actor import Actor, Side
from supervision.core.permissions import Permission as P
from supervision.core.text import N_
from supervision.core.workflow import Workflow, transition
from supervision.hazard.listing_workflow import (
    LISTING_WORKFLOW,  # noqa: F401 - drawn beside the tables of this file
    not_listed,
    not_under_review,
)


class HazardState(StrEnum):
    REPORTED = "reported"
    GRADED = "graded"
    ASSIGNED = "assigned"
    RECTIFYING = "rectifying"
    SUBMITTED = "submitted"
    CLOSED = "closed"
    TRANSFERRED = "transferred"
    INVALID = "invalid"


class ExtensionState(StrEnum):
    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"


class RegradeState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"


S = HazardState

# Nothing more happens to a ticket in one of these.
SETTLED = frozenset({S.CLOSED, S.TRANSFERRED, S.INVALID})
OPEN = frozenset(S) - SETTLED
WITH_ENTERPRISE = frozenset({S.ASSIGNED, S.RECTIFYING})


class Ticket(Protocol):
    """What the guards look at."""

    status: HazardState
    raised_side: Side
    rectified_by_id: int | None
    under_order: str

    @property
    def is_listed(self) -> bool: ...

    @property
    def is_under_review(self) -> bool: ...


def own_side(ticket: Ticket, actor: Actor) -> str | None:
    """The side that raised a ticket grades, assigns and verifies it.

    FACTS 2.4: enterprise-found tickets are verified inside the enterprise, those that the
    regulator raised only by officers.
    """
    if actor.side is ticket.raised_side:
        return None
    return N_("This is for the side that raised the hazard.")


def of_enterprise(_ticket: Ticket, actor: Actor) -> str | None:
    """Rectifying is the enterprise's own duty (Work Safety Law, art. 41)."""
    return None if actor.side is Side.ENTERPRISE else N_("Rectification is the enterprise's part.")


def of_regulator(_ticket: Ticket, actor: Actor) -> str | None:
    return None if actor.side is Side.REGULATOR else N_("This is for the authority.")


def not_own_work(ticket: Ticket, actor: Actor) -> str | None:
    """Nobody verifies what they rectified themselves."""
    if ticket.rectified_by_id is not None and ticket.rectified_by_id == actor.id:
        return N_("Whoever rectified a hazard cannot verify it.")
    return None


def not_under_order(ticket: Ticket, _actor: Actor) -> str | None:
    """What an order binds, only the order's own papers settle."""
    if not ticket.under_order:
        return None
    return N_("This hazard is under an order: the order's papers settle it.")


def under_order(ticket: Ticket, _actor: Actor) -> str | None:
    """Only while an order binds it."""
    return None if ticket.under_order else N_("No order binds this hazard.")


HAZARD_WORKFLOW: Workflow[HazardState] = Workflow(
    "hazard",
    (
        transition(
            "grade", {S.REPORTED, S.GRADED}, S.GRADED, P.HAZARD_GRADE, own_side, needs=("grade",)
        ),
        transition(
            "assign",
            {S.GRADED},
            S.ASSIGNED,
            P.HAZARD_ASSIGN,
            own_side,
            needs=("responsible_person", "due_on"),
        ),
        transition(
            "start",
            {S.ASSIGNED},
            S.RECTIFYING,
            P.HAZARD_RECTIFY,
            of_enterprise,
            needs=("measures",),
        ),
        transition(
            "submit",
            {S.RECTIFYING},
            S.SUBMITTED,
            P.HAZARD_RECTIFY,
            of_enterprise,
            needs=("note", "photos"),
        ),
        transition(
            "verify",
            {S.SUBMITTED},
            S.CLOSED,
            P.HAZARD_VERIFY,
            own_side,
            not_own_work,
            not_listed,
            not_under_order,
            needs=("note",),
        ),
        transition(
            "return",
            {S.SUBMITTED},
            S.RECTIFYING,
            P.HAZARD_VERIFY,
            own_side,
            not_own_work,
            not_under_review,
            not_under_order,
            needs=("reason",),
        ),
        transition(
            "transfer",
            {S.REPORTED, S.GRADED, S.ASSIGNED, S.RECTIFYING},
            S.TRANSFERRED,
            P.HAZARD_TRANSFER,
            of_regulator,
            own_side,
            not_listed,
            not_under_order,
            needs=("receiver", "reason"),
        ),
        transition(
            "invalidate",
            {S.REPORTED, S.GRADED, S.ASSIGNED},
            S.INVALID,
            P.HAZARD_INVALIDATE,
            own_side,
            not_listed,
            not_under_order,
            needs=("invalid_reason",),
        ),
    ),
    state_of=lambda hazard: hazard.status,
)


ORDERED_WORKFLOW: Workflow[HazardState] = Workflow(
    "ordered_hazard",
    (
        transition(
            "pass_recheck",
            {S.ASSIGNED, S.RECTIFYING, S.SUBMITTED},
            S.CLOSED,
            P.HAZARD_VERIFY,
            own_side,
            not_own_work,
            not_listed,
            under_order,
            needs=("note",),
        ),
        transition(
            "fail_recheck",
            {S.SUBMITTED},
            S.RECTIFYING,
            P.HAZARD_VERIFY,
            own_side,
            not_under_review,
            under_order,
            needs=("reason",),
        ),
    ),
    state_of=lambda hazard: hazard.status,
)


class Extension(Protocol):
    status: ExtensionState


EXTENSION_WORKFLOW: Workflow[ExtensionState] = Workflow(
    "extension",
    (
        transition(
            "grant",
            {ExtensionState.PENDING},
            ExtensionState.GRANTED,
            P.HAZARD_EXTENSION_DECIDE,
            needs=("granted_due_on",),
        ),
        transition(
            "refuse",
            {ExtensionState.PENDING},
            ExtensionState.REFUSED,
            P.HAZARD_EXTENSION_DECIDE,
            needs=("note",),
        ),
    ),
    state_of=lambda extension: extension.status,
)


class Regrade(Protocol):
    status: RegradeState


REGRADE_WORKFLOW: Workflow[RegradeState] = Workflow(
    "regrade",
    (
        transition(
            "approve", {RegradeState.PENDING}, RegradeState.APPROVED, P.HAZARD_REGRADE_APPROVE
        ),
        transition(
            "refuse",
            {RegradeState.PENDING},
            RegradeState.REFUSED,
            P.HAZARD_REGRADE_APPROVE,
            needs=("note",),
        ),
    ),
    state_of=lambda regrade: regrade.status,
)
