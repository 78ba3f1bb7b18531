"""Verbs of administrators: add, change, switch, test a channel, send again what failed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from supervision.channel import rules, sending, text
from supervision.channel.fanout import give_up
from supervision.channel.models import Channel, Delivery
from supervision.channel.parcels import Item, target_of
from supervision.channel.rules import (
    ChannelKind,
    DeliveryState,
    Purpose,
    Reach,
    Security,
    Topic,
)
from supervision.core import audit, clock, crypto, dialling
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.outbound import SendError
from supervision.core.scope import unscoped, visible
from supervision.core.text import N_

SHORTEST_KEY = 16


@dataclass(frozen=True, slots=True)
class MailSpec:
    """The mail server. ``password`` "" on a change keeps the present one."""

    host: str
    port: int
    security: Security
    sender: str
    sender_name: str = ""
    username: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class GroupSpec:
    """A group's address and key; "" on a change keeps the present one."""

    url: str = ""
    key: str = ""
    reach: Reach = Reach.EVERYTHING
    region_code: str = ""
    enterprise_id: int | None = None
    topics: Sequence[Topic] = field(default=tuple(Topic))
    only_urgent: bool = False


@dataclass(frozen=True, slots=True)
class ChannelSpec:
    """All that an administrator decides about a channel."""

    name: str
    language: str
    way: MailSpec | GroupSpec


def create(
    kind: ChannelKind, actor: Actor, spec: ChannelSpec, *, allowed: Sequence[str]
) -> tuple[Channel, str]:
    """A new channel, and the key of a webhook where we made one: it is shown once.

    Raises InvalidInput naming the field.
    """
    _name_is_free(spec.name, None)
    if kind is ChannelKind.MAIL:
        _one_mail_server()
    channel = Channel(kind=kind, created_at=clock.now(), failures=0, is_enabled=True)
    secret: dict[str, str] = {}
    made = ""
    if isinstance(spec.way, GroupSpec):
        if not spec.way.url:
            raise InvalidInput(N_("This field is required."), field="url")
        if kind is ChannelKind.WEBHOOK and not spec.way.key:
            made = secrets.token_urlsafe(32)
            secret["key"] = made
    _apply(channel, spec, secret, allowed)
    db.session.add(channel)
    audit.record(actor, "channel.create", channel, **_told(channel))
    return channel, made


def change(channel: Channel, actor: Actor, spec: ChannelSpec, *, allowed: Sequence[str]) -> None:
    """Change what a person decides; the trail keeps before and after, never a secret."""
    _name_is_free(spec.name, channel.id)
    before = _told(channel)
    try:
        secret = json.loads(crypto.decrypt(channel.secret))
    except ValueError:
        secret = {}
    except Exception:  # noqa: BLE001 - the data key was changed: everything is entered anew
        secret = {}
    _apply(channel, spec, secret, allowed)
    db.session.flush()
    after = _told(channel)
    changed = {k: [before[k], after[k]] for k in after if before[k] != after[k]}
    entered = _entered(spec.way)
    audit.record(actor, "channel.change", channel, changed=changed, entered=entered)


def _entered(way: MailSpec | GroupSpec) -> list[str]:
    names = ("password",) if isinstance(way, MailSpec) else ("url", "key")
    return [name for name in names if getattr(way, name)]


def _apply(
    channel: Channel, spec: ChannelSpec, secret: dict[str, str], allowed: Sequence[str]
) -> None:
    channel.name, channel.language = spec.name, spec.language
    if isinstance(spec.way, MailSpec):
        _apply_mail(channel, spec.way, secret, allowed)
    else:
        _apply_group(channel, spec.way, secret, allowed)
    channel.secret = crypto.encrypt(json.dumps(secret))


def _apply_mail(
    channel: Channel, way: MailSpec, secret: dict[str, str], allowed: Sequence[str]
) -> None:
    if not rules.is_mailbox(way.sender):
        raise InvalidInput(N_("This is no address of mail."), field="sender")
    if way.security is Security.NONE and not dialling.is_listed(way.host, allowed):
        raise InvalidInput(
            N_("Without TLS only a mail server on ANQI_CHANNEL_HOSTS is used."), field="security"
        )
    before = channel.settings or {}
    moved = before and (before["host"], before["port"]) != (way.host, way.port)
    if moved and secret.get("password") and not way.password:
        # Else a password could be had by pointing the channel at a server of one's own.
        raise InvalidInput(N_("Enter the password again for another server."), field="password")
    if way.password:
        secret["password"] = way.password
    if not way.username:
        secret.pop("password", None)
    channel.reach, channel.region_code, channel.enterprise_id = Reach.EVERYTHING, "", None
    channel.topics, channel.only_urgent = [topic.value for topic in Topic], False
    channel.settings = {
        "host": way.host,
        "port": way.port,
        "security": way.security.value,
        "username": way.username,
        "sender": way.sender,
        "sender_name": way.sender_name,
    }
    channel.address_hint = f"{way.host}:{way.port}"


def _apply_group(
    channel: Channel, way: GroupSpec, secret: dict[str, str], allowed: Sequence[str]
) -> None:
    if way.url:
        _check_url(way.url, allowed)
        secret["url"] = way.url
        channel.address_hint = rules.mask(way.url)[:300]
    if not secret.get("url"):
        raise InvalidInput(N_("Enter the address again."), field="url")
    if way.key:
        if channel.kind is ChannelKind.WEBHOOK and len(way.key) < SHORTEST_KEY:
            raise InvalidInput(N_("At least 16 characters."), field="key")
        secret["key"] = way.key
    if way.reach is Reach.REGION and not way.region_code:
        raise InvalidInput(N_("Choose a region."), field="region_code")
    if way.reach is Reach.ENTERPRISE and way.enterprise_id is None:
        raise InvalidInput(N_("Choose an enterprise."), field="enterprise")
    if not way.topics:
        raise InvalidInput(N_("Choose at least one."), field="topics")
    channel.reach = way.reach
    channel.region_code = way.region_code if way.reach is Reach.REGION else ""
    channel.enterprise_id = way.enterprise_id if way.reach is Reach.ENTERPRISE else None
    channel.topics = [topic.value for topic in way.topics]
    channel.only_urgent = way.only_urgent
    channel.settings = {}


def _check_url(url: str, allowed: Sequence[str]) -> None:
    parts = dialling.split_url(url)
    if parts is None:
        raise InvalidInput(
            N_("An address that starts with https:// and holds no user, password or #."),
            field="url",
        )
    if parts.scheme != "https" and not dialling.is_listed(parts.hostname or "", allowed):
        raise InvalidInput(
            N_("Without HTTPS only hosts on ANQI_CHANNEL_HOSTS are called."), field="url"
        )


def _name_is_free(name: str, own: int | None) -> None:
    stmt = select(Channel.id).where(Channel.name == name, Channel.id != (own or 0))
    taken = unscoped(stmt, reason="names of channels are unique to all")
    if db.session.scalar(taken) is not None:
        raise InvalidInput(N_("Another channel has this name."), field="name")


def _one_mail_server() -> None:
    stmt = select(Channel.id).where(Channel.kind == ChannelKind.MAIL)
    if db.session.scalar(unscoped(stmt, reason="there is one mail server")) is not None:
        raise Conflict(N_("There is a mail server already; change that one."))


def _told(channel: Channel) -> dict[str, Any]:
    return {
        "name": channel.name,
        "kind": channel.kind.value,
        "reach": channel.reach.value,
        "region_code": channel.region_code,
        "only_enterprise_id": channel.enterprise_id,
        "language": channel.language,
        "topics": list(channel.topics),
        "only_urgent": channel.only_urgent,
        "settings": dict(channel.settings),
        "address": channel.address_hint,
    }


def switch(channel: Channel, actor: Actor, *, on: bool) -> None:
    """On or off. What waits keeps waiting, and is given up when its time is over."""
    if channel.is_enabled is on:
        return
    channel.is_enabled = on
    if on:
        channel.open_until = None
    audit.record(actor, "channel.enable" if on else "channel.disable", channel)


# --- a test --------------------------------------------------------------------------------------


def trial(channel: Channel, address: str) -> Item:
    """What a test sends. Raises InvalidInput for an address that is none."""
    uid = secrets.token_hex(16)
    if not channel.is_mail:
        return text.trial(channel, uid, clock.now())
    if not rules.is_mailbox(address):
        raise InvalidInput(N_("This is no address of mail."), field="address")
    return text.trial_letter(channel, uid, address)


def note_trial(
    channel: Channel, actor: Actor, error: SendError | None, answer: str, now: datetime
) -> None:
    """A test that went through ends a rest; one that failed is shown like any other failure."""
    if error is None:
        sending.note_success(channel.id, now)
    else:
        channel.last_error, channel.last_detail = error.code, error.detail
        channel.last_error_at = now
    audit.record(
        actor, "channel.test", channel, outcome=error.code if error else "sent", answer=answer
    )


# --- sending again -------------------------------------------------------------------------------


def retry(delivery: Delivery, actor: Actor) -> None:
    """Once more, from the beginning. Raises Conflict when it has not failed."""
    if not delivery.may_be_retried:
        raise Conflict(N_("This delivery has not failed, or it is part of a daily mail."))
    _again(delivery, clock.now())
    audit.record(actor, "channel.retry", delivery, channel=delivery.channel_id)


def retry_all(channel: Channel, actor: Actor, limit: int) -> int:
    """The oldest failed deliveries of a channel, up to ``limit``; returns how many."""
    stmt = (
        visible(Delivery, actor)
        .where(
            Delivery.channel_id == channel.id,
            Delivery.state == DeliveryState.FAILED,
            Delivery.parent_uid == "",
            Delivery.purpose != Purpose.CONFIRM,
        )
        .order_by(Delivery.id)
        .limit(limit)
    )
    rows = db.session.scalars(stmt).all()
    now = clock.now()
    for row in rows:
        _again(row, now)
    if rows:
        audit.record(actor, "channel.retry_all", channel, count=len(rows))
    return len(rows)


def _again(delivery: Delivery, now: datetime) -> None:
    delivery.state, delivery.due_at, delivery.give_up_at = (
        DeliveryState.WAITING,
        now,
        now + give_up(),
    )
    delivery.attempts, delivery.error, delivery.detail = 0, "", ""
    if delivery.purpose is Purpose.DIGEST:
        db.session.flush()
        stmt = (
            update(Delivery)
            .where(Delivery.parent_uid == delivery.uid)
            .values(state=DeliveryState.BUNDLED, error="", detail="")
        )
        db.session.execute(unscoped(stmt, reason="the parts of a day's mail go with it"))


__all__ = [
    "ChannelSpec",
    "GroupSpec",
    "MailSpec",
    "change",
    "create",
    "note_trial",
    "retry",
    "retry_all",
    "switch",
    "target_of",
    "trial",
]
