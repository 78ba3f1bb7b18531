"""A violation's review. Pure.

A verdict is final: the ticket that it opened, or the precision figure that it counts in, may
already stand on it. A wrong confirmation is put right on the ticket (declared invalid).
"""

from __future__ import annotations

from enum import StrEnum

from supervision.core.permissions import Permission as P
from supervision.core.workflow import Workflow, transition


class ReviewState(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"


S = ReviewState

REVIEW_WORKFLOW: Workflow[ReviewState] = Workflow(
    "violation",
    (
        transition("confirm", {S.PENDING}, S.CONFIRMED, P.VIDEO_REVIEW),
        transition("reject", {S.PENDING}, S.REJECTED, P.VIDEO_REVIEW, needs=("reject_reason",)),
        transition("mark_duplicate", {S.PENDING}, S.DUPLICATE, P.VIDEO_REVIEW, needs=("original",)),
    ),
    state_of=lambda violation: violation.status,
)
