"""States of a licence and the only ways between them. Pure.

A renewal, a change and an extension are no transitions: each is a licence of its own that
``renews`` this one. When it is verified and its time has begun, this one is ``replaced``.
That the last day to apply has passed is derived from the days, never a state.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from supervision.core.actor import Actor, ActorKind, Side
from supervision.core.permissions import Permission as P
from supervision.core.text import N_
from supervision.core.workflow import Workflow, transition


class LicenceState(StrEnum):
    DRAFT = "draft"
    RETURNED = "returned"
    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"
    SURRENDERED = "surrendered"
    REPLACED = "replaced"
    DISCARDED = "discarded"


S = LicenceState

# Entered, and not yet compared with the paper by an officer.
UNVERIFIED = frozenset({S.DRAFT, S.RETURNED})
# In force, or would be if it were not suspended.
LIVE = frozenset({S.VALID, S.SUSPENDED})
# Its time has ended, one way or the other.
ENDED = frozenset({S.REVOKED, S.EXPIRED, S.SURRENDERED, S.REPLACED})


class Held(Protocol):
    """What the guards look at."""

    status: LicenceState

    @property
    def is_applied(self) -> bool: ...

    @property
    def is_renewed(self) -> bool: ...


def of_regulator(_licence: Held, actor: Actor) -> str | None:
    """Only the authority."""
    return None if actor.side is Side.REGULATOR else N_("This is for the authority.")


def not_applied(licence: Held, _actor: Actor) -> str | None:
    """No application is waiting, and it is not renewed yet."""
    if licence.is_renewed:
        return N_("This licence is renewed already.")
    return N_("An application for renewal is recorded already.") if licence.is_applied else None


def applied(licence: Held, _actor: Actor) -> str | None:
    """An application for renewal is waiting."""
    if licence.is_renewed:
        return N_("This licence is renewed already.")
    return None if licence.is_applied else N_("No application for renewal is recorded.")


def by_itself(_licence: Held, actor: Actor) -> str | None:
    """Only the daily job, or the verification of its successor."""
    if actor.kind is ActorKind.SYSTEM:
        return None
    return N_("This happens by itself when its day has come.")


DECISION = ("decision_number", "decided_on", "reason")

LICENCE_WORKFLOW: Workflow[LicenceState] = Workflow(
    "licence",
    (
        transition("correct", {S.DRAFT, S.RETURNED}, S.DRAFT, P.LICENCE_EDIT),
        transition(
            "verify",
            {S.DRAFT},
            S.VALID,
            P.LICENCE_DECIDE,
            of_regulator,
            needs=("means",),
        ),
        transition(
            "return", {S.DRAFT}, S.RETURNED, P.LICENCE_DECIDE, of_regulator, needs=("reason",)
        ),
        transition(
            "discard", {S.DRAFT, S.RETURNED}, S.DISCARDED, P.LICENCE_EDIT, needs=("reason",)
        ),
        transition("apply", {S.VALID}, S.VALID, P.LICENCE_EDIT, not_applied, needs=("applied_on",)),
        transition(
            "refuse",
            {S.VALID},
            S.VALID,
            P.LICENCE_DECIDE,
            of_regulator,
            applied,
            needs=DECISION,
        ),
        transition(
            "suspend", {S.VALID}, S.SUSPENDED, P.LICENCE_DECIDE, of_regulator, needs=DECISION
        ),
        transition(
            "resume", {S.SUSPENDED}, S.VALID, P.LICENCE_DECIDE, of_regulator, needs=DECISION
        ),
        transition(
            "revoke",
            {S.VALID, S.SUSPENDED, S.EXPIRED},
            S.REVOKED,
            P.LICENCE_DECIDE,
            of_regulator,
            needs=DECISION,
        ),
        transition(
            "surrender",
            {S.VALID, S.SUSPENDED, S.EXPIRED},
            S.SURRENDERED,
            P.LICENCE_DECIDE,
            of_regulator,
            needs=DECISION,
        ),
        transition("expire", LIVE, S.EXPIRED, P.LICENCE_DECIDE, by_itself),
        transition("replace", LIVE | {S.EXPIRED}, S.REPLACED, P.LICENCE_DECIDE, by_itself),
    ),
    state_of=lambda licence: licence.status,
)
