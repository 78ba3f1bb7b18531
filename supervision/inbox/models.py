"""What each person has been told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.actor import Actor, ActorKind
from supervision.core.db import Base
from supervision.core.notices import Notice

_UNREAD = text("read_at IS NULL")


class InboxItem(Base):
    """A notice as one person's. ``created_at`` is the notice's own time: what is listed by."""

    __tablename__ = "inbox_item"
    __table_args__ = (
        UniqueConstraint("account_id", "notice_id"),
        Index("ix_inbox_item_account_id_created_at", "account_id", "created_at"),
        # The count beside the bell is on every page.
        Index(
            "ix_inbox_item_unread",
            "account_id",
            sqlite_where=_UNREAD,
            postgresql_where=_UNREAD,
        ),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), index=True)
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    notice: Mapped[Notice] = relationship(lazy="raise_on_sql")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """One's own only; an auditor reads the audit trail, not other people's inbox."""
        if actor.kind is not ActorKind.PERSON:
            return false()
        return cls.account_id == actor.id
