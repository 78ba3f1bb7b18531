"""States of a case and the only ways between them. Pure.

Nothing is decided before the filing is approved, nothing is closed before the decision is served
and executed, and whoever handles a case approves nothing of it (FACTS 2.12; Administrative
Penalty Law 2021, art. 54, 57, 60, 61).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from supervision.core.actor import Actor
from supervision.core.permissions import Permission as P
from supervision.core.text import N_
from supervision.core.workflow import Workflow, transition


class CaseState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    FILED = "filed"
    PROPOSED = "proposed"
    DECIDED = "decided"
    SERVED = "served"
    EXECUTED = "executed"
    CLOSING = "closing"
    DROPPING = "dropping"
    CLOSED = "closed"
    NOT_FILED = "not_filed"
    WITHDRAWN = "withdrawn"


S = CaseState
SETTLED = frozenset({S.CLOSED, S.NOT_FILED, S.WITHDRAWN})
OPEN = frozenset(S) - SETTLED
# With a number: the filing is approved.
FILED = frozenset(
    {S.FILED, S.PROPOSED, S.DECIDED, S.SERVED, S.EXECUTED, S.CLOSING, S.DROPPING, S.CLOSED}
)
# Waits for somebody who does not handle it.
TO_APPROVE = frozenset({S.SUBMITTED, S.PROPOSED, S.CLOSING, S.DROPPING})
# Evidence is still gathered.
GATHERING = frozenset({S.DRAFT, S.SUBMITTED, S.FILED, S.PROPOSED})


class Subject(Protocol):
    """What the guards look at."""

    status: CaseState

    @property
    def handler_ids(self) -> frozenset[int]:
        """Accounts of the officers who handle it, and of whoever opened it."""

    @property
    def writer_ids(self) -> frozenset[int]:
        """Accounts of whoever has written in it, those who handle it no more included."""


def handles(case: Subject, actor: Actor) -> str | None:
    """Only the officers who handle the case."""
    return None if actor.id in case.handler_ids else N_("This is for the officers of the case.")


def not_handler(case: Subject, actor: Actor) -> str | None:
    """Whoever handles a case, or has written in it, approves nothing of it."""
    if actor.id not in case.handler_ids | case.writer_ids:
        return None
    return N_("Whoever handles a case cannot approve its papers.")


CASE_WORKFLOW: Workflow[CaseState] = Workflow(
    "case",
    (
        transition("edit", {S.DRAFT}, S.DRAFT, P.CASE_MAKE, handles),
        transition(
            "submit", {S.DRAFT}, S.SUBMITTED, P.CASE_MAKE, handles, needs=("opinion", "facts")
        ),
        transition("file", {S.SUBMITTED}, S.FILED, P.CASE_APPROVE, not_handler, needs=("opinion",)),
        transition(
            "return", {S.SUBMITTED}, S.DRAFT, P.CASE_APPROVE, not_handler, needs=("reason",)
        ),
        transition(
            "refuse", {S.SUBMITTED}, S.NOT_FILED, P.CASE_APPROVE, not_handler, needs=("reason",)
        ),
        transition(
            "withdraw",
            {S.DRAFT, S.SUBMITTED},
            S.WITHDRAWN,
            P.CASE_MAKE,
            handles,
            needs=("reason",),
        ),
        transition("propose", {S.FILED}, S.PROPOSED, P.CASE_MAKE, handles, needs=("penalties",)),
        transition("decide", {S.PROPOSED}, S.DECIDED, P.CASE_APPROVE, not_handler),
        transition("reject", {S.PROPOSED}, S.FILED, P.CASE_APPROVE, not_handler, needs=("reason",)),
        transition(
            "serve",
            {S.DECIDED},
            S.SERVED,
            P.CASE_MAKE,
            handles,
            needs=("method", "receiver", "served_at"),
        ),
        transition("execute", {S.SERVED}, S.EXECUTED, P.CASE_MAKE, handles, needs=("execution",)),
        transition(
            "annul",
            {S.DECIDED, S.SERVED, S.EXECUTED},
            S.FILED,
            P.CASE_APPROVE,
            not_handler,
            needs=("reason",),
        ),
        transition(
            "annul_closed",
            {S.CLOSED},
            S.CLOSED,
            P.CASE_APPROVE,
            not_handler,
            needs=("reason",),
        ),
        transition("ask_close", {S.EXECUTED}, S.CLOSING, P.CASE_MAKE, handles, needs=("opinion",)),
        transition("close", {S.CLOSING}, S.CLOSED, P.CASE_APPROVE, not_handler, needs=("opinion",)),
        transition(
            "refuse_close",
            {S.CLOSING},
            S.EXECUTED,
            P.CASE_APPROVE,
            not_handler,
            needs=("reason",),
        ),
        transition("drop", {S.FILED}, S.DROPPING, P.CASE_MAKE, handles, needs=("opinion",)),
        transition(
            "close_dropped",
            {S.DROPPING},
            S.CLOSED,
            P.CASE_APPROVE,
            not_handler,
            needs=("opinion",),
        ),
        transition(
            "refuse_drop",
            {S.DROPPING},
            S.FILED,
            P.CASE_APPROVE,
            not_handler,
            needs=("reason",),
        ),
    ),
    state_of=lambda case: case.status,
)
