"""States of an inspection and the only ways between them. Pure.

An administrative inspection (行政检查) needs approval and notice before it starts; a patrol, a
visit or a technical service starts from its draft and never leads to an order (State Council
Office 2024 No. 54; FACTS 2.3).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from supervision.core.actor import Actor
from supervision.core.permissions import Permission as P
from supervision.core.text import N_
from supervision.core.workflow import Workflow, transition


class InspectionKind(StrEnum):
    ADMINISTRATIVE = "administrative"
    PATROL = "patrol"
    VISIT = "visit"
    TECHNICAL_SERVICE = "technical_service"


class InspectionState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    NOTIFIED = "notified"
    ONGOING = "ongoing"
    RECORDED = "recorded"
    CANCELLED = "cancelled"


S = InspectionState
SETTLED = frozenset({S.RECORDED, S.CANCELLED})
OPEN = frozenset(S) - SETTLED


class Subject(Protocol):
    """What the guards look at."""

    kind: InspectionKind
    status: InspectionState

    @property
    def writer_ids(self) -> frozenset[int]:
        """Accounts of whoever asked for it, and of whoever has edited it since."""

    @property
    def officer_ids(self) -> frozenset[int]:
        """The accounts that inspect."""


def administrative(inspection: Subject, _actor: Actor) -> str | None:
    """Administrative inspections are approved and announced (State Council Office 2024 No. 54)."""
    if inspection.kind is InspectionKind.ADMINISTRATIVE:
        return None
    return N_("Only an administrative inspection is approved and announced.")


def not_administrative(inspection: Subject, _actor: Actor) -> str | None:
    """A patrol, a visit or a technical service: no approval, no notice, no order."""
    if inspection.kind is not InspectionKind.ADMINISTRATIVE:
        return None
    return N_("An administrative inspection starts after approval and notice.")


def one_of_its_officers(inspection: Subject, actor: Actor) -> str | None:
    """On site only those who inspect act (Work Safety Law, art. 67)."""
    if actor.id in inspection.officer_ids:
        return None
    return N_("This is for the officers who inspect.")


def not_own(inspection: Subject, actor: Actor) -> str | None:
    """Nobody approves what they asked for, or wrote, themselves."""
    if actor.id not in inspection.writer_ids:
        return None
    return N_("Whoever asked for an inspection cannot approve it.")


INSPECTION_WORKFLOW: Workflow[InspectionState] = Workflow(
    "inspection",
    (
        transition("edit", {S.DRAFT}, S.DRAFT, P.INSPECTION_MAKE),
        transition("submit", {S.DRAFT}, S.SUBMITTED, P.INSPECTION_MAKE, administrative),
        transition("approve", {S.SUBMITTED}, S.APPROVED, P.INSPECTION_APPROVE, not_own),
        transition(
            "reject", {S.SUBMITTED}, S.DRAFT, P.INSPECTION_APPROVE, not_own, needs=("reason",)
        ),
        transition("notify", {S.APPROVED}, S.NOTIFIED, P.INSPECTION_MAKE),
        transition("start", {S.NOTIFIED}, S.ONGOING, P.INSPECTION_MAKE, one_of_its_officers),
        transition(
            "start_visit",
            {S.DRAFT},
            S.ONGOING,
            P.INSPECTION_MAKE,
            not_administrative,
            one_of_its_officers,
        ),
        # Everything that is noted on site: answers, photos, facts, signatures.
        transition("check", {S.ONGOING}, S.ONGOING, P.INSPECTION_MAKE, one_of_its_officers),
        transition("record", {S.ONGOING}, S.RECORDED, P.INSPECTION_MAKE, one_of_its_officers),
        transition(
            "cancel",
            {S.DRAFT, S.SUBMITTED, S.APPROVED, S.NOTIFIED, S.ONGOING},
            S.CANCELLED,
            P.INSPECTION_MAKE,
            needs=("reason",),
        ),
    ),
    state_of=lambda inspection: inspection.status,
)
