"""Lists in versions, an enterprise's plans, rounds with their answers and photos, zero reports."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

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
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.actor import Actor
from supervision.core.attachments import Attachment, AttachmentLink
from supervision.core.db import Base, Versioned, code_of
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.enterprise.models import Enterprise, OwnedByEnterprise, owned_filter
from supervision.hazard.models import Hazard
from supervision.hazard.rules import Category, Factor
from supervision.selfcheck.rules import AnswerResult, Frequency
from supervision.selfcheck.workflow import RoundState

_OPEN = text("status = 'open'")
_UNNOTED = text("status = 'open' AND missed_at IS NULL")
_RARE = {
    "excused": "status = 'excused'",
    "late": "status = 'done' AND done_at > due_at",
    "findings": "findings > 0",
}
# Until the end of the day.
MINUTES_OF_DAY = 24 * 60


class _OfSelfCheck(OwnedByEnterprise):
    """Mixin: what only readers of self-checks see of an enterprise."""

    read_permission = Permission.SELFCHECK_READ


class CheckTemplate(Base):
    """One version of a list of a sector and post: the authority's, or an enterprise's own.

    All versions of a list share its ``code``. A version in force is never changed.
    """

    __tablename__ = "selfcheck_template"
    __table_args__ = (UniqueConstraint("code", "effective_from"),)

    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    # A section or division of GB/T 4754 that it is meant for; "" for every sector.
    industry: Mapped[str] = mapped_column(String(4), default="")
    # Whose post it is (岗位): the team leader's, the warehouse keeper's; "" for any.
    post: Mapped[str] = mapped_column(String(40), default="")
    # Nothing: the authority's, offered to all.
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)
    certainty: Mapped[Certainty] = mapped_column(code_of(Certainty))
    note: Mapped[str] = mapped_column(Text, default="")

    items: Mapped[list[CheckTemplateItem]] = relationship(
        back_populates="template", order_by="CheckTemplateItem.position", lazy="select"
    )
    enterprise: Mapped[Enterprise | None] = relationship(lazy="raise_on_sql")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        if not actor.may(Permission.SELFCHECK_READ):
            return false()
        own = owned_filter(cls.enterprise_id, actor)  # type: ignore[arg-type]
        return or_(cls.enterprise_id.is_(None), own)


class CheckTemplateItem(Base):
    """What is looked at, on which basis, how and how often."""

    __tablename__ = "selfcheck_template_item"
    __table_args__ = (UniqueConstraint("template_id", "position"),)

    template_id: Mapped[int] = mapped_column(ForeignKey("selfcheck_template.id"))
    position: Mapped[int]
    section: Mapped[str] = mapped_column(String(60), default="")
    text: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text, default="")
    frequency: Mapped[Frequency] = mapped_column(code_of(Frequency))
    # What a finding at this item is, unless whoever finds it says otherwise.
    factor: Mapped[Factor] = mapped_column(code_of(Factor))
    category: Mapped[Category] = mapped_column(code_of(Category))

    template: Mapped[CheckTemplate] = relationship(back_populates="items")


class AssignmentState(StrEnum):
    """How far the setting of a list for many enterprises is."""

    WAITING = "waiting"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class CheckAssignment(Base):
    """The authority sets a list for all enterprises of a region and sector, once.

    ``cursor`` is the last enterprise dealt with; it moves in the transaction that writes.
    """

    __tablename__ = "selfcheck_assignment"
    __table_args__ = (
        CheckConstraint("(status = 'waiting') = (finished_at IS NULL)", name="ended_at"),
        CheckConstraint("taken >= 0 AND taken <= done", name="taken_within_done"),
        CheckConstraint("due_minute > 0 AND due_minute <= 1440", name="due_within_the_day"),
        CheckConstraint("status <> 'failed' OR message <> ''", name="failed_has_message"),
        Index("ix_selfcheck_assignment_status_id", "status", "id"),
        # One way back; a second click finds it there.
        Index("uq_selfcheck_assignment_undo_of_id", "undo_of_id", unique=True),
    )

    template_code: Mapped[str] = mapped_column(String(40), index=True)
    # Of whom: the first digits of the region and of the industry; "" for all.
    region: Mapped[str] = mapped_column(String(12), default="")
    industry: Mapped[str] = mapped_column(String(4), default="")
    begins_on: Mapped[date]
    workdays_only: Mapped[bool] = mapped_column(Boolean, default=False)
    due_minute: Mapped[int] = mapped_column(default=MINUTES_OF_DAY)
    # What is taken back by this one.
    undo_of_id: Mapped[int | None] = mapped_column(ForeignKey("selfcheck_assignment.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime]
    # How many were counted when it was confirmed.
    total: Mapped[int]
    status: Mapped[AssignmentState] = mapped_column(
        code_of(AssignmentState), default=AssignmentState.WAITING
    )
    cursor: Mapped[int] = mapped_column(default=0)
    # Enterprises dealt with; of these, those that took it up now. The others walked it already.
    done: Mapped[int] = mapped_column(default=0)
    taken: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]
    message: Mapped[str] = mapped_column(Text, default="")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """One's own; who sees everything sees all."""
        if not actor.may(Permission.SELFCHECK_TEMPLATE):
            return false()
        return true() if actor.everything else cls.asked_by_id == actor.id

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0


class CheckPlan(Versioned, _OfSelfCheck, Base):
    """A list that an enterprise walks, where, by whom and by which time of the last day.

    A round is made for each frequency that the list's items have, by the version of the list in
    force on the round's first day.
    """

    __tablename__ = "selfcheck_plan"
    __table_args__ = (
        CheckConstraint("due_minute > 0 AND due_minute <= 1440", name="due_within_the_day"),
        UniqueConstraint("enterprise_id", "template_code", "area", "begins_on"),
        Index("ix_selfcheck_plan_template_code_id", "template_code", "id"),
    )

    template_code: Mapped[str] = mapped_column(String(40))
    # Workshop, store or line that is walked; "" for the whole.
    area: Mapped[str] = mapped_column(String(60), default="")
    # Who walks it; nothing: whoever of the enterprise comes first.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    # Daily rounds on working days alone.
    workdays_only: Mapped[bool] = mapped_column(Boolean, default=False)
    # Minutes after midnight of the last day.
    due_minute: Mapped[int] = mapped_column(default=MINUTES_OF_DAY)
    begins_on: Mapped[date]
    ends_on: Mapped[date | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(40))
    # Set by the authority for many at once.
    assignment_id: Mapped[int | None] = mapped_column(
        ForeignKey("selfcheck_assignment.id"), index=True
    )


class CheckRound(Versioned, _OfSelfCheck, Base):
    """One walk of a list in one period."""

    __tablename__ = "selfcheck_round"
    __table_args__ = (
        # Made once, however often and from wherever the maker runs.
        UniqueConstraint("plan_id", "frequency", "starts_on"),
        CheckConstraint("(status = 'done') = (done_at IS NOT NULL)", name="done_has_time"),
        CheckConstraint("(status = 'excused') = (excuse <> '')", name="excused_has_reason"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        Index("ix_selfcheck_round_enterprise_id_due_at", "enterprise_id", "due_at"),
        # What is open, first what is due first; what passed and was not noted.
        Index(
            "ix_selfcheck_round_open",
            *("due_at", "missed_at", "enterprise_id"),
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        # What the job has still to look at, of years of rounds a handful. The first column is empty
        # throughout: without it SQLite would rather read all that are open.
        Index(
            "ix_selfcheck_round_unnoted",
            *("missed_at", "due_at", "enterprise_id"),
            sqlite_where=_UNNOTED,
            postgresql_where=_UNNOTED,
        ),
        # The list of a whole city, and its rare kinds.
        Index("ix_selfcheck_round_due_at_id", "due_at", "id"),
        *(
            Index(
                f"ix_selfcheck_round_{name}",
                *("due_at", "id"),
                sqlite_where=text(rare),
                postgresql_where=text(rare),
            )
            for name, rare in _RARE.items()
        ),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("selfcheck_plan.id"))
    template_id: Mapped[int] = mapped_column(ForeignKey("selfcheck_template.id"), index=True)
    frequency: Mapped[Frequency] = mapped_column(code_of(Frequency))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    due_at: Mapped[datetime]
    status: Mapped[RoundState] = mapped_column(code_of(RoundState), default=RoundState.OPEN)
    # When it was noted that its time had passed; stays when it is walked late.
    missed_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None]
    done_by: Mapped[str] = mapped_column(String(40), default="")
    # Of the answers, when it was done.
    items: Mapped[int] = mapped_column(default=0)
    findings: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(Text, default="")
    excuse: Mapped[str] = mapped_column(Text, default="")

    plan: Mapped[CheckPlan] = relationship(lazy="raise_on_sql")
    template: Mapped[CheckTemplate] = relationship(lazy="raise_on_sql")
    answers: Mapped[list[CheckAnswer]] = relationship(
        back_populates="round", order_by="CheckAnswer.id", lazy="select"
    )
    photos: Mapped[list[CheckPhoto]] = relationship(
        back_populates="round", order_by="CheckPhoto.id", lazy="select"
    )


class CheckAnswer(Base):
    """What was seen at an item, or besides the list (no item). A finding becomes a ticket."""

    __tablename__ = "selfcheck_answer"
    __table_args__ = (
        UniqueConstraint("round_id", "client_id"),
        UniqueConstraint("round_id", "item_id"),
        CheckConstraint("item_id IS NOT NULL OR result = 'finding'", name="besides_is_finding"),
        CheckConstraint("hazard_id IS NULL OR result = 'finding'", name="ticket_of_finding"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("selfcheck_round.id"))
    item_id: Mapped[int | None] = mapped_column(
        ForeignKey("selfcheck_template_item.id"), index=True
    )
    # Of an item of the list "item-<its id>", so that two phones agree and a photo may come first;
    # of a finding besides the list what the phone made up once.
    client_id: Mapped[str] = mapped_column(String(36))
    result: Mapped[AnswerResult] = mapped_column(code_of(AnswerResult))
    finding: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(String(120), default="")
    factor: Mapped[Factor | None] = mapped_column(code_of(Factor))
    category: Mapped[Category | None] = mapped_column(code_of(Category))
    # By the phone's clock, never after it was received.
    made_at: Mapped[datetime]
    made_by_id: Mapped[int]
    made_by: Mapped[str] = mapped_column(String(40))
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazard.id"), unique=True)

    round: Mapped[CheckRound] = relationship(back_populates="answers")
    item: Mapped[CheckTemplateItem | None] = relationship(lazy="select")
    hazard: Mapped[Hazard | None] = relationship(lazy="raise_on_sql")


class CheckPhoto(AttachmentLink, Base):
    """A photo of an answer, or of the whole round; ``client_id`` keeps it from doubling."""

    __tablename__ = "selfcheck_photo"
    __table_args__ = (UniqueConstraint("round_id", "client_id"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("selfcheck_round.id"))
    # The answer's ``client_id``, which may arrive after its photo; "" of the whole round.
    answer_client_id: Mapped[str] = mapped_column(String(36), default="")
    client_id: Mapped[str] = mapped_column(String(36))
    taken_at: Mapped[datetime]
    taken_by: Mapped[str] = mapped_column(String(40))

    round: Mapped[CheckRound] = relationship(back_populates="photos")
    attachment: Mapped[Attachment] = relationship(lazy="joined")


class CheckSync(Base):
    """A message that a phone sent and the server has applied: sent again, it changes nothing."""

    __tablename__ = "selfcheck_sync"
    __table_args__ = (UniqueConstraint("round_id", "client_id"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("selfcheck_round.id"))
    client_id: Mapped[str] = mapped_column(String(36))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    made_at: Mapped[datetime]
    received_at: Mapped[datetime]


class ZeroReport(_OfSelfCheck, Base):
    """An enterprise's word that it looked on a day and found nothing (零报告)."""

    __tablename__ = "selfcheck_zero_report"
    __table_args__ = (UniqueConstraint("enterprise_id", "day"),)

    day: Mapped[date] = mapped_column(index=True)
    note: Mapped[str] = mapped_column(Text, default="")
    said_at: Mapped[datetime]
    said_by_id: Mapped[int]
    said_by: Mapped[str] = mapped_column(String(40))
    # When a hazard of that day was found after all: the word no longer stands.
    overtaken_at: Mapped[datetime | None]


class CheckMonth(_OfSelfCheck, Base):
    """An enterprise's rounds of a month in figures, kept as they change: lists read these."""

    __tablename__ = "selfcheck_month"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "month"),
        Index("ix_selfcheck_month_month_missed", "month", "missed", "enterprise_id"),
    )

    # Its first day; a round belongs to the month in which it falls due.
    month: Mapped[date]
    due: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    # Of those done, after their time.
    late: Mapped[int] = mapped_column(default=0)
    missed: Mapped[int] = mapped_column(default=0)
    excused: Mapped[int] = mapped_column(default=0)
    findings: Mapped[int] = mapped_column(default=0)
    zero_reports: Mapped[int] = mapped_column(default=0)
