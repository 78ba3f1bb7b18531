"""A violation's review, and a camera's maintenance ticket. Pure.

A verdict is final: the ticket that it opened, or the precision figure that it counts in, may
already stand on it. A wrong confirmation is put right on the ticket (declared invalid). What the
system itself filed as a duplicate is no verdict: a person may take it apart again.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from supervision.core.actor import Actor, Side
from supervision.core.permissions import Permission as P
from supervision.core.text import N_
from supervision.core.workflow import Workflow, transition


class ReviewState(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"


class TicketState(StrEnum):
    """Of a camera's maintenance ticket. Done by a person, or by the system when all is well."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    DONE = "done"


S = ReviewState
T = TicketState


class Filed(Protocol):
    """What the guard looks at."""

    status: ReviewState
    verdict_side: Side | None


def filed_by_system(violation: Filed, _actor: Actor) -> str | None:
    """Only what the system filed; a person's verdict is final."""
    if violation.verdict_side is None:
        return None
    return N_("A person decided this. A verdict is final.")


REVIEW_WORKFLOW: Workflow[ReviewState] = Workflow(
    "violation",
    (
        transition("confirm", {S.PENDING}, S.CONFIRMED, P.VIDEO_REVIEW),
        transition("reject", {S.PENDING}, S.REJECTED, P.VIDEO_REVIEW, needs=("reject_reason",)),
        transition("mark_duplicate", {S.PENDING}, S.DUPLICATE, P.VIDEO_REVIEW, needs=("original",)),
        transition("take_apart", {S.DUPLICATE}, S.PENDING, P.VIDEO_REVIEW, filed_by_system),
    ),
    state_of=lambda violation: violation.status,
)

CAMERA_TICKET_WORKFLOW: Workflow[TicketState] = Workflow(
    "camera_ticket",
    (
        transition("acknowledge", {T.OPEN}, T.ACKNOWLEDGED, P.VIDEO_REVIEW),
        transition("finish", {T.OPEN, T.ACKNOWLEDGED}, T.DONE, P.VIDEO_REVIEW, needs=("note",)),
    ),
    state_of=lambda ticket: ticket.status,
)
