"""Verbs for many enterprises at once: one flush and one audit entry a batch, an event for each.

The values have passed :func:`supervision.enterprise.service.checked` already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select

from supervision.core import clock, find
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.scope import unscoped
from supervision.enterprise.models import Enterprise, EnterpriseEvent, EventKind, RollStatus


def register_many(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[Enterprise]:
    """Put enterprises on the roll, in the order of ``rows``. The caller writes the audit entry."""
    if not rows:
        return []
    now = clock.now()
    same = {"roll_status": RollStatus.IN_PRODUCTION, "created_at": now, "updated_at": now}
    # One statement: for its keys' sake SQLAlchemy would flush objects one by one into SQLite.
    db.session.execute(insert(Enterprise), [{**row, **same} for row in rows])
    written = Enterprise.uscc.in_([row["uscc"] for row in rows])
    stmt = unscoped(select(Enterprise).where(written), reason="just written by this actor")
    by_code = {row.uscc: row for row in db.session.scalars(stmt)}
    made = [by_code[row["uscc"]] for row in rows]
    find.add_new(made)
    log_many(actor, EventKind.REGISTERED, [{"enterprise_id": row.id} for row in made])
    return made


def change_many(
    actor: Actor, changes: Sequence[tuple[Enterprise, Mapping[str, Sequence[Any]]]], **event: Any
) -> None:
    """Write ``field: [before, after]`` of each. The caller writes the audit entry.

    ``event`` are further columns of each event.
    """
    now = clock.now()
    for enterprise, diff in changes:
        for name, (_before, after) in diff.items():
            setattr(enterprise, name, after)
        enterprise.updated_at = now
    db.session.flush()
    log_many(
        actor,
        EventKind.CHANGED,
        [{"enterprise_id": row.id, "fields": sorted(diff), **event} for row, diff in changes],
    )


def log_many(actor: Actor, kind: EventKind, rows: Sequence[Mapping[str, Any]]) -> None:
    """Events of many files in one statement; each row names its ``enterprise_id``."""
    if not rows:
        return
    same = {
        "at": clock.now(),
        "kind": kind,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "fields": [],
        "note": "",
    }
    db.session.execute(insert(EnterpriseEvent), [{**same, **row} for row in rows])
