"""Authorities (执法机关) and the enforcement certificates (执法证) of their officers."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.account.models import Account
from supervision.core.db import Base, Versioned


class Authority(Versioned, Base):
    """Who signs and seals: one per region that supervises by itself.

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


class OfficerCertificate(Versioned, Base):
    """An enforcement certificate, as issued; a renewed one is a new row.

    ``valid_to`` is the last day. Who may inspect is asked of the day of the inspection: a
    revoked certificate keeps its row (Administrative Penalty Law, art. 42; FACTS 2.3).
    """

    __tablename__ = "officer_certificate"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="ends_after_it_begins"),
        CheckConstraint("(revoked_on IS NULL) = (revoked_reason = '')", name="revoked_has_reason"),
        Index("ix_officer_certificate_account_id_valid_to", "account_id", "valid_to"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"), index=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    issuer: Mapped[str] = mapped_column(String(80), default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    revoked_on: Mapped[date | None]
    revoked_reason: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(40))

    authority: Mapped[Authority] = relationship(lazy="joined")
    account: Mapped[Account] = relationship(lazy="raise_on_sql")

    def holds_on(self, day: date) -> bool:
        """Whether the officer may inspect by it on ``day``."""
        revoked = self.revoked_on is not None and self.revoked_on <= day
        return self.valid_from <= day <= self.valid_to and not revoked
