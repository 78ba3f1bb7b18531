"""What kinds of rules may do without a person, as an administrator set it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.db import Base, Versioned, code_of
from supervision.video import policy
from supervision.video.models import Camera
from supervision.video.policy import Mode
from vision.contract import RuleKind

_OF_ALL = text("camera_id IS NULL")


class VideoPolicy(Versioned, Base):
    """Of one kind of rule, on every camera or on one; without a row a person decides.

    An automatic one acts only while the rule's measured precision is high enough: that is asked
    each time. ``earned_at``: when it first was. ``fallen_at``: when it was no longer, and the
    administrators were told.
    """

    __tablename__ = "video_policy"
    __table_args__ = (
        CheckConstraint(
            f"least_precision >= {policy.LEAST_PRECISION} AND least_precision <= 1",
            name="precision_has_floor",
        ),
        CheckConstraint(f"least_verdicts >= {policy.LEAST_VERDICTS}", name="verdicts_have_floor"),
        Index("uq_video_policy_kind_camera", "rule_kind", "camera_id", unique=True),
        # No two that hold for all cameras: NULLs differ from each other in the index above.
        Index(
            "uq_video_policy_kind",
            "rule_kind",
            unique=True,
            sqlite_where=_OF_ALL,
            postgresql_where=_OF_ALL,
        ),
    )

    rule_kind: Mapped[RuleKind] = mapped_column(code_of(RuleKind))
    camera_id: Mapped[int | None] = mapped_column(ForeignKey("camera.id"), index=True)
    mode: Mapped[Mode] = mapped_column(code_of(Mode), default=Mode.HOLD)
    least_precision: Mapped[Decimal] = mapped_column(Numeric(4, 3), default=Decimal("0.950"))
    least_verdicts: Mapped[int] = mapped_column(default=100)
    window_days: Mapped[int] = mapped_column(default=30)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(40))
    earned_at: Mapped[datetime | None]
    fallen_at: Mapped[datetime | None]

    camera: Mapped[Camera | None] = relationship(lazy="raise_on_sql")
