"""Enterprises on the roll, and the divisions (GB/T 2260) that they lie in."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Numeric,
    Select,
    String,
    Text,
    false,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, aliased, declared_attr, mapped_column, relationship

from supervision.core.actor import Actor
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.core.find_models import Searchable, SearchSpec
from supervision.core.permissions import Permission
from supervision.core.scope import region_range
from supervision.enterprise.rules import RegionLevel, SizeClass


class RollStatus(StrEnum):
    """Where the enterprise stands on the roll (在册)."""

    IN_PRODUCTION = "in_production"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    MOVED = "moved"
    NOT_LOCATED = "not_located"
    # Only ever by a restructuring, see lineage_models.
    MERGED = "merged"
    SPLIT = "split"


class Region(Base):
    """An administrative division: 2, 4 or 6 digits of GB/T 2260, 9 with GB/T 10114 for streets.

    Codes change; a code that was withdrawn keeps its row with ``valid_to`` and ``successor``.
    """

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(String(9), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    level: Mapped[RegionLevel] = mapped_column(code_of(RegionLevel))
    parent_code: Mapped[str | None] = mapped_column(String(9), index=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    successor: Mapped[str | None] = mapped_column(String(9))


# What the roll is filtered by; the region stands first.
_FILTERED = (
    "region_code",
    "roll_status",
    "size_class",
    "is_key",
    "industry_code",
    "officer_id",
    "longitude",
    "park_id",
)


class Enterprise(Searchable, Versioned, Base):
    """A production and business unit on the roll. Never deleted: closed or moved."""

    __search__ = SearchSpec(
        "enterprise",
        texts=("name", "short_name", "address"),
        readings=("name", "short_name"),
        codes=("uscc",),
        owner="id",
        region="region_code",
    )

    __tablename__ = "enterprise"
    __table_args__ = (
        CheckConstraint("length(uscc) = 18", name="uscc_length"),
        CheckConstraint("headcount >= 0", name="headcount_not_negative"),
        CheckConstraint(
            "(roll_status = 'merged') = (merged_into_id IS NOT NULL)", name="merged_has_successor"
        ),
        # The roll in each of its orders, with what it is filtered by in the index itself: a page
        # reads its own rows alone, and a count reads none.
        Index("ix_enterprise_name", "name", *_FILTERED),
        Index("ix_enterprise_region_code", "region_code", "name", *_FILTERED[1:]),
        Index("ix_enterprise_created_at", "created_at", *_FILTERED),
        Index("ix_enterprise_headcount", "headcount", *_FILTERED),
        Index("ix_enterprise_updated_at", "updated_at", *_FILTERED),
        # What has few values stands first: both databases skip over those that are not asked for.
        Index(
            "ix_enterprise_is_key",
            *("is_key", "size_class", "roll_status", "name", "region_code", "industry_code"),
        ),
    )

    uscc: Mapped[str] = mapped_column(String(18), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    short_name: Mapped[str] = mapped_column(String(40), default="")
    region_code: Mapped[str] = mapped_column(String(9))
    address: Mapped[str] = mapped_column(String(200))
    # WGS-84 degrees.
    longitude: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    latitude: Mapped[Decimal | None] = mapped_column(Numeric(8, 6))
    industry_code: Mapped[str] = mapped_column(String(4))
    size_class: Mapped[SizeClass] = mapped_column(code_of(SizeClass))
    headcount: Mapped[int]
    legal_representative: Mapped[str] = mapped_column(String(40))
    legal_representative_phone: Mapped[str] = mapped_column(String(20), default="")
    principal: Mapped[str] = mapped_column(String(40))
    principal_phone: Mapped[str] = mapped_column(String(20), default="")
    safety_manager: Mapped[str] = mapped_column(String(40), default="")
    safety_manager_phone: Mapped[str] = mapped_column(String(20), default="")
    roll_status: Mapped[RollStatus] = mapped_column(
        code_of(RollStatus), default=RollStatus.IN_PRODUCTION
    )
    supervising_unit: Mapped[str] = mapped_column(String(60), default="")
    # The officer is an account; `account` lies above this slice, so the key has no relationship.
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    is_key: Mapped[bool] = mapped_column(Boolean, default=False)
    # The business registration number before 2015 (15 digits); old papers know no other.
    legacy_reg_no: Mapped[str] = mapped_column(String(15), default="", server_default="")
    park_id: Mapped[int | None] = mapped_column(ForeignKey("park.id"), index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        if actor.everything:
            return true()
        conditions = [region_range(cls.region_code, prefix) for prefix in actor.regions]
        if actor.enterprise_ids:
            conditions.append(cls.id.in_(actor.enterprise_ids))
        return or_(*conditions) if conditions else false()

    @property
    def display_name(self) -> str:
        return self.short_name or self.name


class OwnedByEnterprise:
    """Mixin of every row that belongs to one enterprise: seen by whoever sees the enterprise.

    ``read_permission``: and only by those of them who hold it.
    """

    read_permission: ClassVar[Permission | None] = None

    @declared_attr
    @classmethod
    def enterprise_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("enterprise.id"), index=True)

    @declared_attr
    @classmethod
    def enterprise(cls) -> Mapped[Enterprise]:
        return relationship(Enterprise, lazy="raise_on_sql")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        if cls.read_permission is not None and not actor.may(cls.read_permission):
            return false()
        return owned_filter(cls.enterprise_id, actor)  # type: ignore[arg-type]


def owned_filter(column: ColumnElement[int], actor: Actor) -> ColumnElement[bool]:
    """``column`` (an enterprise's id) lies in what ``actor`` sees."""
    if actor.everything:
        return true()
    if actor.enterprise_ids and not actor.regions:
        return column.in_(actor.enterprise_ids)
    # One look at one enterprise for each row that comes along: a list of all that a city's officer
    # sees would be written down again for every statement of a page.
    owner = _owner()
    return select(1).where(owner.id == column, owner.visible_to(actor)).exists()


@cache
def _owner() -> Any:
    """Enterprise under another name, made once: it takes longer than the statement."""
    return aliased(Enterprise)


def narrowed(
    stmt: Select[Any], owner: Any, *, enterprise_id: int | None = None, region: str = ""
) -> Select[Any]:
    """``stmt``, joined with Enterprise, of one enterprise (``owner`` is its id) or of a region."""
    if enterprise_id is not None:
        return stmt.where(owner == enterprise_id)
    return stmt.where(region_range(Enterprise.region_code, region)) if region else stmt


class EventKind(StrEnum):
    REGISTERED = "registered"
    CHANGED = "changed"
    ROLL_STATUS = "roll_status"
    CHANGE_REQUESTED = "change_requested"
    CHANGE_DECIDED = "change_decided"
    MERGER = "merger"
    SPLIT = "split"
    LINK = "link"
    LINK_CHECKED = "link_checked"
    LINK_ENDED = "link_ended"


class EnterpriseEvent(OwnedByEnterprise, Base):
    """What happened to the file itself, for its timeline.

    The audit trail says the same with every value, but only auditors may read it; this says
    *which* fields changed to whoever sees the file.
    """

    __tablename__ = "enterprise_event"
    __table_args__ = (Index("ix_enterprise_event_enterprise_id_at", "enterprise_id", "at"),)

    at: Mapped[datetime]
    kind: Mapped[EventKind] = mapped_column(code_of(EventKind))
    actor_id: Mapped[int]
    actor_name: Mapped[str] = mapped_column(String(80))
    # Names of the fields that changed.
    fields: Mapped[list[Any]] = mapped_column(JsonValue, default=list)
    status_before: Mapped[RollStatus | None] = mapped_column(code_of(RollStatus))
    status_after: Mapped[RollStatus | None] = mapped_column(code_of(RollStatus))
    note: Mapped[str] = mapped_column(Text, default="")
