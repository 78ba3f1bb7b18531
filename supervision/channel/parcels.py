"""What a claim holds, ready to be sent: plain data, so that no lock is held while sending."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from cryptography.fernet import InvalidToken
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from supervision.account.models import Account
from supervision.channel import rules, text, wire
from supervision.channel.mail import Letter, MailServer, Post
from supervision.channel.models import Channel, Delivery, NoticePreference
from supervision.channel.rules import ChannelKind, Purpose, Security
from supervision.channel.wire import Group, Message
from supervision.core import crypto
from supervision.core.db import db
from supervision.core.outbound import SendError
from supervision.core.scope import unscoped
from supervision.core.web.state import settings

LISTED = 200
_WHY = "the queue is the system's own"

log = logging.getLogger(__name__)

Item = Message | Letter


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed delivery. ``item`` is what to send, or why there is nothing to send."""

    delivery_id: int
    claim: str
    item: Item | SendError


class Carrier(Protocol):
    """Sends one item after the other to the same place; returns what the other side said."""

    def __call__(self, item: Item, now: datetime) -> str:
        """Raises SendError."""


def of_claim(channel_id: int, mark: str) -> list[Parcel]:
    """The parcels of a claim, in a fixed number of statements (and two for each digest)."""
    stmt = (
        select(Delivery)
        .where(Delivery.claim == mark, Delivery.channel_id == channel_id)
        .options(
            joinedload(Delivery.notice),
            joinedload(Delivery.channel),
            joinedload(Delivery.account),
        )
        .order_by(Delivery.due_at, Delivery.id)
        .execution_options(populate_existing=True)
    )
    rows = db.session.scalars(unscoped(stmt, reason=_WHY)).unique().all()
    wishes = _wishes({row.account_id for row in rows if row.account_id})
    return [Parcel(row.id, mark, _item(row, wishes)) for row in rows]


def _wishes(accounts: set[int]) -> dict[int, NoticePreference]:
    if not accounts:
        return {}
    stmt = select(NoticePreference).where(NoticePreference.account_id.in_(accounts))
    rows = db.session.scalars(unscoped(stmt, reason=_WHY).execution_options(populate_existing=True))
    return {row.account_id: row for row in rows}


def _item(row: Delivery, wishes: dict[int, NoticePreference]) -> Item | SendError:
    """One bad row stops nothing."""
    try:
        if not row.channel.is_mail:
            return text.message(row, row.channel)
        wish = wishes.get(row.account_id or 0)
        return _letter(row, wish) if wish else SendError("no_address", is_final=True)
    except Exception:
        log.exception("delivery %s cannot be put into words", row.uid)
        return SendError("broken", is_final=True)


def _letter(row: Delivery, wish: NoticePreference) -> Letter | SendError:
    account: Account | None = row.account
    if account is None or not account.is_active or not wish.address:
        return SendError("no_address", is_final=True)
    language = text.language_of(wish.language, account.language)
    if row.purpose is Purpose.CONFIRM:
        if wish.code_sent_at is None or row.dedupe != confirm_key(wish):
            return SendError("no_address", is_final=True)
        code = rules.code_for(settings().secret_key, account.id, wish.address, wish.code_sent_at)
        return text.confirmation(row, code, account.name, wish.address, language)
    if wish.confirmed_at is None:
        return SendError("no_address", is_final=True)
    if row.purpose is Purpose.DIGEST:
        parts, total = _parts(row.uid)
        return text.digest(row, parts, total, wish.address, language)
    return text.letter(row, wish.address, language)


def confirm_key(wish: NoticePreference) -> str:
    """Of the delivery that holds the digits which count now."""
    stamp = wish.code_sent_at
    return f"c{wish.account_id}:{stamp.timestamp() if stamp else ''}"


def _parts(uid: str) -> tuple[Sequence[Delivery], int]:
    stmt = (
        select(Delivery)
        .where(Delivery.parent_uid == uid)
        .options(joinedload(Delivery.notice))
        .order_by(Delivery.id)
        .limit(LISTED)
    )
    rows = db.session.scalars(unscoped(stmt, reason=_WHY)).unique().all()
    if len(rows) < LISTED:
        return rows, len(rows)
    count = select(func.count(Delivery.id)).where(Delivery.parent_uid == uid)
    return rows, db.session.scalar(unscoped(count, reason=_WHY)) or 0


# --- how a channel is reached --------------------------------------------------------------------

Target = Group | MailServer


def target_of(channel: Channel) -> Target:
    """Everything that sending needs, secrets in clear. Raises SendError."""
    try:
        secret: dict[str, Any] = json.loads(crypto.decrypt(channel.secret))
    except InvalidToken:
        raise SendError("key_changed") from None
    allowed = settings().channel_hosts
    if channel.kind is not ChannelKind.MAIL:
        return Group(channel.kind, secret["url"], secret.get("key", ""), allowed)
    given = channel.settings
    return MailServer(
        host=given["host"],
        port=given["port"],
        security=Security(given["security"]),
        username=given["username"],
        password=secret.get("password", ""),
        sender=given["sender"],
        sender_name=given.get("sender_name", ""),
        allowed=allowed,
    )


def channel_target(channel_id: int) -> Target:
    """Of a channel that is about to send. Raises SendError."""
    stmt = select(Channel).where(Channel.id == channel_id)
    return target_of(db.session.scalars(unscoped(stmt, reason=_WHY)).one())


def let_go() -> None:
    """Give the database's connection back before waiting for somebody else's server."""
    db.session.rollback()


@contextmanager
def carrier(target: Target) -> Iterator[Carrier]:
    """A way to send several items to the same place."""
    if isinstance(target, Group):
        yield lambda item, now: wire.send(target, _message(item), now)
        return
    with Post(target) as post:
        yield lambda item, now: post.send(_as_letter(item), now)


def _message(item: Item) -> Message:
    if not isinstance(item, Message):
        raise TypeError("a group is told messages")
    return item


def _as_letter(item: Item) -> Letter:
    if not isinstance(item, Letter):
        raise TypeError("a mail server takes letters")
    return item
