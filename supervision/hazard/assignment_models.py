"""The table of assignment, and what was proposed and chosen."""

from __future__ import annotations

from datetime import date, datetime
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
    or_,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from supervision.core.actor import Actor
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.core.scope import region_range
from supervision.enterprise.models import OwnedByEnterprise, owned_filter
from supervision.hazard.assignment_rules import Duty, Ground, Rule


class AssignmentRule(Versioned, Base):
    """For a duty in a region and an industry: a pool of officers. Ended, never deleted."""

    __tablename__ = "assignment_rule"
    __table_args__ = (
        CheckConstraint(
            "effective_to IS NULL OR effective_to >= effective_from", name="ends_after_it_begins"
        ),
        Index("ix_assignment_rule_duty_region_code", "duty", "region_code"),
    )

    duty: Mapped[Duty] = mapped_column(code_of(Duty))
    # GB/T 2260 prefix; always given, since a rule belongs to those who answer for the region.
    region_code: Mapped[str] = mapped_column(String(9))
    # GB/T 4754 prefix; "" for every industry.
    industry: Mapped[str] = mapped_column(String(4), default="")
    officer_ids: Mapped[list[Any]] = mapped_column(JsonValue, default=list)
    priority: Mapped[int] = mapped_column(default=0)
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    is_enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    note: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(40))

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Rules of one's own regions; the authority's internal business."""
        if actor.everything:
            return true()
        if not actor.is_regulator or not actor.regions:
            return false()
        return or_(*(region_range(cls.region_code, prefix) for prefix in actor.regions))

    @property
    def plain(self) -> Rule:
        """What the pure rules look at."""
        return Rule(
            self.id,
            self.duty,
            self.region_code,
            self.industry,
            frozenset(self.officer_ids),
            self.priority,
            self.effective_from,
            self.effective_to,
        )


class AssignmentChoice(OwnedByEnterprise, Base):
    """What was proposed for a ticket and what a person chose. Never changed."""

    __tablename__ = "assignment_choice"

    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazard.id"), index=True)
    duty: Mapped[Duty] = mapped_column(code_of(Duty))
    ground: Mapped[Ground | None] = mapped_column(code_of(Ground))
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("assignment_rule.id"), index=True)
    load: Mapped[int | None]
    proposed_id: Mapped[int | None]
    proposed_name: Mapped[str] = mapped_column(String(40), default="")
    chosen_id: Mapped[int | None]
    chosen_name: Mapped[str] = mapped_column(String(40), default="")
    proposed_person: Mapped[str] = mapped_column(String(40), default="")
    chosen_person: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(40))

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """The authority's internal business."""
        if not actor.is_regulator:
            return false()
        return owned_filter(cls.enterprise_id, actor)  # type: ignore[arg-type]

    @property
    def was_overridden(self) -> bool:
        other = self.proposed_id is not None and self.chosen_id != self.proposed_id
        return other or bool(self.proposed_person and self.chosen_person != self.proposed_person)
