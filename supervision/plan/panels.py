"""The count beside the menu's line."""

from __future__ import annotations

from supervision.core.actor import Actor
from supervision.core.permissions import Permission
from supervision.plan import queries

BADGE_CAP = 99


def badge(actor: Actor) -> int:
    """Plans that wait for this person's approval."""
    if not actor.may(Permission.PLAN_APPROVE):
        return 0
    return queries.waiting_count(actor, cap=BADGE_CAP)
