"""How a person likes a list: saved filters and chosen columns."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, or_, true
from sqlalchemy.orm import Mapped, mapped_column

from supervision.core.actor import Actor
from supervision.core.db import Base, JsonValue


class SavedFilter(Base):
    """A list's address under a name. ``shared_region``: also for officers of that region."""

    __tablename__ = "saved_filter"
    __table_args__ = (
        Index(
            "uq_saved_filter_owner_id_list_name_name", "owner_id", "list_name", "name", unique=True
        ),
        Index("ix_saved_filter_list_name_shared_region", "list_name", "shared_region"),
    )

    list_name: Mapped[str] = mapped_column(String(48))
    owner_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    owner_name: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(Text)
    # The list opens with it, for its owner.
    is_default: Mapped[bool] = mapped_column(default=False)
    shared_region: Mapped[str | None] = mapped_column(String(9))
    created_at: Mapped[datetime]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """One's own, and what is shared in a region that one's own lies in."""
        own = cls.owner_id == actor.id
        if not actor.is_regulator:
            return own
        if actor.everything:
            return or_(own, cls.shared_region.is_not(None))
        above = {code[:length] for code in actor.regions for length in range(2, len(code) + 1)}
        return or_(own, cls.shared_region.in_(above)) if above else own & true()


class ListColumns(Base):
    """The columns of a list that a person chose, in the list's own order."""

    __tablename__ = "list_columns"
    __table_args__ = (
        Index("uq_list_columns_account_id_list_name", "account_id", "list_name", unique=True),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    list_name: Mapped[str] = mapped_column(String(48))
    keys: Mapped[list[str]] = mapped_column(JsonValue)
