"""Verbs of the queue: claim, settle, bundle a day, give up, forget.

A claim and its settlement are two transactions, with the sending between them and no lock held.
A process that dies in between leaves a claim that runs out: the delivery goes out again, with the
same ``uid``. So each arrives at least once, and a receiver knows a repetition by that id.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from supervision.channel import parcels, rules
from supervision.channel.fanout import give_up
from supervision.channel.models import Channel, Delivery
from supervision.channel.parcels import Parcel
from supervision.channel.rules import DeliveryState, Purpose, Way
from supervision.core import clock, notices
from supervision.core.db import db
from supervision.core.notices import Audience
from supervision.core.outbound import SendError
from supervision.core.scope import unscoped

CLAIM_TERM = timedelta(minutes=10)
# What says something of the reader alone, and nothing of the channel.
PERSONAL = frozenset({"reader_refused", "no_address", "broken"})
_WHY = "the queue is the system's own"


def open_channels(now: datetime) -> Sequence[tuple[int, int]]:
    """Channels that may send now, with how many deliveries at most in this run.

    One that rested after failures tries a single delivery first.
    """
    stmt = select(Channel.id, Channel.kind, Channel.failures).where(
        Channel.is_enabled, or_(Channel.open_until.is_(None), Channel.open_until <= now)
    )
    rows = db.session.execute(unscoped(stmt.order_by(Channel.id), reason=_WHY)).tuples()
    return [
        (ident, 1 if failures >= rules.TRIP else rules.PER_RUN[kind])
        for ident, kind, failures in rows
    ]


def _due(now: datetime) -> ColumnElement[bool]:
    """Waiting and due; or claimed by somebody who has not come back."""
    return and_(
        Delivery.way == Way.NOW,
        or_(
            and_(Delivery.state == DeliveryState.WAITING, Delivery.due_at <= now),
            and_(Delivery.state == DeliveryState.SENDING, Delivery.claimed_until <= now),
        ),
    )


def claim(channel_id: int, now: datetime, limit: int) -> list[Parcel]:
    """Take up to ``limit`` due deliveries of a channel; nobody else gets them for ten minutes."""
    wanted = (
        select(Delivery.id)
        .where(Delivery.channel_id == channel_id, _due(now))
        .order_by(Delivery.due_at, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = db.session.scalars(unscoped(wanted, reason=_WHY)).all()
    if not ids:
        return []
    mark = secrets.token_hex(16)
    taken = (
        update(Delivery)
        .where(Delivery.id.in_(ids))
        .values(
            state=DeliveryState.SENDING,
            claim=mark,
            claimed_until=now + CLAIM_TERM,
            attempts=Delivery.attempts + 1,
        )
        .execution_options(synchronize_session=False)
    )
    db.session.execute(unscoped(taken, reason=_WHY))
    return parcels.of_claim(channel_id, mark)


def settle(parcel: Parcel, error: SendError | None, now: datetime) -> bool:
    """Write down that a claimed delivery was sent, or why not; False: the claim is no longer ours."""
    stmt = select(Delivery).where(Delivery.id == parcel.delivery_id, Delivery.claim == parcel.claim)
    found = db.session.scalars(
        unscoped(stmt.with_for_update(), reason=_WHY).execution_options(populate_existing=True)
    ).first()
    if found is None or found.state is not DeliveryState.SENDING:
        return False
    found.claim, found.claimed_until = "", None
    if error is None:
        found.state, found.sent_at, found.error, found.detail = DeliveryState.SENT, now, "", ""
        note_success(found.channel_id, now)
    else:
        _failed(found, error, now)
    db.session.flush()
    if found.purpose is Purpose.DIGEST:
        _settle_parts(found)
    return True


def _failed(found: Delivery, error: SendError, now: datetime) -> None:
    found.error, found.detail = error.code, error.detail
    later = now + rules.retry_after(found.attempts, random.random())  # noqa: S311 - spreads retries
    if error.is_final or later > found.give_up_at:
        found.state = DeliveryState.FAILED
    else:
        found.state, found.due_at = DeliveryState.WAITING, later
    if error.code not in PERSONAL:
        note_failure(found.channel_id, error, now)


def _settle_parts(digest: Delivery) -> None:
    if digest.state not in {DeliveryState.SENT, DeliveryState.FAILED}:
        return
    stmt = (
        update(Delivery)
        .where(Delivery.parent_uid == digest.uid, Delivery.state != DeliveryState.MERGED)
        .values(
            state=digest.state,
            sent_at=digest.sent_at,
            error=digest.error,
            detail=digest.detail,
        )
    )
    db.session.execute(unscoped(stmt, reason=_WHY))


def release(parcels_left: Collection[Parcel]) -> None:
    """Give back what was claimed and not tried."""
    ids = [parcel.delivery_id for parcel in parcels_left]
    if not ids:
        return
    marks = {parcel.claim for parcel in parcels_left}
    stmt = (
        update(Delivery)
        .where(Delivery.id.in_(ids), Delivery.claim.in_(marks))
        .values(
            state=DeliveryState.WAITING,
            claim="",
            claimed_until=None,
            attempts=Delivery.attempts - 1,
        )
    )
    db.session.execute(unscoped(stmt, reason=_WHY))


# --- the channel's health ------------------------------------------------------------------------


def note_failure(channel_id: int, error: SendError, now: datetime) -> None:
    """Count; after :data:`rules.TRIP` in a row the channel rests and administrators hear of it once."""
    channel = _health(channel_id)
    failures = channel.failures + 1
    rest = rules.rest_after(failures)
    values: dict[str, Any] = {
        "failures": failures,
        "failing_since": channel.failing_since or now,
        "open_until": now + rest if rest else None,
        "last_error": error.code,
        "last_detail": error.detail,
        "last_error_at": now,
    }
    if rest and channel.told_at is None:
        values["told_at"] = now
        _tell(channel, "channel.failing")
    _set(channel_id, values)


def note_success(channel_id: int, now: datetime) -> None:
    """The channel works; if its failing was told, so is this."""
    channel = _health(channel_id)
    if channel.told_at is not None:
        _tell(channel, "channel.recovered")
    _set(
        channel_id,
        {
            "failures": 0,
            "failing_since": None,
            "open_until": None,
            "told_at": None,
            "last_sent_at": now,
        },
    )


def _health(channel_id: int) -> Channel:
    """Read anew: another process may have counted meanwhile."""
    stmt = select(Channel).where(Channel.id == channel_id).with_for_update()
    found: Channel = db.session.scalars(
        unscoped(stmt, reason=_WHY).execution_options(populate_existing=True)
    ).one()
    return found


def _set(channel_id: int, values: dict[str, Any]) -> None:
    """Without touching ``row_version``: an administrator's open form stays good."""
    stmt = update(Channel).where(Channel.id == channel_id).values(**values)
    db.session.execute(unscoped(stmt, reason=_WHY))


def _tell(channel: Channel, kind: str) -> None:
    notices.queue(
        kind, Audience.ADMINISTRATORS, None, link=f"/channels/{channel.id}", name=channel.name
    )


# --- once a day ----------------------------------------------------------------------------------


def bundle_digests(now: datetime, limit: int) -> int:
    """Put what waits for a day's mail into one delivery each; returns for how many people."""
    due = and_(
        Delivery.way == Way.DIGEST,
        Delivery.state == DeliveryState.WAITING,
        Delivery.due_at <= now,
    )
    stmt = select(Delivery.account_id, Delivery.channel_id).where(due).distinct().limit(limit)
    readers = db.session.execute(unscoped(stmt, reason=_WHY)).tuples().all()
    if not readers:
        return 0
    day = clock.day_of(now)
    rows = [
        _digest_row(channel, account or 0, f"d{account}:{day}", now) for account, channel in readers
    ]
    insert: Any = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    added = insert(Delivery).on_conflict_do_nothing(index_elements=[Delivery.dedupe])
    db.session.execute(added, rows)
    made = select(Delivery.account_id, Delivery.uid, Delivery.state).where(
        Delivery.dedupe.in_([row["dedupe"] for row in rows])
    )
    for account, uid, state in db.session.execute(unscoped(made, reason=_WHY)).tuples().all():
        # One a day: what came due after today's had left waits for tomorrow's.
        is_open = state is DeliveryState.WAITING
        values: dict[str, Any] = (
            {"state": DeliveryState.BUNDLED, "parent_uid": uid}
            if is_open
            else {"due_at": now + timedelta(days=1)}
        )
        part = update(Delivery).where(due, Delivery.account_id == account).values(**values)
        db.session.execute(unscoped(part, reason=_WHY))
    return len(readers)


def _digest_row(channel_id: int, account_id: int, dedupe: str, now: datetime) -> dict[str, Any]:
    return {
        "uid": secrets.token_hex(16),
        "dedupe": dedupe,
        "purpose": Purpose.DIGEST,
        "channel_id": channel_id,
        "account_id": account_id,
        "notice_id": None,
        "kind": "digest",
        "way": Way.NOW,
        "state": DeliveryState.WAITING,
        "due_at": now,
        "give_up_at": now + give_up(),
        "created_at": now,
    }


# --- the end of it -------------------------------------------------------------------------------


def give_up_overdue(now: datetime, limit: int) -> int:
    """What could not be delivered in the time allowed is called failed, and shown as such.

    Never for our own sleep: only what was tried, or what a failing or closed channel held back.
    """
    blocked = select(Channel.id).where(or_(Channel.failing_since.is_not(None), ~Channel.is_enabled))
    stmt = (
        select(Delivery)
        .where(
            Delivery.state == DeliveryState.WAITING,
            Delivery.way == Way.NOW,
            Delivery.give_up_at <= now,
            or_(Delivery.attempts > 0, Delivery.channel_id.in_(blocked)),
        )
        .order_by(Delivery.id)
        .limit(limit)
    )
    rows = db.session.scalars(unscoped(stmt, reason=_WHY)).all()
    for row in rows:
        row.state, row.error = DeliveryState.FAILED, "expired"
        db.session.flush()
        if row.purpose is Purpose.DIGEST:
            _settle_parts(row)
    return len(rows)


_SETTLED = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.MERGED)


def prune(before: datetime, limit: int) -> int:
    """Forget up to ``limit`` deliveries that were settled and are older than ``before``."""
    old = (
        select(Delivery.id)
        .where(Delivery.created_at < before, Delivery.state.in_(_SETTLED))
        .order_by(Delivery.created_at)
        .limit(limit)
    )
    ids = db.session.scalars(unscoped(old, reason=_WHY)).all()
    if ids:
        stmt = delete(Delivery).where(Delivery.id.in_(ids))
        db.session.execute(unscoped(stmt, reason=_WHY))
    return len(ids)
