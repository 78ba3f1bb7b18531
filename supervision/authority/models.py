"""Authorities (执法机关) and the enforcement certificates (执法证) of their officers."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.account.models import Account
from supervision.core.actor import Actor
from supervision.core.db import Base, Versioned
from supervision.core.permissions import Permission
from supervision.core.scope import region_range


class Authority(Versioned, Base):
    """Who signs and seals: one per region that supervises by itself. A public fact, so unscoped.

    ``abbreviation`` stands in every number (浙余 in "（浙余）应急责改〔2026〕12号"). The remedies
    clause of an external paper names ``reconsideration_organ`` and ``court``.
    """

    __tablename__ = "authority"
    __table_args__ = (CheckConstraint("length(abbreviation) <= 6", name="abbreviation_is_short"),)

    name: Mapped[str] = mapped_column(String(80), unique=True)
    # GB/T 2260: the authority of an enterprise is the one with the longest prefix of its region.
    region_code: Mapped[str] = mapped_column(String(9), unique=True)
    abbreviation: Mapped[str] = mapped_column(String(6), unique=True)
    address: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    reconsideration_organ: Mapped[str] = mapped_column(String(120))
    court: Mapped[str] = mapped_column(String(120))
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @classmethod
    def within(cls, actor: Actor) -> ColumnElement[bool]:
        """The authorities that lie in the actor's regions: whose people and plans they answer for."""
        if actor.everything:
            return true()
        regions = [region_range(cls.region_code, prefix) for prefix in actor.regions]
        return or_(*regions) if regions else false()


class OfficerCertificate(Versioned, Base):
    """An enforcement certificate, as issued; a renewed one is a new row.

    ``valid_to`` is the last day. Who may inspect is asked of the day of the inspection: a
    revoked certificate keeps its row (Administrative Penalty Law, art. 42; FACTS 2.3).
    """

    __tablename__ = "officer_certificate"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="ends_after_it_begins"),
        CheckConstraint("(revoked_on IS NULL) = (revoked_reason = '')", name="revoked_has_reason"),
        # A renewal may keep the number: it is another paper with another first day.
        UniqueConstraint("number", "valid_from"),
        Index("ix_officer_certificate_account_id_valid_to", "account_id", "valid_to"),
        Index("ix_officer_certificate_valid_to", "valid_to"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"), index=True)
    number: Mapped[str] = mapped_column(String(40))
    issuer: Mapped[str] = mapped_column(String(80), default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    revoked_on: Mapped[date | None]
    revoked_reason: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(40))
    # How many days ahead the holder was last told of its end (90, 30, 7, 0).
    reminded_days: Mapped[int | None]

    authority: Mapped[Authority] = relationship(lazy="joined")
    account: Mapped[Account] = relationship(lazy="raise_on_sql")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """One's own; those of the region for who answers for them; all for who sees everything."""
        if actor.everything and actor.may(Permission.AUTHORITY_READ):
            return true()
        own = cls.account_id == actor.id
        if actor.may(Permission.AUTHORITY_EDIT):
            inside = select(Authority.id).where(Authority.within(actor))
            return or_(own, cls.authority_id.in_(inside))
        return own if actor.may(Permission.AUTHORITY_READ) else false()

    def holds_on(self, day: date) -> bool:
        """Whether the officer may inspect by it on ``day``."""
        revoked = self.revoked_on is not None and self.revoked_on <= day
        return self.valid_from <= day <= self.valid_to and not revoked
