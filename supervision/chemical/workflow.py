"""States of the file of a major hazard source at the emergency bureau. Pure.

Order 40 (2011; from memory, certainty M): a source that was identified is filed with the county's
bureau, identified and assessed anew every three years and after a change, and its filing is
cancelled when it is none any more.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from supervision.core.actor import Actor, Side
from supervision.core.permissions import Permission as P
from supervision.core.text import N_
from supervision.core.workflow import Workflow, transition


class SourceState(StrEnum):
    """``identified``: to be filed, for the first time or anew."""

    IDENTIFIED = "identified"
    SUBMITTED = "submitted"
    FILED = "filed"
    CANCEL_REQUESTED = "cancel_requested"
    CANCELLED = "cancelled"


S = SourceState

OPEN = frozenset(S) - {S.CANCELLED}
# Under a number at the bureau.
ON_FILE = frozenset({S.FILED, S.CANCEL_REQUESTED})


class Source(Protocol):
    """What the guards look at."""

    status: SourceState

    @property
    def is_stale(self) -> bool:
        """Whether the ledger changed since it was identified."""

    @property
    def is_major_now(self) -> bool:
        """What the last identification said."""


def by_authority(_source: Source, actor: Actor) -> str | None:
    return None if actor.side is Side.REGULATOR else N_("This is for the authority.")


def up_to_date(source: Source, _actor: Actor) -> str | None:
    """What goes to the bureau is what stands on the site."""
    if source.is_stale:
        return N_("The ledger changed since: identify the unit anew first.")
    return None


def no_longer_major(source: Source, _actor: Actor) -> str | None:
    if source.is_major_now:
        return N_(
            "By its last identification it still is a major hazard source: identify it anew first."
        )
    return None


SOURCE_WORKFLOW: Workflow[SourceState] = Workflow(
    "chemical_source",
    (
        transition("submit", {S.IDENTIFIED}, S.SUBMITTED, P.CHEMICAL_EDIT, up_to_date),
        transition(
            "file",
            {S.IDENTIFIED, S.SUBMITTED},
            S.FILED,
            P.CHEMICAL_DECIDE,
            by_authority,
            up_to_date,
            needs=("filing_number", "filed_on"),
        ),
        transition(
            "send_back",
            {S.SUBMITTED},
            S.IDENTIFIED,
            P.CHEMICAL_DECIDE,
            by_authority,
            needs=("reason",),
        ),
        transition(
            "request_cancel",
            {S.FILED},
            S.CANCEL_REQUESTED,
            P.CHEMICAL_EDIT,
            no_longer_major,
            needs=("reason",),
        ),
        transition(
            "cancel",
            ON_FILE,
            S.CANCELLED,
            P.CHEMICAL_DECIDE,
            by_authority,
            no_longer_major,
            needs=("reason",),
        ),
        transition(
            "keep",
            {S.CANCEL_REQUESTED},
            S.FILED,
            P.CHEMICAL_DECIDE,
            by_authority,
            needs=("reason",),
        ),
    ),
    state_of=lambda source: source.status,
)
