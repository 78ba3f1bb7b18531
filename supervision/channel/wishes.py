"""Verbs of everybody: what comes by mail, and the proof that an address is one's own."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from supervision.channel import queries, rules
from supervision.channel.fanout import give_up
from supervision.channel.models import Delivery, NoticePreference
from supervision.channel.parcels import confirm_key
from supervision.channel.rules import DeliveryState, Purpose, Topic, Way
from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.text import N_
from supervision.core.web.state import settings


@dataclass(frozen=True, slots=True)
class Wishes:
    """All that a person decides."""

    address: str
    ways: Mapping[Topic, Way]
    language: str = ""
    quiet_from: time | None = None
    quiet_to: time | None = None
    workdays_only: bool = True


def save(actor: Actor, wishes: Wishes) -> bool:
    """Keep one's wishes; True when a code went to a new address. Raises InvalidInput."""
    if wishes.address and not rules.is_mailbox(wishes.address):
        raise InvalidInput(N_("This is no address of mail."), field="address")
    if (wishes.quiet_from is None) != (wishes.quiet_to is None):
        raise InvalidInput(N_("Quiet hours have a beginning and an end."), field="quiet_to")
    own = queries.preference(actor) or _new(actor)
    is_new = wishes.address != own.address
    own.ways = {topic.value: way.value for topic, way in wishes.ways.items()}
    own.language, own.workdays_only = wishes.language, wishes.workdays_only
    own.quiet_from, own.quiet_to = wishes.quiet_from, wishes.quiet_to
    own.updated_at = clock.now()
    if is_new:
        own.address, own.confirmed_at = wishes.address, None
    db.session.flush()
    audit.record(actor, "channel.preference", own, ways=own.ways, address_changed=is_new)
    return bool(is_new and wishes.address and _send_code(own))


def _new(actor: Actor) -> NoticePreference:
    own = NoticePreference(
        account_id=actor.id, address="", ways={}, code_tries=0, updated_at=clock.now()
    )
    db.session.add(own)
    return own


def send_code(actor: Actor) -> None:
    """Another code to the address that waits for its confirmation. Raises Conflict."""
    own = queries.preference(actor)
    if own is None or not own.address or own.confirmed_at is not None:
        raise Conflict(N_("There is no address that waits for its code."))
    if not _send_code(own):
        raise Conflict(
            N_("A code was sent less than a minute ago, or there is no mail server yet.")
        )


def _send_code(own: NoticePreference) -> bool:
    """False where there is no mail server, or a code has just gone out."""
    mail, now = queries.mail_channel_id(), clock.now()
    if mail is None or _too_soon(own, now):
        return False
    own.code_sent_at, own.code_tries = now, 0
    db.session.flush()
    db.session.add(
        Delivery(
            uid=secrets.token_hex(16),
            dedupe=confirm_key(own),
            purpose=Purpose.CONFIRM,
            channel_id=mail,
            account_id=own.account_id,
            kind="confirm",
            state=DeliveryState.WAITING,
            due_at=now,
            give_up_at=now + give_up(),
            created_at=now,
        )
    )
    db.session.flush()
    return True


def _too_soon(own: NoticePreference, now: datetime) -> bool:
    return own.code_sent_at is not None and own.code_sent_at > now - rules.CODE_AGAIN


def confirm(actor: Actor, code: str) -> bool:
    """Whether the digits are right; wrong ones are counted. Raises Conflict when none count."""
    own = queries.preference(actor, lock=True)
    if own is None or not own.address or own.code_sent_at is None or own.confirmed_at is not None:
        raise Conflict(N_("There is no address that waits for its code."))
    now = clock.now()
    if own.code_tries >= rules.CODE_TRIES or own.code_sent_at < now - rules.CODE_VALID:
        raise Conflict(N_("This code no longer counts. Have another one sent."))
    own.code_tries += 1
    secret = settings().secret_key
    right = rules.code_for(secret, own.account_id, own.address, own.code_sent_at)
    if not hmac.compare_digest(right, code):
        db.session.flush()
        return False
    own.confirmed_at = now
    audit.record(actor, "channel.confirm", own)
    return True
