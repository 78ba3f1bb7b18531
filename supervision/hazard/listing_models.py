"""Listed supervision of major hazards, and the clocks of its reviews."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    and_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core import clock
from supervision.core.actor import Actor, Side
from supervision.core.clocks import ClockColumns, clock_checks
from supervision.core.db import Base, Versioned, code_of
from supervision.core.statutory import StatutoryRule
from supervision.enterprise.models import OwnedByEnterprise, owned_filter
from supervision.hazard.listing_workflow import IN_FORCE, PENDING, ListingLevel, ListingState

if TYPE_CHECKING:
    from supervision.hazard.models import Hazard

_PENDING_SQL = ", ".join(f"'{s}'" for s in sorted(PENDING))
_ONE_PENDING = text(f"status IN ({_PENDING_SQL})")


class HazardListing(Versioned, OwnedByEnterprise, Base):
    """A major hazard under listed supervision: proposed, listed, reviewed, delisted.

    ``due_on`` is the day stated when it was listed; the ticket's own deadline stands beside it.
    """

    __tablename__ = "hazard_listing"
    __table_args__ = (
        CheckConstraint(
            "status NOT IN ('listed', 'review_applied', 'delisted') OR listed_at IS NOT NULL",
            name="listed_has_time",
        ),
        CheckConstraint("(listed_at IS NULL) = (approved_by_id IS NULL)", name="listed_has_author"),
        CheckConstraint("approved_by_id <> proposed_by_id", name="approver_is_another"),
        CheckConstraint(
            "status <> 'review_applied' OR applied_on IS NOT NULL", name="applied_has_day"
        ),
        CheckConstraint(
            "(status = 'delisted') = (delisted_at IS NOT NULL)", name="delisted_has_time"
        ),
        CheckConstraint(
            "(status IN ('refused', 'withdrawn')) = (ended_reason <> '')", name="ended_has_reason"
        ),
        Index("ix_hazard_listing_status_due_on", "status", "due_on"),
        Index(
            "uq_hazard_listing_pending",
            "hazard_id",
            unique=True,
            sqlite_where=_ONE_PENDING,
            postgresql_where=_ONE_PENDING,
        ),
    )

    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazard.id"), index=True)
    status: Mapped[ListingState] = mapped_column(code_of(ListingState))
    level: Mapped[ListingLevel] = mapped_column(code_of(ListingLevel))
    # The organ in whose name it is listed, e.g. a county's work-safety committee.
    organ: Mapped[str] = mapped_column(String(80))
    due_on: Mapped[date]
    requirements: Mapped[str] = mapped_column(Text)
    leader: Mapped[str] = mapped_column(String(40))

    proposed_at: Mapped[datetime]
    proposed_by_id: Mapped[int]
    proposed_by: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    listed_at: Mapped[datetime | None] = mapped_column(index=True)
    approved_by_id: Mapped[int | None]
    approved_by: Mapped[str] = mapped_column(String(40), default="")
    approval_note: Mapped[str] = mapped_column(Text, default="")

    applied_on: Mapped[date | None]
    applied_by: Mapped[str] = mapped_column(String(40), default="")
    application: Mapped[str] = mapped_column(Text, default="")
    # The last review: who was on site, what they found.
    reviewed_at: Mapped[datetime | None]
    reviewers: Mapped[str] = mapped_column(String(120), default="")
    review_note: Mapped[str] = mapped_column(Text, default="")
    failed_count: Mapped[int] = mapped_column(default=0)
    delisted_at: Mapped[datetime | None]
    ended_reason: Mapped[str] = mapped_column(Text, default="")

    hazard: Mapped[Hazard] = relationship(back_populates="listings", lazy="raise_on_sql")
    clocks: Mapped[list[ListingClock]] = relationship(
        back_populates="listing", order_by="ListingClock.id", lazy="select"
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """An enterprise sees its own once they are listed; proposals are the authority's."""
        own = owned_filter(cls.enterprise_id, actor)  # type: ignore[arg-type]
        if actor.side is Side.ENTERPRISE:
            return and_(own, cls.listed_at.is_not(None))
        return own

    @property
    def is_in_force(self) -> bool:
        return self.status in IN_FORCE

    @property
    def is_rectified(self) -> bool:
        """Whether the enterprise has submitted the hazard's rectification."""
        return self.hazard.submitted_at is not None

    @property
    def is_overdue(self) -> bool:
        """The stated day has passed and the enterprise has not applied for the review by then."""
        if self.status is ListingState.LISTED:
            return self.due_on < clock.today()
        applied_late = self.applied_on is not None and self.applied_on > self.due_on
        return self.status is ListingState.REVIEW_APPLIED and applied_late

    @property
    def days_left(self) -> int:
        """Calendar days to the stated day, negative when late."""
        return (self.due_on - clock.today()).days

    @property
    def running_clock(self) -> ListingClock | None:
        """The review that is to be made now."""
        return next((c for c in self.clocks if c.is_running), None)


def overdue_clause(today: date) -> ColumnElement[bool]:
    """:attr:`HazardListing.is_overdue` as SQL."""
    waiting = and_(HazardListing.status == ListingState.LISTED, HazardListing.due_on < today)
    late = and_(
        HazardListing.status == ListingState.REVIEW_APPLIED,
        HazardListing.applied_on > HazardListing.due_on,
    )
    return waiting | late


class ListingClock(ClockColumns, Base):
    """The review is due so many days after the application (LISTED_REVIEW)."""

    __tablename__ = "hazard_listing_clock"
    __table_args__ = (
        *clock_checks(),
        Index("ix_hazard_listing_clock_ended_on_due_on", "ended_on", "due_on"),
    )

    listing_id: Mapped[int] = mapped_column(ForeignKey("hazard_listing.id"), index=True)

    listing: Mapped[HazardListing] = relationship(back_populates="clocks")
    rule: Mapped[StatutoryRule] = relationship(lazy="joined")
