"""States of a version of a document, and of its filing with the authority. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from supervision.core.actor import Actor
from supervision.core.permissions import Permission as P
from supervision.core.text import N_
from supervision.core.workflow import Workflow, transition


class DocumentState(StrEnum):
    DRAFT = "draft"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class FilingState(StrEnum):
    """``not_needed``: the rule asks for no filing of this document of this enterprise."""

    NOT_NEEDED = "not_needed"
    TO_FILE = "to_file"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    RETURNED = "returned"


S, F = DocumentState, FilingState

# The enterprise has to do something about these.
UNFILED = frozenset({F.TO_FILE, F.RETURNED})
OPEN_FILING = UNFILED | {F.SUBMITTED}


class Paper(Protocol):
    """What the guards look at."""

    status: DocumentState
    filing: FilingState


def in_force(paper: Paper, _actor: Actor) -> str | None:
    """Only a document in force is filed."""
    if paper.status is S.IN_FORCE:
        return None
    return N_("Only a document that is in force can be filed.")


DOCUMENT_WORKFLOW: Workflow[DocumentState] = Workflow(
    "document",
    (
        transition(
            "publish", {S.DRAFT}, S.IN_FORCE, P.DOCUMENT_EDIT, needs=("approver", "published_on")
        ),
        transition("supersede", {S.IN_FORCE}, S.SUPERSEDED, P.DOCUMENT_EDIT),
        transition("withdraw", {S.IN_FORCE}, S.WITHDRAWN, P.DOCUMENT_EDIT, needs=("reason",)),
        transition("discard", {S.DRAFT}, S.WITHDRAWN, P.DOCUMENT_EDIT),
    ),
    state_of=lambda paper: paper.status,
)

FILING_WORKFLOW: Workflow[FilingState] = Workflow(
    "document_filing",
    (
        transition("submit", UNFILED, F.SUBMITTED, P.DOCUMENT_EDIT, in_force, needs=("day",)),
        # Also from papers that came over the counter: the officer enters them as accepted.
        transition(
            "accept", OPEN_FILING, F.ACCEPTED, P.DOCUMENT_DECIDE, in_force, needs=("number", "day")
        ),
        transition(
            "return", {F.SUBMITTED}, F.RETURNED, P.DOCUMENT_DECIDE, in_force, needs=("reason",)
        ),
    ),
    state_of=lambda paper: paper.filing,
)
