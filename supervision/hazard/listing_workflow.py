"""States of a listed supervision (挂牌督办) of a major hazard. Pure.

Interim Provisions on Hidden Hazards (Order 16, 2008), art. 20-23 (text not read in full, FACTS
2.4): the authority lists a major hazard with a deadline of its own; the enterprise applies for a
review when it is rectified; it is delisted when the review passes.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from supervision.core.actor import Actor, Side
from supervision.core.permissions import Permission as P
from supervision.core.text import N_
from supervision.core.workflow import Workflow, transition


class ListingLevel(StrEnum):
    """Which government lists it."""

    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"


class ListingState(StrEnum):
    PROPOSED = "proposed"
    LISTED = "listed"
    REVIEW_APPLIED = "review_applied"
    DELISTED = "delisted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


L = ListingState

# While it is in one of these, the hazard is neither closed nor sent elsewhere.
IN_FORCE = frozenset({L.LISTED, L.REVIEW_APPLIED})
PENDING = IN_FORCE | {L.PROPOSED}


class Listing(Protocol):
    """What the guards look at."""

    status: ListingState
    proposed_by_id: int

    @property
    def is_rectified(self) -> bool:
        """Whether the enterprise has submitted the hazard's rectification."""


class Listable(Protocol):
    """A ticket, as far as its listing goes."""

    @property
    def is_listed(self) -> bool: ...

    @property
    def is_under_review(self) -> bool: ...


def not_listed(ticket: Listable, _actor: Actor) -> str | None:
    """A listed hazard waits for its delisting."""
    if ticket.is_listed:
        return N_("The hazard is under listed supervision: it has to be delisted first.")
    return None


def not_under_review(ticket: Listable, _actor: Actor) -> str | None:
    """While a review is applied for, the review decides."""
    if ticket.is_under_review:
        return N_("A review of the listed supervision is applied for: its result decides.")
    return None


def by_authority(_listing: Listing, actor: Actor) -> str | None:
    """Only the authority lists, reviews and delists."""
    return None if actor.side is Side.REGULATOR else N_("This is for the authority.")


def by_enterprise(_listing: Listing, actor: Actor) -> str | None:
    """The review is the enterprise's to apply for."""
    return None if actor.side is Side.ENTERPRISE else N_("This is for the enterprise.")


def not_own_proposal(listing: Listing, actor: Actor) -> str | None:
    """Nobody approves their own proposal."""
    if listing.proposed_by_id == actor.id:
        return N_("Whoever proposed a listed supervision cannot decide on it.")
    return None


def rectified(listing: Listing, _actor: Actor) -> str | None:
    """The rectification has been submitted."""
    if listing.is_rectified:
        return None
    return N_("Submit the rectification first, then apply for the review.")


LISTING_WORKFLOW: Workflow[ListingState] = Workflow(
    "listing",
    (
        transition(
            "approve", {L.PROPOSED}, L.LISTED, P.SUPERVISION_LIST, by_authority, not_own_proposal
        ),
        transition(
            "refuse",
            {L.PROPOSED},
            L.REFUSED,
            P.SUPERVISION_LIST,
            by_authority,
            not_own_proposal,
            needs=("reason",),
        ),
        transition(
            "withdraw", {L.PROPOSED}, L.WITHDRAWN, P.HAZARD_ASSIGN, by_authority, needs=("reason",)
        ),
        transition(
            "apply",
            {L.LISTED},
            L.REVIEW_APPLIED,
            P.HAZARD_RECTIFY,
            by_enterprise,
            rectified,
            needs=("note",),
        ),
        transition(
            "pass",
            {L.REVIEW_APPLIED},
            L.DELISTED,
            P.HAZARD_VERIFY,
            by_authority,
            needs=("reviewers", "note"),
        ),
        transition(
            "fail",
            {L.REVIEW_APPLIED},
            L.LISTED,
            P.HAZARD_VERIFY,
            by_authority,
            needs=("reviewers", "reason"),
        ),
        transition(
            "revoke",
            IN_FORCE,
            L.WITHDRAWN,
            P.SUPERVISION_LIST,
            by_authority,
            needs=("reason",),
        ),
    ),
    state_of=lambda listing: listing.status,
)
