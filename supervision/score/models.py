"""Tables of indicators in versions, facts that stand nowhere else, scores by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.attachments import Attachment
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.enterprise.models import OwnedByEnterprise
from supervision.score.rules import Axis, Colour, FactKind, Group, Indicator, Thresholds


class _OfScore(OwnedByEnterprise):
    """Mixin: what only readers of scores see of an enterprise."""

    read_permission = Permission.SCORE_READ


class ScoreTable(Base):
    """One version: in force from the first of a month until a later version begins. Never changed.

    Of two that begin in the same month the later one holds: neither has judged a past month.
    """

    __tablename__ = "score_table"
    __table_args__ = (
        CheckConstraint(
            "green_from > yellow_from AND yellow_from > orange_from AND orange_from > 0",
            name="colours_ordered",
        ),
        Index("ix_score_table_effective_from", "effective_from", "id"),
    )

    effective_from: Mapped[date]
    green_from: Mapped[Decimal] = mapped_column(Numeric(5, 1))
    yellow_from: Mapped[Decimal] = mapped_column(Numeric(5, 1))
    orange_from: Mapped[Decimal] = mapped_column(Numeric(5, 1))
    source: Mapped[str] = mapped_column(Text)
    certainty: Mapped[Certainty] = mapped_column(code_of(Certainty))
    reason: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))

    indicators: Mapped[list[ScoreIndicator]] = relationship(
        back_populates="table", order_by="ScoreIndicator.position", lazy="raise_on_sql"
    )

    @property
    def thresholds(self) -> Thresholds:
        return Thresholds(self.green_from, self.yellow_from, self.orange_from)


class ScoreIndicator(Base):
    """A line of one version. ``source``: a key of :data:`supervision.score.sources.SOURCES`."""

    __tablename__ = "score_indicator"
    __table_args__ = (
        UniqueConstraint("table_id", "code"),
        CheckConstraint("points >= 0 AND most >= 0", name="points_not_negative"),
    )

    table_id: Mapped[int] = mapped_column(ForeignKey("score_table.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(40))
    group: Mapped[Group] = mapped_column(code_of(Group))
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(120))
    points: Mapped[Decimal] = mapped_column(Numeric(5, 1))
    most: Mapped[Decimal] = mapped_column(Numeric(5, 1))
    source: Mapped[str] = mapped_column(String(40))
    # Limits that the source asks for, such as {"months": 12}.
    params: Mapped[dict[str, Any]] = mapped_column(JsonValue, default=dict)
    axis: Mapped[Axis | None] = mapped_column(code_of(Axis))
    # One that is off judges nobody; it stays on the table, to be switched on again.
    is_on: Mapped[bool] = mapped_column(default=True)

    table: Mapped[ScoreTable] = relationship(back_populates="indicators", lazy="raise_on_sql")

    @property
    def value(self) -> Indicator:
        return Indicator(self.code, self.group, self.points, self.most, self.source, self.axis)


class ScoreFact(Versioned, _OfScore, Base):
    """An accident, injury, penalty or award with its paper. Voided with a reason, never deleted."""

    __tablename__ = "score_fact"
    __table_args__ = (
        CheckConstraint("(voided_at IS NULL) = (void_reason = '')", name="voided_has_reason"),
        CheckConstraint("reason <> ''", name="has_reason"),
        Index("ix_score_fact_enterprise_id_happened_on", "enterprise_id", "happened_on"),
    )

    kind: Mapped[FactKind] = mapped_column(code_of(FactKind))
    happened_on: Mapped[date]
    paper_number: Mapped[str] = mapped_column(String(80), default="")
    reason: Mapped[str] = mapped_column(Text)
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int]
    recorded_by: Mapped[str] = mapped_column(String(80))
    voided_at: Mapped[datetime | None]
    voided_by: Mapped[str] = mapped_column(String(80), default="")
    void_reason: Mapped[str] = mapped_column(Text, default="")

    attachment: Mapped[Attachment | None] = relationship(lazy="joined")


class Score(_OfScore, Base):
    """An enterprise's code of a month. Once frozen, neither it nor its lines change again.

    ``lines``: what each indicator came to, with why and by which records
    (:mod:`supervision.score.lines`): one row a month instead of thirty, and what was frozen stays
    whatever happens to the table or to the records.
    """

    __tablename__ = "score"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "month"),
        CheckConstraint("total IS NULL OR (total >= 0 AND total <= 100)", name="total_in_range"),
        CheckConstraint("total IS NULL OR colour IS NOT NULL", name="total_has_colour"),
        CheckConstraint("NOT is_vetoed OR colour = 'red'", name="veto_is_red"),
        CheckConstraint("(colour IS NULL) = (rank = 9)", name="rank_of_colour"),
        Index("ix_score_month_rank_total", "month", "rank", "total", "enterprise_id"),
        Index("ix_score_month_change", "month", "change", "enterprise_id"),
        Index("ix_score_month_frozen_at", "month", "frozen_at", "enterprise_id"),
    )

    # Its first day.
    month: Mapped[date]
    table_id: Mapped[int] = mapped_column(ForeignKey("score_table.id"), index=True)
    total: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    colour: Mapped[Colour | None] = mapped_column(code_of(Colour))
    # 0 is red, 3 is green; 9: nothing could be measured.
    rank: Mapped[int] = mapped_column(default=9)
    is_vetoed: Mapped[bool] = mapped_column(default=False)
    # Against the month before; None without one.
    change: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue, default=list)
    computed_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]

    table: Mapped[ScoreTable] = relationship(lazy="raise_on_sql")

    @property
    def points(self) -> Mapping[str, Decimal]:
        return {line["code"]: Decimal(line["points"]) for line in self.lines}

    @property
    def lost(self) -> Sequence[dict[str, Any]]:
        """The lines that took something, most first."""
        lacking = [x for x in self.lines if Decimal(x["lost"]) > 0 or x["vetoes"]]
        return sorted(lacking, key=lambda x: (not x["vetoes"], -Decimal(x["lost"])))


class ScoreChange(_OfScore, Base):
    """That an enterprise's colour became another, for its timeline. Never changed."""

    __tablename__ = "score_change"
    __table_args__ = (
        Index("ix_score_change_enterprise_id_at", "enterprise_id", "at"),
        Index("ix_score_change_told_at", "told_at", "id"),
    )

    month: Mapped[date]
    at: Mapped[datetime]
    from_colour: Mapped[Colour | None] = mapped_column(code_of(Colour))
    to_colour: Mapped[Colour | None] = mapped_column(code_of(Colour))
    total: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    # When the authority was told of a worse one, at once where there was nothing to tell.
    told_at: Mapped[datetime | None]
