"""Risk points with their controls, assessments and history; the tables that they are graded by."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    and_,
    or_,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core import clock
from supervision.core.actor import Side
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.core.find_models import Searchable, SearchSpec
from supervision.core.statutory import Certainty
from supervision.enterprise.models import OwnedByEnterprise
from supervision.enterprise.site_models import SiteArea, SitePlan
from supervision.risk.rules import (
    ControlKind,
    ControlLevel,
    FactorGroup,
    Method,
    ReviewCause,
    RiskGrade,
    Stage,
)
from supervision.risk.table_rules import Line, Part, TableCode
from supervision.risk.workflow import COUNTED, RiskState


class RiskTable(Versioned, Base):
    """One version of one table. A change ends this version and begins the next."""

    __tablename__ = "risk_table"
    __table_args__ = (Index("ix_risk_table_code_effective_from", "code", "effective_from"),)

    code: Mapped[TableCode] = mapped_column(code_of(TableCode))
    effective_from: Mapped[date]
    # Inclusive. The day before ``effective_from`` for a version replaced on its own first day.
    effective_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)
    certainty: Mapped[Certainty] = mapped_column(code_of(Certainty))
    reason: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(40))

    lines: Mapped[list[RiskTableLine]] = relationship(
        back_populates="table", order_by="RiskTableLine.position", lazy="raise_on_sql"
    )

    def part(self, part: Part) -> list[RiskTableLine]:
        return [line for line in self.lines if line.part is part]

    @property
    def values(self) -> list[Line]:
        return [line.value for line in self.lines]


class RiskTableLine(Base):
    """A score with its words, a threshold, a rule, a level, a type of accident."""

    __tablename__ = "risk_table_line"
    __table_args__ = (UniqueConstraint("table_id", "position"),)

    table_id: Mapped[int] = mapped_column(ForeignKey("risk_table.id"))
    position: Mapped[int]
    part: Mapped[Part] = mapped_column(code_of(Part))
    code: Mapped[str] = mapped_column(String(24), default="")
    score: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    grade: Mapped[RiskGrade | None] = mapped_column(code_of(RiskGrade))
    level: Mapped[ControlLevel | None] = mapped_column(code_of(ControlLevel))
    months: Mapped[int | None]
    text: Mapped[str] = mapped_column(Text, default="")

    table: Mapped[RiskTable] = relationship(back_populates="lines", lazy="raise_on_sql")

    @property
    def value(self) -> Line:
        return Line(
            self.part, self.code, self.score, self.grade, self.level, self.months, self.text
        )


def table_in_force(day: date) -> ColumnElement[bool]:
    return and_(
        RiskTable.effective_from <= day,
        or_(RiskTable.effective_to.is_(None), RiskTable.effective_to >= day),
    )


class RiskPoint(Versioned, OwnedByEnterprise, Searchable, Base):
    """One risk of an enterprise. Never deleted: retired, with the reason."""

    __search__ = SearchSpec("risk", texts=("name", "place"), numbers=("number",))

    __tablename__ = "risk_point"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "number"),
        CheckConstraint("status IN ('draft', 'retired') OR grade IS NOT NULL", name="filed_graded"),
        CheckConstraint(
            "status IN ('draft', 'retired') OR filed_at IS NOT NULL", name="filed_has_time"
        ),
        CheckConstraint("(status = 'retired') = (retired_at IS NOT NULL)", name="retired_has_time"),
        CheckConstraint("status <> 'confirmed' OR confirmed_at IS NOT NULL", name="confirmed_time"),
        CheckConstraint("(x IS NULL) = (y IS NULL)", name="both_or_neither"),
        CheckConstraint("x IS NULL OR plan_id IS NOT NULL", name="placed_on_plan"),
        CheckConstraint("(longitude IS NULL) = (latitude IS NULL)", name="degrees_both"),
        CheckConstraint("(grade IS NULL) = (rank = 0)", name="rank_of_grade"),
        Index("ix_risk_point_rank_id", "rank", "id"),
        Index("ix_risk_point_enterprise_id_rank", "enterprise_id", "rank"),
        Index("ix_risk_point_next_review_on", "next_review_on"),
        Index("ix_risk_point_status_rank", "status", "rank"),
    )

    number: Mapped[str] = mapped_column(String(24))
    name: Mapped[str] = mapped_column(String(80))
    status: Mapped[RiskState] = mapped_column(code_of(RiskState), default=RiskState.DRAFT)

    place: Mapped[str] = mapped_column(String(120))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("site_plan.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("site_area.id"), index=True)
    # Fractions of the plan's picture from its top left.
    x: Mapped[Decimal | None] = mapped_column(Numeric(6, 4))
    y: Mapped[Decimal | None] = mapped_column(Numeric(6, 4))
    # WGS-84 degrees.
    longitude: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    latitude: Mapped[Decimal | None] = mapped_column(Numeric(8, 6))

    factor_group: Mapped[FactorGroup] = mapped_column(code_of(FactorGroup))
    factor: Mapped[str] = mapped_column(Text)
    # Codes of the table of accident types.
    accidents: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    people_exposed: Mapped[int | None]

    responsible_person: Mapped[str] = mapped_column(String(40), default="")
    responsible_post: Mapped[str] = mapped_column(String(60), default="")
    responsible_phone: Mapped[str] = mapped_column(String(20), default="")

    # From the latest assessments, so that lists need none of them.
    inherent: Mapped[RiskGrade | None] = mapped_column(code_of(RiskGrade))
    residual: Mapped[RiskGrade | None] = mapped_column(code_of(RiskGrade))
    # What counts: with its controls where that was assessed, else without.
    grade: Mapped[RiskGrade | None] = mapped_column(code_of(RiskGrade))
    rank: Mapped[int] = mapped_column(default=0)
    method: Mapped[Method | None] = mapped_column(code_of(Method))
    control_level: Mapped[ControlLevel | None] = mapped_column(code_of(ControlLevel))
    assessed_on: Mapped[date | None]
    next_review_on: Mapped[date | None]
    review_cause: Mapped[ReviewCause | None] = mapped_column(code_of(ReviewCause))

    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(40))
    filed_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str] = mapped_column(String(40), default="")
    return_reason: Mapped[str] = mapped_column(Text, default="")
    retired_at: Mapped[datetime | None]

    plan: Mapped[SitePlan | None] = relationship(lazy="raise_on_sql")
    area: Mapped[SiteArea | None] = relationship(lazy="raise_on_sql")
    controls: Mapped[list[RiskControl]] = relationship(
        back_populates="point", order_by="RiskControl.id", lazy="raise_on_sql"
    )
    assessments: Mapped[list[RiskAssessment]] = relationship(
        back_populates="point", order_by="RiskAssessment.id.desc()", lazy="raise_on_sql"
    )
    events: Mapped[list[RiskEvent]] = relationship(
        back_populates="point", order_by="RiskEvent.id.desc()", lazy="raise_on_sql"
    )

    @property
    def is_counted(self) -> bool:
        return self.status in COUNTED

    @property
    def is_late(self) -> bool:
        """Its day of re-assessment has passed."""
        due = self.next_review_on
        return due is not None and due < clock.today() and self.status is not RiskState.RETIRED


class RiskControl(Base):
    """A measure that holds the risk down. Taken away, it stays in the history."""

    __tablename__ = "risk_control"

    point_id: Mapped[int] = mapped_column(ForeignKey("risk_point.id"), index=True)
    kind: Mapped[ControlKind] = mapped_column(code_of(ControlKind))
    text: Mapped[str] = mapped_column(Text)
    responsible_post: Mapped[str] = mapped_column(String(60))
    removed_at: Mapped[datetime | None]

    point: Mapped[RiskPoint] = relationship(back_populates="controls", lazy="raise_on_sql")


class RiskAssessment(OwnedByEnterprise, Base):
    """How a grade was found, with the versions of the tables. Never changed."""

    __tablename__ = "risk_assessment"
    __table_args__ = (
        CheckConstraint("(method = 'direct') = (value IS NULL)", name="value_of_scores"),
        CheckConstraint("method <> 'direct' OR direct_code <> ''", name="direct_has_rule"),
        CheckConstraint("direct_code = '' OR reason <> ''", name="direct_has_reason"),
        CheckConstraint("method <> 'lec' OR exposure IS NOT NULL", name="lec_has_exposure"),
        Index("ix_risk_assessment_point_id_id", "point_id", "id"),
        Index("ix_risk_assessment_enterprise_id_at", "enterprise_id", "at"),
    )

    point_id: Mapped[int] = mapped_column(ForeignKey("risk_point.id"))
    stage: Mapped[Stage] = mapped_column(code_of(Stage))
    method: Mapped[Method] = mapped_column(code_of(Method))
    # The version that the scores, or the rule of a direct grade, were taken from.
    table_id: Mapped[int] = mapped_column(ForeignKey("risk_table.id"), index=True)
    likelihood: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    exposure: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    severity: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    value: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    # What the scores alone would give; a rule may grade higher.
    scored_grade: Mapped[RiskGrade | None] = mapped_column(code_of(RiskGrade))
    direct_table_id: Mapped[int | None] = mapped_column(ForeignKey("risk_table.id"), index=True)
    direct_code: Mapped[str] = mapped_column(String(24), default="")
    direct_text: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    grade: Mapped[RiskGrade] = mapped_column(code_of(RiskGrade))
    # The point's grade from here on, and what follows from it.
    standing: Mapped[RiskGrade] = mapped_column(code_of(RiskGrade))
    levels_table_id: Mapped[int] = mapped_column(ForeignKey("risk_table.id"), index=True)
    control_level: Mapped[ControlLevel] = mapped_column(code_of(ControlLevel))
    next_review_on: Mapped[date]
    assessed_on: Mapped[date]
    at: Mapped[datetime]
    actor_id: Mapped[int]
    actor_name: Mapped[str] = mapped_column(String(80))

    point: Mapped[RiskPoint] = relationship(back_populates="assessments", lazy="raise_on_sql")


class RiskEvent(OwnedByEnterprise, Base):
    """A step in the history of a risk point or of a site plan; comments are steps too."""

    __tablename__ = "risk_event"
    __table_args__ = (Index("ix_risk_event_enterprise_id_at", "enterprise_id", "at"),)

    point_id: Mapped[int | None] = mapped_column(ForeignKey("risk_point.id"), index=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("site_plan.id"), index=True)
    action: Mapped[str] = mapped_column(String(32))
    # What it was called then.
    subject: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    actor_id: Mapped[int]
    actor_name: Mapped[str] = mapped_column(String(80))
    actor_side: Mapped[Side] = mapped_column(code_of(Side))
    note: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(JsonValue, default=dict)

    point: Mapped[RiskPoint | None] = relationship(back_populates="events", lazy="raise_on_sql")
