"""What every verb of this slice writes into a file's own history."""

from __future__ import annotations

from collections.abc import Iterable

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.enterprise.models import EnterpriseEvent, EventKind


def log(
    enterprise_id: int,
    actor: Actor,
    kind: EventKind,
    *,
    fields: Iterable[str] = (),
    note: str = "",
) -> None:
    """Add an event to the file's timeline."""
    db.session.add(
        EnterpriseEvent(
            enterprise_id=enterprise_id,
            at=clock.now(),
            kind=kind,
            actor_id=actor.id,
            actor_name=actor.name,
            fields=list(fields),
            note=note,
        )
    )
    db.session.flush()
