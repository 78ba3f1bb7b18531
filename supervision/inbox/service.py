"""Verbs of the inbox: deliver what the outbox holds, mark as read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.scope import unscoped
from supervision.inbox import queries
from supervision.inbox.models import InboxItem
from supervision.slices import slices


def deliver_batch(now: datetime, limit: int) -> int:
    """Turn up to ``limit`` unsent notices into items; returns how many notices.

    Items and the mark "sent" are one transaction: a process that is killed in between has
    delivered nothing, and a notice that comes twice makes no second item.
    """
    notices = queries.unsent(limit)
    told = queries.recipients(notices)
    rows = [
        {"account_id": account, "notice_id": notice.id, "created_at": notice.created_at}
        for notice in notices
        for account in sorted(told[notice.id])
    ]
    if rows:
        insert: Any = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
        stmt = insert(InboxItem).on_conflict_do_nothing(
            index_elements=[InboxItem.account_id, InboxItem.notice_id]
        )
        db.session.execute(stmt, rows)
    for manifest in slices():
        if manifest.on_notices is not None:
            manifest.on_notices(notices, told)
    for notice in notices:
        notice.sent_at = now
    db.session.flush()
    return len(notices)


def mark_read(item: InboxItem) -> None:
    """The first reading counts; opening it again changes nothing."""
    if item.read_at is None:
        item.read_at = clock.now()


def mark_all_read(actor: Actor, up_to_id: int) -> int:
    """Everything that the reader's page could show: what came after it stays unread."""
    stmt = (
        update(InboxItem)
        .where(
            InboxItem.account_id == actor.id,
            InboxItem.read_at.is_(None),
            InboxItem.id <= up_to_id,
        )
        .values(read_at=clock.now())
    )
    result: Any = db.session.execute(unscoped(stmt, reason="narrowed to one's own above"))
    return int(result.rowcount)
