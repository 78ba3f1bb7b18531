"""Channels, what people want by mail, and every single delivery."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.account.models import Account
from supervision.channel.rules import (
    DEFAULT_WAYS,
    ChannelKind,
    DeliveryState,
    Purpose,
    Reach,
    Subject,
    Topic,
    Way,
    subject_of,
)
from supervision.core.actor import Actor, ActorKind
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.core.notices import Notice
from supervision.core.permissions import Permission
from supervision.enterprise.models import Enterprise

_IS_MAIL = text("kind = 'mail'")


class Channel(Versioned, Base):
    """One way out. ``secret`` holds address and keys, encrypted; ``settings`` what may be read.

    The mail server is the installation's only one and writes to people; every other kind
    writes to a group and hears what ``reach`` says.
    """

    __tablename__ = "channel"
    __table_args__ = (
        CheckConstraint("(reach = 'region') = (region_code <> '')", name="region_is_named"),
        CheckConstraint(
            "(reach = 'enterprise') = (enterprise_id IS NOT NULL)", name="enterprise_is_named"
        ),
        CheckConstraint("kind <> 'mail' OR reach = 'everything'", name="mail_reaches_everybody"),
        CheckConstraint("(failures > 0) = (failing_since IS NOT NULL)", name="failing_has_time"),
        CheckConstraint("told_at IS NULL OR failing_since IS NOT NULL", name="told_of_failing"),
        Index(
            "uq_channel_one_mail_server",
            "kind",
            unique=True,
            sqlite_where=_IS_MAIL,
            postgresql_where=_IS_MAIL,
        ),
    )

    name: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[ChannelKind] = mapped_column(code_of(ChannelKind))
    reach: Mapped[Reach] = mapped_column(code_of(Reach), default=Reach.EVERYTHING)
    # GB/T 2260 prefix.
    region_code: Mapped[str] = mapped_column(String(9), default="")
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    language: Mapped[str] = mapped_column(String(16))
    topics: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    only_urgent: Mapped[bool] = mapped_column(Boolean, default=False)
    settings: Mapped[dict[str, Any]] = mapped_column(JsonValue, default=dict)
    secret: Mapped[str] = mapped_column(Text)
    # Scheme and host of the address: all that is ever shown of it.
    address_hint: Mapped[str] = mapped_column(String(300))
    is_enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None]
    # It rests until then after failures in a row.
    open_until: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(String(32), default="")
    last_detail: Mapped[str] = mapped_column(String(300), default="")
    last_error_at: Mapped[datetime | None]
    last_sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    enterprise: Mapped[Enterprise | None] = relationship(lazy="raise_on_sql")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        return true() if actor.may(Permission.CHANNEL_ADMIN) else false()

    @property
    def is_mail(self) -> bool:
        return self.kind is ChannelKind.MAIL

    @property
    def state(self) -> str:
        """``off``, ``resting`` (after failures in a row), ``failing`` or ``working``."""
        if not self.is_enabled:
            return "off"
        if self.open_until is not None:
            return "resting"
        return "failing" if self.failures else "working"


class NoticePreference(Versioned, Base):
    """What a person wants by mail. Nobody gets any before they confirmed their own address."""

    __tablename__ = "notice_preference"
    __table_args__ = (
        CheckConstraint("confirmed_at IS NULL OR address <> ''", name="confirmed_an_address"),
        CheckConstraint(
            "(quiet_from IS NULL) = (quiet_to IS NULL)", name="quiet_hours_have_two_ends"
        ),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    address: Mapped[str] = mapped_column(String(254), default="")
    confirmed_at: Mapped[datetime | None]
    # When the digits were sent; they are made of it.
    code_sent_at: Mapped[datetime | None]
    code_tries: Mapped[int] = mapped_column(default=0)
    # "" follows the language of the account.
    language: Mapped[str] = mapped_column(String(16), default="")
    ways: Mapped[dict[str, str]] = mapped_column(JsonValue, default=dict)
    # Wall time of Shanghai.
    quiet_from: Mapped[time | None]
    quiet_to: Mapped[time | None]
    workdays_only: Mapped[bool] = mapped_column(Boolean, default=True)
    updated_at: Mapped[datetime]

    account: Mapped[Account] = relationship(lazy="raise_on_sql")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """One's own only."""
        if actor.kind is not ActorKind.PERSON:
            return false()
        return cls.account_id == actor.id

    def way_of(self, topic: Topic) -> Way:
        return Way(self.ways.get(topic, DEFAULT_WAYS[topic]))


class Delivery(Base):
    """One notice to one group or person, or one person's digest or confirmation.

    ``uid`` goes out with every attempt, so that a receiver knows a repetition. ``dedupe`` is the
    same for the same notice, channel and recipient. ``parent_uid`` is what it was merged into,
    or the digest that holds it.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint(
            "(state = 'sending') = (claimed_until IS NOT NULL)", name="sending_is_claimed"
        ),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_time"),
        CheckConstraint("state <> 'failed' OR error <> ''", name="failed_has_error"),
        CheckConstraint(
            "state NOT IN ('merged', 'bundled') OR parent_uid <> ''", name="part_has_parent"
        ),
        Index("ix_delivery_queue", "channel_id", "state", "due_at"),
        Index("ix_delivery_cool_key_due_at", "cool_key", "due_at"),
        Index("ix_delivery_digest", "way", "state", "due_at"),
    )

    uid: Mapped[str] = mapped_column(String(32), unique=True)
    dedupe: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[Purpose] = mapped_column(code_of(Purpose))
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"), index=True)
    kind: Mapped[str] = mapped_column(String(64))
    way: Mapped[Way] = mapped_column(code_of(Way), default=Way.NOW)
    cool_key: Mapped[str] = mapped_column(String(32), default="")
    state: Mapped[DeliveryState] = mapped_column(code_of(DeliveryState))
    due_at: Mapped[datetime]
    give_up_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    claim: Mapped[str] = mapped_column(String(32), default="")
    claimed_until: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(32), default="")
    detail: Mapped[str] = mapped_column(String(300), default="")
    merged_count: Mapped[int] = mapped_column(default=0)
    parent_uid: Mapped[str] = mapped_column(String(32), default="", index=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]

    channel: Mapped[Channel] = relationship(lazy="raise_on_sql")
    account: Mapped[Account | None] = relationship(lazy="raise_on_sql")
    notice: Mapped[Notice | None] = relationship(lazy="raise_on_sql")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        return true() if actor.may(Permission.CHANNEL_ADMIN) else false()

    @property
    def subject(self) -> Subject:
        return subject_of(self.kind)

    @property
    def may_be_retried(self) -> bool:
        """What was part of a digest is sent again with the digest."""
        return self.state is DeliveryState.FAILED and not self.parent_uid
