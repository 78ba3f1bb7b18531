"""What comes when: the next dates of each duty, asked of the slices by their manifests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.slice import Due
from supervision.enterprise.models import Enterprise
from supervision.slices import slices

# A quarter's return lies at most this far ahead.
AHEAD = timedelta(days=110)


def next_dates(actor: Actor, enterprise: Enterprise) -> Sequence[tuple[str, Due]]:
    """The next date of each duty with the duty's name, soonest first."""
    today = clock.today()
    names = {duty.key: duty.title for m in slices() for duty in m.duties}
    found = [d for m in slices() if m.dues for d in m.dues(actor, today + AHEAD)]
    ours = {enterprise.name, enterprise.display_name, ""}
    first: dict[str, Due] = {}
    for due in sorted(found, key=lambda d: d.on):
        if due.on >= today and not due.done and due.enterprise in ours:
            first.setdefault(due.duty or str(due.label), due)
    return [(str(names.get(key, due.label)), due) for key, due in first.items()]
