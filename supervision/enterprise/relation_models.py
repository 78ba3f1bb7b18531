"""Where enterprises stand to each other: parks that hold them, contractors and lessees."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    false,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import Base, Versioned, code_of
from supervision.core.scope import region_range
from supervision.core.validity import Standing, Validity, standing
from supervision.enterprise.models import Enterprise, owned_filter
from supervision.enterprise.relation_rules import LinkKind


class Park(Versioned, Base):
    """An industrial park (园区): a place with a body that manages it. Closed, never deleted."""

    __tablename__ = "park"
    __table_args__ = (Index("ix_park_region_code_name", "region_code", "name"),)

    name: Mapped[str] = mapped_column(String(80), unique=True)
    region_code: Mapped[str] = mapped_column(String(9))
    managing_body: Mapped[str] = mapped_column(String(80), default="")
    contact: Mapped[str] = mapped_column(String(40), default="")
    contact_phone: Mapped[str] = mapped_column(String(20), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    closed_on: Mapped[date | None]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """The region's officers; an enterprise's people the park that they are in."""
        if actor.everything:
            return true()
        conditions = [region_range(cls.region_code, prefix) for prefix in actor.regions]
        if actor.enterprise_ids:
            own = select(Enterprise.park_id).where(Enterprise.id.in_(actor.enterprise_ids))
            conditions.append(cls.id.in_(own))
        return or_(*conditions) if conditions else false()


class EnterpriseLink(Versioned, Base):
    """An agreement of two units that work on one site (Work Safety Law, art. 48 and 49).

    ``enterprise_id`` is the side that coordinates: who gives out the work, lets the place or, on
    a shared site, keeps the agreement. The other side is on the roll (``counterpart_id``) or known
    by name only.
    """

    __tablename__ = "enterprise_link"
    __table_args__ = (
        CheckConstraint("counterpart_id <> enterprise_id", name="two_sides"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_in_order"),
        CheckConstraint("check_months BETWEEN 1 AND 24", name="check_months_range"),
        CheckConstraint("(ended_on IS NULL) = (ended_reason = '')", name="ended_has_reason"),
        Index("ix_enterprise_link_ended_on_valid_to", "ended_on", "valid_to"),
        Index("ix_enterprise_link_ended_on_next_check_on", "ended_on", "next_check_on"),
    )

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    counterpart_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    kind: Mapped[LinkKind] = mapped_column(code_of(LinkKind))
    counterpart_name: Mapped[str] = mapped_column(String(120))
    counterpart_uscc: Mapped[str] = mapped_column(String(18), default="")
    subject: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(120), default="")
    agreement_no: Mapped[str] = mapped_column(String(60), default="")
    agreed_on: Mapped[date]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    # Who coordinates safety on the site, and how.
    coordinator: Mapped[str] = mapped_column(String(40))
    coordination: Mapped[str] = mapped_column(Text)
    check_months: Mapped[int]
    next_check_on: Mapped[date | None]
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(40))
    ended_on: Mapped[date | None]
    ended_reason: Mapped[str] = mapped_column(Text, default="")

    enterprise: Mapped[Enterprise] = relationship(
        foreign_keys="EnterpriseLink.enterprise_id", lazy="raise_on_sql"
    )
    scan: Mapped[Attachment | None] = relationship(lazy="joined")
    checks: Mapped[list[LinkCheck]] = relationship(
        back_populates="link", lazy="selectin", order_by="LinkCheck.done_on.desc()"
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """From both sides. Of the other side one reads its name, not its file."""
        return or_(
            owned_filter(cls.enterprise_id, actor),  # type: ignore[arg-type]
            owned_filter(cls.counterpart_id, actor),  # type: ignore[arg-type]
        )

    @property
    def standing(self) -> Standing:
        return standing(Validity(self.valid_from, self.valid_to), clock.today())

    @property
    def is_check_overdue(self) -> bool:
        is_due = self.next_check_on is not None and self.next_check_on < clock.today()
        return self.ended_on is None and is_due


class LinkCheck(Base):
    """A check of the other side, as art. 49 asks for at regular times."""

    __tablename__ = "link_check"

    link_id: Mapped[int] = mapped_column(ForeignKey("enterprise_link.id"), index=True)
    done_on: Mapped[date]
    checked_by: Mapped[str] = mapped_column(String(40))
    findings: Mapped[str] = mapped_column(Text)
    # What was found and urged to be put right; "" where nothing was found.
    urged: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(40))

    link: Mapped[EnterpriseLink] = relationship(back_populates="checks")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        return cls.link_id.in_(select(EnterpriseLink.id).where(EnterpriseLink.visible_to(actor)))
