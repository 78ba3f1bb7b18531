"""Duty lists (责任清单) of the enterprises and of the authorities, and what was done of them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    false,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.account.models import Account
from supervision.authority.models import Authority
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment, AttachmentLink
from supervision.core.db import Base, Versioned, code_of
from supervision.core.permissions import Permission
from supervision.core.spans import Frequency
from supervision.core.statutory import Certainty
from supervision.dutylist import rules
from supervision.dutylist.rules import Grade, Holder, Standing
from supervision.enterprise.models import OwnedByEnterprise


class _OfDutyList(OwnedByEnterprise):
    """Mixin: what only readers of duty lists see of an enterprise."""

    read_permission = Permission.DUTYLIST_READ


class DutyTemplate(Base):
    """One version of a duty that the law gives every enterprise. A public fact, so unscoped."""

    __tablename__ = "duty_template"
    __table_args__ = (
        UniqueConstraint("code", "effective_from"),
        CheckConstraint(
            "effective_to IS NULL OR effective_to >= effective_from", name="ends_after"
        ),
    )

    code: Mapped[str] = mapped_column(String(24))
    position: Mapped[int]
    # Key of the duty's explanation, see labels.DUTIES.
    duty: Mapped[str] = mapped_column(String(16))
    holder: Mapped[Holder] = mapped_column(code_of(Holder))
    what: Mapped[str] = mapped_column(Text)
    how: Mapped[str] = mapped_column(Text)
    clause: Mapped[str] = mapped_column(String(80))
    frequency: Mapped[Frequency] = mapped_column(code_of(Frequency))
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)
    certainty: Mapped[Certainty] = mapped_column(code_of(Certainty))
    note: Mapped[str] = mapped_column(Text, default="")


class _Recurring:
    """Mixin of what is done again and again: the period that is due is kept, for lists."""

    frequency: Mapped[Frequency] = mapped_column(code_of(Frequency))
    begins_on: Mapped[date]
    # Inclusive. The day before ``begins_on`` for one that was replaced on its own first day.
    ends_on: Mapped[date | None]
    # The last day of the latest period done; of the one that is due after it.
    done_until: Mapped[date | None]
    due_on: Mapped[date]
    # The ``due_on`` that people were told is late.
    told_on: Mapped[date | None]

    @property
    def is_live(self) -> bool:
        return self.ends_on is None

    @property
    def standing(self) -> Standing:
        return rules.standing(self.frequency, self.due_on, clock.today())


class EnterpriseDuty(_Recurring, Versioned, _OfDutyList, Base):
    """A line of an enterprise's list: the law's words, kept as adopted, or its own addition."""

    __tablename__ = "duty"
    __table_args__ = (
        CheckConstraint("(template_id IS NULL) = (code = '')", name="code_of_the_law"),
        CheckConstraint("ends_on IS NULL OR end_reason <> ''", name="ended_has_reason"),
        Index("ix_duty_enterprise_id_due_on", "enterprise_id", "due_on"),
        Index("ix_duty_account_id_due_on", "account_id", "due_on"),
        Index("ix_duty_due_on_id", "due_on", "id"),
    )

    template_id: Mapped[int | None] = mapped_column(ForeignKey("duty_template.id"), index=True)
    # Of the law's line, "" for the enterprise's own.
    code: Mapped[str] = mapped_column(String(24), default="")
    # Key of its explanation, "" for none.
    duty: Mapped[str] = mapped_column(String(16), default="")
    position: Mapped[int]
    holder: Mapped[Holder] = mapped_column(code_of(Holder))
    what: Mapped[str] = mapped_column(Text)
    how: Mapped[str] = mapped_column(Text, default="")
    clause: Mapped[str] = mapped_column(String(80), default="")
    # Who does it: an account, or a post by its name.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    person: Mapped[str] = mapped_column(String(60), default="")
    end_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(80))

    done: Mapped[list[DutyDone]] = relationship(
        back_populates="item", order_by="DutyDone.starts_on.desc()", lazy="raise_on_sql"
    )
    template: Mapped[DutyTemplate | None] = relationship(lazy="raise_on_sql")


class DutyDone(_OfDutyList, Base):
    """Somebody's word that a duty was done for a period, with what shows it."""

    __tablename__ = "duty_done"
    __table_args__ = (
        UniqueConstraint("duty_id", "starts_on"),
        CheckConstraint("ends_on >= starts_on", name="period_runs_forward"),
        Index("ix_duty_done_enterprise_id_ends_on", "enterprise_id", "ends_on"),
        Index("ix_duty_done_enterprise_id_at", "enterprise_id", "at"),
    )

    duty_id: Mapped[int] = mapped_column(ForeignKey("duty.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    at: Mapped[datetime]
    by_id: Mapped[int]
    by: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, default="")
    link: Mapped[str] = mapped_column(String(rules.MAX_LINK), default="")

    item: Mapped[EnterpriseDuty] = relationship(back_populates="done", lazy="raise_on_sql")
    files: Mapped[list[DutyFile]] = relationship(
        back_populates="entry", order_by="DutyFile.id", lazy="raise_on_sql"
    )

    @property
    def is_late(self) -> bool:
        return clock.day_of(self.at) > self.ends_on


class DutyFile(AttachmentLink, Base):
    """What shows that a duty was done."""

    __tablename__ = "duty_file"

    done_id: Mapped[int] = mapped_column(ForeignKey("duty_done.id"), index=True)

    entry: Mapped[DutyDone] = relationship(back_populates="files", lazy="raise_on_sql")
    attachment: Mapped[Attachment] = relationship(lazy="joined")


class DutyMonth(_OfDutyList, Base):
    """An enterprise's duties whose period ends in a month, in figures: lists read these."""

    __tablename__ = "duty_month"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "month"),
        Index("ix_duty_month_month_missed", "month", "missed", "enterprise_id"),
    )

    # Its first day.
    month: Mapped[date]
    due: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    # Of those done, after their period.
    late: Mapped[int] = mapped_column(default=0)
    # Over and not done.
    missed: Mapped[int] = mapped_column(default=0)

    @property
    def rate(self) -> float | None:
        """Done of those due, 0 to 1; None where nothing was."""
        return self.done / self.due if self.due else None


class _OfAuthority:
    """Mixin: seen by the people of the authorities, each by their regions; never by enterprises."""

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        if not (actor.is_regulator and actor.may(Permission.DUTYLIST_READ)):
            return false()
        near = select(Authority.id).where(
            and_(Authority.id == cls.authority_id, Authority.within(actor))  # type: ignore[attr-defined]
        )
        return near.exists()


class SupervisionDuty(_Recurring, Versioned, _OfAuthority, Base):
    """One version of a line of an authority's list: item, class, frequency, unit, person.

    All versions share the id of the first as ``line``; a change ends one and begins the next.
    """

    __tablename__ = "supervision_duty"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR end_reason <> ''", name="ended_has_reason"),
        Index("ix_supervision_duty_authority_id_due_on", "authority_id", "due_on"),
        Index("ix_supervision_duty_account_id_due_on", "account_id", "due_on"),
    )

    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    line: Mapped[int | None] = mapped_column(index=True)
    what: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    grade: Mapped[Grade] = mapped_column(code_of(Grade))
    # Beginning of a GB/T 4754 code; "" for every trade.
    industry: Mapped[str] = mapped_column(String(4), default="")
    unit: Mapped[str] = mapped_column(String(60))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    person: Mapped[str] = mapped_column(String(60), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    end_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(80))

    authority: Mapped[Authority] = relationship(lazy="raise_on_sql")
    account: Mapped[Account | None] = relationship(lazy="raise_on_sql")


class SupervisionDone(_OfAuthority, Base):
    """An officer's word that a duty of the authority was done for a period."""

    __tablename__ = "supervision_duty_done"
    __table_args__ = (
        UniqueConstraint("line", "starts_on"),
        CheckConstraint("ends_on >= starts_on", name="period_runs_forward"),
        CheckConstraint("note <> '' OR link <> ''", name="done_has_evidence"),
    )

    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"), index=True)
    duty_id: Mapped[int] = mapped_column(ForeignKey("supervision_duty.id"), index=True)
    line: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    at: Mapped[datetime]
    by_id: Mapped[int]
    by: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, default="")
    link: Mapped[str] = mapped_column(String(rules.MAX_LINK), default="")

    @property
    def is_late(self) -> bool:
        return clock.day_of(self.at) > self.ends_on
