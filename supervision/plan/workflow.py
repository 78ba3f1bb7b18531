"""States of an annual plan and the only ways between them. Pure.

A published plan is never edited: an amendment is a new version, and the old one stays readable
(Work Safety Law, art. 62: the plan is drawn up by class and grade; FACTS 2.3: published first).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from supervision.core.actor import Actor
from supervision.core.permissions import Permission as P
from supervision.core.text import N_
from supervision.core.workflow import Workflow, transition


class PlanState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


S = PlanState
# A version in the making: one for each authority and year at a time.
OPEN = frozenset({S.DRAFT, S.SUBMITTED, S.APPROVED})


class Subject(Protocol):
    """What the guards look at."""

    status: PlanState
    author_id: int
    submitted_by_id: int | None


def not_own(plan: Subject, actor: Actor) -> str | None:
    """Neither who drew the plan up nor who submitted it approves it."""
    if actor.id in {plan.author_id, plan.submitted_by_id}:
        return N_("Another person approves: not whoever drew the plan up or submitted it.")
    return None


PLAN_WORKFLOW: Workflow[PlanState] = Workflow(
    "annual_plan",
    (
        transition("edit", {S.DRAFT}, S.DRAFT, P.PLAN_EDIT),
        transition("submit", {S.DRAFT}, S.SUBMITTED, P.PLAN_EDIT),
        transition("approve", {S.SUBMITTED}, S.APPROVED, P.PLAN_APPROVE, not_own),
        transition("reject", {S.SUBMITTED}, S.DRAFT, P.PLAN_APPROVE, not_own, needs=("note",)),
        transition("publish", {S.APPROVED}, S.PUBLISHED, P.PLAN_APPROVE),
        transition(
            "withdraw",
            {S.DRAFT, S.SUBMITTED, S.APPROVED},
            S.WITHDRAWN,
            P.PLAN_EDIT,
            needs=("note",),
        ),
        # Makes a draft of the next version; this one is superseded when that is published.
        transition("amend", {S.PUBLISHED}, S.PUBLISHED, P.PLAN_EDIT, needs=("note",)),
        transition("supersede", {S.PUBLISHED}, S.SUPERSEDED, P.PLAN_APPROVE),
    ),
    state_of=lambda plan: plan.status,
)
