"""What becomes of a violation: wait for a person, join an open ticket, or open one. Pure."""

from __future__ import annotations

from enum import StrEnum


class Decision(StrEnum):
    HOLD = "hold"
    MERGE = "merge"
    OPEN = "open"


def decide(*, confirmed: bool, has_open_ticket: bool, automatic: bool = False) -> Decision:
    """An alert holds for a person; a confirmed one merges where a ticket is already open.

    ``automatic`` is for rules that an administrator lets act without a person; nothing sets it
    until a rule's measured precision can be asked for. Penalty evidence is another matter
    (Administrative Penalties Law, art. 41) and never follows from here.
    """
    if not (confirmed or automatic):
        return Decision.HOLD
    return Decision.MERGE if has_open_ticket else Decision.OPEN


def merge_key(camera_uid: str, rule_id: str, zone_id: str | None) -> str:
    """Sightings under the same key are one hazard while its ticket is open."""
    return f"{camera_uid}:{rule_id}:{zone_id or ''}"
