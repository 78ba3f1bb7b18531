"""Reads of channels and deliveries (administrators only) and of one's own wishes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import joinedload

from supervision.account.models import Account
from supervision.channel.models import Channel, Delivery, NoticePreference
from supervision.channel.rules import ChannelKind, DeliveryState
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import unscoped, visible
from supervision.core.search import contains

MOST_CHANNELS = 200
RECENT = timedelta(hours=24)

SORTS = {
    "newest": (Delivery.id.desc(),),
    "oldest": (Delivery.id,),
    "due": (Delivery.due_at, Delivery.id),
}


def list_channels(actor: Actor) -> Select[Any]:
    """Every channel, the mail server first."""
    is_mail = case((Channel.kind == ChannelKind.MAIL, 0), else_=1)
    stmt = visible(Channel, actor).options(joinedload(Channel.enterprise))
    return stmt.order_by(is_mail, Channel.name, Channel.id)


def get_channel(channel_id: int, actor: Actor) -> Channel:
    """One channel. Raises NotFound for whoever may not know of it."""
    stmt = (
        visible(Channel, actor)
        .where(Channel.id == channel_id)
        .options(joinedload(Channel.enterprise))
    )
    found: Channel | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def choices(actor: Actor) -> Sequence[tuple[int, str]]:
    """Channels by name, for a filter."""
    stmt = visible(Channel, actor, Channel.id, Channel.name).order_by(Channel.name)
    return list(db.session.execute(stmt.limit(MOST_CHANNELS)).tuples())


@dataclass(frozen=True, slots=True)
class Counts:
    """``waiting`` and ``failed`` are all there are, ``sent`` those of the last day."""

    waiting: int = 0
    sent: int = 0
    failed: int = 0


def counts(channel_ids: Collection[int], actor: Actor) -> Mapping[int, Counts]:
    """Figures of several channels in one statement."""
    if not channel_ids:
        return {}

    open_states = (DeliveryState.WAITING, DeliveryState.SENDING)
    recent = Delivery.sent_at > clock.now() - RECENT
    stmt = (
        visible(
            Delivery,
            actor,
            Delivery.channel_id,
            count_if(Delivery.state.in_(open_states)),
            count_if((Delivery.state == DeliveryState.SENT) & recent),
            count_if(Delivery.state == DeliveryState.FAILED),
        )
        .where(Delivery.channel_id.in_(channel_ids))
        .group_by(Delivery.channel_id)
    )
    return {row[0]: Counts(*row[1:]) for row in db.session.execute(stmt)}


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """What the log is narrowed to; empty means all."""

    text: str = ""
    channel_id: int | None = None
    state: DeliveryState | None = None
    day_from: date | None = None
    day_to: date | None = None
    sort: str = "newest"


def list_deliveries(actor: Actor, wanted: DeliveryFilter) -> Select[Any]:
    """The log, its notices and readers loaded along."""
    stmt = visible(Delivery, actor).options(
        joinedload(Delivery.channel), joinedload(Delivery.account), joinedload(Delivery.notice)
    )
    if wanted.text:
        named = visible(Account, actor, Account.id).where(
            contains(wanted.text, Account.name, Account.username)
        )
        by_person = Delivery.account_id.in_(named)
        stmt = stmt.where(
            by_person | (Delivery.uid == wanted.text) | contains(wanted.text, Delivery.kind)
        )
    if wanted.channel_id:
        stmt = stmt.where(Delivery.channel_id == wanted.channel_id)
    if wanted.state is not None:
        stmt = stmt.where(Delivery.state == wanted.state)
    if wanted.day_from:
        stmt = stmt.where(Delivery.created_at >= clock.start_of(wanted.day_from))
    if wanted.day_to:
        stmt = stmt.where(Delivery.created_at < clock.end_of(wanted.day_to))
    return stmt.order_by(*SORTS.get(wanted.sort, SORTS["newest"]))


def get_delivery(delivery_id: int, actor: Actor) -> Delivery:
    """One delivery. Raises NotFound for whoever may not know of it."""
    stmt = visible(Delivery, actor).where(Delivery.id == delivery_id).with_for_update()
    found: Delivery | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def failing_count(actor: Actor) -> int:
    """Channels that fail now, for the menu."""
    stmt = visible(Channel, actor, func.count(Channel.id)).where(
        Channel.is_enabled, Channel.open_until.is_not(None)
    )
    return db.session.scalar(stmt) or 0


def preference(actor: Actor, *, lock: bool = False) -> NoticePreference | None:
    """One's own wishes, or None while one never said any."""
    stmt = visible(NoticePreference, actor)
    found: NoticePreference | None = db.session.scalars(
        stmt.with_for_update() if lock else stmt
    ).first()
    return found


def mail_channel_id() -> int | None:
    """The mail server, where there is one that is switched on."""
    stmt = select(Channel.id).where(Channel.kind == ChannelKind.MAIL, Channel.is_enabled)
    why = "everybody may know whether mail can be sent"
    return db.session.scalar(unscoped(stmt, reason=why))


def has_mail_server(actor: Actor) -> bool:
    """Whether another one could be added."""
    stmt = visible(Channel, actor, Channel.id).where(Channel.kind == ChannelKind.MAIL)
    return db.session.scalar(stmt) is not None
