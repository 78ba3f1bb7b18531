"""Verbs: ask for a change of many, do it batch by batch, take it back."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, or_, select

from supervision.core import audit, clock, notices
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.notices import Audience
from supervision.core.scope import unscoped, visible
from supervision.core.text import N_
from supervision.enterprise import bulk
from supervision.enterprise.assigning.models import BulkChange, BulkRow, BulkState
from supervision.enterprise.models import Enterprise

BATCH = 500
# More than these are the scheduler's.
AT_ONCE = 500
MOST = 200_000
MOST_ATTEMPTS = 5
# A worker that says nothing for so long has died; another goes on at its cursor.
SILENT = timedelta(seconds=60)
FIELDS = ("officer_id", "supervising_unit", "is_key")
_REASON = "the scheduler works for everybody"


def ask(
    actor: Actor, enterprise_ids: Sequence[int], values: Mapping[str, Any], *, expected: int
) -> BulkChange:
    """Change ``values`` of all these, which are in ``actor``'s scope.

    ``expected`` is how many the actor confirmed; raises Conflict where there are others now.
    """
    if not values or not set(values) <= set(FIELDS):
        raise InvalidInput(N_("Choose what shall change."), field="officer")
    unit = values.get("supervising_unit")
    if unit is not None and len(unit) > 60:
        raise InvalidInput(N_("At most %(count)s characters."), field="unit", count=60)
    if not enterprise_ids:
        raise InvalidInput(N_("No enterprise is chosen."), field="officer")
    if len(enterprise_ids) != expected or len(enterprise_ids) > MOST:
        raise Conflict(N_("The list has changed meanwhile. Look at it again."))
    change = _add(actor, list(enterprise_ids), dict(values))
    audit.record(actor, "enterprise.assign_ask", change, count=change.total, values=dict(values))
    return change


def undo(change: BulkChange, actor: Actor) -> BulkChange:
    """Give back what they had, where nobody has changed it since."""
    if change.status is BulkState.WAITING or change.undo_of_id is not None or not change.changed:
        raise Conflict(N_("There is nothing to undo."))
    there = select(BulkChange.id).where(BulkChange.undo_of_id == change.id)
    if db.session.scalar(unscoped(there, reason="one undo of a change")) is not None:
        raise Conflict(N_("This change is undone already."))
    stmt = select(BulkRow.enterprise_id).where(BulkRow.bulk_id == change.id)
    ids = db.session.scalars(unscoped(stmt.order_by(BulkRow.enterprise_id), reason="seen by asker"))
    back = _add(actor, list(ids), {}, undo_of_id=change.id)
    audit.record(actor, "enterprise.assign_undo", back, of=change.id, count=back.total)
    return back


def _add(actor: Actor, ids: list[int], values: dict[str, Any], **more: Any) -> BulkChange:
    change = BulkChange(
        asked_by_id=actor.id,
        asked_by=actor.name,
        asked_at=clock.now(),
        enterprise_ids=ids,
        total=len(ids),
        values=values,
        **more,
    )
    db.session.add(change)
    db.session.flush()
    return change


def cancel(change: BulkChange, actor: Actor) -> None:
    """Stop after the batch that is under way. What was changed stays, and can be undone."""
    if change.status is not BulkState.WAITING:
        raise Conflict(N_("This change has ended already."))
    audit.record(actor, "enterprise.assign_cancel", change, cursor=change.cursor)
    change.status, change.finished_at, change.holder = BulkState.CANCELLED, clock.now(), ""


def step(change: BulkChange, actor: Actor, ids: Sequence[int]) -> None:
    """The next batch: those of ``ids`` that ``actor`` sees still; the last one ends it."""
    batch = ids[change.cursor : change.cursor + BATCH]
    stmt = visible(Enterprise, actor).where(Enterprise.id.in_(batch)).order_by(Enterprise.id)
    rows = db.session.scalars(stmt.execution_options(populate_existing=True)).all()
    wanted = _wanted(change, batch)
    changes = [(row, diff) for row in rows if (diff := wanted(row))]
    bulk.change_many(actor, changes)
    if changes:
        db.session.execute(
            insert(BulkRow),
            [{"bulk_id": change.id, "enterprise_id": e.id, "diff": diff} for e, diff in changes],
        )
        audit.record(
            actor, "enterprise.assign", change, changed={str(e.id): diff for e, diff in changes}
        )
    change.cursor += len(batch)
    change.changed += len(changes)
    change.heartbeat_at = clock.now()
    if change.cursor >= change.total:
        _finish(change)
    db.session.flush()


def _wanted(change: BulkChange, batch: Sequence[int]) -> Any:
    """What changes of a row: ``field: [before, after]``; nothing where it has that already."""
    if change.undo_of_id is None:
        given = change.values
        return lambda row: {
            name: [getattr(row, name), value]
            for name, value in given.items()
            if getattr(row, name) != value
        }
    stmt = select(BulkRow.enterprise_id, BulkRow.diff).where(
        BulkRow.bulk_id == change.undo_of_id, BulkRow.enterprise_id.in_(batch)
    )
    had: dict[int, dict[str, list[Any]]] = dict(
        db.session.execute(unscoped(stmt, reason="what they had")).tuples().all()
    )
    return lambda row: {
        name: [after, before]
        for name, (before, after) in had.get(row.id, {}).items()
        if getattr(row, name) == after
    }


def _finish(change: BulkChange) -> None:
    change.status, change.finished_at, change.holder = BulkState.DONE, clock.now(), ""
    officer_id = change.values.get("officer_id")
    if officer_id is not None and officer_id != change.asked_by_id and change.changed:
        notices.queue(
            "enterprise.officer_many",
            Audience.ACCOUNT,
            officer_id,
            link="/enterprises/",
            count=change.changed,
        )
    if change.total > AT_ONCE:
        notices.queue(
            "enterprise.assigned",
            Audience.ACCOUNT,
            change.asked_by_id,
            link=f"/enterprises/assignments/{change.id}",
            count=change.changed,
        )


def take(now: datetime, *, silent: timedelta = SILENT) -> BulkChange | None:
    """The next change to work on, marked as held; one whose worker died included."""
    stmt = (
        select(BulkChange)
        .where(
            BulkChange.status == BulkState.WAITING,
            or_(BulkChange.heartbeat_at.is_(None), BulkChange.heartbeat_at <= now - silent),
        )
        .order_by(BulkChange.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    change = db.session.scalars(unscoped(stmt, reason=_REASON)).first()
    if change is None:
        return None
    change.holder, change.heartbeat_at = secrets.token_hex(8), now
    change.attempts += 1
    db.session.flush()
    return change


def held(bulk_id: int, holder: str) -> BulkChange | None:
    """The change as long as it is still this worker's; None when it was cancelled."""
    stmt = select(BulkChange).where(
        BulkChange.id == bulk_id,
        BulkChange.holder == holder,
        BulkChange.status == BulkState.WAITING,
    )
    stmt = stmt.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(unscoped(stmt, reason=_REASON)).first()


def fail(change: BulkChange, message: str, *, again: bool) -> None:
    """Note what went wrong; ``again``: the machine's fault, worth another attempt."""
    change.holder, change.message = "", message[:2000]
    if again and change.attempts < MOST_ATTEMPTS:
        return
    change.status, change.finished_at = BulkState.FAILED, clock.now()
