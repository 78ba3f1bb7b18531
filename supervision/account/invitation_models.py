"""Invitations to an account of an enterprise. Only a token's hash is kept."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from supervision.account.roles import Role
from supervision.core import clock
from supervision.core.db import Base, Versioned, code_of
from supervision.core.permissions import Permission
from supervision.enterprise.models import OwnedByEnterprise


class InvitationState(StrEnum):
    """Derived from what happened and from the clock."""

    OPEN = "open"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Invitation(Versioned, OwnedByEnterprise, Base):
    """Whom somebody invites to which role at an enterprise; good once, until it expires."""

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("length(token_hash) = 64", name="hash_length"),
        CheckConstraint("(used_at IS NULL) = (account_id IS NULL)", name="used_by_somebody"),
        CheckConstraint("used_at IS NULL OR revoked_at IS NULL", name="used_or_revoked"),
        Index("ix_invitation_enterprise_id_created_at", "enterprise_id", "created_at"),
    )

    role: Mapped[Role] = mapped_column(code_of(Role))
    name: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(20), default="")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_by: Mapped[str] = mapped_column(String(40))
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    # The account that it became.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)

    @property
    def state(self) -> InvitationState:
        if self.used_at is not None:
            return InvitationState.USED
        if self.revoked_at is not None:
            return InvitationState.REVOKED
        expired = self.expires_at <= clock.now()
        return InvitationState.EXPIRED if expired else InvitationState.OPEN

    read_permission = Permission.INVITE
