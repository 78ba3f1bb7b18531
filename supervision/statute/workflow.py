"""How a change of a rule comes about: one person proposes, another approves. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from supervision.core.actor import Actor
from supervision.core.permissions import Permission as P
from supervision.core.text import N_
from supervision.core.workflow import Workflow, transition


class ChangeState(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


S = ChangeState


class Change(Protocol):
    """What the guards look at."""

    status: ChangeState
    author_id: int


def own(change: Change, actor: Actor) -> str | None:
    """Only who drafted a change proposes it or takes it back."""
    return None if change.author_id == actor.id else N_("This is for whoever drafted the change.")


def of_another(change: Change, actor: Actor) -> str | None:
    """Two persons: nobody decides on their own change."""
    if change.author_id == actor.id:
        return N_("A second person decides: not whoever drafted the change.")
    return None


CHANGE_WORKFLOW: Workflow[ChangeState] = Workflow(
    "rule_change",
    (
        transition("revise", {S.DRAFT}, S.DRAFT, P.STATUTE_PROPOSE, own),
        transition("propose", {S.DRAFT}, S.PROPOSED, P.STATUTE_PROPOSE, own),
        transition("withdraw", {S.DRAFT, S.PROPOSED}, S.WITHDRAWN, P.STATUTE_PROPOSE, own),
        transition("approve", {S.PROPOSED}, S.APPROVED, P.STATUTE_APPROVE, of_another),
        transition(
            "reject", {S.PROPOSED}, S.REJECTED, P.STATUTE_APPROVE, of_another, needs=("note",)
        ),
    ),
    state_of=lambda change: change.status,
)
