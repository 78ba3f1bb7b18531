"""Digests as they were told: figures of a span for one reader's part of the world."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    or_,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.actor import Actor
from supervision.core.db import Base, JsonValue, code_of
from supervision.core.scope import region_range
from supervision.digest.rules import SpanKind
from supervision.enterprise.models import Enterprise, owned_filter


class VideoDigest(Base):
    """``scope``: ``all``, ``r<region>`` or ``e<enterprise>``; one row for each span and scope."""

    __tablename__ = "video_digest"
    __table_args__ = (
        UniqueConstraint("scope", "kind", "starts_at"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("region_code = '' OR enterprise_id IS NULL", name="one_kind_of_scope"),
        Index("ix_video_digest_ends_at", "ends_at"),
    )

    kind: Mapped[SpanKind] = mapped_column(code_of(SpanKind))
    scope: Mapped[str] = mapped_column(String(24))
    # GB/T 2260 prefix; "" for everything, or for an enterprise.
    region_code: Mapped[str] = mapped_column(String(9), default="")
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    figures: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    made_at: Mapped[datetime]

    enterprise: Mapped[Enterprise | None] = relationship(lazy="raise_on_sql")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """One's own region and what lies in it; one's own enterprises; all of it for few."""
        if actor.everything:
            return true()
        owned: ColumnElement[bool] = owned_filter(cls.enterprise_id, actor)  # type: ignore[arg-type]
        conditions = [and_(cls.enterprise_id.is_not(None), owned)]
        conditions += [
            and_(cls.region_code != "", region_range(cls.region_code, prefix))
            for prefix in actor.regions
        ]
        return or_(*conditions)
