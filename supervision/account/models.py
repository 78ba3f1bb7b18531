"""Accounts of people and tokens of machines."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    String,
    UniqueConstraint,
    and_,
    false,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.account.roles import Role
from supervision.core.actor import Actor
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.core.find_models import Searchable, SearchSpec
from supervision.core.permissions import Permission
from supervision.core.scope import region_range
from supervision.enterprise.models import Enterprise, owned_filter


class Account(Searchable, Versioned, Base):
    """A person who signs in. ``regions`` are GB/T 2260 prefixes; enterprises hang on memberships."""

    __search__ = SearchSpec("account", texts=("name", "username"), readings=("name",), owner="")

    __tablename__ = "account"

    username: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(20), default="")
    role: Mapped[Role] = mapped_column(code_of(Role))
    # The widest region that the person works in, for lists of colleagues; "" for enterprise people.
    region_code: Mapped[str] = mapped_column(String(9), default="", index=True)
    extra_regions: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    password_hash: Mapped[str] = mapped_column(String(200))
    language: Mapped[str | None] = mapped_column(String(16))
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    # Somebody else knows the password: nothing else can be opened before it is changed.
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=False)
    certificate_no: Mapped[str] = mapped_column(String(40), default="")
    # Changes on password change and on sign-out everywhere: older sessions end.
    session_epoch: Mapped[int] = mapped_column(default=1)
    failed_attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    last_sign_in_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    memberships: Mapped[list[Membership]] = relationship(
        back_populates="account", cascade="all, delete-orphan", lazy="selectin"
    )

    @property
    def regions(self) -> tuple[str, ...]:
        own = (self.region_code,) if self.region_code else ()
        return own + tuple(self.extra_regions or ())

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Colleagues of one's own region or enterprise; administrators see all."""
        if actor.everything or actor.may(Permission.ACCOUNT_ADMIN):
            return true()
        conditions: list[ColumnElement[bool]] = [
            and_(cls.region_code != "", region_range(cls.region_code, prefix))
            for prefix in actor.regions
        ]
        if actor.enterprise_ids or actor.regions:
            members = select(Membership.account_id).where(
                owned_filter(Membership.enterprise_id, actor)  # type: ignore[arg-type]
            )
            conditions.append(cls.id.in_(members))
        return or_(*conditions) if conditions else false()


class Membership(Base):
    """A person belongs to an enterprise."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("account_id", "enterprise_id"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    post: Mapped[str] = mapped_column(String(40), default="")

    account: Mapped[Account] = relationship(back_populates="memberships")
    enterprise: Mapped[Enterprise] = relationship(lazy="raise_on_sql")


class ServiceToken(Base):
    """A machine's token. Only its hash is kept; the token is shown once."""

    __tablename__ = "service_token"
    __table_args__ = (CheckConstraint("length(token_hash) = 64", name="hash_length"),)

    # Which machine: a vision node's id. The node's table lies above this slice.
    node_id: Mapped[int] = mapped_column(index=True)
    label: Mapped[str] = mapped_column(String(60))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(40))
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        return true() if actor.may(Permission.NODE_ADMIN) else false()


def actor_fields(account: Account) -> dict[str, Any]:
    """What :class:`~supervision.core.actor.Actor` takes from an account."""
    return {
        "id": account.id,
        "name": account.name,
        "regions": account.regions,
        "enterprise_ids": frozenset(m.enterprise_id for m in account.memberships),
        "language": account.language,
    }
