"""States of an order and the only ways between them. Pure.

The number is given at ``issue`` and never before; a void order keeps it (FACTS 2.12). Whoever
wrote an order does not approve it. Extensions are rows of their own (:data:`EXTENSION_WORKFLOW`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from supervision.core.actor import Actor, Side
from supervision.core.permissions import Permission as P
from supervision.core.text import N_
from supervision.core.workflow import Workflow, transition


class OrderKind(StrEnum):
    """``rectify``: 责令限期整改指令书; ``onsite_measure``: 现场处理措施决定书."""

    RECTIFY = "rectify"
    ONSITE_MEASURE = "onsite_measure"


class OrderState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    ISSUED = "issued"
    SERVED = "served"
    RECHECKED = "rechecked"
    CLOSED = "closed"
    VOID = "void"


class Outcome(StrEnum):
    """How a closed order ended."""

    COMPLIED = "complied"
    # What was not done stands in a second order, or goes into a case.
    SUPERSEDED = "superseded"
    CASE = "case"


class OrderExtensionState(StrEnum):
    PENDING = "pending"
    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"
    # The order was closed or declared void before a reply.
    LAPSED = "lapsed"


S = OrderState
SETTLED = frozenset({S.CLOSED, S.VOID})
OPEN = frozenset(S) - SETTLED
# It has its number and binds the enterprise.
BINDING = frozenset({S.ISSUED, S.SERVED, S.RECHECKED})
# Before the number: nobody outside the authority knows of it.
UNISSUED = frozenset({S.DRAFT, S.SUBMITTED, S.APPROVED})
WITH_ENTERPRISE = frozenset({S.SERVED, S.RECHECKED})


class Subject(Protocol):
    """What the guards look at."""

    status: OrderState

    @property
    def writer_ids(self) -> frozenset[int]:
        """Accounts of whoever began it, and of whoever has edited it since."""


def not_own(order: Subject, actor: Actor) -> str | None:
    """Whoever wrote an order, or a word of it, does not approve it."""
    if actor.id not in order.writer_ids:
        return None
    return N_("Whoever wrote an order cannot approve it.")


def of_authority(_order: Subject, actor: Actor) -> str | None:
    """Only the authority."""
    return None if actor.side is Side.REGULATOR else N_("This is for the authority.")


def of_enterprise(_order: Subject, actor: Actor) -> str | None:
    """Only the enterprise."""
    return None if actor.side is Side.ENTERPRISE else N_("This is for the enterprise.")


ORDER_WORKFLOW: Workflow[OrderState] = Workflow(
    "order",
    (
        transition("edit", {S.DRAFT}, S.DRAFT, P.ORDER_MAKE, of_authority),
        transition("submit", {S.DRAFT}, S.SUBMITTED, P.ORDER_MAKE, of_authority),
        transition("approve", {S.SUBMITTED}, S.APPROVED, P.ORDER_APPROVE, not_own),
        transition("reject", {S.SUBMITTED}, S.DRAFT, P.ORDER_APPROVE, not_own, needs=("reason",)),
        transition("issue", {S.APPROVED}, S.ISSUED, P.ORDER_MAKE, of_authority),
        transition(
            "serve",
            {S.ISSUED},
            S.SERVED,
            P.ORDER_MAKE,
            of_authority,
            needs=("method", "receiver", "served_at"),
        ),
        transition(
            "apply_recheck",
            {S.SERVED},
            S.SERVED,
            P.ORDER_REQUEST,
            of_enterprise,
            needs=("note",),
        ),
        transition(
            "apply_again",
            {S.RECHECKED},
            S.RECHECKED,
            P.ORDER_REQUEST,
            of_enterprise,
            needs=("note",),
        ),
        transition(
            "recheck",
            {S.SERVED, S.RECHECKED},
            S.RECHECKED,
            P.ORDER_MAKE,
            of_authority,
            needs=("opinion",),
        ),
        transition(
            "close",
            {S.SERVED, S.RECHECKED},
            S.CLOSED,
            P.ORDER_MAKE,
            of_authority,
            needs=("opinion",),
        ),
        transition(
            "hand_over", {S.RECHECKED}, S.CLOSED, P.ORDER_MAKE, of_authority, needs=("reason",)
        ),
        transition(
            "discard",
            {S.DRAFT, S.SUBMITTED, S.APPROVED},
            S.VOID,
            P.ORDER_MAKE,
            of_authority,
            needs=("reason",),
        ),
        transition(
            "void",
            {S.ISSUED, S.SERVED, S.RECHECKED},
            S.VOID,
            P.ORDER_APPROVE,
            of_authority,
            needs=("reason",),
        ),
    ),
    state_of=lambda order: order.status,
)


class Extension(Protocol):
    status: OrderExtensionState
    requested_by_id: int


E = OrderExtensionState

EXTENSION_WORKFLOW: Workflow[OrderExtensionState] = Workflow(
    "order_extension",
    (
        transition("grant", {E.PENDING}, E.GRANTED, P.ORDER_MAKE, of_authority),
        transition("grant_partly", {E.PENDING}, E.PARTLY, P.ORDER_MAKE, of_authority),
        transition("refuse", {E.PENDING}, E.REFUSED, P.ORDER_MAKE, of_authority, needs=("note",)),
        transition("lapse", {E.PENDING}, E.LAPSED, P.ORDER_MAKE),
    ),
    state_of=lambda extension: extension.status,
)
